//! Splits minified CSS, without comments and without braces inside strings, into rules.

/// Returns the rules of a block as prelude and body, which a statement (`@layer a,b;`) lacks.
pub fn rules(block: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut rest = block;
    std::iter::from_fn(move || {
        let at = rest.find(['{', ';'])?;
        let is_statement = rest[at..].starts_with(';');
        let (prelude, after) = rest.split_at(if is_statement { at + 1 } else { at });
        let (block, after) = after.split_at(if is_statement { 0 } else { bracketed_length(after) });
        rest = after;
        Some((prelude, (!is_statement).then(|| &block[1..block.len() - 1])))
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
