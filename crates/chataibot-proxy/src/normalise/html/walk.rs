//! Tree walker: interprets each parsed element and builds the rich-text tree.

use std::{borrow::Cow, rc::Rc};

use super::{
    math::{self, Part},
    media,
    parse::{Document, Element, Id, Kind, Namespace},
    style::{Display, Marker, Spaces, Style},
    symbols, tags,
    tree::{Inline, Tree},
};
use crate::normalise::{links, text::is_line_end};

mod embedded;
mod lists;

use lists::Count;

/// Traverses a document and builds its tree.
pub struct Walk<'a> {
    document: &'a Document,
    pub tree: &'a mut Tree,
    tasks: Vec<Task>,
    /// Open lists, with their counters.
    numbers: Vec<Option<Count>>,
    /// Open super- and subscripts in formulas, and whether each was opened in the tree or only
    /// written as a sign.
    shifts: Vec<(bool, Inline)>,
    pub links_dropped: usize,
    /// Addresses of images without text of their own; shown only if nothing else is.
    pub unlabelled_images: Vec<String>,
    /// Whether there is an image, player or frame, perhaps without an address.
    pub has_media: bool,
    /// Whether this is the document of a frame, in which further frames are not opened.
    is_framed: bool,
}

enum Task {
    Enter(Id, Inherited),
    Leave(Leave),
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

/// Action after the content of an element.
enum Leave {
    Begin(Inline),
    Inline(Inline),
    Shift(Inline),
    ShiftEnd,
    Link,
    Block,
    List,
    Item,
    Words(Cow<'static, str>),
    Space,
    /// Text to show if the content shows nothing.
    Fallback {
        characters: usize,
        words: String,
    },
}

impl<'a> Walk<'a> {
    pub fn new(document: &'a Document, tree: &'a mut Tree) -> Self {
        Self {
            document,
            tree,
            tasks: Vec::new(),
            numbers: Vec::new(),
            shifts: Vec::new(),
            links_dropped: 0,
            unlabelled_images: Vec::new(),
            has_media: false,
            is_framed: false,
        }
    }

    /// Traverses the whole document.
    pub fn all(&mut self, spaces: Spaces) {
        let inherited = Inherited { spaces, ..Inherited::default() };
        self.push_children(self.document.roots(), inherited);
        // An explicit stack instead of recursion, because the input can be nested arbitrarily deep.
        while let Some(step) = self.tasks.pop() {
            match step {
                Task::Enter(id, inherited) => self.enter(id, inherited),
                Task::Leave(leave) => self.leave(leave),
            }
        }
    }

    fn push_children(&mut self, children: Vec<Id>, inherited: Inherited) {
        self.tasks.extend(children.into_iter().rev().map(|id| Task::Enter(id, inherited)));
    }

    fn enter(&mut self, id: Id, inherited: Inherited) {
        match &self.document.node(id).kind {
            Kind::Text(text) if inherited.is_invisible || inherited.is_in_svg || inherited.is_tiny => {
                debug_assert!(!text.is_empty(), "a text without characters");
            }
            Kind::Text(text) if inherited.is_symbolic => self.text(&symbols::shown(text), inherited.spaces),
            Kind::Text(text) => self.text(text, inherited.spaces),
            Kind::Element(element) => match element.namespace() {
                Namespace::Html => self.html(id, element, inherited),
                Namespace::Svg => self.drawing(id, element, inherited),
                Namespace::MathMl => self.formula(id, element, inherited),
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

    /// Schedules the content of an element, and then the actions after it, the last one first.
    fn schedule(&mut self, id: Id, inherited: Inherited, leave: Vec<Leave>) {
        self.tasks.extend(leave.into_iter().map(Task::Leave));
        self.push_children(self.document.node(id).children.clone(), inherited);
    }

    /// Shows these words after an element if nothing is shown from now on until then.
    fn fallback(&self, words: Option<String>) -> Option<Leave> {
        words.map(|words| Leave::Fallback { characters: self.tree.shown(), words })
    }

    fn leave(&mut self, leave: Leave) {
        match leave {
            Leave::Begin(inline) => {
                self.tree.open_inline(inline);
            }
            Leave::Shift(inline) => {
                let is_new = self.tree.open_inline(inline.clone());
                if let Some(sign) = inline.sign().filter(|_| !is_new) {
                    self.tree.text(sign);
                }
                self.shifts.push((is_new, inline));
            }
            Leave::ShiftEnd => {
                if let Some((true, inline)) = self.shifts.pop() {
                    self.tree.close_inline(&inline);
                }
            }
            Leave::Inline(inline) => self.tree.close_inline(&inline),
            Leave::Link => self.tree.close_link(),
            Leave::Block => self.tree.close_paragraph(),
            Leave::List => {
                self.numbers.pop();
                self.tree.close_list();
            }
            Leave::Item => self.tree.close_item(),
            Leave::Words(words) => self.tree.text(&words),
            Leave::Space => self.tree.text(" "),
            Leave::Fallback { characters, words } => {
                if self.tree.shown() == characters {
                    self.tree.text(&words);
                }
            }
        }
    }

    fn html(&mut self, id: Id, element: &Element, inherited: Inherited) {
        let name = element.name();
        let style = Style::of_element(element);
        // A hidden element that is never closed would hide the rest of the message.
        let may_hide = !element.is_unclosed.get() || tags::ends_by_itself(name);
        // The `hidden` attribute is a browser default style, which the element's own `display`
        // overrides.
        let is_hidden = style.is_hidden || style.display.is_none() && element.attribute("hidden").is_some();
        if may_hide && is_hidden || math::is_rendered_copy(self.document, id, element) {
            return;
        }
        let mut inner = Inherited { is_in_svg: false, is_in_row: style.is_row, ..inherited };
        if may_hide {
            inner.is_invisible = style.is_visible.map_or(inner.is_invisible, |is_visible| !is_visible);
        }
        let of_font = element.attribute("face").filter(|_| name == "font").and_then(symbols::is_symbolic);
        inner.is_symbolic = style.is_symbolic.or(of_font).unwrap_or(inner.is_symbolic);
        // Form fields have a font size of their own.
        inner.is_tiny = style.is_tiny.unwrap_or(inner.is_tiny && !matches!(name, "button" | "select" | "textarea"));
        if tags::is_preformatted(name) || name == "textarea" {
            inner.spaces = Spaces::Kept;
        }
        inner.spaces = style.spaces.unwrap_or(inner.spaces);
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
            _ if inner.is_invisible => self.schedule(id, inner, Vec::new()),
            "img" => self.picture(element, &style, inner.in_link),
            "input" => self.field(element),
            "area" => self.area(element, inner.in_link),
            "iframe" | "embed" | "object" | "audio" | "video" | "canvas" => self.player(id, element, inner),
            "a" => self.link(id, element, &style, inner),
            "ul" | "ol" | "menu" | "dir" | "select" => self.list(id, element, &style, inner),
            "li" | "dd" => self.item(id, element, &style, inner),
            "optgroup" | "option" => self.option(id, element, inner),
            "hr" => {
                self.tree.open_paragraph();
                self.tree.close_paragraph();
            }
            "q" => {
                let [before, after] = if inner.is_quoted { ["\u{2018}", "\u{2019}"] } else { ["\u{201c}", "\u{201d}"] };
                self.tree.text(before);
                self.schedule(id, Inherited { is_quoted: !inner.is_quoted, ..inner }, vec![Leave::Words(after.into())]);
            }
            // Ruby readings are shown above their text; in one line they are put in brackets.
            "rt" | "rtc" if !self.has_child(id, "rt") => {
                self.tree.text("(");
                self.schedule(id, inner, vec![Leave::Words(")".into())]);
            }
            _ => self.generic_element(id, element, &style, inner),
        }
    }

    /// Begins an element of this display, and ends it after everything that is begun from now on.
    fn open_display(&mut self, display: Display) {
        match display {
            Display::Block => {
                self.tree.open_paragraph();
                self.tasks.push(Task::Leave(Leave::Block));
            }
            Display::Apart => {
                self.tree.text(" ");
                self.tasks.push(Task::Leave(Leave::Space));
            }
            Display::Inline => {}
        }
    }

    /// Handles an element without a meaning of its own: only display and formatting.
    fn generic_element(&mut self, id: Id, element: &Element, style: &Style, inner: Inherited) {
        let name = element.name();
        let display = match name {
            // Table rows stay rows, even if a style changes them for small screens.
            "tr" => Display::Block,
            "td" | "th" | "x-cell" => Display::Apart,
            _ => style.display.unwrap_or(match () {
                () if tags::is_block(name) => Display::Block,
                () if tags::is_apart(name) => Display::Apart,
                () => Display::Inline,
            }),
        };
        self.open_display(display);
        let mut leave = Vec::new();
        leave.extend(self.fallback(media::value_of(element)));
        self.format(name, style, &mut leave);
        self.schedule(id, inner, leave);
    }

    /// Begins the formatting of an element and its style, and adds the actions that end it.
    fn format(&mut self, name: &str, style: &Style, leave: &mut Vec<Leave>) {
        for inline in &style.removed_inlines {
            // Descendants cannot remove a line through or under text.
            if matches!(inline, Inline::Bold | Inline::Italic) && self.tree.is_open(inline) {
                self.tree.close_inline(inline);
                leave.push(Leave::Begin(inline.clone()));
            }
        }
        let own = match name {
            "th" | "dt" => Some(Inline::Bold),
            _ if tags::is_heading(name) => Some(Inline::Bold),
            _ if tags::is_preformatted(name) => Some(Inline::Code),
            _ => Inline::of(name),
        };
        let own = own.filter(|own| !style.removed_inlines.contains(own));
        for inline in own.into_iter().chain(style.added_inlines.iter().cloned()) {
            if self.tree.open_inline(inline.clone()) {
                leave.push(Leave::Inline(inline));
            } else if let Some(sign) = inline.sign() {
                self.tree.text(sign);
            }
        }
    }

    fn link(&mut self, id: Id, element: &Element, style: &Style, inner: Inherited) {
        let href = element.attribute("href").filter(|href| !href.trim().is_empty());
        let address = href.and_then(links::anchor);
        self.links_dropped += usize::from(href.is_some() && address.is_none());
        let mut leave = Vec::new();
        let Some(address) = address else {
            self.format("a", style, &mut leave);
            return self.schedule(id, inner, leave);
        };
        // A link to an image without text is named by the element's own name, or by its address.
        let name = media::name_of(element).or_else(|| self.contains_picture(id).then(|| media::file_name_of(&address)));
        // Links don't nest.
        self.tree.close_link();
        self.tree.open_inline(Inline::Link(address));
        leave.push(Leave::Link);
        leave.extend(self.fallback(name));
        self.format("a", style, &mut leave);
        self.schedule(id, Inherited { in_link: true, ..inner }, leave);
    }

    /// Whether an element of that name is among the children.
    fn has_child(&self, id: Id, name: &str) -> bool {
        self.document.child_elements(id).any(|child| child.name() == name)
    }

    fn contains_picture(&self, id: Id) -> bool {
        let mut inside = self.document.node(id).children.clone();
        while let Some(id) = inside.pop() {
            let is_picture = |one: &Rc<Element>| matches!(one.name(), "img" | "svg" | "video" | "canvas" | "object");
            if self.document.element(id).is_some_and(is_picture) {
                return true;
            }
            inside.extend(&self.document.node(id).children);
        }
        false
    }

    fn list(&mut self, id: Id, element: &Element, style: &Style, inner: Inherited) {
        let numbering = lists::numbering(self.document, id, element, style);
        self.tree.open_list(numbering);
        self.schedule(id, inner, vec![Leave::List]);
        self.numbers.push(numbering.and(lists::count(self.document, id, element)));
    }

    fn item(&mut self, id: Id, element: &Element, style: &Style, inner: Inherited) {
        let name = element.name();
        let is_in_list = name == "li" && lists::is_in_list(self.document, id);
        let mut leave = Vec::new();
        if !is_in_list {
            // Items without a list and descriptions of terms form lists of their own.
            let [before, after] = self.document.neighbours(id).map(|one| one.is_some_and(|one| one.name() == name));
            if !before {
                self.tree.open_list(None);
                self.numbers.push(None);
            }
            if !after {
                leave.push(Leave::List);
            }
        }
        let number = self.numbers.last_mut().and_then(Option::as_mut).map(|count| count.next(element));
        if is_in_list && style.marker == Some(Marker::Nothing) {
            // Editors write content of a list that is not an item this way, such as a nested list.
            self.tree.open_paragraph();
            leave.push(Leave::Block);
        } else {
            self.tree.open_item(number);
            leave.push(Leave::Item);
        }
        if let Some(sign) = lists::checkbox(element) {
            self.tree.text(sign);
        }
        self.format(name, style, &mut leave);
        self.schedule(id, inner, leave);
    }

    fn option(&mut self, id: Id, element: &Element, inner: Inherited) {
        let is_listed = !self.numbers.is_empty();
        if is_listed {
            self.tree.open_item(None);
        } else {
            self.tree.open_paragraph();
        }
        let label = element.text_attribute("label").map(str::to_owned);
        let mut leave = vec![if is_listed { Leave::Item } else { Leave::Block }];
        match label {
            Some(label) if element.name() == "optgroup" => self.tree.text(&label),
            words => leave.extend(self.fallback(words)),
        }
        self.schedule(id, inner, leave);
    }

    fn drawing(&mut self, id: Id, element: &Element, inherited: Inherited) {
        let style = Style::of_element(element);
        let is_none = element.attribute("display") == Some("none");
        let holds_words = matches!(element.name(), "text" | "title" | "desc" | "foreignObject");
        match element.name() {
            _ if style.is_hidden || is_none || inherited.is_invisible => {}
            "script" | "style" | "metadata" => {}
            "image" => self.picture(element, &style, inherited.in_link),
            "svg" => {
                self.has_media |= !(style.is_tracking_pixel || media::is_tracking_pixel(element));
                self.tree.text(" ");
                let mut leave = vec![Leave::Space];
                leave.extend(self.fallback(media::name_of(element)));
                self.schedule(id, Inherited { is_in_svg: true, ..inherited }, leave);
            }
            "a" => self.link(id, element, &style, inherited),
            _ if holds_words => {
                self.tree.text(" ");
                self.schedule(id, Inherited { is_in_svg: false, ..inherited }, vec![Leave::Space]);
            }
            _ => self.schedule(id, inherited, Vec::new()),
        }
    }

    fn formula(&mut self, id: Id, element: &Element, inherited: Inherited) {
        let style = Style::of_element(element);
        if style.is_hidden || inherited.is_invisible {
            return;
        }
        let inherited = Inherited { is_in_svg: false, ..inherited };
        if element.name() == "math" {
            let name = media::name_of(element).or_else(|| element.attribute("alttext").map(str::to_owned));
            self.tasks.extend(self.fallback(name).map(Task::Leave));
        }
        let parts = math::parts(self.document, id, element);
        self.tasks.extend(parts.into_iter().rev().map(|part| match part {
            Part::Node(id) => Task::Enter(id, inherited),
            Part::Words(words) => Task::Leave(Leave::Words(words)),
            Part::Space => Task::Leave(Leave::Space),
            Part::Begin(inline) => Task::Leave(Leave::Shift(inline)),
            Part::End => Task::Leave(Leave::ShiftEnd),
        }));
    }
}
