//! Pending events, which come before their conversation is known, and events of no conversation.

use super::*;

for_each_engine! {
    what_came_before_the_answer_is_let_in_after_it_in_order,
    what_waits_survives_a_crash_and_is_not_stored_twice,
    a_start_without_answer_is_found_by_its_echo,
    what_waited_while_the_answer_got_lost_tells_the_id,
    nothing_is_guessed_while_two_starts_could_be_meant,
    what_is_nobodys_is_dropped_and_leaves_nothing,
    no_webhook_touches_the_conversations_of_another_account,
    the_waiting_room_is_small,
    a_conversation_that_the_platform_goes_on_with_moves_to_the_new_start,
    another_visitors_conversation_is_never_handed_over,
}

async fn what_came_before_the_answer_is_let_in_after_it_in_order(bench: Bench) {
    let start = forward(bench.begin_start("k0", "hello", "alias").await);
    let stats = bench.deliver(&[event(EventKind::Created { closed: false }), says(Author::Visitor, "hello")]).await;
    assert_eq!((stats.enqueued, stats.entries), (2, 0));
    bench.deliver(&[says(Author::Bot, "hi"), says(Author::Bot, "name?")]).await;
    assert_eq!(bench.log(start.conversation).await, ["visitor: hello"]);
    let settled = bench.settle(&start, accepted_start("p1")).await;
    assert_eq!(settled.released, 4);
    assert_eq!(bench.log(start.conversation).await, ["visitor: hello", "k0 sent", "bot: hi", "bot: name?"]);
    assert_eq!(bench.deliver(&[says(Author::Bot, "now")]).await.entries, 1);
}

async fn what_waits_survives_a_crash_and_is_not_stored_twice(bench: Bench) {
    let start = forward(bench.begin_start("k0", "hello", "alias").await);
    bench.deliver_unanswered(&[says(Author::Visitor, "hello"), says(Author::Bot, "hi")]).await;
    let bench = bench.reopened().await;
    // The start is `unknown` now, and the pending events reveal its conversation id.
    let log = bench.log(start.conversation).await;
    assert_eq!(log, ["visitor: hello", "k0 unknown", "k0 sent", "bot: hi"]);
    let again = bench.deliver(&[says(Author::Visitor, "hello"), says(Author::Bot, "hi")]).await;
    assert_eq!(again.redelivered, 2);
    assert_eq!(bench.log(start.conversation).await.len(), 4);
}

async fn a_start_without_answer_is_found_by_its_echo(bench: Bench) {
    let start = forward(bench.begin_start("k0", "hello", "alias").await);
    assert_eq!(bench.settle(&start, Outcome::Unknown).await.record.state, DeliveryState::Unknown);
    assert_eq!(bench.begin_send("k1", "text").await, BeginOutcome::NotYetBound);
    let stats = bench.deliver(&[says(Author::Visitor, "hello")]).await;
    assert_eq!((stats.echoes, stats.reconciled), (1, 1));
    assert_eq!(known_state(bench.begin_start("k0", "hello", "x").await), DeliveryState::Sent);
    assert_eq!(forward(bench.begin_send("k1", "text").await).platform_id.as_deref(), Some("p1"));
    assert_eq!(bench.log(start.conversation).await[..3], ["visitor: hello", "k0 unknown", "k0 sent"]);
}

async fn what_waited_while_the_answer_got_lost_tells_the_id(bench: Bench) {
    let start = forward(bench.begin_start("k0", "hello", "alias").await);
    bench.deliver(&[says(Author::Bot, "hi")]).await;
    bench.deliver(&[says(Author::Visitor, "hello")]).await;
    let settled = bench.settle(&start, Outcome::Unknown).await;
    assert_eq!((settled.record.state, settled.released), (DeliveryState::Sent, 2));
    assert_eq!(bench.log(start.conversation).await, ["visitor: hello", "k0 unknown", "k0 sent", "bot: hi"]);
}

async fn nothing_is_guessed_while_two_starts_could_be_meant(bench: Bench) {
    let first = forward(bench.begin_start("a", "hello", "alias-a").await);
    bench.settle(&first, Outcome::Unknown).await;
    let second = forward(bench.begin_start("b", "other", "alias-b").await);
    assert_eq!(bench.deliver(&[of_conversation("p2", says(Author::Bot, "hi"))]).await.enqueued, 1);
    assert_eq!(
        bench.deliver(&[of_conversation("p1", says(Author::Visitor, "hello"))]).await.echoes,
        1,
        "its words tell"
    );
    bench.settle(&second, accepted_start("p2")).await;
    assert_eq!(bench.log(first.conversation).await, ["visitor: hello", "a unknown", "a sent"]);
    assert_eq!(bench.log(second.conversation).await, ["visitor: other", "b sent", "bot: hi"]);
}

async fn what_is_nobodys_is_dropped_and_leaves_nothing(bench: Bench) {
    bench.started().await;
    let strangers = Incoming {
        conversation: "p9".to_owned(),
        visitor_key: Some("ffffffffffffffffffffffffffffffff_77".to_owned()),
        ..says(Author::Bot, "psst")
    };
    let nameless = Incoming { visitor_key: None, ..strangers.clone() };
    forward(bench.begin_start("k1", "again", "alias2").await);
    assert_eq!(bench.deliver(std::slice::from_ref(&strangers)).await.foreign, 1, "no start of that visitor");
    assert_eq!(bench.deliver(std::slice::from_ref(&nameless)).await.enqueued, 1, "could be the start's");
    bench.clock.advance(Duration::from_secs(121));
    assert_eq!(bench.deliver(std::slice::from_ref(&nameless)).await.foreign, 1, "no fresh start");
    assert_eq!(bench.store.sweep_pending_events().await.expect("swept"), 1);
    assert_eq!(bench.store.sweep_pending_events().await.expect("swept"), 0);
    assert_eq!(bench.marks(3).await, 0, "a foreign event leaves no mark");
}

async fn no_webhook_touches_the_conversations_of_another_account(bench: Bench) {
    let conversation = bench.started().await;
    let start = forward(bench.begin_start("k1", "again", "alias2").await);
    let elsewhere = async |event: Incoming, number| {
        bench.store.receive(number, vec!["other".to_owned()], vec![event]).await.expect("received")
    };
    assert_eq!(elsewhere(says(Author::Bot, "evil"), 50).await.foreign, 1);
    assert_eq!(elsewhere(of_conversation("p2", says(Author::Bot, "evil")), 51).await.foreign, 1);
    bench.settle(&start, accepted_start("p2")).await;
    assert_eq!(bench.log(conversation).await.len(), 2);
    assert_eq!(bench.log(start.conversation).await, ["visitor: again", "k1 sent"]);
}

async fn the_waiting_room_is_small(bench: Bench) {
    forward(bench.begin_start("k0", "hello", "alias").await);
    let burst: Vec<_> = (0..2_500).map(|n| says(Author::Bot, &n.to_string())).collect();
    let stats = bench.deliver(&burst).await;
    assert_eq!((stats.enqueued, stats.dropped), (2_000, 500));
    bench.clock.advance(Duration::from_secs(60));
    assert_eq!(bench.store.sweep_pending_events().await.expect("swept"), 2_000);
    let large = says(Author::Bot, &"x".repeat(3 * 1024 * 1024));
    let stats = bench.deliver(&[large.clone(), with_id("2", large.clone()), with_id("3", large)]).await;
    assert_eq!((stats.enqueued, stats.dropped), (2, 1));
}

async fn a_conversation_that_the_platform_goes_on_with_moves_to_the_new_start(bench: Bench) {
    let old = bench.started().await;
    let start = forward(bench.begin_start("k1", "again", "alias2").await);
    assert!(!bench.settle(&start, accepted_start("p1")).await.is_foreign);
    bench.deliver(&[says(Author::Bot, "welcome back")]).await;
    assert_eq!(bench.log(start.conversation).await, ["visitor: again", "k1 sent", "bot: welcome back"]);
    assert_eq!(bench.log(old).await, ["visitor: hello", "k0 sent", "closed"]);
}

async fn another_visitors_conversation_is_never_handed_over(bench: Bench) {
    let conversation = bench.started().await;
    let mut send = Bench::new_send("k1", "mine now");
    send.key.visitor = "ffffffffffffffffffffffffffffffff".to_owned();
    let thief = forward(bench.store.begin_start(send, "alias2".to_owned()).await.expect("begun"));
    let settled = bench.settle(&thief, accepted_start("p1")).await;
    assert!(settled.is_foreign);
    assert_eq!(settled.record.state, DeliveryState::Unknown);
    bench.deliver(&[says(Author::Bot, "secret")]).await;
    assert_eq!(bench.log(thief.conversation).await, ["visitor: mine now", "k1 unknown"]);
    assert_eq!(bench.log(conversation).await.last().map(String::as_str), Some("bot: secret"));
}
