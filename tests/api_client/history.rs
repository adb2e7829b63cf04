//! A long log: only its end is read at first, the rest on request.

use chataibot_widget::conversation::HistoryState;
use chataibot_widget::machine::effect::PageEvent;
use chataibot_widget::machine::user_action::UserAction;

use super::world::{World, bot};
use crate::{logged, shown};

/// Requests earlier pages until the beginning is reached.
pub fn load_all(world: &mut World, tab: usize) {
    for _ in 0..200 {
        if world.state(tab).history() == HistoryState::None {
            return;
        }
        world.act(tab, UserAction::LoadEarlier);
        world.run(1_000);
    }
    panic!("tab {tab} never reaches the beginning: {:?}", world.state(tab).history());
}

/// A long conversation in one tab.
fn long(seed: u64) -> World {
    let mut world = World::new(seed, 1);
    world.act(0, UserAction::Open);
    for word in 0..10 {
        world.say(0, &format!("word {word}"));
        world.run(6_000);
    }
    world
}

#[test]
fn a_reader_without_a_cursor_gets_the_end_and_the_rest_by_pages() {
    let mut world = long(100);
    let conversation = world.state(0).id().cloned().expect("started");
    let log = logged(&world, &conversation);
    world.forget_entries();
    world.reload(0);
    world.run(5_000);
    assert_eq!(world.state(0).history(), HistoryState::Available);
    let end = shown(&world, 0);
    assert!(end.len() < log.len() && log.ends_with(&end), "the end of it: {end:?}");
    let keys: Vec<u32> = world.state(0).rows().iter().map(|row| row.key).collect();
    world.tabs[0].page_events.clear();

    world.act(0, UserAction::LoadEarlier);
    assert_eq!(world.state(0).history(), HistoryState::Loading);
    world.run(1_000);
    assert_eq!(world.state(0).history(), HistoryState::Available, "there is more");
    load_all(&mut world, 0);
    assert_eq!(shown(&world, 0), log);
    let state = world.state(0);
    let after: Vec<u32> = state.rows().iter().map(|row| row.key).collect();
    assert!(after.ends_with(&keys), "rows keep their keys");
    assert!(after.is_sorted(), "and those above have smaller ones");
    let new = state.rows().len() - keys.len();
    assert!(state.rows()[..new].iter().all(|row| !row.is_new), "nothing of it is news");
    assert_eq!(state.unread(), 0);
    let news = |one: &&PageEvent| matches!(one, PageEvent::Received(_) | PageEvent::Sent { .. } | PageEvent::Unread(_));
    assert_eq!(world.tabs[0].page_events.iter().filter(news).count(), 0, "the page hears of nothing");
    assert!(state.rows().iter().all(|row| {
        row.message().is_none_or(|m| m.state.send_state() == chataibot_widget::conversation::SendState::Sent)
    }));
}

#[test]
fn a_log_too_large_to_be_stored_is_no_news_after_a_reload() {
    let mut world = long(107);
    let conversation = world.state(0).id().cloned().expect("started");
    for (unread, is_closed) in [(0, false), (1, true)] {
        if is_closed {
            world.act(0, UserAction::Close);
            world.append(&conversation, bot("not seen"));
            world.run(2_000);
        }
        world.forget_entries();
        world.reload(0);
        world.tabs[0].page_events.clear();
        world.run(5_000);
        let state = world.state(0);
        assert!(shown(&world, 0).len() > 3);
        assert_eq!(state.unread(), unread, "what was read stays read");
        let new: Vec<_> = state
            .rows()
            .iter()
            .filter(|row| row.is_new)
            .filter_map(|row| row.message())
            .map(|m| m.content().to_plain())
            .collect();
        assert_eq!(new, ["not seen"][..unread as usize]);
    }
}

#[test]
fn a_page_that_does_not_come_can_be_asked_for_again() {
    let mut world = long(101);
    world.forget_entries();
    world.reload(0);
    world.run(5_000);
    world.fault_rates.request_lost = 100;
    world.act(0, UserAction::LoadEarlier);
    world.run(1_000);
    assert_eq!(world.state(0).history(), HistoryState::Failed);
    world.fault_rates.request_lost = 0;
    load_all(&mut world, 0);
    assert_eq!(shown(&world, 0).first().map(String::as_str), Some("word 0"));
}

#[test]
fn a_page_asked_for_with_a_token_that_ended_comes_all_the_same() {
    let mut world = long(102);
    world.forget_entries();
    world.reload(0);
    world.run(5_000);
    let before = shown(&world, 0).len();
    world.end_tokens();
    world.act(0, UserAction::LoadEarlier);
    world.run(3_000);
    assert_eq!(world.state(0).history(), HistoryState::Available);
    assert!(shown(&world, 0).len() > before);
}

#[test]
fn a_proxy_that_knows_no_pages_breaks_nothing() {
    let mut world = long(103);
    let conversation = world.state(0).id().cloned().expect("started");
    world.pages = false;
    world.forget_entries();
    world.reload(0);
    world.run(5_000);
    assert_eq!(world.state(0).history(), HistoryState::None);
    assert_eq!(shown(&world, 0), logged(&world, &conversation), "it gives everything at once");
    // A proxy that gave only the end, and is then replaced by an older one, which answers with the
    // whole log.
    world.pages = true;
    world.forget_entries();
    world.reload(0);
    world.run(5_000);
    world.pages = false;
    load_all(&mut world, 0);
    assert_eq!(shown(&world, 0), logged(&world, &conversation));
}

#[test]
fn a_log_that_is_restored_while_a_page_is_on_its_way_ends_in_order() {
    for seed in 200..260 {
        let mut world = long(seed);
        let conversation = world.state(0).id().cloned().expect("started");
        world.forget_entries();
        world.reload(0);
        world.run(5_000);
        world.act(0, UserAction::LoadEarlier);
        let wait = u64::from(world.random(300));
        world.run(wait);
        world.restore_log(&conversation);
        world.append(&conversation, bot("and on"));
        world.run(10_000);
        load_all(&mut world, 0);
        assert_eq!(shown(&world, 0), logged(&world, &conversation), "seed {seed}");
    }
}

#[test]
fn feedback_stays_over_pages_reloads_and_a_restored_log() {
    let mut world = long(104);
    let conversation = world.state(0).id().cloned().expect("started");
    let rated = |world: &World| -> Vec<(String, bool)> {
        let rows = world.state(0).rows().iter().filter_map(|row| row.message());
        rows.filter_map(|m| Some((m.content().to_plain(), m.feedback?))).collect()
    };
    let (first, last) = {
        let rows = world.state(0).rows();
        (rows[1].key, rows[rows.len() - 1].key)
    };
    let own = world.state(0).rows()[0].key;
    world.tabs[0].page_events.clear();
    world.act(0, UserAction::Feedback { key: first, helpful: true });
    world.act(0, UserAction::Feedback { key: last, helpful: true });
    world.act(0, UserAction::Feedback { key: last, helpful: false });
    world.act(0, UserAction::Feedback { key: last, helpful: false });
    world.act(0, UserAction::Feedback { key: own, helpful: true });
    let ratings = world.tabs[0].page_events.iter().filter(|one| matches!(one, PageEvent::Feedback { .. })).count();
    assert_eq!(ratings, 3, "a change is told, a repetition and a word of the visitor's own are not");
    let expected = rated(&world);
    assert_eq!(expected.iter().map(|(_, helpful)| *helpful).collect::<Vec<_>>(), [true, false]);
    world.run(5_000);
    world.reload(0);
    assert_eq!(rated(&world), expected, "at once");
    world.forget_entries();
    world.reload(0);
    world.run(5_000);
    load_all(&mut world, 0);
    assert_eq!(rated(&world), expected, "though it stands far up");
    world.restore_log(&conversation);
    world.run(10_000);
    load_all(&mut world, 0);
    assert_eq!(rated(&world).last(), expected.last(), "what was on the screen keeps it");
}
