//! Lock and channel of the tabs: runs the effects of leader election and encodes the messages
//! between tabs. Makes no decisions.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use chataibot_wire::Cursor;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

use super::{InboxItem, Runtime};
use crate::api::json;
use crate::browser::tabs::{self, Channel, Lock, LockMode};
use crate::conversation::{ConnectionStatus, RawEntry};
use crate::machine::input::Input;
use crate::machine::tab_message::{LogSlice, TabMessage};

/// The name of the lock whose holder is the leader.
const LEADER: &str = "leader";

#[derive(Default)]
pub(super) struct TabHandles {
    channel: RefCell<Option<Channel>>,
    lock: RefCell<Option<Lock>>,
    /// Gives up the place in the queue for the lock.
    lock_abort: RefCell<Option<AbortController>>,
    /// Counts the requests for the lock, so that one granted too late is recognised.
    lock_requests: Cell<u32>,
}

impl TabHandles {
    pub(super) fn leave(&self) {
        self.release_lock();
        drop(self.channel.take());
    }

    /// Releases the lock, or the place in its queue.
    pub(super) fn release_lock(&self) {
        self.lock_requests.set(self.lock_requests.get() + 1);
        if let Some(controller) = self.lock_abort.take() {
            controller.abort();
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
                runtime.receive(InboxItem::TabMessage(message));
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
        let request = self.tabs.lock_requests.get();
        let mode = if steal {
            LockMode::Steal
        } else {
            let Ok(controller) = AbortController::new() else { return self.enqueue(Input::TabsUnavailable) };
            let signal = controller.signal();
            *self.tabs.lock_abort.borrow_mut() = Some(controller);
            LockMode::Until(signal)
        };
        let name = [self.repository().0.prefix(), LEADER].concat();
        let runtime = Rc::downgrade(self);
        let early = self.requests.early.leader.take();
        spawn_local(async move {
            let lock = match early {
                Some(lock) => lock,
                None => tabs::request_lock(&name, mode).await,
            };
            let (held, stolen) = (lock.is_held(), lock.stolen());
            // The runtime, if this request for the lock is still the current one.
            let current = || runtime.upgrade().filter(|runtime| runtime.tabs.lock_requests.get() == request);
            {
                // Without the runtime, the lock is no longer wanted, and released here.
                let Some(runtime) = current() else { return };
                drop(runtime.tabs.lock_abort.take());
                *runtime.tabs.lock.borrow_mut() = Some(lock);
                runtime.handle(if held { Input::LockAcquired } else { Input::TabsUnavailable });
            }
            if held
                && stolen.await
                && let Some(runtime) = current()
            {
                runtime.handle(Input::LockLost);
            }
        });
    }
}

/// Encodes a message for the channel: an array, its kind first, entries as the JSON they came as.
fn encode(message: TabMessage) -> JsValue {
    let encode_cursor = |cursor: Option<Cursor>| cursor.map_or(JsValue::NULL, |cursor| cursor.to_string().into());
    let text = |text: &str| JsValue::from_str(text);
    let parts = match message {
        TabMessage::Query { conversation, cursor } => vec![text("ask"), text(&conversation), encode_cursor(cursor)],
        TabMessage::Heartbeat { conversation, status, cursor } => {
            vec![text("beat"), text(&conversation), encode_cursor(cursor), status_number(status).into()]
        }
        TabMessage::Log(LogSlice { conversation, after, entries, up_to, is_complete, has_earlier }) => {
            let entries: Array = entries.iter().map(|entry| text(entry.json())).collect();
            let (after, up_to) = (encode_cursor(after), encode_cursor(up_to));
            let (is_complete, has_earlier) = (is_complete.into(), has_earlier.into());
            vec![text("log"), text(&conversation), after, up_to, is_complete, has_earlier, entries.into()]
        }
        TabMessage::Read { conversation, cursor } => {
            vec![text("read"), text(&conversation), encode_cursor(Some(cursor))]
        }
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
    let decode_cursor = |at| text(at).and_then(|text| text.parse().ok());
    Some(match text(0)?.as_str() {
        "ask" => TabMessage::Query { conversation: name(1)?, cursor: decode_cursor(2) },
        "beat" => TabMessage::Heartbeat {
            conversation: name(1)?,
            cursor: decode_cursor(2),
            status: status_from_number(&parts.get(3))?,
        },
        "log" => {
            let texts: Array = parts.get(6).dyn_into().ok()?;
            // Unreadable entries are skipped, as on the stream.
            let entry = |text: JsValue| {
                let text = text.as_string()?;
                Some(Rc::new(RawEntry::new(json::parse(&text)?, text)))
            };
            TabMessage::Log(LogSlice {
                conversation: name(1)?,
                after: decode_cursor(2),
                up_to: decode_cursor(3),
                is_complete: parts.get(4).is_truthy(),
                has_earlier: parts.get(5).is_truthy(),
                entries: texts.iter().filter_map(entry).collect(),
            })
        }
        "read" => TabMessage::Read { conversation: name(1)?, cursor: decode_cursor(2)? },
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

fn status_from_number(number: &JsValue) -> Option<ConnectionStatus> {
    Some(match number.as_f64()? as u32 {
        0 => ConnectionStatus::Idle,
        1 => ConnectionStatus::Connecting,
        2 => ConnectionStatus::Live,
        3 => ConnectionStatus::Offline,
        more => ConnectionStatus::Reconnecting { attempt: more - RECONNECTING },
    })
}
