//! Catalogue of every fault by name, in three tables: impaired bytes, answers in place of the
//! server's, and changes to the server's answer.

/// Declares a table of faults: whether each is noticed at once (`quick`) or not ([`Fault::slow`]),
/// its name, hops, description and effect.
macro_rules! faults {
    ($($speed:ident $name:literal $hops:ident $what:literal: $effect:expr;)+) => {
        pub const FAULTS: &[Fault] = &[$(Fault {
            name: $name,
            hops: $hops,
            what: $what,
            effect: $effect,
            slow: faults!(@ $speed),
        }),+];
    };
    (@ quick) => { false };
    (@ slow) => { true };
}

mod answers;
mod changes;
mod wire;

use crate::fault::{Fault, Hop};

const EVERYWHERE: &[Hop] = &Hop::ALL;
const VISITOR: &[Hop] = &[Hop::Browser];
const PLATFORM: &[Hop] = &[Hop::Platform];
const CALLS: &[Hop] = &[Hop::Browser, Hop::Platform];
const INWARD: &[Hop] = &[Hop::Browser, Hop::Webhook];

/// All faults.
pub fn all() -> impl Iterator<Item = &'static Fault> {
    wire::FAULTS.iter().chain(answers::FAULTS).chain(changes::FAULTS)
}

/// The faults that may happen on this hop.
pub fn of(hop: Hop) -> impl Iterator<Item = &'static Fault> {
    all().filter(move |fault| fault.hops.contains(&hop))
}

/// The fault with this name.
pub fn find(name: &str) -> Option<&'static Fault> {
    all().find(|fault| fault.name == name)
}

/// The catalogue as a Markdown table: name, hops, and description.
pub fn table() -> String {
    let mut text = String::from("| fault | where | what it does |\n|---|---|---|\n");
    for fault in all() {
        let hops: Vec<&str> = fault.hops.iter().map(|hop| hop.words()).collect();
        text += &["| `", fault.name, "` | ", &hops.join(", "), " | ", fault.what, " |\n"].concat();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_more_than_sixty_and_each_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = all().map(|fault| fault.name).collect();
        assert_eq!(names.len(), all().count());
        assert!(names.len() >= 60, "{}", names.len());
        for fault in all() {
            assert!(!fault.hops.is_empty() && !fault.what.is_empty(), "{}", fault.name);
            assert!(fault.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            assert!(find(fault.name).is_some());
        }
        for hop in Hop::ALL {
            assert!(of(hop).count() >= 20, "{hop:?}");
        }
    }

    #[test]
    fn the_table_in_the_docs_is_the_catalogue() {
        let docs = include_str!("../README.md");
        assert!(docs.contains(&table()), "crates/chataibot-faults/README.md should say:\n{}", table());
    }
}
