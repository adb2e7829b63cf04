//! Typed answers: they are sent typed if the site accepts that, as text elsewhere, and once in
//! either case.

use chataibot_widget::{
    conversation::SendState,
    machine::{input::Input, storage_schema::StoredPending, user_action::UserAction},
};

use super::world::{FaultRates, World};
use crate::{logged, shown};

/// A conversation on a site that accepts typed answers and announces it.
fn begun(seed: u64) -> World {
    let mut world = World::new(seed, 1);
    (world.typed, world.accepts_typed_answers) = (true, true);
    world.replies = false;
    world.act(0, UserAction::Open);
    world.say(0, "hello");
    world.run(10_000);
    world
}

fn log(world: &World) -> Vec<String> {
    logged(world, &world.state(0).id().cloned().expect("started"))
}

#[test]
fn an_answer_goes_in_its_form_and_is_shown_once_in_the_row_it_had() {
    let mut world = begun(1);
    let id = world.answer(0, "Yes");
    assert_eq!(shown(&world, 0), ["hello", "Yes"], "at once");
    let key = world.state(0).rows()[1].key;
    world.run(10_000);
    assert_eq!(world.typed_answer_of(&id), Some("form of Yes"));
    assert_eq!(
        (shown(&world, 0), log(&world)),
        (vec!["hello".into(), "Yes".into()], vec!["hello".into(), "Yes".into()])
    );
    assert_eq!(world.state(0).rows()[1].key, key);
    assert!(world.state(0).outbox().is_empty());
}

#[test]
fn it_waits_over_a_reload_and_goes_in_its_form_with_the_key_it_had() {
    let mut world = begun(2);
    world.fault_rates.request_lost = 100;
    let id = world.answer(0, "Yes");
    world.run(3_000);
    world.reload(0);
    let pending = world.state(0).outbox()[0].clone();
    assert_eq!((&*pending.id, pending.typed.as_deref()), (&*id, Some("form of Yes")));
    world.fault_rates = FaultRates::NONE;
    world.handle(0, Input::Online);
    world.run(20_000);
    assert_eq!(world.typed_answer_of(&id), Some("form of Yes"));
    assert_eq!(log(&world), ["hello", "Yes"]);
}

#[test]
fn whose_answer_was_lost_is_asked_for_again_in_the_same_form() {
    let mut world = begun(3);
    world.fault_rates.answer_lost = 100;
    let id = world.answer(0, "Yes");
    world.run(3_000);
    world.fault_rates = FaultRates::NONE;
    world.run(20_000);
    assert_eq!((world.typed_answer_of(&id), log(&world)), (Some("form of Yes"), vec!["hello".into(), "Yes".into()]));
    assert!(world.state(0).outbox().is_empty());
}

#[test]
fn the_first_message_is_always_words() {
    let mut world = World::new(4, 1);
    (world.typed, world.accepts_typed_answers) = (true, true);
    world.act(0, UserAction::Open);
    let id = world.answer(0, "Yes");
    world.run(10_000);
    assert_eq!(world.typed_answer_of(&id), None);
}

#[test]
fn where_the_token_says_by_now_that_forms_are_off_the_words_go() {
    let mut world = begun(5);
    world.handle(0, Input::Offline);
    let id = world.answer(0, "Yes");
    (world.typed, world.accepts_typed_answers) = (false, false);
    world.run(700_000);
    world.handle(0, Input::Online);
    world.run(20_000);
    assert_eq!((world.typed_answer_of(&id), log(&world)), (None, vec!["hello".into(), "Yes".into()]));
}

#[test]
fn a_form_that_is_not_taken_any_more_is_followed_by_its_words_under_the_same_key() {
    let mut world = begun(6);
    world.accepts_typed_answers = false;
    let id = world.answer(0, "Yes");
    world.run(20_000);
    assert_eq!((world.typed_answer_of(&id), log(&world)), (None, vec!["hello".into(), "Yes".into()]));
    let message = world.state(0).rows()[1].message().cloned().expect("a message");
    assert_eq!((message.id.as_deref(), message.state.send_state()), (Some(&*id), SendState::Sent));
}

#[test]
fn what_was_said_after_it_waits_for_it() {
    let mut world = begun(7);
    world.accepts_typed_answers = false;
    let (form, words) = (world.answer(0, "Yes"), world.say(0, "No"));
    world.run(20_000);
    assert_eq!((world.typed_answer_of(&form), world.typed_answer_of(&words)), (None, None));
    assert_eq!(log(&world), ["hello", "Yes", "No"], "and the order stays");
}

#[test]
fn what_an_older_page_stored_has_no_form() {
    let stored: StoredPending = serde_json::from_str(r#"{"text":"Yes","at":1,"state":"queued"}"#).expect("readable");
    let pending = stored.into_message("a").expect("it waits");
    assert_eq!(pending.typed, None);
    assert_eq!(
        serde_json::to_string(&StoredPending::from_message(&pending)).expect("JSON"),
        r#"{"text":"Yes","at":1,"state":"queued"}"#
    );
}
