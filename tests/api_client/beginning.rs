//! The prelude against the client: as long as nothing was said both decide the same, and the client goes on from where the prelude stands.

use std::rc::Rc;

use chataibot_widget::{
    api::{Failure, Identity},
    conversation::gate::Gate,
    session::{
        client::Client,
        fact::{Fact, Moment},
        order::Order,
        prelude::Prelude,
        stored::{Found, StoredConversation},
    },
};
use proptest::prelude::*;

fn identity() -> Identity {
    let text = |text: &str| text.to_owned();
    let (visitor, token, renewal) = (text("v"), text("token"), text("secret"));
    Identity { visitor, token, renewal, from: 0, until: 600_000, uploads: None, typed: false }
}

fn found() -> impl Strategy<Value = Fact> {
    (any::<bool>(), any::<bool>(), any::<bool>(), prop_oneof![Just(None), Just(Some("dear".to_owned()))]).prop_map(
        |(known, open, shared, draft)| {
            let conversation = Some(StoredConversation { open, ..StoredConversation::default() });
            let identity = known.then(identity);
            Fact::Loaded(Box::new(Found { identity, conversation, draft, shared, ..Found::default() }))
        },
    )
}

/// What may happen before anything is said.
fn fact() -> impl Strategy<Value = Fact> {
    prop_oneof![
        Just(Fact::Opened),
        Just(Fact::Closed),
        Just(Fact::Online),
        Just(Fact::Offline),
        Just(Fact::Shown),
        Just(Fact::Hidden),
        Just(Fact::Woke),
        Just(Fact::Froze),
        Just(Fact::Ticked),
        Just(Fact::StorageLost),
        Just(Fact::Drafted("".into())),
        Just(Fact::Drafted("a".into())),
        Just(Fact::GateSet(Gate::default())),
        Just(Fact::GateSet(Gate { consent: Some("1".into()), ..Gate::default() })),
        Just(Fact::TokenAnswered(Ok(Rc::new(identity())))),
        Just(Fact::TokenAnswered(Err(Failure::Network))),
        Just(Fact::TokenAnswered(Err(Failure::Unauthorized))),
        Just(Fact::TokenAnswered(Err(Failure::Unavailable { code: "X".into() }))),
        // The page may bring another identity.
        Just(Fact::TokenAnswered(Err(Failure::Busy { retry_after: None, code: "IDENTITY_REFUSED".into() }))),
        Just(Fact::TokenAnswered(Err(Failure::Busy { retry_after: Some(3), code: "UNAVAILABLE".into() }))),
        Just(Fact::VisitorElsewhere(Some(Rc::new(identity())))),
    ]
}

/// Orders as texts; the two ways to store that the window is open are the same.
fn texts(orders: &[Order]) -> Vec<String> {
    let stores = |order: &Order| matches!(order, Order::SaveOpening { .. } | Order::SaveConversation { .. });
    let text = |order: &Order| if stores(order) { "stored".to_owned() } else { format!("{order:?}") };
    orders.iter().map(text).collect()
}

fn sorted(orders: &[Order]) -> Vec<String> {
    let mut texts = texts(orders);
    texts.sort();
    texts
}

/// Does the page sleep after this? It shows nothing then, and what it would say of the connection is nobody's business.
fn sleeps(asleep: bool, fact: &Fact) -> bool {
    matches!(fact, Fact::Froze) || (asleep && !matches!(fact, Fact::Woke | Fact::Shown))
}

proptest! {
    #[test]
    fn both_decide_the_same(
        loaded in found(),
        facts in proptest::collection::vec((fact(), 0u64..20_000), 0..20),
        after in proptest::collection::vec((fact(), 0u64..20_000), 0..10),
        listens: bool,
    ) {
        let (mut prelude, mut client) = (Prelude::new(listens), Client::new(listens));
        let mut now = 1_000;
        let mut moment = |passed| { now += passed; Moment { now, wall: now, chance: 7 } };
        let (mut asleep, mut slept) = (false, false);
        let loaded = std::iter::once((loaded, 0));
        for (fact, passed) in loaded.chain(facts) {
            let at = moment(passed);
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            let changed = prelude.hear(fact.clone(), at, &mut ours).expect("nothing was said");
            let expected = client.hear(fact.clone(), at, &mut theirs);
            // Where nothing was said nothing can be lost that matters.
            theirs.retain(|order| !matches!(order, Order::CheckStorage));
            asleep = sleeps(asleep, &fact);
            if !asleep {
                prop_assert_eq!(format!("{:?}", prelude.state()), format!("{:?}", client.state()), "{:?}", fact);
                prop_assert_eq!(changed || slept, expected || slept, "{:?}", &fact);
            }
            slept = asleep;
            prop_assert_eq!(sorted(&ours), sorted(&theirs), "{:?}", &fact);
            prop_assert_eq!(prelude.due(), client.due(at.now), "{:?}", &fact);
        }
        let at = moment(0);
        let mut heir = Client::after(prelude, at);
        let said = (Fact::Said { id: "m1".into(), text: "Hello".into(), typed: None }, 5);
        for (fact, passed) in after.into_iter().chain([said, (Fact::Ticked, 30_000)]) {
            let at = moment(passed);
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            heir.hear(fact.clone(), at, &mut ours);
            client.hear(fact.clone(), at, &mut theirs);
            asleep = sleeps(asleep, &fact);
            if !asleep {
                prop_assert_eq!(format!("{:?}", heir.state()), format!("{:?}", client.state()), "{:?}", &fact);
            }
            prop_assert_eq!(texts(&ours), texts(&theirs), "{:?}", &fact);
        }
    }

    #[test]
    fn what_was_said_in_the_prelude_is_sent_by_the_client(facts in proptest::collection::vec((fact(), 0u64..2_000), 0..6)) {
        let mut prelude = Prelude::new(true);
        let mut now = 1_000;
        let mut orders = Vec::new();
        let said = [Fact::Loaded(Box::default()), Fact::Said { id: "m1".into(), text: "Hello".into(), typed: None }];
        for (fact, passed) in said.into_iter().map(|fact| (fact, 0)).chain(facts) {
            now += passed;
            prelude.hear(fact, Moment { now, wall: now, chance: 7 }, &mut orders).expect("for the prelude");
        }
        now += 60_000;
        let at = Moment { now, wall: now, chance: 7 };
        let mut client = Client::after(prelude, at);
        for fact in [Fact::GateSet(Gate::default()), Fact::Woke, Fact::TokenAnswered(Ok(Rc::new(Identity { until: now + 600_000, from: now, ..identity() })))] {
            client.hear(fact, at, &mut orders);
        }
        let count = |wanted: fn(&Order) -> bool| orders.iter().filter(|order| wanted(order)).count();
        prop_assert_eq!(count(|order| matches!(order, Order::SaveMessage(_))), 1, "{:?}", &orders);
        prop_assert_eq!(count(|order| matches!(order, Order::Start { .. })), 1, "{:?}", &orders);
    }
}

#[test]
fn who_leaves_before_anything_was_said_is_reported_and_wiped_by_the_client() {
    let mut prelude = Prelude::new(true);
    let mut orders = Vec::new();
    let at = Moment { now: 1_000, wall: 1_000, chance: 7 };
    let found = Found { identity: Some(identity()), ..Found::default() };
    for fact in [Fact::Loaded(Box::new(found)), Fact::Opened] {
        prelude.hear(fact, at, &mut orders).expect("for the prelude");
    }
    let asked = prelude.hear(Fact::ResetAsked, at, &mut orders).expect_err("for the client");
    let mut client = Client::after(prelude, at);
    orders.clear();
    client.hear(asked, at, &mut orders);
    let wiped = orders.iter().position(|order| matches!(order, Order::Wipe));
    let left = orders.iter().position(|order| matches!(order, Order::Leave(left) if **left == identity()));
    assert!(wiped.is_some() && wiped < left, "other tabs hear of it before the proxy does: {orders:?}");
    assert!(client.identity().is_none());
}
