//! The CSS parts, which a page's style sheet reaches as `chataibot-widget::part(NAME)`. A variant
//! or state, such as a bubble that was not sent, is a part of its own.

use std::sync::LazyLock;

/// A CSS part.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Name, as in `::part(NAME)`.
    pub name: &'static str,
    /// One of [`REGIONS`].
    pub region: &'static str,
    /// Name of the part on the same element that this is a variant or state of; empty if none.
    pub of: &'static str,
    /// Description; begins with `…` if it continues that of [`Part::of`].
    pub what: &'static str,
}

impl Part {
    /// Reads a line of the table, `NAME: WHAT` or `NAME of WHOLE: WHAT`.
    fn read(region: &'static str, line: &'static str) -> Self {
        let (name, what) = line.split_once(": ").expect("a line of parts.txt has a name and a description");
        let (name, of) = name.split_once(" of ").unwrap_or((name, ""));
        Self { name, region, of, what }
    }

    /// Returns a description that does not need another part's beside it.
    pub fn description(&self) -> String {
        let whole = PARTS.iter().find(|part| part.name == self.of);
        match (whole, self.what.strip_prefix("… ")) {
            (Some(whole), Some(rest)) => {
                let comma = if rest.starts_with("that ") { "" } else { "," };
                format!("{}{comma} {rest}", whole.description())
            }
            _ => self.what.to_owned(),
        }
    }
}

/// Regions of the widget that have parts, each with its title, from the page inwards.
pub const REGIONS: &[(&str, &str)] = &[
    ("launcher", "Launcher"),
    ("window", "Window"),
    ("header", "Header and menu"),
    ("notices", "Notices"),
    ("list", "List"),
    ("messages", "Messages"),
    ("media", "Pictures, videos, files"),
    ("answers", "Answers to choose"),
    ("questions", "Questions to answer"),
    ("composer", "Composer"),
    ("panels", "Before and after a chat"),
];

/// Every part, from `parts.txt`: one to a line, below the name of its region.
pub static PARTS: LazyLock<Vec<Part>> = LazyLock::new(|| {
    let regions = include_str!("parts.txt").split("# ").filter_map(|section| section.split_once('\n'));
    let lines = regions.flat_map(|(region, lines)| lines.trim_end().lines().map(move |line| (region, line)));
    lines.map(|(region, line)| Part::read(region, line)).collect()
});

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::{PARTS, REGIONS};

    /// The files in `folder` and below.
    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("the components are there");
        let paths = entries.map(|entry| entry.expect("a file").path());
        paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }

    /// Words of the texts in `src/components` that could be parts: lower case, digits and dashes.
    fn words() -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/components")) {
            let text = fs::read_to_string(path).expect("a text");
            let quoted = text.split('"').skip(1).step_by(2);
            words.extend(quoted.flat_map(str::split_whitespace).map(str::to_owned));
        }
        words
    }

    #[test]
    fn every_part_is_on_some_element_and_stands_once() {
        let words = words();
        let mut seen = BTreeSet::new();
        for part in PARTS.iter() {
            assert!(words.contains(part.name), "no component has the part {}", part.name);
            assert!(seen.insert(part.name), "{} stands twice", part.name);
        }
    }

    #[test]
    fn every_part_has_a_region_and_a_description_that_stands_alone() {
        for part in PARTS.iter() {
            assert!(REGIONS.iter().any(|(region, _)| *region == part.region), "{}: {}", part.name, part.region);
            let whole = PARTS.iter().find(|other| other.name == part.of);
            assert_eq!(whole.is_some(), !part.of.is_empty(), "{} is one of {}, which there is not", part.name, part.of);
            assert!(whole.is_some() || !part.what.starts_with('…'), "{}: {}", part.name, part.what);
            let description = part.description();
            assert!(description.chars().all(|c| c != '…') && !description.is_empty(), "{}: {description}", part.name);
        }
    }
}
