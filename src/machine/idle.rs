//! The idle machine: the state machine while nothing has been said yet. It opens the window, keeps
//! the draft, gets the visitor's token and queues the first messages. Every other input needs the
//! chat machine, which is loaded only then and takes over this state.
//!
//! Pure, and tested against the chat machine: up to the hand-over both make the same decisions.

use std::rc::Rc;

use super::Core;
use super::chat::outputs::{SAVE_DELAY, describe_error};
use super::effect::{CoreEffect, Effect, PageEvent};
use super::input::{Input, Now};
use super::storage_schema::StoredSession;
use super::tab_message::TabMessage;
use super::user_action::UserAction;
use crate::conversation::{ConnectionStatus, Conversation, onboarding::Requirements};

/// The state machine while nothing has been said yet.
#[derive(Clone, Debug, Default)]
pub struct IdleMachine {
    pub(super) core: Core,
    pub(super) handover: Handover,
    load_failed: bool,
}

/// State of the idle machine that the chat machine needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Handover {
    pub(super) coordinates_tabs: bool,
    pub(super) is_frozen: bool,
    pub(super) is_offline: bool,
    /// The draft in storage.
    pub(super) saved_draft: Rc<str>,
    /// Whether the window is open, according to storage.
    pub(super) saved_starts_open: bool,
    /// How many of the messages are in storage.
    pub(super) saved_messages: usize,
    /// The code of the error reported to the host page.
    pub(super) reported_error: Option<Rc<str>>,
}

impl IdleMachine {
    /// Creates a machine. `receives_replies`: whether it does, and not the host page.
    pub fn new(receives_replies: bool) -> Self {
        Self { core: Core { receives_replies, ..Core::default() }, ..Self::default() }
    }

    /// The state shared with the chat machine.
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// Whether the chat machine will be needed soon.
    pub fn needs_chat_machine(&self) -> bool {
        let has_text = !self.core.state.draft().is_empty() || !self.core.state.outbox().is_empty();
        has_text || *self.core.state.requirements() != Requirements::default()
    }

    /// Sets whether loading the chat machine failed: then the connection counts as lost.
    pub fn set_load_failed(&mut self, load_failed: bool) -> bool {
        self.load_failed = load_failed;
        self.update_connection_status()
    }

    /// Handles an input and adds to `effects`. Returns whether the conversation changed, or the input
    /// if it needs the chat machine.
    pub fn handle(&mut self, input: Input, now: Now, effects: &mut Vec<Effect>) -> Result<bool, Input> {
        let mut changed = false;
        #[expect(clippy::wildcard_enum_match_arm, reason = "every other input needs the chat machine")]
        match input {
            Input::Loaded(found) if is_blank(&found) => changed = self.load(*found, now, effects),
            Input::RequirementsSet(requirements) => changed = self.conversation().set_requirements(requirements),
            Input::User(action, new_id) => changed = self.user_action(action, new_id, now, effects)?,
            Input::TokenAnswered(Ok(credentials)) => {
                self.core.token_refresh.adopt(credentials.clone(), now);
                effects.push(Effect::Core(CoreEffect::SaveCredentials(credentials)));
                if self.handover.reported_error.take().is_some() {
                    self.conversation().set_unavailable(false);
                }
                // The answer also says which features the site offers, so the views must update.
                changed = true;
            }
            Input::TokenAnswered(Err(failure)) => {
                self.core.token_refresh.failed(&failure, self.core.state.is_watched(), now);
                if let Some((message, blocks)) = describe_error(&failure) {
                    if blocks {
                        changed = self.conversation().set_unavailable(true);
                    }
                    let code: Rc<str> = Rc::from(failure.code());
                    if self.handover.reported_error.replace(code.clone()).as_ref() != Some(&code) {
                        let error = PageEvent::Error { code, message: Rc::from(message) };
                        effects.push(Effect::Core(CoreEffect::Emit(error)));
                    }
                }
            }
            Input::RemoteVisitor(Some(credentials)) => self.core.token_refresh.adopt(credentials, now),
            Input::StorageLost => {
                changed = self.conversation().set_memory_only(true);
                if std::mem::take(&mut self.handover.coordinates_tabs) {
                    effects.push(Effect::Core(CoreEffect::LeaveTabs));
                }
            }
            Input::Online => {
                self.handover.is_offline = false;
                self.core.token_refresh.retry_now();
            }
            Input::Offline => self.handover.is_offline = true,
            Input::Shown => {
                changed = self.conversation().set_page_hidden(false);
                // A visible page is not frozen, whatever the browser reported before.
                if self.handover.is_frozen {
                    self.resume(effects);
                }
                self.core.token_refresh.retry_now();
            }
            Input::Hidden => {
                changed = self.conversation().set_page_hidden(true);
                self.core.save_due = Some(now.monotonic);
            }
            Input::Resumed => {
                self.resume(effects);
                self.core.token_refresh.retry_now();
            }
            Input::Frozen => {
                self.core.save_due = Some(now.monotonic);
                self.handover.is_frozen = true;
                if self.handover.coordinates_tabs {
                    effects.push(Effect::Core(CoreEffect::LeaveTabs));
                }
            }
            Input::Ticked => {}
            other => return Err(other),
        }
        changed |= self.update_connection_status();
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
                self.conversation().enqueue_message(new_id, text.into(), now.unix);
                self.record_intent();
                true
            }
            UserAction::Draft(draft) => {
                self.core.set_draft(&draft, now);
                self.conversation().set_draft(draft.into())
            }
            UserAction::Open => {
                let changed = self.open(true, effects);
                self.record_intent();
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
    pub fn due(&self) -> Option<u64> {
        let token = if self.needs_token() { self.core.token_refresh.due() } else { None };
        [token, self.core.save_due].into_iter().flatten().min()
    }

    fn conversation(&mut self) -> &mut Conversation {
        Rc::make_mut(&mut self.core.state)
    }

    fn load(&mut self, found: StoredSession, now: Now, effects: &mut Vec<Effect>) -> bool {
        if found.can_coordinate_tabs && self.core.receives_replies {
            self.handover.coordinates_tabs = true;
            effects.push(Effect::Core(CoreEffect::JoinTabs));
        }
        if let Some(credentials) = found.credentials {
            self.core.token_refresh.adopt(Rc::new(credentials), now);
        }
        self.core.starts_open = found.conversation.is_some_and(|stored| stored.open);
        self.handover.saved_starts_open = self.core.starts_open;
        self.core.has_shown_intent = self.core.starts_open;
        let draft: Rc<str> = found.draft.unwrap_or_default().into();
        self.handover.saved_draft = draft.clone();
        let (open, state) = (self.core.starts_open, self.conversation());
        state.set_window_open(open) | state.set_draft(draft)
    }

    fn open(&mut self, open: bool, effects: &mut Vec<Effect>) -> bool {
        let changed = self.conversation().set_window_open(open);
        if changed {
            effects.push(Effect::Core(CoreEffect::Emit(if open { PageEvent::Opened } else { PageEvent::Closed })));
            self.core.starts_open = open;
            if self.handover.coordinates_tabs {
                effects.push(Effect::Core(CoreEffect::Broadcast(TabMessage::Opened(open))));
            }
        }
        changed
    }

    fn record_intent(&mut self) {
        self.core.has_shown_intent = true;
        self.core.token_refresh.retry_now();
    }

    fn resume(&mut self, effects: &mut Vec<Effect>) {
        self.core.token_refresh.expire();
        if std::mem::take(&mut self.handover.is_frozen) && self.handover.coordinates_tabs {
            effects.push(Effect::Core(CoreEffect::JoinTabs));
        }
    }

    fn update_connection_status(&mut self) -> bool {
        let status = match (self.handover.is_offline, self.load_failed) {
            (true, _) => ConnectionStatus::Offline,
            (false, true) => ConnectionStatus::Reconnecting { attempt: 1 },
            (false, false) => ConnectionStatus::Idle,
        };
        self.conversation().set_connection(status)
    }

    fn needs_token(&self) -> bool {
        self.core.wants_token() || self.core.state.next_to_send().is_some()
    }

    /// Saves as the chat machine does: at once what a reload must know, the draft a little later.
    fn save(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if !self.core.has_shown_intent || !self.core.state.has_required_consent() {
            self.core.save_due = None;
            return;
        }
        let messages = self.core.state.outbox();
        let unsaved = messages.iter().skip(self.handover.saved_messages).cloned();
        effects.extend(unsaved.map(CoreEffect::SaveMessage).map(Effect::Core));
        self.handover.saved_messages = messages.len();
        if std::mem::replace(&mut self.handover.saved_starts_open, self.core.starts_open) != self.core.starts_open {
            effects.push(Effect::Core(CoreEffect::SaveWindowOpen { open: self.core.starts_open }));
        }
        let due = self.core.save_due.is_some_and(|due| due <= now.monotonic);
        let has_unsaved = *self.core.state.draft() != self.handover.saved_draft;
        if due && has_unsaved {
            effects.push(Effect::Core(CoreEffect::SaveDraft));
            self.handover.saved_draft = self.core.state.draft().clone();
            if self.handover.coordinates_tabs {
                effects.push(Effect::Core(CoreEffect::Broadcast(TabMessage::Draft(self.handover.saved_draft.clone()))));
            }
        }
        self.core.save_due =
            if due || !has_unsaved { None } else { self.core.save_due.or(Some(now.monotonic + SAVE_DELAY)) };
    }
}

/// Whether nothing has been said yet and no onboarding step was taken.
fn is_blank(found: &StoredSession) -> bool {
    found.outbox.is_empty()
        && found.progress.is_none()
        && found.conversation.as_ref().is_none_or(|stored| stored.id.is_none())
}
