//! Property test: any mix of sends, answers, echoes, replies, redeliveries and crashes, against a
//! model that is a few lists.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    /// The visitor sends one of a few texts, so that equal ones are common.
    Send(u8),
    /// The oldest message that is being sent gets its outcome.
    Answer(u8),
    /// The visitor sends again with the key of some message.
    Repeat(usize),
    /// The platform echoes the oldest message that reached it.
    Echo,
    /// The bot says one of a few texts; the acknowledgement of its delivery is lost some times, and
    /// the delivery repeated.
    Reply(u8, u8),
    /// The visitor writes in another channel.
    OtherChannel(u8),
    Crash,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..3u8).prop_map(Step::Send),
        4 => (0..4u8).prop_map(Step::Answer),
        2 => any::<usize>().prop_map(Step::Repeat),
        3 => Just(Step::Echo),
        3 => (0..3u8, 0..3u8).prop_map(|(text, lost)| Step::Reply(text, lost)),
        1 => (0..3u8).prop_map(Step::OtherChannel),
        1 => Just(Step::Crash),
    ];
    prop::collection::vec(step, 1..30)
}

struct Message {
    key: String,
    text: String,
    state: DeliveryState,
    forward: Forward,
    /// Number of its latest forwarding, counted over all messages.
    forwarded: usize,
    echoed: bool,
}

fn check_model(at: fn() -> StoreLocation, proxies: usize, cases: u32) {
    let config = ProptestConfig { cases, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let result = runner.run(&steps(), |steps| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let bench = if proxies == 2 { Bench::with_two_proxies(at()).await } else { Bench::at(at()).await };
            run(bench, steps).await
        })
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn a_file_holds_each_message_once_and_the_truth_about_it() {
    check_model(StoreLocation::file, 1, 40);
}

#[test]
fn memory_holds_each_message_once_and_the_truth_about_it() {
    check_model(StoreLocation::memory, 1, 40);
}

#[test]
fn redis_holds_each_message_once_and_the_truth_about_it() {
    check_model(StoreLocation::redis, 1, 40);
}

#[test]
fn two_proxies_on_one_redis_hold_each_message_once_and_the_truth_about_it() {
    check_model(StoreLocation::redis, 2, 40);
}

async fn run(mut bench: Bench, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let conversation = bench.started().await;
    let mut messages: Vec<Message> = Vec::new();
    // What visitor and bot said, in the order in which it was stored first.
    let mut said: Vec<String> = vec!["visitor: hello".to_owned()];
    let mut on_their_way: VecDeque<usize> = VecDeque::new();
    // Messages that reached the platform and were not echoed yet.
    let mut to_echo: VecDeque<usize> = VecDeque::new();
    let mut forwardings = 0;

    for step in steps {
        bench.swap_proxies();
        match step {
            Step::Send(text) => {
                let (key, text) = (format!("k{}", messages.len() + 1), format!("text {text}"));
                let begun = bench.begin_send(&key, &text).await;
                if matches!(begun, BeginOutcome::OwnedByPeer(_)) {
                    // The service waits for the other proxy's answer and tries again.
                    continue;
                }
                let forward = forward(begun);
                said.push(format!("visitor: {text}"));
                on_their_way.push_back(messages.len());
                forwardings += 1;
                let state = DeliveryState::Sending;
                messages.push(Message { key, text, state, forward, forwarded: forwardings, echoed: false });
            }
            Step::Answer(how) => {
                let Some(at) = on_their_way.pop_front() else { continue };
                let (outcome, state, arrived) = match how {
                    0 => (accepted_send("x"), DeliveryState::Sent, true),
                    1 => (Outcome::Unknown, DeliveryState::Unknown, true),
                    2 => (Outcome::Failed, DeliveryState::Failed, false),
                    _ => (refused(), DeliveryState::Refused, false),
                };
                let settled = bench.settle(&messages[at].forward, outcome).await;
                // An earlier echo takes precedence over this outcome.
                if !messages[at].echoed {
                    messages[at].state = state;
                }
                prop_assert_eq!(settled.record.state, messages[at].state);
                if arrived {
                    to_echo.push_back(at);
                }
            }
            Step::Repeat(which) => {
                if messages.is_empty() {
                    continue;
                }
                let at = which % messages.len();
                if on_their_way.contains(&at) {
                    // Within a process the service joins both (singleflight), without the store.
                    continue;
                }
                let (key, text) = (messages[at].key.clone(), messages[at].text.clone());
                let begun = bench.begin_send(&key, &text).await;
                if matches!(begun, BeginOutcome::OwnedByPeer(_)) {
                    continue;
                }
                if messages[at].state == DeliveryState::Failed {
                    messages[at].forward = forward(begun);
                    messages[at].state = DeliveryState::Sending;
                    forwardings += 1;
                    messages[at].forwarded = forwardings;
                    on_their_way.push_back(at);
                } else {
                    prop_assert_eq!(known_state(begun), messages[at].state);
                }
            }
            Step::Echo => {
                let Some(at) = to_echo.pop_front() else { continue };
                let text = messages[at].text.clone();
                let stats = bench.deliver(&[says(Author::Visitor, &text)]).await;
                prop_assert_eq!(stats.entries, 0, "never shown twice");
                // Equal messages cannot be told apart: the echo confirms the first forwarded one
                // without an echo.
                let first = messages
                    .iter_mut()
                    .filter(|message| {
                        message.text == text && !message.echoed && message.state != DeliveryState::Refused
                    })
                    .min_by_key(|message| message.forwarded);
                prop_assert_eq!(stats.echoes, u64::from(first.is_some()));
                if let Some(first) = first {
                    first.echoed = true;
                    first.state = DeliveryState::Sent;
                }
            }
            Step::Reply(text, lost) => {
                let event = [says(Author::Bot, &format!("reply {text}"))];
                for _ in 0..lost {
                    bench.deliver_unacknowledged(&event).await;
                }
                bench.deliver(&event).await;
                said.push(format!("bot: reply {text}"));
            }
            Step::OtherChannel(text) => {
                let text = format!("elsewhere {text}");
                bench.deliver(&[says(Author::Visitor, &text)]).await;
                said.push(format!("visitor: {text}"));
            }
            Step::Crash => {
                bench = bench.reopened().await;
                for at in on_their_way.drain(..) {
                    if !messages[at].echoed {
                        messages[at].state = DeliveryState::Unknown;
                    }
                    to_echo.push_back(at);
                }
            }
        }
    }

    let log = bench.log(conversation).await;
    let logged: Vec<_> = log.iter().filter(|line| line.contains(": ")).cloned().collect();
    prop_assert_eq!(logged, said, "each once, in order");
    for message in &messages {
        let last = log.iter().rfind(|line| line.starts_with(&format!("{} ", message.key)));
        let expected = format!("{} {}", message.key, state_name(message.state));
        match last {
            Some(last) => prop_assert_eq!(last, &expected),
            None => prop_assert_eq!(message.state, DeliveryState::Sending),
        }
    }
    Ok(())
}
