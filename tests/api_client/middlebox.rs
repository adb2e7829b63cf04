//! Answers of a middlebox between browser and proxy are not taken for the proxy's.

use chataibot_widget::conversation::ConnectionStatus;
use chataibot_widget::machine::input::Input;
use chataibot_widget::machine::user_action::UserAction;

use super::world::World;
use crate::shown;

#[test]
fn a_401_from_the_middle_does_not_cost_the_visitor_the_conversation() {
    let mut world = World::new(200, 2);
    world.act(0, UserAction::Open);
    world.say(0, "hello");
    world.run(10_000);
    world.end_tokens();
    world.challenged = true;
    let id = world.say(0, "still me");
    world.run(30_000);
    world.reload(1);
    world.run(30_000);
    world.challenged = false;
    world.run(10_000);
    assert_eq!(world.logs.len(), 1, "the same visitor in the same conversation");
    for tab in 0..2 {
        assert!(shown(&world, tab).contains(&format!("reply to {id}")), "tab {tab}");
    }
}

#[test]
fn a_tab_that_was_offline_for_a_moment_does_not_say_so_until_the_next_heartbeat() {
    let mut world = World::new(201, 3);
    for tab in 0..3 {
        world.act(tab, UserAction::Open);
    }
    world.say(0, "hello");
    world.run(10_000);
    let leader = world.leader().expect("one leads");
    for tab in (0..3).filter(|tab| *tab != leader) {
        world.handle(tab, Input::Offline);
        world.run(100);
        assert_eq!(world.state(tab).connection(), ConnectionStatus::Offline);
        world.handle(tab, Input::Online);
        world.run(100);
        assert_eq!(world.state(tab).connection(), ConnectionStatus::Live, "tab {tab}");
    }
}
