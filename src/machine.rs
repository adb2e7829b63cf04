//! Every decision of a running chat, without I/O, as in Elm: Input → Machine → State + Effects.
//!
//! [`Machine`] is one of two: [`idle`] until something is said, then [`chat`], whose code is
//! loaded when it is needed. Both take an [`Input`](input::Input) with its clocks and random
//! number ([`Now`](input::Now)), change the conversation and return [`Effect`](effect::Effect)s
//! for the runtime. The chat machine is put together from small ones: [`connection`],
//! [`leader_election`], `send_queue`, `log_reader`, `token_refresh`.

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
pub mod user_action;

use std::rc::Rc;

use effect::Effect;
use idle::IdleMachine;
use input::{Input, Now};
use storage_schema::StoredConversation;
use token_refresh::TokenRefresh;

use crate::{api::Credentials, conversation::Conversation};

/// What both machines have in common; the hand-over moves it.
#[derive(Clone, Debug, Default)]
pub struct Core {
    state: Rc<Conversation>,
    token_refresh: TokenRefresh,
    /// Do replies come by stream or poll?
    listens: bool,
    /// Has the visitor shown intent? Before that nothing is connected, fetched or stored.
    awake: bool,
    /// Was the window opened or closed last, in whichever tab? New tabs begin so.
    opens: bool,
    /// When the composer was last written in, monotonic; an empty one does not count.
    wrote: Option<u64>,
    save_due: Option<u64>,
}

impl Core {
    /// The conversation as it is now.
    #[must_use]
    pub fn state(&self) -> &Rc<Conversation> {
        &self.state
    }

    /// The visitor's credentials, once there are some.
    #[must_use]
    pub fn credentials(&self) -> Option<&Rc<Credentials>> {
        self.token_refresh.credentials()
    }

    /// An opened window will need a token soon: the first message should not wait for it.
    fn wants_token(&self) -> bool {
        self.awake && self.state.may_call() && self.state.window_open() && self.token_refresh.credentials().is_none()
    }

    fn set_draft(&mut self, draft: &str, now: Now) {
        self.wrote = Some(now.monotonic).filter(|_| !draft.is_empty());
        self.awake |= !draft.is_empty();
    }
}

/// The chat machine, as code outside of the lazy module sees it: a virtual table made in that
/// module keeps all code behind it out of the main program.
pub trait ChatLogic {
    /// What it has in common with the idle machine.
    fn core(&self) -> &Core;
    /// Handles an input and adds to `effects`. Returns whether the conversation changed.
    fn handle(&mut self, input: Input, now: Now, effects: &mut Vec<Effect>) -> bool;
    /// The conversation as it is to be stored.
    fn to_store(&self) -> StoredConversation;
    /// When [`Input::Ticked`] is due, monotonic. What waits for something else has no time.
    fn due(&self, now: u64) -> Option<u64>;
}

/// Makes the chat machine that goes on from where an idle one is.
pub type Promote = fn(IdleMachine, Now) -> Box<dyn ChatLogic>;

/// The machine of a runtime.
pub enum Machine {
    /// Nothing was said yet.
    Idle(IdleMachine),
    /// All the rest.
    Chat(Box<dyn ChatLogic>),
}

impl Machine {
    /// Handles an input and adds to `effects`. Returns whether the conversation changed. `promote`
    /// is there once the lazy module is.
    ///
    /// # Errors
    /// The input, where it must wait for that module.
    pub fn handle(
        &mut self,
        input: Input,
        now: Now,
        effects: &mut Vec<Effect>,
        promote: Option<Promote>,
    ) -> Result<bool, Input> {
        let idle = match self {
            Self::Chat(chat) => return Ok(chat.handle(input, now, effects)),
            Self::Idle(idle) => idle,
        };
        let input = if idle.wants_chat() && promote.is_some() {
            input
        } else {
            match idle.handle(input, now, effects) {
                Ok(changed) => return Ok(changed),
                Err(input) => input,
            }
        };
        let Some(promote) = promote else { return Err(input) };
        let mut chat = promote(std::mem::take(idle), now);
        let changed = chat.handle(input, now, effects);
        *self = Self::Chat(chat);
        Ok(changed)
    }

    fn core(&self) -> &Core {
        match self {
            Self::Idle(idle) => idle.core(),
            Self::Chat(chat) => chat.core(),
        }
    }

    /// The conversation as it is now.
    #[must_use]
    pub fn state(&self) -> &Rc<Conversation> {
        self.core().state()
    }

    /// The visitor's credentials, once there are some.
    #[must_use]
    pub fn credentials(&self) -> Option<&Rc<Credentials>> {
        self.core().credentials()
    }

    /// The conversation as it is to be stored, once there may be one.
    #[must_use]
    pub fn to_store(&self) -> Option<StoredConversation> {
        match self {
            Self::Idle(_) => None,
            Self::Chat(chat) => Some(chat.to_store()),
        }
    }

    /// When [`Input::Ticked`] is due, monotonic.
    #[must_use]
    pub fn due(&self, now: u64) -> Option<u64> {
        match self {
            Self::Idle(idle) => idle.due(),
            Self::Chat(chat) => chat.due(now),
        }
    }
}

impl Default for Machine {
    fn default() -> Self {
        Self::Idle(IdleMachine::default())
    }
}
