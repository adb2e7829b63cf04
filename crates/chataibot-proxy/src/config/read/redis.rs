//! Reads `[store]`: the address of the Redis that several proxies share, from the file, a file of
//! its own, a variable or the command line.

use super::{ConfigReader, file::Located};
use crate::config::{Problems, RedisUrl, problem::Location, settings};

impl ConfigReader<'_> {
    /// Returns the address, if one is set.
    pub(super) fn redis(&mut self) -> Option<RedisUrl> {
        // A `store` that is not a table was already reported.
        let table = self.file.and_then(|file| file.table("store", &mut Problems::default()));
        let kept = table.as_ref().and_then(|table| self.kept_elsewhere(table, "redis"));
        let kept = kept.and_then(|Located { value, place }| match value {
            Ok((_, value)) => Some(Located { value, place }),
            Err(what) => {
                self.problems.add(place, what);
                None
            }
        });
        let written = settings::find("store", "redis").and_then(|setting| self.raw(setting));
        let (found, may_hold_password) = match (written, kept) {
            (Some(written), kept) => {
                let is_variable = matches!(written.place, Location::Variable(_));
                if kept.is_some() && matches!(written.place, Location::Line(..)) {
                    self.problems
                        .add(written.place, "`redis` is there twice; keep one of redis, redis_file and redis_env");
                    return None;
                }
                (written, is_variable)
            }
            (None, Some(kept)) => (kept, true),
            (None, None) => return None,
        };
        match RedisUrl::parse(&found.value) {
            Ok(url) if url.has_password && !may_hold_password => {
                let what = "`redis` has a password, which others can read here; put the address into a file (redis_file) or a variable (redis_env)";
                self.problems.add(found.place, what);
                None
            }
            Ok(url) => Some(url),
            Err(what) => {
                self.problems.add(found.place, format!("`redis`: {what}"));
                None
            }
        }
    }
}
