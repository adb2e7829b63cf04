//! Splits minified CSS, without comments and without braces inside strings, into rules.

pub enum Item<'a> {
    /// `@layer a,b;`
    Statement(&'a str),
    Rule {
        prelude: &'a str,
        body: &'a str,
    },
}

/// Returns the rules and statements of a block, in their order.
pub fn items(block: &str) -> impl Iterator<Item = Item<'_>> {
    let mut rest = block;
    std::iter::from_fn(move || {
        let at = rest.find(['{', ';'])?;
        if rest[at..].starts_with(';') {
            let (statement, after) = rest.split_at(at + 1);
            rest = after;
            return Some(Item::Statement(statement));
        }
        let (prelude, after) = rest.split_at(at);
        let (block, after) = after.split_at(bracketed_length(after));
        rest = after;
        Some(Item::Rule { prelude, body: &block[1..block.len() - 1] })
    })
}

/// Writes a rule, unless nothing is left of it.
pub fn push_rule(out: &mut String, prelude: &str, body: &str) {
    if !prelude.is_empty() && !body.is_empty() {
        out.extend([prelude, "{", body, "}"]);
    }
}

/// Returns the length of the bracketed text that begins `text`, brackets included.
pub fn bracketed_length(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' | b'(' => depth += 1,
            b'}' | b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

/// Splits a list of selectors; commas inside brackets separate nothing.
pub fn selectors(list: &str) -> impl Iterator<Item = &str> {
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
