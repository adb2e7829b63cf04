//! A send whose answer was lost between proxy and platform: no tab shows it as accepted before the
//! log does.

use chataibot_widget::conversation::SendState;
use chataibot_widget::machine::effect::PageEvent;
use chataibot_widget::machine::user_action::UserAction;

use super::world::World;

fn state_of(world: &World, tab: usize, id: &str) -> Option<SendState> {
    let rows = world.state(tab).rows();
    let message = rows.iter().filter_map(|row| row.message()).find(|message| message.id.as_deref() == Some(id))?;
    Some(message.state.send_state())
}

fn reports_sent(world: &World, tab: usize, id: &str) -> bool {
    world.tabs[tab].page_events.iter().any(|one| matches!(one, PageEvent::Sent { id: sent, .. } if &**sent == id))
}

#[test]
fn what_nobody_knows_is_not_confirmed_by_another_tab_that_has_put_it_away() {
    for seed in 300..360 {
        let mut world = World::new(seed, 3);
        for tab in 0..3 {
            world.act(tab, UserAction::Open);
        }
        world.say(0, "hello");
        world.run(15_000);
        world.fault_rates.unknown = 100;
        // Storage events arrive before the leader's news.
        world.fault_rates.message_late = if seed % 2 == 0 { 100 } else { 0 };
        world.fault_rates.answer_lost = if seed % 3 == 0 { 50 } else { 0 };
        let id = world.say(1, "did it arrive?");
        for _ in 0..60 {
            world.run(100);
            for tab in 0..3 {
                assert_ne!(state_of(&world, tab, &id), Some(SendState::Sent), "seed {seed}, tab {tab}");
                assert!(!reports_sent(&world, tab, &id), "seed {seed}, tab {tab}: its page was told so");
            }
        }
        world.fault_rates.answer_lost = 0;
        world.run(20_000);
        for tab in 0..3 {
            assert_eq!(state_of(&world, tab, &id), Some(SendState::Sent), "seed {seed}, tab {tab}: the echo has told");
        }
    }
}

#[test]
fn a_message_that_another_tab_has_sent_is_told_to_this_page_too() {
    let mut world = World::new(400, 2);
    for tab in 0..2 {
        world.act(tab, UserAction::Open);
    }
    let id = world.say(0, "hello");
    world.run(15_000);
    assert!((0..2).all(|tab| reports_sent(&world, tab, &id)));
}
