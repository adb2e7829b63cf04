//! Writes the bundle as it is served: files, compressed twins, and `integrity.json` with hashes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::files::{create_folder, file_name, in_folder, remove, update};
use crate::project::{Project, read_output, run_with_input};

/// Script that compresses and hashes, with what Node.js includes.
const SCRIPT: &str = "xtask/compress.mjs";
/// The file with the hash of every other one.
const INTEGRITY: &str = "integrity.json";
const TWINS: [&str; 2] = ["br", "gz"];

pub struct Bundle<'a> {
    project: &'a Project,
    folder: PathBuf,
    compressed: bool,
    names: BTreeSet<String>,
}

impl<'a> Bundle<'a> {
    pub fn open(project: &'a Project, folder: PathBuf, compressed: bool) -> Result<Self> {
        create_folder(&folder)?;
        Ok(Self { project, folder, compressed, names: BTreeSet::new() })
    }

    /// Adds a file. Twins of other bytes are removed first, in case the run is interrupted.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        ensure!(!bytes.is_empty(), "{name} would be empty");
        let path = self.folder.join(name);
        if !fs::read(&path).is_ok_and(|present| present == bytes) {
            let twins = TWINS.map(|ending| self.folder.join(format!("{name}.{ending}")));
            twins.iter().filter(|twin| twin.exists()).try_for_each(|twin| remove(twin))?;
            update(&path, bytes)?;
        }
        self.names.insert(name.to_owned());
        Ok(())
    }

    /// Writes the missing twins and the hashes, and removes what an earlier build left.
    pub fn finish(self) -> Result<()> {
        let mode = if self.compressed { "compressed" } else { "plain" };
        let mut script = self.project.command("node");
        let hashes = read_output(script.arg(SCRIPT).arg(&self.folder).arg(mode).args(&self.names))?;
        update(&self.folder.join(INTEGRITY), hashes.as_bytes())?;
        self.remove_stale(&self.folder, "")
    }

    /// Removes files that are not in this bundle; `prefix` is the folder's path in the bundle.
    fn remove_stale(&self, folder: &Path, prefix: &str) -> Result<()> {
        for path in in_folder(folder, "")? {
            let name = format!("{prefix}{}", file_name(&path)?);
            if path.is_dir() {
                self.remove_stale(&path, &format!("{name}/"))?;
                continue;
            }
            let twin_of = name.rsplit_once('.').filter(|(_, ending)| self.compressed && TWINS.contains(ending));
            let base = twin_of.map_or(name.as_str(), |(base, _)| base);
            if path.is_file() && name != INTEGRITY && !self.names.contains(base) {
                remove(&path)?;
            }
        }
        Ok(())
    }
}

/// Returns the size of these bytes: raw, as gzip and as brotli.
pub fn weigh(project: &Project, bytes: &[u8]) -> Result<[usize; 3]> {
    let sizes = String::from_utf8(run_with_input(project.command("node").arg(SCRIPT), bytes)?)?;
    let sizes: Vec<usize> = sizes.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    sizes.try_into().ok().with_context(|| format!("{SCRIPT} did not print three sizes"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn twins_hold_the_same_bytes_hashes_are_those_of_browsers_and_what_an_earlier_build_left_is_removed() {
        let project = Project::find().expect("the project");
        let folder = std::env::temp_dir().join(format!("chataibot-bundle-{}", std::process::id()));
        let write = |name: &str, bytes: &[u8], compressed| {
            let mut bundle = Bundle::open(&project, folder.clone(), compressed).expect("a folder");
            bundle.put(name, bytes).expect("written");
            bundle.finish().expect("finished");
            let files = fs::read_dir(&folder).expect("the folder").map(|file| file.expect("a file").file_name());
            let mut names: Vec<String> = files.map(|name| name.into_string().expect("text")).collect();
            names.sort();
            names
        };
        write("old.js", b"1", true);
        // From the SRI specification, section 3.1.
        let names = write("new.js", b"alert('Hello, world.');", true);
        assert_eq!(names, ["integrity.json", "new.js", "new.js.br", "new.js.gz"]);
        let hashes = fs::read_to_string(folder.join(INTEGRITY)).expect("hashes");
        assert!(hashes.contains("sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO"), "{hashes}");
        let unpack = "const z = require('zlib'), read = (e) => require('fs').readFileSync('new.js.' + e); \
            console.log(`${z.brotliDecompressSync(read('br'))}\\n${z.gunzipSync(read('gz'))}`)";
        let unpacked =
            read_output(Command::new("node").args(["--eval", unpack]).current_dir(&folder)).expect("unpacked");
        assert_eq!(unpacked, "alert('Hello, world.');\n".repeat(2));
        assert_eq!(write("new.js", b"2", false), ["integrity.json", "new.js"], "a twin of other bytes is none");
        assert_eq!(write("inner/new.js", b"3", false), ["inner", "integrity.json"], "a file may lie in a folder");
        write("inner/other.js", b"4", false);
        assert!(!folder.join("inner/new.js").exists(), "what lies in folders is removed, too");
        fs::remove_dir_all(&folder).expect("removed");
    }
}
