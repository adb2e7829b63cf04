//! Shortens the functions that wasm-bindgen's glue provides to the WASM: arrow functions, and
//! shared functions for what most of them do with their result. They behave the same; this saves
//! about 0.3 KB of what a visitor downloads.

use anyhow::{Result, ensure};

/// Calls an import and passes what it throws to the WASM: wasm-bindgen's form and ours.
const HANDLE_ERROR: (&str, &str) = (
    "function handleError(f, args) {\n    try {\n        return f.apply(this, args);",
    "const caught = (f) => (...args) => {\n    try {\n        return f(...args);",
);

const IMPORTS: &str = "function __wbg_get_imports() {\n";

/// Passes an object that may be missing to the WASM: wasm-bindgen's form and ours.
const OBJECT: (&str, &str) = ("isLikeNone(ret) ? 0 : addHeapObject(ret)", "addObject(ret)");

/// Passes the text `ret`, which in the second form may be missing, to the WASM: the pointer at
/// `arg0`, the length after it.
const TEXTS: [&str; 2] = [
    "const ptr1 = passStringToWasm0(ret, wasm.__wbindgen_export, wasm.__wbindgen_export2);",
    "var ptr1 = isLikeNone(ret) ? 0 : passStringToWasm0(ret, wasm.__wbindgen_export, wasm.__wbindgen_export2);",
];
/// What follows either form, without the keyword of the first line.
const TEXT_REST: [&str; 3] = [
    "len1 = WASM_VECTOR_LEN;",
    "getDataViewMemory0().setInt32(arg0 + 4 * 1, len1, true);",
    "getDataViewMemory0().setInt32(arg0 + 4 * 0, ptr1, true);",
];

/// The shared functions that replace these forms.
const SHARED_FUNCTIONS: &str = "\
const addObject = (value) => isLikeNone(value) ? 0 : addHeapObject(value);
function addText(place, text) {
    const missing = isLikeNone(text);
    const pointer = missing ? 0 : passStringToWasm0(text, wasm.__wbindgen_export, wasm.__wbindgen_export2);
    const memory = getDataViewMemory0();
    memory.setInt32(place + 4, missing ? 0 : WASM_VECTOR_LEN, true);
    memory.setInt32(place, pointer, true);
}
";

/// Returns `glue` with shorter imports. A glue that writes them in another way is refused, so that
/// the saving is not lost unnoticed.
pub fn compact(glue: &str) -> Result<String> {
    let (from, to) = HANDLE_ERROR;
    for shape in [from, IMPORTS, OBJECT.0, TEXTS[0]] {
        ensure!(glue.contains(shape), "the glue has no {shape:?}: check what wasm-bindgen generates now");
    }
    let glue = glue.replacen(from, to, 1).replace(OBJECT.0, OBJECT.1);
    let lines: Vec<&str> = glue.lines().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let end = lines[at..].iter().position(|line| line.starts_with("        }")).map_or(at, |end| at + end);
        let line = lines[at];
        match parse_head(line) {
            Some(Head { name, arguments, catches }) if !lines[at + 1..end].iter().any(|line| needs_function(line)) => {
                let (before, after) = if catches { ("caught(", "})") } else { ("", "}") };
                out.push(format!("        {name}: {before}({arguments}) => {{"));
                let mut body = at + 1;
                while body < end {
                    if begins_with_text(&lines[body..end]) {
                        out.push("            addText(arg0, ret);".to_owned());
                        body += 1 + TEXT_REST.len();
                    } else {
                        out.push(lines[body].to_owned());
                        body += 1;
                    }
                }
                out.push(format!("        {after},"));
                at = end + 1;
            }
            Some(_) | None => {
                out.push(line.to_owned());
                at += 1;
            }
        }
    }
    let glue = out.join("\n") + "\n";
    ensure!(!glue.contains("handleError"), "the glue has imports that may throw in an unknown form");
    Ok(glue.replacen(IMPORTS, &[SHARED_FUNCTIONS, IMPORTS].concat(), 1))
}

struct Head<'a> {
    name: &'a str,
    arguments: &'a str,
    /// Whether what it throws goes to the WASM.
    catches: bool,
}

fn parse_head(line: &str) -> Option<Head<'_>> {
    let (name, rest) = line.strip_prefix("        ")?.split_once(": function(")?;
    let rest = rest.strip_suffix(") {")?;
    let caught = rest.strip_prefix(") { return handleError(function (");
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some(Head { name, arguments: caught.unwrap_or(rest), catches: caught.is_some() })
}

/// Whether a line uses `this` or `arguments`, which an arrow function does not have.
fn needs_function(line: &str) -> bool {
    line.contains("this") || line.contains("arguments")
}

/// Whether these lines begin with passing a text.
fn begins_with_text(lines: &[&str]) -> bool {
    let Some((first, rest)) = lines.split_first() else { return false };
    TEXTS.contains(&first.trim())
        && rest.len() >= TEXT_REST.len()
        && TEXT_REST
            .iter()
            .zip(rest)
            .all(|(shape, line)| line.trim().trim_start_matches("const ").trim_start_matches("var ") == *shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = "\
function __wbg_get_imports() {
    const import0 = {
        a: function(arg0, arg1) {
            const ret = getObject(arg1).body;
            const ptr1 = passStringToWasm0(ret, wasm.__wbindgen_export, wasm.__wbindgen_export2);
            const len1 = WASM_VECTOR_LEN;
            getDataViewMemory0().setInt32(arg0 + 4 * 1, len1, true);
            getDataViewMemory0().setInt32(arg0 + 4 * 0, ptr1, true);
        },
        b: function() { return handleError(function (arg0) {
            const ret = getObject(arg0).activeElement;
            return isLikeNone(ret) ? 0 : addHeapObject(ret);
        }, arguments); },
        c: function(arg0) {
            return this.d(arg0);
        },
    };
}
function handleError(f, args) {
    try {
        return f.apply(this, args);
    } catch (e) {
        wasm.__wbindgen_export3(addHeapObject(e));
    }
}
";

    #[test]
    fn imports_become_arrow_functions_that_do_the_same() {
        let compact = compact(GLUE).expect("the shape we know");
        let imports = "\
        a: (arg0, arg1) => {
            const ret = getObject(arg1).body;
            addText(arg0, ret);
        },
        b: caught((arg0) => {
            const ret = getObject(arg0).activeElement;
            return addObject(ret);
        }),
        c: function(arg0) {
            return this.d(arg0);
        },
";
        assert!(compact.contains(imports), "{compact}");
        assert!(
            compact.contains("const caught = (f) => (...args) => {\n    try {\n        return f(...args);"),
            "{compact}"
        );
        assert!(compact.starts_with(SHARED_FUNCTIONS), "{compact}");
    }

    #[test]
    fn another_shape_is_refused() {
        compact(&GLUE.replace("f.apply(this", "f.call(this")).expect_err("another way to catch");
        compact(&GLUE.replace("b: function() {", "b: async function() {")).expect_err("an import of another kind");
    }
}
