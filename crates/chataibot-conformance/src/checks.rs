//! Every check, in the order of the contract. Each has its own visitor, so that it can run alone.

mod cors;
mod errors;
mod files;
mod idempotency;
mod identity;
mod log;
mod ownership;
mod platform_errors;
mod prelude;
mod reading;
mod replies;
mod send;
mod start;
mod token;
mod token_end;
mod webhook;

use std::sync::LazyLock;

use crate::check::{Check, Level};

/// A heading for each check, and below it a line with what is asked and one with the remedy.
const REQUIREMENTS: &str = include_str!("checks/requirements.md");

/// Declares the table: level, name and function of each check.
macro_rules! checks {
    ($($level:ident $($slow:ident)? $name:literal $run:path;)+) => {
        static CHECKS: LazyLock<Vec<Check>> = LazyLock::new(|| vec![$({
            let [asks, remedy] = requirement($name);
            let slow = stringify!($($slow)?) == "slow";
            Check { name: $name, level: Level::$level, asks, remedy, slow, run: |fixture| Box::pin($run(fixture)) }
        }),+]);
    };
}

checks! {
    Must "token-answer" token::answer;
    Must "token-visitor" token::visitor;
    Must "token-no-cookie" token::cookie;
    Should "token-no-store" token::no_store;
    Must "token-renewal" token::renewal;
    Must "token-renewal-unknown" token::unknown_renewal;
    Must "token-needed" token::needed;
    Must "token-not-in-url" token::in_url;
    Must "token-origin" token::origin;
    Must "identity-refused" identity::refused;
    Must "identity-visitor" identity::visitor;
    Must "identity-renewal" identity::renewal;
    Must "identity-swap" identity::swap;
    Must "identity-verified" identity::verified;
    Must "identity-required" identity::required;
    Should "end-answer" token_end::answer;
    Should "end-tokens" token_end::tokens;
    Should "end-everywhere" token_end::everywhere;
    Must "cors-preflight" cors::preflight;
    Must "cors-answers" cors::answers;
    Must "cors-foreign" cors::foreign;
    Must "cors-no-credentials" cors::credentials;
    Should "cors-vary" cors::vary;
    Should "cors-expose" cors::expose;
    Must "start-answer" start::answer;
    Must "start-private" start::private;
    Should "start-alias" start::alias;
    Must "start-forwarded" start::forwarded;
    Must "start-visitor" start::visitor;
    Must "start-bot" start::bot;
    Must "start-other-bot" start::other_bot;
    Must "start-variables" start::variables;
    Must "start-unknown-fields" start::unknown_fields;
    Must "send-answer" send::answer;
    Must "send-forwarded" send::forwarded;
    Must "send-order" send::order;
    Must "send-unknown-fields" send::unknown_fields;
    Must "again-start" idempotency::start;
    Must "again-send" idempotency::send;
    Must "again-together" idempotency::together;
    Must "again-other-body" idempotency::other_body;
    Must "trouble-busy" platform_errors::busy;
    Must "trouble-failed-again" platform_errors::failed_again;
    Must "trouble-start-again" platform_errors::start_again;
    Should "trouble-failed-told" platform_errors::failed_told;
    Must "trouble-refused" platform_errors::refused;
    Must "trouble-operator" platform_errors::operator;
    Must "trouble-unknown" platform_errors::unknown;
    Must "trouble-unknown-told" platform_errors::unknown_told;
    Should "trouble-unknown-cleared" platform_errors::unknown_cleared;
    Must "log-entries" log::entries;
    Must "log-cursors" log::cursors;
    Must "log-visitor" log::visitor;
    Must "log-delivery" log::delivery;
    Must "log-before-forward" log::before_forward;
    Must "log-echo" log::echo;
    Must "log-assignee" log::assignee;
    Must "log-status" log::status;
    Must "stream-opens" reading::opens;
    Should "stream-headers" reading::headers;
    Must "stream-entries" reading::whole;
    Must "stream-live" reading::live;
    Must "stream-resume" reading::resume;
    Must "stream-reset" reading::reset;
    Must "stream-last" reading::last;
    Must slow "stream-heartbeat" reading::heartbeat;
    Must slow "stream-reauth" reading::reauth;
    Must "poll-entries" reading::poll;
    Must "poll-after" reading::poll_after;
    Must "poll-waits" reading::waits;
    Must "poll-wakes" reading::wakes;
    Must "poll-reset" reading::poll_reset;
    Must "poll-last" reading::poll_last;
    Must "page-before" reading::before;
    Must "page-reset" reading::before_reset;
    Should "read-bad-cursor" reading::bad_cursor;
    Must "reply-bot" replies::bot;
    Must "reply-agent" replies::agent;
    Must "reply-rich-text" replies::rich_text;
    Must "reply-script" replies::script;
    Must "reply-buttons" replies::buttons;
    Must "reply-unknown-kind" replies::unknown_kind;
    Must "reply-same-again" replies::same_again;
    Must "entry-size" replies::size;
    Must "webhook-handshake" webhook::handshake;
    Must "webhook-wrong-token" webhook::wrong_token;
    Must "webhook-wrong-path" webhook::wrong_path;
    Must "webhook-token-places" webhook::places;
    Must "webhook-early" webhook::early;
    Should "webhook-unknown" webhook::unknown;
    Should "webhook-redelivery" webhook::redelivery;
    Must "owner-send" ownership::send;
    Must "owner-poll" ownership::poll;
    Must "owner-page" ownership::page;
    Must "owner-stream" ownership::stream;
    Must "error-body" errors::body;
    Must "error-not-json" errors::not_json;
    Should "error-content-type" errors::content_type;
    Must "error-too-large" errors::too_large;
    Must "error-too-long" errors::too_long;
    Should "error-nosniff" errors::nosniff;
    Must "error-secrets" errors::secrets;
    Must "file-upload" files::upload;
    Must "file-type" files::kind;
    Must "file-headers" files::headers;
    Must "file-owner" files::owner;
}

/// All checks.
pub fn all() -> &'static [Check] {
    &CHECKS
}

/// What a check asks, and its remedy; empty if the check has no section, which a test excludes.
fn requirement(name: &str) -> [&'static str; 2] {
    let mut lines = REQUIREMENTS.lines().skip_while(|line| line.strip_prefix("## ") != Some(name)).skip(1);
    ["- asked: ", "- mend: "].map(|label| lines.next().and_then(|line| line.strip_prefix(label)).unwrap_or_default())
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
        let sections = REQUIREMENTS.lines().filter_map(|line| line.strip_prefix("## "));
        assert!(sections.eq(all.iter().map(|check| check.name)), "a section for each check, in the table's order");
    }
}
