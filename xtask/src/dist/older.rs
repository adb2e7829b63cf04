//! Rewrites style rules that older browsers cannot read (`light-dark()`, `:dir()`, `:has()`) for
//! loader/older.js, which only those browsers fetch. All others apply unchanged.

use std::collections::BTreeSet;

use serde_json::json;

use super::css::{bracketed_length, push_rule, rules, selectors};

/// The rewritten rules, and the elements that need attributes for them.
#[derive(Default)]
pub struct Older {
    css: String,
    /// Selectors of the elements that get their writing direction as an attribute.
    directed: BTreeSet<String>,
    /// Selectors of elements that get an attribute by this index, and of what they must contain.
    having: Vec<(String, String)>,
}

impl Older {
    pub fn add(&mut self, sheet: &str) {
        let rules = self.rules(sheet);
        self.css.push_str(&rules);
    }

    /// Returns the rewritten rules and what to watch, as a module.
    pub fn module(&self) -> String {
        let directed: Vec<_> = self.directed.iter().map(String::as_str).collect();
        let (css, directed, having) = (json!(self.css), json!(directed.join(",")), json!(self.having));
        format!(
            "// Made by `cargo xtask dist` from the style sheets.\n\
             export const css = {css};\nexport const directed = {directed};\nexport const having = {having};\n"
        )
    }

    fn rules(&mut self, block: &str) -> String {
        let mut out = String::new();
        for (prelude, body) in rules(block).filter_map(|(prelude, body)| Some((prelude, body?))) {
            if prelude.starts_with('@') {
                // These browsers fail the condition on `light-dark()`, and no keyframes use it.
                if !prelude.contains(LIGHT_DARK) && !prelude.starts_with("@keyframes") {
                    push_rule(&mut out, prelude, &self.rules(body));
                }
            } else if prelude.contains(DIR) || prelude.contains(HAS) {
                let rewritten: Vec<_> = selectors(prelude).map(|selector| self.with_attributes(selector)).collect();
                let declarations: Vec<_> = body.split(';').map(with_toggles).collect();
                push_rule(&mut out, &rewritten.join(","), &declarations.join(";"));
            } else {
                let declarations: Vec<_> =
                    body.split(';').filter(|one| one.contains(LIGHT_DARK)).map(with_toggles).collect();
                // With more specificity than the same tokens in other sheets, whichever comes last.
                push_rule(&mut out, &prelude.replace(":host>div", ":host>div:nth-child(n)"), &declarations.join(";"));
            }
        }
        out
    }

    /// Replaces `:dir(rtl)` and `:has(…)` in a selector by attributes.
    fn with_attributes(&mut self, selector: &str) -> String {
        let mut out = String::new();
        let mut rest = selector;
        while let Some(at) = [rest.find(DIR), rest.find(HAS)].into_iter().flatten().min() {
            out.push_str(&rest[..at]);
            let open = at + rest[at..].find('(').unwrap_or_default();
            let end = open + bracketed_length(&rest[open..]);
            let inside = &rest[open + 1..end - 1];
            let subject = last_compound(&out).to_owned();
            if rest[at..].starts_with(DIR) {
                self.directed.insert(subject);
                out.push_str("[data-rtl]");
            } else {
                let having: Vec<_> = selectors(inside)
                    .map(|one| ["[data-at]", if one.starts_with(['>', '+', '~']) { "" } else { " " }, one].concat())
                    .collect();
                let pair = (subject, having.join(","));
                let number = self.having.iter().position(|known| *known == pair).unwrap_or_else(|| {
                    self.having.push(pair);
                    self.having.len() - 1
                });
                out.push_str(&format!("[data-has-{number}]"));
            }
            rest = &rest[end..];
        }
        out.push_str(rest);
        out
    }
}

const LIGHT_DARK: &str = "light-dark(";
const DIR: &str = ":dir(";
const HAS: &str = ":has(";

/// Replaces `light-dark()` in a declaration by toggles: of `--_l` and `--_d` one is empty, and the
/// other is invalid, so that its fallback applies.
fn with_toggles(declaration: &str) -> String {
    let Some((before, rest)) = declaration.split_once(LIGHT_DARK) else { return declaration.to_owned() };
    // From the function's own opening bracket on.
    let open = before.len() + LIGHT_DARK.len() - 1;
    let end = bracketed_length(&declaration[open..]) - 1;
    let inside = &rest[..end - 1];
    let comma = selectors(inside).next().map_or(inside.len(), str::len);
    let (light, dark) = (inside[..comma].trim(), inside[comma..].trim_start_matches(',').trim());
    [before, "var(--_l,", &with_toggles(light), ") var(--_d,", &with_toggles(dark), ")", &with_toggles(&rest[end..])]
        .concat()
}

/// Returns what follows the last combinator.
fn last_compound(selector: &str) -> &str {
    let mut depth = 0_i32;
    let mut start = 0;
    for (at, c) in selector.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ' ' | '>' | '+' | '~' if depth == 0 => start = at + 1,
            _ => {}
        }
    }
    &selector[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn older(sheet: &str) -> Older {
        let mut older = Older::default();
        older.add(sheet);
        older
    }

    #[test]
    fn colours_become_toggles_and_other_declarations_stay_where_they_are() {
        let css = older("@layer t{:host>div{--_a: var(--a, light-dark(#fff, #000));--_b: 1px}}.x{fill:light-dark(rgb(1 2 3 / .5),var(--_c));y:z}").css;
        assert_eq!(
            css,
            "@layer t{:host>div:nth-child(n){--_a: var(--a, var(--_l,#fff) var(--_d,#000))}}.x{fill:var(--_l,rgb(1 2 3 / .5)) var(--_d,var(--_c))}"
        );
        let css = older("a{--_s: 0 0 light-dark(red, tan), 1px 1px light-dark(a(b, c), blue)}").css;
        assert_eq!(css, "a{--_s: 0 0 var(--_l,red) var(--_d,tan), 1px 1px var(--_l,a(b, c)) var(--_d,blue)}");
        assert_eq!(
            older("@supports (color:light-dark(red,red)){a{b:light-dark(c,d)}}.x{y:z}@keyframes k{from{a:b}}").css,
            ""
        );
    }

    #[test]
    fn selectors_that_they_drop_become_attributes() {
        let older = older(
            ".a .b:dir(rtl) svg,.c:dir(rtl){x:y}.f:has(>.w)>.i,.f:has(>.w),.s:has(~ .s:hover),.p:has(.q,.r){x:y;z:light-dark(a,b)}",
        );
        assert_eq!(
            older.css,
            ".a .b[data-rtl] svg,.c[data-rtl]{x:y}.f[data-has-0]>.i,.f[data-has-0],.s[data-has-1],.p[data-has-2]{x:y;z:var(--_l,a) var(--_d,b)}"
        );
        assert_eq!(older.directed.iter().collect::<Vec<_>>(), [".b", ".c"]);
        let pairs = [(".f", "[data-at]>.w"), (".s", "[data-at]~ .s:hover"), (".p", "[data-at] .q,[data-at] .r")];
        assert_eq!(older.having, pairs.map(|(who, what)| (who.to_owned(), what.to_owned())));
    }
}
