//! Removes what the launcher does not use from a style sheet: rules that cannot match its markup,
//! and tokens that nothing reads.

use std::collections::BTreeSet;

use super::css::{Item, bracketed_length, items, push_rule, selectors};

/// Returns `sheet` without rules whose every selector names a class that is not in `classes`, and
/// without private tokens (`--_…`) that neither the remaining rules nor `also_read` read.
pub fn purge_css(sheet: &str, classes: &BTreeSet<&str>, also_read: &str) -> String {
    let mut kept = keep_selectors(sheet, &|selector| class_names(selector).all(|name| classes.contains(name)));
    loop {
        let purged = purge_tokens(&kept, also_read);
        if purged.len() == kept.len() {
            return kept;
        }
        kept = purged;
    }
}

/// Returns `sheet` without rules whose every selector names an element that is not in `tags`, and
/// without animations that no remaining rule names.
pub fn purge_tags(sheet: &str, tags: &BTreeSet<&str>) -> String {
    let kept = keep_selectors(sheet, &|selector| type_names(selector).iter().all(|name| tags.contains(name)));
    let mut out = String::new();
    let mut rest = kept.as_str();
    while let Some(at) = rest.find(KEYFRAMES) {
        let (before, after) = rest.split_at(at);
        let brace = after.find('{').unwrap_or(after.len());
        let name = after[KEYFRAMES.len()..brace].trim();
        let (rule, following) = after.split_at(brace + bracketed_length(&after[brace..]));
        out.push_str(before);
        if kept.matches(name).count() > 1 {
            out.push_str(rule);
        }
        rest = following;
    }
    out.push_str(rest);
    out
}

const KEYFRAMES: &str = "@keyframes";

/// Returns a block without the unwanted selectors, and without rules that have none left.
fn keep_selectors(block: &str, is_wanted: &dyn Fn(&str) -> bool) -> String {
    let mut out = String::new();
    for item in items(block) {
        match item {
            Item::Statement(statement) => out.push_str(statement),
            Item::Rule { prelude, body } if prelude.starts_with(KEYFRAMES) => push_rule(&mut out, prelude, body),
            Item::Rule { prelude, body } if prelude.starts_with('@') => {
                push_rule(&mut out, prelude, &keep_selectors(body, is_wanted));
            }
            Item::Rule { prelude, body } => {
                let kept: Vec<&str> = selectors(prelude).filter(|selector| is_wanted(selector)).collect();
                push_rule(&mut out, &kept.join(","), body);
            }
        }
    }
    out
}

/// Returns the elements that a selector names.
fn type_names(selector: &str) -> Vec<&str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut names = Vec::new();
    let mut before = ' ';
    let mut rest = selector;
    while let Some(next) = rest.chars().next() {
        let length = if is_name(next) {
            let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            if !".:#".contains(before) {
                names.push(&rest[..length]);
            }
            length
        } else if next == '[' {
            rest.find(']').map_or(rest.len(), |end| end + 1)
        } else {
            next.len_utf8()
        };
        before = next;
        rest = &rest[length..];
    }
    names
}

fn class_names(selector: &str) -> impl Iterator<Item = &str> {
    selector.split('.').skip(1).map(|after| {
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(after.len());
        &after[..end]
    })
}

/// Returns `sheet` without the declarations of private tokens that nothing reads.
fn purge_tokens(sheet: &str, also_read: &str) -> String {
    let mut out = String::new();
    let mut rest = sheet;
    while let Some(at) = rest.find("--_") {
        let name_end = at + rest[at..].find([':', ')', ',']).unwrap_or(rest.len() - at);
        let is_declaration = rest[name_end..].starts_with(':');
        let reading = ["var(", &rest[at..name_end]].concat();
        let is_read = [sheet, also_read].iter().any(|text| {
            text.match_indices(&reading).any(|(found, _)| text[found + reading.len()..].starts_with([')', ',']))
        });
        if !is_declaration || is_read {
            out.push_str(&rest[..name_end]);
            rest = &rest[name_end..];
            continue;
        }
        out.push_str(&rest[..at]);
        let end = at + rest[at..].find([';', '}']).unwrap_or(rest.len() - at);
        rest = rest[end..].strip_prefix(';').unwrap_or(&rest[end..]);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(sheet: &str) -> String {
        purge_css(sheet, &BTreeSet::from(["launcher", "sign"]), "x{y:var(--_also)}")
    }

    #[test]
    fn rules_stay_when_one_of_their_selectors_can_match() {
        assert_eq!(kept(".launcher{a:b}.other{a:b}button,.other:hover{a:b}"), ".launcher{a:b}button{a:b}");
        assert_eq!(kept(".launcher .sign{a:b}.launcher .other{a:b}"), ".launcher .sign{a:b}");
        assert_eq!(kept(":is(.other,p) b{a:b}:is(h1,h2){a:b}"), ":is(h1,h2){a:b}");
    }

    #[test]
    fn rules_go_that_name_elements_which_are_not_there_and_with_them_their_animations() {
        let kept = |sheet| purge_tags(sheet, &BTreeSet::from(["div", "svg"]));
        assert_eq!(kept("div.a svg{a:b}.a p{a:b}.a :is(p,div){a:b}.a::after,b{a:b}"), "div.a svg{a:b}.a::after{a:b}");
        assert_eq!(kept(".a:not(.b):hover>div[title=p]{a:b}*{a:b}"), ".a:not(.b):hover>div[title=p]{a:b}*{a:b}");
        assert_eq!(
            kept("@layer x{.a{animation:in 1s}p{animation:out 1s}@keyframes in{0%{a:b}}@keyframes out{to{a:b}}}"),
            "@layer x{.a{animation:in 1s}@keyframes in{0%{a:b}}}"
        );
    }

    #[test]
    fn blocks_keep_their_order_and_vanish_when_empty() {
        assert_eq!(
            kept("@layer a,b;@layer b{@media (x){.other{a:b}}.launcher{a:b}}@layer a{.other{a:b}}"),
            "@layer a,b;@layer b{.launcher{a:b}}"
        );
        assert_eq!(kept("@keyframes k{from{a:b}.5%{a:b}}"), "@keyframes k{from{a:b}.5%{a:b}}");
    }

    #[test]
    fn private_tokens_go_when_nothing_reads_them_however_long_the_chain() {
        assert_eq!(kept(":host{--_a: var(--_b);--_b: var(--c,1px);--_also: 1}"), ":host{--_also: 1}");
        assert_eq!(
            kept(":host{--_a: var(--_b);--_b: 1px}b{c:var(--_a,2px)}"),
            ":host{--_a: var(--_b);--_b: 1px}b{c:var(--_a,2px)}"
        );
        assert_eq!(kept(":host{--_a: 1px;--_ab: 2px}b{c:var(--_ab)}"), ":host{--_ab: 2px}b{c:var(--_ab)}");
    }
}
