//! Lock and channel of the tabs: runs the effects of leader election and encodes the messages
//! between tabs. Makes no decisions.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use chataibot_wire::Cursor;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

use super::{InboxItem, RawInput, Runtime};
use crate::{
    api::json,
    browser::tabs::{self, Channel, Lock, LockMode},
    conversation::{ConnectionStatus, RawEntry},
    machine::{
        input::Input,
        tab_message::{LogSlice, TabMessage},
    },
};

/// The name of the lock whose holder is the leader.
const LEADER: &str = "leader";

/// This tab's handles for coordination with the others.
#[derive(Default)]
pub(super) struct TabHandles {
    channel: RefCell<Option<Channel>>,
    lock: RefCell<Option<Lock>>,
    /// Gives up the place in the queue for the lock.
    waiting: RefCell<Option<AbortController>>,
    /// Counts the requests for the lock, so that one granted too late is recognised.
    stands: Cell<u32>,
}

impl TabHandles {
    /// Releases everything.
    pub(super) fn leave(&self) {
        self.release_lock();
        drop(self.channel.take());
    }

    /// Releases the lock, or the place in its queue.
    pub(super) fn release_lock(&self) {
        self.stands.set(self.stands.get() + 1);
        if let Some(waiting) = self.waiting.take() {
            waiting.abort();
        }
        drop(self.lock.take());
    }

    pub(super) fn broadcast(&self, message: TabMessage) {
        if let Some(channel) = &*self.channel.borrow() {
            channel.post(&encode(message));
        }
    }
}

impl Runtime {
    pub(super) fn join_tabs(self: &Rc<Self>) {
        let runtime = Rc::downgrade(self);
        let channel = Channel::open(self.repository().0.prefix(), move |message| {
            if let Some(runtime) = runtime.upgrade() {
                runtime.receive(InboxItem::Raw(RawInput::TabMessage(message)));
            }
        });
        if channel.is_none() {
            self.enqueue(Input::TabsUnavailable);
        }
        *self.tabs.channel.borrow_mut() = channel;
    }

    /// Waits in the queue for the lock, or steals it.
    pub(super) fn request_lock(self: &Rc<Self>, steal: bool) {
        self.tabs.release_lock();
        let number = self.tabs.stands.get();
        let claim = if steal {
            LockMode::Steal
        } else {
            let Ok(controller) = AbortController::new() else { return self.enqueue(Input::TabsUnavailable) };
            let signal = controller.signal();
            *self.tabs.waiting.borrow_mut() = Some(controller);
            LockMode::Until(signal)
        };
        let name = [self.repository().0.prefix(), LEADER].concat();
        let runtime = Rc::downgrade(self);
        let early = self.requests.early.take_leader();
        spawn_local(async move {
            let lock = match early {
                Some(lock) => lock,
                None => tabs::claim(&name, claim).await,
            };
            let lost = lock.lost();
            let held = lock.is_held();
            let told = |input| tell(&runtime, number, input);
            // A lock that is no longer wanted is released at the end of this block.
            if !tell_with(&runtime, number, lock) {
                return;
            }
            if !held {
                return told(Input::TabsUnavailable);
            }
            told(Input::LockAcquired);
            if lost.await {
                told(Input::LockLost);
            }
        });
    }
}

/// Keeps the lock, if this request for it is still the current one.
fn tell_with(runtime: &Weak<Runtime>, number: u32, lock: Lock) -> bool {
    let Some(runtime) = Runtime::alive(runtime).filter(|runtime| runtime.tabs.stands.get() == number) else {
        return false;
    };
    drop(runtime.tabs.waiting.take());
    *runtime.tabs.lock.borrow_mut() = Some(lock);
    true
}

fn tell(runtime: &Weak<Runtime>, number: u32, input: Input) {
    if let Some(runtime) = Runtime::alive(runtime).filter(|runtime| runtime.tabs.stands.get() == number) {
        runtime.handle(input);
    }
}

/// Encodes a message for the channel: an array, its kind first, entries as the JSON they came as.
fn encode(message: TabMessage) -> JsValue {
    let place = |cursor: Option<Cursor>| cursor.map_or(JsValue::NULL, |cursor| cursor.to_string().into());
    let text = |text: &str| JsValue::from_str(text);
    let parts = match message {
        TabMessage::Query { conversation, cursor } => vec![text("ask"), text(&conversation), place(cursor)],
        TabMessage::Heartbeat { conversation, status, cursor } => {
            vec![text("beat"), text(&conversation), place(cursor), status_number(status).into()]
        }
        TabMessage::Log(LogSlice { conversation, after, entries, up_to, whole, earlier }) => {
            let entries: Array = entries.iter().map(|entry| text(entry.json())).collect();
            let entries = entries.into();
            vec![text("log"), text(&conversation), place(after), place(up_to), whole.into(), earlier.into(), entries]
        }
        TabMessage::Read { conversation, cursor } => vec![text("read"), text(&conversation), place(Some(cursor))],
        TabMessage::Draft(draft) => vec![text("draft"), text(&draft)],
        TabMessage::Opened(open) => vec![text("opened"), open.into()],
    };
    parts.into_iter().collect::<Array>().into()
}

/// Decodes a message of another tab; `None` if this version does not know it.
pub(super) fn decode(message: &JsValue) -> Option<TabMessage> {
    let parts: &Array = message.dyn_ref()?;
    let text = |at| parts.get(at).as_string();
    let name = |at| text(at).map(Rc::from);
    let place = |at| text(at).and_then(|text| text.parse().ok());
    Some(match text(0)?.as_str() {
        "ask" => TabMessage::Query { conversation: name(1)?, cursor: place(2) },
        "beat" => TabMessage::Heartbeat { conversation: name(1)?, cursor: place(2), status: status_of(&parts.get(3))? },
        "log" => {
            let texts: Array = parts.get(6).dyn_into().ok()?;
            // Unreadable entries are skipped, as on the stream.
            let entry = |text: JsValue| {
                let text = text.as_string()?;
                Some(Rc::new(RawEntry::new(json::parse(&text)?, text)))
            };
            TabMessage::Log(LogSlice {
                conversation: name(1)?,
                after: place(2),
                up_to: place(3),
                whole: parts.get(4).is_truthy(),
                earlier: parts.get(5).is_truthy(),
                entries: texts.iter().filter_map(entry).collect(),
            })
        }
        "read" => TabMessage::Read { conversation: name(1)?, cursor: place(2)? },
        "draft" => TabMessage::Draft(name(1)?),
        "opened" => TabMessage::Opened(parts.get(1).is_truthy()),
        _ => return None,
    })
}

/// From this number on, [`status_number`] encodes attempts to reconnect.
const RECONNECTING: u32 = 4;

fn status_number(status: ConnectionStatus) -> u32 {
    match status {
        ConnectionStatus::Idle => 0,
        ConnectionStatus::Connecting => 1,
        ConnectionStatus::Live => 2,
        ConnectionStatus::Offline => 3,
        ConnectionStatus::Reconnecting { attempt } => RECONNECTING.saturating_add(attempt),
    }
}

fn status_of(number: &JsValue) -> Option<ConnectionStatus> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    let number = number.as_f64()? as u32;
    Some(match number {
        0 => ConnectionStatus::Idle,
        1 => ConnectionStatus::Connecting,
        2 => ConnectionStatus::Live,
        3 => ConnectionStatus::Offline,
        more => ConnectionStatus::Reconnecting { attempt: more - RECONNECTING },
    })
}
