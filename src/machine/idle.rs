//! The idle machine: the state machine while nothing has been said yet. It opens the window, keeps
//! the draft, gets the visitor's token and queues the first messages. Every other input needs the
//! chat machine, which is loaded only then and takes over this state.
//!
//! Pure, and tested against the chat machine: up to the hand-over both make the same decisions.

use std::rc::Rc;

use super::{
    Core,
    chat::outputs::{SAVE_LAZILY, named},
    effect::{CoreEffect, Effect, PageEvent},
    input::{Input, Now},
    storage_schema::StoredSession,
    tab_message::TabMessage,
    user_action::UserAction,
};
use crate::conversation::{ConnectionStatus, Conversation, Problem, onboarding::Requirements};

/// The state machine while nothing has been said yet.
#[derive(Clone, Debug, Default)]
pub struct IdleMachine {
    core: Core,
    handover: Handover,
    /// Whether loading the chat machine failed.
    stuck: bool,
}

/// State of the idle machine that the chat machine needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Handover {
    /// Whether tabs coordinate.
    pub(super) shared: bool,
    /// Whether the page is frozen.
    pub(super) asleep: bool,
    pub(super) offline: bool,
    /// The draft in storage.
    pub(super) saved_draft: Rc<str>,
    /// Whether the window is open, according to storage.
    pub(super) saved_opens: bool,
    /// How many of the messages are in storage.
    pub(super) saved_messages: usize,
    /// The code of the error reported to the host page.
    pub(super) error: Option<Rc<str>>,
}

impl IdleMachine {
    /// Creates a machine without any input. `listens`: false if the host page receives replies
    /// itself.
    #[must_use]
    pub fn new(listens: bool) -> Self {
        Self { core: Core { listens, ..Core::default() }, ..Self::default() }
    }

    /// The state shared with the chat machine.
    #[must_use]
    pub fn core(&self) -> &Core {
        &self.core
    }

    pub(super) fn into_parts(self) -> (Core, Handover) {
        (self.core, self.handover)
    }

    /// Whether the chat machine will be needed soon.
    #[must_use]
    pub fn wants_chat(&self) -> bool {
        let said = !self.core.state.draft().is_empty() || !self.core.state.outbox().is_empty();
        said || *self.core.state.requirements() != Requirements::default()
    }

    /// Sets whether loading the chat machine failed; until it is loaded, the connection then counts
    /// as lost.
    pub fn set_stuck(&mut self, stuck: bool) -> bool {
        self.stuck = stuck;
        self.relink()
    }

    /// Handles an input and adds the resulting effects to `effects`. Returns whether the
    /// conversation changed.
    ///
    /// # Errors
    /// Returns the input if it needs the chat machine.
    pub fn handle(&mut self, input: Input, now: Now, effects: &mut Vec<Effect>) -> Result<bool, Input> {
        let mut changed = false;
        match input {
            Input::Loaded(found) if is_blank(&found) => changed = self.load(*found, now, effects),
            Input::RequirementsSet(requirements) => changed = self.conversation().set_requirements(requirements),
            Input::User(action, new_id) => changed = self.user_action(action, new_id, now, effects)?,
            Input::TokenAnswered(Ok(credentials)) => {
                self.core.token_refresh.adopt(credentials.clone(), now);
                effects.push(Effect::Core(CoreEffect::SaveCredentials(credentials)));
                if self.handover.error.take().is_some() {
                    self.conversation().set_problem(None);
                }
                // The answer also says which features the site offers, so the views must update.
                changed = true;
            }
            Input::TokenAnswered(Err(failure)) => {
                self.core.token_refresh.failed(&failure, self.core.state.is_watched(), now);
                if let Some((message, blocks)) = named(&failure) {
                    if blocks {
                        changed = self.conversation().set_problem(Some(Problem::Unavailable));
                    }
                    let code: Rc<str> = Rc::from(failure.code());
                    if self.handover.error.replace(code.clone()).as_ref() != Some(&code) {
                        effects.push(Effect::Core(CoreEffect::Emit(PageEvent::Error {
                            code,
                            message: Rc::from(message),
                        })));
                    }
                }
            }
            Input::RemoteVisitor(Some(credentials)) => self.core.token_refresh.adopt(credentials, now),
            Input::StorageLost => {
                changed = self.conversation().lose_storage();
                if std::mem::take(&mut self.handover.shared) {
                    effects.push(Effect::Core(CoreEffect::LeaveTabs));
                }
            }
            Input::Online => {
                self.handover.offline = false;
                self.core.token_refresh.retry_now();
            }
            Input::Offline => self.handover.offline = true,
            Input::Shown => {
                changed = self.conversation().set_page_hidden(false);
                // A visible page is not frozen, whatever the browser reported before.
                if self.handover.asleep {
                    self.wake(effects);
                }
                self.core.token_refresh.retry_now();
            }
            Input::Hidden => {
                changed = self.conversation().set_page_hidden(true);
                self.core.save_due = Some(now.monotonic);
            }
            Input::Resumed => {
                self.wake(effects);
                self.core.token_refresh.retry_now();
            }
            Input::Frozen => {
                self.core.save_due = Some(now.monotonic);
                self.handover.asleep = true;
                if self.handover.shared {
                    effects.push(Effect::Core(CoreEffect::LeaveTabs));
                }
            }
            Input::Ticked => {}
            other @ (Input::Loaded(_)
            | Input::StartAnswered { .. }
            | Input::SendAnswered { .. }
            | Input::SettledRemotely { .. }
            | Input::StreamOpened { .. }
            | Input::StreamFrames { .. }
            | Input::StreamEnded { .. }
            | Input::LogFailed { .. }
            | Input::Polled { .. }
            | Input::PageAnswered { .. }
            | Input::LockAcquired
            | Input::LockLost
            | Input::TabsUnavailable
            | Input::TabMessage(_)
            | Input::RemoteConversation(_)
            | Input::RemoteVisitor(None)
            | Input::RemoteOutbox { .. }
            | Input::RemoteProgress(_)
            | Input::StorageCleared) => return Err(other),
        }
        changed |= self.relink();
        if self.needs_token() {
            effects.extend(self.core.token_refresh.authorize(now.monotonic));
        }
        self.save(now, effects);
        Ok(changed)
    }

    fn user_action(
        &mut self,
        action: UserAction,
        new_id: Rc<str>,
        now: Now,
        effects: &mut Vec<Effect>,
    ) -> Result<bool, Input> {
        Ok(match action {
            UserAction::Send(text) => {
                self.conversation().begin(new_id, text.into(), now.unix);
                self.come_alive();
                true
            }
            UserAction::Draft(draft) => {
                self.core.set_draft(&draft, now);
                self.conversation().set_draft(draft.into())
            }
            UserAction::Open => {
                let changed = self.open(true, effects);
                self.come_alive();
                changed
            }
            UserAction::Close => self.open(false, effects),
            other @ (UserAction::Answer { .. }
            | UserAction::Retry(_)
            | UserAction::Discard(_)
            | UserAction::Step(_)
            | UserAction::LoadEarlier
            | UserAction::Feedback { .. }
            | UserAction::End
            | UserAction::Restart
            | UserAction::Reset
            | UserAction::Resize
            | UserAction::Sound(_)
            | UserAction::Transcript(_)) => return Err(Input::User(other, new_id)),
        })
    }

    /// When [`Input::Ticked`] is due, monotonic.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        let token = if self.needs_token() { self.core.token_refresh.due() } else { None };
        [token, self.core.save_due].into_iter().flatten().min()
    }

    fn conversation(&mut self) -> &mut Conversation {
        Rc::make_mut(&mut self.core.state)
    }

    fn load(&mut self, found: StoredSession, now: Now, effects: &mut Vec<Effect>) -> bool {
        if found.shared && self.core.listens {
            self.handover.shared = true;
            effects.push(Effect::Core(CoreEffect::JoinTabs));
        }
        if let Some(credentials) = found.credentials {
            self.core.token_refresh.adopt(Rc::new(credentials), now);
        }
        self.core.opens = found.conversation.is_some_and(|stored| stored.open);
        self.handover.saved_opens = self.core.opens;
        self.core.awake = self.core.opens;
        let draft: Rc<str> = found.draft.unwrap_or_default().into();
        self.handover.saved_draft = draft.clone();
        let (open, state) = (self.core.opens, self.conversation());
        state.set_window_open(open) | state.set_draft(draft)
    }

    fn open(&mut self, open: bool, effects: &mut Vec<Effect>) -> bool {
        let changed = self.conversation().set_window_open(open);
        if changed {
            effects.push(Effect::Core(CoreEffect::Emit(if open { PageEvent::Opened } else { PageEvent::Closed })));
            self.core.opens = open;
            if self.handover.shared {
                effects.push(Effect::Core(CoreEffect::Broadcast(TabMessage::Opened(open))));
            }
        }
        changed
    }

    fn come_alive(&mut self) {
        self.core.awake = true;
        self.core.token_refresh.retry_now();
    }

    fn wake(&mut self, effects: &mut Vec<Effect>) {
        self.core.token_refresh.expire();
        if std::mem::take(&mut self.handover.asleep) && self.handover.shared {
            effects.push(Effect::Core(CoreEffect::JoinTabs));
        }
    }

    fn relink(&mut self) -> bool {
        let link = match (self.handover.offline, self.stuck) {
            (true, _) => ConnectionStatus::Offline,
            (false, true) => ConnectionStatus::Reconnecting { attempt: 1 },
            (false, false) => ConnectionStatus::Idle,
        };
        self.conversation().set_connection(link)
    }

    fn needs_token(&self) -> bool {
        self.core.wants_token() || self.core.state.next_to_send().is_some()
    }

    /// Saves as the chat machine does: at once what a reload must know, the draft a little later.
    fn save(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if !self.core.awake || !self.core.state.may_call() {
            self.core.save_due = None;
            return;
        }
        let messages = self.core.state.outbox();
        effects.extend(
            messages.iter().skip(self.handover.saved_messages).cloned().map(CoreEffect::SaveMessage).map(Effect::Core),
        );
        self.handover.saved_messages = messages.len();
        if std::mem::replace(&mut self.handover.saved_opens, self.core.opens) != self.core.opens {
            effects.push(Effect::Core(CoreEffect::SaveWindowOpen { open: self.core.opens }));
        }
        let due = self.core.save_due.is_some_and(|due| due <= now.monotonic);
        let waits = *self.core.state.draft() != self.handover.saved_draft;
        if due && waits {
            effects.push(Effect::Core(CoreEffect::SaveDraft));
            self.handover.saved_draft = self.core.state.draft().clone();
            if self.handover.shared {
                effects.push(Effect::Core(CoreEffect::Broadcast(TabMessage::Draft(self.handover.saved_draft.clone()))));
            }
        }
        self.core.save_due =
            if due || !waits { None } else { self.core.save_due.or(Some(now.monotonic + SAVE_LAZILY)) };
    }
}

/// Whether nothing has been said yet and no onboarding step was taken.
fn is_blank(found: &StoredSession) -> bool {
    found.outbox.is_empty()
        && found.passed.is_none()
        && found.conversation.as_ref().is_none_or(|stored| stored.id.is_none())
}
