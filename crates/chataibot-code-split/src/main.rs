//! Splits the compiled widget: moves the chunks that are fetched on demand into files of their own.
//! It is a separate package, because only the shipped bundle needs it, and it takes long to build.
//! `chataibot-code-split COMPILED FOLDER LINK GLUE` writes to FOLDER the code that is always needed
//! as `main.wasm` (not yet bound), the chunks below `chunks/`, and the module that fetches them under
//! the name LINK.
//!
//! The compiler's relocations (`--emit-relocs`) show which code only a chunk reaches.
//!
//! The splitter library puts code that several chunks reach into a file for each set of chunks. A
//! visitor would wait for thirty of them, so they are joined: [`TALK`], [`BASE`] (also reached by
//! chunks needed before [`TALK`]) and [`SHARED`] (not reached by [`TALK`]).

mod join;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use walrus::{Module, ModuleConfig};

/// Prefix of the splitter's names for the files of chunks.
const SPLIT: &str = "split_";
/// The chunk that every conversation needs.
const TALK: &str = "talk";
/// The chunks that may be needed before the first message. All others are needed after it.
const BEFORE_FIRST_MESSAGE: [&str; 2] = ["files", "panels"];
/// File with the code that those share with [`TALK`].
const BASE: &str = "base";
/// File with the code that chunks share and [`TALK`] does not use.
const SHARED: &str = "shared";

/// Beginnings of the chunks' own code in the splitter's module; that before can load any chunk.
const LOADERS: [&str; 2] = ["\n/* ", "\nexport const __wasm_split_load_"];
/// Code that fetches a chunk and compiles it while the page goes on working. The host page may have
/// replaced `fetch` by one whose answers streaming compilation rejects.
const CHUNK_LOADER: &str = "
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
const chunk = (address, ...deps) => makeLoad(() => {
    const compiled = early?.get(address) ?? compile(address);
    // A second try fetches it again.
    early?.delete(address);
    return async (imports) => WebAssembly.instantiate(await compiled, imports);
}, deps);
";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [compiled, folder, link, glue] = &arguments[..] else {
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

    // A chunk's name contains the hash of its main program: a page with an older one never gets it.
    let main = read(&main)?;
    let mut hasher = DefaultHasher::new();
    main.hash(&mut hasher);
    let version = format!("{:08x}", hasher.finish() >> 32);
    let name = |chunk: &str| format!("chataibot-{chunk}-{version}.wasm");
    let chunks = target.join("chunks");
    fs::create_dir_all(&chunks).with_context(|| format!("cannot create {}", chunks.display()))?;
    let files = join_files(&split.prefetch_map.into_iter().collect())?;
    for (chunk, File { pieces, .. }) in &files {
        let pieces =
            pieces.iter().map(|stem| read(&folder.join(format!("{stem}.wasm")))).collect::<Result<Vec<_>>>()?;
        write(&chunks.join(name(chunk)), &join::join(&pieces).with_context(|| format!("cannot join {chunk}"))?)?;
    }
    let link = String::from_utf8(read(&folder.join(link_name))?).context("the link module is no text")?;
    write(&target.join(link_name), link_module(&link, &files, name)?.as_bytes())?;
    write(&target.join("main.wasm"), &strip(&main)?)
}

/// An output file: a chunk, or code that chunks share.
#[derive(Debug, Default, PartialEq)]
struct File {
    /// The splitter's files that are joined in it.
    pieces: Vec<String>,
    /// The other output files that it needs.
    needs: BTreeSet<&'static str>,
}

/// Returns the output files by name. `fetched`: the splitter's files that each chunk needs.
fn join_files(fetched: &BTreeMap<String, Vec<String>>) -> Result<BTreeMap<String, File>> {
    ensure!(fetched.contains_key(TALK), "there is no chunk {TALK}");
    let mut chunks_of = BTreeMap::<&str, BTreeSet<&str>>::new();
    for (chunk, pieces) in fetched {
        let own = format!("{SPLIT}{chunk}");
        ensure!(
            ![BASE, SHARED].contains(&&**chunk) && pieces.contains(&own),
            "{chunk} is no chunk with code of its own"
        );
        for piece in pieces {
            chunks_of.entry(piece).or_default().insert(chunk);
        }
    }
    let mut files = BTreeMap::<String, File>::new();
    for (piece, chunks) in chunks_of {
        let file = if let Some(chunk) = piece.strip_prefix(SPLIT) {
            chunk
        } else {
            let file = match (chunks.contains(TALK), BEFORE_FIRST_MESSAGE.iter().any(|chunk| chunks.contains(chunk))) {
                (true, true) => BASE,
                (true, false) => TALK,
                (false, _) => SHARED,
            };
            for chunk in chunks.into_iter().filter(|chunk| *chunk != file) {
                files.entry(chunk.to_owned()).or_default().needs.insert(file);
            }
            file
        };
        files.entry(file.to_owned()).or_default().pieces.push(piece.to_owned());
    }
    Ok(files)
}

/// Returns the splitter's module with a loader per file, which first fetches the file's needs.
fn link_module(splitter: &str, files: &BTreeMap<String, File>, name: impl Fn(&str) -> String) -> Result<String> {
    let loaders = LOADERS.iter().filter_map(|begin| splitter.find(begin)).min();
    let (prelude, own_loaders) = splitter.split_at(loaders.context("the splitter's module loads nothing")?);
    ensure!(prelude.contains("function makeLoad(fetcher, deps)"), "the splitter's module loads in another way");
    let mut link = [prelude, CHUNK_LOADER].concat();
    // Files that others need come first.
    let (shared_files, chunks): (Vec<&str>, Vec<&str>) =
        files.keys().map(String::as_str).partition(|file| [BASE, SHARED].contains(file));
    let order = shared_files.iter().chain([&TALK]).chain(chunks.iter().filter(|file| **file != TALK));
    for file in order {
        let needs: String = files[*file].needs.iter().flat_map(|file| [", ", file]).collect();
        link.push_str(&format!("const {file} = chunk(\"./{}\"{needs});\n", name(file)));
    }
    // An object, since bundlers write code for a module that is imported as a whole.
    link.push_str("export const loaders = {\n");
    for chunk in chunks {
        let name = format!("__wasm_split_load_{chunk}");
        ensure!(
            own_loaders.contains(&format!("export const {name} = ")),
            "the splitter's module does not load {chunk}"
        );
        link.push_str(&format!("    {name}: wrapAsyncCb({chunk}),\n"));
    }
    link.push_str("};\n");
    // What `TALK` needs can be fetched before the program is there to ask for it.
    let addresses: Vec<_> =
        files[TALK].needs.iter().copied().chain([TALK]).map(|file| format!("\"./{}\"", name(file))).collect();
    let addresses = addresses.join(", ");
    link.push_str(&format!(
        "export const fetchTalk = () => {{ early ??= new Map([{addresses}].map((address) => [address, compile(address)])); }};\n"
    ));
    Ok(link)
}

/// Returns the module without names and without the section that names the features the compiler
/// may have used: with it, wasm-bindgen would switch to reference types, which take more room.
fn strip(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module: Module = ModuleConfig::new()
        .generate_name_section(false)
        .generate_producers_section(false)
        .parse(wasm)
        .context("the split WASM cannot be read")?;
    module.customs.remove_raw("target_features");
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
        join_files(&fetched.map(|(chunk, stems)| (chunk.to_owned(), pieces(stems))).into()).expect("files")
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
                "const base = chunk(\"./base.wasm\");",
                "const shared = chunk(\"./shared.wasm\");",
                "const talk = chunk(\"./talk.wasm\", base);",
                "const files = chunk(\"./files.wasm\", base, shared);",
                "const kinds = chunk(\"./kinds.wasm\", base, shared, talk);",
                "const notify = chunk(\"./notify.wasm\");",
                "    __wasm_split_load_files: wrapAsyncCb(files),",
                "    __wasm_split_load_kinds: wrapAsyncCb(kinds),",
                "    __wasm_split_load_notify: wrapAsyncCb(notify),",
                "    __wasm_split_load_talk: wrapAsyncCb(talk),",
                "export const fetchTalk = () => { early ??= new Map([\"./base.wasm\", \"./talk.wasm\"]\
                 .map((address) => [address, compile(address)])); };",
            ]
        );
        assert!(!link.contains("__chunk_8"), "the splitter's own are gone: {link}");
        link_module("other", &files(), str::to_owned).expect_err("another shape");
    }
}
