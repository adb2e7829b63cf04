//! Repository over `localStorage`: the keys, and the stored values as versioned JSON.

use std::rc::Rc;

use js_sys::{Array, JSON, Object, Reflect};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};

use super::storage_barrier::BARRIER;
use crate::api::{Credentials, json};
use crate::browser::environment::is_phone;
use crate::browser::storage::Storage;
use crate::browser::tabs;
use crate::conversation::onboarding::Progress;
use crate::conversation::{OutboxMessage, RawEntry};
use crate::machine::input::Input;
use crate::machine::storage_schema::{
    StoredConversation, StoredPending, StoredProgress, StoredSession, VERSION, Versioned,
};

/// Key of the visitor's credentials, shared by all tabs.
pub const VISITOR: &str = "visitor";
/// Stored briefly in place of a visitor who is to be forgotten, to notify the other tabs.
pub const LEFT: &str = "";
pub const CONVERSATION: &str = "conversation";
/// The field of a stored conversation that has its entries, beside its value.
const ENTRIES: &str = "entries";
const DRAFT: &str = "draft";
/// Key of the onboarding progress, for all tabs.
pub const PROGRESS: &str = "passed";
/// Prefix of the outbox: one key for each message, so that two tabs never overwrite each other's.
pub const OUTBOX: &str = "outbox:";

/// [`StoredConversation`] while nothing has been said yet.
#[derive(Serialize)]
struct StoredWindowOpen {
    #[serde(skip_serializing_if = "Option::is_none")]
    visitor: Option<String>,
    open: bool,
}

/// Everything stored for one site.
pub struct Repository(pub Storage);

/// Reads a stored value; `None` if it is corrupt or of another version.
pub fn parse<T: DeserializeOwned>(text: &str) -> Option<T> {
    json::from_js(unwrap_version(&JSON::parse(text).ok()?)?)
}

/// Returns a stored value without its wrapper, which has the version of all types in one place.
fn unwrap_version(stored: &JsValue) -> Option<JsValue> {
    (json::field(stored, "v") == VERSION).then(|| json::field(stored, "value"))
}

/// Whether the window was open last; `None` if a conversation is stored.
pub fn stored_window_open(text: &str) -> Option<bool> {
    let stored = JSON::parse(text).ok().and_then(|stored| unwrap_version(&stored));
    let Some(value) = stored else { return Some(false) };
    json::field(&value, "id").is_undefined().then(|| json::field(&value, "open").is_truthy())
}

/// Reads the conversation. An unreadable entry spoils all: the log has no gaps.
pub fn parse_conversation(text: &str) -> Option<StoredConversation> {
    let stored = JSON::parse(text).ok()?;
    let mut conversation: StoredConversation = json::from_js(unwrap_version(&stored)?)?;
    if let Some(entries) = json::field(&stored, ENTRIES).dyn_ref::<Array>() {
        conversation.entries = entries.iter().map(parse_entry).collect::<Option<_>>()?;
    }
    Some(conversation)
}

/// Converts what `JSON.parse` returned to an entry, with its text.
pub fn parse_entry(value: JsValue) -> Option<Rc<RawEntry>> {
    let text = JSON::stringify(&value).ok()?.as_string()?;
    Some(Rc::new(RawEntry::new(json::from_js(value)?, text)))
}

pub fn parse_progress(text: &str) -> Option<Progress> {
    parse::<StoredProgress>(text).map(StoredProgress::into_progress)
}

/// Serialises the conversation; its entries are inserted as the JSON they came as.
fn write_conversation(conversation: &StoredConversation) -> Option<String> {
    let texts: Vec<&str> = conversation.entries.iter().map(|entry| entry.json()).collect();
    let value = json::stringify(&Versioned { v: VERSION, value: conversation })?;
    let rest = value.strip_prefix('{')?;
    Some(["{\"", ENTRIES, "\":[", &texts.join(","), "],", rest].concat())
}

fn to_json<T: Serialize>(value: T) -> Option<String> {
    json::stringify(&Versioned { v: VERSION, value })
}

impl Repository {
    pub fn load(&self) -> StoredSession {
        let keys = self.0.keys(OUTBOX);
        let outbox = keys.iter().filter_map(|key| {
            let id = key.strip_prefix(OUTBOX)?;
            parse::<StoredPending>(&self.0.get(key)?)?.into_message(id)
        });
        let outbox: Vec<_> = outbox.collect();
        let mut conversation = self.conversation();
        // On a phone, a window without messages would cover the page after each load.
        if let Some(stored) = conversation.as_mut().filter(|stored| stored.id.is_none() && outbox.is_empty()) {
            stored.open &= !is_phone();
        }
        StoredSession {
            credentials: self.credentials(),
            conversation,
            outbox,
            progress: self.0.get(PROGRESS).and_then(|text| parse_progress(&text)),
            draft: self.0.get(DRAFT),
            can_coordinate_tabs: self.can_coordinate_tabs(),
        }
    }

    /// Reads the session if the idle machine can handle it: no messages, no progress, at most whether
    /// the window was open. Else `None`.
    pub fn load_idle(&self) -> Option<StoredSession> {
        let open = self.0.get(CONVERSATION).map_or(Some(false), |text| stored_window_open(&text))? && !is_phone();
        let blank = self.0.get(PROGRESS).is_none() && self.0.keys(OUTBOX).is_empty();
        blank.then(|| StoredSession {
            credentials: self.credentials(),
            conversation: Some(StoredConversation { open, ..StoredConversation::default() }),
            draft: self.0.get(DRAFT),
            can_coordinate_tabs: self.can_coordinate_tabs(),
            ..StoredSession::default()
        })
    }

    fn can_coordinate_tabs(&self) -> bool {
        self.0.is_shared() && tabs::can_coordinate()
    }

    pub fn credentials(&self) -> Option<Credentials> {
        parse(&self.0.get(VISITOR)?)
    }

    pub fn conversation(&self) -> Option<StoredConversation> {
        parse_conversation(&self.0.get(CONVERSATION)?)
    }

    /// Reads the conversation, if it was started and does not belong to another visitor.
    pub fn conversation_of(&self, visitor: &str) -> Option<StoredConversation> {
        self.conversation()
            .filter(|stored| stored.id.is_some() && stored.visitor.as_deref().is_none_or(|owner| owner == visitor))
    }

    /// The conversation as stored, if one was started.
    pub fn started_conversation(&self) -> Option<String> {
        self.0.get(CONVERSATION).filter(|text| stored_window_open(text).is_none())
    }

    /// Whether this message is still to be sent, as far as storage shows.
    pub fn has_message(&self, id: &str) -> bool {
        self.0.get(&[OUTBOX, id].concat()).is_some()
    }

    /// Whether an older message still waits. Only the oldest may start a conversation.
    pub fn has_older(&self, id: &str) -> bool {
        self.0.keys(OUTBOX).iter().any(|key| {
            let older = key.strip_prefix(OUTBOX).is_some_and(|other| other < id);
            older && self.0.get(key).and_then(|text| parse::<StoredPending>(&text)).is_some_and(|one| one.may_start())
        })
    }

    pub fn save_credentials(&self, credentials: &Credentials) {
        self.save(VISITOR, to_json(credentials));
    }

    /// Stores the conversation; if there is no room, without its entries, which the proxy has too.
    /// Returns what another tab has stored since, if that must not be overwritten.
    pub fn save_conversation(
        &self,
        mut stored: StoredConversation,
        expected_id: Option<&str>,
    ) -> Option<StoredConversation> {
        let visitor = self.credentials().map(|credentials| credentials.visitor);
        let is_newer =
            |other: &StoredConversation| other.is_newer(expected_id, stored.id.as_deref(), visitor.as_deref());
        if let Some(newer) = self.conversation().filter(is_newer) {
            return Some(newer);
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

    /// Stores a message of the outbox; what is only cached makes room for it.
    pub fn save_message(&self, pending: &OutboxMessage) {
        let key = [OUTBOX, &pending.id].concat();
        let Some(text) = to_json(StoredPending::from_message(pending)) else { return };
        if self.0.try_set(&key, &text).is_err() {
            self.drop_cached_entries();
            self.0.set(&key, &text);
        }
    }

    /// Stores the conversation without its entries, which the proxy has too.
    fn drop_cached_entries(&self) {
        let Some(stored) = self.0.get(CONVERSATION).and_then(|text| JSON::parse(&text).ok()) else { return };
        let delete_field =
            |object: &JsValue, name: &str| Reflect::delete_property::<Object>(object.unchecked_ref(), &name.into());
        // The log is then read from its start.
        let deleted =
            delete_field(&stored, ENTRIES).and_then(|_| delete_field(&json::field(&stored, "value"), "cursor"));
        debug_assert!(deleted.is_ok(), "what JSON.parse gave can be changed");
        self.save(CONVERSATION, JSON::stringify(&stored).ok().and_then(|text| text.as_string()));
    }

    /// Stores whether the window is open, while nothing has been said yet. Returns the conversation
    /// that another tab has stored since, if any.
    pub fn save_window_open(&self, open: bool) -> Option<String> {
        let started = self.started_conversation();
        if started.is_none() {
            let visitor = self.credentials().map(|credentials| credentials.visitor);
            self.save(CONVERSATION, to_json(StoredWindowOpen { visitor, open }));
        }
        started
    }

    /// Removes a message of the outbox. A discarded one is marked first, for the other tabs.
    pub fn remove_message(&self, id: &Rc<str>, discarded: bool) {
        let key = [OUTBOX, id].concat();
        if discarded && let Some(mut stored) = self.0.get(&key).and_then(|text| parse::<StoredPending>(&text)) {
            stored.state = crate::machine::storage_schema::StoredState::Discarded;
            self.save(&key, to_json(stored));
        }
        self.0.remove(&key);
    }

    /// Stores the draft; an empty one is removed.
    pub fn save_draft(&self, draft: &str) {
        if draft.is_empty() {
            self.0.remove(DRAFT);
        } else {
            self.0.set(DRAFT, draft);
        }
    }

    pub fn save_progress(&self, progress: &Progress) {
        self.save(PROGRESS, to_json(StoredProgress::from_progress(progress)));
    }

    /// Why stored data is missing: the visitor left, or storage was cleared.
    pub fn find_data_loss(&self) -> Option<Input> {
        match self.0.get(VISITOR).as_deref() {
            Some(LEFT) => Some(Input::RemoteVisitor(None)),
            Some(_) if self.0.get(CONVERSATION).is_some() => None,
            Some(_) | None => Some(Input::StorageCleared),
        }
    }

    pub fn clear(&self) {
        // Written first, so that other tabs can tell this from a host page that clears its storage.
        // It needs no room, and if it is refused, so is the rest.
        let _ = self.0.try_set(VISITOR, LEFT);
        for key in [VISITOR, CONVERSATION, DRAFT, PROGRESS, BARRIER] {
            self.0.remove(key);
        }
        for key in self.0.keys(OUTBOX) {
            self.0.remove(&key);
        }
    }

    /// Removes everything of a visitor who has left in another tab.
    pub fn clear_visitor(&self, visitor: &str) {
        match self.credentials() {
            Some(stored) if stored.visitor == visitor => self.clear(),
            Some(_) => {}
            // What this tab stored again meanwhile. Messages may be the next visitor's.
            None if self.conversation().is_some_and(|stored| stored.visitor.as_deref() == Some(visitor)) => {
                [CONVERSATION, DRAFT, PROGRESS].iter().for_each(|key| self.0.remove(key));
            }
            None => {}
        }
    }

    fn save(&self, key: &str, text: Option<String>) {
        if let Some(text) = text {
            self.0.set(key, &text);
        }
    }
}
