//! Erasing a visitor: everything about this one, and nothing about others.

use chataibot_wire::file::StoredFile;

use super::*;
use crate::credentials::Secret;
use crate::ids::{FamilyId, VisitorId};
use crate::store::erase::Erased;
use crate::store::files::NewFile;
use crate::store::renewals::{NewFamily, Presented, RenewalRefusal as Refused, Times};

for_each_engine! {
    an_erased_visitor_is_gone_with_conversations_files_sends_and_secrets_and_nobody_else_is,
    an_event_that_waits_for_an_erased_visitor_is_erased_too,
    a_second_erasure_finds_nothing,
    what_retention_has_deleted_is_not_erased_once_more,
}

const OTHER: &str = "fedcba9876543210fedcba9876543210";

fn visitor(id: &str) -> VisitorId {
    VisitorId::parse(id).expect("an id")
}

impl Bench {
    async fn erase(&self, id: &str) -> Erased {
        self.store.erase_visitor(visitor(id)).await.expect("erased")
    }

    async fn family_of(&self, id: &str) -> (FamilyId, Secret) {
        let (family, first) = (FamilyId::random().expect("randomness"), Secret::random().expect("randomness"));
        let (site, origin) = (SITE.to_owned(), "https://www.example.com".to_owned());
        let new = NewFamily { site, origin, visitor: visitor(id), family: family.clone(), first_secret: first.clone() };
        self.store.begin_family(new).await.expect("begun");
        (family, first)
    }

    async fn is_known(&self, secret: &Secret) -> Result<FamilyId, Refused> {
        let (site, origin) = (SITE.to_owned(), "https://www.example.com".to_owned());
        let successor = Secret::random().expect("randomness");
        let presented = Presented { site, origin, secret: secret.clone(), successor };
        let times = Times { now: self.clock.now(), grace: 20_000, lifetime: 86_400_000 };
        self.store.renew(presented, times).await.expect("asked").map(|renewed| renewed.family)
    }

    async fn keep_file_of(&self, conversation: ConversationId, id: &str) {
        let url = format!("https://chat.example.com/files/{id}/a.png");
        let file = StoredFile { url, name: "a.png".to_owned(), mime_type: "image/png".to_owned(), size: 1 };
        let new = NewFile { id: id.to_owned(), site: SITE.to_owned(), conversation, file };
        assert!(self.store.record_file(new, 1_000).await.expect("asked"));
    }

    async fn is_owned(&self, id: &str, alias: &str) -> bool {
        self.store.owned_conversation(SITE, id, alias).await.expect("asked").is_some()
    }

    /// Another visitor's conversation, accepted by the platform as `p2`.
    async fn started_by_other(&self) -> ConversationId {
        let mut send = Self::new_send("k0", "hello");
        send.key.visitor = OTHER.to_owned();
        let forward = forward(self.store.begin_start(send, "theirs".to_owned()).await.expect("begun"));
        self.settle(&forward, accepted_start("p2")).await;
        forward.conversation
    }
}

async fn an_erased_visitor_is_gone_with_conversations_files_sends_and_secrets_and_nobody_else_is(bench: Bench) {
    let first = bench.started().await;
    bench.sent("k1", "more").await;
    let second = forward(bench.begin_start("k2", "again", "alias2").await);
    let theirs = bench.started_by_other().await;
    bench.keep_file_of(first, "f1").await;
    bench.keep_file_of(theirs, "f2").await;
    let ((family, secret), (_, their_secret)) = (bench.family_of(VISITOR).await, bench.family_of(OTHER).await);
    let before = bench.clock.now() - 1;

    let erased = bench.erase(VISITOR).await;
    let expected = Erased {
        conversations: vec![first, second.conversation],
        families: vec![family.clone()],
        files: vec!["f1".to_owned()],
    };
    assert_eq!(erased, expected);
    assert!(!bench.is_owned(VISITOR, "alias").await && !bench.is_owned(VISITOR, "alias2").await);
    let left = bench.store.read_after(first, ReadFrom::default(), 10).await.expect("read");
    assert_eq!(left.entries.len(), 0);
    assert_eq!(bench.is_known(&secret).await, Err(Refused::Unknown));
    let revoked = bench.store.revoked_since(before).await.expect("asked");
    assert_eq!(revoked, [(family, bench.clock.now())], "its tokens are refused also after a restart");
    assert_eq!(bench.store.file("f1".to_owned()).await.expect("asked"), None);
    assert_eq!(bench.store.orphaned_files().await.expect("asked"), ["f1"], "its bytes are still to go");
    // The platform's id belongs to no conversation any more, so its events count as foreign.
    assert_eq!(bench.deliver(&[says(Author::Bot, "for whom?")]).await.foreign, 1);
    // The same key begins a new message, as for a new visitor.
    forward(bench.begin_start("k0", "hello", "alias3").await);

    assert!(bench.is_owned(OTHER, "theirs").await);
    assert_eq!(bench.deliver(&[of_conversation("p2", says(Author::Bot, "still there"))]).await.entries, 1);
    assert!(bench.store.file("f2".to_owned()).await.expect("asked").is_some());
    assert!(bench.is_known(&their_secret).await.is_ok());
}

async fn an_event_that_waits_for_an_erased_visitor_is_erased_too(bench: Bench) {
    forward(bench.begin_start("k0", "hello", "alias").await);
    let early = bench.deliver(&[says(Author::Bot, "early")]).await;
    assert_eq!(early.enqueued, 1);
    bench.erase(VISITOR).await;
    let again = forward(bench.begin_start("k1", "hello", "alias2").await);
    assert_eq!(bench.settle(&again, accepted_start("p1")).await.released, 0);
    bench.clock.advance(Duration::from_secs(61));
    assert_eq!(bench.store.sweep_pending_events().await.expect("swept"), 0);
}

async fn a_second_erasure_finds_nothing(bench: Bench) {
    bench.started().await;
    bench.family_of(VISITOR).await;
    assert_ne!(bench.erase(VISITOR).await, Erased::default());
    assert_eq!(bench.erase(VISITOR).await, Erased::default());
    assert_eq!(bench.erase(OTHER).await, Erased::default(), "nobody knows them");
}

async fn what_retention_has_deleted_is_not_erased_once_more(bench: Bench) {
    bench.started().await;
    bench.family_of(VISITOR).await;
    bench.clock.advance(Duration::from_secs(31 * 86_400));
    bench.store.sweep_conversations(SITE, 30).await.expect("swept");
    bench.store.sweep_families(bench.clock.now()).await.expect("swept");
    assert_eq!(bench.erase(VISITOR).await, Erased::default());
}

#[tokio::test]
async fn nothing_in_redis_and_on_its_disk_names_an_erased_visitor() {
    let server = RedisServer::start();
    let bench = Bench::at(StoreLocation::Redis(server)).await;
    let conversation = bench.started().await;
    bench.sent("k1", "planted words").await;
    bench.keep_file_of(conversation, "f1").await;
    bench.family_of(VISITOR).await;
    forward(bench.begin_start("k2", "not answered", "alias2").await);
    bench.deliver(&[of_conversation("p9", says(Author::Bot, "planted words"))]).await;
    let StoreLocation::Redis(server) = &bench.location else { panic!("it is one") };
    for text in [VISITOR, "planted words", "a.png"] {
        assert!(server.contains_text(text), "this test can find {text}");
    }
    bench.erase(VISITOR).await;
    for text in [VISITOR, "planted words", "a.png"] {
        assert!(!server.contains_text(text), "{text}");
    }
}
