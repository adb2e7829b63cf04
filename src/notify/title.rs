//! The title of the page's tab takes turns with a sentence of ours, and the page gets it back
//! exactly as it was, or as it changed it meanwhile. A page without a title gets none: nothing of
//! ours comes into its head.

use std::{cell::RefCell, rc::Rc};

use web_sys::{Element, Node};

use crate::browser::{environment, timers::Timer};

/// How long each of both is shown, in milliseconds.
const TURN: u64 = 1_600;

thread_local! {
    /// The page has one title, whoever writes it.
    static TURNS: RefCell<Turns> = RefCell::default();
}

/// Shows a sentence in the tab's title; dropping it gives the page its own back.
#[derive(Default)]
pub(super) struct Title(Rc<()>);

#[derive(Default)]
struct Turns {
    /// What the widgets of the page have to say. One at a time is shown: the first.
    sentences: Vec<(Rc<()>, String)>,
    /// The page's own, as it stood last.
    own: String,
    /// What stands there now, if it is ours.
    shown: Option<Shown>,
    timer: Option<Timer>,
}

struct Shown {
    /// Where it was written. The page may have another title by now.
    title: Element,
    sentence: String,
}

impl Title {
    /// Shows this in turn with the page's own title; with nothing, the page's own alone.
    pub(super) fn show(&self, sentence: Option<String>) {
        TURNS.with_borrow_mut(|turns| {
            let at = turns.sentences.iter().position(|(whose, _)| Rc::ptr_eq(whose, &self.0));
            match (sentence, at) {
                (Some(sentence), Some(at)) => turns.sentences[at].1 = sentence,
                (Some(sentence), None) => turns.sentences.push((self.0.clone(), sentence)),
                (None, Some(at)) => drop(turns.sentences.remove(at)),
                (None, None) => {}
            }
            if turns.sentences.is_empty() {
                turns.timer = None;
                turns.take_back();
            } else if turns.timer.is_none() {
                turns.change();
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
    /// Writes the one whose turn it is, and waits for the other's.
    fn change(&mut self) {
        if !self.take_back()
            && let (Some(title), Some((_, sentence))) = (title(), self.sentences.first())
        {
            // The page's own, perhaps another than before.
            self.own = text(&title);
            write(&title, sentence);
            self.shown = Some(Shown { title, sentence: sentence.clone() });
        }
        self.timer = Timer::after(TURN, || TURNS.with_borrow_mut(Turns::change));
    }

    /// Puts the page's own in the place of ours. False when the title was the page's already.
    fn take_back(&mut self) -> bool {
        let Some(shown) = self.shown.take() else { return false };
        let take_back = |title: &Element| {
            let is_ours = shown.has_become(&text(title), &self.own);
            if is_ours {
                write(title, &self.own);
            }
            is_ours
        };
        match title() {
            // What the page has put aside may come back, and what it has now may be a copy.
            Some(title) if title != shown.title => {
                take_back(&shown.title);
                take_back(&title)
            }
            _ => take_back(&shown.title),
        }
    }
}

impl Shown {
    /// Is this our sentence, perhaps translated? Translators keep its number; what the page writes
    /// has another, or words of the title it had.
    fn has_become(&self, text: &str, own: &str) -> bool {
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

/// What the tab shows the text of, and no title of a drawing.
fn title() -> Option<Element> {
    environment::window()?.document()?.query_selector("title:not(svg *)").ok().flatten()
}

fn text(title: &Element) -> String {
    title.text_content().unwrap_or_default()
}

/// Keeps the text's node, which the page may go on writing to.
fn write(title: &Element, text: &str) {
    match title.first_child() {
        Some(only) if only.node_type() == Node::TEXT_NODE && only.next_sibling().is_none() => {
            only.set_node_value(Some(text))
        }
        _ => title.set_text_content(Some(text)),
    }
}
