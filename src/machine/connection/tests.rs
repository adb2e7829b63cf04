//! Tests of the connection's time limits.

use super::*;

fn at(monotonic: u64) -> Now {
    Now { monotonic, unix: 0, random: u32::MAX }
}

/// A connection whose stream has been live since `now`.
fn live(now: u64) -> Connection {
    let mut connection = Connection::default();
    connection.set_wanted(Wanted::Stream, false);
    assert!(matches!(connection.next_attempt(now), Some((_, Attempt::Stream))));
    connection.handle(ConnectionEvent::Opened, at(now), false);
    connection.handle(ConnectionEvent::BytesReceived, at(now), false);
    connection
}

#[test]
fn silence_of_45_seconds_is_death_and_any_byte_is_life() {
    let mut connection = live(0);
    assert!(!connection.handle(ConnectionEvent::Ticked, at(44_999), false));
    connection.handle(ConnectionEvent::BytesReceived, at(44_999), false);
    assert!(!connection.handle(ConnectionEvent::Ticked, at(89_998), false));
    assert!(connection.handle(ConnectionEvent::Ticked, at(89_999), false), "hang up");
    assert_eq!(connection.status(), ConnectionStatus::Reconnecting { attempt: 1 });
    assert!(connection.wants_attempt(89_999));
}

#[test]
fn a_head_without_a_byte_for_8_seconds_means_polls_and_one_day_a_stream_again() {
    let mut connection = Connection::default();
    connection.set_wanted(Wanted::Stream, false);
    connection.next_attempt(0);
    connection.handle(ConnectionEvent::Opened, at(1_000), false);
    assert!(!connection.handle(ConnectionEvent::Ticked, at(8_999), false));
    assert!(connection.handle(ConnectionEvent::Ticked, at(9_000), false));
    assert!(matches!(connection.next_attempt(9_000), Some((_, Attempt::Poll { wait: 0 }))));
    connection.handle(ConnectionEvent::Polled { empty: true }, at(9_100), false);
    assert_eq!(connection.status(), ConnectionStatus::Live);
    assert!(connection.next_attempt(9_101).is_none(), "a poll that brings nothing is not repeated at once");
    assert!(matches!(connection.next_attempt(10_000), Some((_, Attempt::Poll { wait: POLL_WAIT }))));
    connection.handle(ConnectionEvent::Polled { empty: false }, at(9_000 + STREAM_RETRY_INTERVAL), false);
    assert!(matches!(connection.next_attempt(9_000 + STREAM_RETRY_INTERVAL), Some((_, Attempt::Stream))));
}

#[test]
fn a_head_that_never_comes_means_polls_too() {
    let mut connection = Connection::default();
    connection.set_wanted(Wanted::Stream, false);
    connection.next_attempt(0);
    assert!(connection.handle(ConnectionEvent::Ticked, at(HEAD_TIMEOUT), false));
    assert!(matches!(connection.next_attempt(HEAD_TIMEOUT), Some((_, Attempt::Poll { .. }))));
    assert!(connection.handle(ConnectionEvent::Failed { retry_after: None }, at(HEAD_TIMEOUT + 1), false));
    assert!(
        matches!(connection.next_attempt(HEAD_TIMEOUT + 60_000), Some((_, Attempt::Stream))),
        "polls that fail are no better"
    );
}

#[test]
fn a_check_that_is_not_answered_shows_nothing_about_streams() {
    let mut connection = Connection::default();
    connection.set_wanted(Wanted::Check, false);
    assert!(matches!(connection.next_attempt(0), Some((_, Attempt::Poll { wait: 0 }))));
    assert!(connection.handle(ConnectionEvent::Ticked, at(HEAD_TIMEOUT), false));
    connection.set_wanted(Wanted::Stream, false);
    let due = connection.due().unwrap_or(HEAD_TIMEOUT);
    assert!(matches!(connection.next_attempt(due), Some((_, Attempt::Stream))));
}

#[test]
fn a_line_that_dies_at_once_every_time_is_dialled_ever_more_seldom() {
    let mut connection = Connection::default();
    connection.set_wanted(Wanted::Stream, false);
    let mut now = 0;
    let mut waits = Vec::new();
    for _ in 0..8 {
        connection.next_attempt(now);
        connection.handle(ConnectionEvent::BytesReceived, at(now), false);
        connection.handle(ConnectionEvent::Ended { expected: true }, at(now + 1), false);
        let due = connection.due().expect("it goes on");
        waits.push(due - now);
        now = due;
    }
    assert!(waits.is_sorted() && waits[7] > 20_000, "{waits:?}");
}

#[test]
fn an_announced_end_shows_no_trouble() {
    let mut connection = live(0);
    assert!(connection.handle(ConnectionEvent::Ended { expected: true }, at(540_000), false));
    assert_eq!(connection.status(), ConnectionStatus::Live);
    assert!(connection.wants_attempt(540_000));
}

#[test]
fn what_the_proxy_asked_to_wait_is_waited_whoever_nudges() {
    let mut connection = Connection::default();
    connection.set_wanted(Wanted::Stream, false);
    connection.next_attempt(0);
    connection.handle(ConnectionEvent::Failed { retry_after: Some(7) }, at(0), false);
    connection.handle(ConnectionEvent::VisitorActed, at(10), false);
    assert!(!connection.wants_attempt(6_999));
    assert!(connection.wants_attempt(7_000));
}

#[test]
fn offline_is_believed_but_not_for_ever() {
    let mut connection = live(0);
    assert!(connection.handle(ConnectionEvent::Offline, at(1_000), false));
    assert_eq!(connection.status(), ConnectionStatus::Offline);
    assert!(!connection.wants_attempt(30_000));
    assert!(connection.wants_attempt(31_000), "the browser may be wrong");
    connection.handle(ConnectionEvent::Online, at(2_000), false);
    assert!(connection.wants_attempt(2_000));
}

#[test]
fn a_sleeping_page_does_nothing_until_it_wakes() {
    let mut connection = live(0);
    assert!(connection.handle(ConnectionEvent::Frozen, at(1_000), false));
    assert_eq!(connection.due(), None);
    assert!(!connection.wants_attempt(9_000_000));
    connection.handle(ConnectionEvent::Resumed, at(9_000_000), false);
    assert!(connection.wants_attempt(9_000_000));
}

#[test]
fn a_call_that_was_given_up_is_not_listened_to() {
    let mut connection = Connection::default();
    connection.set_wanted(Wanted::Stream, false);
    let Some((first, _)) = connection.next_attempt(0) else { panic!("it dials") };
    assert!(connection.is_current(first));
    assert!(connection.set_wanted(Wanted::Nothing, false), "hang up");
    assert!(!connection.is_current(first));
    connection.set_wanted(Wanted::Stream, false);
    let Some((second, _)) = connection.next_attempt(1) else { panic!("it dials") };
    assert!(connection.is_current(second) && !connection.is_current(first));
    assert_eq!(connection.status(), ConnectionStatus::Connecting);
}

#[test]
fn one_look_is_a_poll_answered_at_once_and_a_stream_takes_its_place() {
    let mut connection = Connection::default();
    connection.set_wanted(Wanted::Check, true);
    assert_eq!(connection.status(), ConnectionStatus::Live, "nothing is known to be wrong");
    assert!(matches!(connection.next_attempt(0), Some((_, Attempt::Poll { wait: 0 }))));
    assert!(connection.set_wanted(Wanted::Stream, true), "hang up");
    assert!(matches!(connection.next_attempt(0), Some((_, Attempt::Stream))));
}

#[test]
fn a_stream_that_asks_for_patience_is_not_opened_again_before() {
    let mut connection = live(0);
    connection.set_retry_delay(9_000);
    connection.handle(ConnectionEvent::Ended { expected: false }, at(20_000), false);
    assert!(!connection.wants_attempt(28_999));
    assert!(connection.wants_attempt(29_000));
    connection.handle(ConnectionEvent::VisitorActed, at(21_000), false);
    assert!(connection.wants_attempt(21_000), "but for a visitor who does something");
}
