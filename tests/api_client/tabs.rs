//! Many tabs of one browser: one stream and one state, whichever tab closes.

use std::rc::Rc;

use chataibot_widget::{
    conversation::{ConnectionStatus, Phase},
    machine::{connection, effect::PageEvent, input::Input, user_action::UserAction},
};

use super::world::{World, bot, user};
use crate::{logged, shown};

/// Ten tabs in one conversation, and its id.
fn ten(seed: u64) -> (World, Rc<str>) {
    let mut world = World::new(seed, 10);
    for tab in 0..10 {
        world.act(tab, UserAction::Open);
    }
    world.say(3, "hello");
    world.run(10_000);
    let conversation = world.state(3).id().cloned().expect("started");
    (world, conversation)
}

fn all_show_the_log(world: &World, conversation: &str) {
    for tab in 0..world.tabs.len() {
        assert_eq!(shown(world, tab), logged(world, conversation), "tab {tab}");
    }
}

#[test]
fn ten_tabs_hold_one_stream_and_show_the_same_at_once() {
    let (mut world, conversation) = ten(1);
    assert_eq!((world.streams(), world.log_requests), (1, 1), "one call, ever");
    for word in 0..5 {
        world.append(&conversation, bot(&format!("word {word}")));
    }
    world.run(300);
    all_show_the_log(&world, &conversation);
    for tab in 0..10 {
        assert_eq!(world.state(tab).connection(), ConnectionStatus::Live, "tab {tab}");
        let received = |one: &&PageEvent| matches!(one, PageEvent::Received(_));
        assert_eq!(world.tabs[tab].page_events.iter().filter(received).count(), 6, "each page is told");
        assert!(world.state(tab).rows().iter().all(|row| row.is_new), "and each says so aloud");
    }
}

#[test]
fn a_tab_that_comes_late_is_shown_everything_without_a_call() {
    let (mut world, conversation) = ten(2);
    world.forget_entries();
    let before = world.log_requests;
    let late = (world.leader().expect("one leads") + 1) % 10;
    world.reload(late);
    world.run(200);
    assert_eq!(world.log_requests, before);
    assert_eq!(shown(&world, late), logged(&world, &conversation));
    assert!(world.state(late).rows().iter().all(|row| !row.is_new), "it was there before");
    assert_eq!(world.state(late).connection(), ConnectionStatus::Live);
}

#[test]
fn when_the_leader_goes_another_takes_over_within_two_seconds_whatever_took_it() {
    for seed in 10..40 {
        let (mut world, conversation) = ten(seed);
        let leader = world.leader().expect("one leads");
        match seed % 3 {
            0 => world.reload(leader),
            1 => world.handle(leader, Input::Frozen),
            _ => world.close(leader),
        }
        world.append(&conversation, bot("who hears me?"));
        let begun = world.now;
        let follower = (leader + 5) % 10;
        while shown(&world, follower).last().map(String::as_str) != Some("who hears me?") {
            world.run(1);
            assert_eq!(world.state(follower).connection(), ConnectionStatus::Live, "nothing flickers");
            assert!(world.now <= begun + 2_000, "seed {seed}: not within two seconds");
        }
        world.run(1_000);
        assert_eq!(world.streams(), 1);
        assert!(world.leader().is_some());
    }
}

#[test]
fn a_leader_that_hangs_is_doubted_then_robbed_and_steps_back_when_it_comes_round() {
    let (mut world, conversation) = ten(50);
    let leader = world.leader().expect("one leads");
    world.tabs[leader].hangs_until = world.now + 200_000;
    world.append(&conversation, bot("hello?"));
    let follower = (leader + 1) % 10;
    world.run(40_000);
    assert!(!shown(&world, follower).contains(&"hello?".to_owned()), "it is trusted for two heartbeats");
    world.run(20_000);
    assert!(shown(&world, follower).contains(&"hello?".to_owned()));
    assert_ne!(world.leader(), Some(leader));
    world.run(200_000);
    assert_eq!(world.streams(), 1);
    all_show_the_log(&world, &conversation);
}

#[test]
fn a_visitor_who_speaks_does_not_wait_for_a_leader_that_hangs() {
    let (mut world, _) = ten(51);
    let leader = world.leader().expect("one leads");
    world.run(10_000);
    world.tabs[leader].hangs_until = world.now + 600_000;
    world.run(10_000);
    let follower = (leader + 1) % 10;
    let id = world.say(follower, "are you there?");
    world.run(8_000);
    assert!(shown(&world, follower).contains(&format!("reply to {id}")));
}

#[test]
fn words_that_are_lost_are_made_good() {
    for seed in 60..90 {
        let (mut world, conversation) = ten(seed);
        world.fault_rates.message_lost = 30;
        world.fault_rates.message_late = 20;
        for word in 0..30 {
            world.append(&conversation, bot(&format!("word {word}")));
            world.run(700);
        }
        world.fault_rates.message_lost = 0;
        world.fault_rates.message_late = 0;
        world.append(&conversation, bot("the end"));
        world.run(30_000);
        for tab in 0..10 {
            super::history::load_all(&mut world, tab);
        }
        all_show_the_log(&world, &conversation);
        assert_eq!(world.streams(), 1);
    }
}

#[test]
fn unread_and_read_agree_in_all_tabs() {
    let (mut world, conversation) = ten(100);
    for tab in 0..10 {
        world.act(tab, UserAction::Close);
    }
    world.append(&conversation, bot("one"));
    world.append(&conversation, bot("two"));
    world.run(500);
    assert!((0..10).all(|tab| world.state(tab).unread() == 2));
    world.act(7, UserAction::Open);
    world.run(100);
    assert!((0..10).all(|tab| world.state(tab).unread() == 0), "read in one is read in all");
    world.append(&conversation, bot("three"));
    world.run(500);
    assert!((0..10).all(|tab| world.state(tab).unread() == 0), "one of them is looked at");
}

#[test]
fn a_draft_follows_into_other_tabs_but_not_under_the_fingers() {
    let (mut world, _) = ten(101);
    let draft = |world: &World, tab: usize| world.state(tab).draft().to_string();
    world.act(2, UserAction::Draft("half a sen".into()));
    world.run(1_000);
    assert!((0..10).all(|tab| draft(&world, tab) == "half a sen"));
    world.act(4, UserAction::Draft("mine".into()));
    world.act(5, UserAction::Draft("mine too".into()));
    world.run(2_000);
    assert_eq!((draft(&world, 4), draft(&world, 5)), ("mine".into(), "mine too".into()), "both are written in");
    world.run(20_000);
    world.act(4, UserAction::Draft("".into()));
    world.run(1_000);
    assert!((0..10).all(|tab| draft(&world, tab).is_empty()), "what is said is said");
}

#[test]
fn windows_stay_as_they_are_and_new_tabs_begin_as_the_last_wish_was() {
    let (mut world, conversation) = ten(102);
    world.act(1, UserAction::Close);
    world.append(&conversation, bot("something to store"));
    world.run(10_000);
    assert!((0..10).all(|tab| world.state(tab).window_open() == (tab != 1)), "nothing jumps");
    world.reload(6);
    assert!(!world.state(6).window_open());
    world.act(2, UserAction::Close);
    world.act(2, UserAction::Open);
    world.append(&conversation, bot("and more"));
    world.run(10_000);
    world.reload(6);
    assert!(world.state(6).window_open());
}

#[test]
fn an_end_is_an_end_in_all_tabs_and_over_a_reload_and_a_restored_log() {
    let (mut world, conversation) = ten(103);
    world.act(4, UserAction::End);
    world.run(1_000);
    assert!((0..10).all(|tab| world.state(tab).phase() == Phase::Ended));
    let closed = |one: &&PageEvent| matches!(one, PageEvent::Status(_));
    assert!(world.tabs.iter().all(|tab| tab.page_events.iter().filter(closed).count() == 1));
    world.restore_log(&conversation);
    world.run(10_000);
    world.reload(8);
    world.run(1_000);
    assert!((0..10).all(|tab| world.state(tab).phase() == Phase::Ended));
    let id = world.say(8, "one more thing");
    world.run(10_000);
    assert_eq!(world.logs.len(), 2);
    assert!((0..10).all(|tab| shown(&world, tab) == ["one more thing".to_owned(), format!("reply to {id}")]));
    assert_eq!(world.streams(), 1);
}

#[test]
fn an_ended_conversation_is_still_read_where_somebody_looks() {
    let (mut world, conversation) = ten(104);
    world.act(0, UserAction::End);
    let leader = world.leader().expect("one leads");
    for tab in (0..10).filter(|tab| *tab != (leader + 1) % 10) {
        world.act(tab, UserAction::Close);
    }
    world.run(1_000);
    assert_eq!((world.streams(), world.leader()), (1, Some((leader + 1) % 10)), "the one that looks has it");
    world.append(&conversation, bot("one last thing"));
    world.run(1_000);
    assert!(shown(&world, (leader + 1) % 10).contains(&"one last thing".to_owned()));
    world.handle((leader + 1) % 10, user(UserAction::Close));
    world.run(1_000);
    assert_eq!((world.streams(), world.leader()), (0, None));
}

#[test]
fn tabs_that_cannot_agree_have_a_stream_each() {
    let mut world = World::apart(105, 3);
    for tab in 0..3 {
        world.act(tab, UserAction::Open);
    }
    world.say(0, "hello");
    world.run(10_000);
    assert_eq!(world.streams(), 3);
    assert_eq!(world.leader(), None);
}

#[test]
fn a_tab_whose_storage_is_lost_goes_its_own_way() {
    let (mut world, conversation) = ten(106);
    let lost = (world.leader().expect("one leads") + 2) % 10;
    world.allows_several_streams = true;
    world.handle(lost, Input::StorageLost);
    world.run(1_000);
    assert_eq!(world.streams(), 2);
    world.append(&conversation, bot("heard everywhere"));
    world.run(500);
    all_show_the_log(&world, &conversation);
}

#[test]
fn a_browser_that_gives_no_lock_after_all_is_one_without() {
    let mut world = World::new(107, 1);
    world.handle(0, Input::TabsUnavailable);
    world.act(0, UserAction::Open);
    let id = world.say(0, "hello");
    world.run(10_000);
    assert!(shown(&world, 0).contains(&format!("reply to {id}")));
    assert_eq!(world.leader(), None);
}

#[test]
fn where_streams_are_buffered_one_tab_polls_for_all() {
    let (mut world, conversation) = ten(108);
    world.fault_rates.stream_buffered = 100;
    let leader = world.leader().expect("one leads");
    world.handle(leader, Input::Frozen);
    world.run(30_000);
    let before = world.log_requests;
    world.append(&conversation, bot("by poll"));
    world.run(10_000);
    assert!((0..10).filter(|tab| *tab != leader).all(|tab| shown(&world, tab).contains(&"by poll".to_owned())));
    assert!(world.log_requests - before < 10, "{} calls", world.log_requests - before);
    assert!(matches!(world.last_attempt, Some(connection::Attempt::Poll { .. })));
}
