//! Repository over `localStorage`: the keys, and the stored values as versioned JSON.

use std::rc::Rc;

use js_sys::{Array, JSON, Object, Reflect};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};

use super::storage_barrier::FENCE;
use crate::{
    api::{Credentials, json},
    browser::{environment::is_phone, storage::Storage, tabs},
    conversation::{OutboxMessage, RawEntry, onboarding::Progress},
    machine::{
        input::Input,
        storage_schema::{StoredConversation, StoredPending, StoredSession, VERSION, Versioned},
        stored_onboarding::StoredPassed,
    },
};

/// The visitor, shared by all tabs.
pub const VISITOR: &str = "visitor";
/// Stored for a moment in place of a visitor who is to be forgotten: it tells the other tabs.
pub const LEFT: &str = "";
/// The conversation.
pub const CONVERSATION: &str = "conversation";
/// Where a stored conversation has its entries, beside its value.
const ENTRIES: &str = "entries";
const DRAFT: &str = "draft";
/// How far the visitor is with the onboarding, for all tabs.
pub const PASSED: &str = "passed";
/// One key for each message, so that two tabs never overwrite each other's.
pub const OUTBOX: &str = "outbox:";

/// [`StoredConversation`] where nothing was said yet.
#[derive(Serialize)]
struct Opening {
    #[serde(skip_serializing_if = "Option::is_none")]
    visitor: Option<String>,
    open: bool,
}

/// Everything stored for one site.
pub struct Repository(pub Storage);

/// Reads a stored shape; what is corrupt or of another version is as good as nothing.
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    json::from_js(unwrap(&JSON::parse(text).ok()?)?)
}

/// What is stored, without its shape: all shapes have their version in one place.
fn unwrap(stored: &JsValue) -> Option<JsValue> {
    (json::field(stored, "v") == VERSION).then(|| json::field(stored, "value"))
}

/// Where nothing was said yet: was the window open last? `None` where a conversation is stored.
pub fn opening(text: &str) -> Option<bool> {
    let stored = JSON::parse(text).ok().and_then(|stored| unwrap(&stored));
    let Some(value) = stored else { return Some(false) };
    json::field(&value, "id").is_undefined().then(|| json::field(&value, "open").is_truthy())
}

/// The conversation with its entries; one that cannot be read spoils them all, because the log has
/// no gaps.
pub fn read_conversation(text: &str) -> Option<StoredConversation> {
    let stored = JSON::parse(text).ok()?;
    let mut conversation: StoredConversation = json::from_js(unwrap(&stored)?)?;
    if let Some(entries) = json::field(&stored, ENTRIES).dyn_ref::<Array>() {
        conversation.entries = entries.iter().map(entry).collect::<Option<_>>()?;
    }
    Some(conversation)
}

/// An entry of the log out of what `JSON.parse` gave, with its text.
pub fn entry(value: JsValue) -> Option<Rc<RawEntry>> {
    let text = JSON::stringify(&value).ok()?.as_string()?;
    Some(Rc::new(RawEntry::new(json::from_js(value)?, text)))
}

/// What the visitor has passed.
pub fn read_progress(text: &str) -> Option<Progress> {
    read::<StoredPassed>(text).map(StoredPassed::into_passed)
}

/// The entries go in as the texts they came as.
fn write_conversation(conversation: &StoredConversation) -> Option<String> {
    let texts: Vec<&str> = conversation.entries.iter().map(|entry| entry.json()).collect();
    let value = json::stringify(&Versioned { v: VERSION, value: conversation })?;
    let rest = value.strip_prefix('{')?;
    Some(["{\"", ENTRIES, "\":[", &texts.join(","), "],", rest].concat())
}

fn write<T: Serialize>(value: T) -> Option<String> {
    json::stringify(&Versioned { v: VERSION, value })
}

impl Repository {
    /// Everything there is.
    pub fn load(&self) -> StoredSession {
        let keys = self.0.keys(OUTBOX);
        let outbox = keys.iter().filter_map(|key| {
            let id = key.strip_prefix(OUTBOX)?;
            read::<StoredPending>(&self.0.get(key)?)?.into_pending(id)
        });
        let outbox: Vec<_> = outbox.collect();
        let mut conversation = self.conversation();
        // No page comes back covered by a window in which nothing was said.
        if let Some(stored) = conversation.as_mut().filter(|stored| stored.id.is_none() && outbox.is_empty()) {
            stored.open &= !is_phone();
        }
        StoredSession {
            credentials: self.credentials(),
            conversation,
            outbox,
            passed: self.0.get(PASSED).and_then(|text| read_progress(&text)),
            draft: self.0.get(DRAFT),
            shared: self.is_shared(),
        }
    }

    /// The same where nothing was said yet; `None` where there is more than that.
    pub fn load_idle(&self) -> Option<StoredSession> {
        let open = self.0.get(CONVERSATION).map_or(Some(false), |text| opening(&text))? && !is_phone();
        let blank = self.0.get(PASSED).is_none() && self.0.keys(OUTBOX).is_empty();
        blank.then(|| StoredSession {
            credentials: self.credentials(),
            conversation: Some(StoredConversation { open, ..StoredConversation::default() }),
            draft: self.0.get(DRAFT),
            shared: self.is_shared(),
            ..StoredSession::default()
        })
    }

    fn is_shared(&self) -> bool {
        self.0.is_shared() && tabs::can_agree()
    }

    /// The visitor.
    pub fn credentials(&self) -> Option<Credentials> {
        read(&self.0.get(VISITOR)?)
    }

    /// The conversation.
    pub fn conversation(&self) -> Option<StoredConversation> {
        read_conversation(&self.0.get(CONVERSATION)?)
    }

    /// The conversation that was begun, if it is nobody else's.
    pub fn conversation_of(&self, visitor: &str) -> Option<StoredConversation> {
        self.conversation()
            .filter(|stored| stored.id.is_some() && stored.visitor.as_deref().is_none_or(|whose| whose == visitor))
    }

    /// Was a conversation started, as far as all tabs know?
    pub fn has_conversation(&self) -> bool {
        self.start_answer_id().is_some()
    }

    fn start_answer_id(&self) -> Option<String> {
        self.0.get(CONVERSATION).filter(|text| opening(text).is_none())
    }

    /// Is this message still to be sent, as far as all tabs know?
    pub fn has_message(&self, id: &str) -> bool {
        self.0.get(&[OUTBOX, id].concat()).is_some()
    }

    /// Is a message older than this one still to be sent, or to be tried again? Only the oldest may
    /// start a conversation.
    pub fn has_older(&self, id: &str) -> bool {
        self.0.keys(OUTBOX).iter().any(|key| {
            let older = key.strip_prefix(OUTBOX).is_some_and(|other| other < id);
            older && self.0.get(key).and_then(|text| read::<StoredPending>(&text)).is_some_and(|one| one.may_start())
        })
    }

    /// Keeps the visitor.
    pub fn save_credentials(&self, credentials: &Credentials) {
        self.save(VISITOR, write(credentials));
    }

    /// Keeps the conversation; without its entries, which the proxy has too, where there is no
    /// room. Gives back what another tab has stored meanwhile, if that must not be overwritten.
    pub fn save_conversation(&self, mut stored: StoredConversation, over: Option<&str>) -> Option<StoredConversation> {
        let visitor = self.credentials().map(|credentials| credentials.visitor);
        let newer = |there: &StoredConversation| there.is_newer(over, stored.id.as_deref(), visitor.as_deref());
        if let Some(there) = self.conversation().filter(newer) {
            return Some(there);
        }
        let text = write_conversation(&stored)?;
        if self.0.try_set(CONVERSATION, &text).is_err() {
            stored.entries.clear();
            // The log is then read from its start.
            stored.cursor = None;
            self.save(CONVERSATION, write_conversation(&stored));
        }
        None
    }

    /// Keeps a message of the outbox; what is only cached makes room for it.
    pub fn save_message(&self, pending: &OutboxMessage) {
        let key = [OUTBOX, &pending.id].concat();
        let Some(text) = write(StoredPending::of(pending)) else { return };
        if self.0.try_set(&key, &text).is_err() {
            self.make_room();
            self.0.set(&key, &text);
        }
    }

    /// Keeps the conversation without its entries, which the proxy has too.
    fn make_room(&self) {
        let Some(stored) = self.0.get(CONVERSATION).and_then(|text| JSON::parse(&text).ok()) else { return };
        let leave_out =
            |object: &JsValue, name: &str| Reflect::delete_property::<Object>(object.unchecked_ref(), &name.into());
        // The log is then read from its start.
        let left_out = leave_out(&stored, ENTRIES).and_then(|_| leave_out(&json::field(&stored, "value"), "cursor"));
        debug_assert!(left_out.is_ok(), "what JSON.parse gave can be changed");
        self.save(CONVERSATION, JSON::stringify(&stored).ok().and_then(|text| text.as_string()));
    }

    /// Where nothing was said yet, keeps whether the window is open. Gives back the conversation
    /// that another tab has stored meanwhile.
    pub fn save_window_open(&self, open: bool) -> Option<String> {
        let there = self.start_answer_id();
        if there.is_none() {
            let visitor = self.credentials().map(|credentials| credentials.visitor);
            self.save(CONVERSATION, write(Opening { visitor, open }));
        }
        there
    }

    /// Removes a message of the outbox. One the visitor took back is marked first, for the other
    /// tabs.
    pub fn remove_message(&self, id: &Rc<str>, discarded: bool) {
        let key = [OUTBOX, id].concat();
        if discarded && let Some(mut stored) = self.0.get(&key).and_then(|text| read::<StoredPending>(&text)) {
            stored.state = crate::machine::storage_schema::StoredState::Discarded;
            self.save(&key, write(stored));
        }
        self.0.remove(&key);
    }

    /// Keeps the draft.
    pub fn save_draft(&self, draft: &str) {
        if draft.is_empty() {
            self.0.remove(DRAFT);
        } else {
            self.0.set(DRAFT, draft);
        }
    }

    /// Keeps what the visitor has passed.
    pub fn save_progress(&self, passed: &Progress) {
        self.save(PASSED, write(StoredPassed::of(passed)));
    }

    /// What must have become of a conversation that is not there any more.
    pub fn lost(&self) -> Option<Input> {
        match self.0.get(VISITOR).as_deref() {
            Some(LEFT) => Some(Input::RemoteVisitor(None)),
            Some(_) if self.0.get(CONVERSATION).is_some() => None,
            Some(_) | None => Some(Input::StorageCleared),
        }
    }

    /// Removes everything.
    pub fn clear(&self) {
        // First the sign by which other tabs know this from a page that clears its storage. It
        // needs no room, and where it is refused so is the rest.
        let _ = self.0.try_set(VISITOR, LEFT);
        for key in [VISITOR, CONVERSATION, DRAFT, PASSED, FENCE] {
            self.0.remove(key);
        }
        for key in self.0.keys(OUTBOX) {
            self.0.remove(&key);
        }
    }

    /// Removes everything of a visitor who has left in another tab.
    pub fn clear_of(&self, visitor: &str) {
        match self.credentials() {
            Some(there) if there.visitor == visitor => self.clear(),
            Some(_) => {}
            // What this tab stored again while the other one removed it. Messages are left: they
            // may be the next visitor's.
            None => {
                if self.conversation().is_some_and(|there| there.visitor.as_deref() == Some(visitor)) {
                    for key in [CONVERSATION, DRAFT, PASSED] {
                        self.0.remove(key);
                    }
                }
            }
        }
    }

    fn save(&self, key: &str, text: Option<String>) {
        if let Some(text) = text {
            self.0.set(key, &text);
        }
    }
}
