//! A message after failures and reloads: every tab shows it as the log has it.

use std::rc::Rc;

use chataibot_widget::conversation::{SendError, SendState};
use chataibot_widget::machine::input::Input;
use chataibot_widget::machine::user_action::UserAction;

use super::world::{FaultRates, World};
use crate::shown;

fn talking(seed: u64, tabs: usize) -> World {
    let mut world = World::new(seed, tabs);
    for tab in 0..tabs {
        world.act(tab, UserAction::Open);
    }
    world.say(0, "hello");
    world.run(10_000);
    world
}

/// The state in which a message is shown, and whether it is in the outbox.
fn stands(world: &World, tab: usize, id: &Rc<str>) -> (Option<SendState>, bool) {
    let state = world.state(tab);
    let row = state.rows().iter().filter_map(|row| row.message()).find(|m| m.id.as_ref() == Some(id));
    (row.map(|message| message.state.send_state()), state.outbox().iter().any(|pending| pending.id == *id))
}

const FAILED: SendState = SendState::Failed(SendError::Temporary);

#[test]
fn what_the_log_calls_failed_still_waits_after_a_reload_and_goes_by_itself() {
    let mut world = talking(200, 1);
    world.fault_rates.forward_failed = 100;
    let id = world.say(0, "try again");
    world.run(600);
    assert_eq!(stands(&world, 0, &id), (Some(SendState::Queued), true), "it failed and is not given up");
    world.reload(0);
    assert!(stands(&world, 0, &id).1);
    world.fault_rates = FaultRates::NONE;
    world.run(10_000);
    assert_eq!(stands(&world, 0, &id), (Some(SendState::Sent), false));
    assert!(shown(&world, 0).contains(&format!("reply to {id}")));
    assert!(world.stored_outbox().is_empty());
}

#[test]
fn what_failed_waits_for_the_visitor_in_every_tab_that_comes_later() {
    let mut world = talking(201, 3);
    world.fault_rates.forward_failed = 100;
    let id = world.say(0, "try again");
    world.run(60_000);
    for tab in 0..3 {
        assert_eq!(stands(&world, tab, &id), (Some(FAILED), true), "tab {tab}");
    }
    world.reload(0);
    world.reload(1);
    world.fault_rates = FaultRates::NONE;
    world.run(10_000);
    for tab in 0..3 {
        assert_eq!(stands(&world, tab, &id), (Some(FAILED), true), "tab {tab}");
    }
    let new_id = world.new_id();
    world.handle(1, Input::User(UserAction::Retry(id.clone()), new_id));
    world.run(10_000);
    for tab in 0..3 {
        assert_eq!(stands(&world, tab, &id), (Some(SendState::Sent), false), "tab {tab}");
    }
    assert!(world.stored_outbox().is_empty());
}

#[test]
fn what_another_tab_has_settled_is_shown_as_the_log_has_it() {
    for seed in 210..240 {
        let mut world = talking(seed, 3);
        world.fault_rates.unknown = 100;
        let id = world.say(0, "did you get that?");
        world.run(4_000);
        for tab in 0..3 {
            assert_eq!(stands(&world, tab, &id), (Some(SendState::Unknown), false), "seed {seed}, tab {tab}");
        }
        world.run(20_000);
        for tab in 0..3 {
            assert_eq!(stands(&world, tab, &id), (Some(SendState::Sent), false), "seed {seed}, tab {tab}");
        }
    }
}

#[test]
fn nothing_stays_in_storage_of_a_message_whose_tab_has_died() {
    for seed in 240..340 {
        let mut world = talking(seed, 3);
        let conversation = world.state(0).id().cloned().expect("started");
        let id = world.say(0, "last words");
        while !crate::logged(&world, &conversation).contains(&"last words".to_owned()) {
            world.run(1);
        }
        world.close(0);
        world.run(10_000);
        assert_eq!(stands(&world, 1, &id), (Some(SendState::Sent), false), "seed {seed}");
        assert!(world.stored_outbox().is_empty(), "seed {seed}: it would be in the way of a new conversation");
    }
}
