//! The gate before the chat: what the visitor passes there, and what the page is told of it.

use super::Client;
use crate::{
    conversation::gate::Step,
    session::{
        fact::Moment,
        order::{Order, Outgoing},
    },
};

impl Client {
    pub(super) fn step(&mut self, step: Step, moment: Moment, orders: &mut Vec<Order>) {
        // Once for each conversation, whatever two tabs do.
        if matches!(step, Step::Rated(_)) && self.state.is_rated() {
            return;
        }
        self.apply(self.state.after(&step, moment.wall));
        match step {
            Step::ConsentGiven => {
                orders.push(Order::Tell(Outgoing::Consent { given: true }));
                self.hurry(moment);
            }
            Step::ConsentDeclined => {
                orders.push(Order::Tell(Outgoing::Consent { given: false }));
                self.close(orders);
            }
            Step::Rated(rating) => {
                let conversation = self.state.id().cloned();
                orders.push(Order::Tell(Outgoing::Rated { rating, conversation }));
            }
            Step::FormFilled(_) | Step::HomeLeft | Step::HomeEntered => {}
        }
    }

    /// What was passed is stored at once, but for a consent that was not given.
    pub(super) fn save_passed(&mut self, orders: &mut Vec<Order>) {
        if self.saved.passed != *self.state.passed() {
            self.saved.passed = self.state.passed().clone();
            orders.push(Order::SavePassed(self.state.passed().clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        conversation::gate::Gate,
        session::{fact::Fact, stored::Found},
    };

    fn hear(client: &mut Client, fact: Fact) -> Vec<Order> {
        let mut orders = Vec::new();
        client.hear(fact, Moment { now: 1, wall: 1_000, chance: 0 }, &mut orders);
        orders.retain(|order| !matches!(order, Order::Tell(_)));
        orders
    }

    #[test]
    fn before_consent_nothing_is_asked_for_and_nothing_is_stored() {
        let mut client = Client::new(true);
        let gate = Gate { consent: Some("1".into()), ..Gate::default() };
        let said = || Fact::Said { id: "m1".into(), text: "Hello".into(), typed: None };
        for fact in [
            Fact::GateSet(gate),
            Fact::Loaded(Box::default()),
            Fact::Opened,
            said(),
            Fact::Drafted("More".into()),
            Fact::Hidden,
            Fact::Stepped(Step::ConsentDeclined),
            Fact::Opened,
            Fact::Ticked,
        ] {
            let orders = hear(&mut client, fact);
            assert!(orders.is_empty(), "{orders:?}");
        }
        assert_eq!(client.due(1).filter(|due| *due <= 1), None, "and nothing is waited for");
        let orders = hear(&mut client, Fact::Stepped(Step::ConsentGiven));
        assert!(orders.iter().any(|order| matches!(order, Order::Authorize { .. })));
        assert!(orders.iter().any(|order| matches!(order, Order::SavePassed(_))));
        assert!(orders.iter().any(|order| matches!(order, Order::SaveMessage(_))), "what was said is kept now");
    }

    #[test]
    fn a_running_conversation_stops_at_a_new_version_of_the_consent() {
        let mut client = Client::new(true);
        let gate = |version: &str| Gate { consent: Some(version.into()), ..Gate::default() };
        hear(&mut client, Fact::GateSet(gate("1")));
        hear(&mut client, Fact::Loaded(Box::<Found>::default()));
        hear(&mut client, Fact::Opened);
        hear(&mut client, Fact::Stepped(Step::ConsentGiven));
        hear(&mut client, Fact::GateSet(gate("2")));
        let orders = hear(&mut client, Fact::Said { id: "m1".into(), text: "Hello".into(), typed: None });
        assert!(orders.is_empty(), "{orders:?}");
    }
}
