//! A log that is read from its end and then by pages shows the same as one read from its start.

use std::rc::Rc;

use chataibot_widget::conversation::{Action, Conversation, HistoryState, MessageState, RawEntry, SendState};
use chataibot_wire::entry::{Assignee, DeliveryState, Status};
use chataibot_wire::{Author, Cursor, Event};
use proptest::prelude::*;

use crate::fixtures::*;

/// The messages as the visitor sees them: content and delivery state.
fn seen(state: &Conversation) -> Vec<(String, Option<MessageState>)> {
    state.rows().iter().filter_map(|row| row.message()).map(|m| (m.content().to_plain(), Some(m.state))).collect()
}

fn cursor(seq: u32) -> Cursor {
    Cursor { epoch: 1, seq }
}

/// A plausible log: the visitor's messages with their outcome some entries later, bot messages,
/// changes of assignee.
fn log_of(kinds: &[u8]) -> Vec<Rc<RawEntry>> {
    let mut events: Vec<Event> = Vec::new();
    let mut open: Vec<String> = Vec::new();
    for (at, kind) in kinds.iter().enumerate() {
        events.push(match kind % 6 {
            0 | 1 => {
                let id = format!("m{at}");
                open.push(id.clone());
                visitor(&id, &id)
            }
            2 if !open.is_empty() => {
                let state =
                    [DeliveryState::Sent, DeliveryState::Unknown, DeliveryState::Failed, DeliveryState::Refused];
                delivery(&open[0], state[at % 4])
            }
            3 if !open.is_empty() => delivery(&open.remove(0), DeliveryState::Sent),
            4 => Event::Assignee(Assignee { kind: Author::Agent, name: Some(format!("a{}", at % 3)), picture: None }),
            _ => bot(&format!("b{at}")),
        });
    }
    let number = |at: usize| u32::try_from(at).expect("small") + 1;
    events.into_iter().enumerate().map(|(at, event)| entry(number(at), u64::from(number(at)) * 20_000, event)).collect()
}

fn receive(state: &mut Conversation, entries: &[Rc<RawEntry>]) {
    for entry in entries {
        state.apply(Action::Received { entry: entry.clone(), now: 0 });
    }
}

proptest! {
    #[test]
    fn pages_add_up_to_the_whole(
        kinds in proptest::collection::vec(0u8..6, 1..60), end in 1usize..20, size in 1usize..9, live in 0usize..20,
    ) {
        let log = log_of(&kinds);
        let live = live.min(log.len() - 1);
        let (past, news) = log.split_at(log.len() - live);
        let start = past.len().saturating_sub(end);

        let mut whole = Conversation::default();
        whole.apply(Action::Started("c".into()));
        receive(&mut whole, &log);

        let mut state = Conversation::default();
        state.apply(Action::Started("c".into()));
        state.apply(Action::EarlierKnown(start > 0));
        receive(&mut state, &past[start..]);
        let mut begin = start;
        let mut news = news.iter();
        while begin > 0 {
            prop_assert!(state.apply(Action::EarlierRequested));
            prop_assert!(!state.apply(Action::EarlierRequested), "once at a time");
            // The stream continues in between.
            if let Some(entry) = news.next() {
                receive(&mut state, std::slice::from_ref(entry));
            }
            let shown: Vec<u32> = state.rows().iter().map(|row| row.key).collect();
            let unread = state.unread();
            let from = begin.saturating_sub(size);
            let page = Action::EarlierReceived { entries: log[from..begin].to_vec(), has_earlier: from > 0 };
            prop_assert!(state.apply(page.clone()));
            prop_assert!(!state.apply(page), "the same page twice changes nothing");
            begin = from;
            let keys: Vec<u32> = state.rows().iter().map(|row| row.key).collect();
            prop_assert!(keys.ends_with(&shown), "nothing that was shown moves or changes its key");
            prop_assert!(keys.is_sorted(), "further up means smaller");
            let new = keys.len() - shown.len();
            prop_assert!(state.rows()[..new].iter().all(|row| !row.is_new));
            prop_assert_eq!(state.unread(), unread, "old news is no unread news");
            for pair in state.rows().windows(2) {
                prop_assert_eq!(pair[0].last_in_group, pair[1].first_in_group);
            }
        }
        receive(&mut state, news.as_slice());
        prop_assert_eq!(seen(&state), seen(&whole));
        prop_assert_eq!(state.log(), whole.log());
        prop_assert_eq!((state.cursor(), state.assignee()), (whole.cursor(), whole.assignee()));
        prop_assert_eq!(state.history(), HistoryState::None);
    }
}

/// The end of a log that has earlier entries.
fn end() -> Conversation {
    let mut state = Conversation::default();
    state.apply(Action::Started("c".into()));
    state.apply(Action::EarlierKnown(true));
    state.apply(received(11, bot("eleven")));
    state
}

#[test]
fn a_message_whose_outcome_is_not_known_is_found_further_up() {
    let mut state = end();
    state.apply(composed("a", "one"));
    state.apply(composed("b", "two"));
    let key = state.rows()[1].key;
    state.apply(Action::EarlierRequested);
    let entries = vec![entry(9, 1, visitor("a", "one")), entry(10, 2, delivery("a", DeliveryState::Sent))];
    state.apply(Action::EarlierReceived { entries, has_earlier: false });
    assert_eq!(words(&state), ["one", "eleven", "two"]);
    assert_eq!(state.rows()[0].key, key, "it is the same message");
    assert_eq!(message_state(&state, "a"), Some(MessageState::Logged(cursor(9), SendState::Sent)));
    assert_eq!(state.outbox().len(), 1, "its outcome is known now");
}

#[test]
fn an_earlier_end_or_answerer_is_history() {
    let ada = Assignee { kind: Author::Agent, name: Some("Ada".into()), picture: None };
    let mut state = end();
    state.apply(Action::EarlierRequested);
    let entries = vec![entry(9, 1, Event::Status(Status::Closed)), entry(10, 2, Event::Assignee(ada.clone()))];
    state.apply(Action::EarlierReceived { entries, has_earlier: false });
    assert_eq!(state.phase(), chataibot_widget::conversation::Phase::Active);
    assert_eq!(state.assignee().map(|who| &**who), Some(&ada), "nobody has taken over since");
}

#[test]
fn who_was_assigned_before_the_part_that_is_read_again_still_answers() {
    let ada = Assignee { kind: Author::Agent, name: Some("Ada".into()), picture: None };
    for (has_earlier, expected) in [(true, Some(&ada)), (false, None)] {
        let mut state = end();
        state.apply(received(12, Event::Assignee(ada.clone())));
        state.apply(Action::Rebuilt { entries: vec![entry(13, 3, bot("thirteen"))], has_earlier });
        assert_eq!(state.assignee().map(|who| &**who), expected, "has_earlier: {has_earlier}");
    }
}

#[test]
fn a_page_that_fails_or_brings_nothing_of_use_can_be_asked_for_again() {
    let mut state = end();
    assert!(!state.apply(Action::EarlierFailed), "nobody asked");
    state.apply(Action::EarlierRequested);
    assert!(state.apply(Action::EarlierFailed));
    assert_eq!(state.history(), HistoryState::Failed);
    state.apply(Action::EarlierRequested);
    state.apply(Action::EarlierReceived {
        entries: vec![entry(11, 1, bot("known")), entry(12, 1, bot("later"))],
        has_earlier: true,
    });
    assert_eq!((state.history(), words(&state).len()), (HistoryState::Failed, 1));
    state.apply(Action::EarlierRequested);
    state.apply(Action::EarlierReceived { entries: Vec::new(), has_earlier: false });
    assert_eq!(state.history(), HistoryState::None);
}

#[test]
fn the_visitor_s_word_on_a_message_stays_with_it() {
    let mut state = end();
    assert!(state.apply(Action::Rated { cursor: cursor(11), helpful: true }));
    assert!(!state.apply(Action::Rated { cursor: cursor(11), helpful: true }));
    assert!(!state.apply(Action::Rated { cursor: cursor(12), helpful: true }), "there is no such message");
    assert!(state.apply(Action::Rated { cursor: cursor(11), helpful: false }));
    assert_eq!(state.rows()[0].message().and_then(|m| m.feedback), Some(false));
    let moved = Rc::new(RawEntry::from(chataibot_wire::Entry {
        cursor: Cursor { epoch: 2, seq: 4 },
        ..(**state.log()[0]).clone()
    }));
    state.apply(Action::Rebuilt { entries: vec![moved], has_earlier: false });
    assert_eq!(state.rows()[0].message().and_then(|m| m.feedback), Some(false));
    assert_eq!(**state.feedback(), [(Cursor { epoch: 2, seq: 4 }, false)]);
}
