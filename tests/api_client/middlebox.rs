//! What somebody between browser and proxy says is not the proxy's word.

use chataibot_widget::session::fact::Fact;

use super::world::World;
use crate::shown;

#[test]
fn a_401_from_the_middle_does_not_cost_the_visitor_the_conversation() {
    let mut world = World::new(200, 2);
    world.hear(0, Fact::Opened);
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
