//! Webhooks: echoes confirm, redeliveries change nothing, and genuine repetitions are kept.

use super::*;

for_each_engine! {
    echoes_confirm_each_message_once_in_the_order_of_the_sends,
    a_lost_answer_is_made_up_for_by_the_echo,
    an_echo_that_overtakes_the_answer_settles_and_a_lost_answer_changes_nothing_after_it,
    an_echo_names_its_message_where_the_platform_gives_ids,
    a_failed_message_that_arrived_after_all_is_sent,
    an_echo_that_is_repeated_is_not_taken_for_a_new_message,
    an_honest_repeat_survives,
    what_was_not_acknowledged_comes_again_any_number_of_times_and_is_logged_once,
    the_same_at_the_same_time_is_one,
    a_crash_before_the_acknowledgement_makes_the_next_delivery_a_repetition,
    a_repetition_that_never_came_is_not_expected_for_ever,
    an_event_with_an_id_is_known_by_it,
    a_state_that_holds_already_is_not_said_again,
}

async fn echoes_confirm_each_message_once_in_the_order_of_the_sends(bench: Bench) {
    let conversation = bench.started().await;
    bench.sent("k1", "ok").await;
    bench.sent("k2", "ok").await;
    let before = bench.log(conversation).await;
    assert_eq!(bench.deliver(&[says(Author::Visitor, "ok")]).await.echoes, 1);
    assert_eq!(bench.deliver(&[says(Author::Visitor, "<p>ok</p>\n")]).await.echoes, 0, "other words, no echo of ours");
    assert_eq!(bench.deliver(&[says(Author::Visitor, " ok ")]).await.echoes, 1);
    let log = bench.log(conversation).await;
    assert_eq!(log[..before.len()], before);
    assert_eq!(log[before.len()..], ["visitor: <p>ok</p>"], "only what was written elsewhere is new");
}

async fn a_lost_answer_is_made_up_for_by_the_echo(bench: Bench) {
    let conversation = bench.started().await;
    let lost = forward(bench.begin_send("k1", "text").await);
    bench.settle(&lost, Outcome::Unknown).await;
    let stats = bench.deliver(&[says(Author::Visitor, "text")]).await;
    assert_eq!((stats.echoes, stats.reconciled), (1, 1));
    let BeginOutcome::Known(record) = bench.begin_send("k1", "text").await else { panic!("known") };
    assert_eq!((record.state, record.answer), (DeliveryState::Sent, None));
    assert_eq!(bench.log(conversation).await[2..], ["visitor: text", "k1 unknown", "k1 sent"]);
}

async fn an_echo_that_overtakes_the_answer_settles_and_a_lost_answer_changes_nothing_after_it(bench: Bench) {
    let conversation = bench.started().await;
    for (key, outcome) in [("k1", accepted_send("k1")), ("k2", Outcome::Unknown), ("k3", Outcome::Failed)] {
        let on_its_way = forward(bench.begin_send(key, key).await);
        assert_eq!(bench.deliver(&[says(Author::Visitor, key)]).await.echoes, 1);
        assert_eq!(bench.settle(&on_its_way, outcome).await.record.state, DeliveryState::Sent);
    }
    let log = bench.log(conversation).await;
    assert_eq!(log[2..], ["visitor: k1", "k1 sent", "visitor: k2", "k2 sent", "visitor: k3", "k3 sent"]);
}

async fn an_echo_names_its_message_where_the_platform_gives_ids(bench: Bench) {
    let conversation = bench.started().await;
    bench.sent("k1", "first").await;
    bench.sent("k2", "second").await;
    let rewritten = with_id("m-k2", says(Author::Visitor, "s*****"));
    assert_eq!(bench.deliver(&[rewritten]).await.echoes, 1, "by id, whatever its words");
    assert_eq!(bench.deliver(&[with_id("m-k1", says(Author::Visitor, "first"))]).await.echoes, 1);
    assert_eq!(bench.log(conversation).await.len(), 6);
}

async fn a_failed_message_that_arrived_after_all_is_sent(bench: Bench) {
    bench.started().await;
    let failed = forward(bench.begin_send("k1", "text").await);
    bench.settle(&failed, Outcome::Failed).await;
    assert_eq!(bench.deliver(&[says(Author::Visitor, "text")]).await.reconciled, 1);
    assert_eq!(known_state(bench.begin_send("k1", "text").await), DeliveryState::Sent, "not forwarded a second time");
}

async fn an_echo_that_is_repeated_is_not_taken_for_a_new_message(bench: Bench) {
    let conversation = bench.started().await;
    bench.sent("k1", "ok").await;
    for _ in 0..3 {
        bench.deliver(&[says(Author::Visitor, "ok")]).await;
    }
    assert_eq!(bench.log(conversation).await.len(), 4);
    bench.clock.advance(Duration::from_secs(61));
    bench.deliver(&[says(Author::Visitor, "ok")]).await;
    assert_eq!(bench.log(conversation).await.last().map(String::as_str), Some("visitor: ok"), "much later: elsewhere");
}

async fn an_honest_repeat_survives(bench: Bench) {
    let conversation = bench.started().await;
    bench.deliver(&[says(Author::Bot, "ok")]).await;
    bench.deliver(&[says(Author::Bot, "ok")]).await;
    bench.deliver(&[says(Author::Bot, "so"), says(Author::Bot, "so")]).await;
    assert_eq!(bench.log(conversation).await[2..], ["bot: ok", "bot: ok", "bot: so", "bot: so"]);
}

async fn what_was_not_acknowledged_comes_again_any_number_of_times_and_is_logged_once(bench: Bench) {
    let conversation = bench.started().await;
    let event = [says(Author::Bot, "one")];
    let lost = bench.deliver_unacknowledged(&event).await;
    let lost_again = bench.deliver_unacknowledged(&event).await;
    let acknowledged = bench.deliver(&event).await;
    assert_eq!((lost.entries, lost_again.redelivered, acknowledged.redelivered), (1, 1, 1));
    assert_eq!(bench.deliver(&event).await.entries, 1, "once acknowledged, the same again is new");
    assert_eq!(bench.log(conversation).await[2..], ["bot: one", "bot: one"]);
}

async fn the_same_at_the_same_time_is_one(bench: Bench) {
    let conversation = bench.started().await;
    let event = [says(Author::Bot, "one")];
    let (first, stats) = bench.deliver_unanswered(&event).await;
    assert_eq!(stats.entries, 1);
    for _ in 0..9 {
        assert_eq!(bench.deliver(&event).await.redelivered, 1, "the first is not acknowledged yet");
    }
    bench.store.acknowledge(first, true);
    assert_eq!(bench.log(conversation).await[2..], ["bot: one"]);
}

async fn a_crash_before_the_acknowledgement_makes_the_next_delivery_a_repetition(bench: Bench) {
    let conversation = bench.started().await;
    bench.deliver_unanswered(&[says(Author::Bot, "one")]).await;
    let bench = bench.reopened().await;
    assert_eq!(bench.deliver(&[says(Author::Bot, "one")]).await.redelivered, 1);
    assert_eq!(bench.deliver(&[says(Author::Bot, "one")]).await.entries, 1);
    assert_eq!(bench.log(conversation).await[2..], ["bot: one", "bot: one"]);
}

async fn a_repetition_that_never_came_is_not_expected_for_ever(bench: Bench) {
    bench.started().await;
    bench.deliver_unacknowledged(&[says(Author::Bot, "one")]).await;
    bench.clock.advance(Duration::from_secs(3601));
    assert_eq!(bench.deliver(&[says(Author::Bot, "one")]).await.entries, 1);
}

async fn an_event_with_an_id_is_known_by_it(bench: Bench) {
    let conversation = bench.started().await;
    let one = with_id("e1", says(Author::Bot, "ok"));
    let two = with_id("e2", says(Author::Bot, "ok"));
    assert_eq!(bench.deliver(&[one.clone(), one.clone()]).await.redelivered, 1);
    assert_eq!(bench.deliver(std::slice::from_ref(&two)).await.entries, 1);
    for _ in 0..3 {
        assert_eq!(bench.deliver(&[two.clone(), one.clone()]).await.redelivered, 2);
    }
    let bench = bench.reopened().await;
    assert_eq!(bench.deliver(&[two, one]).await.redelivered, 2);
    assert_eq!(bench.log(conversation).await[2..], ["bot: ok", "bot: ok"]);
}

async fn a_state_that_holds_already_is_not_said_again(bench: Bench) {
    let conversation = bench.started().await;
    let assignee = |name: &str| {
        event(EventKind::Assignee(Assignee { kind: Author::Agent, name: Some(name.to_owned()), picture: None }))
    };
    for event in [assignee("Ann"), assignee("Ann"), assignee("Bo"), assignee("Ann")] {
        bench.deliver(&[event]).await;
    }
    bench.deliver(&[event(EventKind::Status(Status::Open))]).await;
    assert_eq!(bench.log(conversation).await[2..], ["assignee Ann", "assignee Bo", "assignee Ann"]);
}
