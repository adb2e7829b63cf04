//! The bundle's folder as it is served: each file with its compressed twins, and `integrity.json` with their hashes.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha384};

use super::update;

/// The file that names every other one's hash.
const INTEGRITY: &str = "integrity.json";

/// A bundle that is being written.
pub struct Bundle {
    folder: PathBuf,
    hashes: BTreeMap<String, String>,
}

impl Bundle {
    /// Into this folder.
    pub fn open(folder: PathBuf) -> Result<Self> {
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(Self { folder, hashes: BTreeMap::new() })
    }

    /// A file and its twins; an unchanged one is not compressed again.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        ensure!(!bytes.is_empty(), "{name} would be empty");
        let path = self.folder.join(name);
        let twins = [with_ending(&path, "br"), with_ending(&path, "gz")];
        if !fs::read(&path).is_ok_and(|present| present == bytes) || !twins.iter().all(|twin| twin.is_file()) {
            // The file comes last: one that stands there unchanged has right twins, even after an interrupted run.
            fs::write(&twins[0], brotli(bytes)?).with_context(|| format!("cannot write {}", twins[0].display()))?;
            fs::write(&twins[1], gzip(bytes)?).with_context(|| format!("cannot write {}", twins[1].display()))?;
            fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        }
        self.hashes.insert(name.to_owned(), integrity(bytes));
        Ok(())
    }

    /// Writes the hashes and removes what an earlier build left.
    pub fn finish(self) -> Result<()> {
        let json = serde_json::to_string_pretty(&self.hashes)? + "\n";
        update(&self.folder.join(INTEGRITY), json.as_bytes())?;
        for file in fs::read_dir(&self.folder)? {
            let path = file?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let base = name.strip_suffix(".br").or_else(|| name.strip_suffix(".gz")).unwrap_or(name);
            if path.is_file() && name != INTEGRITY && !self.hashes.contains_key(base) {
                fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
            }
        }
        Ok(())
    }
}

/// Brotli at its smallest.
pub fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let parameters =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, size_hint: bytes.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters).context("brotli failed")?;
    Ok(compressed)
}

/// Gzip at its smallest, without a time or a name inside.
pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish().context("gzip failed")
}

/// A value for an `integrity` attribute.
fn integrity(bytes: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(bytes)))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_integrity_value_is_what_browsers_compute() {
        // From the SRI specification, section 3.1: the hash of `alert('Hello, world.');`.
        let expected = "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO";
        assert_eq!(integrity(b"alert('Hello, world.');"), expected);
    }

    #[test]
    fn both_compressions_are_undone_to_the_same_bytes() {
        let bytes = b"the same words, the same words, the same words".repeat(50);
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &*brotli(&bytes).expect("brotli"), &mut unpacked).expect("it is brotli");
        assert_eq!(unpacked, bytes);
        let mut unpacked = Vec::new();
        let gzip = gzip(&bytes).expect("gzip");
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*gzip), &mut unpacked).expect("it is gzip");
        assert_eq!(unpacked, bytes);
    }

    #[test]
    fn what_an_earlier_build_left_is_removed() {
        let folder = std::env::temp_dir().join(format!("chataibot-served-{}", std::process::id()));
        let mut bundle = Bundle::open(folder.clone()).expect("a folder");
        bundle.put("old.js", b"1").expect("written");
        bundle.finish().expect("finished");
        let mut bundle = Bundle::open(folder.clone()).expect("the folder");
        bundle.put("new.js", b"2").expect("written");
        bundle.finish().expect("finished");
        let mut names: Vec<_> =
            fs::read_dir(&folder).expect("the folder").map(|file| file.expect("a file").file_name()).collect();
        names.sort();
        assert_eq!(names, ["integrity.json", "new.js", "new.js.br", "new.js.gz"]);
        fs::remove_dir_all(&folder).expect("removed");
    }
}
