//! Translations are complete: every text, every plural category of the language, every placeholder,
//! and nothing else.

#![cfg(not(target_arch = "wasm32"))]

use std::{collections::BTreeMap, fs};

use chataibot_widget::strings::{PLURALS, SENTENCES};

/// The plural categories of whole numbers in Unicode CLDR 46; languages not listed have `one` and
/// `other`.
const CATEGORIES: &[(&str, &[&str])] = &[
    ("zero one two few many other", &["ar", "cy"]),
    ("one two few many other", &["ga"]),
    ("one few many other", &["be", "cs", "lt", "pl", "ru", "sk", "uk"]),
    ("one two few other", &["sl"]),
    ("one few other", &["bs", "hr", "ro", "sr"]),
    ("one two other", &["he"]),
    ("zero one other", &["lv"]),
    ("one many other", &["ca", "es", "es-419", "fr", "fr-CA", "it", "pt-BR", "pt-PT"]),
    ("other", &["id", "ja", "ko", "ms", "th", "vi", "zh-Hans", "zh-Hant"]),
];

type Locale = BTreeMap<String, String>;

fn locales() -> BTreeMap<String, Locale> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/locales");
    let mut locales = BTreeMap::new();
    for file in fs::read_dir(folder).expect("the folder is there") {
        let path = file.expect("a file").path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let tag = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        let text = fs::read_to_string(&path).expect("a text");
        locales.insert(tag, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
    }
    locales
}

fn categories(tag: &str) -> Vec<&'static str> {
    let own = CATEGORIES.iter().find(|(_, tags)| tags.contains(&tag));
    own.map_or("one other", |(categories, _)| categories).split(' ').collect()
}

/// The placeholders of a text, such as `{name}`, in alphabetical order.
fn places(sentence: &str) -> Vec<&str> {
    let mut places: Vec<&str> = sentence.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
    places.sort_unstable();
    places
}

#[test]
fn there_are_at_least_65_besides_english() {
    assert!(locales().len() >= 65, "{}", locales().len());
    assert!(!locales().contains_key("en"), "English is inside the program");
}

#[test]
fn every_locale_has_every_sentence_with_its_places_and_nothing_else() {
    let mut wrong = Vec::new();
    for (tag, locale) in locales() {
        let mut wanted: BTreeMap<String, &str> =
            SENTENCES.iter().map(|(name, english, _)| ((*name).to_owned(), *english)).collect();
        for (name, english, _) in PLURALS {
            for category in categories(&tag) {
                wanted.insert(format!("{name}_{category}"), english[1]);
            }
        }
        for (name, english) in &wanted {
            let Some(text) = locale.get(name) else {
                wrong.push(format!("{tag}: {name} is missing"));
                continue;
            };
            // A form for one or two may spell out the number; but the launcher's accessible name
            // has to contain the number on its badge.
            let on_badge = name.starts_with("launcher_unread") && !name.ends_with("_zero");
            let in_words = !on_badge && ["_zero", "_one", "_two"].iter().any(|form| name.ends_with(form));
            let but_count = |places: Vec<&str>| places.into_iter().filter(|place| *place != "count").count();
            let same =
                places(text) == places(english) || (in_words && but_count(places(text)) == but_count(places(english)));
            if !same || text.trim() != text || text.is_empty() {
                wrong.push(format!("{tag}: {name} is {text:?}, English {english:?}"));
            }
        }
        let unknown = locale.keys().filter(|name| !wanted.contains_key(*name) && !name.starts_with('_'));
        wrong.extend(unknown.map(|name| format!("{tag}: there is no sentence {name}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_locale_says_who_made_it() {
    for (tag, locale) in locales() {
        let origin = locale.get("_origin").map(String::as_str);
        assert!(matches!(origin, Some("machine" | "reviewed")), "{tag}: _origin is \"machine\" or \"reviewed\"");
    }
}

#[test]
fn the_readme_lists_them_all() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference.md")).expect("the reference");
    let (_, rest) = readme.split_once("<!-- list:languages -->\n").expect("the list");
    let (list, _) = rest.split_once("\n<!-- /list -->").expect("the end of the list");
    let listed: Vec<&str> = list.split(" · ").map(|tag| tag.trim_matches('`')).collect();
    assert_eq!(listed, locales().keys().map(String::as_str).collect::<Vec<_>>());
}
