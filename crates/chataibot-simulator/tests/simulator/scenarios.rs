//! Each scenario's keyword triggers what it describes, and the tour is a conversation.

use chataibot_simulator::clock::{now, write_day};
use serde_json::{Value, json};

use crate::calls::list;
use crate::harness::{Harness, VISITOR};

fn fixture(name: &str) -> Value {
    let path = format!("{}/../../tests/fixtures/platform/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let body: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    body["events"][0]["event"]["payload"]["message"].clone()
}

#[tokio::test]
async fn each_word_delivers_its_shape() {
    let words = [
        ("text", "seen-message-text"),
        ("rich", "seen-message-text-rich"),
        ("long", "guess-message-text-long"),
        ("long word", "guess-message-text-long-word"),
        ("rtl", "guess-message-text-right-to-left"),
        ("emoji", "guess-message-text-emoji"),
        ("more emoji", "guess-message-text-emoji-mixed"),
        ("html", "guess-message-text-hostile-html"),
        ("plain", "guess-message-text-without-markup"),
        ("json", "guess-message-text-is-json"),
        ("info", "guess-message-send-message-info"),
        ("unknown", "guess-message-unknown-with-title"),
        ("unknown text", "guess-message-unknown-with-text"),
        ("image", "guess-message-send-message-image"),
        ("video", "guess-message-send-message-video"),
        ("audio", "guess-message-send-message-audio"),
        ("document", "guess-message-send-message-document"),
        ("documents", "guess-message-document-size"),
        ("parts", "guess-message-send-message"),
        ("buttons", "seen-message-button"),
        ("button column", "guess-message-button-vertical"),
        ("links", "guess-message-button-links"),
        ("list", "guess-message-list"),
        ("carousel", "guess-message-carousel"),
        ("gallery", "guess-message-image-carousel"),
        ("photos", "guess-message-image-carousel-photos"),
        ("old buttons", "guess-message-button-history"),
        ("old carousel", "guess-message-carousel-history"),
        ("old gallery", "guess-message-image-carousel-history"),
        ("bad links", "guess-message-button-hostile-links"),
        ("name", "guess-message-name"),
        ("email", "guess-message-email"),
        ("phone", "guess-message-phone"),
        ("slider", "guess-message-slider"),
        ("date", "guess-message-calendar"),
        ("date and time", "guess-message-calendar-with-time"),
        ("upload", "guess-message-file-upload"),
        ("form", "guess-message-form"),
        ("long form", "guess-message-form-choice"),
        ("appointment", "guess-message-appointment-booking"),
        ("calendly", "guess-message-calendly"),
    ];
    let harness = Harness::new().await;
    let id = harness.start().await;
    let own_media = harness.url("/media/");
    for (word, name) in words {
        harness.send(&id, word).await;
        let shown = harness.receiver.next_message().await;
        let shown = shown.to_string().replace(&own_media, "https://media.example.com/");
        assert_eq!(without_days(serde_json::from_str(&shown).unwrap()), without_days(fixture(name)), "{word}");
    }
    assert!(harness.receiver.rest().await.is_empty());
}

/// Removes a calendar's days, which are relative to today and so differ from the fixture's.
fn without_days(mut message: Value) -> Value {
    if let Some(validation) = message["validation"].as_object_mut() {
        validation.remove("min");
        validation.remove("max");
    }
    message
}

#[tokio::test]
async fn words_count_whatever_their_case_and_space() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.send(&id, "  BuTTons \n").await;
    assert_eq!(harness.receiver.next_message().await, fixture("seen-message-button"));
}

#[tokio::test]
async fn pictures_and_files_can_be_fetched_from_the_simulator() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    for (word, kind) in
        [("image", "image/svg+xml"), ("video", "video/webm"), ("audio", "audio/wav"), ("document", "application/pdf")]
    {
        harness.send(&id, word).await;
        let shown = harness.receiver.next_message().await;
        let link = shown["messages"][0][word]["link"].as_str().unwrap().to_owned();
        assert!(link.starts_with(&harness.url("/media/")), "{link}");
        let answer = harness.client.get(link).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], kind);
        assert!(answer.bytes().await.unwrap().len() > 500, "{word}");
    }
    harness.send(&id, "photos").await;
    let photos = harness.receiver.next_message().await;
    for card in list(&photos["cards"]) {
        let answer = harness.client.get(card["image"].as_str().unwrap()).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (200, &"image/jpeg".parse().unwrap())
        );
        assert!(answer.bytes().await.unwrap().starts_with(b"\xff\xd8\xff"));
    }
    assert_eq!(harness.client.get(harness.url("/media/none.svg")).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn films_and_sounds_can_be_fetched_in_parts() {
    let harness = Harness::new().await;
    let url = harness.url("/media/harbour-bell.wav");
    let whole = harness.client.get(&url).send().await.unwrap().bytes().await.unwrap();
    for (range, first, last) in [("bytes=0-3", 0, 3), ("bytes=22000-", 22_000, 22_093), ("bytes=-4", 22_090, 22_093)] {
        let answer = harness.client.get(&url).header("range", range).send().await.unwrap();
        assert_eq!(answer.status(), 206);
        assert_eq!(answer.headers()["content-range"], format!("bytes {first}-{last}/22094").as_str());
        assert_eq!(answer.bytes().await.unwrap(), whole[first..=last]);
    }
    for range in ["bytes=9-3", "bytes=99999-", "lines=1-2", "bytes=0-1,5-6"] {
        assert_eq!(harness.client.get(&url).header("range", range).send().await.unwrap().status(), 200, "{range}");
    }
}

#[tokio::test]
async fn a_long_thread_comes_whole_and_in_order() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.send(&id, "long thread").await;
    assert!(harness.receiver.next_message().await["text"].as_str().unwrap().contains("250"));
    let mut number = 0;
    while number < 250 {
        let call = harness.receiver.next().await;
        for event in list(&call.body["events"]) {
            number += 1;
            let text = event["event"]["payload"]["message"]["text"].as_str().unwrap();
            assert!(text.contains(&format!("<b>{number}</b>")), "{text}");
        }
    }
    assert!(harness.receiver.rest().await.is_empty());
}

#[tokio::test]
async fn the_calendar_begins_today() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    let before = write_day(now());
    harness.send(&id, "date").await;
    let shown = harness.receiver.next_message().await;
    let after = write_day(now());
    let (min, max) = (shown["validation"]["min"].as_str().unwrap(), shown["validation"]["max"].as_str().unwrap());
    assert!(*before <= *min && *min <= *after && min < max, "{shown}");
}

#[tokio::test]
async fn the_greeting_comes_once_and_suggests_what_to_do() {
    let harness = Harness::new().await;
    harness.try_start("Hello").await.unwrap();
    let created = harness.receiver.next().await;
    assert_eq!(created.body["events"][0]["event"]["type"], "conversation_create");
    assert_eq!(harness.receiver.next_message().await["text"], "Hello");
    let welcome = harness.receiver.next_message().await;
    assert!(welcome["messages"][0]["text"].as_str().unwrap().contains("welcome"));
    assert_lists_every_scenario(welcome["messages"][1]["info"]["title"].as_str().unwrap());
    let menu = harness.receiver.next_message().await;
    let labels: Vec<&str> = list(&menu["buttons"]).iter().map(|button| button["title"].as_str().unwrap()).collect();
    assert_eq!(labels, ["Plan a weekend", "Show me places", "Opening hours", "Talk to a person", "Show me everything"]);
    harness.idle().await;
    assert!(harness.receiver.rest().await.is_empty());
}

#[tokio::test]
async fn a_word_in_the_first_message_is_played_after_a_short_greeting() {
    let harness = Harness::new().await;
    harness.try_start("slider").await.unwrap();
    harness.receiver.next().await;
    assert_eq!(harness.receiver.next_message().await["text"], "slider");
    assert!(harness.receiver.next_message().await["text"].as_str().unwrap().contains("Pip"));
    assert_eq!(harness.receiver.next_message().await["type"], "slider");
}

/// Checks that every scenario is listed, in the platform editor's 1,000 characters (DOC).
fn assert_lists_every_scenario(html: &str) {
    for scenario in chataibot_simulator::scenario::SCENARIOS {
        assert!(html.contains(scenario.words[0]), "{} is missing", scenario.words[0]);
    }
    assert!(html.chars().count() <= 1000, "{}", html.chars().count());
}

#[tokio::test]
async fn help_lists_every_scenario_and_stays_within_the_platforms_limits() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.send(&id, "help").await;
    let help = harness.receiver.next_message().await;
    assert_lists_every_scenario(help["text"].as_str().unwrap());
    let favourites = harness.receiver.next_message().await;
    assert!(list(&favourites["buttons"]).len() <= 10);
    for button in list(&favourites["buttons"]) {
        let label = button["title"].as_str().unwrap();
        assert!(chataibot_simulator::scenario::find(label).is_some(), "{label} is no word");
    }
}

#[tokio::test]
async fn no_word_is_taken_twice_and_each_is_written_in_lower_case() {
    let mut seen = std::collections::HashSet::new();
    for word in chataibot_simulator::scenario::SCENARIOS.iter().flat_map(|scenario| scenario.words) {
        assert!(seen.insert(word), "{word}");
        assert_eq!(*word, word.trim().to_lowercase());
    }
}

#[tokio::test]
async fn the_tour_asks_checks_and_sums_up() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.send(&id, "Plan a weekend").await;
    assert!(harness.receiver.next_message().await["text"].as_str().unwrap().contains("weekend"));
    assert_eq!(harness.receiver.next_message().await["type"], "name");

    // A scenario's keyword, and markup: here it is taken as a name.
    harness.send(&id, "Rich <b>O'Neil</b> & Co").await;
    let asks = harness.receiver.next_message().await;
    assert_eq!(asks["type"], "email");
    assert!(asks["text"].as_str().unwrap().contains("Rich &lt;b&gt;O'Neil&lt;/b&gt; &amp; Co"), "{asks}");

    for bad in ["no idea", "rich@", "rich@example"] {
        harness.send(&id, bad).await;
        let again = harness.receiver.next_message().await;
        assert_eq!(again["type"], "email", "{bad}");
        assert!(again["text"].as_str().unwrap().contains("you@example.com"));
    }
    harness.send(&id, "rich@example.com").await;
    harness.receiver.next_message().await;
    let places = harness.receiver.next_message().await;
    assert_eq!(places["buttons"][0]["title"], "Port Ellery");

    harness.send(&id, "the moon").await;
    assert_eq!(harness.receiver.next_message().await["type"], "button");
    harness.send(&id, "port ellery").await;
    assert!(harness.receiver.next_message().await["text"].as_str().unwrap().contains("harbour"));
    let summary = harness.receiver.next_message().await;
    for part in ["Rich &lt;b&gt;", "rich@example.com", "Port Ellery", "€189"] {
        assert!(summary["title"].as_str().unwrap().contains(part), "{part}: {summary}");
    }
    harness.send(&id, "Yes, please").await;
    assert!(harness.receiver.next_message().await["text"].as_str().unwrap().contains("on hold"));
}

#[tokio::test]
async fn the_tour_can_be_left() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.send(&id, "tour").await;
    harness.receiver.next_message().await;
    harness.receiver.next_message().await;
    harness.send(&id, "stop").await;
    assert!(harness.receiver.next_message().await["text"].as_str().unwrap().contains("Nothing is booked"));
    harness.send(&id, "Ada").await;
    assert_eq!(harness.receiver.next_message().await["type"], "button", "no longer taken for a name");
}

#[tokio::test]
async fn questions_check_their_answers() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    for (word, bad, kind, good) in [
        ("email", "nope", "email", "ada@example.com"),
        ("phone", "nope", "phone", "+44 20 7946 0123"),
        ("slider", "99", "text", "3 nights"),
    ] {
        harness.send(&id, word).await;
        harness.receiver.next_message().await;
        harness.send(&id, bad).await;
        assert_eq!(harness.receiver.next_message().await["type"], kind);
        harness.send(&id, good).await;
        let thanks = harness.receiver.next_message().await;
        assert!(thanks["text"].as_str().unwrap().contains(&good[..1]), "{thanks}");
    }
}

#[tokio::test]
async fn anything_else_gets_a_kind_answer_with_the_visitors_markup_escaped() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.send(&id, "When do you open?").await;
    assert!(harness.receiver.next_message().await["text"].as_str().unwrap().contains("9:00"));
    harness.send(&id, "<img src=x>").await;
    let answer = harness.receiver.next_message().await;
    let title = answer["title"].as_str().unwrap();
    assert!(title.contains("&lt;img src=x&gt;") && title.contains("<b>help</b>"), "{title}");
    // "this" contains "hi", but is not a greeting.
    harness.send(&id, "this").await;
    assert!(harness.receiver.next_message().await["title"].as_str().unwrap().contains("“this”"));
}

#[tokio::test]
async fn typing_is_a_delay_and_then_words() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.send(&id, "typing").await;
    assert_eq!(harness.receiver.next_message().await["type"], "delay");
    assert_eq!(harness.receiver.next_message().await["type"], "text");
    harness.send(&id, "javascript").await;
    assert_eq!(harness.receiver.next_message().await["type"], "javascript");
    assert_eq!(harness.receiver.next_message().await["type"], "text");
}

#[tokio::test]
async fn twice_delivers_the_same_bytes_again() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.send(&id, "twice").await;
    let (first, second) = (harness.receiver.next().await, harness.receiver.next().await);
    assert_eq!(first.text, second.text);
}

#[tokio::test]
async fn burst_keeps_its_order_and_batch_is_one_call() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.send(&id, "burst").await;
    harness.receiver.next_message().await;
    for number in 1..=20 {
        let wanted = format!("<p>Station <b>{number}</b> of 20</p>");
        assert_eq!(harness.receiver.next_message().await["text"], wanted);
    }
    harness.send(&id, "batch").await;
    let batch = harness.receiver.next().await;
    let texts: Vec<&str> = list(&batch.body["events"])
        .iter()
        .map(|event| event["event"]["payload"]["message"]["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, ["<p>Three messages,</p>", "<p>one delivery,</p>", "<p>in this order.</p>"]);
}

#[tokio::test]
async fn fail_and_limit_refuse_the_first_try_and_take_the_second() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    for (word, status, error) in [("fail", 400, "CONVERSATION_CREATION_EXCEPTION"), ("limit", 429, "TOO_MANY_REQUESTS")]
    {
        for _ in 0..2 {
            let refused = harness.try_send(&id, word).await.unwrap();
            assert_eq!((refused.status, &refused.body["error"]), (status, &json!(error)));
            assert_eq!(refused.headers.get("retry-after").map(|value| value == "2"), (status == 429).then_some(true));
            harness.send(&id, word).await;
            assert_eq!(harness.receiver.next_message().await["type"], "text");
        }
    }
    // Also on start: the refused one creates nothing.
    let refused = harness.try_start("fail").await.unwrap();
    assert_eq!(refused.status, 400);
    assert_eq!(harness.try_start("fail").await.unwrap().status, 200);
    assert_eq!(list(&harness.look("conversations").await["conversations"]).len(), 2);
}

#[tokio::test]
async fn lost_is_processed_but_never_answered() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    let lost = harness.try_send(&id, "lost").await;
    assert!(lost.is_err(), "{lost:?}");
    assert_eq!(harness.receiver.next_message().await["text"], "lost");
    assert!(harness.receiver.next_message().await["text"].as_str().unwrap().contains("lost"));
    let calls = harness.look(&format!("calls?call=send&conversation={id}")).await;
    assert_eq!((&calls["calls"][0]["processed"], &calls["calls"][0]["outcome"]), (&json!(true), &json!("cut")));
}

#[tokio::test]
async fn late_delivers_the_reply_before_the_answer() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    // The webhook is paused, so the answer must wait.
    harness.order("webhooks/pause", json!({})).await;
    let send = tokio::spawn({
        let request = harness.client.post(harness.url(&format!("/api/v1/conversation/{id}/messages")));
        request.bearer_auth("demo-account-token").json(&Harness::send_body("late")).send()
    });
    let open = harness.look("calls?call=send&processed=true&at_least=1").await;
    assert_eq!(open["calls"][0]["outcome"], "open");
    harness.order("webhooks/resume", json!({})).await;
    assert_eq!(harness.receiver.next_message().await["text"], "late");
    assert!(harness.receiver.next_message().await["text"].as_str().unwrap().contains("before"));
    assert_eq!(send.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn slow_is_answered_in_the_end() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.send(&id, "slow").await;
    assert!(harness.receiver.next_message().await["text"].as_str().unwrap().contains("took its time"));
}

#[tokio::test]
async fn unavailable_and_blocked_are_refused_until_the_visitor_starts_anew() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    assert_eq!(harness.try_send(&id, "unavailable").await.unwrap().body["error"], "CHANNEL_NOT_ENABLED");
    assert_eq!(harness.try_send(&id, "blocked").await.unwrap().body["error"], "CONTACT_IS_BLOCKED");
    assert_eq!(harness.try_send(&id, "text").await.unwrap().body["error"], "CONTACT_IS_BLOCKED");
    let anew = harness.start().await;
    harness.send(&anew, "text").await;
}

#[tokio::test]
async fn handover_brings_a_person_and_back() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.send(&id, "Talk to a person").await;
    harness.receiver.next_message().await;
    let assigned = harness.receiver.next().await;
    let event = &assigned.body["events"][0]["event"];
    assert_eq!(event["type"], "assignee");
    assert_eq!(event["payload"]["assignee"]["name"], "Noor Haddad");
    assert_eq!(event["payload"]["assignee"]["image"], harness.url("/media/noor.svg"));
    let hello = harness.receiver.next().await;
    assert_eq!(hello.body["events"][0]["event"]["payload"]["message_by"]["type"], "agent");

    harness.send(&id, "buttons").await;
    let answer = harness.receiver.next().await;
    assert_eq!(answer.body["events"][0]["event"]["payload"]["message_by"]["type"], "agent", "no scenario with Noor");
    harness.send(&id, "bot").await;
    harness.receiver.next_message().await;
    let back = harness.receiver.next().await;
    assert_eq!(back.body["events"][0]["event"]["payload"]["assignee"]["type"], "bot");
    harness.receiver.next_message().await;
    harness.send(&id, "buttons").await;
    assert_eq!(harness.receiver.next_message().await["type"], "button");
}

#[tokio::test]
async fn close_ends_the_conversation() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.send(&id, "close").await;
    harness.receiver.next_message().await;
    let closed = harness.receiver.next().await;
    let event = &closed.body["events"][0];
    assert_eq!((&event["event"]["type"], &event["event"]["payload"]["status"]), (&json!("status"), &json!("closed")));
    assert_eq!(event["conversation"]["key"], id);
    assert_eq!(event["visitor"]["key"], format!("{VISITOR}_103039226478"));
    assert_eq!(harness.try_send(&id, "text").await.unwrap().body["message"], "conversation: is closed");
}
