//! Every check, in the order of the contract. Each has its own visitor and its own conversation, so that each can run alone.

mod again;
mod cors;
mod errors;
mod files;
mod identity;
mod leaving;
mod log;
mod ownership;
mod reading;
mod replies;
mod send;
mod start;
mod token;
mod trouble;
mod webhook;

use crate::check::Check;

/// All of them.
#[must_use]
pub fn all() -> Vec<Check> {
    [
        token::CHECKS,
        identity::CHECKS,
        leaving::CHECKS,
        cors::CHECKS,
        start::CHECKS,
        send::CHECKS,
        again::CHECKS,
        trouble::CHECKS,
        log::CHECKS,
        reading::CHECKS,
        replies::CHECKS,
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
            assert!(check.asks.ends_with('.') && check.mend.ends_with('.'), "{}: whole sentences", check.name);
        }
    }
}
