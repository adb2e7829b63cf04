//! The commands beside serving: they work on what the proxy keeps, whether or not a proxy runs on
//! it; [`health`], which asks the one that runs; [`dry_run`], which tries what a start does; and
//! [`online`], which tries what a proxy needs.

pub mod dry_run;
pub mod health;
pub mod online;

use std::path::{Path, PathBuf};

use crate::{
    clock::Clock,
    config::{
        Arguments, RedisUrl,
        command_line::Command,
        read::{self, process_environment},
    },
    hub::Hub,
    ids::VisitorId,
    service::files,
    store::{Store, StoreError, erase::Erased},
};

/// Runs a command. Returns what to print.
pub fn run(command: &Command, arguments: &Arguments) -> Result<String, String> {
    match command {
        Command::Erase { visitor } => erase(visitor, locations(arguments)?),
        Command::Backup { to } => back_up(to, &locations(arguments)?),
        Command::Health => {
            let listen = read::listen(arguments, &process_environment()).map_err(|problems| problems.to_string())?;
            health::ask(listen)
        }
    }
}

fn erase(visitor: &str, Locations { database, redis, uploads }: Locations) -> Result<String, String> {
    let visitor = VisitorId::parse(visitor)
        .ok_or_else(|| "--visitor: a visitor's id is 32 lower-case hex characters".to_owned())?;
    let erased = match redis {
        None => Store::erase_in_file(&database, &visitor, Clock::system().now()),
        Some(redis) => erase_in_redis(&redis, visitor),
    };
    Ok(report(&erased.map_err(|error| error.to_string())?, uploads.as_deref()))
}

fn back_up(to: &Path, from: &Locations) -> Result<String, String> {
    if from.redis.is_some() {
        return Err("what is kept in Redis is backed up by Redis: see docs/operations.md".to_owned());
    }
    Store::back_up(&from.database, to).map_err(|error| error.to_string())?;
    Ok(format!("copied to {}", to.display()))
}

/// The proxies that run end the visitor's tokens and streams at once: they are told by the bus.
fn erase_in_redis(redis: &RedisUrl, visitor: VisitorId) -> Result<Erased, StoreError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| StoreError::Corrupt(format!("no threads: {error}")))?;
    runtime.block_on(async {
        let (store, _news) = Store::redis(&redis.secret, Hub::default(), Clock::system()).await?;
        let erased = store.erase_visitor(visitor).await;
        store.leave().await;
        erased
    })
}

fn report(erased: &Erased, uploads: Option<&Path>) -> String {
    let left = files::delete(uploads, &erased.files);
    let mut text = format!(
        "erased: {} conversations, {} families of tokens, {} files",
        erased.conversations.len(),
        erased.families.len(),
        erased.files.len() - left
    );
    if left > 0 {
        text += &format!("\n{left} files are left to the proxy, which deletes them within ten minutes of running");
    }
    text
}

/// Where things lie. The database is not used where there is a Redis.
struct Locations {
    database: PathBuf,
    redis: Option<RedisUrl>,
    uploads: Option<PathBuf>,
}

/// From the configuration; a `--database` alone is enough.
fn locations(arguments: &Arguments) -> Result<Locations, String> {
    match (&arguments.database, &arguments.config) {
        (Some(database), None) => Ok(Locations { database: database.clone(), redis: None, uploads: None }),
        (Some(_) | None, _) => {
            let config = read::read(arguments, &process_environment()).map_err(|problems| problems.to_string())?;
            Ok(Locations { database: config.database, redis: config.redis, uploads: config.uploads_directory })
        }
    }
}
