//! The conversation's state against a model: after any actions, the list is the log and then the
//! outbox.

use std::rc::Rc;

use chataibot_widget::conversation::{Action, ConnectionStatus, Conversation, RawEntry, SendState};
use chataibot_wire::{Author, Cursor, Entry, Event, entry::DeliveryState};
use proptest::prelude::*;

use crate::fixtures::*;

/// The simplest correct model: a log, and what is not in it yet.
#[derive(Default)]
struct Model {
    log: Vec<(Author, Option<String>)>,
    local: Vec<String>,
}

impl Model {
    fn order(&self) -> Vec<String> {
        let logged = self.log.iter().enumerate().map(|(at, (_, id))| id.clone().unwrap_or_else(|| format!("#{at}")));
        let unlogged = self.local.iter().filter(|id| !self.log.iter().any(|(_, logged)| logged.as_ref() == Some(id)));
        logged.chain(unlogged.cloned()).collect()
    }
}

#[derive(Clone, Debug)]
enum Step {
    Compose,
    Begin,
    Accept(usize),
    Delay(usize),
    LogLocal(usize),
    LogBot,
    LogStranger,
    Rebuild,
    Open,
    Close,
    Link(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Compose),
        Just(Step::Begin),
        (0usize..4).prop_map(Step::Accept),
        (0usize..4).prop_map(Step::Delay),
        (0usize..4).prop_map(Step::LogLocal),
        Just(Step::LogBot),
        Just(Step::LogStranger),
        Just(Step::Rebuild),
        Just(Step::Open),
        Just(Step::Close),
        (0u32..3).prop_map(Step::Link),
    ]
}

proptest! {
    #[test]
    fn the_list_is_the_log_and_then_the_outbox_whatever_happens(steps in proptest::collection::vec(step(), 0..60)) {
        let mut state = Conversation::default();
        state.apply(Action::Started("c".into()));
        let mut model = Model::default();
        let mut log: Vec<Rc<RawEntry>> = Vec::new();
        let mut epoch = 1;
        let mut keys: Vec<(String, u32)> = Vec::new();
        for (number, step) in steps.into_iter().enumerate() {
            let now = u64::try_from(number).expect("small") * 7_000;
            let unlogged = |at: usize, model: &Model| {
                let logged = |id: &&String| !model.log.iter().any(|(_, logged)| logged.as_ref() == Some(id));
                model.local.iter().filter(logged).nth(at).cloned()
            };
            let mut append = |event: Event, epoch: u32| {
                let seq = u32::try_from(log.len()).expect("small") + 1;
                log.push(Rc::new(RawEntry::from(Entry { cursor: Cursor { epoch, seq }, at: now, event })));
                Action::Received { entry: log[log.len() - 1].clone(), now }
            };
            let action = match step {
                Step::Compose => {
                    let id = format!("m{number:03}");
                    model.local.push(id.clone());
                    Action::Composed { id: id.as_str().into(), text: id.as_str().into(), typed: None, at: now }
                }
                Step::Begin => match state.next_to_send() {
                    Some(pending) => Action::SendBegan(pending.id.clone()),
                    None => continue,
                },
                Step::Accept(at) => match model.local.get(at) {
                    Some(id) => Action::SendAccepted { id: id.as_str().into(), now },
                    None => continue,
                },
                Step::Delay(at) => match model.local.get(at) {
                    Some(id) => Action::SendDelayed(id.as_str().into()),
                    None => continue,
                },
                Step::LogLocal(at) => match unlogged(at, &model) {
                    Some(id) => {
                        model.log.push((Author::Visitor, Some(id.clone())));
                        append(visitor(&id, &id), epoch)
                    }
                    None => continue,
                },
                Step::LogBot => {
                    model.log.push((Author::Bot, None));
                    append(bot("b"), epoch)
                }
                Step::LogStranger => {
                    let id = format!("s{number:03}");
                    model.log.push((Author::Visitor, Some(id.clone())));
                    append(visitor(&id, &id), epoch)
                }
                Step::Rebuild => {
                    epoch += 1;
                    for entry in &mut log {
                        let mut moved = Entry::clone(entry);
                        moved.cursor.epoch = epoch;
                        *entry = Rc::new(moved.into());
                    }
                    Action::Rebuilt { entries: log.clone(), has_earlier: false }
                }
                Step::Open => Action::WindowOpened,
                Step::Close => Action::WindowClosed,
                Step::Link(attempt) => Action::ConnectionChanged(ConnectionStatus::Reconnecting { attempt }),
            };

            let held = state.rows().to_vec();
            let held_keys: Vec<u32> = held.iter().map(|row| row.key).collect();
            state.apply(action.clone());

            // Applying an action twice changes nothing. (A rebuilt log counts as a change each
            // time, but shows the same.)
            let mut again = state.clone();
            let rebuilt = matches!(action, Action::Rebuilt { .. });
            prop_assert!(!again.apply(action) || rebuilt);
            prop_assert_eq!(again.rows(), state.rows());

            // A holder of the old rows keeps them unchanged.
            prop_assert_eq!(held.iter().map(|row| row.key).collect::<Vec<u32>>(), held_keys);

            // The order equals the model's.
            let mut bots = 0;
            let order: Vec<String> = state.rows().iter().enumerate().map(|(at, row)| {
                let message = row.message().expect("only messages here");
                bots += usize::from(message.author == Author::Bot);
                message.id.as_deref().map_or_else(|| format!("#{at}"), String::from)
            }).collect();
            prop_assert_eq!(&order, &model.order());
            prop_assert_eq!(bots, model.log.iter().filter(|(author, _)| *author == Author::Bot).count());

            // A message keeps its key forever, and no two messages share one.
            for row in state.rows() {
                let Some(id) = row.message().and_then(|m| m.id.as_deref()) else { continue };
                match keys.iter().find(|(known, _)| known == id) {
                    Some((_, key)) => prop_assert_eq!(row.key, *key),
                    None => keys.push((id.to_owned(), row.key)),
                }
            }
            let mut all: Vec<u32> = state.rows().iter().map(|row| row.key).collect();
            all.sort_unstable();
            all.dedup();
            prop_assert_eq!(all.len(), state.rows().len());

            // Group marks of neighbours agree, and nothing is unread while the window is watched.
            for pair in state.rows().windows(2) {
                prop_assert_eq!(pair[0].last_in_group, pair[1].first_in_group);
            }
            prop_assert!(state.rows().first().is_none_or(|row| row.first_in_group));
            prop_assert!(state.rows().last().is_none_or(|row| row.last_in_group));
            if state.is_watched() {
                prop_assert_eq!(state.unread(), 0);
            }
        }
    }

    #[test]
    fn answer_and_log_may_come_in_either_order(order in Just(vec![0usize, 1, 2, 3]).prop_shuffle()) {
        // The log's order is fixed; the answer may arrive at any point of it.
        let mut state = Conversation::default();
        state.apply(Action::Started("c".into()));
        state.apply(composed("a", "one"));
        state.apply(Action::SendBegan("a".into()));
        let answer_at = order.iter().position(|n| *n == 0).expect("there");
        let log = [visitor("a", "one"), delivery("a", DeliveryState::Sent), bot("reply")];
        for at in 0..=3 {
            if at == answer_at {
                state.apply(Action::SendAccepted { id: "a".into(), now: 5 });
            }
            if let Some(event) = log.get(at) {
                state.apply(received(u32::try_from(at).expect("small") + 1, event.clone()));
            }
        }
        prop_assert_eq!(words(&state), ["one", "reply"]);
        prop_assert_eq!(state_of(&state, "a"), Some(SendState::Sent));
        prop_assert!(!state.is_typing());
        prop_assert!(state.outbox().is_empty());
    }
}
