//! What of a style sheet the launcher has a use for: rules that can match its markup, and tokens that something reads.
//!
//! Reads minified CSS only: no comments, no braces inside strings.

use std::collections::BTreeSet;

/// `sheet` without rules whose every selector names a class that is not in `classes`, and without private tokens (`--_…`) that neither
/// what is left nor `also_read` reads.
pub fn purge_css(sheet: &str, classes: &BTreeSet<&str>, also_read: &str) -> String {
    let mut left = rules(sheet, classes);
    loop {
        let fewer = tokens(&left, also_read);
        if fewer.len() == left.len() {
            return left;
        }
        left = fewer;
    }
}

/// `sheet` without rules whose every selector names an element that is not in `tags`, and without animations that nothing left names.
pub fn purge_tags(sheet: &str, tags: &BTreeSet<&str>) -> String {
    let left = tagged(sheet, tags);
    let mut out = String::new();
    let mut rest = left.as_str();
    while let Some(at) = rest.find(KEYFRAMES) {
        let (before, after) = rest.split_at(at);
        let brace = after.find('{').unwrap_or(after.len());
        let name = after[KEYFRAMES.len()..brace].trim();
        let (rule, following) = after.split_at(brace + closing(&after[brace..]));
        out.push_str(before);
        if left.matches(name).count() > 1 {
            out.push_str(rule);
        }
        rest = following;
    }
    out.push_str(rest);
    out
}

const KEYFRAMES: &str = "@keyframes";

fn tagged(block: &str, tags: &BTreeSet<&str>) -> String {
    let mut out = String::new();
    let mut rest = block;
    while let Some(at) = rest.find('{') {
        let (prelude, after) = rest.split_at(at);
        let end = closing(after);
        let body = &after[1..end - 1];
        rest = &after[end..];
        if prelude.starts_with(KEYFRAMES) {
            push_rule(&mut out, prelude, body);
        } else if prelude.starts_with('@') {
            push_rule(&mut out, prelude, &tagged(body, tags));
        } else {
            let kept: Vec<&str> =
                selectors(prelude).filter(|one| type_names(one).iter().all(|name| tags.contains(name))).collect();
            push_rule(&mut out, &kept.join(","), body);
        }
    }
    out
}

/// The elements that a selector names.
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

/// The rules of one block, each `prelude{…}` or a statement up to `;`.
fn rules(block: &str, classes: &BTreeSet<&str>) -> String {
    let mut out = String::new();
    let mut rest = block;
    while let Some(at) = rest.find(['{', ';']) {
        let prelude = &rest[..at];
        if rest[at..].starts_with(';') {
            out.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
            continue;
        }
        let end = at + closing(&rest[at..]);
        let body = &rest[at + 1..end - 1];
        rest = &rest[end..];
        if prelude.starts_with("@keyframes") {
            push_rule(&mut out, prelude, body);
        } else if prelude.starts_with('@') {
            push_rule(&mut out, prelude, &rules(body, classes));
        } else {
            let kept: Vec<&str> =
                selectors(prelude).filter(|one| class_names(one).all(|name| classes.contains(name))).collect();
            push_rule(&mut out, &kept.join(","), body);
        }
    }
    out
}

pub(super) fn push_rule(out: &mut String, prelude: &str, body: &str) {
    if !prelude.is_empty() && !body.is_empty() {
        out.extend([prelude, "{", body, "}"]);
    }
}

/// Length of the block that begins `text`, braces included.
pub(super) fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

/// The selectors of a list; commas inside brackets separate nothing.
pub(super) fn selectors(list: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    list.split(move |c| {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    })
}

fn class_names(selector: &str) -> impl Iterator<Item = &str> {
    selector.split('.').skip(1).map(|after| {
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(after.len());
        &after[..end]
    })
}

/// `sheet` without the declarations of private tokens that nobody reads.
fn tokens(sheet: &str, also_read: &str) -> String {
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
