//! Short names for what the WASM asks of JavaScript. wasm-bindgen gives each import a name with 16 random hex digits, which no
//! compression can shorten, once in the WASM and once in the glue: together about 5 KB of what a visitor downloads.

use anyhow::{Context, Result, ensure};
use walrus::{Module, ModuleConfig};

use super::parts::LINK;

/// What all imports come from, in the WASM and in the glue, but for those that fetch parts: their names are short, and the splitter's.
const MODULE: &str = "i";

/// Renames every import in both files.
pub fn shorten(wasm: &[u8], glue: &str) -> Result<(Vec<u8>, String)> {
    let mut module: Module = ModuleConfig::new()
        .generate_name_section(false)
        .generate_producers_section(false)
        .parse(wasm)
        .context("the bound WASM cannot be read")?;
    let mut renamed = Vec::new();
    let mut old_module = None;
    let ours = module.imports.iter_mut().filter(|import| import.module != LINK);
    for (number, import) in ours.enumerate() {
        let from = old_module.get_or_insert_with(|| import.module.clone());
        ensure!(
            *from == import.module,
            "imports come from {from:?} and from {:?}; the glue has one place",
            import.module
        );
        let name = short(number);
        renamed.push((std::mem::replace(&mut import.name, name.clone()), name));
        import.module = MODULE.to_owned();
    }
    let old_module = old_module.context("the WASM imports nothing")?;
    let mut missing: Vec<&str> = renamed.iter().map(|(from, _)| from.as_str()).collect();
    let quoted = format!("\"{old_module}\":");
    ensure!(glue.matches(&quoted).count() == 1, "the glue names {old_module:?} not just once");
    let glue: Vec<String> = glue
        .replace(&quoted, &format!("\"{MODULE}\":"))
        .lines()
        .map(|line| {
            let code = line.trim_start();
            let Some((name, rest)) = code.split_once(": ") else { return line.to_owned() };
            match renamed.iter().find(|(from, _)| from == name) {
                Some((_, to)) => {
                    missing.retain(|from| *from != name);
                    format!("{}{to}: {rest}", &line[..line.len() - code.len()])
                }
                None => line.to_owned(),
            }
        })
        .collect();
    ensure!(missing.is_empty(), "the glue does not give the WASM {missing:?}");
    Ok((module.emit_wasm(), glue.join("\n") + "\n"))
}

/// `a` to `Z`, then two letters.
fn short(number: usize) -> String {
    const LETTERS: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut name = String::from(char::from(LETTERS[number % 52]));
    if number >= 52 {
        name.push_str(&short(number / 52 - 1));
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

    const GLUE: &str = "const import0 = {\n    __wbg_set_0123: function(a) {\n    },\n    __wbg_set_0123_4: function(b) {\n    },\n};\nreturn {\n    \"./x_bg.js\": import0,\n};\n";

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
    fn a_glue_that_lacks_an_import_is_refused() {
        let wasm = wasm(&[("./x_bg.js", "__wbg_other")]);
        let error = shorten(&wasm, GLUE).expect_err("nothing gives __wbg_other").to_string();
        assert!(error.contains("__wbg_other"), "{error}");
    }

    #[test]
    fn names_are_never_given_twice() {
        let names: BTreeSet<String> = (0..5_000).map(short).collect();
        assert_eq!(names.len(), 5_000);
    }
}
