//! Removes rules from a style sheet that cannot match its markup, and tokens that nothing reads.

use std::collections::BTreeSet;

use anyhow::Result;
use regex::{Captures, Regex};

use super::css::{push_rule, rules, selectors};

/// Returns `sheet` without rules whose every selector names a class that is not in `classes`, and
/// without private tokens (`--_…`) that neither the remaining rules nor `also_read` read.
pub fn purge_css(sheet: &str, classes: &BTreeSet<&str>, also_read: &str) -> Result<String> {
    let class = Regex::new(r"\.([A-Za-z0-9_-]*)")?;
    let is_used = |selector: &str| class.captures_iter(selector).all(|found| classes.contains(&found[1]));
    let declaration = Regex::new(r"(--_[^:),]*):[^;}]*;?")?;
    let mut kept = keep_rules(sheet, &is_used, &|_| true);
    loop {
        let purged = declaration.replace_all(&kept, |found: &Captures| {
            let reading = ["var(", &found[1]].concat();
            let is_read = [&kept, also_read].iter().any(|text| {
                text.match_indices(&reading).any(|(at, _)| text[at + reading.len()..].starts_with([')', ',']))
            });
            if is_read { found[0].to_owned() } else { String::new() }
        });
        if purged.len() == kept.len() {
            return Ok(kept);
        }
        kept = purged.into_owned();
    }
}

/// Returns `sheet` without rules for elements not in `tags` and animations that no rule names.
pub fn purge_tags(sheet: &str, tags: &BTreeSet<&str>) -> Result<String> {
    let name = Regex::new(r"\[[^\]]*\]|[.:#]?[A-Za-z0-9_-]+")?;
    let is_used = |selector: &str| {
        let names = name.find_iter(selector).map(|found| found.as_str());
        names.filter(|name| !name.starts_with(['[', '.', ':', '#'])).all(|name| tags.contains(name))
    };
    let kept = keep_rules(sheet, &is_used, &|_| true);
    Ok(keep_rules(&kept, &|_| true, &|animation| kept.matches(animation).count() > 1))
}

/// Returns a block without unwanted selectors and animations, and rules that have none left.
fn keep_rules(block: &str, is_wanted: &dyn Fn(&str) -> bool, is_run: &dyn Fn(&str) -> bool) -> String {
    let mut out = String::new();
    for (prelude, body) in rules(block) {
        let Some(body) = body else {
            out.push_str(prelude);
            continue;
        };
        match prelude.strip_prefix("@keyframes") {
            Some(animation) if is_run(animation.trim()) => push_rule(&mut out, prelude, body),
            Some(_) => {}
            None if prelude.starts_with('@') => push_rule(&mut out, prelude, &keep_rules(body, is_wanted, is_run)),
            None => {
                let kept: Vec<&str> = selectors(prelude).filter(|selector| is_wanted(selector)).collect();
                push_rule(&mut out, &kept.join(","), body);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(sheet: &str) -> String {
        purge_css(sheet, &BTreeSet::from(["launcher", "sign"]), "x{y:var(--_also)}").expect("purged")
    }

    #[test]
    fn rules_stay_when_one_of_their_selectors_can_match() {
        assert_eq!(kept(".launcher{a:b}.other{a:b}button,.other:hover{a:b}"), ".launcher{a:b}button{a:b}");
        assert_eq!(kept(".launcher .sign{a:b}.launcher .other{a:b}"), ".launcher .sign{a:b}");
        assert_eq!(kept(":is(.other,p) b{a:b}:is(h1,h2){a:b}"), ":is(h1,h2){a:b}");
    }

    #[test]
    fn rules_go_that_name_elements_which_are_not_there_and_with_them_their_animations() {
        let kept = |sheet| purge_tags(sheet, &BTreeSet::from(["div", "svg"])).expect("purged");
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
