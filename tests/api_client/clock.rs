//! A visitor's clock that is set to another time.

use chataibot_widget::machine::ChatLogic;
use chataibot_widget::machine::chat::ChatMachine;
use chataibot_widget::machine::input::{Input, Now};
use chataibot_widget::machine::user_action::UserAction;

/// 2036-01-01, and a UUIDv7 of that time.
const LATE: u64 = 2_082_758_400_000;
const LATE_ID: &str = "01e4ee13-1800-7000-8000-000000000001";

#[test]
fn a_message_said_after_the_clock_was_set_back_stands_behind_those_that_wait() {
    let mut client = ChatMachine::new(true);
    let now = Now { monotonic: 1, unix: LATE, random: 0 };
    client.handle(Input::User(UserAction::Send("first".to_owned()), LATE_ID.into()), now, &mut Vec::new());
    let early = LATE - 10 * 365 * 86_400_000;
    assert!(client.core().state().id_time(early) > LATE, "its id sorts behind the first one's");
    assert_eq!(ChatMachine::new(true).core().state().id_time(early), early);
}
