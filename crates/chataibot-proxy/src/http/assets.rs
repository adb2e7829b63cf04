//! The widget's bundle, read once at the start. No request names a path in the file system.
//!
//! Cache policy: stable names (`/chataibot.js`) are revalidated each time. Releases are in folders
//! of their own (`/1.2.3/`), never change and are cached for a year; aliases of the newest release
//! (`/1/`, and `/0.1/` before 1.0.0) for minutes. The files at the top are also served under their
//! version (`/1.2.3/`, `/v/1.2.3/`). Pages of any origin may use them.

use std::{collections::HashMap, fs, io, path::Path};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::error::ApiError;

/// Maximum total size in bytes, more than any bundle has: a larger directory is a mistake.
const LARGEST: usize = 64 * 1024 * 1024;

const CACHE_IMMUTABLE: &str = "public, max-age=31536000, immutable";
const CACHE_BRIEFLY: &str = "public, max-age=300";
const CACHE_REVALIDATE: &str = "no-cache";

/// The files, by their path below `/`.
#[derive(Default)]
pub struct Assets {
    files: HashMap<String, File>,
    version: String,
}

struct File {
    mime: &'static str,
    encodings: Vec<Encoded>,
}

/// One encoding of a file. Each has its own `ETag` because the bytes differ.
struct Encoded {
    /// The `Content-Encoding`; `None` for the plain file.
    coding: Option<&'static str>,
    bytes: Bytes,
    etag: HeaderValue,
}

/// The encodings by the ending of their file, best first.
const ENCODINGS: [(&str, Option<&str>); 3] = [(".br", Some("br")), (".gz", Some("gzip")), ("", None)];

impl Encoded {
    fn new(coding: Option<&'static str>, bytes: Vec<u8>) -> Self {
        let etag = format!("\"{}\"", hex::encode(&Sha256::digest(&bytes)[..16]));
        let etag = HeaderValue::try_from(etag).expect("hex in quotes is a header value");
        Self { coding, bytes: bytes.into(), etag }
    }
}

/// Response extension of an asset: its headers are complete. With a policy meant for JSON on a 304,
/// the browser would apply that to the page in its cache.
#[derive(Clone, Copy, Debug)]
pub struct Served;

impl Assets {
    /// Reads a directory. Fails when a file can't be read, or there is far more than a bundle.
    pub fn read(directory: &Path) -> Result<Self, String> {
        let mut found = HashMap::new();
        let mut bytes_left = LARGEST;
        read_directory(directory, "", &mut found, &mut bytes_left)
            .map_err(|what| format!("{}: {what}", directory.display()))?;
        let version = version(found.get("integrity.json"));
        let names: Vec<String> = found.keys().filter(|name| !is_precompressed(name, &found)).cloned().collect();
        let mut files = HashMap::new();
        for name in names {
            let encodings = ENCODINGS
                .iter()
                .filter_map(|(ending, coding)| Some(Encoded::new(*coding, found.remove(&format!("{name}{ending}"))?)));
            files.insert(name.clone(), File { mime: mime(&name), encodings: encodings.collect() });
        }
        Ok(Self { files, version })
    }

    fn find(&self, path: &str) -> Option<(&File, &'static str)> {
        let own = |name: &str| self.files.get(if name.is_empty() { "index.html" } else { name });
        // Only the current version: anything else would be cached for a year under a wrong name.
        if let Some(rest) = path.strip_prefix("v/") {
            let name = rest.strip_prefix(&self.version)?.strip_prefix('/')?;
            return Some((own(name)?, CACHE_IMMUTABLE));
        }
        let (folder, name) = path.split_once('/').unwrap_or_default();
        let Some(cache_control) = release(folder) else { return Some((own(path)?, CACHE_REVALIDATE)) };
        let is_current = self.version.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let file = self.files.get(path).or_else(|| own(name).filter(|_| is_current))?;
        Some((file, cache_control))
    }

    /// Answers `GET` and `HEAD`.
    pub fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Result<Response, ApiError> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let (file, cache_control) = self.find(path).ok_or_else(ApiError::not_found)?;
        if !matches!(*method, Method::GET | Method::HEAD) {
            return Err(ApiError::method_not_allowed());
        }
        let is_accepted = |encoded: &&Encoded| encoded.coding.is_none_or(|coding| accepts(headers, coding));
        let encoded = file.encodings.iter().find(is_accepted).ok_or_else(ApiError::not_found)?;
        let is_unmodified =
            headers.get_all(header::IF_NONE_MATCH).iter().any(|etags| matches_etag(etags, &encoded.etag));
        let mut response = Response::builder()
            .extension(Served)
            .header(header::ETAG, &encoded.etag)
            .header(header::CACHE_CONTROL, cache_control)
            .header(header::VARY, "Accept-Encoding")
            .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
            // Lets the page, on another origin, measure their size: nothing in them is secret.
            .header("timing-allow-origin", "*")
            .header("cross-origin-resource-policy", "cross-origin");
        if is_unmodified {
            return response.status(StatusCode::NOT_MODIFIED).body(Body::empty()).map_err(ApiError::internal);
        }
        if let Some(coding) = encoded.coding {
            response = response.header(header::CONTENT_ENCODING, coding);
        }
        let response =
            response.header(header::CONTENT_TYPE, file.mime).header(header::CONTENT_LENGTH, encoded.bytes.len());
        response.body(Body::from(encoded.bytes.clone())).map_err(ApiError::internal)
    }
}

/// Whether the coding is listed with a weight above zero.
fn accepts(headers: &HeaderMap, content_encoding: &str) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(content_encoding));
        let weight =
            parts.find_map(|part| part.strip_prefix("q=")).and_then(|weight| weight.parse().ok()).unwrap_or(1.0_f32);
        named && weight > 0.0
    })
}

fn matches_etag(etags: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(etags), Ok(etag)) = (etags.to_str(), etag.to_str()) else { return false };
    etags.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == etag)
}

fn is_precompressed(name: &str, found: &HashMap<String, Vec<u8>>) -> bool {
    [".br", ".gz"].iter().any(|ending| name.strip_suffix(ending).is_some_and(|plain| found.contains_key(plain)))
}

/// Returns the `Cache-Control` of a release's folder: of a version, `1.2.3`, or of an alias, `1`,
/// and `0.1` before 1.0.0, which a page can follow without breaking changes.
fn release(folder: &str) -> Option<&'static str> {
    let numbers: Vec<&str> = folder.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !numbers.iter().all(is_number) {
        return None;
    }
    match numbers[..] {
        [_, _, _] => Some(CACHE_IMMUTABLE),
        [major] if major != "0" => Some(CACHE_BRIEFLY),
        ["0", _] => Some(CACHE_BRIEFLY),
        _ => None,
    }
}

/// Returns the version that the bundle states, or this program's: they are built together.
fn version(integrity: Option<&Vec<u8>>) -> String {
    let own = || env!("CARGO_PKG_VERSION").to_owned();
    let Some(integrity) = integrity else { return own() };
    let parsed: Option<serde_json::Value> = serde_json::from_slice(integrity).ok();
    parsed.and_then(|value| value.get("version")?.as_str().map(str::to_owned)).unwrap_or_else(own)
}

fn read_directory(
    directory: &Path,
    prefix: &str,
    found: &mut HashMap<String, Vec<u8>>,
    bytes_left: &mut usize,
) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        // Hidden files and names that would need escaping in a URL are not part of a bundle;
        // symbolic links could lead anywhere.
        let Some(name) = entry.file_name().to_str().filter(|name| is_plain(name)).map(str::to_owned) else { continue };
        let kind = entry.file_type()?;
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if kind.is_dir() {
            read_directory(&entry.path(), &path, found, bytes_left)?;
        } else if kind.is_file() {
            let size = usize::try_from(entry.metadata()?.len()).unwrap_or(usize::MAX);
            *bytes_left = bytes_left.checked_sub(size).ok_or_else(|| {
                io::Error::other(format!(
                    "there are more than {LARGEST} bytes in it; is this really the bundle's directory?"
                ))
            })?;
            found.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

fn is_plain(name: &str) -> bool {
    !name.starts_with('.') && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.@".contains(&b))
}

fn mime(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        _ => "application/octet-stream",
    }
}
