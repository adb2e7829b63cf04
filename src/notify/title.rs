//! Title of the tab: alternates between the page's own and a sentence about unread messages, then
//! restores the page's exactly, including any change the page made in between. A page without a
//! title gets none: the widget adds nothing to its head.

use std::{cell::RefCell, rc::Rc};

use web_sys::{Element, Node};

use crate::browser::{environment, timers::Timer};

/// How long each of the two is shown, in milliseconds.
const SWITCH_INTERVAL: u64 = 1_600;

thread_local! {
    /// One for all widgets, as the page has one title.
    static TURNS: RefCell<Turns> = RefCell::default();
}

/// A widget's sentence in the title; dropping it restores the page's own.
#[derive(Default)]
pub(super) struct Title(Rc<()>);

#[derive(Default)]
struct Turns {
    /// Sentences of the page's widgets. Only the first is shown.
    sentences: Vec<(Rc<()>, String)>,
    /// The page's own title, as last read.
    own: String,
    /// The sentence that is in the title now, if any.
    shown: Option<Shown>,
    timer: Option<Timer>,
}

struct Shown {
    /// The element it was written to. The page may have replaced it since.
    title: Element,
    sentence: String,
}

impl Title {
    /// Alternates `sentence` with the page's own title; `None` leaves the page's own.
    pub(super) fn show(&self, sentence: Option<String>) {
        TURNS.with_borrow_mut(|turns| {
            let at = turns.sentences.iter().position(|(owner, _)| Rc::ptr_eq(owner, &self.0));
            match (sentence, at) {
                (Some(sentence), Some(at)) => turns.sentences[at].1 = sentence,
                (Some(sentence), None) => turns.sentences.push((self.0.clone(), sentence)),
                (None, Some(at)) => drop(turns.sentences.remove(at)),
                (None, None) => {}
            }
            if turns.sentences.is_empty() {
                turns.timer = None;
                turns.restore();
            } else if turns.timer.is_none() {
                turns.switch();
            }
        });
    }
}

impl Drop for Title {
    fn drop(&mut self) {
        self.show(None);
    }
}

impl Turns {
    /// Switches to the other title, and schedules the next switch.
    fn switch(&mut self) {
        if !self.restore()
            && let (Some(title), Some((_, sentence))) = (title(), self.sentences.first())
        {
            // The page may have changed its title since the last switch.
            self.own = text(&title);
            write(&title, sentence);
            self.shown = Some(Shown { title, sentence: sentence.clone() });
        }
        self.timer = Timer::after(SWITCH_INTERVAL, || TURNS.with_borrow_mut(Turns::switch));
    }

    /// Restores the page's own title. Returns false if the title was already the page's.
    fn restore(&mut self) -> bool {
        let Some(shown) = self.shown.take() else { return false };
        let restore = |title: &Element| {
            let is_ours = shown.is_shown_as(&text(title), &self.own);
            if is_ours {
                write(title, &self.own);
            }
            is_ours
        };
        match title() {
            // The page may put the old element back, and the new one may be a copy of it.
            Some(title) if title != shown.title => {
                restore(&shown.title);
                restore(&title)
            }
            _ => restore(&shown.title),
        }
    }
}

impl Shown {
    /// Whether `text` is our sentence, perhaps translated. A translation keeps its number; a title
    /// by the page has another number, or shares a word with the page's earlier title.
    fn is_shown_as(&self, text: &str, own: &str) -> bool {
        let Self { sentence, .. } = self;
        text == sentence || (number(sentence).is_some() && number(text) == number(sentence) && !share_a_word(text, own))
    }
}

/// The first number in this text, with the brackets around it.
fn number(text: &str) -> Option<String> {
    let is_part = |character: char| character.is_ascii_digit() || matches!(character, '(' | ')' | '（' | '）');
    let found = text.split(|character| !is_part(character)).find(|part| part.contains(|it: char| it.is_ascii_digit()));
    found.map(|part| part.replace('（', "(").replace('）', ")"))
}

fn share_a_word(one: &str, other: &str) -> bool {
    let words = |text| str::split(text, |it: char| !it.is_alphabetic()).filter(|word| !word.is_empty());
    words(one).any(|word| words(other).any(|it| it == word))
}

/// Returns the element whose text is the tab's title; not the `title` of an SVG.
fn title() -> Option<Element> {
    environment::window()?.document()?.query_selector("title:not(svg *)").ok().flatten()
}

fn text(title: &Element) -> String {
    title.text_content().unwrap_or_default()
}

/// Writes a text. Keeps the text node, which the page may go on writing to.
fn write(title: &Element, text: &str) {
    match title.first_child() {
        Some(only) if only.node_type() == Node::TEXT_NODE && only.next_sibling().is_none() => {
            only.set_node_value(Some(text))
        }
        _ => title.set_text_content(Some(text)),
    }
}
