//! Tree walker: interprets each parsed element and builds the rich-text tree.

use std::borrow::Cow;

use html5ever::ns;

use super::parse::{Document, Element, Id, Kind};
use super::style::{Display, Marker, Spaces, Style};
use super::tree::{Inline, Tree};
use super::{media, symbols, tags};
use crate::normalise::{links, text::is_line_end};

mod embedded;
mod formula;
mod lists;

use lists::Count;

/// What a document holds besides its tree.
#[derive(Default)]
pub struct Found {
    pub links_dropped: usize,
    /// Addresses of images without text of their own; shown only if nothing else is.
    pub unlabelled_images: Vec<String>,
    /// Whether there is an image, player or frame, perhaps without an address.
    pub has_media: bool,
}

/// Adds a document to the tree. In that of a frame (`is_framed`), no further frames are opened.
pub fn walk(document: &Document, tree: &mut Tree, found: &mut Found, spaces: Spaces, is_framed: bool) {
    let mut walk = Walk { document, tree, found, tasks: Vec::new(), numbers: Vec::new(), is_framed };
    if let Some(root) = document.root() {
        walk.enter_children(root, Inherited { spaces, ..Inherited::default() });
    }
    // An explicit stack instead of recursion, because the input can be nested arbitrarily deep.
    while let Some(task) = walk.tasks.pop() {
        walk.run(task);
    }
}

struct Walk<'a> {
    document: &'a Document,
    tree: &'a mut Tree,
    found: &'a mut Found,
    /// What remains to be done, the last first: an element pushes what ends it, then its children.
    tasks: Vec<Task>,
    /// Open lists, with their counters.
    numbers: Vec<Option<Count>>,
    is_framed: bool,
}

enum Task {
    Enter(Id, Inherited),
    Words(Cow<'static, str>),
    /// Words to show if still only this number of characters is shown.
    Fallback(usize, String),
    /// Tasks within formatting.
    Within(Inline, Vec<Task>),
    OpenInline(Inline),
    CloseInline(Inline),
    /// A method of the tree that ends something.
    Close(fn(&mut Tree)),
    CloseList,
}

/// Properties that descendants inherit unless they override them.
#[derive(Clone, Copy, Default)]
struct Inherited {
    is_invisible: bool,
    spaces: Spaces,
    /// Inside a link.
    in_link: bool,
    /// Inside an SVG, where only some elements hold text.
    is_in_svg: bool,
    /// Laid out side by side with its neighbours, each separated from the others.
    is_in_row: bool,
    /// In a font size of zero.
    is_tiny: bool,
    /// In a symbol font.
    is_symbolic: bool,
    /// Inside quotation marks.
    is_quoted: bool,
}

impl Walk<'_> {
    fn run(&mut self, task: Task) {
        match task {
            Task::Enter(id, inherited) => self.enter(id, inherited),
            Task::Words(words) => self.tree.text(&words),
            Task::Fallback(characters, words) => {
                if self.tree.shown() == characters {
                    self.tree.text(&words);
                }
            }
            Task::Within(inline, tasks) => {
                self.open_inline(inline);
                self.tasks.extend(tasks.into_iter().rev());
            }
            Task::OpenInline(inline) => {
                self.tree.open_inline(inline);
            }
            Task::CloseInline(inline) => self.tree.close_inline(&inline),
            Task::Close(close) => close(self.tree),
            Task::CloseList => {
                self.numbers.pop();
                self.tree.close_list();
            }
        }
    }

    fn enter_children(&mut self, element: &Element, inherited: Inherited) {
        let children = self.document.node(element.id).children.iter();
        self.tasks.extend(children.rev().map(|id| Task::Enter(*id, inherited)));
    }

    fn enter(&mut self, id: Id, inherited: Inherited) {
        match &self.document.node(id).kind {
            Kind::Text(_) if inherited.is_invisible || inherited.is_in_svg || inherited.is_tiny => {}
            Kind::Text(text) if inherited.is_symbolic => self.text(&symbols::shown(text), inherited.spaces),
            Kind::Text(text) => self.text(text, inherited.spaces),
            Kind::Element(element) => match *element.namespace() {
                ns!(svg) => self.drawing(element, inherited),
                ns!(mathml) => self.formula(element, inherited),
                _ => self.html(element, inherited),
            },
            Kind::Other => {}
        }
    }

    fn text(&mut self, text: &str, spaces: Spaces) {
        match spaces {
            Spaces::Collapsed => self.tree.text(text),
            Spaces::Lines => {
                for (index, line) in text.split(is_line_end).enumerate() {
                    if index > 0 {
                        self.tree.line_break();
                    }
                    self.tree.text(line);
                }
            }
            Spaces::Kept => self.tree.verbatim(text),
        }
    }

    fn html(&mut self, element: &Element, inherited: Inherited) {
        let name = element.name();
        let style = Style::of_element(element);
        // A hidden element that is never closed would hide the rest of the message.
        let may_hide = !element.is_unclosed.get() || tags::SELF_ENDING.contains(name);
        // `hidden` is only a default style, which the element's own `display` overrides.
        let is_hidden = style.is_hidden() || style.display.is_none() && element.attribute("hidden").is_some();
        if may_hide && is_hidden || self.is_rendered_copy(element) {
            return;
        }
        let is_preformatted = tags::PREFORMATTED.contains(name) || name == "textarea";
        let usual_spaces = if is_preformatted { Spaces::Kept } else { inherited.spaces };
        // Form fields have a font size of their own.
        let is_tiny = inherited.is_tiny && !matches!(name, "button" | "select" | "textarea");
        let of_font = element.attribute("face").filter(|_| name == "font").and_then(symbols::is_symbolic);
        let inner = Inherited {
            is_invisible: style.is_invisible.filter(|_| may_hide).unwrap_or(inherited.is_invisible),
            spaces: style.spaces.unwrap_or(usual_spaces),
            is_in_svg: false,
            is_in_row: style.is_row,
            is_tiny: style.is_tiny.unwrap_or(is_tiny),
            is_symbolic: style.is_symbolic.or(of_font).unwrap_or(inherited.is_symbolic),
            ..inherited
        };
        if inherited.is_in_row || style.is_out_of_flow {
            self.open_display(Display::Apart);
        }
        if let ("a" | "q", Some(display)) = (name, style.display) {
            self.open_display(display);
        }
        match name {
            "script" | "style" | "template" | "title" | "head" | "noscript" | "noembed" | "noframes" | "datalist"
            | "meta" | "link" | "base" | "param" | "track" | "col" | "colgroup" | "rp" | "source" | "wbr" => {}
            "br" => self.tree.line_break(),
            _ if inner.is_invisible => self.enter_children(element, inner),
            "img" => self.picture(element, &style, inner.in_link),
            "input" => self.field(element),
            "area" => self.area(element, inner.in_link),
            "iframe" | "embed" | "object" | "audio" | "video" | "canvas" => self.player(element, inner),
            "a" => self.link(element, &style, inner),
            "ul" | "ol" | "menu" | "dir" | "select" => self.list(element, &style, inner),
            "li" | "dd" => self.item(element, &style, inner),
            "optgroup" | "option" => self.option(element, inner),
            "hr" => self.open_display(Display::Block),
            "q" => {
                let [before, after] = if inner.is_quoted { ["\u{2018}", "\u{2019}"] } else { ["\u{201c}", "\u{201d}"] };
                self.surround(before, after);
                self.enter_children(element, Inherited { is_quoted: !inner.is_quoted, ..inner });
            }
            // Ruby readings are shown above their text; in one line they are put in brackets.
            "rt" | "rtc" if self.document.child(element.id, "rt").is_none() => {
                self.surround("(", ")");
                self.enter_children(element, inner);
            }
            _ => self.generic_element(element, &style, inner),
        }
    }

    /// Writes words now, and others after everything that is begun from now on.
    fn surround(&mut self, before: &str, after: &'static str) {
        self.tree.text(before);
        self.tasks.push(Task::Words(after.into()));
    }

    /// Begins an element of this display, and ends it after everything that is begun from now on.
    fn open_display(&mut self, display: Display) {
        match display {
            Display::Block => {
                self.tree.open_paragraph();
                self.tasks.push(Task::Close(Tree::close_paragraph));
            }
            Display::Apart => self.surround(" ", " "),
            Display::Inline => {}
        }
    }

    /// Shows these words after an element if nothing is shown from now on until then.
    fn fallback(&mut self, words: Option<String>) {
        self.tasks.extend(words.map(|words| Task::Fallback(self.tree.shown(), words)));
    }

    /// Handles an element without a meaning of its own: only display and formatting.
    fn generic_element(&mut self, element: &Element, style: &Style, inner: Inherited) {
        let name = element.name();
        let display = match name {
            // Table rows stay rows, even if a style changes them for small screens.
            "tr" => Display::Block,
            "td" | "th" | "x-cell" => Display::Apart,
            _ => style.display.unwrap_or(match () {
                () if tags::is_block(name) => Display::Block,
                () if tags::APART.contains(name) => Display::Apart,
                () => Display::Inline,
            }),
        };
        self.open_display(display);
        self.fallback(media::value_of(element));
        self.format(name, style);
        self.enter_children(element, inner);
    }

    /// Begins the formatting of an element, and ends it after everything begun from now on.
    fn format(&mut self, name: &str, style: &Style) {
        for inline in &style.removed_inlines {
            // Descendants cannot remove a line through or under text.
            if matches!(inline, Inline::Bold | Inline::Italic) && self.tree.is_open(inline) {
                self.tree.close_inline(inline);
                self.tasks.push(Task::OpenInline(inline.clone()));
            }
        }
        let own = Inline::of(name).filter(|own| !style.removed_inlines.contains(own));
        for inline in own.into_iter().chain(style.added_inlines.iter().cloned()) {
            self.open_inline(inline);
        }
    }

    /// Begins formatting, or writes a sign for it if it is already open.
    fn open_inline(&mut self, inline: Inline) {
        if self.tree.open_inline(inline.clone()) {
            self.tasks.push(Task::CloseInline(inline));
        } else if let Some(sign) = inline.sign() {
            self.tree.text(sign);
        }
    }

    fn link(&mut self, element: &Element, style: &Style, inner: Inherited) {
        let href = element.attribute("href").filter(|href| !href.trim().is_empty());
        let address = href.and_then(links::anchor);
        self.found.links_dropped += usize::from(href.is_some() && address.is_none());
        let in_link = inner.in_link || address.is_some();
        if let Some(address) = address {
            // A link to an image without text is named by its own name or its address.
            let file_name = || self.contains_picture(element).then(|| media::file_name_of(&address));
            let name = media::name_of(element).or_else(file_name);
            // Links don't nest.
            self.tree.close_link();
            self.tree.open_inline(Inline::Link(address));
            self.tasks.push(Task::Close(Tree::close_link));
            self.fallback(name);
        }
        self.format("a", style);
        self.enter_children(element, Inherited { in_link, ..inner });
    }

    fn contains_picture(&self, element: &Element) -> bool {
        let is_picture = |one: &Element| matches!(one.name(), "img" | "svg" | "video" | "canvas" | "object");
        self.document.child_elements(element.id).any(|child| is_picture(child) || self.contains_picture(child))
    }

    fn list(&mut self, element: &Element, style: &Style, inner: Inherited) {
        let numbering = lists::numbering(self.document, element, style);
        self.tree.open_list(numbering);
        self.numbers.push(numbering.map(|_| Count::new(self.document, element)));
        self.tasks.push(Task::CloseList);
        self.enter_children(element, inner);
    }

    fn item(&mut self, element: &Element, style: &Style, inner: Inherited) {
        let name = element.name();
        let is_in_list = name == "li" && lists::is_in_list(self.document, element);
        if !is_in_list {
            // Items without a list and descriptions of terms form lists of their own.
            let neighbours = self.document.neighbours(element.id);
            let [before, after] = neighbours.map(|one| one.is_some_and(|one| one.name() == name));
            if !before {
                self.tree.open_list(None);
                self.numbers.push(None);
            }
            if !after {
                self.tasks.push(Task::CloseList);
            }
        }
        let number = self.numbers.last_mut().and_then(Option::as_mut).map(|count| count.next(element));
        if is_in_list && style.marker == Some(Marker::Nothing) {
            // Editors write content of a list that is not an item this way, such as a nested list.
            self.open_display(Display::Block);
        } else {
            self.open_item(number);
        }
        if let Some(sign) = lists::checkbox(element) {
            self.tree.text(sign);
        }
        self.format(name, style);
        self.enter_children(element, inner);
    }

    fn open_item(&mut self, number: Option<i32>) {
        self.tree.open_item(number);
        self.tasks.push(Task::Close(Tree::close_item));
    }

    fn option(&mut self, element: &Element, inner: Inherited) {
        if self.numbers.is_empty() {
            self.open_display(Display::Block);
        } else {
            self.open_item(None);
        }
        match element.text_attribute("label") {
            Some(label) if element.name() == "optgroup" => self.tree.text(label),
            label => self.fallback(label.map(str::to_owned)),
        }
        self.enter_children(element, inner);
    }

    fn drawing(&mut self, element: &Element, inherited: Inherited) {
        let style = Style::of_element(element);
        let is_none = element.attribute("display") == Some("none");
        match element.name() {
            _ if style.is_hidden() || is_none || inherited.is_invisible => {}
            "script" | "style" | "metadata" => {}
            "image" => self.picture(element, &style, inherited.in_link),
            "svg" => {
                self.found.has_media |= !(style.is_tracking_pixel || media::is_tracking_pixel(element));
                self.open_display(Display::Apart);
                self.fallback(media::name_of(element));
                self.enter_children(element, Inherited { is_in_svg: true, ..inherited });
            }
            "a" => self.link(element, &style, inherited),
            "text" | "title" | "desc" | "foreignObject" => {
                self.open_display(Display::Apart);
                self.enter_children(element, Inherited { is_in_svg: false, ..inherited });
            }
            _ => self.enter_children(element, inherited),
        }
    }
}
