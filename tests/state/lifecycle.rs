//! The conversation's state: a message's life cycle, and what the visitor sees of the log.

use std::rc::Rc;

use chataibot_widget::conversation::{
    Action, Conversation, MessageState, Notice, OutboxMessage, Phase, RawEntry, Restored, SendError, SendState,
};
use chataibot_wire::content::{Action as ButtonAction, Button, ButtonLayout, Buttons, Prompt, Text};
use chataibot_wire::entry::{Assignee, DeliveryState, Status};
use chataibot_wire::{Author, Content, Cursor, Entry, Event, RichText};

use crate::fixtures::*;

#[test]
fn the_whole_life_of_a_message() {
    let mut state = Conversation::default();
    state.apply(composed("a", "hello"));
    let key = state.rows()[0].key;
    assert_eq!(message_state(&state, "a"), Some(MessageState::Local(SendState::Queued)));
    assert_eq!(state.next_to_send().map(|p| &*p.id), Some("a"));

    state.apply(Action::SendBegan("a".into()));
    assert_eq!(message_state(&state, "a"), Some(MessageState::Local(SendState::Sending)));
    assert!(state.next_to_send().is_none(), "one in flight");

    state.apply(Action::Started("c".into()));
    assert_eq!(state.phase(), Phase::Active);

    // The log arrives before the answer.
    state.apply(received(1, visitor("a", "hello")));
    let place = Cursor { epoch: 1, seq: 1 };
    assert_eq!(message_state(&state, "a"), Some(MessageState::Logged(place, SendState::Sending)));

    state.apply(Action::SendAccepted { id: "a".into(), now: 10 });
    assert_eq!(message_state(&state, "a"), Some(MessageState::Logged(place, SendState::Sent)));
    assert!(state.outbox().is_empty());
    assert!(state.is_typing(), "a reply is expected");

    state.apply(received(2, delivery("a", DeliveryState::Sent)));
    state.apply(received(3, bot("hi there")));
    assert!(!state.is_typing());
    assert_eq!(words(&state), ["hello", "hi there"]);
    assert_eq!(state.rows()[0].key, key, "one key from echo to log");
}

#[test]
fn a_reply_that_overtakes_the_answer_stands_below_and_ends_typing() {
    let mut state = Conversation::default();
    state.apply(composed("a", "hello"));
    state.apply(Action::SendBegan("a".into()));
    state.apply(Action::Started("c".into()));
    state.apply(received(1, visitor("a", "hello")));
    state.apply(received(2, bot("hi")));
    state.apply(Action::SendAccepted { id: "a".into(), now: 10 });
    assert_eq!(words(&state), ["hello", "hi"]);
    assert!(!state.is_typing());
}

#[test]
fn typing_ends_by_itself_after_thirty_seconds() {
    let mut state = Conversation::default();
    state.apply(composed("a", "hello"));
    state.apply(Action::SendBegan("a".into()));
    state.apply(Action::SendAccepted { id: "a".into(), now: 1_000 });
    assert!(!state.apply(Action::Ticked { now: 30_999 }));
    assert!(state.is_typing());
    assert!(state.apply(Action::Ticked { now: 31_000 }));
    assert!(!state.is_typing());
}

#[test]
fn a_delay_shows_as_typing_and_never_as_a_row() {
    let mut state = Conversation::default();
    state.apply(received(1, says(Author::Bot, None, Content::Delay)));
    assert!(state.is_typing());
    assert!(state.rows().is_empty());
    assert_eq!(state.unread(), 0);
    state.apply(received(2, bot("done")));
    assert!(!state.is_typing());
}

#[test]
fn a_reply_of_nothing_visible_is_no_row_and_is_not_unread() {
    let mut state = Conversation::default();
    for (seq, unseen) in (1..).zip(["\u{200b}", "\u{2060}\u{a0}", "\u{3164}", "\u{2800}", " \n"]) {
        state.apply(received(seq, bot(unseen)));
    }
    let parts = Content::Parts(vec![text("\u{ad}"), text("\u{feff}")]);
    state.apply(received(6, says(Author::Agent, None, parts)));
    assert_eq!((state.rows().len(), state.unread()), (0, 0));
    state.apply(received(7, bot("👩\u{200d}👧")));
    assert_eq!((state.rows().len(), state.unread()), (1, 1), "emoji are joined by what nobody sees");
}

#[test]
fn unread_counts_replies_while_nobody_looks_and_opening_reads_them() {
    let mut state = Conversation::default();
    state.apply(received(1, bot("one")));
    state.apply(received(2, visitor("x", "me")));
    state.apply(received(3, says(Author::Agent, None, text("two"))));
    assert_eq!(state.unread(), 2);
    state.apply(Action::WindowOpened);
    assert_eq!(state.unread(), 0);
    state.apply(received(4, bot("seen")));
    assert_eq!(state.unread(), 0);
    state.apply(Action::PageHidden);
    state.apply(received(5, bot("not seen")));
    assert_eq!(state.unread(), 1);
    state.apply(Action::PageShown);
    assert_eq!(state.unread(), 0);
    state.apply(Action::WindowClosed);
    assert_eq!(state.unread(), 0);
}

#[test]
fn a_log_read_again_has_nothing_unread_though_the_last_entry_that_was_read_is_of_an_unknown_kind() {
    let mut state = Conversation::default();
    state.apply(received(1, bot("one")));
    state.apply(Action::Skipped(Cursor { epoch: 1, seq: 2 }));
    state.apply(Action::WindowOpened);
    state.apply(Action::WindowClosed);
    let again = RawEntry::from(Entry { cursor: Cursor { epoch: 2, seq: 1 }, at: 1_000, event: bot("one") });
    state.apply(Action::Rebuilt { entries: vec![Rc::new(again)], has_earlier: false });
    assert_eq!((words(&state), state.unread()), (vec!["one".to_owned()], 0));
}

#[test]
fn answers_are_offered_until_the_visitor_has_said_something() {
    let button = |label: &str, action| Button { label: label.into(), action };
    let buttons = Content::Buttons(Buttons {
        header: None,
        title: RichText::plain("Which?"),
        footer: None,
        buttons: vec![
            button("Red", ButtonAction::Reply("red".into())),
            button("More", ButtonAction::Link("https://example.com/".into())),
        ],
        layout: ButtonLayout::Wrap,
    });
    let mut state = Conversation::default();
    state.apply(received(1, says(Author::Bot, None, buttons)));
    let offers = |state: &Conversation| state.answerable_row().map(|row| row.key);
    let offered = offers(&state);
    assert_eq!(offered, Some(state.rows()[0].key));
    state.apply(composed("a", "red"));
    assert_eq!(offers(&state), None);
    state.apply(Action::SendFailed { id: "a".into(), error: SendError::Refused });
    assert_eq!(offers(&state), offered, "what failed was not said");
}

#[test]
fn a_prompt_lasts_until_it_is_answered() {
    let mut state = Conversation::default();
    let ask = Content::Text(Text { body: RichText::plain("Your e-mail?"), prompt: Some(Prompt::Email) });
    state.apply(received(1, says(Author::Bot, None, ask)));
    assert_eq!(state.prompt(), Some(Prompt::Email));
    state.apply(composed("a", "a@example.com"));
    assert_eq!(state.prompt(), None);
}

#[test]
fn a_failed_message_is_sent_again_or_taken_back() {
    let mut state = Conversation::default();
    state.apply(Action::Started("c".into()));
    for (id, words) in [("a", "one"), ("b", "two")] {
        state.apply(composed(id, words));
    }
    let key = state.rows()[0].key;
    state.apply(Action::SendBegan("a".into()));
    state.apply(Action::SendFailed { id: "a".into(), error: SendError::Temporary });
    assert_eq!(state.next_to_send().map(|p| &*p.id), Some("b"), "a failure holds nobody up");
    assert!(state.apply(Action::Requeued { id: "a".into(), new_id: "a".into(), at: 9_000 }));
    assert_eq!(words(&state), ["two", "one"], "it is said now");
    assert_eq!(state.rows()[1].key, key);
    assert!(state.apply(Action::Discarded("b".into())));
    assert_eq!(words(&state), ["one"]);
    state.apply(Action::SendBegan("a".into()));
    assert!(!state.apply(Action::Discarded("a".into())), "it is on its way");
}

#[test]
fn a_refused_message_is_not_offered_again() {
    let mut state = Conversation::default();
    state.apply(composed("a", "one"));
    state.apply(Action::SendBegan("a".into()));
    state.apply(Action::SendFailed { id: "a".into(), error: SendError::Refused });
    assert!(!state.apply(Action::Requeued { id: "a".into(), new_id: "b".into(), at: 0 }));
}

#[test]
fn before_a_conversation_exists_the_first_message_decides_for_all() {
    let mut state = Conversation::default();
    state.apply(composed("a", "one"));
    state.apply(composed("b", "two"));
    state.apply(Action::SendBegan("a".into()));
    state.apply(Action::SendFailed { id: "a".into(), error: SendError::Temporary });
    assert_eq!(state_of(&state, "b"), Some(SendState::Failed(SendError::Temporary)));
    assert!(state.next_to_send().is_none());
    state.apply(composed("c", "three"));
    assert_eq!(words(&state), ["one", "two", "three"]);
    assert_eq!(state.next_to_send().map(|p| &*p.id), Some("a"), "the first is tried again first");
}

#[test]
fn an_unknown_outcome_waits_for_the_log() {
    let mut state = Conversation::default();
    state.apply(Action::Started("c".into()));
    state.apply(composed("a", "one"));
    state.apply(Action::SendBegan("a".into()));
    state.apply(received(1, visitor("a", "one")));
    state.apply(Action::SendUnknown("a".into()));
    assert_eq!(state_of(&state, "a"), Some(SendState::Unknown));
    assert!(state.next_to_send().is_none(), "it is not sent again");
    state.apply(received(2, delivery("a", DeliveryState::Unknown)));
    assert!(state.outbox().is_empty(), "the log knows it now");
    state.apply(received(3, delivery("a", DeliveryState::Sent)));
    assert_eq!(state_of(&state, "a"), Some(SendState::Sent));
}

#[test]
fn the_end_is_shown_once_and_what_waited_can_be_said_in_a_new_conversation() {
    let mut state = Conversation::default();
    state.apply(Action::Started("c".into()));
    state.apply(composed("a", "one"));
    assert!(state.apply(Action::Ended), "an answer said so");
    assert!(state.apply(received(1, Event::Status(Status::Closed))), "then the log");
    let notices: Vec<&Notice> = state.rows().iter().filter_map(|row| row.notice()).collect();
    assert_eq!(notices, [&Notice::Ended]);
    assert_eq!((state.phase(), state_of(&state, "a")), (Phase::Ended, Some(SendState::Failed(SendError::Ended))));
    state.apply(Action::Requeued { id: "a".into(), new_id: "b".into(), at: 0 });
    state.apply(Action::ConversationLeft);
    assert_eq!((state.phase(), words(&state)), (Phase::New, vec!["one".to_owned()]));
    assert_eq!(state.next_to_send().map(|p| &*p.id), Some("b"));
}

#[test]
fn a_handover_names_who_answers() {
    let ada = Assignee { kind: Author::Agent, name: Some("Ada".into()), picture: None };
    let mut state = Conversation::default();
    state.apply(received(1, Event::Assignee(ada.clone())));
    state.apply(received(2, Event::Assignee(ada.clone())));
    assert_eq!(state.assignee().map(|a| &**a), Some(&ada));
    assert_eq!(state.rows().len(), 1, "told once");
}

#[test]
fn rows_group_by_author_and_minute() {
    let mut state = Conversation::default();
    for (seq, at, event) in
        [(1, 1_000, bot("a")), (2, 59_000, bot("b")), (3, 61_000, bot("c")), (4, 62_000, visitor("v", "d"))]
    {
        state.apply(Action::Received { entry: entry(seq, at, event), now: 0 });
    }
    let marks: Vec<(bool, bool)> = state.rows().iter().map(|row| (row.first_in_group, row.last_in_group)).collect();
    assert_eq!(marks, [(true, false), (false, true), (true, true), (true, true)]);
}

#[test]
fn an_echo_that_is_logged_out_of_turn_leaves_its_group_in_order() {
    let mut state = Conversation::default();
    state.apply(Action::Started("c".into()));
    for (id, at) in [("a", 1_000), ("b", 61_000), ("c", 2_000)] {
        state.apply(Action::Composed { id: id.into(), text: id.into(), typed: None, at });
    }
    state.apply(Action::Received { entry: entry(1, 500_000, visitor("b", "b")), now: 0 });
    let marks: Vec<(bool, bool)> = state.rows().iter().map(|row| (row.first_in_group, row.last_in_group)).collect();
    assert_eq!(words(&state), ["b", "a", "c"]);
    assert_eq!(marks, [(true, true), (true, false), (false, true)]);
}

#[test]
fn only_rows_that_changed_are_new() {
    let mut state = Conversation::default();
    for seq in 1..=20 {
        state.apply(received(seq, bot("x")));
    }
    let before = state.rows().to_vec();
    let old = state.clone();
    state.apply(received(21, bot("y")));
    let replaced = before.iter().zip(state.rows()).filter(|(a, b)| !Rc::ptr_eq(a, b)).count();
    assert!(replaced <= 1, "{replaced} rows were replaced for one new row");
    assert_eq!(old.rows().len(), 20, "who holds the old state keeps it");
}

#[test]
fn another_pages_outbox_is_taken_over() {
    let mut state = Conversation::default();
    let restored = Restored {
        id: Some("c".into()),
        phase: Phase::Active,
        entries: vec![entry(1, 1_000, visitor("a", "one"))],
        cursor: Some(Cursor { epoch: 1, seq: 1 }),
        ..Restored::default()
    };
    state.apply(Action::Restored(Box::new(restored)));
    let pending = |id: &str, text: &str| OutboxMessage {
        id: id.into(),
        text: text.into(),
        typed: None,
        at: 1,
        state: SendState::Sending,
    };
    state.apply(Action::OutboxFound(vec![pending("a", "one"), pending("b", "two")]));
    assert_eq!(words(&state), ["one", "two"]);
    assert_eq!(state_of(&state, "a"), Some(SendState::Queued), "logged, outcome not known: asked for again");
    assert_eq!(state.next_to_send().map(|p| &*p.id), Some("a"));
    assert!(state.rows().iter().filter(|row| row.is_new).count() <= 1, "history is not announced");
}
