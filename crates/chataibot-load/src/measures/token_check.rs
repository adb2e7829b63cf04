//! Measure: time to check a visitor's token, by the function that every request passes.

use std::{path::PathBuf, time::Duration};

use chataibot_proxy::clock::Clock;
use chataibot_proxy::config::Arguments;
use chataibot_proxy::credentials::{Key, KeyRing};
use chataibot_proxy::demo;
use chataibot_proxy::ids::{FamilyId, VisitorId};
use chataibot_proxy::service::token::Tokens;
use chataibot_proxy::service::token::revocation::Revocations;

use crate::{BenchError, program::ORIGIN, report::median, scale::Scale};

/// Returns the median of many checks, in microseconds.
pub fn measure(scale: &Scale) -> Result<f64, BenchError> {
    let config = demo::config(&Arguments::default(), PathBuf::new()).map_err(|problems| problems.to_string())?;
    let site = config.sites.get(demo::SITE).ok_or("the demo has its site")?;
    let keys = KeyRing::new(Key::new("bench", &[7; 32]), Vec::new());
    let tokens = Tokens::new(keys, Revocations::new([]), Duration::from_secs(600), Clock::system());
    let token = tokens.issue(site, ORIGIN, &VisitorId::random()?, &FamilyId::random()?, false)?;
    let mut micros = Vec::with_capacity(scale.thousand_checks * 1000);
    for _ in 0..scale.thousand_checks * 1000 {
        let started = std::time::Instant::now();
        let visitor = tokens.check(&token, &config.sites)?;
        micros.push(started.elapsed().as_secs_f64() * 1e6);
        drop(visitor);
    }
    median(&mut micros).ok_or_else(|| "no check was made".into())
}
