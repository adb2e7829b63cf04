//! Commands other than serving: erase and backup, which work on the stored data whether or not a
//! proxy is running; [`health`], which queries the running proxy; [`dry_run`], which tests what a
//! start would do; and [`online`], which tests the connection to the platform.

pub mod dry_run;
pub mod health;
pub mod online;

use std::path::{Path, PathBuf};

use crate::clock::Clock;
use crate::config::command_line::Command;
use crate::config::read::{self, process_environment};
use crate::config::{Arguments, RedisUrl};
use crate::hub::Hub;
use crate::ids::VisitorId;
use crate::service::files;
use crate::store::erase::Erased;
use crate::store::{Store, StoreError};

/// Runs a command. Returns what to print.
pub fn run(command: &Command, arguments: &Arguments) -> Result<String, String> {
    match command {
        Command::Erase { visitor } => erase(visitor, locations(arguments)?),
        Command::Backup { to } => back_up(to, &locations(arguments)?),
        Command::Health => {
            let listen = read::listen(arguments, &process_environment()).map_err(|problems| problems.to_string())?;
            health::query_liveness(listen)
        }
    }
}

fn erase(visitor: &str, DataLocations { database, redis, uploads }: DataLocations) -> Result<String, String> {
    let visitor = VisitorId::parse(visitor)
        .ok_or_else(|| "--visitor: a visitor's id is 32 lower-case hex characters".to_owned())?;
    let erased = match redis {
        None => Store::erase_in_file(&database, &visitor, Clock::system().now()),
        Some(redis) => erase_in_redis(&redis, visitor),
    };
    let erased = erased.map_err(|error| error.to_string())?;
    let left = files::delete(uploads.as_deref(), &erased.files);
    let (conversations, families, files) =
        (erased.conversations.len(), erased.families.len(), erased.files.len() - left);
    let mut report = format!("erased: {conversations} conversations, {families} families of tokens, {files} files");
    if left > 0 {
        report += &format!("\n{left} files are left to the proxy, which deletes them within ten minutes of running");
    }
    Ok(report)
}

fn back_up(to: &Path, from: &DataLocations) -> Result<String, String> {
    if from.redis.is_some() {
        return Err("what is kept in Redis is backed up by Redis: see docs/operations.md".to_owned());
    }
    Store::back_up(&from.database, to).map_err(|error| error.to_string())?;
    Ok(format!("copied to {}", to.display()))
}

/// Running proxies end tokens and streams at once: the store's event bus notifies them.
fn erase_in_redis(redis: &RedisUrl, visitor: VisitorId) -> Result<Erased, StoreError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| StoreError::Corrupt(format!("no threads: {error}")))?;
    runtime.block_on(async {
        let (store, _events) = Store::redis(&redis.secret, Hub::default(), Clock::system()).await?;
        let erased = store.erase_visitor(visitor).await;
        store.leave().await;
        erased
    })
}

/// Locations of the stored data. The database is not used if there is a Redis.
struct DataLocations {
    database: PathBuf,
    redis: Option<RedisUrl>,
    uploads: Option<PathBuf>,
}

/// Reads the locations from the configuration; a `--database` alone is enough.
fn locations(arguments: &Arguments) -> Result<DataLocations, String> {
    match (&arguments.database, &arguments.config) {
        (Some(database), None) => Ok(DataLocations { database: database.clone(), redis: None, uploads: None }),
        (Some(_) | None, _) => {
            let config = read::read(arguments, &process_environment()).map_err(|problems| problems.to_string())?;
            Ok(DataLocations { database: config.database, redis: config.redis, uploads: config.uploads_directory })
        }
    }
}
