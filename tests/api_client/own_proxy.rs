//! Logs of proxies other than ours: unreadable entries, events without ids, a stream that tells the
//! client to wait.

use chataibot_widget::conversation::ConnectionStatus;
use chataibot_widget::machine::effect::PageEvent;
use chataibot_widget::machine::input::{Frame, Input};
use chataibot_widget::machine::user_action::UserAction;
use chataibot_wire::Cursor;

use super::world::{World, bot};
use crate::shown;

fn unreadable_reports(world: &World) -> usize {
    let unreadable = |one: &&PageEvent| matches!(one, PageEvent::Error { code, .. } if &**code == "UNREADABLE_ENTRY");
    world.tabs[0].page_events.iter().filter(unreadable).count()
}

#[test]
fn an_entry_that_cannot_be_read_costs_nothing_but_itself_however_it_is_met_and_is_told_once() {
    let met: [fn(Cursor) -> Frame; 4] = [
        |cursor| Frame::Unreadable(Some(cursor)),
        |_| Frame::Unreadable(None),
        |cursor| Frame::TooLong(Some(cursor)),
        |_| Frame::TooLong(None),
    ];
    for (seed, met) in (20..).zip(met) {
        let mut world = World::new(seed, 1);
        world.unreadable_frame = met;
        world.act(0, UserAction::Open);
        world.say(0, "hello");
        world.run(60_000);
        let conversation = world.state(0).id().cloned().expect("started");
        let before = shown(&world, 0);
        let next = u32::try_from(world.logs[&conversation].entries.len()).expect("few") + 1;
        world.unreadable_seq = Some(next);
        world.append(&conversation, bot("nobody can read this"));
        world.run(60_000);
        for word in ["one", "two"] {
            world.append(&conversation, bot(word));
        }
        world.run(60_000);
        let expected: Vec<String> = before.into_iter().chain(["one".into(), "two".into()]).collect();
        assert_eq!(shown(&world, 0), expected, "seed {seed}");
        assert_eq!(world.state(0).connection(), ConnectionStatus::Live, "seed {seed}");
        assert_eq!(unreadable_reports(&world), 1, "seed {seed}");
        let before = world.log_requests;
        world.run(100_000);
        world.append(&conversation, bot("three"));
        world.run(10_000);
        assert!(world.log_requests - before <= 2, "seed {seed}: the line stands");
        world.reload(0);
        world.run(60_000);
        assert_eq!(shown(&world, 0).last().map(String::as_str), Some("three"), "seed {seed}: and after a reload");
    }
}

#[test]
fn events_of_somebody_on_the_way_break_no_line() {
    let mut world = World::new(30, 1);
    world.act(0, UserAction::Open);
    world.say(0, "hello");
    world.run(20_000);
    let before = world.log_requests;
    for _ in 0..20 {
        let generation = u32::try_from(world.log_requests).expect("few");
        world.handle(0, Input::StreamFrames { generation, frames: vec![Frame::Unfamiliar(None)] });
        world.run(500);
    }
    assert_eq!((world.log_requests, world.state(0).connection()), (before, ConnectionStatus::Live));
    assert_eq!(unreadable_reports(&world), 0);
}
