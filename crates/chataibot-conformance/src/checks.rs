//! Every check, in the order of the contract. Each has its own visitor and its own conversation, so
//! that each can run alone.

mod cors;
mod entry_size;
mod errors;
mod files;
mod idempotency;
mod identity;
mod log;
mod ownership;
mod platform_errors;
mod reading;
mod replies;
mod send;
mod start;
mod token;
mod token_end;
mod webhook;

use crate::check::Check;

/// All checks.
pub fn all() -> Vec<Check> {
    [
        token::CHECKS,
        identity::CHECKS,
        token_end::CHECKS,
        cors::CHECKS,
        start::CHECKS,
        send::CHECKS,
        idempotency::CHECKS,
        platform_errors::CHECKS,
        log::CHECKS,
        reading::CHECKS,
        replies::CHECKS,
        entry_size::CHECKS,
        webhook::CHECKS,
        ownership::CHECKS,
        errors::CHECKS,
        files::CHECKS,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_has_a_name_of_its_own_and_says_what_is_asked_and_how_to_mend_it() {
        let all = all();
        for (at, check) in all.iter().enumerate() {
            assert!(all.iter().skip(at + 1).all(|other| other.name != check.name), "{} stands twice", check.name);
            assert!(check.asks.ends_with('.') && check.remedy.ends_with('.'), "{}: whole sentences", check.name);
        }
    }
}
