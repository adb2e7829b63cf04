//! Recorder of messages of unknown kinds, for an operator to report: a limited number of shapes.

use std::{collections::HashSet, path::PathBuf};

use parking_lot::Mutex;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Maximum shapes recorded: more than any platform adds between two looks into the directory.
const MAX_SHAPES: usize = 200;

/// Writes shapes into a directory, if one is configured.
#[derive(Debug)]
pub struct UnknownKinds {
    directory: Option<PathBuf>,
    /// Hashes of the shapes already written. The lock is never held across an await.
    seen: Mutex<HashSet<[u8; 32]>>,
}

impl UnknownKinds {
    pub fn new(directory: Option<PathBuf>) -> Self {
        Self { directory, seen: Mutex::default() }
    }

    /// Writes a new shape. Must run inside a Tokio runtime; does not wait for the disk.
    pub fn record(&self, kind: &str, shape: &Value) {
        let Some(directory) = &self.directory else { return };
        let Ok(text) = serde_json::to_string_pretty(shape) else { return };
        let hash: [u8; 32] = Sha256::digest(&text).into();
        {
            let mut seen = self.seen.lock();
            if seen.len() >= MAX_SHAPES || !seen.insert(hash) {
                return;
            }
        }
        let path = directory.join(format!("{kind}-{}.json", hex::encode(&hash[..4])));
        drop(tokio::task::spawn_blocking(move || {
            if let Err(error) = std::fs::write(&path, text) {
                tracing::warn!(%error, file = %path.display(), "can't write down a message of an unknown kind");
            }
        }));
    }
}
