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

use crate::check::{Check, Level};

/// Declares the table: level, name and function of each check; its requirement; its remedy.
macro_rules! checks {
    ($($level:ident $($slow:ident)? $name:literal $run:path: $asks:literal => $remedy:literal;)+) => {
        const CHECKS: &[Check] = &[$(Check {
            name: $name,
            level: Level::$level,
            asks: $asks,
            remedy: $remedy,
            slow: checks!(@slow $($slow)?),
            run: |fixture| Box::pin($run(fixture)),
        }),+];
    };
    (@slow slow) => { true };
    (@slow) => { false };
}

checks! {
    Must "token-answer" token::answer:
        "POST /token with {} answers {\"ok\":true} with `token`, `expires_in` in whole seconds and `renewal`, as JSON."
        => "Answer 200 with Content-Type application/json and these fields; the widget counts `expires_in` from the answer.";
    Must "token-visitor" token::visitor:
        "`visitor` is an id of 32 lower-case hex characters, another one for each new visitor."
        => "Make 128 random bits for each POST /token without `renewal`, and write them as hex.";
    Must "token-no-cookie" token::cookie: "No answer sets a cookie."
        => "Leave Set-Cookie out: the token travels in Authorization alone, so that no other page can ride on it.";
    Should "token-no-store" token::no_store: "The answer with the token may not be kept by a cache."
        => "Send Cache-Control: no-store with it.";
    Must "token-renewal" token::renewal:
        "POST /token with `renewal` gives the same visitor a new token and a new renewal secret."
        => "Look the secret up, keep its visitor, and hand out the next secret.";
    Must "token-renewal-unknown" token::unknown_renewal:
        "A renewal secret that does not hold is refused with 401 UNAUTHORIZED."
        => "Do not make a new visitor for a wrong secret: the widget must learn that it has to forget the old one.";
    Must "token-needed" token::needed:
        "Without a visitor token, or with a wrong one, a start is refused with 401 UNAUTHORIZED."
        => "Check Authorization: Bearer before anything else; the widget renews its token after a 401.";
    Must "token-not-in-url" token::in_url: "A token in the address counts for nothing."
        => "Read the token from Authorization alone: addresses end up in logs.";
    Must "token-origin" token::origin: "A token works for the origin it was issued to and for no other."
        => "Put the origin into the token and compare it with the Origin header of each call.";
    Must "identity-refused" identity::refused:
        "POST /token with an `identity` that does not hold gives no token: 403 IDENTITY_REFUSED, or 400 BAD_REQUEST where the site takes none."
        => "Never let an anonymous visitor begin in its place: the page keeps what follows for the user it named.";
    Must "identity-visitor" identity::visitor:
        "The same user is the same visitor in every browser, and another user is another visitor."
        => "Keep a table of users with their visitors, by site and `sub`.";
    Must "identity-renewal" identity::renewal:
        "A sign-in lasts as long as it is renewed, without the identity coming again."
        => "Remember with the renewal secret whose it is.";
    Must "identity-swap" identity::swap:
        "A sign-in takes over nothing: a `renewal` of somebody else that comes with it is ended, and the answer has another visitor."
        => "Compare the user of the secret with that of the identity; where they differ, end the first one's tokens and begin anew.";
    Must "identity-verified" identity::verified:
        "At a start the verified values stand over the page's `contact`, and `variables.conversation.user_id` is the verified user."
        => "Write the identity's name, e-mail, phone and `sub` over what the page sent.";
    Must "identity-required" identity::required:
        "Where an identity is required, POST /token without one is refused with 403 IDENTITY_REQUIRED."
        => "Refuse it before a visitor is made.";
    Should "end-answer" token_end::answer: "POST /token/end answers 200 {\"ok\":true}, also for a secret that is none."
        => "Answer the same in every case: leaving never fails, and tells nobody whether a secret is one.";
    Should "end-tokens" token_end::tokens:
        "After POST /token/end the visitor's token and `renewal` are refused with 401, and an open stream ends."
        => "Forget the secret and all tokens that go back to it, and end their streams; without it they last until the token ends.";
    Should "end-everywhere" token_end::everywhere:
        "POST /token/end with `everywhere` ends the visitor's other browsers, too, and nobody else's."
        => "Look for all secrets of the same visitor.";
    Must "cors-preflight" cors::preflight:
        "The preflights of all calls are answered with 2xx and allow the page's origin, the method and the headers authorization, content-type, idempotency-key and last-event-id."
        => "Answer OPTIONS for each path with Access-Control-Allow-Origin, -Methods and -Headers, without asking for a token.";
    Must "cors-answers" cors::answers: "Answers carry Access-Control-Allow-Origin, refusals too."
        => "Add the header in the outermost layer: without it on a 401 the widget can't see that it is one.";
    Must "cors-foreign" cors::foreign:
        "A page of an origin that is not the site's gets no token: 403 ORIGIN_NOT_ALLOWED."
        => "Keep a list of exact origins for each site and compare the Origin header with it.";
    Must "cors-no-credentials" cors::credentials: "Access-Control-Allow-Credentials is not sent."
        => "Leave it out: nothing here rests on cookies, and with it other pages could use those of your domain.";
    Should "cors-vary" cors::vary: "Where Access-Control-Allow-Origin names one origin, Vary names Origin."
        => "Send Vary: Origin, so that a cache does not give one page's answer to another page.";
    Should "cors-expose" cors::expose: "Refusals let a page read Retry-After."
        => "Send Access-Control-Expose-Headers: retry-after.";
    Must "start-answer" start::answer: "A start answers {\"ok\":true,\"conversation\":{\"id\":…}}."
        => "Forward the start and answer with the documented body.";
    Must "start-private" start::private: "The answer holds neither `assignee` nor `contact`."
        => "Build the answer from `id` and `created_at` alone: the platform's own holds staff e-mail addresses and contacts.";
    Should "start-alias" start::alias: "The conversation's id in the browser is another one than the platform's."
        => "Hand out a random alias and keep the platform's id on the server.";
    Must "start-forwarded" start::forwarded:
        "The platform gets the documented body with the account token: channel API, the visitor's words, type text."
        => "Add Authorization: Bearer <account token> and forward channel, message, variables, bot_key and from.";
    Must "start-visitor" start::visitor: "`from.user_external_id` is the token's visitor, whatever the browser wrote."
        => "Overwrite the field: a browser must not speak as somebody else.";
    Must "start-bot" start::bot: "An empty `bot_key` becomes the site's own."
        => "Fill it in before forwarding: the platform refuses an empty one.";
    Must "start-other-bot" start::other_bot:
        "A `bot_key` that is not the site's is refused with 400 BAD_REQUEST and not forwarded."
        => "Compare it with the bots of the site: the account token opens all bots of the account.";
    Must "start-variables" start::variables:
        "The documented variables reach the platform: system, contact and conversation."
        => "Forward `variables` with its documented fields.";
    Must "start-unknown-fields" start::unknown_fields: "Fields that are not documented do not reach the platform."
        => "Rebuild the body from the documented fields instead of passing it through.";
    Must "send-answer" send::answer: "A send answers {\"ok\":true,\"message_id\":…}."
        => "Forward the send and answer with the documented body.";
    Must "send-forwarded" send::forwarded:
        "The platform gets the documented body, for its own id of the conversation, with the account token."
        => "Translate the alias into the platform's id and add Authorization: Bearer <account token>.";
    Must "send-order" send::order:
        "Two sends that come one after the other reach the platform and the log in that order."
        => "Forward the messages of one conversation one at a time.";
    Must "send-unknown-fields" send::unknown_fields: "Fields that are not documented do not reach the platform."
        => "Rebuild the body from the documented fields instead of passing it through.";
    Must "again-start" idempotency::start:
        "A start with the same key reaches the platform once and gets the same answer again."
        => "Keep each key with its answer for 48 hours, and answer from there.";
    Must "again-send" idempotency::send:
        "A send with the same key reaches the platform once and gets the same answer again."
        => "Keep each key with its answer for 48 hours, and answer from there.";
    Must "again-together" idempotency::together: "Two sends with the same key at the same time reach the platform once."
        => "Record the key before forwarding; let the second wait for the first one's answer.";
    Must "again-other-body" idempotency::other_body: "The same key with another body is a 409 KEY_REUSED."
        => "Keep a digest of the body with the key and compare.";
    Must "trouble-busy" platform_errors::busy:
        "When the platform answers 429 or 503, the visitor gets 429 RATE_LIMITED or 503 UNAVAILABLE, and Retry-After in whole seconds."
        => "Map these answers, and send Retry-After and `retry_after` with each of them.";
    Must "trouble-failed-again" platform_errors::failed_again:
        "A send that the platform was too busy for may be tried again with its key, and stands in the log once."
        => "Do not keep the key as used when the message definitely did not arrive.";
    Must "trouble-start-again" platform_errors::start_again:
        "CONVERSATION_CREATION_EXCEPTION is passing trouble: the same start works the second time."
        => "Classify by `error`, not by the status: this one comes as a 400.";
    Should "trouble-failed-told" platform_errors::failed_told:
        "The log tells that a send failed: a `delivery` entry `failed`."
        => "Append a delivery entry for each outcome.";
    Must "trouble-refused" platform_errors::refused:
        "CONTACT_IS_BLOCKED reaches the visitor as 400 with that code, and the same key does not reach the platform again."
        => "Keep refusals with their key like answers.";
    Must "trouble-operator" platform_errors::operator:
        "What only the operator can mend (a wrong account token, a disabled channel) reaches the visitor as 503 UNAVAILABLE and nothing more."
        => "Log the platform's code and message on the server, and answer UNAVAILABLE with a sentence of your own.";
    Must "trouble-unknown" platform_errors::unknown:
        "When the platform's answer is lost, the visitor gets 502 UNKNOWN_OUTCOME, and the same key does not reach the platform again."
        => "Tell \"no connection\" from \"no answer\": after the second the message may have arrived, so it is not sent twice.";
    Must "trouble-unknown-told" platform_errors::unknown_told:
        "The log tells of a lost answer: a `delivery` entry `unknown`."
        => "Append it: the widget shows \"not confirmed\" and waits for the log.";
    Should "trouble-unknown-cleared" platform_errors::unknown_cleared:
        "When the platform's echo of a message comes, a lost answer becomes `sent`."
        => "Match echoes with the conversation's messages in their order, and append a delivery entry.";
    Must "log-entries" log::entries:
        "Each entry has a `cursor`, a time `at` in milliseconds since 1970 and one `event` of the four kinds."
        => "Write {\"cursor\":\"1-1\",\"at\":1767225600000,\"event\":{\"message\":{…}}}.";
    Must "log-cursors" log::cursors: "Cursors are `<epoch>-<seq>`; within an epoch `seq` counts from 1 without gaps."
        => "Count the entries of each conversation when they are committed.";
    Must "log-visitor" log::visitor:
        "The visitor's own message stands in the log with the key it was sent with as `client_message_id`, and its text as a tree."
        => "Append {\"author\":\"visitor\",\"client_message_id\":…,\"content\":{\"text\":{\"body\":[{\"text\":…}]}}}.";
    Must "log-delivery" log::delivery:
        "After a message was accepted the log says so: a `delivery` entry `sent` with its `client_message_id`."
        => "Append it when the platform has answered.";
    Must "log-before-forward" log::before_forward:
        "The visitor's message stands in the log before the platform has answered."
        => "Append it before forwarding, so that a reply which overtakes the answer stands below it.";
    Must "log-echo" log::echo: "The platform's echo of the visitor's message is not a second message."
        => "Match echoes with the conversation's own messages in their order, and drop them.";
    Must "log-assignee" log::assignee:
        "A handover is an `assignee` entry with kind `agent` and the name, and without an e-mail address."
        => "Translate the platform's assignee event.";
    Must "log-status" log::status:
        "The end of a conversation is a `status` entry `closed`, and what is sent after it gets 409 CONVERSATION_ENDED."
        => "Translate the platform's status event, and remember it.";
    Must "stream-opens" reading::opens:
        "GET …/events with Accept: text/event-stream answers 200 text/event-stream, and its first bytes come at once."
        => "Write a comment as soon as the stream is open, so that nobody in between waits for more.";
    Should "stream-headers" reading::headers: "A stream may be neither kept nor changed on its way."
        => "Send Cache-Control: no-store (or no-cache) and no-transform, and X-Accel-Buffering: no.";
    Must "stream-entries" reading::whole:
        "A stream without a cursor tells the whole log; `event:` is the kind of the entry and `id:` its cursor."
        => "Write each entry as event, id and data; data is the whole entry as JSON.";
    Must "stream-live" reading::live: "What happens while a stream is open comes on it."
        => "Publish each entry to the conversation's streams after it is committed.";
    Must "stream-resume" reading::resume:
        "With Last-Event-ID a stream goes on after that entry: nothing is missing, nothing comes twice."
        => "Read the log from the cursor, then go live under the same lock.";
    Must "stream-reset" reading::reset:
        "From a cursor of another epoch, or from beyond the end, a stream says `reset` with a reason and no id, and tells the log that is left."
        => "Compare epoch and seq; never go on from a place that is not there.";
    Must "stream-last" reading::last:
        "With last=1 a stream says `begin` with `earlier` and no id, and then the last entry alone; who does not ask is not told."
        => "Where the whole log would be told, tell so many of its last entries, after a `begin`.";
    Must slow "stream-heartbeat" reading::heartbeat: "An idle stream says something at least every 25 seconds."
        => "Write a comment every 15 to 25 seconds: after 45 without a byte the widget takes the link for dead.";
    Must slow "stream-reauth" reading::reauth: "A stream says `reauth` before its token ends, and ends."
        => "Write event: reauth with data {} some seconds before the token's end, and close the stream.";
    Must "poll-entries" reading::poll:
        "With Accept: application/json the same log comes as {\"ok\":true,\"entries\":[…]}."
        => "Answer the long poll from the same log.";
    Must "poll-after" reading::poll_after: "after=<cursor> gives what stands after it, and nothing else."
        => "Read the log from the cursor.";
    Must "poll-waits" reading::waits:
        "A poll with nothing to tell waits as long as it was asked to, and answers an empty list."
        => "Hold the answer for `wait` seconds, at most 25.";
    Must "poll-wakes" reading::wakes: "A poll that waits answers as soon as something happens."
        => "Wake polls with the same news as streams.";
    Must "poll-reset" reading::poll_reset:
        "A poll from a cursor of another epoch, or from beyond the end, has `reset` with a reason and the log that is left."
        => "Compare epoch and seq, as on a stream.";
    Must "poll-last" reading::poll_last:
        "A poll with last=1 gives the last entry and `earlier`; without it there is no `earlier`."
        => "Where the whole log would be told, give so many of its last entries.";
    Must "page-before" reading::before:
        "before=<cursor>&limit=<n> gives the n entries before it, in the order of the log, and whether there are `earlier` ones."
        => "Read the log backwards from the cursor and turn the page round.";
    Must "page-reset" reading::before_reset:
        "before= of another epoch has `reset` and the last entries of the log as it is now."
        => "Compare the epoch; the widget then forgets what it had.";
    Should "read-bad-cursor" reading::bad_cursor: "What is no cursor is refused with 400 BAD_REQUEST."
        => "Read `<epoch>-<seq>` strictly.";
    Must "reply-bot" replies::bot: "A reply of the bot is a `message` entry of the author `bot`."
        => "Take the platform's events at the webhook and append their messages.";
    Must "reply-agent" replies::agent: "What a person writes is a `message` entry of the author `agent`."
        => "Read `message_by.type`.";
    Must "reply-rich-text" replies::rich_text:
        "HTML becomes a tree: <p>Hi <b>there</b></p> has the words \"there\" in a node `bold`, and no tag in any text."
        => "Parse the platform's HTML with an allow-list and write nodes: text, break, bold, italic, underline, strike, code, paragraph, list, link.";
    Must "reply-script" replies::script:
        "Scripts, handlers and addresses of other schemes than https, http, mailto and tel do not reach a page."
        => "Drop script elements with their content, all attributes but href, and links whose scheme is not on the list.";
    Must "reply-buttons" replies::buttons: "A message with buttons is the content `buttons`, each with its title."
        => "Translate the platform's kinds into the closed list of contents.";
    Must "reply-unknown-kind" replies::unknown_kind:
        "A message of an unknown kind keeps its words: it is never dropped in silence."
        => "Append {\"unsupported\":{…}} with the text or title it has.";
    Must "reply-same-again" replies::same_again: "Two replies with the same words are two messages."
        => "Do not drop messages because their text was seen before.";
    Must "entry-size" replies::size:
        "No entry is larger than 1 MiB of JSON: a larger reply is shortened or becomes several entries, and the log goes on behind it."
        => "Measure the JSON of a content before it is committed; divide what is too large, or keep its beginning and add `…`.";
    Must "webhook-handshake" webhook::handshake:
        "The platform's handshake, its token in a body without events, is answered 200 with {\"token\":\"<same>\"}."
        => "Echo the token, and only when it is the one that was entered in the platform's settings.";
    Must "webhook-wrong-token" webhook::wrong_token:
        "Neither a handshake nor events with a wrong token are answered with 2xx, and nothing of them reaches a log."
        => "Compare the token in constant time before anything is stored.";
    Must "webhook-wrong-path" webhook::wrong_path: "The webhook answers under its secret path alone."
        => "Compare the last part of the path in constant time, and answer 404.";
    Must "webhook-token-places" webhook::places:
        "The token counts in the body and in Authorization, as a bearer and raw."
        => "Look in all three places: which of them the platform uses is not documented.";
    Must "webhook-early" webhook::early:
        "A reply that comes before the platform has answered the start is in the log after it."
        => "Keep events of unknown conversations for a short, bounded time.";
    Should "webhook-unknown" webhook::unknown: "Events of conversations that are not the proxy's are answered with 2xx."
        => "Drop and count them: the account may have other channels, and a refusal makes the platform try again.";
    Should "webhook-redelivery" webhook::redelivery: "A message with an id that comes twice is one message."
        => "Keep the ids that the platform gives, for a while.";
    Must "owner-send" ownership::send:
        "A send to another visitor's conversation is the same 404 NOT_FOUND as to one that is not there, and is not forwarded."
        => "Keep a table of conversations with their visitors, and look there on each call.";
    Must "owner-poll" ownership::poll:
        "A poll of another visitor's conversation is the same 404 NOT_FOUND as of one that is not there."
        => "Keep a table of conversations with their visitors, and look there on each call.";
    Must "owner-page" ownership::page:
        "A page of another visitor's conversation is the same 404 NOT_FOUND as of one that is not there."
        => "Keep a table of conversations with their visitors, and look there on each call.";
    Must "owner-stream" ownership::stream:
        "A stream of another visitor's conversation is the same 404 NOT_FOUND as of one that is not there."
        => "Keep a table of conversations with their visitors, and look there before the first byte.";
    Must "error-body" errors::body:
        "Every refusal is {\"ok\":false,\"error\":\"CODE\",\"message\":\"…\",\"status\":N} as JSON, N being the status."
        => "Answer all refusals from one place, those of your framework too.";
    Must "error-not-json" errors::not_json:
        "A body that is not JSON, or other JSON than the call takes, is refused with 400 or 422 BAD_REQUEST."
        => "Parse strictly, and do not repeat what was sent.";
    Should "error-content-type" errors::content_type: "A body that does not say that it is JSON is refused."
        => "Ask for Content-Type: application/json: a page can send text/plain anywhere without a preflight.";
    Must "error-too-large" errors::too_large: "A body of 5 MiB is refused with 413 TOO_LARGE."
        => "Limit bodies, and take what is still coming before you answer.";
    Must "error-too-long" errors::too_long:
        "A message of 60,000 characters is refused with 400 BAD_REQUEST or 413 TOO_LARGE, and is not forwarded."
        => "Limit a message; chataibot-proxy takes 4,000 characters.";
    Should "error-nosniff" errors::nosniff: "Answers carry X-Content-Type-Options: nosniff."
        => "Add the header to everything.";
    Must "error-secrets" errors::secrets:
        "No answer to a page in this whole run holds the account token or a staff e-mail address."
        => "Build answers from what a visitor may see; never pass the platform's own through.";
    Must "file-upload" files::upload:
        "An upload of a listed type answers {\"ok\":true,\"file\":{url,name,mime_type,size}}, and GET of the url gives the same bytes."
        => "Store the body under a random name, and answer with its absolute address.";
    Must "file-type" files::kind: "HTML is refused with 415 TYPE_NOT_ALLOWED, declared as HTML or as a listed type."
        => "Take only types of the list, and look at the first bytes.";
    Must "file-headers" files::headers:
        "A stored file comes with nosniff and a Content-Security-Policy that lets nothing run."
        => "Send X-Content-Type-Options: nosniff and Content-Security-Policy: sandbox; default-src 'none'.";
    Must "file-owner" files::owner: "An upload to another visitor's conversation is a 404 NOT_FOUND."
        => "Look at the owner before the body.";
}

/// All checks.
pub fn all() -> &'static [Check] {
    CHECKS
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
