//! The platform's HTML to a [`RichText`] tree, by an allow-list.
//!
//! The tokens are those of a browser's own parser (html5ever), so entities, odd quotes and broken tags are read as a browser reads
//! them. The tree is ours: what is not on the list leaves its words or nothing behind, blocks never stand inside inline elements,
//! and no attribute but a checked `href` survives. Nothing is ever written back as HTML.

use std::cell::RefCell;

use chataibot_wire::{Node, RichText};
use html5ever::{
    buffer_queue::BufferQueue,
    tendril::StrTendril,
    tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind},
};

use super::{Note, links};
use tree::{Inline, Tree};

mod tree;

/// Most characters read of one text; the platform's editor allows 1000 (DOC).
const LONGEST_INPUT: usize = 64 * 1024;

/// A formatted text of the platform.
#[must_use]
pub fn rich(html: &str, notes: &mut Vec<Note>) -> RichText {
    let mut input = html;
    if input.len() > LONGEST_INPUT {
        notes.push(Note::Cut);
        input = &input[..input.floor_char_boundary(LONGEST_INPUT)];
    }
    // Without any tag it is plain text, and its lines mean something.
    let has_tags =
        input.split('<').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)));
    let reader = Reader::default();
    reader.state.borrow_mut().keeps_lines = !has_tags;
    let tokenizer = Tokenizer::new(reader, TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(input));
    // Feeding stops after each script's end; there is never one to run.
    while !queue.is_empty() {
        let _ = tokenizer.feed(&queue);
    }
    tokenizer.end();
    let state = tokenizer.sink.state.into_inner();
    notes.extend(std::iter::repeat_n(Note::LinkDropped, state.links_dropped));
    let (tree, was_cut) = state.tree.finish();
    if was_cut {
        notes.push(Note::Cut);
    }
    RichText(tree)
}

/// A formatted text, where nobody wants to know what was left out.
#[must_use]
pub fn to_rich_text(html: &str) -> RichText {
    rich(html, &mut Vec::new())
}

/// The words alone, on one line, at most `most` characters: for labels.
#[must_use]
pub fn label(html: &str, most: usize, notes: &mut Vec<Note>) -> String {
    super::text::line(&rich(html, notes).to_plain(), most)
}

/// A text that is no HTML. Its lines stay lines.
#[must_use]
pub fn plain(text: &str) -> RichText {
    let mut tree = Tree::default();
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            tree.line_break();
        }
        tree.text(line);
    }
    RichText(tree.finish().0)
}

#[derive(Default)]
struct Reader {
    // The tokenizer lends its sink out shared, so the state needs a cell.
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    tree: Tree,
    /// The element whose contents are left out, and how many of the same name are open inside it.
    skipping: Option<(String, usize)>,
    keeps_lines: bool,
    links_dropped: usize,
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.state.borrow_mut();
        match token {
            Token::CharacterTokens(text) => state.characters(&text),
            Token::TagToken(tag) => return state.tag(&tag),
            Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

impl State {
    fn characters(&mut self, text: &str) {
        if self.skipping.is_some() {
            return;
        }
        if !self.keeps_lines {
            self.tree.text(text);
            return;
        }
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.tree.line_break();
            }
            self.tree.text(line);
        }
    }

    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        if let Some((skipped, open)) = &mut self.skipping {
            match tag.kind {
                TagKind::StartTag if name == skipped && !tag.self_closing => *open += 1,
                TagKind::EndTag if name == skipped && *open > 0 => *open -= 1,
                TagKind::EndTag if name == skipped => self.skipping = None,
                TagKind::StartTag | TagKind::EndTag => {}
            }
            return TokenSinkResult::Continue;
        }
        match tag.kind {
            TagKind::StartTag => self.open(name, tag),
            TagKind::EndTag => {
                self.close(name);
                TokenSinkResult::Continue
            }
        }
    }

    fn open(&mut self, name: &str, tag: &Tag) -> TokenSinkResult<()> {
        match name {
            "br" => self.tree.line_break(),
            "p" | "div" | "section" | "article" | "header" | "footer" | "main" | "aside" | "nav" | "blockquote"
            | "pre" | "address" | "figure" | "figcaption" | "center" | "fieldset" | "details" | "summary" | "dl"
            | "dt" | "dd" | "table" | "tr" | "caption" | "hr" | "form" => self.tree.open_paragraph(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.tree.open_paragraph();
                self.tree.open_inline(Inline::Bold);
            }
            "ul" | "menu" => self.tree.open_list(false),
            "ol" => self.tree.open_list(true),
            "li" => self.tree.open_item(),
            "td" | "th" => self.tree.text(" "),
            "a" => self.open_link(tag),
            // A picture may be a tracking pixel. Its description is words.
            "img" => {
                if let Some(alt) = attribute(tag, "alt") {
                    self.tree.text(&alt);
                }
            }
            // What a browser keeps as text must not be read as tags here either.
            "script" => return self.skip(name, Some(RawKind::ScriptData)),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" => {
                return self.skip(name, Some(RawKind::Rawtext));
            }
            "textarea" | "title" => return self.skip(name, Some(RawKind::Rcdata)),
            "plaintext" => {
                self.skipping = Some((name.to_owned(), 0));
                return TokenSinkResult::Plaintext;
            }
            "svg" | "math" if tag.self_closing => {}
            "svg" | "math" | "template" | "object" | "applet" | "audio" | "video" | "canvas" | "select"
            | "datalist" | "frameset" | "map" | "picture" => return self.skip(name, None),
            _ => {
                if let Some(inline) = Inline::of(name) {
                    self.tree.open_inline(inline);
                }
            }
        }
        TokenSinkResult::Continue
    }

    fn close(&mut self, name: &str) {
        match name {
            // Browsers take a stray `</br>` for a line break.
            "br" => self.tree.line_break(),
            "p" | "div" | "section" | "article" | "header" | "footer" | "main" | "aside" | "nav" | "blockquote"
            | "pre" | "address" | "figure" | "figcaption" | "center" | "fieldset" | "details" | "summary" | "dl"
            | "dt" | "dd" | "table" | "tr" | "caption" | "form" => self.tree.close_paragraph(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.tree.close_inline(&Inline::Bold);
                self.tree.close_paragraph();
            }
            "ul" | "ol" | "menu" => self.tree.close_list(),
            "li" => self.tree.close_item(),
            "a" => self.tree.close_link(),
            _ => {
                if let Some(inline) = Inline::of(name) {
                    self.tree.close_inline(&inline);
                }
            }
        }
    }

    fn open_link(&mut self, tag: &Tag) {
        // Links don't nest.
        self.tree.close_link();
        let Some(href) = attribute(tag, "href") else { return };
        match links::link(&href) {
            Some(href) => self.tree.open_inline(Inline::Link(href)),
            None => self.links_dropped += 1,
        }
    }

    fn skip(&mut self, name: &str, raw: Option<RawKind>) -> TokenSinkResult<()> {
        self.skipping = Some((name.to_owned(), 0));
        raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
    }
}

fn attribute(tag: &Tag, name: &str) -> Option<String> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string())
}

/// Anything in the list that shows at all?
pub(super) fn shows(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match node {
        Node::Text(text) => !text.is_empty(),
        Node::Break => false,
        Node::Bold(children)
        | Node::Italic(children)
        | Node::Underline(children)
        | Node::Strike(children)
        | Node::Code(children)
        | Node::Paragraph(children) => shows(children),
        Node::List(list) => list.items.iter().any(|item| shows(item)),
        Node::Link(link) => shows(&link.children),
    })
}
