//! Reads the project's own files, and the paths that a Rust file names. Tokenizes without parsing.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the project.
pub struct Source {
    /// Path from the project's root, with `/`.
    pub path: String,
    /// Content of the file.
    pub text: String,
}

/// The project's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads one file.
pub fn file(path: &str) -> Source {
    let text = fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("cannot read {path}: {error}"));
    Source { path: path.to_owned(), text }
}

/// Returns every file of ours below `folder` with one of these endings, ordered by path, without
/// generated and installed files.
pub fn files(folder: &str, endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join(folder), endings, &mut found);
    found.sort();
    let relative = |path: &PathBuf| {
        let path = path.strip_prefix(root()).expect("below the root").to_str().expect("own paths are text");
        path.replace('\\', "/")
    };
    found.iter().map(|path| file(&relative(path))).collect()
}

fn collect(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.expect("a readable folder").path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if !["target", "dist", "generated", "node_modules", "out"].contains(&name) && !name.starts_with('.') {
                collect(&path, endings, found);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
}

/// Every path with at least one `::` in the code, with groups expanded: `use a::{b, c::d}` is
/// `a::b` and `a::c::d`. Comments, strings and the tests at a file's end are ignored.
pub fn paths(rust: &str) -> Vec<Vec<String>> {
    let code = rust.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let words = words(code);
    let mut paths = Vec::new();
    let mut at = 0;
    while at < words.len() {
        at = if is_name(&words[at]) && words.get(at + 1).is_some_and(|word| word == "::") {
            path(&words, at, &[], &mut paths)
        } else {
            at + 1
        };
    }
    paths
}

/// Reads one path that starts at `at` and follows `prefix`; returns where it ends.
fn path(words: &[String], mut at: usize, prefix: &[String], paths: &mut Vec<Vec<String>>) -> usize {
    let mut path = prefix.to_vec();
    loop {
        match words.get(at).map(String::as_str) {
            Some("{") if path.len() > prefix.len() || !prefix.is_empty() => {
                at += 1;
                while words.get(at).is_some_and(|word| word != "}") {
                    at = if words[at] == "," { at + 1 } else { self::path(words, at, &path, paths) };
                }
                return at + 1;
            }
            Some(word) if is_name(word) || word == "*" => {
                path.push(word.to_owned());
                at += 1;
            }
            _ => return at + 1,
        }
        if words.get(at).is_some_and(|word| word == "::") {
            at += 1;
            continue;
        }
        if words.get(at).is_some_and(|word| word == "as") {
            at += 2;
        }
        paths.push(path);
        return at;
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Tokenizer: names, `::` and single characters, without comments, strings and character literals.
fn words(code: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = if let Some(comment) = rest.strip_prefix("//") {
            2 + comment.find('\n').unwrap_or(comment.len())
        } else if rest.starts_with("r#\"") {
            rest.find("\"#").map_or(rest.len(), |end| end + 2)
        } else if first == '"' {
            text_length(rest)
        } else if first == '\'' {
            character_length(rest)
        } else if rest.starts_with("::") {
            words.push("::".to_owned());
            2
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            words.push(rest[..end].to_owned());
            end
        } else {
            if !first.is_whitespace() {
                words.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    words
}

fn text_length(rest: &str) -> usize {
    let mut escaped = true;
    for (at, c) in rest.char_indices() {
        if c == '"' && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    rest.len()
}

/// Length of a character literal; of a lifetime only its quote.
fn character_length(rest: &str) -> usize {
    if let Some(escaped) = rest.strip_prefix("'\\") {
        return escaped.find('\'').map_or(rest.len(), |end| end + 3).max(4);
    }
    let mut characters = rest.char_indices().skip(2);
    match characters.next() {
        Some((at, '\'')) => at + 1,
        _ => 1,
    }
}

#[test]
fn paths_are_read_with_their_groups() {
    let code = r#"
        use a::{b, c::{d, e as f}, self};
        // use no::comment;
        fn g<'a>(h: &'a str) -> i::J { "no::text"; 'k'; '\''; l::<M>(n::o::P) }
    "#;
    let found: Vec<String> = paths(code).iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["a::b", "a::c::d", "a::c::e", "a::self", "i::J", "n::o::P"]);
}
