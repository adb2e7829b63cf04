//! Equivalence of the idle machine and the chat machine: as long as nothing was said both decide
//! the same, and the chat machine continues from the idle machine's state.

use std::rc::Rc;

use chataibot_widget::api::{ApiError, Credentials};
use chataibot_widget::conversation::onboarding::Requirements;
use chataibot_widget::machine::ChatLogic;
use chataibot_widget::machine::chat::ChatMachine;
use chataibot_widget::machine::effect::{ChatEffect, CoreEffect, Effect};
use chataibot_widget::machine::idle::IdleMachine;
use chataibot_widget::machine::input::{Input, Now};
use chataibot_widget::machine::storage_schema::{StoredConversation, StoredSession};
use chataibot_widget::machine::user_action::UserAction;
use proptest::prelude::*;

use super::world::user;

fn credentials() -> Credentials {
    let text = |text: &str| text.to_owned();
    let (visitor, token, renewal) = (text("v"), text("token"), text("secret"));
    Credentials { visitor, token, renewal, from: 0, until: 600_000, uploads: None, typed: false }
}

fn found() -> impl Strategy<Value = Input> {
    (any::<bool>(), any::<bool>(), any::<bool>(), prop_oneof![Just(None), Just(Some("dear".to_owned()))]).prop_map(
        |(known, open, shared, draft)| {
            let conversation = Some(StoredConversation { open, ..StoredConversation::default() });
            let credentials = known.then(credentials);
            Input::Loaded(Box::new(StoredSession {
                credentials,
                conversation,
                draft,
                can_coordinate_tabs: shared,
                ..StoredSession::default()
            }))
        },
    )
}

/// Inputs that may come before anything is said.
fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        Just(user(UserAction::Open)),
        Just(user(UserAction::Close)),
        Just(Input::Online),
        Just(Input::Offline),
        Just(Input::Shown),
        Just(Input::Hidden),
        Just(Input::Resumed),
        Just(Input::Frozen),
        Just(Input::Ticked),
        Just(Input::StorageLost),
        Just(user(UserAction::Draft("".into()))),
        Just(user(UserAction::Draft("a".into()))),
        Just(Input::RequirementsSet(Requirements::default())),
        Just(Input::RequirementsSet(Requirements { consent: Some("1".into()), ..Requirements::default() })),
        Just(Input::TokenAnswered(Ok(Rc::new(credentials())))),
        Just(Input::TokenAnswered(Err(ApiError::Network))),
        Just(Input::TokenAnswered(Err(ApiError::Unauthorized))),
        Just(Input::TokenAnswered(Err(ApiError::Unavailable { code: "X".into() }))),
        // The host page may supply another identity.
        Just(Input::TokenAnswered(Err(ApiError::Busy { retry_after: None, code: "IDENTITY_REFUSED".into() }))),
        Just(Input::TokenAnswered(Err(ApiError::Busy { retry_after: Some(3), code: "UNAVAILABLE".into() }))),
        Just(Input::RemoteVisitor(Some(Rc::new(credentials())))),
    ]
}

/// Effects as texts; the two ways to store that the window is open count as equal.
fn texts(effects: &[Effect]) -> Vec<String> {
    let stores = |effect: &Effect| {
        matches!(
            effect,
            Effect::Core(CoreEffect::SaveWindowOpen { .. }) | Effect::Chat(ChatEffect::SaveConversation { .. })
        )
    };
    let text = |effect: &Effect| if stores(effect) { "stored".to_owned() } else { format!("{effect:?}") };
    effects.iter().map(text).collect()
}

fn sorted(effects: &[Effect]) -> Vec<String> {
    let mut texts = texts(effects);
    texts.sort();
    texts
}

/// Whether the page sleeps after this input. A sleeping page shows nothing, so its connection
/// status does not matter.
fn sleeps(asleep: bool, input: &Input) -> bool {
    matches!(input, Input::Frozen) || (asleep && !matches!(input, Input::Resumed | Input::Shown))
}

proptest! {
    #[test]
    fn both_decide_the_same(
        loaded in found(),
        inputs in proptest::collection::vec((input(), 0u64..20_000), 0..20),
        after in proptest::collection::vec((input(), 0u64..20_000), 0..10),
        listens: bool,
    ) {
        let (mut idle, mut chat) = (IdleMachine::new(listens), ChatMachine::new(listens));
        let mut now = 1_000;
        let mut now = |passed| { now += passed; Now { monotonic: now, unix: now, random: 7 } };
        let (mut asleep, mut slept) = (false, false);
        let loaded = std::iter::once((loaded, 0));
        for (input, passed) in loaded.chain(inputs) {
            let at = now(passed);
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            let changed = idle.handle(input.clone(), at, &mut ours).expect("nothing was said");
            let expected = chat.handle(input.clone(), at, &mut theirs);
            // Before anything is said there is nothing to lose in storage.
            theirs.retain(|effect| !matches!(effect, Effect::Chat(ChatEffect::CheckStorage)));
            asleep = sleeps(asleep, &input);
            if !asleep {
                prop_assert_eq!(format!("{:?}", idle.core().state()), format!("{:?}", chat.core().state()), "{:?}", input);
                prop_assert_eq!(changed || slept, expected || slept, "{:?}", &input);
            }
            slept = asleep;
            prop_assert_eq!(sorted(&ours), sorted(&theirs), "{:?}", &input);
            prop_assert_eq!(idle.due(), chat.due(at.monotonic), "{:?}", &input);
        }
        let at = now(0);
        let mut promoted = ChatMachine::promote(idle, at);
        let said = (Input::User(UserAction::Send("Hello".to_owned()), "m1".into()), 5);
        for (input, passed) in after.into_iter().chain([said, (Input::Ticked, 30_000)]) {
            let at = now(passed);
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            promoted.handle(input.clone(), at, &mut ours);
            chat.handle(input.clone(), at, &mut theirs);
            asleep = sleeps(asleep, &input);
            if !asleep {
                prop_assert_eq!(format!("{:?}", promoted.core().state()), format!("{:?}", chat.core().state()), "{:?}", &input);
            }
            prop_assert_eq!(texts(&ours), texts(&theirs), "{:?}", &input);
        }
    }

    #[test]
    fn what_was_said_to_the_idle_machine_is_sent_by_the_chat_machine(inputs in proptest::collection::vec((input(), 0u64..2_000), 0..6)) {
        let mut idle = IdleMachine::new(true);
        let mut now = 1_000;
        let mut effects = Vec::new();
        let said = [Input::Loaded(Box::default()), Input::User(UserAction::Send("Hello".to_owned()), "m1".into())];
        for (input, passed) in said.into_iter().map(|input| (input, 0)).chain(inputs) {
            now += passed;
            idle.handle(input, Now { monotonic: now, unix: now, random: 7 }, &mut effects).expect("for the idle machine");
        }
        now += 60_000;
        let at = Now { monotonic: now, unix: now, random: 7 };
        let mut chat = ChatMachine::promote(idle, at);
        for input in [Input::RequirementsSet(Requirements::default()), Input::Resumed, Input::TokenAnswered(Ok(Rc::new(Credentials { until: now + 600_000, from: now, ..credentials() })))] {
            chat.handle(input, at, &mut effects);
        }
        let count = |wanted: fn(&Effect) -> bool| effects.iter().filter(|effect| wanted(effect)).count();
        prop_assert_eq!(count(|effect| matches!(effect, Effect::Core(CoreEffect::SaveMessage(_)))), 1, "{:?}", &effects);
        prop_assert_eq!(count(|effect| matches!(effect, Effect::Chat(ChatEffect::Start { .. }))), 1, "{:?}", &effects);
    }
}

#[test]
fn who_leaves_before_anything_was_said_is_reported_and_wiped_by_the_chat_machine() {
    let mut idle = IdleMachine::new(true);
    let mut effects = Vec::new();
    let at = Now { monotonic: 1_000, unix: 1_000, random: 7 };
    let found = StoredSession { credentials: Some(credentials()), ..StoredSession::default() };
    for input in [Input::Loaded(Box::new(found)), user(UserAction::Open)] {
        idle.handle(input, at, &mut effects).expect("for the idle machine");
    }
    let asked = idle.handle(user(UserAction::Reset), at, &mut effects).expect_err("for the chat machine");
    let mut chat = ChatMachine::promote(idle, at);
    effects.clear();
    chat.handle(asked, at, &mut effects);
    let wiped = effects.iter().position(|effect| matches!(effect, Effect::Chat(ChatEffect::ClearStorage)));
    let left = effects
        .iter()
        .position(|effect| matches!(effect, Effect::Chat(ChatEffect::EndTokens(left)) if **left == credentials()));
    assert!(wiped.is_some() && wiped < left, "other tabs hear of it before the proxy does: {effects:?}");
    assert!(chat.core().credentials().is_none());
}
