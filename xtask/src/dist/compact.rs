//! Shortens the functions that wasm-bindgen's glue provides to the WASM: arrow functions, and
//! shared functions for what most of them do with their result. They behave the same; this saves
//! about 0.3 KB of what a visitor downloads.

use anyhow::{Result, ensure};
use regex::{Captures, Regex};

/// Calls an import and passes what it throws to the WASM: wasm-bindgen's form and ours.
const HANDLE_ERROR: (&str, &str) = (
    "function handleError(f, args) {\n    try {\n        return f.apply(this, args);",
    "const caught = (f) => (...args) => {\n    try {\n        return f(...args);",
);
const IMPORTS: &str = "function __wbg_get_imports() {\n";
/// Passes an object that may be missing to the WASM: wasm-bindgen's form and ours.
const OBJECT: (&str, &str) = ("isLikeNone(ret) ? 0 : addHeapObject(ret)", "addObject(ret)");
/// Passes the text `ret`, which may be missing, to the WASM: pointer at `arg0`, length after it.
const TEXT: &str = r"(?m)^ +(?:const|var) ptr1 = (?:isLikeNone\(ret\) \? 0 : )?passStringToWasm0\(ret, wasm\.__wbindgen_export, wasm\.__wbindgen_export2\);
 +(?:const|var) len1 = WASM_VECTOR_LEN;
 +getDataViewMemory0\(\)\.setInt32\(arg0 \+ 4 \* 1, len1, true\);
 +getDataViewMemory0\(\)\.setInt32\(arg0 \+ 4 \* 0, ptr1, true\);$";
/// An import: name, arguments (first those if its errors go to the WASM), and body.
const IMPORT: &str = r"(?m)^        ([A-Za-z0-9_]+): function\((?:\) \{ return handleError\(function \(([^\n]*)|([^\n]*))\) \{\n((?s:.*?))^        \}.*$";

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

/// Returns `glue` with shorter imports. Fails if it writes them in another way.
pub fn compact(glue: &str) -> Result<String> {
    let text = Regex::new(TEXT)?;
    for shape in [HANDLE_ERROR.0, IMPORTS, OBJECT.0] {
        ensure!(glue.contains(shape), "the glue has no {shape:?}: check what wasm-bindgen generates now");
    }
    ensure!(text.is_match(glue), "the glue has no {TEXT:?}: check what wasm-bindgen generates now");
    let glue = glue.replacen(HANDLE_ERROR.0, HANDLE_ERROR.1, 1).replace(OBJECT.0, OBJECT.1);
    let glue = Regex::new(IMPORT)?.replace_all(&glue, |import: &Captures| {
        let body = &import[4];
        // An arrow function has neither.
        if body.contains("this") || body.contains("arguments") {
            return import[0].to_owned();
        }
        let (before, arguments, after) = match import.get(2) {
            Some(arguments) => ("caught(", arguments.as_str(), "})"),
            None => ("", &import[3], "}"),
        };
        let body = text.replace_all(body, "            addText(arg0, ret);");
        format!("        {}: {before}({arguments}) => {{\n{body}        {after},", &import[1])
    });
    ensure!(!glue.contains("handleError"), "the glue has imports that may throw in an unknown form");
    Ok(glue.replacen(IMPORTS, &[SHARED_FUNCTIONS, IMPORTS].concat(), 1))
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
