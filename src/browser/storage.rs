//! Key-value storage over `localStorage`; falls back to memory if that throws or is full.

use std::cell::{Cell, RefCell};

use super::environment;

/// A store of strings. If the browser refuses, memory takes over: [`Storage::is_lost`].
pub struct Storage {
    prefix: String,
    local: Option<web_sys::Storage>,
    memory: RefCell<Vec<(String, String)>>,
    lost: Cell<bool>,
    /// Whether memory was copied to the browser's storage, after that was lost.
    is_copied: Cell<bool>,
}

/// Storage is full, or refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// The browser's local storage; `None` where it is blocked.
fn browser_storage() -> Option<web_sys::Storage> {
    // The getter itself throws where cookies are blocked.
    environment::window()?.local_storage().ok().flatten()
}

impl Storage {
    /// Creates a store over the browser's local storage, with this prefix of keys.
    pub fn local(prefix: &str) -> Self {
        Self::with_backend(prefix, browser_storage())
    }

    /// Creates a store in memory only, as a host page can request.
    pub fn memory(prefix: &str) -> Self {
        Self { lost: Cell::new(false), ..Self::with_backend(prefix, None) }
    }

    /// Creates a store over any object that behaves like a browser's storage, or over none.
    pub fn with_backend(prefix: &str, local: Option<web_sys::Storage>) -> Self {
        let lost = Cell::new(local.is_none());
        Self { prefix: prefix.into(), local, memory: RefCell::default(), lost, is_copied: Cell::default() }
    }

    /// Whether the browser refused to store something.
    pub fn is_lost(&self) -> bool {
        self.lost.get()
    }

    /// Whether stored values survive a reload and are visible to other tabs.
    pub fn is_shared(&self) -> bool {
        self.local.is_some() && !self.lost.get()
    }

    /// The prefix of all keys.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Reads a value.
    pub fn get(&self, key: &str) -> Option<String> {
        if let Some(local) = self.backend() {
            match local.get_item(&self.full_key(key)) {
                Ok(value) => return value,
                Err(_) => self.fall_back_to_memory(),
            }
        }
        self.memory.borrow().iter().find(|(known, _)| known == key).map(|(_, value)| value.clone())
    }

    /// Stores a value, or changes nothing: try something smaller, or [`Self::fall_back_to_memory`].
    pub fn try_set(&self, key: &str, value: &str) -> Result<(), Refused> {
        if let Some(local) = self.backend() {
            let key = self.full_key(key);
            // Read back: consent tools replace `localStorage` by an object that keeps nothing.
            let stored = local.set_item(&key, value).and_then(|()| local.get_item(&key));
            return if stored.ok().flatten().as_deref() == Some(value) { Ok(()) } else { Err(Refused) };
        }
        let mut memory = self.memory.borrow_mut();
        memory.retain(|(known, _)| known != key);
        memory.push((key.into(), value.into()));
        if self.lost.get() {
            self.copy_to_browser(&memory);
        }
        Ok(())
    }

    /// Stores a value; if the browser refuses, in memory from now on.
    pub fn set(&self, key: &str, value: &str) {
        if self.try_set(key, value).is_err() {
            self.fall_back_to_memory();
            // Memory never refuses.
            let stored = self.try_set(key, value);
            debug_assert!(stored.is_ok());
        }
    }

    /// Stores what memory holds for the next page, since many pages refuse storage only until the
    /// visitor consents. Not if something is stored under the prefix that this store did not write:
    /// it may be another tab's.
    fn copy_to_browser(&self, memory: &[(String, String)]) {
        let Some(local) = browser_storage() else { return };
        if !self.is_copied.get() && self.local_keys(&local).is_none_or(|keys| !keys.is_empty()) {
            return;
        }
        for (key, value) in memory {
            self.is_copied.set(local.set_item(&self.full_key(key), value).is_ok());
        }
    }

    /// Removes a value.
    pub fn remove(&self, key: &str) {
        let copy = if self.is_copied.get() { browser_storage() } else { None };
        if let Some(local) = copy.as_ref().or(self.backend())
            && local.remove_item(&self.full_key(key)).is_err()
        {
            self.fall_back_to_memory();
        }
        self.memory.borrow_mut().retain(|(known, _)| known != key);
    }

    /// All keys that begin with `start`, sorted; none if the browser refuses to list them.
    pub fn keys(&self, start: &str) -> Vec<String> {
        let mut keys = match self.backend() {
            Some(local) => self.local_keys(local).unwrap_or_default(),
            None => self.memory.borrow().iter().map(|(key, _)| key.clone()).collect(),
        };
        keys.retain(|key| key.starts_with(start));
        keys.sort_unstable();
        keys
    }

    /// Keeps everything in memory from now on, including what could be read until now.
    pub fn fall_back_to_memory(&self) {
        if self.lost.replace(true) {
            return;
        }
        let Some(local) = &self.local else { return };
        for key in self.local_keys(local).unwrap_or_default() {
            if let Ok(Some(value)) = local.get_item(&self.full_key(&key)) {
                self.memory.borrow_mut().push((key, value));
            }
        }
    }

    fn backend(&self) -> Option<&web_sys::Storage> {
        self.local.as_ref().filter(|_| !self.lost.get())
    }

    fn local_keys(&self, local: &web_sys::Storage) -> Option<Vec<String>> {
        let mut keys = Vec::new();
        for at in 0..local.length().ok()? {
            if let Some(key) = local.key(at).ok()?.and_then(|key| key.strip_prefix(&self.prefix).map(String::from)) {
                keys.push(key);
            }
        }
        Some(keys)
    }

    fn full_key(&self, key: &str) -> String {
        [&self.prefix, key].concat()
    }
}
