//! The session's side of the tabs' lock and channel, and the words as they go over it. Decides nothing.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use chataibot_wire::Cursor;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

use super::{
    fact::Fact,
    rim::{News, Rim},
    talk::Unread,
    word::{Passage, Word},
};
use crate::{
    api::json,
    conversation::{Link, Logged},
    tabs::{self, Channel, Claim, Lock},
};

/// The lock whose holder has the stream.
const LEADER: &str = "leader";

/// What this tab has open towards the others.
#[derive(Default)]
pub(super) struct Company {
    channel: RefCell<Option<Channel>>,
    lock: RefCell<Option<Lock>>,
    /// Gives up the place in the line for the lock.
    waiting: RefCell<Option<AbortController>>,
    /// Counts the places taken, so that a lock which comes too late is known.
    stands: Cell<u32>,
}

impl Company {
    /// Lets go of everything.
    pub(super) fn leave(&self) {
        self.step_down();
        drop(self.channel.take());
    }

    /// Lets go of the lock, or of the place in its line.
    pub(super) fn step_down(&self) {
        self.stands.set(self.stands.get() + 1);
        if let Some(waiting) = self.waiting.take() {
            waiting.abort();
        }
        drop(self.lock.take());
    }

    pub(super) fn post(&self, word: Word) {
        if let Some(channel) = &*self.channel.borrow() {
            channel.post(&written(word));
        }
    }
}

impl Rim {
    pub(super) fn join_tabs(self: &Rc<Self>) {
        let rim = Rc::downgrade(self);
        let channel = Channel::open(self.shelf().0.prefix(), move |message| {
            if let Some(rim) = rim.upgrade() {
                rim.hear_news(News::Unread(Unread::Word(message)));
            }
        });
        if channel.is_none() {
            self.tell_later(Fact::TabsParted);
        }
        *self.company.channel.borrow_mut() = channel;
    }

    /// Stands in line for the lock, or takes it.
    pub(super) fn stand(self: &Rc<Self>, steal: bool) {
        self.company.step_down();
        let number = self.company.stands.get();
        let claim = if steal {
            Claim::Steal
        } else {
            let Ok(controller) = AbortController::new() else { return self.tell_later(Fact::TabsParted) };
            let signal = controller.signal();
            *self.company.waiting.borrow_mut() = Some(controller);
            Claim::Until(signal)
        };
        let name = [self.shelf().0.prefix(), LEADER].concat();
        let rim = Rc::downgrade(self);
        spawn_local(async move {
            let lock = tabs::claim(&name, claim).await;
            let lost = lock.lost();
            let held = lock.is_held();
            let told = |fact| tell(&rim, number, fact);
            // A lock that nobody waits for any more is let go at the end of this block.
            if !tell_with(&rim, number, lock) {
                return;
            }
            if !held {
                return told(Fact::TabsParted);
            }
            told(Fact::Chosen);
            if lost.await {
                told(Fact::Deposed);
            }
        });
    }
}

/// Keeps the lock, if it is still this place in the line that counts.
fn tell_with(rim: &Weak<Rim>, number: u32, lock: Lock) -> bool {
    let Some(rim) = rim.upgrade().filter(|rim| !rim.is_gone() && rim.company.stands.get() == number) else {
        return false;
    };
    drop(rim.company.waiting.take());
    *rim.company.lock.borrow_mut() = Some(lock);
    true
}

fn tell(rim: &Weak<Rim>, number: u32, fact: Fact) {
    if let Some(rim) = rim.upgrade().filter(|rim| !rim.is_gone() && rim.company.stands.get() == number) {
        rim.hear(fact);
    }
}

/// A word as it goes over the channel: a list, its kind first, entries as the texts they came as.
fn written(word: Word) -> JsValue {
    let place = |cursor: Option<Cursor>| cursor.map_or(JsValue::NULL, |cursor| cursor.to_string().into());
    let text = |text: &str| JsValue::from_str(text);
    let parts = match word {
        Word::Ask { conversation, cursor } => vec![text("ask"), text(&conversation), place(cursor)],
        Word::Beat { conversation, link, cursor } => {
            vec![text("beat"), text(&conversation), place(cursor), link_number(link).into()]
        }
        Word::Log(Passage { conversation, after, entries, up_to, whole, earlier }) => {
            let entries: Array = entries.iter().map(|entry| text(entry.json())).collect();
            let entries = entries.into();
            vec![text("log"), text(&conversation), place(after), place(up_to), whole.into(), earlier.into(), entries]
        }
        Word::Read { conversation, cursor } => vec![text("read"), text(&conversation), place(Some(cursor))],
        Word::Draft(draft) => vec![text("draft"), text(&draft)],
        Word::Opened(open) => vec![text("opened"), open.into()],
    };
    parts.into_iter().collect::<Array>().into()
}

/// A word of another tab; `None` when it is none that this version knows.
pub(super) fn read(message: &JsValue) -> Option<Word> {
    let parts: &Array = message.dyn_ref()?;
    let text = |at| parts.get(at).as_string();
    let name = |at| text(at).map(Rc::from);
    let place = |at| text(at).and_then(|text| text.parse().ok());
    Some(match text(0)?.as_str() {
        "ask" => Word::Ask { conversation: name(1)?, cursor: place(2) },
        "beat" => Word::Beat { conversation: name(1)?, cursor: place(2), link: link_of(&parts.get(3))? },
        "log" => {
            let texts: Array = parts.get(6).dyn_into().ok()?;
            // What cannot be read is passed over, as it would be on the stream.
            let entry = |text: JsValue| {
                let text = text.as_string()?;
                Some(Rc::new(Logged::new(json::parse(&text)?, text)))
            };
            Word::Log(Passage {
                conversation: name(1)?,
                after: place(2),
                up_to: place(3),
                whole: parts.get(4).is_truthy(),
                earlier: parts.get(5).is_truthy(),
                entries: texts.iter().filter_map(entry).collect(),
            })
        }
        "read" => Word::Read { conversation: name(1)?, cursor: place(2)? },
        "draft" => Word::Draft(name(1)?),
        "opened" => Word::Opened(parts.get(1).is_truthy()),
        _ => return None,
    })
}

/// Attempts are counted from here on.
const RECONNECTING: u32 = 4;

fn link_number(link: Link) -> u32 {
    match link {
        Link::Idle => 0,
        Link::Connecting => 1,
        Link::Live => 2,
        Link::Offline => 3,
        Link::Reconnecting { attempt } => RECONNECTING.saturating_add(attempt),
    }
}

fn link_of(number: &JsValue) -> Option<Link> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    let number = number.as_f64()? as u32;
    Some(match number {
        0 => Link::Idle,
        1 => Link::Connecting,
        2 => Link::Live,
        3 => Link::Offline,
        more => Link::Reconnecting { attempt: more - RECONNECTING },
    })
}
