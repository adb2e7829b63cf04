//! Every decision of a running chat, without I/O, as in Elm: Input → Machine → State + Effects.
//!
//! [`Machine`] is one of two: [`idle`] until something is said, then [`chat`], whose code is loaded when it is needed. Both take an
//! [`Input`](input::Input) with its clocks and random number ([`Now`](input::Now)), change the conversation and return
//! [`Effect`](effect::Effect)s for the runtime. The chat machine is put together from small ones: [`connection`], [`leader_election`],
//! `send_queue`, `log_reader`, `token_refresh`.

pub mod chat;
pub mod connection;
pub mod effect;
pub mod idle;
pub mod input;
pub mod leader_election;
pub mod log_reader;
mod send_queue;
pub mod storage_schema;
pub mod stored_onboarding;
pub mod tab_message;
mod token_refresh;

use std::rc::Rc;

use effect::Effect;
use idle::IdleMachine;
use input::{Input, Now};
use storage_schema::StoredConversation;

use crate::{api::Credentials, conversation::Conversation};

/// What the client is asked, from outside of its part of the program.
pub trait ChatLogic {
    /// Handles an input and adds to `effects` what is to be done about it. Returns whether the conversation changed.
    fn handle(&mut self, input: Input, now: Now, effects: &mut Vec<Effect>) -> bool;
    /// The conversation as it stands.
    fn state(&self) -> &Rc<Conversation>;
    /// The visitor, once there is one.
    fn credentials(&self) -> Option<&Rc<Credentials>>;
    /// The conversation as it is to be stored.
    fn to_store(&self) -> StoredConversation;
    /// When [`Input::Ticked`] is due, monotonic.
    fn due(&self, now: u64) -> Option<u64>;
}

/// Makes the client that goes on from where a prelude stands.
pub type Promote = fn(IdleMachine, Now) -> Box<dyn ChatLogic>;

/// See the file's head.
pub enum Machine {
    /// Nothing was said yet.
    IdleMachine(IdleMachine),
    /// All the rest.
    ChatMachine(Box<dyn ChatLogic>),
}

impl Machine {
    /// Handles an input. `begin`: how to go on with a client, once its part of the program is here.
    ///
    /// # Errors
    /// The input, where it must wait for that part.
    pub fn handle(
        &mut self,
        input: Input,
        now: Now,
        effects: &mut Vec<Effect>,
        begin: Option<Promote>,
    ) -> Result<bool, Input> {
        let prelude = match self {
            Self::ChatMachine(client) => return Ok(client.handle(input, now, effects)),
            Self::IdleMachine(prelude) => prelude,
        };
        let input = if prelude.wants_chat() && begin.is_some() {
            input
        } else {
            match prelude.handle(input, now, effects) {
                Ok(changed) => return Ok(changed),
                Err(input) => input,
            }
        };
        let Some(begin) = begin else { return Err(input) };
        let mut client = begin(std::mem::take(prelude), now);
        let changed = client.handle(input, now, effects);
        *self = Self::ChatMachine(client);
        Ok(changed)
    }

    /// The conversation as it stands.
    #[must_use]
    pub fn state(&self) -> &Rc<Conversation> {
        match self {
            Self::IdleMachine(prelude) => prelude.state(),
            Self::ChatMachine(client) => client.state(),
        }
    }

    /// The visitor, once there is one.
    #[must_use]
    pub fn credentials(&self) -> Option<&Rc<Credentials>> {
        match self {
            Self::IdleMachine(prelude) => prelude.credentials(),
            Self::ChatMachine(client) => client.credentials(),
        }
    }

    /// The conversation as it is to be stored, once there may be one.
    #[must_use]
    pub fn to_store(&self) -> Option<StoredConversation> {
        match self {
            Self::IdleMachine(_) => None,
            Self::ChatMachine(client) => Some(client.to_store()),
        }
    }

    /// When [`Input::Ticked`] is due, monotonic.
    #[must_use]
    pub fn due(&self, now: u64) -> Option<u64> {
        match self {
            Self::IdleMachine(prelude) => prelude.due(),
            Self::ChatMachine(client) => client.due(now),
        }
    }
}

impl Default for Machine {
    fn default() -> Self {
        Self::IdleMachine(IdleMachine::default())
    }
}
