//! A page that clears its storage in the middle of a chat: known state is stored again, and a
//! sign-out remains one.

use chataibot_widget::machine::{input::Input, user_action::UserAction};

use super::world::{World, bot};
use crate::shown;

/// Tabs in a conversation in which "hello" was said and answered.
fn talk(seed: u64, tabs: usize) -> World {
    let mut world = World::new(seed, tabs);
    for tab in 0..tabs {
        world.act(tab, UserAction::Open);
    }
    world.say(0, "hello");
    world.run(20_000);
    assert_eq!(shown(&world, 0).len(), 2);
    world
}

fn restored(world: &mut World, tab: usize) -> Vec<String> {
    world.reload(tab);
    world.run(5_000);
    shown(world, tab)
}

#[test]
fn whatever_happens_next_the_conversation_is_there_after_a_reload() {
    let next: [fn(&mut World); 6] = [
        |world| drop(world.say(0, "one more")),
        |world| world.handle(0, Input::Hidden),
        |world| world.handle(0, Input::Frozen),
        |world| world.act(0, UserAction::Close),
        |world| world.act(0, UserAction::Draft("half a".into())),
        |world| {
            let conversation = world.state(0).id().cloned().expect("it runs");
            world.append(&conversation, bot("news"));
        },
    ];
    for (seed, next) in (200..).zip(next) {
        let mut world = talk(seed, 1);
        let before = shown(&world, 0);
        let id = world.state(0).id().map(ToString::to_string);
        world.clear_storage(0);
        next(&mut world);
        world.run(2_000);
        let (visitor, stored, ..) = world.stored();
        assert_eq!((visitor, stored.as_ref()), (true, id.as_ref()), "seed {seed}");
        assert_eq!(restored(&mut world, 0)[..2], before, "seed {seed}");
        assert_eq!((world.logs.len(), world.state(0).id().map(ToString::to_string)), (1, id), "seed {seed}");
    }
}

#[test]
fn a_message_that_waits_when_storage_is_cleared_is_sent_and_survives_a_reload() {
    for reloads in [false, true] {
        let mut world = talk(210, 1);
        world.fault_rates.request_lost = 100;
        let id = world.say(0, "offline");
        world.run(1_000);
        world.clear_storage(0);
        world.act(0, UserAction::Draft("and a draft".into()));
        world.run(3_000);
        assert_eq!((world.stored().2, world.stored().3.as_str()), (1, "and a draft"));
        if reloads {
            world.reload(0);
        }
        world.fault_rates.request_lost = 0;
        world.run(60_000);
        assert!(shown(&world, 0).contains(&format!("reply to {id}")), "{:?}", shown(&world, 0));
        assert_eq!(&**world.state(0).draft(), "and a draft");
    }
}

#[test]
fn a_message_said_in_the_very_moment_is_not_taken_for_settled() {
    let mut world = talk(211, 1);
    let id = world.say(0, "now");
    world.clear_storage(0);
    world.run(20_000);
    assert!(shown(&world, 0).contains(&format!("reply to {id}")));
}

#[test]
fn another_tabs_clearing_wipes_nothing_and_all_tabs_go_on_in_one_conversation() {
    let mut world = talk(212, 3);
    world.clear_storage(1);
    world.run(1_000);
    assert_eq!((0..3).map(|tab| shown(&world, tab).len()).collect::<Vec<_>>(), [2, 2, 2]);
    let id = world.say(2, "still here");
    world.run(20_000);
    for tab in 0..3 {
        assert!(shown(&world, tab).contains(&format!("reply to {id}")), "tab {tab}");
    }
    assert_eq!(restored(&mut world, 1).len(), 4);
    assert_eq!(world.logs.len(), 1);
}

#[test]
fn a_log_out_stays_one_whether_or_not_the_page_clears_as_well() {
    for clears in [false, true] {
        for seed in 220..270 {
            let mut world = talk(seed, 3);
            if clears {
                world.clear_storage(0);
            }
            world.act(0, UserAction::Reset);
            // This tab handles the input before it gets the news.
            world.handle(1, Input::Hidden);
            world.run(5_000);
            for tab in 0..3 {
                assert!(shown(&world, tab).is_empty(), "seed {seed}: tab {tab}");
            }
            let (visitor, id, outbox, draft) = world.stored();
            assert_eq!((visitor, id, outbox, draft.as_str()), (false, None, 0, ""), "seed {seed}: nothing is left");
        }
    }
}

#[test]
fn a_log_out_that_overtakes_what_is_stored_again_leaves_nothing() {
    for seed in 270..290 {
        let mut world = talk(seed, 2);
        world.fault_rates.request_lost = 100;
        world.say(1, "still on its way");
        world.act(1, UserAction::Draft("half a".into()));
        world.run(1_000);
        world.clear_storage(0);
        world.run(2_000);
        let (visitor, id, outbox, draft) = world.stored();
        assert_eq!(
            (visitor, id.is_some(), outbox, draft.as_str()),
            (true, true, 1, "half a"),
            "seed {seed}: stored again"
        );
        world.log_out_overtaken(0);
        world.run(5_000);
        let (visitor, id, outbox, draft) = world.stored();
        assert_eq!((visitor, id, outbox, draft.as_str()), (false, None, 0, ""), "seed {seed}: nothing is left");
    }
}

#[test]
fn a_page_that_slept_stores_nothing_again_before_the_proxy_has_said_who_is_there() {
    let mut world = talk(213, 1);
    world.handle(0, Input::Frozen);
    world.clear_storage(0);
    world.fault_rates.request_lost = 100;
    world.handle(0, Input::Resumed);
    world.act(0, UserAction::Draft("back".into()));
    world.run(2_000);
    assert!(!world.stored().0, "the visitor may have left");
    world.fault_rates.request_lost = 0;
    world.run(60_000);
    let (visitor, id, ..) = world.stored();
    assert!(visitor && id.is_some(), "they have not");
}
