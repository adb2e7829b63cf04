//! Two proxies on one Redis, without a network: which decides about a message, who is notified.

use tokio::sync::mpsc;

use super::*;
use crate::credentials::Secret;
use crate::hub::Subscriber;
use crate::ids::{FamilyId, VisitorId};
use crate::store::StoreEvent;
use crate::store::renewals::{NewFamily, Presented, RenewalRefusal as Refused, Times};

/// One of the two proxies.
struct Proxy {
    store: Store,
    hub: Hub,
    events: mpsc::UnboundedReceiver<StoreEvent>,
}

impl Proxy {
    async fn open(server: &RedisServer) -> Self {
        let hub = Hub::default();
        let (store, events) = Store::redis(&server.url().secret, hub.clone(), Clock::system()).await.expect("a store");
        Self { store, hub, events }
    }

    async fn begin_send(&self, key: &str) -> BeginOutcome {
        self.store.begin_send(Bench::new_send(key, "text"), "alias".to_owned()).await.expect("begun")
    }
}

async fn two_proxies() -> (RedisServer, Proxy, Proxy, ConversationId) {
    let server = RedisServer::start();
    let (one, other) = (Proxy::open(&server).await, Proxy::open(&server).await);
    let begun = one.store.begin_start(Bench::new_send("k0", "hello"), "alias".to_owned()).await.expect("begun");
    let begun = forward(begun);
    one.store.settle(begun.send, accepted_start("p1")).await.expect("settled");
    (server, one, other, begun.conversation)
}

/// Reads up to an entry. Entries committed just before the subscription may come, too; a reader of
/// the log knows them already.
async fn read_to(subscriber: &mut Subscriber, last: u32) {
    let mut before = None;
    while before != Some(last) {
        let seq = subscriber.next().await.expect("an entry").cursor.seq;
        assert!(before.is_none_or(|before| seq == before + 1), "{seq} after {before:?}");
        before = Some(seq);
    }
}

#[tokio::test]
async fn what_one_commits_both_publish_in_the_order_of_the_log() {
    let (_server, one, other, conversation) = two_proxies().await;
    let mut readers = [one.hub.subscribe(conversation), other.hub.subscribe(conversation)];
    for (number, proxy) in [(1, &one), (2, &other), (3, &one)] {
        let events = vec![says(Author::Bot, &number.to_string())];
        proxy.store.receive(number, vec![SITE.to_owned()], events).await.expect("received");
    }
    for reader in &mut readers {
        read_to(reader, 5).await;
    }
}

#[tokio::test]
async fn while_a_proxy_lives_no_other_one_decides_about_its_message() {
    let (server, one, other, conversation) = two_proxies().await;
    let begun = forward(one.begin_send("k1").await);
    assert_eq!(other.begin_send("k1").await, BeginOutcome::OwnedByPeer(conversation), "the same key");
    assert_eq!(other.begin_send("k2").await, BeginOutcome::OwnedByPeer(conversation), "another message after it");
    one.store.settle(begun.send, accepted_send("k1")).await.expect("settled");
    assert_eq!(known_state(other.begin_send("k1").await), DeliveryState::Sent);

    let lost = forward(one.begin_send("k3").await);
    drop(one);
    let location = StoreLocation::Redis(server);
    location.expire_leases();
    assert_eq!(known_state(other.begin_send("k3").await), DeliveryState::Unknown);
    // The proxy was only slow, and the platform had accepted the message.
    let settled = other.store.settle(lost.send, accepted_send("k3")).await.expect("settled");
    assert_eq!(settled.record.state, DeliveryState::Sent);
    forward(other.begin_send("k2").await);
}

#[tokio::test]
async fn a_proxy_that_leaves_in_an_orderly_way_keeps_nobody_waiting() {
    let (_server, one, other, _) = two_proxies().await;
    forward(one.begin_send("k1").await);
    one.store.leave().await;
    assert_eq!(known_state(other.begin_send("k1").await), DeliveryState::Unknown);
}

#[tokio::test]
async fn a_proxy_that_forgot_a_message_does_not_hold_its_conversation_for_ever() {
    let server = RedisServer::start();
    let bench = Bench::with_two_proxies(StoreLocation::Redis(server)).await;
    let conversation = bench.started().await;
    let forgotten = forward(bench.begin_send("k1", "text").await);
    let other = bench.other.as_ref().expect("two");
    let begin = async || other.begin_send(Bench::new_send("k2", "text"), "alias".to_owned()).await.expect("begun");
    assert_eq!(begin().await, BeginOutcome::OwnedByPeer(conversation));
    bench.clock.advance(Duration::from_secs(121));
    forward(begin().await);
    let log = bench.log(conversation).await;
    assert_eq!(log[2..5], ["visitor: text", "k1 unknown", "visitor: text"]);
    assert_eq!(bench.settle(&forgotten, accepted_send("k1")).await.record.state, DeliveryState::Sent);
}

#[tokio::test]
async fn a_delivery_that_came_to_a_dead_proxy_is_known_when_it_comes_to_the_other() {
    let (server, one, other, conversation) = two_proxies().await;
    let event = || vec![says(Author::Bot, "one")];
    let sites = || vec![SITE.to_owned()];
    one.store.receive(1, sites(), event()).await.expect("received");
    drop(one);
    let location = StoreLocation::Redis(server);
    location.expire_leases();
    let stats = other.store.receive(1, sites(), event()).await.expect("received");
    assert_eq!(stats.redelivered, 1, "each counts its deliveries for itself");
    other.store.acknowledge(1, true);
    assert_eq!(other.store.receive(2, sites(), event()).await.expect("received").entries, 1, "an honest repeat");
    let replay = other.store.read_after(conversation, ReadFrom::default(), 10).await.expect("read");
    assert_eq!(replay.entries.len(), 4);
}

#[tokio::test]
async fn a_family_that_one_ends_is_ended_for_all() {
    let (_server, one, mut other, _) = two_proxies().await;
    let [first, second, third] = [(); 3].map(|()| Secret::random().expect("randomness"));
    let family = FamilyId::random().expect("randomness");
    let (site, origin) = (SITE.to_owned(), "https://a.example".to_owned());
    let visitor = VisitorId::random().expect("randomness");
    let new = NewFamily { site, origin, visitor, family: family.clone(), first_secret: first.clone() };
    one.store.begin_family(new).await.expect("begun");
    let present = |secret: &Secret, successor: &Secret| Presented {
        site: SITE.to_owned(),
        origin: "https://a.example".to_owned(),
        secret: secret.clone(),
        successor: successor.clone(),
    };
    let now = one.store.now();
    let at = |now| Times { now, grace: 20_000, lifetime: 90 * 86_400_000 };
    let renewed = other.store.renew(present(&first, &second), at(now)).await.expect("renewed").expect("taken");
    assert_eq!(renewed.next_secret, second);
    let again = one.store.renew(present(&first, &third), at(now)).await.expect("renewed").expect("within the grace");
    assert_eq!(again.next_secret, second, "the same successor for both tabs");
    let late = Times { grace: 0, ..at(now) };
    // The grace period starts with the first use, by the clock of the proxy that is asked.
    let mut refused = one.store.renew(present(&first, &third), late).await.expect("renewed");
    while refused.is_ok() {
        refused = one.store.renew(present(&first, &third), late).await.expect("renewed");
    }
    assert_eq!(refused, Err(Refused::Reused(family.clone())));
    assert_eq!(other.events.recv().await, Some(StoreEvent::Revoked(family.clone())));
    let refused = other.store.renew(present(&second, &third), at(now)).await.expect("renewed");
    assert_eq!(refused, Err(Refused::Revoked));
    let revoked = other.store.revoked_since(now - 1000).await.expect("read");
    assert_eq!(revoked.into_iter().map(|(family, _)| family).collect::<Vec<_>>(), [family]);
}

#[tokio::test]
async fn all_sign_with_one_key_and_count_one_limit() {
    let (_server, one, other, _) = two_proxies().await;
    let day = 86_400_000;
    let now = one.store.now();
    let first = one.store.signing_keys(now).await.expect("keys").newest.id.clone();
    assert_eq!(other.store.signing_keys(now).await.expect("keys").newest.id, first);
    let ids = [one.store.count_request("sends", "v", 3).await, other.store.count_request("sends", "v", 3).await];
    assert!(ids.into_iter().all(|taken| taken.expect("counted").is_none()));
    assert!(one.store.count_request("sends", "v", 3).await.expect("counted").is_none());
    let wait = other.store.count_request("sends", "v", 3).await.expect("counted").expect("one too many");
    assert!(wait <= Duration::from_secs(20), "{wait:?}");
    assert!(other.store.count_request("sends", "w", 3).await.expect("counted").is_none(), "another visitor");
    // None of the calls above creates a key; the next one is due only after a month.
    assert_eq!(one.store.signing_keys(now + 29 * day).await.expect("keys").newest.id, first);
}

#[tokio::test]
async fn a_flush_cuts_every_reader_and_uses_no_number_twice() {
    let (server, one, mut other, conversation) = two_proxies().await;
    let epoch = one.store.epoch();
    let mut reader = other.hub.subscribe(conversation);
    redis::cmd("FLUSHALL").exec(&mut server.connect()).expect("flushed");
    assert!(reader.next().await.is_none(), "cut");
    assert_eq!(other.events.recv().await, Some(StoreEvent::Resync));
    let begun = other.store.begin_start(Bench::new_send("k0", "hello"), "alias".to_owned()).await.expect("begun");
    assert_ne!(forward(begun).conversation, conversation);
    let replay = one
        .store
        .read_after(conversation, ReadFrom { after: Some(Cursor { epoch, seq: 1 }), last: None }, 10)
        .await
        .expect("read");
    assert_eq!((replay.reset.expect("told").reason.as_str(), replay.entries.len()), ("epoch", 0));
    assert!(replay.epoch > epoch);
}

#[tokio::test]
async fn a_restored_redis_without_its_epoch_begins_another_with_all_it_holds() {
    let (server, one, other, conversation) = two_proxies().await;
    let epoch = one.store.epoch();
    drop((one, other));
    redis::cmd("DEL").arg("{chataibot}:epoch").exec(&mut server.connect()).expect("deleted");
    let clock = Clock::standing();
    clock.advance(Duration::from_secs(60));
    let (restored, _news) = Store::redis(&server.url().secret, Hub::default(), clock).await.expect("a store");
    assert!(restored.epoch() > epoch);
    let replay = restored
        .read_after(conversation, ReadFrom { after: Some(Cursor { epoch, seq: 1 }), last: None }, 10)
        .await
        .expect("read");
    assert_eq!((replay.reset.expect("told").reason.as_str(), replay.entries.len()), ("epoch", 2));
}

#[tokio::test]
async fn a_user_with_the_rights_the_operators_page_names_is_enough() {
    let server = RedisServer::start();
    let rights = ["on", ">hunter2", "~{chataibot}*", "+@all", "-@admin", "-@dangerous"];
    redis::cmd("ACL").arg("SETUSER").arg("proxy").arg(&rights).exec(&mut server.connect()).expect("a user");
    let url = format!("{}?user=proxy&pass=hunter2", server.url()).into();
    let hub = Hub::default();
    let (store, _news) = Store::redis(&url, hub.clone(), Clock::system()).await.expect("a store");
    let begun = store.begin_start(Bench::new_send("k0", "hello"), "alias".to_owned()).await.expect("begun");
    let begun = forward(begun);
    let mut reader = hub.subscribe(begun.conversation);
    store.settle(begun.send, accepted_start("p1")).await.expect("settled");
    read_to(&mut reader, 2).await;
    store.check().await.expect("written");
}

#[tokio::test]
async fn what_is_no_redis_is_an_error_and_no_panic() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    let hangs_up = tokio::spawn(async move {
        for _ in 0..2 {
            drop(listener.accept().await.expect("a caller"));
        }
    });
    for scheme in ["redis", "rediss"] {
        let url = format!("{scheme}://:hunter2@{address}").into();
        let error = Store::redis(&url, Hub::default(), Clock::system()).await.err().expect("no Redis");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    hangs_up.await.expect("both came");
}

#[tokio::test]
async fn what_a_newer_proxy_wrote_is_refused() {
    let server = RedisServer::start();
    drop(Proxy::open(&server).await);
    redis::cmd("SET").arg("{chataibot}:version").arg(99).exec(&mut server.connect()).expect("written");
    let refused = Store::redis(&server.url().secret, Hub::default(), Clock::system()).await.err().expect("refused");
    assert!(refused.to_string().contains("version 99"), "{refused}");
}
