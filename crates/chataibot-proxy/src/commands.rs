//! The commands beside serving: they work on the database file, whether or not a proxy runs on it.

use std::path::PathBuf;

use crate::{
    clock::Clock,
    config::{
        Arguments,
        command_line::Command,
        read::{self, process_environment},
    },
    files,
    store::{backup, erase},
    token::VisitorId,
};

/// Runs a command. Returns what to print.
///
/// # Errors
/// Says why it could not be done.
pub fn run(command: &Command, arguments: &Arguments) -> Result<String, String> {
    let places = places(arguments)?;
    match command {
        Command::Erase { visitor } => {
            let visitor = VisitorId::parse(visitor)
                .ok_or_else(|| "--visitor: a visitor's id is 32 lower-case hex characters".to_owned())?;
            let erased = erase::in_file(&places.database, &visitor, Clock::system().now());
            let erased = erased.map_err(|error| error.to_string())?;
            let left = files::delete(places.uploads.as_deref(), &erased.files);
            let mut text = format!(
                "erased: {} conversations, {} families of tokens, {} files",
                erased.conversations.len(),
                erased.families.len(),
                erased.files.len() - left
            );
            if left > 0 {
                text +=
                    &format!("\n{left} files are left to the proxy, which deletes them within ten minutes of running");
            }
            Ok(text)
        }
        Command::Backup { to } => {
            backup::copy(&places.database, to).map_err(|error| error.to_string())?;
            Ok(format!("copied to {}", to.display()))
        }
    }
}

/// Where things lie.
struct Places {
    database: PathBuf,
    uploads: Option<PathBuf>,
}

/// From the configuration; a `--database` alone is enough.
fn places(arguments: &Arguments) -> Result<Places, String> {
    match (&arguments.database, &arguments.config) {
        (Some(database), None) => Ok(Places { database: database.clone(), uploads: None }),
        (Some(_) | None, _) => {
            let config = read::read(arguments, &process_environment()).map_err(|problems| problems.to_string())?;
            Ok(Places { database: config.database, uploads: config.uploads_directory })
        }
    }
}
