//! Visitors' files: accepted if the site takes files, proved to be of their declared type, kept as
//! long as their conversation, or for a day if no message refers to them.
//!
//! A file is stored in the uploads directory under 128 random bits, never under its name. It is
//! written before it is recorded, so that a record always has its file; a file that a crash left
//! without a record is deleted at the next start.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use axum::body::Body;
use bytes::Bytes;
use chataibot_wire::error::code;
use chataibot_wire::file::{NAME_HEADER, StoredFile};
use http::{HeaderMap, StatusCode, header};
use http_body::Body as _;
use http_body_util::BodyExt;
use tempfile::NamedTempFile;
use tokio::{io::AsyncWriteExt, sync::Semaphore, time::Instant};
use url::Url;

use super::{header_text, is_compressed, owned_conversation, token::Visitor};
use crate::config::Config;
use crate::error::ApiError;
use crate::file_types::SNIFF_BYTES;
use crate::ids::{is_random_hex, random_hex};
use crate::metrics::Metrics;
use crate::store::files::NewFile;
use crate::store::{Store, StoreError};

pub mod name;
pub mod range;

/// Maximum uploads at one time; so many files may exceed the quota on the disk for a moment.
const MAX_UPLOADS: usize = 32;
/// The longest an upload may take, however steadily its data comes.
const MAX_DURATION: Duration = Duration::from_secs(10 * 60);
const UNFINISHED_PREFIX: &str = "unfinished-";

/// Receives, keeps and deletes files.
pub struct Files {
    directory: Option<PathBuf>,
    store: Store,
    metrics: Arc<Metrics>,
    /// One permit for each upload in progress.
    permits: Semaphore,
    max_bytes: u32,
    max_total_bytes: u64,
    body_timeout: Duration,
    public_url: Option<Url>,
}

impl Files {
    /// Creates the directory if it does not exist, and deletes files without a record from it.
    /// Other programs' files stay. Fails when the directory can't be created or read.
    pub async fn open(config: &Config, store: Store, metrics: Arc<Metrics>) -> io::Result<Self> {
        let takes_files = config.sites.iter().any(|site| !site.upload_types.is_empty());
        let directory = config.uploads_directory.clone();
        if let Some(directory) = directory.as_ref().filter(|_| takes_files) {
            fs::create_dir_all(directory)?;
        }
        let directory = directory.filter(|directory| directory.is_dir());
        if let Some(directory) = &directory {
            for entry in fs::read_dir(directory)? {
                let entry = entry?;
                if store.is_shared() && is_recent(&entry) {
                    continue;
                }
                let name = entry.file_name();
                let Some(name) = name.to_str() else { continue };
                let is_orphaned = match is_random_hex(name) {
                    true => store.file(name.to_owned()).await.map_err(io::Error::other)?.is_none(),
                    false => name.starts_with(UNFINISHED_PREFIX),
                };
                if is_orphaned {
                    fs::remove_file(directory.join(name))?;
                }
            }
        }
        Ok(Self {
            directory,
            store,
            metrics,
            permits: Semaphore::new(MAX_UPLOADS),
            max_bytes: config.limits.upload_bytes,
            max_total_bytes: config.uploads_total,
            body_timeout: config.limits.body_timeout,
            public_url: config.public_url.clone(),
        })
    }

    /// The path of the file with this id; `None` if it can't be one of ours.
    pub fn path(&self, id: &str) -> Option<PathBuf> {
        self.directory.as_ref().filter(|_| is_random_hex(id)).map(|directory| directory.join(id))
    }

    /// Deletes files whose conversation is gone or that were never sent, and then their records. A
    /// file that can't be deleted is logged and tried again the next time.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        loop {
            let mut deleted = Vec::new();
            for id in self.store.orphaned_files().await? {
                let Some(path) = self.path(&id) else { continue };
                match tokio::fs::remove_file(&path).await {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        tracing::error!(%error, path = %path.display(), "can't delete a file past its retention");
                    }
                    Ok(()) | Err(_) => deleted.push(id),
                }
            }
            if deleted.is_empty() {
                return Ok(());
            }
            self.store.delete_file_records(deleted).await?;
        }
    }

    /// Receives a file for one of the visitor's conversations; leaves in `body` what was not read.
    /// Errors: 400, 404, 408, 409 `CONVERSATION_ENDED`, 413, 415 `TYPE_NOT_ALLOWED`, 503.
    pub async fn receive(
        self: &Arc<Self>,
        visitor: &Visitor,
        alias: &str,
        headers: &HeaderMap,
        body: &mut Body,
    ) -> Result<StoredFile, ApiError> {
        let site = &visitor.site;
        let directory = self.directory.clone().filter(|_| !site.upload_types.is_empty()).ok_or_else(|| {
            ApiError::bad_request("this site takes no files; its operator can set `uploads` in its [[site]]")
        })?;
        let owned = owned_conversation(&self.store, visitor, alias).await?;
        if owned.has_ended {
            return Err(ApiError::new(StatusCode::CONFLICT, code::CONVERSATION_ENDED, "the conversation has ended"));
        }
        let not_allowed = || {
            let types: Vec<&str> = site.upload_types.iter().map(|kind| kind.mime).collect();
            let message = format!("a file must be, and be declared as, one of {}", types.join(", "));
            ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, code::TYPE_NOT_ALLOWED, message)
        };
        let declared = header_text(headers, header::CONTENT_TYPE);
        let kind = site.upload_types.iter().find(|kind| kind.is_declared(declared)).ok_or_else(not_allowed)?;
        if is_compressed(headers) {
            return Err(not_allowed().cause("a compressed body"));
        }
        let name = name::sanitise(header_text(headers, NAME_HEADER), kind)
            .ok_or_else(|| ApiError::bad_request("`X-File-Name` must be the file's name in percent-encoded UTF-8"))?;
        let expected = body.size_hint().lower();
        if expected > u64::from(self.max_bytes) {
            return Err(self.too_large());
        }
        let used = self.store.total_file_bytes(site.id.as_str()).await?;
        if used + expected > self.max_total_bytes {
            return Err(self.quota_exceeded());
        }
        let _permit = self.permits.try_acquire().map_err(|_| ApiError::unavailable("too many uploads at one time"))?;

        let (unfinished, size, first_bytes) = self.receive_body(&directory, body).await?;
        if size == 0 {
            return Err(ApiError::bad_request("the file is empty"));
        }
        if !kind.matches_bytes(&first_bytes, first_bytes.len() as u64 == u64::from(size)) {
            return Err(not_allowed().cause(format!("declared as {}, and its first bytes say otherwise", kind.mime)));
        }
        let id = random_hex().map_err(|error| ApiError::internal(format!("no randomness: {error}")))?;
        let base = self.public_url(header_text(headers, header::HOST))?;
        let file = StoredFile {
            url: format!("{}/files/{id}/{}", base.as_str().trim_end_matches('/'), name::percent_encode(&name)),
            name,
            mime_type: kind.mime.to_owned(),
            size,
        };
        let new = NewFile { id, site: site.id.as_str().to_owned(), conversation: owned.id, file: file.clone() };
        // In a task, to complete even if the visitor hangs up: a file needs its record.
        let this = Arc::clone(self);
        let kept = tokio::spawn(async move { this.persist(unfinished, &directory, new).await });
        let is_kept = kept.await.map_err(|_| ApiError::internal("the task that keeps a file panicked"))??;
        if !is_kept {
            // Refused for its size, unless the conversation was deleted during the upload.
            owned_conversation(&self.store, visitor, alias).await?;
            return Err(self.quota_exceeded());
        }
        self.metrics.files_stored.inc();
        Ok(file)
    }

    fn too_large(&self) -> ApiError {
        let message = format!("a file may hold {} bytes", self.max_bytes);
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, code::TOO_LARGE, message)
    }

    fn quota_exceeded(&self) -> ApiError {
        self.metrics.files_quota.inc();
        let cause = "the files of this site take up all of `uploads_total_megabytes`";
        ApiError::unavailable(cause).retry_after(3600)
    }

    /// The URL at which browsers and the platform reach this proxy. Only the demo, which is open to
    /// this machine alone, trusts the request's `Host`.
    fn public_url(&self, host: &str) -> Result<Url, ApiError> {
        match &self.public_url {
            Some(url) => Ok(url.clone()),
            None => Url::parse(&format!("http://{host}"))
                .map_err(|error| ApiError::bad_request("the request has no usable `Host`").cause(error)),
        }
    }

    /// Returns the received file, its size, and its first bytes.
    async fn receive_body(&self, directory: &Path, body: &mut Body) -> Result<(NamedTempFile, u32, Vec<u8>), ApiError> {
        let disk = |error: io::Error| ApiError::unavailable(format!("a file can't be written: {error}"));
        let file = tempfile::Builder::new().prefix(UNFINISHED_PREFIX).tempfile_in(directory).map_err(disk)?;
        let mut writer = tokio::fs::File::from_std(file.reopen().map_err(disk)?);
        let (mut size, mut first_bytes) = (0_u32, Vec::new());
        let end = Instant::now() + MAX_DURATION;
        loop {
            // Data may come slowly, but must not stop.
            let deadline = end.min(Instant::now() + self.body_timeout);
            let frame = match tokio::time::timeout_at(deadline, body.frame()).await {
                Err(_) => return Err(ApiError::timeout()),
                Ok(None) => break,
                Ok(Some(Err(error))) => return Err(ApiError::broken_body(error)),
                Ok(Some(Ok(frame))) => frame,
            };
            let data: Bytes = frame.into_data().unwrap_or_default();
            size = u32::try_from(data.len())
                .ok()
                .and_then(|more| size.checked_add(more))
                .filter(|size| *size <= self.max_bytes)
                .ok_or_else(|| self.too_large())?;
            let room = SNIFF_BYTES.saturating_sub(first_bytes.len()).min(data.len());
            first_bytes.extend_from_slice(&data[..room]);
            writer.write_all(&data).await.map_err(disk)?;
        }
        writer.sync_all().await.map_err(disk)?;
        Ok((file, size, first_bytes))
    }

    /// Moves the file to its place and records it. False if the store refused it; then it is
    /// removed.
    async fn persist(&self, file: NamedTempFile, directory: &Path, new: NewFile) -> Result<bool, ApiError> {
        let path = directory.join(&new.id);
        file.persist_noclobber(&path)
            .map_err(|error| ApiError::unavailable(format!("a file can't be kept: {error}")))?;
        let kept = self.store.record_file(new, self.max_total_bytes).await;
        if matches!(kept, Ok(true)) {
            return Ok(true);
        }
        if let Err(error) = tokio::fs::remove_file(&path).await {
            tracing::error!(%error, path = %path.display(), "a file without record is left until the next start");
        }
        Ok(kept?)
    }
}

/// Whether the file is so new that another proxy may be about to record it.
fn is_recent(entry: &fs::DirEntry) -> bool {
    let age = entry.metadata().and_then(|file| file.modified()).map(|written| written.elapsed());
    !matches!(age, Ok(Ok(age)) if age > 2 * MAX_DURATION)
}

/// Deletes these files, beside a running proxy. Returns how many are left to the proxy's sweep.
pub fn delete(directory: Option<&Path>, ids: &[String]) -> usize {
    let Some(directory) = directory else { return ids.len() };
    ids.iter().filter(|id| !is_random_hex(id) || fs::remove_file(directory.join(id)).is_err()).count()
}
