//! Parser from HTML to a tree of elements, by a browser's rules (html5ever): entities, odd quotes,
//! implied end tags, the end of SVG and MathML, content that a table moves out.
//!
//! Unlike a browser, it recovers from what would swallow the rest of a message: an unclosed element
//! whose content is not markup (`<style>`, `<iframe>`), a tag with an unclosed quote, an unclosed
//! comment. What follows is parsed as if that had not begun. The source of scripts and styles never
//! becomes text.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use chataibot_wire::text::is_blank;
use html5ever::{
    Attribute, LocalName, QualName,
    buffer_queue::BufferQueue,
    local_name, ns,
    tendril::StrTendril,
    tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
    tree_builder::{TreeBuilder, TreeBuilderOpts},
};

use super::tags;
use sink::Sink;
use source::Source;

mod sink;
mod source;

/// Maximum number of nodes. Legitimate messages are far below; more would cost the parser time.
const MOST_NODES: usize = 20_000;
/// Maximum nesting; deeper elements are left out, and their text stays.
const DEEPEST: usize = 200;
/// Maximum number of times a text is parsed again without what swallowed its end.
const MAX_PASSES: usize = 16;

/// Index of a node in its [`Document`].
pub type Id = usize;

/// A parsed text.
#[derive(Debug, Default)]
pub struct Document {
    nodes: Vec<Node>,
    /// Whether the text had more nodes than are read.
    pub was_cut: bool,
}

/// An element, a text, or neither.
#[derive(Debug)]
pub struct Node {
    pub parent: Option<Id>,
    pub children: Vec<Id>,
    pub kind: Kind,
    depth: usize,
}

#[derive(Debug)]
pub enum Kind {
    Element(Rc<Element>),
    Text(String),
    /// A comment, or a container of nodes that are not shown.
    Other,
}

/// An element's name and attributes.
#[derive(Debug)]
pub struct Element {
    id: Id,
    name: QualName,
    attributes: Vec<Attribute>,
    is_integration_point: bool,
    /// Whether it was still open at the end of the text.
    pub is_unclosed: Cell<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Namespace {
    Html,
    Svg,
    MathMl,
}

impl Element {
    pub fn id(&self) -> Id {
        self.id
    }

    pub fn name(&self) -> &str {
        &self.name.local
    }

    pub fn namespace(&self) -> Namespace {
        match self.name.ns {
            ns!(svg) => Namespace::Svg,
            ns!(mathml) => Namespace::MathMl,
            _ => Namespace::Html,
        }
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|one| &*one.name.local == name).map(|one| &*one.value)
    }

    /// Returns an attribute that is not blank.
    pub fn text_attribute(&self, name: &str) -> Option<&str> {
        self.attribute(name).filter(|value| !is_blank(value))
    }
}

impl Document {
    pub fn node(&self, id: Id) -> &Node {
        &self.nodes[id]
    }

    /// Returns the node as an element, if it is one.
    pub fn element(&self, id: Id) -> Option<&Rc<Element>> {
        if let Kind::Element(element) = &self.nodes[id].kind { Some(element) } else { None }
    }

    /// Returns the child elements of a node.
    pub fn child_elements(&self, id: Id) -> impl Iterator<Item = &Rc<Element>> {
        self.nodes[id].children.iter().filter_map(|id| self.element(*id))
    }

    /// Returns the top-level nodes, in order.
    pub fn roots(&self) -> Vec<Id> {
        // The document has one root element, which the parser makes for a fragment.
        let root = self.nodes[DOCUMENT].children.iter().find(|id| self.element(**id).is_some());
        root.map(|root| self.nodes[*root].children.clone()).unwrap_or_default()
    }

    /// Returns the nearest sibling elements before and after this one. White space between them is
    /// ignored.
    pub fn neighbours(&self, id: Id) -> [Option<&Rc<Element>>; 2] {
        let Some(parent) = self.nodes[id].parent else { return [None, None] };
        let siblings = &self.nodes[parent].children;
        let Some(at) = siblings.iter().position(|one| *one == id) else { return [None, None] };
        let shows = |id: &&Id| match &self.nodes[**id].kind {
            Kind::Element(_) => true,
            Kind::Text(text) => !text.trim().is_empty(),
            Kind::Other => false,
        };
        let before = siblings[..at].iter().rev().find(shows);
        let behind = siblings[at + 1..].iter().find(shows);
        [before, behind].map(|id| id.and_then(|id| self.element(*id)))
    }
}

/// Index of the root node.
const DOCUMENT: Id = 0;

pub fn parse(html: &str) -> Document {
    let mut input = html.to_owned();
    let mut ignored_elements = Vec::new();
    let mut document = Document::default();
    for _ in 0..MAX_PASSES {
        let (read, end) = parse_once(&input, &ignored_elements);
        document = read;
        match end {
            End::Whole => break,
            // Later elements of that name have no end tag either.
            End::Swallowed(swallower) => ignored_elements.push(swallower),
            End::InTag(at) => input = without_open_tag(&input, at),
        }
    }
    document
}

/// Where the input ended.
enum End {
    Whole,
    /// Inside an element that needs an end tag and has none.
    Swallowed(Swallower),
    /// Inside a tag or comment that begins at this offset.
    InTag(usize),
}

/// The first unclosed element of a name, with the number of its tag.
#[derive(Clone, Debug)]
struct Swallower {
    name: LocalName,
    tag: usize,
}

fn parse_once(input: &str, ignored_elements: &[Swallower]) -> (Document, End) {
    let sink = Sink::default();
    let context = sink.new_element(QualName::new(None, ns!(html), local_name!("div")), Vec::new(), false);
    let options = TreeBuilderOpts { drop_doctype: true, ..TreeBuilderOpts::default() };
    let builder = TreeBuilder::new_for_fragment(sink, context, None, options);
    let reader = TokenFilter { builder, ignored_elements: ignored_elements.to_vec(), state: RefCell::default() };
    let tokenizer = Tokenizer::new(reader, TokenizerOpts::default());
    // The input is fed from `<` to `<`, so that the start of an unclosed tag is known: it is the
    // piece from which no more tokens came.
    let mut open_tag = None;
    let mut at = 0;
    while at < input.len() {
        let end = next_tag(input, at);
        let before = tokenizer.sink.state.borrow().tokens;
        let queue = BufferQueue::default();
        queue.push_back(StrTendril::from_slice(&input[at..end]));
        // `feed` returns after each script's end; no script is ever run.
        while !queue.is_empty() {
            let _ = tokenizer.feed(&queue);
        }
        let had_tokens = tokenizer.sink.state.borrow().tokens != before;
        open_tag = if had_tokens { None } else { open_tag.or(Some(at).filter(|_| input[at..].starts_with('<'))) };
        at = end;
    }
    tokenizer.end();
    let TokenFilter { builder, state, .. } = tokenizer.sink;
    let state = state.into_inner();
    let mut document = builder.sink.document.into_inner();
    document.was_cut = state.is_full;
    let end = match (state.open.into_iter().next(), open_tag) {
        _ if state.is_full => End::Whole,
        (Some(swallower), _) => End::Swallowed(swallower),
        (None, Some(at)) => End::InTag(at),
        (None, None) => End::Whole,
    };
    (document, end)
}

fn next_tag(input: &str, at: usize) -> usize {
    input[at..].char_indices().skip(1).find(|(_, c)| *c == '<').map_or(input.len(), |(next, _)| at + next)
}

/// Returns the text without the unclosed tag at `at`, or with the tag escaped if it cannot have
/// been meant as one.
fn without_open_tag(input: &str, at: usize) -> String {
    let (before, tag) = input.split_at(at);
    let name_end = tag[1..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(tag.len(), |end| end + 1);
    let name = tag[1..name_end].to_ascii_lowercase();
    match tag.find('>') {
        // An unclosed comment.
        _ if tag.starts_with("<!") || tag.starts_with("<?") => {
            [before, tag.trim_start_matches(['<', '!', '-', '?'])].concat()
        }
        // An unclosed quote: the text after the tag is kept.
        Some(end) => [before, " ", &tag[end + 1..]].concat(),
        // A message that was truncated inside a tag.
        None if tag.starts_with("</") => before.to_owned(),
        None if tags::is_known(&name) && (tag.contains('=') || matches!(tag[name_end..].trim(), "" | "/")) => {
            before.to_owned()
        }
        None => [before, "&lt;", &tag[1..]].concat(),
    }
}

/// Filter between the tokenizer and the tree builder.
struct TokenFilter {
    builder: TreeBuilder<Rc<Element>, Sink>,
    ignored_elements: Vec<Swallower>,
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    tokens: usize,
    tags: usize,
    /// Open elements that are read to their end tag, outermost first.
    open: Vec<Swallower>,
    /// Set inside the source of an unclosed script or style.
    source: Option<Source>,
    tables: usize,
    is_full: bool,
}

impl TokenSink for TokenFilter {
    type Handle = Rc<Element>;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Rc<Element>> {
        let token = self.filter(token);
        token.map_or(TokenSinkResult::Continue, |token| self.builder.process_token(token, line))
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

impl TokenFilter {
    /// Returns the token for the tree builder; `None` if it is left out.
    fn filter(&self, token: Token) -> Option<Token> {
        let mut state = self.state.borrow_mut();
        if !matches!(token, Token::ParseError(_)) {
            state.tokens += 1;
        }
        state.is_full |= self.builder.sink.document.borrow().nodes.len() > MOST_NODES;
        match token {
            Token::EOFToken => self.builder.sink.is_over.set(true),
            _ if state.is_full => return None,
            Token::TagToken(tag) => {
                let is_too_deep = self.builder.sink.depth.get() > DEEPEST;
                return state.tag(tag, &self.ignored_elements, is_too_deep).map(Token::TagToken);
            }
            Token::CharacterTokens(text) => {
                let Some(source) = &mut state.source else { return Some(Token::CharacterTokens(text)) };
                source.read(&text);
                return None;
            }
            Token::DoctypeToken(_) | Token::CommentToken(_) | Token::ParseError(_) => return None,
            Token::NullCharacterToken => {}
        }
        Some(token)
    }
}

impl State {
    /// Returns the tag for the tree builder; `None` if it is left out.
    fn tag(&mut self, mut tag: Tag, ignored_elements: &[Swallower], is_too_deep: bool) -> Option<Tag> {
        self.tags += 1;
        if let Some(source) = &mut self.source {
            if !tags::is_known(&tag.name) || !source.may_end() {
                source.pass_tag();
                return None;
            }
            self.source = None;
        }
        match tag.kind {
            TagKind::StartTag => {
                if ignored_elements.iter().any(|one| one.name == tag.name && one.tag <= self.tags) {
                    self.source = Source::of(&tag.name);
                    return None;
                }
                if tags::swallows(&tag.name) && !tag.self_closing {
                    self.open.push(Swallower { name: tag.name.clone(), tag: self.tags });
                }
                if is_too_deep && !tags::is_void(&tag.name) && !tags::swallows(&tag.name) {
                    return None;
                }
            }
            TagKind::EndTag => {
                if let Some(at) = self.open.iter().rposition(|one| one.name == tag.name) {
                    self.open.truncate(at);
                }
            }
        }
        self.tables = match (&*tag.name, tag.kind) {
            ("table", TagKind::StartTag) => self.tables + 1,
            ("table", TagKind::EndTag) => self.tables.saturating_sub(1),
            _ => self.tables,
        };
        match &*tag.name {
            // Table parts outside a table: a browser would drop their tags and join the text of the
            // cells.
            "td" | "th" if self.tables == 0 => tag.name = LocalName::from("x-cell"),
            "tr" | "caption" if self.tables == 0 => tag.name = local_name!("div"),
            // Everything after it would be text, including tags.
            "plaintext" => tag.name = local_name!("pre"),
            "frame" => tag.name = local_name!("embed"),
            _ => {}
        }
        Some(tag)
    }
}
