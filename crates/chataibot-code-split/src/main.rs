//! Takes the parts that are fetched when first needed out of the compiled widget. A package of its own, because only the bundle that is
//! shipped needs it, and it takes long to build: `chataibot-code-split COMPILED FOLDER LINK GLUE` writes to FOLDER what is always needed
//! as `main.wasm` (still to be bound), the parts below `parts/`, and the module that fetches them under its name LINK.
//!
//! The compiler must have kept its relocations (`--emit-relocs`): they tell which code only a part reaches.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use walrus::{Module, ModuleConfig};

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

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [compiled, folder, link, glue] = &words[..] else {
        bail!("use: chataibot-code-split COMPILED FOLDER LINK GLUE")
    };
    split(Path::new(compiled), Path::new(folder), link, glue)
}

fn split(compiled: &Path, target: &Path, link_name: &str, glue: &str) -> Result<()> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let write =
        |path: &Path, bytes: &[u8]| fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()));
    let folder = &target.join("apart");
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    let compiled = &read(compiled)?[..];
    let main = folder.join("main.wasm");
    let mut options = wasm_split_cli_support::Options::new(compiled);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.link_name = link_name;
    options.main_module = glue;
    let split = wasm_split_cli_support::transform(options).map_err(|error| anyhow!("splitting failed: {error:#}"))?;

    // A part fits one main program only, so its name says which: a page with an older program never gets it.
    let main = read(&main)?;
    let mut hasher = DefaultHasher::new();
    main.hash(&mut hasher);
    let version = format!("{:08x}", hasher.finish() >> 32);
    let mut link = String::from_utf8(read(&folder.join(link_name))?).context("the link module is no text")?;
    ensure!(link.contains(STREAMED), "the link module no longer compiles its parts by {STREAMED}");
    link = by_address(&[BEGUN, PART, &link.replace(STREAMED, STREAMED_OR_WHOLE)].concat())?;
    let parts = target.join("parts");
    fs::create_dir_all(&parts).with_context(|| format!("cannot create {}", parts.display()))?;
    for path in split.split_modules {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).context("a part without a name")?;
        let name = format!("chataibot-{}-{version}.wasm", stem.strip_prefix(SPLIT).unwrap_or(stem));
        let named = format!("\"./{stem}.wasm\"");
        ensure!(link.contains(&named), "the link module does not fetch {named}");
        link = link.replace(&named, &format!("\"./{name}\""));
        write(&parts.join(name), &without(&read(&path)?, &["target_features"])?)?;
    }
    write(&target.join(link_name), link.as_bytes())?;
    // Told what the compiler may have used, wasm-bindgen turns to reference types, which take more room.
    write(&target.join("main.wasm"), &without(&main, &["target_features"])?)
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
