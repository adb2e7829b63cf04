//! `--check-config`: dry run of a start with everything the configuration names. Leaves nothing
//! behind, even while a proxy is running.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::clock::Clock;
use crate::config::problem::Location;
use crate::config::{Config, Problems};
use crate::http::assets::Assets;
use crate::hub::Hub;
use crate::platform::PlatformClient;
use crate::store::{Store, StoreError};

const RIGHT: &str = "give the proxy's user the right to";

/// Runs all tests. Errors: everything that a start would fail on.
pub fn dry_run(config: &Config) -> Result<(), Problems> {
    let mut problems = Problems::default();
    let mut report = |key: &str, result: Result<(), String>| {
        if let Err(what) = result {
            problems.add(config.locations.location(key), format!("`{key}`: {what}"));
        }
    };
    report("listen", listen(config.listen));
    report("metrics_listen", config.metrics_listen.map_or(Ok(()), listen));
    // With a Redis, the database is not used.
    if config.redis.is_none() {
        report("database", database(&config.database));
    }
    report("assets", config.assets.as_deref().map_or(Ok(()), assets));
    let takes_files = config.sites.iter().any(|site| !site.upload_types.is_empty());
    if let Some(directory) = config.uploads_directory.as_deref().filter(|directory| takes_files || directory.is_dir()) {
        report("uploads_directory", uploads(directory));
    }
    if let Err(error) = PlatformClient::new() {
        let what = format!("no client for the platform: {error}; are the system's certificates there?");
        problems.add(Location::Nowhere, what);
    }
    if problems.0.is_empty() { Ok(()) } else { Err(problems) }
}

fn listen(address: SocketAddr) -> Result<(), String> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        // The address is probably used by the running proxy whose configuration is being changed.
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(()),
        Err(error) => Err(format!(
            "can't listen on {address}: {error}; write an address of this machine, such as 127.0.0.1:8787, with a port above 1023 or the right to use a lower one"
        )),
    }
}

fn database(path: &Path) -> Result<(), String> {
    let shown = path.display();
    if path.is_dir() {
        let file = path.join("chataibot-proxy.sqlite");
        return Err(format!("{shown} is a directory; name a file, such as {}", file.display()));
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let named = format!("the directory {}", directory.display());
    match fs::metadata(directory) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => return Err(format!("{named} is a file; name another")),
        Err(error) => return Err(format!("{named} can't be used: {error}; make it, or name another")),
    }
    // The journal is in the same directory as the database.
    let unwritable = |error| format!("{named} can't be written: {error}; {RIGHT}, or name another");
    tempfile::tempfile_in(directory).map_err(unwritable)?;
    let result = if path.exists() {
        let opened = fs::File::options().read(true).write(true).open(path);
        opened.map_err(|error| format!("{shown}: {error}; {RIGHT}"))?;
        Store::try_file(path)
    } else {
        let scratch = tempfile::tempdir_in(directory).map_err(unwritable)?;
        let file = scratch.path().join(path.file_name().unwrap_or_default());
        let result = Store::open(&file, Hub::default(), Clock::system()).map(drop);
        scratch.close().map_err(|error| format!("{named}: what was made to try it can't be removed: {error}"))?;
        result
    };
    result.map_err(|error| {
        let says_what_to_do = matches!(error, StoreError::Newer { .. });
        let more = if says_what_to_do { "" } else { "; name another, or restore a backup" };
        format!("{shown} can't be used: {error}{more}")
    })
}

fn assets(directory: &Path) -> Result<(), String> {
    let read = Assets::read(directory).map(drop);
    read.map_err(|error| format!("{error}; name the directory of the widget's bundle, which the proxy's user may read"))
}

fn uploads(directory: &Path) -> Result<(), String> {
    let mut created = Vec::new();
    let result = create_directories(directory, &mut created)
        .and_then(|()| fs::read_dir(directory).map(drop))
        .and_then(|()| tempfile::tempfile_in(directory).map(drop));
    let removed = created.iter().rev().try_for_each(fs::remove_dir);
    let shown = directory.display();
    result.map_err(|error| format!("{shown} can't be made or written: {error}; {RIGHT}, or name another"))?;
    removed.map_err(|error| format!("{shown} was made to try it, and can't be removed: {error}"))
}

/// Like [`fs::create_dir_all`], but records the directories that it created.
fn create_directories(directory: &Path, created: &mut Vec<PathBuf>) -> io::Result<()> {
    let all: Vec<&Path> = directory.ancestors().filter(|path| !path.as_os_str().is_empty()).collect();
    for path in all.into_iter().rev().filter(|path| !path.is_dir()) {
        fs::create_dir(path)?;
        created.push(path.to_owned());
    }
    Ok(())
}
