//! HTML as a tree of elements, by a browser's own rules (html5ever): entities, odd quotes, implied
//! ends, what ends a drawing or a formula, what a table throws out.
//!
//! Where a browser would swallow the rest of a message we read on: an element whose contents are no
//! markup (`<style>`, `<iframe>`) and that is never closed, a tag whose quote is never closed, a
//! comment without end. What follows is read as if it had not begun. Source of scripts and styles
//! never becomes words.

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

/// Most elements and texts. An honest message is far below; what is above costs a parser time.
const MOST_NODES: usize = 20_000;
/// Deepest nesting; below it elements are left out and their words stay.
const DEEPEST: usize = 200;
/// How often a text is read again, without what swallowed its end.
const MOST_READINGS: usize = 16;

/// Where a node stands in its [`Document`].
pub type Id = usize;

/// A text as it was parsed.
#[derive(Debug, Default)]
pub struct Document {
    nodes: Vec<Node>,
    /// More than is read.
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
    /// A comment, or a place for nodes that are not shown.
    Other,
}

/// An element's name and attributes.
#[derive(Debug)]
pub struct Element {
    id: Id,
    name: QualName,
    attributes: Vec<Attribute>,
    is_integration_point: bool,
    /// It was still open where the text ended.
    pub is_unclosed: Cell<bool>,
}

/// Which vocabulary an element belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    Html,
    Svg,
    MathMl,
}

impl Element {
    /// Where it stands.
    pub fn id(&self) -> Id {
        self.id
    }

    pub fn name(&self) -> &str {
        &self.name.local
    }

    pub fn space(&self) -> Space {
        match self.name.ns {
            ns!(svg) => Space::Svg,
            ns!(mathml) => Space::MathMl,
            _ => Space::Html,
        }
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|one| &*one.name.local == name).map(|one| &*one.value)
    }

    /// An attribute with something to read in it.
    pub fn text_attribute(&self, name: &str) -> Option<&str> {
        self.attribute(name).filter(|value| !is_blank(value))
    }
}

impl Document {
    pub fn node(&self, id: Id) -> &Node {
        &self.nodes[id]
    }

    /// The element at the place, if it is one.
    pub fn element(&self, id: Id) -> Option<&Rc<Element>> {
        match &self.nodes[id].kind {
            Kind::Element(element) => Some(element),
            Kind::Text(_) | Kind::Other => None,
        }
    }

    /// The elements directly inside a node.
    pub fn child_elements(&self, id: Id) -> impl Iterator<Item = &Rc<Element>> {
        self.nodes[id].children.iter().filter_map(|id| self.element(*id))
    }

    /// What stands in the text, from first to last.
    pub fn roots(&self) -> Vec<Id> {
        // Under the document stands one root, which the parser makes for a fragment.
        let root = self.nodes[DOCUMENT].children.iter().find(|id| self.element(**id).is_some());
        root.map(|root| self.nodes[*root].children.clone()).unwrap_or_default()
    }

    /// The elements beside this one that are nearest: before it, and behind it. White space between
    /// them does not count.
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

/// The node that holds all others.
const DOCUMENT: Id = 0;

/// Reads a text.
pub fn parse(html: &str) -> Document {
    let mut input = html.to_owned();
    let mut left_out = Vec::new();
    let mut document = Document::default();
    for _ in 0..MOST_READINGS {
        let (read, end) = once(&input, &left_out);
        document = read;
        match end {
            End::Whole => break,
            // Whatever is called so and begins later has no end either.
            End::Swallowed(swallower) => left_out.push(swallower),
            End::InTag(at) => input = without_open_tag(&input, at),
        }
    }
    document
}

/// How a reading ended.
enum End {
    Whole,
    /// In an element that is read to its end tag, and there is none.
    Swallowed(Swallower),
    /// In a tag or a comment, which begins here.
    InTag(usize),
}

/// The first element of a name that has no end, as the number of its tag.
#[derive(Clone, Debug)]
struct Swallower {
    name: LocalName,
    tag: usize,
}

fn once(input: &str, left_out: &[Swallower]) -> (Document, End) {
    let sink = Sink::default();
    let context = sink.make(QualName::new(None, ns!(html), local_name!("div")), Vec::new(), false);
    let options = TreeBuilderOpts { drop_doctype: true, ..TreeBuilderOpts::default() };
    let builder = TreeBuilder::new_for_fragment(sink, context, None, options);
    let reader = TokenFilter { builder, left_out: left_out.to_vec(), state: RefCell::default() };
    let tokenizer = Tokenizer::new(reader, TokenizerOpts::default());
    // Fed from `<` to `<`, so that a tag without end is known by where it began: nothing came of
    // it.
    let mut open_tag = None;
    let mut at = 0;
    while at < input.len() {
        let end = next_tag(input, at);
        let before = tokenizer.sink.state.borrow().tokens;
        let queue = BufferQueue::default();
        queue.push_back(StrTendril::from_slice(&input[at..end]));
        // Feeding stops after each script's end; there is never one to run.
        while !queue.is_empty() {
            let _ = tokenizer.feed(&queue);
        }
        let came = tokenizer.sink.state.borrow().tokens != before;
        open_tag = if came { None } else { open_tag.or(Some(at).filter(|_| input[at..].starts_with('<'))) };
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

/// The text without the tag that begins at `at` and never ends; or, where it can't have been meant
/// as one, with it as words.
fn without_open_tag(input: &str, at: usize) -> String {
    let (before, tag) = input.split_at(at);
    let name_end = tag[1..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(tag.len(), |end| end + 1);
    let name = tag[1..name_end].to_ascii_lowercase();
    match tag.find('>') {
        // A comment.
        _ if tag.starts_with("<!") || tag.starts_with("<?") => {
            [before, tag.trim_start_matches(['<', '!', '-', '?'])].concat()
        }
        // A quote was not closed: what stands behind the tag is read.
        Some(end) => [before, " ", &tag[end + 1..]].concat(),
        // A message that was cut in the middle of a tag.
        None if tag.starts_with("</") => before.to_owned(),
        None if tags::is_known(&name) && (tag.contains('=') || matches!(tag[name_end..].trim(), "" | "/")) => {
            before.to_owned()
        }
        None => [before, "&lt;", &tag[1..]].concat(),
    }
}

/// Stands between tokenizer and tree builder.
struct TokenFilter {
    builder: TreeBuilder<Rc<Element>, Sink>,
    left_out: Vec<Swallower>,
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    tokens: usize,
    tags: usize,
    /// What is read to its end tag, outermost first.
    open: Vec<Swallower>,
    /// Inside the source of a script or style without end.
    source: Option<Source>,
    tables: usize,
    is_full: bool,
}

impl TokenSink for TokenFilter {
    type Handle = Rc<Element>;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Rc<Element>> {
        let token = {
            let mut state = self.state.borrow_mut();
            if !matches!(token, Token::ParseError(_)) {
                state.tokens += 1;
            }
            let document = self.builder.sink.document.borrow();
            state.is_full |= document.nodes.len() > MOST_NODES;
            if state.is_full && !matches!(token, Token::EOFToken) {
                return TokenSinkResult::Continue;
            }
            match token {
                Token::TagToken(tag) => {
                    let is_too_deep = self.builder.sink.depth.get() > DEEPEST;
                    match state.tag(tag, &self.left_out, is_too_deep) {
                        Some(tag) => Token::TagToken(tag),
                        None => return TokenSinkResult::Continue,
                    }
                }
                Token::CharacterTokens(text) => {
                    if let Some(source) = &mut state.source {
                        source.read(&text);
                        return TokenSinkResult::Continue;
                    }
                    Token::CharacterTokens(text)
                }
                Token::EOFToken => {
                    self.builder.sink.is_over.set(true);
                    token
                }
                Token::DoctypeToken(_) | Token::CommentToken(_) | Token::ParseError(_) => {
                    return TokenSinkResult::Continue;
                }
                Token::NullCharacterToken => token,
            }
        };
        self.builder.process_token(token, line)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

impl State {
    /// The tag as the tree builder gets it; `None` where it is left out.
    fn tag(&mut self, mut tag: Tag, left_out: &[Swallower], is_too_deep: bool) -> Option<Tag> {
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
                if left_out.iter().any(|one| one.name == tag.name && one.tag <= self.tags) {
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
        // Parts of a table without one: a browser drops their tags, and the cells run together.
        if self.tables == 0 {
            match &*tag.name {
                "td" | "th" => tag.name = LocalName::from("x-cell"),
                "tr" | "caption" => tag.name = local_name!("div"),
                _ => {}
            }
        }
        match &*tag.name {
            // Everything behind it would be text, tags and all.
            "plaintext" => tag.name = local_name!("pre"),
            "frame" => tag.name = local_name!("embed"),
            _ => {}
        }
        Some(tag)
    }
}
