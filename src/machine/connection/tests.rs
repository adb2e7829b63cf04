//! Tests of the connection's time limits.

use super::*;

fn at(now: u64) -> Context {
    Context { now, random: u32::MAX, watched: false }
}

/// A connection whose stream has been live since `now`.
fn live(now: u64) -> Connection {
    let mut line = Connection::default();
    line.want(Wanted::Stream, false);
    assert!(matches!(line.next_attempt(now), Some((_, Attempt::Stream))));
    line.handle(ConnectionEvent::Opened, at(now));
    line.handle(ConnectionEvent::BytesReceived, at(now));
    line
}

#[test]
fn silence_of_45_seconds_is_death_and_any_byte_is_life() {
    let mut line = live(0);
    assert!(!line.handle(ConnectionEvent::Ticked, at(44_999)));
    line.handle(ConnectionEvent::BytesReceived, at(44_999));
    assert!(!line.handle(ConnectionEvent::Ticked, at(89_998)));
    assert!(line.handle(ConnectionEvent::Ticked, at(89_999)), "hang up");
    assert_eq!(line.status(), ConnectionStatus::Reconnecting { attempt: 1 });
    assert!(line.wants_attempt(89_999));
}

#[test]
fn a_head_without_a_byte_for_8_seconds_means_polls_and_one_day_a_stream_again() {
    let mut line = Connection::default();
    line.want(Wanted::Stream, false);
    line.next_attempt(0);
    line.handle(ConnectionEvent::Opened, at(1_000));
    assert!(!line.handle(ConnectionEvent::Ticked, at(8_999)));
    assert!(line.handle(ConnectionEvent::Ticked, at(9_000)));
    assert!(matches!(line.next_attempt(9_000), Some((_, Attempt::Poll { wait: 0 }))));
    line.handle(ConnectionEvent::Polled { empty: true }, at(9_100));
    assert_eq!(line.status(), ConnectionStatus::Live);
    assert!(line.next_attempt(9_101).is_none(), "a poll that brings nothing is not repeated at once");
    assert!(matches!(line.next_attempt(10_000), Some((_, Attempt::Poll { wait: POLL_WAIT }))));
    line.handle(ConnectionEvent::Polled { empty: false }, at(9_000 + STREAM_AGAIN));
    assert!(matches!(line.next_attempt(9_000 + STREAM_AGAIN), Some((_, Attempt::Stream))));
}

#[test]
fn a_head_that_never_comes_means_polls_too() {
    let mut line = Connection::default();
    line.want(Wanted::Stream, false);
    line.next_attempt(0);
    assert!(line.handle(ConnectionEvent::Ticked, at(HEAD)));
    assert!(matches!(line.next_attempt(HEAD), Some((_, Attempt::Poll { .. }))));
    assert!(line.handle(ConnectionEvent::Failed { retry_after: None }, at(HEAD + 1)));
    assert!(matches!(line.next_attempt(HEAD + 60_000), Some((_, Attempt::Stream))), "polls that fail are no better");
}

#[test]
fn a_line_that_dies_at_once_every_time_is_dialled_ever_more_seldom() {
    let mut line = Connection::default();
    line.want(Wanted::Stream, false);
    let mut now = 0;
    let mut waits = Vec::new();
    for _ in 0..8 {
        line.next_attempt(now);
        line.handle(ConnectionEvent::BytesReceived, at(now));
        line.handle(ConnectionEvent::Ended { expected: true }, at(now + 1));
        let due = line.due().expect("it goes on");
        waits.push(due - now);
        now = due;
    }
    assert!(waits.is_sorted() && waits[7] > 20_000, "{waits:?}");
}

#[test]
fn an_announced_end_shows_no_trouble() {
    let mut line = live(0);
    assert!(line.handle(ConnectionEvent::Ended { expected: true }, at(540_000)));
    assert_eq!(line.status(), ConnectionStatus::Live);
    assert!(line.wants_attempt(540_000));
}

#[test]
fn what_the_proxy_asked_to_wait_is_waited_whoever_nudges() {
    let mut line = Connection::default();
    line.want(Wanted::Stream, false);
    line.next_attempt(0);
    line.handle(ConnectionEvent::Failed { retry_after: Some(7) }, at(0));
    line.handle(ConnectionEvent::Nudged, at(10));
    assert!(!line.wants_attempt(6_999));
    assert!(line.wants_attempt(7_000));
}

#[test]
fn offline_is_believed_but_not_for_ever() {
    let mut line = live(0);
    assert!(line.handle(ConnectionEvent::Offline, at(1_000)));
    assert_eq!(line.status(), ConnectionStatus::Offline);
    assert!(!line.wants_attempt(30_000));
    assert!(line.wants_attempt(31_000), "the browser may be wrong");
    line.handle(ConnectionEvent::Online, at(2_000));
    assert!(line.wants_attempt(2_000));
}

#[test]
fn a_sleeping_page_does_nothing_until_it_wakes() {
    let mut line = live(0);
    assert!(line.handle(ConnectionEvent::Frozen, at(1_000)));
    assert_eq!(line.due(), None);
    assert!(!line.wants_attempt(9_000_000));
    line.handle(ConnectionEvent::Resumed, at(9_000_000));
    assert!(line.wants_attempt(9_000_000));
}

#[test]
fn a_call_that_was_given_up_is_not_listened_to() {
    let mut line = Connection::default();
    line.want(Wanted::Stream, false);
    let Some((first, _)) = line.next_attempt(0) else { panic!("it dials") };
    assert!(line.is_current(first));
    assert!(line.want(Wanted::Nothing, false), "hang up");
    assert!(!line.is_current(first));
    line.want(Wanted::Stream, false);
    let Some((second, _)) = line.next_attempt(1) else { panic!("it dials") };
    assert!(line.is_current(second) && !line.is_current(first));
    assert_eq!(line.status(), ConnectionStatus::Connecting);
}

#[test]
fn one_look_is_a_poll_answered_at_once_and_a_stream_takes_its_place() {
    let mut line = Connection::default();
    line.want(Wanted::Check, true);
    assert_eq!(line.status(), ConnectionStatus::Live, "nothing is known to be wrong");
    assert!(matches!(line.next_attempt(0), Some((_, Attempt::Poll { wait: 0 }))));
    assert!(line.want(Wanted::Stream, true), "hang up");
    assert!(matches!(line.next_attempt(0), Some((_, Attempt::Stream))));
}

#[test]
fn a_stream_that_asks_for_patience_is_not_opened_again_before() {
    let mut line = live(0);
    line.set_retry(9_000);
    line.handle(ConnectionEvent::Ended { expected: false }, at(20_000));
    assert!(!line.wants_attempt(28_999));
    assert!(line.wants_attempt(29_000));
    line.handle(ConnectionEvent::Nudged, at(21_000));
    assert!(line.wants_attempt(21_000), "but for a visitor who does something");
}
