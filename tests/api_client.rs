//! Simulation tests of the client, run natively through network faults, reloads and several tabs:
//! the same code that decides in the WASM.
#![cfg(not(target_arch = "wasm32"))]

mod api_client {
    mod answers;
    mod clock;
    mod frames;
    pub mod history;
    mod middlebox;
    mod outbox;
    mod own_proxy;
    mod promote;
    mod sleep;
    mod storage_cleared;
    mod tabs;
    mod unknown;
    pub mod world;
}

use std::{collections::BTreeMap, rc::Rc};

use api_client::history;
use api_client::world::{FaultRates, World, bot};
use chataibot_widget::{
    conversation::{ConnectionStatus, MessageState, Phase, SendState},
    machine::{effect::PageEvent, input::Input, user_action::UserAction},
};
use chataibot_wire::{Event, entry::Status};

/// Texts of a tab's message rows.
fn shown(world: &World, tab: usize) -> Vec<String> {
    let text = |row: &Rc<chataibot_widget::conversation::Row>| row.message().map(|m| m.content().to_plain());
    world.state(tab).rows().iter().filter_map(text).collect()
}

/// Texts of the messages in a conversation's log.
fn logged(world: &World, conversation: &str) -> Vec<String> {
    let text = |entry: &Rc<chataibot_widget::conversation::RawEntry>| match &entry.event {
        Event::Message(message) => Some(message.content.to_plain()),
        Event::Delivery(_) | Event::Status(_) | Event::Assignee(_) => None,
    };
    world.logs[conversation].entries.iter().filter_map(text).collect()
}

#[test]
fn nothing_happens_before_the_visitor_wants_something() {
    let mut world = World::new(1, 1);
    world.run(3_600_000);
    assert!(world.tabs[0].page_events.is_empty());
    assert_eq!(world.state(0).connection(), ConnectionStatus::Idle);
    assert!(world.logs.is_empty());
}

#[test]
fn a_message_goes_out_and_its_reply_comes_in() {
    let mut world = World::new(2, 1);
    world.act(0, UserAction::Open);
    let id = world.say(0, "hello");
    assert_eq!(shown(&world, 0), ["hello"], "at once");
    let key = world.state(0).rows()[0].key;
    world.run(10_000);
    let state = world.state(0);
    assert_eq!(shown(&world, 0), ["hello".to_owned(), format!("reply to {id}")]);
    assert_eq!(state.rows()[0].key, key);
    assert!(matches!(state.rows()[0].message().map(|m| m.state), Some(MessageState::Logged(_, SendState::Sent))));
    assert_eq!(
        (state.connection(), state.phase(), state.unread(), state.is_typing()),
        (ConnectionStatus::Live, Phase::Active, 0, false)
    );
    let events: Vec<&'static str> = world.tabs[0]
        .page_events
        .iter()
        .map(|one| match one {
            PageEvent::Opened => "opened",
            PageEvent::Started { .. } => "started",
            PageEvent::Sent { .. } => "sent",
            PageEvent::Received(_) => "received",
            PageEvent::Closed
            | PageEvent::Unread(_)
            | PageEvent::Status(_)
            | PageEvent::Feedback { .. }
            | PageEvent::Consent { .. }
            | PageEvent::Rated { .. }
            | PageEvent::Error { .. } => "?",
        })
        .collect();
    assert_eq!(events, ["opened", "started", "sent", "received"]);
}

#[test]
fn two_tabs_start_one_conversation_and_show_the_same() {
    let mut world = World::new(3, 2);
    for tab in 0..2 {
        world.act(tab, UserAction::Open);
    }
    world.say(0, "from one");
    world.say(1, "from the other");
    world.run(20_000);
    assert_eq!(world.logs.len(), 1, "one conversation");
    assert_eq!(shown(&world, 0), shown(&world, 1));
    assert_eq!(shown(&world, 0).len(), 4);
}

#[test]
fn a_dead_stream_is_noticed_by_its_silence() {
    let mut world = World::new(4, 1);
    world.act(0, UserAction::Open);
    world.say(0, "hello");
    world.run(10_000);
    world.fault_rates.stream_silent = 100;
    let conversation = world.state(0).id().cloned().expect("started");
    world.append(&conversation, bot("lost on the way"));
    world.run(10_000);
    assert!(!shown(&world, 0).contains(&"lost on the way".to_owned()), "the line is dead and nobody knows yet");
    world.fault_rates = FaultRates::NONE;
    world.run(50_000);
    assert!(shown(&world, 0).contains(&"lost on the way".to_owned()));
    assert_eq!(world.state(0).connection(), ConnectionStatus::Live);
}

#[test]
fn where_streams_are_buffered_polls_take_over() {
    let mut world = World::new(5, 1);
    world.fault_rates.stream_buffered = 100;
    world.act(0, UserAction::Open);
    let id = world.say(0, "hello");
    world.run(30_000);
    assert_eq!(shown(&world, 0), ["hello".to_owned(), format!("reply to {id}")]);
    assert_eq!(world.state(0).connection(), ConnectionStatus::Live);
}

#[test]
fn a_restored_log_is_shown_without_a_gap_and_with_the_same_rows() {
    let mut world = World::new(6, 1);
    world.act(0, UserAction::Open);
    world.say(0, "one");
    world.say(0, "two");
    world.run(20_000);
    let before: Vec<u32> = world.state(0).rows().iter().map(|row| row.key).collect();
    let conversation = world.state(0).id().cloned().expect("started");
    world.restore_log(&conversation);
    for _ in 0..5_000 {
        world.run(1);
        assert_eq!(shown(&world, 0).len(), before.len(), "no flicker");
    }
    let after: Vec<u32> = world.state(0).rows().iter().map(|row| row.key).collect();
    assert_eq!(before, after);
    assert_eq!(world.state(0).cursor().map(|cursor| cursor.epoch), Some(2));
}

#[test]
fn a_token_is_renewed_when_its_stream_ends_and_nobody_notices() {
    let mut world = World::new(8, 1);
    world.act(0, UserAction::Open);
    world.say(0, "hello");
    world.run(10_000);
    for _ in 0..4_000 {
        world.run(1_000);
        assert_eq!(world.state(0).connection(), ConnectionStatus::Live);
    }
    let id = world.say(0, "still there?");
    world.run(10_000);
    assert!(shown(&world, 0).contains(&format!("reply to {id}")));
}

#[test]
fn what_is_said_after_the_end_starts_a_new_conversation() {
    let mut world = World::new(9, 1);
    world.act(0, UserAction::Open);
    world.say(0, "hello");
    world.run(10_000);
    let first = world.state(0).id().cloned().expect("started");
    world.append(&first, Event::Status(Status::Closed));
    world.run(1_000);
    assert_eq!(world.state(0).phase(), Phase::Ended);
    let id = world.say(0, "one more thing");
    world.run(10_000);
    assert_eq!(shown(&world, 0), ["one more thing".to_owned(), format!("reply to {id}")]);
    assert_ne!(world.state(0).id(), Some(&first));
}

#[test]
fn reset_forgets_here_and_in_the_other_tab() {
    let mut world = World::new(10, 2);
    world.act(0, UserAction::Open);
    world.say(0, "private");
    world.run(10_000);
    assert_eq!(shown(&world, 1).len(), 2, "the other tab follows");
    world.act(0, UserAction::Reset);
    world.run(1_000);
    for tab in 0..2 {
        assert!(world.state(tab).rows().is_empty());
        assert_eq!((world.state(tab).phase(), world.state(tab).connection()), (Phase::New, ConnectionStatus::Idle));
        world.reload(tab);
        assert!(world.state(tab).rows().is_empty(), "and after a reload");
    }
}

/// A long run of everything at once, then without faults; finally checks that every tab shows what
/// was said and logged.
fn survive(seed: u64, mut world: World) {
    let tabs = world.tabs.len();
    world.fault_rates = FaultRates::HIGH;
    // Some sites accept typed answers, and some no longer do since the token was issued.
    (world.typed, world.accepts_typed_answers) = (seed.is_multiple_of(2), seed.is_multiple_of(4));
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    for tab in 0..tabs {
        world.act(tab, UserAction::Open);
    }
    for step in 0..60 {
        let tab = world.random(u32::try_from(tabs).expect("few tabs")) as usize;
        match world.random(24) {
            0..=6 => {
                let text = format!("message {step}");
                let id = if step % 3 == 0 { world.answer(tab, &text) } else { world.say(tab, &text) };
                said.insert(id.to_string(), text);
            }
            7..=8 => world.reload(tab),
            9 => world.handle(tab, Input::Offline),
            10..=11 => world.handle(tab, Input::Online),
            12 => world.handle(tab, Input::Hidden),
            13 => world.handle(tab, Input::Shown),
            14 => world.handle(tab, Input::Frozen),
            15 => world.handle(tab, Input::Resumed),
            16 => {
                let failed =
                    world.state(tab).outbox().iter().find(|p| matches!(p.state, SendState::Failed(_))).cloned();
                if let Some(pending) = failed {
                    let new_id = world.new_id();
                    world.handle(tab, Input::User(UserAction::Retry(pending.id.clone()), new_id));
                }
            }
            17 => {
                // The leader, be it this tab or another, dies without notice.
                let leader = world.leader().unwrap_or(tab);
                world.reload(leader);
            }
            18 => {
                let hang = u64::from(world.random(120_000));
                world.tabs[tab].hangs_until = world.tabs[tab].hangs_until.max(world.now + hang);
            }
            19 => world.act(tab, UserAction::LoadEarlier),
            21 => world.challenged = !world.challenged,
            20 => {
                let night = u64::from(world.random(600_000));
                world.sleep(night);
            }
            _ => {}
        }
        let pause = u64::from(world.random(8_000));
        world.run(pause);
    }
    world.fault_rates = FaultRates::NONE;
    world.challenged = false;
    world.run(120_000);
    for tab in 0..tabs {
        world.act(tab, UserAction::Open);
        world.handle(tab, Input::Resumed);
        world.handle(tab, Input::Online);
        world.handle(tab, Input::Shown);
    }
    world.run(60_000);
    let asks_again = |p: &&Rc<chataibot_widget::conversation::OutboxMessage>| matches!(p.state, SendState::Failed(_));
    let failed: Vec<Rc<str>> = world.state(0).outbox().iter().filter(asks_again).map(|p| p.id.clone()).collect();
    for id in failed {
        let new_id = world.new_id();
        world.handle(0, Input::User(UserAction::Retry(id), new_id));
    }
    world.run(60_000);

    assert!(world.logs.len() <= 1, "seed {seed}: one visitor, one conversation, not {}", world.logs.len());
    let Some(conversation) = world.logs.keys().next().cloned() else {
        assert!(said.is_empty(), "seed {seed}: {said:?} went nowhere");
        return;
    };
    let log = logged(&world, &conversation);
    for text in said.values() {
        let times = log.iter().filter(|line| *line == text).count();
        assert_eq!(times, 1, "seed {seed}: {text:?} is in the log {times} times");
    }
    for tab in 0..tabs {
        history::load_all(&mut world, tab);
        assert_eq!(shown(&world, tab), log, "seed {seed}, tab {tab}: what is shown is not the log");
        assert_eq!(world.state(tab).connection(), ConnectionStatus::Live, "seed {seed}, tab {tab}");
        assert!(world.state(tab).outbox().is_empty(), "seed {seed}, tab {tab}: {:?}", world.state(tab).outbox());
        assert_eq!(world.state(tab).read_cursor(), world.state(tab).cursor(), "seed {seed}, tab {tab}: all is read");
    }
    assert!(world.stored_outbox().is_empty(), "seed {seed}: {:?} stay in storage", world.stored_outbox());
}

/// A range of seeds; `CHATAIBOT_SEED_FACTOR` times as many, for longer runs.
fn seeds(from: u64, count: u64) -> std::ops::Range<u64> {
    let factor = std::env::var("CHATAIBOT_SEED_FACTOR").ok().and_then(|factor| factor.parse().ok()).unwrap_or(1);
    let from = from * factor;
    from..from + count * factor
}

#[test]
fn one_tab_survives_all_faults() {
    seeds(0, 200).for_each(|seed| survive(seed, World::new(seed, 1)));
}

#[test]
fn three_tabs_survive_all_faults() {
    seeds(1_000, 100).for_each(|seed| survive(seed, World::new(seed, 3)));
}

#[test]
fn ten_tabs_survive_all_faults_on_one_stream() {
    seeds(2_000, 30).for_each(|seed| survive(seed, World::new(seed, 10)));
}

#[test]
fn tabs_that_cannot_agree_survive_all_faults_each_by_itself() {
    seeds(3_000, 100).for_each(|seed| survive(seed, World::apart(seed, 3)));
}

#[test]
fn an_entry_nobody_can_read_does_not_stop_the_rest() {
    let mut world = World::new(11, 1);
    world.unreadable_seq = Some(3);
    world.act(0, UserAction::Open);
    world.say(0, "hello");
    world.run(60_000);
    let conversation = world.state(0).id().cloned().expect("started");
    world.append(&conversation, bot("after it"));
    world.run(60_000);
    assert_eq!(shown(&world, 0), ["hello", "after it"]);
    assert_eq!(world.state(0).connection(), ConnectionStatus::Live);
    world.restore_log(&conversation);
    world.run(60_000);
    assert_eq!(shown(&world, 0), ["hello", "after it"], "nor a rebuilt log");
    assert_eq!(world.state(0).connection(), ConnectionStatus::Live);
}

#[test]
fn a_tab_that_has_not_heard_yet_does_not_undo_what_another_has_begun() {
    let mut world = World::new(12, 2);
    world.act(0, UserAction::Open);
    world.say(0, "hello");
    while world.state(0).id().is_none() {
        world.run(1);
    }
    // The other tab is opened just while the news is on its way.
    world.act(1, UserAction::Open);
    world.say(1, "me too");
    world.run(30_000);
    assert_eq!(world.logs.len(), 1);
    assert_eq!(shown(&world, 0).len(), 4);
    assert_eq!(shown(&world, 0), shown(&world, 1));
}

#[test]
fn a_restart_in_one_tab_is_a_restart_in_all() {
    let mut world = World::new(13, 2);
    world.act(0, UserAction::Open);
    world.say(0, "hello");
    world.run(10_000);
    world.act(1, UserAction::Restart);
    world.run(2_000);
    for tab in 0..2 {
        assert_eq!((world.state(tab).phase(), world.state(tab).rows().len()), (Phase::New, 0), "tab {tab}");
    }
    world.say(0, "afresh");
    world.run(10_000);
    assert_eq!(world.logs.len(), 2);
    assert_eq!(shown(&world, 1), shown(&world, 0));
}

#[test]
fn a_visitor_the_proxy_has_forgotten_begins_anew_and_loses_nothing_unsent() {
    let mut world = World::new(14, 2);
    world.act(0, UserAction::Open);
    world.say(0, "hello");
    world.run(10_000);
    world.end_tokens();
    world.forgets_visitors = true;
    world.fault_rates.request_lost = 0;
    let id = world.say(0, "are you there?");
    world.run(30_000);
    assert_eq!(world.logs.len(), 2, "the old conversation belongs to nobody here any more");
    for tab in 0..2 {
        assert_eq!(shown(&world, tab), ["are you there?".to_owned(), format!("reply to {id}")], "tab {tab}");
    }
}

#[test]
fn a_token_that_ends_before_its_time_costs_one_renewal_and_no_message() {
    let mut world = World::new(15, 1);
    world.act(0, UserAction::Open);
    world.say(0, "hello");
    world.run(10_000);
    world.end_tokens();
    let id = world.say(0, "still me");
    world.run(10_000);
    assert_eq!(world.logs.len(), 1);
    assert!(shown(&world, 0).contains(&format!("reply to {id}")));
}

#[test]
fn a_message_said_offline_waits_and_goes_when_the_network_is_back() {
    let mut world = World::new(16, 1);
    world.act(0, UserAction::Open);
    world.say(0, "hello");
    world.run(10_000);
    world.fault_rates.request_lost = 100;
    world.fault_rates.stream_refused = 100;
    world.handle(0, Input::Offline);
    let id = world.say(0, "from the tunnel");
    world.run(120_000);
    assert_eq!(world.state(0).connection(), ConnectionStatus::Offline);
    assert_eq!(world.state(0).outbox().len(), 1, "it waits, it has not failed");
    world.reload(0);
    assert!(shown(&world, 0).contains(&"from the tunnel".to_owned()), "even over a reload");
    world.fault_rates = FaultRates::NONE;
    world.handle(0, Input::Online);
    world.run(5_000);
    assert!(shown(&world, 0).contains(&format!("reply to {id}")));
}

#[test]
fn a_stranger_s_stored_conversation_is_not_shown() {
    let mut world = World::new(17, 1);
    world.act(0, UserAction::Open);
    world.say(0, "mine");
    world.run(10_000);
    world.give_storage_to("somebody-else");
    world.reload(0);
    assert!(shown(&world, 0).is_empty());
}
