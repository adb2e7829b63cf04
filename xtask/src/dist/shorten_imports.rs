//! Shortens the names of the WASM's imports. wasm-bindgen gives each a name with 16 random hex
//! digits, which do not compress, in the WASM and in the glue: about 5 KB of what a visitor
//! downloads. Imports that do the same get the same name, and are in the glue once. Unused exports
//! of the WASM are dropped.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, ensure};
use walrus::{Module, ModuleConfig};

use super::LINK;

/// Module name of all imports but those that fetch chunks, which have short names already.
const MODULE: &str = "i";

/// Exports of the linker that neither the glue nor a chunk uses.
const UNUSED: &[&str] = &["__abort_handler", "__instance_terminated", "__data_end", "__heap_base"];

pub fn shorten(wasm: &[u8], glue: &str) -> Result<(Vec<u8>, String)> {
    let mut module: Module = ModuleConfig::new()
        .generate_name_section(false)
        .generate_producers_section(false)
        .parse(wasm)
        .context("the bound WASM cannot be read")?;
    let unused: Vec<_> =
        module.exports.iter().filter(|export| UNUSED.contains(&&*export.name)).map(walrus::Export::id).collect();
    for export in unused {
        let name = &module.exports.get(export).name;
        ensure!(!glue.contains(&**name), "the glue now uses the export {name}");
        module.exports.delete(export);
    }
    let provided = provided_imports(glue);
    let mut names: HashMap<&str, String> = HashMap::new();
    let mut renamed: HashMap<&str, String> = HashMap::new();
    let mut old_module = None;
    for import in module.imports.iter_mut().filter(|import| import.module != LINK) {
        let from = old_module.get_or_insert_with(|| import.module.clone());
        ensure!(*from == import.module, "imports come from {from:?} and from {:?}, not from one module", import.module);
        let number = names.len();
        let provided = provided.iter().find(|provided| provided.name == import.name);
        let Provided { name, body, .. } =
            provided.with_context(|| format!("the glue does not provide the import {}", import.name))?;
        import.name = names.entry(body.trim_end()).or_insert_with(|| short_name(number)).clone();
        import.module = MODULE.to_owned();
        renamed.insert(name, import.name.clone());
    }
    let old_module = old_module.context("the WASM imports nothing")?;
    let quoted = format!("\"{old_module}\":");
    ensure!(glue.matches(&quoted).count() == 1, "the glue does not name {old_module:?} exactly once");
    let mut shortened = String::with_capacity(glue.len());
    let mut written = HashSet::new();
    let mut copied_to = 0;
    for Provided { name, body, start, indent } in provided {
        let Some(short) = renamed.get(name) else { continue };
        shortened.push_str(&glue[copied_to..start]);
        if written.insert(short) {
            shortened.extend([indent, short, body]);
        }
        copied_to = start + indent.len() + name.len() + body.len();
    }
    shortened.push_str(&glue[copied_to..]);
    Ok((module.emit_wasm(), shortened.replace(&quoted, &format!("\"{MODULE}\":"))))
}

/// An import as the glue provides it.
struct Provided<'a> {
    name: &'a str,
    /// All after the name, with the end of the last line. Imports with the same body do the same.
    body: &'a str,
    /// Where its first line begins.
    start: usize,
    indent: &'a str,
}

/// Returns the imports that the glue provides, in their order.
fn provided_imports(glue: &str) -> Vec<Provided<'_>> {
    let mut imports = Vec::new();
    let mut open: Option<Provided> = None;
    let mut start = 0;
    for line in glue.split_inclusive('\n') {
        let code = line.trim_start();
        let indent = &line[..line.len() - code.len()];
        let end = start + line.len();
        if let Some(import) = open.take_if(|import| code.starts_with('}') && indent == import.indent) {
            let body = &glue[import.start + indent.len() + import.name.len()..end];
            imports.push(Provided { body, ..import });
        } else if open.is_none()
            && let Some((name, _)) = code.split_once(": function(")
        {
            open = Some(Provided { name, body: "", start, indent });
        }
        start = end;
    }
    imports
}

/// Returns a name by its number: `a` to `Z`, then two letters.
fn short_name(number: usize) -> String {
    const LETTERS: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut name = String::from(char::from(LETTERS[number % 52]));
    if number >= 52 {
        name.push_str(&short_name(number / 52 - 1));
    }
    name
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use walrus::{FunctionBuilder, ValType};

    use super::*;

    fn wasm(imports: &[(&str, &str)]) -> Vec<u8> {
        let mut module = Module::default();
        let kind = module.types.add(&[], &[]);
        for (from, name) in imports {
            module.add_import_func(from, name, kind);
        }
        let mut builder = FunctionBuilder::new(&mut module.types, &[], &[ValType::I32]);
        builder.func_body().i32_const(7);
        let main = builder.finish(vec![], &mut module.funcs);
        module.exports.add("main", main);
        module.emit_wasm()
    }

    const GLUE: &str = "const import0 = {\n    __wbg_set_0123: function(a) {\n        a();\n    },\n    __wbg_set_0123_4: function(b) {\n    },\n};\nreturn {\n    \"./x_bg.js\": import0,\n};\n";

    #[test]
    fn both_files_get_the_same_short_names() {
        let wasm = wasm(&[("./x_bg.js", "__wbg_set_0123"), ("./x_bg.js", "__wbg_set_0123_4")]);
        let (wasm, glue) = shorten(&wasm, GLUE).expect("shortened");
        let module = Module::from_buffer(&wasm).expect("still a module");
        let names: Vec<_> = module.imports.iter().map(|import| (&*import.module, &*import.name)).collect();
        assert_eq!(names, [("i", "a"), ("i", "b")]);
        assert_eq!(
            glue,
            GLUE.replace("__wbg_set_0123_4:", "b:").replace("__wbg_set_0123:", "a:").replace("./x_bg.js", "i")
        );
        assert_eq!(module.exports.iter().map(|export| &*export.name).collect::<Vec<_>>(), ["main"]);
    }

    #[test]
    fn imports_that_do_the_same_are_one() {
        let wasm = wasm(&[("./x_bg.js", "__wbg_set_0123"), ("./x_bg.js", "__wbg_set_0123_4")]);
        let twice = GLUE.replace("function(b) {\n", "function(a) {\n        a();\n");
        let (wasm, glue) = shorten(&wasm, &twice).expect("shortened");
        let module = Module::from_buffer(&wasm).expect("still a module");
        assert_eq!(module.imports.iter().map(|import| &*import.name).collect::<Vec<_>>(), ["a", "a"]);
        assert_eq!(glue.matches("function").count(), 1, "{glue}");
        assert!(glue.starts_with("const import0 = {\n    a: function(a) {\n        a();\n    },\n};"), "{glue}");
    }

    #[test]
    fn a_glue_that_lacks_an_import_is_refused() {
        let wasm = wasm(&[("./x_bg.js", "__wbg_other")]);
        let error = shorten(&wasm, GLUE).expect_err("nothing gives __wbg_other").to_string();
        assert!(error.contains("__wbg_other"), "{error}");
    }

    #[test]
    fn names_are_never_given_twice() {
        let names: BTreeSet<String> = (0..5_000).map(short_name).collect();
        assert_eq!(names.len(), 5_000);
    }
}
