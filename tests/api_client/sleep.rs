//! Jumping clocks, frozen pages and changing networks: the client always reaches the right state.

use chataibot_widget::{
    conversation::ConnectionStatus,
    machine::{effect::PageEvent, input::Input, user_action::UserAction},
};

use super::world::{World, bot};
use crate::{logged, shown};

const HOUR: u64 = 3_600_000;

fn talking(seed: u64, tabs: usize) -> World {
    let mut world = World::new(seed, tabs);
    for tab in 0..tabs {
        world.act(tab, UserAction::Open);
    }
    world.say(0, "good night");
    world.run(10_000);
    world
}

/// Checks that every tab shows the whole log and is connected.
fn is_right(world: &World, last: &str) {
    let conversation = world.state(0).id().cloned().expect("started");
    for tab in 0..world.tabs.len() {
        assert_eq!(shown(world, tab), logged(world, &conversation), "tab {tab}");
        assert_eq!(shown(world, tab).last().map(String::as_str), Some(last), "tab {tab}");
        assert_eq!(world.state(tab).connection(), ConnectionStatus::Live, "tab {tab}");
    }
    assert_eq!(world.streams(), 1);
}

#[test]
fn eight_hours_of_sleep_end_in_the_right_state() {
    let mut world = talking(7, 1);
    world.handle(0, Input::Frozen);
    world.run(8 * HOUR);
    let conversation = world.state(0).id().cloned().expect("started");
    world.append(&conversation, bot("good morning"));
    world.handle(0, Input::Resumed);
    world.run(5_000);
    is_right(&world, "good morning");
}

#[test]
fn a_machine_that_sleeps_eight_hours_without_a_word_wakes_within_seconds() {
    for (seed, tabs) in [(20, 1), (21, 2), (22, 10)] {
        let mut world = talking(seed, tabs);
        // Laptops may sleep between any two moments; sockets die silently, and tokens expire.
        world.sleep(8 * HOUR);
        let conversation = world.state(0).id().cloned().expect("started");
        world.append(&conversation, bot("good morning"));
        world.run(5_000);
        is_right(&world, "good morning");
        let id = world.say(tabs - 1, "you too");
        world.run(10_000);
        is_right(&world, &format!("reply to {id}"));
    }
}

#[test]
fn a_clock_that_stood_still_while_the_machine_slept_does_not_fool_anybody() {
    let mut world = talking(23, 2);
    // Some systems stop the monotonic clock: only the wall clock shows it, as the runtime reports.
    world.sleep_of_both_clocks(8 * HOUR);
    let conversation = world.state(0).id().cloned().expect("started");
    world.append(&conversation, bot("good morning"));
    for tab in 0..2 {
        world.handle(tab, Input::Resumed);
    }
    world.run(5_000);
    is_right(&world, "good morning");
}

#[test]
fn ten_tabs_that_freeze_and_thaw_at_random_end_right() {
    for seed in 300..340 {
        let mut world = talking(seed, 4);
        let conversation = world.state(0).id().cloned().expect("started");
        for turn in 0..30 {
            let tab = world.random(4) as usize;
            match world.random(4) {
                0 | 1 => world.handle(tab, Input::Frozen),
                2 => world.handle(tab, Input::Resumed),
                _ => world.handle(tab, Input::Shown),
            }
            world.append(&conversation, bot(&format!("turn {turn}")));
            let pause = u64::from(world.random(30_000));
            world.run(pause);
        }
        for tab in 0..4 {
            world.handle(tab, Input::Resumed);
        }
        world.run(5_000);
        for tab in 0..4 {
            super::history::load_all(&mut world, tab);
        }
        is_right(&world, "turn 29");
    }
}

#[test]
fn a_page_that_is_seen_again_is_awake_though_nobody_said_so() {
    for mut world in [World::new(24, 1), World::apart(25, 1)] {
        world.act(0, UserAction::Open);
        let id = world.say(0, "good night");
        world.run(10_000);
        world.handle(0, Input::Frozen);
        world.run(1_000);
        world.handle(0, Input::Shown);
        world.run(2_000);
        is_right(&world, &format!("reply to {id}"));
    }
}

#[test]
fn a_network_that_flaps_costs_no_storm_of_calls_and_ends_live() {
    for seed in 400..430 {
        let mut world = talking(seed, 3);
        let conversation = world.state(0).id().cloned().expect("started");
        let before = world.log_requests;
        for turn in 0..100 {
            let online = turn % 2 == 1;
            world.fault_rates.stream_refused = if online { 0 } else { 100 };
            world.fault_rates.request_lost = if online { 0 } else { 100 };
            for tab in 0..3 {
                world.handle(tab, if online { Input::Online } else { Input::Offline });
            }
            let pause = u64::from(world.random(1_500));
            world.run(pause);
        }
        assert!(
            world.log_requests - before < 200,
            "seed {seed}: {} calls for fifty turns",
            world.log_requests - before
        );
        world.append(&conversation, bot("still here"));
        world.run(35_000);
        is_right(&world, "still here");
        assert!(!world.tabs.iter().any(|tab| tab.page_events.iter().any(|one| matches!(one, PageEvent::Error { .. }))));
    }
}
