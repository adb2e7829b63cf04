//! Parser from HTML to a tree of elements, by a browser's rules (html5ever): entities, odd quotes,
//! implied end tags, the end of SVG and MathML, content that a table moves out.
//!
//! Unlike a browser, it recovers from what would swallow the rest of a message: an unclosed element
//! whose content is not markup (`<style>`, `<iframe>`), a tag with an unclosed quote, an unclosed
//! comment. What follows is parsed as if that had not begun. The source of scripts and styles never
//! becomes text.

use std::cell::{Cell, RefCell};
use std::mem::take;
use std::rc::Rc;

use chataibot_wire::text::is_blank;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{Attribute, LocalName, Namespace, QualName, local_name, ns};

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

#[derive(Debug, Default)]
pub struct Document {
    nodes: Vec<Node>,
    /// Whether the text had more nodes than are read.
    pub was_cut: bool,
}

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

#[derive(Debug)]
pub struct Element {
    pub id: Id,
    name: QualName,
    attributes: Vec<Attribute>,
    is_integration_point: bool,
    /// Whether it was still open at the end of the text.
    pub is_unclosed: Cell<bool>,
}

impl Element {
    pub fn name(&self) -> &str {
        &self.name.local
    }

    pub fn namespace(&self) -> &Namespace {
        &self.name.ns
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|one| &*one.name.local == name).map(|one| &*one.value)
    }

    pub fn text_attribute(&self, name: &str) -> Option<&str> {
        self.attribute(name).filter(|value| !is_blank(value))
    }
}

impl Document {
    pub fn node(&self, id: Id) -> &Node {
        &self.nodes[id]
    }

    pub fn element(&self, id: Id) -> Option<&Element> {
        if let Kind::Element(element) = &self.nodes[id].kind { Some(element) } else { None }
    }

    pub fn child_elements(&self, id: Id) -> impl Iterator<Item = &Element> {
        self.nodes[id].children.iter().filter_map(|id| self.element(*id))
    }

    pub fn child(&self, id: Id, name: &str) -> Option<&Element> {
        self.child_elements(id).find(|child| child.name() == name)
    }

    /// Returns the one root element, which the parser makes for a fragment.
    pub fn root(&self) -> Option<&Element> {
        self.child_elements(DOCUMENT).next()
    }

    /// Returns the nearest sibling elements before and after, across white space.
    pub fn neighbours(&self, id: Id) -> [Option<&Element>; 2] {
        let Some(parent) = self.nodes[id].parent else { return [None, None] };
        let siblings = &self.nodes[parent].children;
        let Some(at) = siblings.iter().position(|one| *one == id) else { return [None, None] };
        let shows = |id: &&Id| match &self.nodes[**id].kind {
            Kind::Element(_) => true,
            Kind::Text(text) => !text.trim().is_empty(),
            Kind::Other => false,
        };
        let neighbours = [siblings[..at].iter().rev().find(shows), siblings[at + 1..].iter().find(shows)];
        neighbours.map(|id| self.element(*id?))
    }
}

/// Index of the root node.
const DOCUMENT: Id = 0;

pub fn parse(html: &str) -> Document {
    let mut input = html.to_owned();
    let mut ignored_elements = Vec::new();
    let mut document = Document::default();
    for _ in 0..MAX_PASSES {
        let (read, swallower, open_tag) = parse_once(&input, &ignored_elements);
        document = read;
        match (swallower, open_tag) {
            _ if document.was_cut => break,
            // Later elements of that name have no end tag either.
            (Some(swallower), _) => ignored_elements.push(swallower),
            (None, Some(at)) => input = without_open_tag(&input, at),
            (None, None) => break,
        }
    }
    document
}

/// The first unclosed element of a name, with the number of its tag.
#[derive(Clone, Debug)]
struct Swallower {
    name: LocalName,
    tag: usize,
}

/// Returns the document, the element that swallowed the end, and the offset of an unclosed tag.
fn parse_once(input: &str, ignored_elements: &[Swallower]) -> (Document, Option<Swallower>, Option<usize>) {
    let sink = Sink::default();
    // The root node, `DOCUMENT`.
    sink.new_hidden_node();
    let context = sink.new_element(QualName::new(None, ns!(html), local_name!("div")), Vec::new(), false);
    let options = TreeBuilderOpts { drop_doctype: true, ..TreeBuilderOpts::default() };
    let builder = TreeBuilder::new_for_fragment(sink, context, None, options);
    let state = State { ignored_elements: ignored_elements.to_vec(), ..State::default() };
    let filter = TokenFilter { builder, state: RefCell::new(state) };
    let tokenizer = Tokenizer::new(filter, TokenizerOpts::default());
    // Fed from `<` to `<`: an unclosed tag begins at the piece from which no more tokens come.
    let mut open_tag = None;
    let mut at = 0;
    while at < input.len() {
        let next = input[at..].match_indices('<').map(|(next, _)| at + next).find(|next| *next > at);
        let end = next.unwrap_or(input.len());
        let queue = BufferQueue::default();
        queue.push_back(StrTendril::from_slice(&input[at..end]));
        // `feed` returns after each script's end; no script is ever run.
        while !queue.is_empty() {
            let _ = tokenizer.feed(&queue);
        }
        let had_tokens = take(&mut tokenizer.sink.state.borrow_mut().has_tokens);
        open_tag = if had_tokens { None } else { open_tag.or(Some(at).filter(|_| input[at..].starts_with('<'))) };
        at = end;
    }
    tokenizer.end();
    let TokenFilter { builder, state } = tokenizer.sink;
    let state = state.into_inner();
    let mut document = builder.sink.document.into_inner();
    document.was_cut = state.is_full;
    (document, state.open.into_iter().next(), open_tag)
}

/// Returns the text without the unclosed tag at `at`, or with it escaped if it cannot be meant.
fn without_open_tag(input: &str, at: usize) -> String {
    let (before, tag) = input.split_at(at);
    let name_end = tag[1..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(tag.len(), |end| end + 1);
    let name = tag[1..name_end].to_ascii_lowercase();
    match tag.find('>') {
        // An unclosed comment.
        _ if tag[1..].starts_with(['!', '?']) => [before, tag.trim_start_matches(['<', '!', '-', '?'])].concat(),
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
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    ignored_elements: Vec<Swallower>,
    has_tokens: bool,
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
        self.filter(token).map_or(TokenSinkResult::Continue, |token| self.builder.process_token(token, line))
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
        state.has_tokens |= !matches!(token, Token::ParseError(_));
        let sink = &self.builder.sink;
        state.is_full |= sink.document.borrow().nodes.len() > MOST_NODES;
        match token {
            Token::EOFToken => sink.is_over.set(true),
            _ if state.is_full => return None,
            Token::TagToken(tag) => return state.tag(tag, sink.depth.get() > DEEPEST).map(Token::TagToken),
            Token::CharacterTokens(ref text) => {
                if let Some(source) = &mut state.source {
                    source.read(text);
                    return None;
                }
            }
            Token::NullCharacterToken => {}
            Token::DoctypeToken(_) | Token::CommentToken(_) | Token::ParseError(_) => return None,
        }
        Some(token)
    }
}

impl State {
    fn tag(&mut self, mut tag: Tag, is_too_deep: bool) -> Option<Tag> {
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
                if self.ignored_elements.iter().any(|one| one.name == tag.name && one.tag <= self.tags) {
                    self.source = Source::of(&tag.name);
                    return None;
                }
                let is_swallowing = tags::SWALLOWING.contains(&tag.name);
                if is_swallowing && !tag.self_closing {
                    self.open.push(Swallower { name: tag.name.clone(), tag: self.tags });
                }
                if is_too_deep && !is_swallowing && !tags::VOID.contains(&tag.name) {
                    return None;
                }
            }
            TagKind::EndTag => {
                if let Some(at) = self.open.iter().rposition(|one| one.name == tag.name) {
                    self.open.truncate(at);
                }
            }
        }
        match &*tag.name {
            "table" if tag.kind == TagKind::StartTag => self.tables += 1,
            "table" => self.tables = self.tables.saturating_sub(1),
            // Without a table, a browser would drop these tags and join the text of the cells.
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
