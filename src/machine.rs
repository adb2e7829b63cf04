//! The state machine of a running chat, without I/O, as in Elm: Input → Machine → State + Effects.
//!
//! [`Machine`] is one of two: [`idle`] until the visitor says something, then [`chat`], whose code
//! is loaded only when needed. Both take an [`Input`] with its clocks and random number ([`Now`]),
//! change the conversation and return [`Effect`]s for the runtime. The chat machine is composed of
//! smaller ones: [`connection`], [`leader_election`], `send_queue`, `log_reader`, `token_refresh`.

pub mod chat;
pub mod connection;
pub mod effect;
pub mod idle;
pub mod input;
pub mod leader_election;
pub mod log_reader;
mod send_queue;
pub mod storage_schema;
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

/// State that both machines share; it is moved when the chat machine takes over.
#[derive(Clone, Debug, Default)]
pub struct Core {
    state: Rc<Conversation>,
    token_refresh: TokenRefresh,
    /// Whether replies arrive by stream or poll; otherwise the host page receives them itself.
    receives_replies: bool,
    /// Whether the visitor has shown intent. Before that nothing is connected, fetched or stored.
    has_shown_intent: bool,
    /// Whether new tabs start with the window open: its last opening or closing in any tab decides.
    starts_open: bool,
    /// When the visitor last typed in the composer, monotonic; `None` while it is empty.
    last_typed_at: Option<u64>,
    save_due: Option<u64>,
}

impl Core {
    /// The conversation as it is now.
    pub fn state(&self) -> &Rc<Conversation> {
        &self.state
    }

    /// The visitor's credentials, once there are some.
    pub fn credentials(&self) -> Option<&Rc<Credentials>> {
        self.token_refresh.credentials()
    }

    /// Whether changes, such as those of the draft, wait to be stored.
    pub fn has_unsaved(&self) -> bool {
        self.save_due.is_some()
    }

    /// Whether to fetch a token now, so that the first message of an open window does not wait.
    fn wants_token(&self) -> bool {
        self.has_shown_intent
            && self.state.has_required_consent()
            && self.state.window_open()
            && self.token_refresh.credentials().is_none()
    }

    fn set_draft(&mut self, draft: &str, now: Now) {
        self.last_typed_at = Some(now.monotonic).filter(|_| !draft.is_empty());
        self.has_shown_intent |= !draft.is_empty();
    }
}

/// Interface of the chat machine for code outside the lazily loaded module. The virtual table is
/// created inside that module, which keeps the code behind it out of the main program.
pub trait ChatLogic {
    /// The state shared with the idle machine.
    fn core(&self) -> &Core;
    /// Handles an input and adds to `effects`. Returns whether the conversation changed.
    fn handle(&mut self, input: Input, now: Now, effects: &mut Vec<Effect>) -> bool;
    /// The conversation as it is to be stored.
    fn to_store(&self) -> StoredConversation;
    /// When [`Input::Ticked`] is due, monotonic. Only waits that end by time count.
    fn due(&self, now: u64) -> Option<u64>;
}

/// Creates the chat machine that continues from the state of an idle one.
pub type Promote = fn(IdleMachine, Now) -> Box<dyn ChatLogic>;

/// The machine of a runtime.
pub enum Machine {
    /// Before the visitor has said anything.
    Idle(IdleMachine),
    /// From then on.
    Chat(Box<dyn ChatLogic>),
}

impl Machine {
    /// Handles an input and adds to `effects`. Returns whether the conversation changed, or the input
    /// if it must wait for the lazy module; `promote` is `Some` once that is loaded.
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
        let is_replaced = idle.needs_chat_machine() && promote.is_some();
        let handled = if is_replaced { Err(input) } else { idle.handle(input, now, effects) };
        match (handled, promote) {
            (Err(input), Some(promote)) => {
                let mut chat = promote(std::mem::take(idle), now);
                let changed = chat.handle(input, now, effects);
                *self = Self::Chat(chat);
                Ok(changed)
            }
            (handled, _) => handled,
        }
    }

    /// The state that both machines share.
    pub fn core(&self) -> &Core {
        match self {
            Self::Idle(idle) => idle.core(),
            Self::Chat(chat) => chat.core(),
        }
    }

    /// The conversation as it is now.
    pub fn state(&self) -> &Rc<Conversation> {
        self.core().state()
    }

    /// The conversation as it is to be stored; `None` while the machine is idle.
    pub fn to_store(&self) -> Option<StoredConversation> {
        match self {
            Self::Idle(_) => None,
            Self::Chat(chat) => Some(chat.to_store()),
        }
    }

    /// When [`Input::Ticked`] is due, monotonic.
    pub fn due(&self, now: u64) -> Option<u64> {
        match self {
            Self::Idle(idle) => idle.due(),
            Self::Chat(chat) => chat.due(now),
        }
    }
}
