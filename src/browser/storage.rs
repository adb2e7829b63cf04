//! Key-value storage over `localStorage`; falls back to memory where that throws or is full. Knows
//! nothing of the values.

use std::cell::{Cell, RefCell};

use super::environment;

/// A place for texts. Nothing here fails: when the browser refuses, memory takes over and
/// [`Storage::is_lost`] says so.
pub struct Storage {
    prefix: String,
    local: Option<web_sys::Storage>,
    memory: RefCell<Vec<(String, String)>>,
    lost: Cell<bool>,
}

/// Storage is full, or refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

impl Storage {
    /// The browser's local storage below `prefix`.
    #[must_use]
    pub fn local(prefix: &str) -> Self {
        // The getter alone throws where cookies are blocked.
        let local = environment::window().and_then(|window| window.local_storage().ok().flatten());
        Self::over(prefix, local)
    }

    /// Memory only, because the page wants it so.
    #[must_use]
    pub fn memory(prefix: &str) -> Self {
        Self { prefix: prefix.into(), local: None, memory: RefCell::default(), lost: Cell::new(false) }
    }

    /// Any object that behaves as a browser's storage, or nothing.
    #[must_use]
    pub fn over(prefix: &str, local: Option<web_sys::Storage>) -> Self {
        let lost = Cell::new(local.is_none());
        Self { prefix: prefix.into(), local, memory: RefCell::default(), lost }
    }

    /// Did the browser refuse to keep things?
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.lost.get()
    }

    /// Does what is kept survive a reload, and do other tabs see it?
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.local.is_some() && !self.lost.get()
    }

    /// What all keys here begin with.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Reads a text.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<String> {
        if let Some(local) = self.backing() {
            match local.get_item(&self.full(key)) {
                Ok(value) => return value,
                Err(_) => self.fall_back_to_memory(),
            }
        }
        self.memory.borrow().iter().find(|(known, _)| known == key).map(|(_, value)| value.clone())
    }

    /// Keeps a text, or says that there is no room; then nothing has changed.
    ///
    /// # Errors
    /// [`Refused`]: try something smaller, or [`Self::fall_back_to_memory`].
    pub fn try_set(&self, key: &str, value: &str) -> Result<(), Refused> {
        if let Some(local) = self.backing() {
            let key = self.full(key);
            // Tools that ask for consent put something in its place which keeps nothing and says
            // nothing.
            let kept = local.set_item(&key, value).and_then(|()| local.get_item(&key));
            return if kept.ok().flatten().as_deref() == Some(value) { Ok(()) } else { Err(Refused) };
        }
        let mut memory = self.memory.borrow_mut();
        memory.retain(|(known, _)| known != key);
        memory.push((key.into(), value.into()));
        Ok(())
    }

    /// Keeps a text; in memory, from now on, if the browser refuses.
    pub fn set(&self, key: &str, value: &str) {
        if self.try_set(key, value).is_err() {
            self.fall_back_to_memory();
            // Memory refuses nothing.
            let kept = self.try_set(key, value);
            debug_assert!(kept.is_ok());
        }
    }

    /// Removes a text.
    pub fn remove(&self, key: &str) {
        if let Some(local) = self.backing()
            && local.remove_item(&self.full(key)).is_err()
        {
            self.fall_back_to_memory();
        }
        self.memory.borrow_mut().retain(|(known, _)| known != key);
    }

    /// All keys that begin with `start`, sorted.
    #[must_use]
    pub fn keys(&self, start: &str) -> Vec<String> {
        let mut keys = match self.backing().map(|local| self.local_keys(local)) {
            Some(Some(keys)) => keys,
            Some(None) => {
                self.fall_back_to_memory();
                Vec::new()
            }
            None => self.memory.borrow().iter().map(|(key, _)| key.clone()).collect(),
        };
        keys.retain(|key| key.starts_with(start));
        keys.sort_unstable();
        keys
    }

    /// From now on everything is kept in memory. What could be read until now comes along.
    pub fn fall_back_to_memory(&self) {
        if self.lost.replace(true) {
            return;
        }
        let Some(local) = &self.local else { return };
        for key in self.local_keys(local).unwrap_or_default() {
            if let Ok(Some(value)) = local.get_item(&self.full(&key)) {
                self.memory.borrow_mut().push((key, value));
            }
        }
    }

    fn backing(&self) -> Option<&web_sys::Storage> {
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

    fn full(&self, key: &str) -> String {
        [&self.prefix, key].concat()
    }
}
