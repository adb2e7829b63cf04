//! Takes the parts that are fetched when first needed out of the compiled widget. A package of its
//! own, because only the bundle that is shipped needs it, and it takes long to build:
//! `chataibot-code-split COMPILED FOLDER LINK GLUE` writes to FOLDER what is always needed as
//! `main.wasm` (still to be bound), the parts below `parts/`, and the module that fetches them
//! under its name LINK.
//!
//! The compiler must have kept its relocations (`--emit-relocs`): they tell which code only a part
//! reaches.
//!
//! What several parts reach, the splitter puts into files of its own, one for each set of parts. A
//! visitor would wait for thirty of them, so they are joined, into the part [`TALK`] where nothing
//! else is needed without it, and into [`BASE`] and [`SHARED`].

mod join;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use walrus::{Module, ModuleConfig};

/// How the splitter names the files of parts.
const SPLIT: &str = "split_";
/// The part that every conversation needs.
const TALK: &str = "talk";
/// The parts that may be needed before anything is said. All others are needed after it.
const BEFORE: [&str; 2] = ["files", "panels"];
/// What they share with [`TALK`].
const BASE: &str = "base";
/// What parts share, and [`TALK`] has no use for.
const SHARED: &str = "shared";

/// Where in the splitter's module the parts begin: before that is how one is loaded, whichever it
/// is.
const LOADERS: [&str; 2] = ["\n/* ", "\nexport const __wasm_split_load_"];
/// What fetches a part and compiles it beside the page's own work. A page may have brought a
/// `fetch` of its own, with answers that streaming does not take.
const PART: &str = "
const compile = (address) => {
    const src = fetch(new URL(address, import.meta.url));
    const compiled = WebAssembly.compileStreaming(src).catch(async (cause) => {
        const answer = await src;
        if (!answer.ok || answer.bodyUsed) throw cause;
        return WebAssembly.compile(await answer.arrayBuffer());
    });
    compiled.catch(() => {});
    return compiled;
};
let early;
const part = (address, ...deps) => makeLoad(() => {
    const compiled = early?.get(address) ?? compile(address);
    // A second try fetches it again.
    early?.delete(address);
    return async (imports) => WebAssembly.instantiate(await compiled, imports);
}, deps);
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

    // A part fits one main program only, so its name says which: a page with an older program never
    // gets it.
    let main = read(&main)?;
    let mut hasher = DefaultHasher::new();
    main.hash(&mut hasher);
    let version = format!("{:08x}", hasher.finish() >> 32);
    let name = |part: &str| format!("chataibot-{part}-{version}.wasm");
    let parts = target.join("parts");
    fs::create_dir_all(&parts).with_context(|| format!("cannot create {}", parts.display()))?;
    let files = join_files(&split.prefetch_map.into_iter().collect())?;
    for (part, File { pieces, .. }) in &files {
        let pieces =
            pieces.iter().map(|stem| read(&folder.join(format!("{stem}.wasm")))).collect::<Result<Vec<_>>>()?;
        write(&parts.join(name(part)), &join::join(&pieces).with_context(|| format!("cannot join {part}"))?)?;
    }
    let link = String::from_utf8(read(&folder.join(link_name))?).context("the link module is no text")?;
    write(&target.join(link_name), link_module(&link, &files, name)?.as_bytes())?;
    // Told what the compiler may have used, wasm-bindgen turns to reference types, which take more
    // room.
    write(&target.join("main.wasm"), &without(&main, &["target_features"])?)
}

/// A file of parts.
#[derive(Debug, Default, PartialEq)]
struct File {
    /// The splitter's files that are in it.
    pieces: Vec<String>,
    /// The other files that it needs.
    needs: BTreeSet<&'static str>,
}

/// The files by their names, from which of its own the splitter would fetch for each part.
fn join_files(fetched: &BTreeMap<String, Vec<String>>) -> Result<BTreeMap<String, File>> {
    ensure!(fetched.contains_key(TALK), "there is no part {TALK}");
    let mut parts_of = BTreeMap::<&str, BTreeSet<&str>>::new();
    for (part, pieces) in fetched {
        let own = format!("{SPLIT}{part}");
        ensure!(![BASE, SHARED].contains(&&**part) && pieces.contains(&own), "{part} is no part with code of its own");
        for piece in pieces {
            parts_of.entry(piece).or_default().insert(part);
        }
    }
    let mut files = BTreeMap::<String, File>::new();
    for (piece, parts) in parts_of {
        let file = if let Some(part) = piece.strip_prefix(SPLIT) {
            part
        } else {
            let file = match (parts.contains(TALK), BEFORE.iter().any(|part| parts.contains(part))) {
                (true, true) => BASE,
                (true, false) => TALK,
                (false, _) => SHARED,
            };
            for part in parts.into_iter().filter(|part| *part != file) {
                files.entry(part.to_owned()).or_default().needs.insert(file);
            }
            file
        };
        files.entry(file.to_owned()).or_default().pieces.push(piece.to_owned());
    }
    Ok(files)
}

/// The splitter's module with other loaders: one for each file, which first fetches what it needs.
fn link_module(splitter: &str, files: &BTreeMap<String, File>, name: impl Fn(&str) -> String) -> Result<String> {
    let loaders = LOADERS.iter().filter_map(|begin| splitter.find(begin)).min();
    let (how, theirs) = splitter.split_at(loaders.context("the splitter's module loads nothing")?);
    ensure!(how.contains("function makeLoad(fetcher, deps)"), "the splitter's module loads in another way");
    let mut link = [how, PART].concat();
    // What others need stands first.
    let (first, then): (Vec<&str>, Vec<&str>) =
        files.keys().map(String::as_str).partition(|file| [BASE, SHARED].contains(file));
    let order = first.iter().chain([&TALK]).chain(then.iter().filter(|file| **file != TALK));
    for file in order {
        let needs: String = files[*file].needs.iter().flat_map(|file| [", ", file]).collect();
        link.push_str(&format!("const {file} = part(\"./{}\"{needs});\n", name(file)));
    }
    for part in then {
        let export = format!("export const __wasm_split_load_{part} = ");
        ensure!(theirs.contains(&export), "the splitter's module does not load {part}");
        link.push_str(&format!("{export}wrapAsyncCb({part});\n"));
    }
    // What talking needs can be on its way before the program is there to ask for it.
    let addresses: Vec<_> =
        files[TALK].needs.iter().copied().chain([TALK]).map(|file| format!("\"./{}\"", name(file))).collect();
    let addresses = addresses.join(", ");
    link.push_str(&format!(
        "export const fetchTalk = () => {{ early ??= new Map([{addresses}].map((address) => [address, compile(address)])); }};\n"
    ));
    Ok(link)
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

    fn files() -> BTreeMap<String, File> {
        let fetched = [
            ("files", "chunk_8 chunk_9 split_files"),
            ("kinds", "chunk_8 chunk_9 chunk_10 split_kinds"),
            ("notify", "split_notify"),
            ("talk", "chunk_9 chunk_10 split_talk"),
        ];
        let pieces = |pieces: &str| pieces.split(' ').map(str::to_owned).collect();
        join_files(&fetched.map(|(part, stems)| (part.to_owned(), pieces(stems))).into()).expect("files")
    }

    #[test]
    fn what_is_needed_before_anything_is_said_does_not_fetch_what_talking_needs() {
        let files = files();
        let of = |file: &str| {
            let File { pieces, needs } = &files[file];
            (pieces.join(" "), needs.iter().copied().collect::<Vec<_>>().join(" "))
        };
        let pair = |pieces: &str, needs: &str| (pieces.to_owned(), needs.to_owned());
        assert_eq!(of("base"), pair("chunk_9", ""));
        assert_eq!(of("shared"), pair("chunk_8", ""));
        assert_eq!(of("talk"), pair("chunk_10 split_talk", "base"));
        assert_eq!(of("files"), pair("split_files", "base shared"));
        assert_eq!(of("kinds"), pair("split_kinds", "base shared talk"));
        assert_eq!(of("notify"), pair("split_notify", ""));
        join_files(&BTreeMap::new()).expect_err("no talk");
    }

    #[test]
    fn a_part_is_loaded_after_what_it_needs() {
        let splitter = "function makeLoad(fetcher, deps) {}\n/* files, kinds */\nconst __chunk_8 = 1;\n\
            export const __wasm_split_load_talk = 1;\nexport const __wasm_split_load_kinds = 1;\n\
            export const __wasm_split_load_files = 1;\nexport const __wasm_split_load_notify = 1;\n";
        let link = link_module(splitter, &files(), |file| format!("{file}.wasm")).expect("the shape we know");
        let lines: Vec<&str> = link.lines().filter(|line| line.contains(".wasm\"") || line.contains("load_")).collect();
        assert_eq!(
            lines,
            [
                "const base = part(\"./base.wasm\");",
                "const shared = part(\"./shared.wasm\");",
                "const talk = part(\"./talk.wasm\", base);",
                "const files = part(\"./files.wasm\", base, shared);",
                "const kinds = part(\"./kinds.wasm\", base, shared, talk);",
                "const notify = part(\"./notify.wasm\");",
                "export const __wasm_split_load_files = wrapAsyncCb(files);",
                "export const __wasm_split_load_kinds = wrapAsyncCb(kinds);",
                "export const __wasm_split_load_notify = wrapAsyncCb(notify);",
                "export const __wasm_split_load_talk = wrapAsyncCb(talk);",
                "export const fetchTalk = () => { early ??= new Map([\"./base.wasm\", \"./talk.wasm\"]\
                 .map((address) => [address, compile(address)])); };",
            ]
        );
        assert!(!link.contains("__chunk_8"), "the splitter's own are gone: {link}");
        link_module("other", &files(), str::to_owned).expect_err("another shape");
    }
}
