//! Who decides in a session: the prelude as long as nothing was said, then the client. Pure.

use std::rc::Rc;

use super::{
    fact::{Fact, Moment},
    order::Order,
    prelude::Prelude,
    stored::StoredConversation,
};
use crate::{api::Identity, conversation::Conversation};

/// What the client is asked, from outside of its part of the program.
pub trait Decide {
    /// Hears a fact and adds to `orders` what is to be done about it. Returns whether the conversation changed.
    fn hear(&mut self, fact: Fact, moment: Moment, orders: &mut Vec<Order>) -> bool;
    /// The conversation as it stands.
    fn state(&self) -> &Rc<Conversation>;
    /// The visitor, once there is one.
    fn identity(&self) -> Option<&Rc<Identity>>;
    /// The conversation as it is to be stored.
    fn to_store(&self) -> StoredConversation;
    /// When [`Fact::Ticked`] is due, monotonic.
    fn due(&self, now: u64) -> Option<u64>;
}

/// Makes the client that goes on from where a prelude stands.
pub type Begin = fn(Prelude, Moment) -> Box<dyn Decide>;

/// See the file's head.
pub enum Mind {
    /// Nothing was said yet.
    Prelude(Prelude),
    /// All the rest.
    Client(Box<dyn Decide>),
}

impl Mind {
    /// Hears a fact. `begin`: how to go on with a client, once its part of the program is here.
    ///
    /// # Errors
    /// The fact, where it must wait for that part.
    pub fn hear(
        &mut self,
        fact: Fact,
        moment: Moment,
        orders: &mut Vec<Order>,
        begin: Option<Begin>,
    ) -> Result<bool, Fact> {
        let prelude = match self {
            Self::Client(client) => return Ok(client.hear(fact, moment, orders)),
            Self::Prelude(prelude) => prelude,
        };
        let fact = if prelude.wants_client() && begin.is_some() {
            fact
        } else {
            match prelude.hear(fact, moment, orders) {
                Ok(changed) => return Ok(changed),
                Err(fact) => fact,
            }
        };
        let Some(begin) = begin else { return Err(fact) };
        let mut client = begin(std::mem::take(prelude), moment);
        let changed = client.hear(fact, moment, orders);
        *self = Self::Client(client);
        Ok(changed)
    }

    /// The conversation as it stands.
    #[must_use]
    pub fn state(&self) -> &Rc<Conversation> {
        match self {
            Self::Prelude(prelude) => prelude.state(),
            Self::Client(client) => client.state(),
        }
    }

    /// The visitor, once there is one.
    #[must_use]
    pub fn identity(&self) -> Option<&Rc<Identity>> {
        match self {
            Self::Prelude(prelude) => prelude.identity(),
            Self::Client(client) => client.identity(),
        }
    }

    /// The conversation as it is to be stored, once there may be one.
    #[must_use]
    pub fn to_store(&self) -> Option<StoredConversation> {
        match self {
            Self::Prelude(_) => None,
            Self::Client(client) => Some(client.to_store()),
        }
    }

    /// When [`Fact::Ticked`] is due, monotonic.
    #[must_use]
    pub fn due(&self, now: u64) -> Option<u64> {
        match self {
            Self::Prelude(prelude) => prelude.due(),
            Self::Client(client) => client.due(now),
        }
    }
}

impl Default for Mind {
    fn default() -> Self {
        Self::Prelude(Prelude::default())
    }
}
