//! The parts of the program that are fetched when first needed, taken out of the compiled WASM.
//!
//! The compiler must have kept its relocations (`--emit-relocs`): they tell which code only a part reaches.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

use anyhow::{Context, Result, anyhow, ensure};
use walrus::{Module, ModuleConfig};

/// The module that fetches parts, as the program and the glue name it.
pub const LINK: &str = "./split.js";
/// The glue, as [`LINK`] names it.
pub const GLUE: &str = "./glue.js";
/// How the splitter names the files of parts.
const SPLIT: &str = "split_";

/// How the splitter has a part compiled.
const STREAMED: &str = "(WebAssembly.instantiateStreaming(src, imports))";
/// What stands there instead, and what it calls: a page may have brought a `fetch` of its own, with answers that streaming does not take.
const STREAMED_OR_WHOLE: &str = "(begun(src, imports))";
const BEGUN: &str =
    "const begun = (src, imports) => WebAssembly.instantiateStreaming(src, imports).catch(async (cause) => {
    const answer = await src;
    if (!answer.ok || answer.bodyUsed) throw cause;
    return WebAssembly.instantiate(await answer.arrayBuffer(), imports);
});
";

/// How the splitter has a part fetched, around its address.
const FETCHED: (&str, &str) = (
    "makeLoad(() => {\n    const src = fetch(new URL(",
    ", import.meta.url));\n    src.catch(() => {});\n    return async (imports) => (begun(src, imports));\n}\n",
);
/// What stands there instead, and what it calls: the same once, and not for every part.
const FETCHED_BY_ADDRESS: (&str, &str) = ("makeLoad(part(", ")");
const PART: &str = "const part = (address) => () => {
    const src = fetch(new URL(address, import.meta.url));
    src.catch(() => {});
    return async (imports) => begun(src, imports);
};
";

/// A program taken apart.
pub struct Apart {
    /// What is always needed; still to be bound.
    pub main: Vec<u8>,
    /// [`LINK`], with the parts by the names below.
    pub link: String,
    /// Names of files, and what is in them.
    pub parts: Vec<(String, Vec<u8>)>,
}

/// Takes a compiled program apart. `folder` is a place for files on the way.
pub fn take_apart(compiled: &[u8], folder: &Path) -> Result<Apart> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    let main = folder.join("main.wasm");
    let mut options = wasm_split_cli_support::Options::new(compiled);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.link_name = LINK;
    options.main_module = GLUE;
    let split = wasm_split_cli_support::transform(options).map_err(|error| anyhow!("splitting failed: {error:#}"))?;

    let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    // A part fits one main program only, so its name says which: a page with an older program never gets it.
    let main = read(&main)?;
    let mut hasher = DefaultHasher::new();
    main.hash(&mut hasher);
    let version = format!("{:08x}", hasher.finish() >> 32);
    let mut link = String::from_utf8(read(&folder.join(LINK))?).context("the link module is no text")?;
    ensure!(link.contains(STREAMED), "the link module no longer compiles its parts by {STREAMED}");
    link = by_address(&[BEGUN, PART, &link.replace(STREAMED, STREAMED_OR_WHOLE)].concat())?;
    let mut parts = Vec::new();
    for path in split.split_modules {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).context("a part without a name")?;
        let name = format!("chataibot-{}-{version}.wasm", stem.strip_prefix(SPLIT).unwrap_or(stem));
        let named = format!("\"./{stem}.wasm\"");
        ensure!(link.contains(&named), "the link module does not fetch {named}");
        link = link.replace(&named, &format!("\"./{name}\""));
        parts.push((name, without(&read(&path)?, &["target_features"])?));
    }
    parts.sort_unstable();
    // Told what the compiler may have used, wasm-bindgen turns to reference types, which take more room.
    Ok(Apart { main: without(&main, &["target_features"])?, link, parts })
}

/// `link` with one function that fetches any part.
fn by_address(link: &str) -> Result<String> {
    let ((head, tail), (new_head, new_tail)) = (FETCHED, FETCHED_BY_ADDRESS);
    let mut pieces = link.split(head);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    let mut parts = 0;
    for piece in pieces {
        let (address, rest) = piece.split_once(tail).context("the link module fetches a part in another way")?;
        out.extend([new_head, address, new_tail, rest]);
        parts += 1;
    }
    ensure!(parts > 0, "the link module fetches no part by {head}");
    Ok(out)
}

/// The same module without names and without these sections.
fn without(wasm: &[u8], sections: &[&str]) -> Result<Vec<u8>> {
    let mut module: Module = ModuleConfig::new()
        .generate_name_section(false)
        .generate_producers_section(false)
        .parse(wasm)
        .context("the split WASM cannot be read")?;
    for section in sections {
        module.customs.remove_raw(section);
    }
    Ok(module.emit_wasm())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_fetched_by_one_function() {
        let (head, tail) = FETCHED;
        let link =
            format!("const a = {head}\"./a.wasm\"{tail}, []);\nconst b = wrap({head}\"./b.wasm\"{tail}, [a]));\n");
        let expected =
            "const a = makeLoad(part(\"./a.wasm\"), []);\nconst b = wrap(makeLoad(part(\"./b.wasm\"), [a]));\n";
        assert_eq!(by_address(&link).expect("the shape we know"), expected);
        by_address("makeLoad(other)").expect_err("another shape");
    }
}
