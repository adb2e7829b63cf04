//! Idempotency records: one message and one answer for each key.

use super::*;

for_each_engine! {
    a_message_is_logged_before_it_is_forwarded_so_a_quick_reply_stands_after_it,
    only_a_message_that_failed_is_forwarded_again,
    the_answer_of_a_repeated_key_is_the_first_one,
    a_key_stands_for_one_message_only,
    nobody_sends_to_a_conversation_of_another_visitor_or_site,
    an_ended_conversation_takes_nothing_and_still_answers_old_keys,
    after_a_crash_what_was_on_its_way_is_unknown_and_is_not_sent_again,
    records_end_after_48_hours_and_conversations_with_their_retention,
    a_cursor_that_does_not_fit_gets_a_reset_and_all_that_is_left,
}

async fn a_message_is_logged_before_it_is_forwarded_so_a_quick_reply_stands_after_it(bench: Bench) {
    let conversation = bench.started().await;
    let on_its_way = forward(bench.begin_send("k1", "question").await);
    bench.deliver(&[says(Author::Bot, "answer")]).await;
    bench.settle(&on_its_way, accepted_send("k1")).await;
    let log = bench.log(conversation).await;
    assert_eq!(log, ["visitor: hello", "k0 sent", "visitor: question", "bot: answer", "k1 sent"]);
}

async fn only_a_message_that_failed_is_forwarded_again(bench: Bench) {
    bench.started().await;
    for (key, outcome, again) in [
        ("a", accepted_send("a"), DeliveryState::Sent),
        ("b", refused(), DeliveryState::Refused),
        ("c", Outcome::Unknown, DeliveryState::Unknown),
    ] {
        let first = forward(bench.begin_send(key, "text").await);
        bench.settle(&first, outcome).await;
        assert_eq!(known_state(bench.begin_send(key, "text").await), again);
        assert_eq!(known_state(bench.begin_send(key, "text").await), again, "and again the same");
    }
    let first = forward(bench.begin_send("d", "text").await);
    bench.settle(&first, Outcome::Failed).await;
    let second = forward(bench.begin_send("d", "text").await);
    assert_eq!(first.send, second.send, "one record");
    bench.settle(&second, accepted_send("d")).await;
    assert_eq!(known_state(bench.begin_send("d", "text").await), DeliveryState::Sent);
    let log = bench.log(first.conversation).await;
    assert_eq!(log[log.len() - 4..], ["visitor: text", "d failed", "d sending", "d sent"], "logged once");
}

async fn the_answer_of_a_repeated_key_is_the_first_one(bench: Bench) {
    bench.sent_after_start("k1").await;
    let BeginOutcome::Known(record) = bench.begin_send("k1", "text").await else { panic!("known") };
    assert_eq!((record.alias.as_str(), record.answer.as_deref()), ("alias", Some("m-k1")));
    let BeginOutcome::Known(record) = bench.begin_start("k0", "hello", "another-alias").await else { panic!("known") };
    assert_eq!((record.alias.as_str(), record.answer.as_deref()), ("alias", Some("2025-02-10 20:21:03")));
    let first = forward(bench.begin_send("k2", "text").await);
    bench.settle(&first, refused()).await;
    let BeginOutcome::Known(record) = bench.begin_send("k2", "text").await else { panic!("known") };
    assert_eq!(record.refusal, Some(PlatformRefusal { status: 400, code: "CONTACT_IS_BLOCKED".to_owned() }));
}

impl Bench {
    async fn sent_after_start(&self, key: &str) {
        self.started().await;
        self.sent(key, "text").await;
    }
}

async fn a_key_stands_for_one_message_only(bench: Bench) {
    bench.sent_after_start("k1").await;
    assert_eq!(bench.begin_send("k1", "other").await, BeginOutcome::KeyReused);
    assert_eq!(bench.begin_start("k0", "other", "x").await, BeginOutcome::KeyReused);
}

async fn nobody_sends_to_a_conversation_of_another_visitor_or_site(bench: Bench) {
    bench.started().await;
    for (site, visitor, alias) in
        [("other", VISITOR, "alias"), (SITE, "ffffffffffffffffffffffffffffffff", "alias"), (SITE, VISITOR, "none")]
    {
        let mut send = Bench::new_send("k1", "text");
        send.key.site = site.to_owned();
        send.key.visitor = visitor.to_owned();
        assert_eq!(bench.store.begin_send(send, alias.to_owned()).await.expect("asked"), BeginOutcome::NotFound);
        assert_eq!(bench.store.owned_conversation(site, visitor, alias).await.expect("asked"), None);
    }
    assert!(bench.store.owned_conversation(SITE, VISITOR, "alias").await.expect("asked").is_some());
}

async fn an_ended_conversation_takes_nothing_and_still_answers_old_keys(bench: Bench) {
    let conversation = bench.started().await;
    bench.sent("k1", "text").await;
    let failed = forward(bench.begin_send("k2", "text").await);
    bench.settle(&failed, Outcome::Failed).await;
    bench.deliver(&[event(EventKind::Status(Status::Closed))]).await;
    bench.deliver(&[event(EventKind::Status(Status::Closed))]).await;
    assert_eq!(bench.begin_send("k3", "text").await, BeginOutcome::Ended);
    assert_eq!(bench.begin_send("k2", "text").await, BeginOutcome::Ended);
    assert_eq!(known_state(bench.begin_send("k1", "text").await), DeliveryState::Sent);
    let log = bench.log(conversation).await;
    assert_eq!(log.iter().filter(|line| *line == "closed").count(), 1, "said once: {log:?}");
    bench.deliver(&[event(EventKind::Status(Status::Open))]).await;
    forward(bench.begin_send("k3", "text").await);
}

async fn after_a_crash_what_was_on_its_way_is_unknown_and_is_not_sent_again(bench: Bench) {
    let conversation = bench.started().await;
    let lost = forward(bench.begin_send("k1", "text").await);
    let start = forward(bench.begin_start("s1", "again", "alias2").await);
    let bench = bench.reopened().await;
    assert_eq!(bench.log(conversation).await.last().map(String::as_str), Some("k1 unknown"));
    assert_eq!(bench.log(start.conversation).await, ["visitor: again", "s1 unknown"]);
    assert_eq!(known_state(bench.begin_send("k1", "text").await), DeliveryState::Unknown);
    assert_eq!(known_state(bench.begin_start("s1", "again", "x").await), DeliveryState::Unknown);
    assert_ne!(lost.send, start.send);
}

async fn records_end_after_48_hours_and_conversations_with_their_retention(bench: Bench) {
    let conversation = bench.started().await;
    bench.sent("k1", "text").await;
    bench.clock.advance(Duration::from_secs(47 * 3600));
    bench.store.sweep_records().await.expect("swept");
    assert_eq!(known_state(bench.begin_send("k1", "text").await), DeliveryState::Sent);
    bench.clock.advance(Duration::from_secs(2 * 3600));
    bench.store.sweep_records().await.expect("swept");
    forward(bench.begin_send("k1", "text").await);

    bench.clock.advance(Duration::from_secs(29 * 86400));
    assert_eq!(bench.store.sweep_conversations(SITE, 30).await.expect("swept"), []);
    assert_eq!(bench.store.sweep_conversations("other", 1).await.expect("swept"), [], "each site has its own");
    bench.clock.advance(Duration::from_secs(2 * 86400));
    assert_eq!(bench.store.sweep_conversations(SITE, 30).await.expect("swept"), [conversation]);
    assert_eq!(bench.log(conversation).await, Vec::<String>::new());
    assert_eq!(bench.store.owned_conversation(SITE, VISITOR, "alias").await.expect("asked"), None);
    assert_eq!(bench.deliver(&[says(Author::Bot, "late")]).await.foreign, 1);
}

async fn a_cursor_that_does_not_fit_gets_a_reset_and_all_that_is_left(bench: Bench) {
    let conversation = bench.started().await;
    bench.sent("k1", "text").await;
    let epoch = bench.store.epoch();
    let read = async |cursor: Option<Cursor>, limit| {
        let replay =
            bench.store.read_after(conversation, ReadFrom { after: cursor, last: None }, limit).await.expect("read");
        let reason = replay.reset.map(|reset| reset.reason);
        (reason, replay.entries.iter().map(|entry| entry.cursor.seq).collect::<Vec<_>>(), replay.has_more)
    };
    let at = |epoch, seq| Some(Cursor { epoch, seq });
    assert_eq!(read(None, 9).await, (None, vec![1, 2, 3, 4], false));
    assert_eq!(read(at(epoch, 0), 9).await, (None, vec![1, 2, 3, 4], false));
    assert_eq!(read(at(epoch, 2), 9).await, (None, vec![3, 4], false));
    assert_eq!(read(at(epoch, 4), 9).await, (None, vec![], false));
    assert_eq!(read(at(epoch, 1), 2).await, (None, vec![2, 3], true));
    assert_eq!(read(at(epoch, 5), 9).await, (Some("future".to_owned()), vec![1, 2, 3, 4], false));
    assert_eq!(read(at(epoch, u32::MAX), 9).await, (Some("future".to_owned()), vec![1, 2, 3, 4], false));
    assert_eq!(read(at(epoch + 1, 2), 9).await, (Some("epoch".to_owned()), vec![1, 2, 3, 4], false));
    bench.delete_before(conversation, 3).await;
    assert_eq!(read(at(epoch, 1), 9).await, (Some("gap".to_owned()), vec![3, 4], false));
    assert_eq!(read(at(epoch, 2), 9).await, (None, vec![3, 4], false));
}
