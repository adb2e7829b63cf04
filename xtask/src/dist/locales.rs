//! The sentences in other languages, each a file that visitors who read it fetch.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::files::{in_folder, read_text, stem};
use crate::project::Project;

/// Prefix of names that only the repository needs, such as for who made a translation.
const PRIVATE: char = '_';

/// Returns tag and sentences, ready to be served, in the order of the tags.
pub fn read(project: &Project) -> Result<BTreeMap<String, String>> {
    let mut locales = BTreeMap::new();
    for path in in_folder(&project.root.join("locales"), ".json")? {
        let sentences: BTreeMap<String, String> = serde_json::from_str(&read_text(&path)?)
            .with_context(|| format!("{} is not an object of texts", path.display()))?;
        let public: BTreeMap<_, _> = sentences.into_iter().filter(|(name, _)| !name.starts_with(PRIVATE)).collect();
        ensure!(!public.is_empty(), "{} contains no text", path.display());
        locales.insert(stem(&path, ".json").to_owned(), serde_json::to_string(&public)?);
    }
    Ok(locales)
}

/// Returns `export const languages = […]` with the existing tags.
pub fn module(locales: &BTreeMap<String, String>) -> String {
    format!("export const languages = {};\n", locales.keys().map(String::as_str).collect::<Value>())
}

pub fn file_name(tag: &str) -> String {
    format!("chataibot-locale-{tag}.json")
}
