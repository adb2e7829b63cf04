//! Removes what no visitor needs from wasm-bindgen's JavaScript: ways to start that the loader
//! never uses, and fallbacks for what every browser that runs the widget has. A glue of another
//! shape is refused, so that nothing is lost unnoticed.

use anyhow::{Context, Result, bail, ensure};

/// Functions of the glue, each with a replacement that does all we need.
const FUNCTIONS: &[(&str, &str)] = &[
    // The module that fetches chunks calls it to get the running program.
    ("function initSync(", "function initSync() { return wasm; }\n"),
    // The loader compiles, and hands over a module.
    (
        "async function __wbg_load(",
        "async function __wbg_load(module, imports) {\n    \
         return { instance: await WebAssembly.instantiate(module, imports), module };\n}\n",
    ),
    (
        "async function __wbg_init(",
        "async function __wbg_init({ module_or_path }) {\n    if (wasm !== undefined) return wasm;\n    \
         const { instance, module } = await __wbg_load(module_or_path, __wbg_get_imports());\n    \
         return __wbg_finalize_init(instance, module);\n}\n",
    ),
    // The rest is for two gigabytes of text on one page.
    (
        "function decodeText(",
        "function decodeText(ptr, len) {\n    \
         return cachedTextDecoder.decode(getUint8ArrayMemory0().subarray(ptr, ptr + len));\n}\n",
    ),
    // Without the way that needs no reallocation, which no call uses. The loop stays: to encode each
    // short text by itself takes a slow phone longer.
    (
        "function passStringToWasm0(",
        "function passStringToWasm0(text, malloc, realloc) {\n    let length = text.length;\n    \
         let ptr = malloc(length, 1) >>> 0;\n    const memory = getUint8ArrayMemory0();\n    let at = 0;\n    \
         for (; at < length; at++) {\n        const code = text.charCodeAt(at);\n        \
         if (code > 0x7f) break;\n        memory[ptr + at] = code;\n    }\n    \
         if (at !== length) {\n        if (at) text = text.slice(at);\n        \
         ptr = realloc(ptr, length, length = at + text.length * 3, 1) >>> 0;\n        \
         at += cachedTextEncoder.encodeInto(text, getUint8ArrayMemory0().subarray(ptr + at, ptr + length)).written;\n        \
         ptr = realloc(ptr, length, at, 1) >>> 0;\n    }\n    \
         WASM_VECTOR_LEN = at;\n    return ptr;\n}\n",
    ),
    // Memory that grows has another buffer, in every browser.
    (
        "function getDataViewMemory0(",
        "function getDataViewMemory0() {\n    \
         if (cachedDataViewMemory0?.buffer !== wasm.memory.buffer) cachedDataViewMemory0 = new DataView(wasm.memory.buffer);\n    \
         return cachedDataViewMemory0;\n}\n",
    ),
    (
        "function __wbg_finalize_init(",
        "function __wbg_finalize_init(instance) {\n    wasm = instance.exports;\n    return wasm;\n}\n",
    ),
    ("if (!('encodeInto' in cachedTextEncoder)) {", ""),
];

/// wasm-bindgen's fallback for browsers without `FinalizationRegistry`.
const NO_REGISTRY: &str =
    "(typeof FinalizationRegistry === 'undefined')\n    ? { register: () => {}, unregister: () => {} }\n    : ";

/// The function that replaces `JSON.stringify`: it writes values as they are, without the methods
/// named `toJSON` that old libraries add to every list and text of a page.
const STRINGIFY: &str =
    "function stringify(value) {\n    return JSON.stringify(value, function (key) { return this[key]; });\n}\n";

/// How the program finds the page's global object: by the first of these names that there is.
/// Every browser has `globalThis`, and pages do not redeclare it as they do `self`.
const GLOBALS: [&str; 4] = ["global", "globalThis", "self", "window"];

/// The module that fetches chunks, in the list of the WASM's imports: once for each chunk.
const SPLIT_IMPORT: &str = "        \"./split.js\": ";

/// The end of the statements that import it, once for each chunk.
const SPLIT_FROM: &str = " from \"./split.js\"\n";

/// The function `become(nodes)` to add: it replaces every value held by the WASM that is a key of
/// `nodes` by its value there, so that the program goes on with the nodes of the shell.
/// wasm-bindgen keeps the values held by the WASM in a list, or in a table of the WASM.
const BECOME: [(&str, &str); 2] = [
    (
        "heap = new Array(",
        "export const become = (nodes) => heap.forEach((value, at) => { if (nodes.has(value)) heap[at] = nodes.get(value); });\n",
    ),
    (
        "wasm.__wbindgen_externrefs",
        "export function become(nodes) {\n    const table = wasm.__wbindgen_externrefs;\n    \
         for (let at = 0; at < table.length; at++) if (nodes.has(table.get(at))) table.set(at, nodes.get(table.get(at)));\n}\n",
    ),
];

pub fn slim(glue: &str) -> Result<String> {
    let mut slim = glue.to_owned();
    for (head, replacement) in FUNCTIONS {
        slim = replace_block(&slim, head, replacement)?;
    }
    ensure!(slim.contains(NO_REGISTRY), "the glue handles a missing FinalizationRegistry in an unknown form");
    slim = slim.replace(NO_REGISTRY, "");
    for name in GLOBALS {
        let lookup = format!("typeof {name} === 'undefined' ? null : {name};");
        ensure!(slim.contains(&lookup), "the glue does not look up {name:?} in the known form");
        slim = slim.replace(&lookup, "globalThis;");
    }
    ensure!(slim.contains("JSON.stringify("), "the glue does not write JSON by JSON.stringify");
    slim = slim.replace("JSON.stringify(", "stringify(");
    slim = import_loaders(&slim);
    let variants: Vec<_> = BECOME.iter().filter(|(kept, _)| slim.contains(kept)).collect();
    let [(_, function)] = variants[..] else { bail!("the glue stores the WASM's objects in an unknown form") };
    Ok([&slim, STRINGIFY, *function].concat())
}

/// Imports the object of all chunks' loaders, once, instead of the module for each chunk.
fn import_loaders(glue: &str) -> String {
    // Without chunks there is no such module.
    let Some((before, after)) = glue.rsplit_once(SPLIT_IMPORT) else { return glue.to_owned() };
    let (_, after) = after.split_once('\n').unwrap_or_default();
    let others =
        before.split_inclusive('\n').filter(|line| !line.starts_with(SPLIT_IMPORT) && !line.ends_with(SPLIT_FROM));
    [&format!("import {{ loaders }}{SPLIT_FROM}"), &others.collect::<String>(), SPLIT_IMPORT, "loaders,\n", after]
        .concat()
}

/// Replaces the block that begins a line with `head` and ends with a brace on a line of its own.
fn replace_block(glue: &str, head: &str, replacement: &str) -> Result<String> {
    let line = ["\n", head].concat();
    ensure!(
        glue.matches(&line).count() == 1,
        "the glue does not have {head:?} exactly once: check what wasm-bindgen generates now"
    );
    let (before, block) = glue.split_once(&line).context("it is there")?;
    let (_, after) = block.split_once("\n}\n").with_context(|| format!("{head:?} has no end"))?;
    Ok([before, "\n", replacement, after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glue() -> String {
        let blocks = FUNCTIONS.iter().map(|(head, _)| format!("\n{head}long) {{\n    if (a) {{\n    }}\n}}\n"));
        let imports = format!("{SPLIT_IMPORT}import1,\n{SPLIT_IMPORT}import2,\n}}\n");
        let modules = format!("import * as import1{SPLIT_FROM}import * as import2{SPLIT_FROM}");
        let heap = "let heap = new Array(1024).fill(undefined);\nJSON.stringify(getObject(arg0));\n";
        let globals = GLOBALS.map(|name| format!("typeof {name} === 'undefined' ? null : {name};\n")).concat();
        [
            modules,
            blocks.collect::<String>(),
            format!("const a = {NO_REGISTRY}new FinalizationRegistry(b);\n{globals}{heap}"),
            imports,
        ]
        .concat()
    }

    #[test]
    fn only_what_is_needed_stays() {
        let slim = slim(&glue()).expect("the shape we know");
        assert!(!slim.contains("long") && !slim.contains("'encodeInto' in"), "{slim}");
        assert!(slim.contains("const a = new FinalizationRegistry(b);"), "{slim}");
        assert!(slim.contains("\nglobalThis;\nglobalThis;\n") && !slim.contains("typeof"), "{slim}");
        assert!(slim.contains("\nstringify(getObject(arg0));\n"), "{slim}");
        assert!(
            slim.starts_with(&format!("import {{ loaders }}{SPLIT_FROM}\n")) && !slim.contains("import1"),
            "{slim}"
        );
        assert!(slim.ends_with(&format!("{SPLIT_IMPORT}loaders,\n}}\n{STRINGIFY}{}", BECOME[0].1)), "{slim}");
    }

    #[test]
    fn another_shape_is_refused() {
        slim(&glue().replace("decodeText", "readText")).expect_err("a function is missing");
        slim(&glue().replace("undefined')", "none')")).expect_err("another stand-in");
        slim(&glue().replace("JSON.stringify", "write")).expect_err("another way to write JSON");
        slim(&glue().replace("heap", "values")).expect_err("another place for what the WASM holds");
    }
}
