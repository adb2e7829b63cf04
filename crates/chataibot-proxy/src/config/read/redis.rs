//! Reads `[store]`: the address of the Redis that several proxies share, from the file, a file of
//! its own, a variable or the command line.

use super::{ConfigReader, file::Located};
use crate::config::{Problems, RedisUrl, problem::Location, settings};

impl ConfigReader<'_> {
    pub(super) fn redis(&mut self) -> Option<RedisUrl> {
        // A `store` that is not a table was already reported.
        let table = self.file.and_then(|file| file.table("store", &mut Problems::default()));
        let external = table.as_ref().and_then(|table| self.external_value(table, "redis"));
        let external = external.and_then(|Located { value, location }| {
            let (_, value) = self.problems.ok_or_add(location.clone(), value)?;
            Some(Located { value, location })
        });
        let direct = settings::find("store", "redis").and_then(|setting| self.raw_value(setting));
        let (found, may_hold_password) = match (direct, external) {
            (Some(direct), external) => {
                let is_variable = matches!(direct.location, Location::Variable(_));
                if external.is_some() && matches!(direct.location, Location::Line(..)) {
                    self.problems
                        .add(direct.location, "`redis` is there twice; keep one of redis, redis_file and redis_env");
                    return None;
                }
                (direct, is_variable)
            }
            (None, Some(external)) => (external, true),
            (None, None) => return None,
        };
        let url = match RedisUrl::parse(&found.value) {
            Ok(url) if url.has_password && !may_hold_password => Err(
                "`redis` has a password, which others can read here; put the address into a file (redis_file) or a variable (redis_env)".to_owned(),
            ),
            parsed => parsed.map_err(|what| format!("`redis`: {what}")),
        };
        self.problems.ok_or_add(found.location, url)
    }
}
