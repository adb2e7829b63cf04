//! The prelude: the decisions of a widget in which nothing was said yet. It shows the window, keeps the draft, gets the visitor's
//! token and takes the first messages in. Whatever else comes up is for the client, which goes on where this stands and whose code
//! most visitors of a page never need.
//!
//! Pure, as the client is, and tested against it: up to there both decide the same.

use std::rc::Rc;

use super::{
    chat::outputs::{SAVE_LAZILY, named},
    effect::{Effect, PageEvent},
    input::{Input, Now},
    storage_schema::StoredSession,
    tab_message::TabMessage,
    token_refresh::TokenRefresh,
};
use crate::{
    api::Credentials,
    conversation::{ConnectionStatus, Conversation, Problem, onboarding::Requirements},
};

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub struct IdleMachine {
    pub(super) state: Rc<Conversation>,
    pub(super) token_refresh: TokenRefresh,
    /// Replies come by stream or poll.
    pub(super) listens: bool,
    /// Did the visitor show intent?
    pub(super) awake: bool,
    /// Was the window opened or closed last?
    pub(super) opens: bool,
    /// When the composer was written in.
    pub(super) wrote: Option<u64>,
    /// Do tabs hear one another?
    pub(super) shared: bool,
    /// The page sleeps.
    pub(super) asleep: bool,
    pub(super) offline: bool,
    pub(super) save_due: Option<u64>,
    /// The draft that storage holds.
    pub(super) saved_draft: Rc<str>,
    /// And whether the window is open, as storage has it.
    pub(super) saved_opens: bool,
    /// So many of the messages are in storage.
    pub(super) saved_messages: usize,
    /// The code of the trouble that the page was told of.
    pub(super) trouble: Option<Rc<str>>,
    /// The client could not be fetched.
    stuck: bool,
}

impl IdleMachine {
    /// A prelude that was told nothing yet. `listens` unless replies are the page's own affair.
    #[must_use]
    pub fn new(listens: bool) -> Self {
        Self { listens, ..Self::default() }
    }

    /// The conversation as it stands.
    #[must_use]
    pub fn state(&self) -> &Rc<Conversation> {
        &self.state
    }

    /// The visitor, once there is one.
    #[must_use]
    pub fn credentials(&self) -> Option<&Rc<Credentials>> {
        self.token_refresh.credentials()
    }

    /// Is the client needed soon?
    #[must_use]
    pub fn wants_chat(&self) -> bool {
        let said = !self.state.draft().is_empty() || !self.state.outbox().is_empty();
        said || *self.state.requirements() != Requirements::default()
    }

    /// The client could not be fetched, or is here: while it is missing, it is as if there were no connection.
    pub fn set_stuck(&mut self, stuck: bool) -> bool {
        self.stuck = stuck;
        self.relink()
    }

    /// Handles an input and adds to `effects` what is to be done about it. Returns whether the conversation changed.
    ///
    /// # Errors
    /// The input, where it is for the client.
    pub fn handle(&mut self, input: Input, now: Now, effects: &mut Vec<Effect>) -> Result<bool, Input> {
        let mut changed = false;
        match input {
            Input::Loaded(found) if is_blank(&found) => changed = self.load(*found, now, effects),
            Input::RequirementsSet(gate) => changed = self.now().set_requirements(gate),
            Input::Said { id, text, typed } => {
                self.now().begin(id, text, typed, now.unix);
                self.come_alive();
                changed = true;
            }
            Input::Drafted(draft) => {
                self.wrote = Some(now.monotonic).filter(|_| !draft.is_empty());
                self.awake |= !draft.is_empty();
                changed = self.now().set_draft(draft);
            }
            Input::Opened => {
                changed = self.open(true, effects);
                self.come_alive();
            }
            Input::Closed => changed = self.open(false, effects),
            Input::TokenAnswered(Ok(credentials)) => {
                self.token_refresh.adopt(credentials.clone(), now);
                effects.push(Effect::SaveCredentials(credentials));
                if self.trouble.take().is_some() {
                    self.now().set_problem(None);
                }
                // What the site offers is told with it.
                changed = true;
            }
            Input::TokenAnswered(Err(failure)) => {
                self.token_refresh.failed(&failure, self.state.is_watched(), now);
                if let Some((message, blocks)) = named(&failure) {
                    if blocks {
                        changed = self.now().set_problem(Some(Problem::Unavailable));
                    }
                    let code: Rc<str> = Rc::from(failure.code());
                    if self.trouble.replace(code.clone()).as_ref() != Some(&code) {
                        effects.push(Effect::Emit(PageEvent::Error { code, message: Rc::from(message) }));
                    }
                }
            }
            Input::RemoteVisitor(Some(credentials)) => self.token_refresh.adopt(credentials, now),
            Input::StorageLost => {
                changed = self.now().lose_storage();
                if std::mem::take(&mut self.shared) {
                    effects.push(Effect::LeaveTabs);
                }
            }
            Input::Online => {
                self.offline = false;
                self.token_refresh.retry_now();
            }
            Input::Offline => self.offline = true,
            Input::Shown => {
                changed = self.now().set_page_hidden(false);
                // A page that is seen does not sleep, whatever was said of it.
                if self.asleep {
                    self.wake(effects);
                }
                self.token_refresh.retry_now();
            }
            Input::Hidden => {
                changed = self.now().set_page_hidden(true);
                self.save_due = Some(now.monotonic);
            }
            Input::Resumed => {
                self.wake(effects);
                self.token_refresh.retry_now();
            }
            Input::Frozen => {
                self.save_due = Some(now.monotonic);
                self.asleep = true;
                if self.shared {
                    effects.push(Effect::LeaveTabs);
                }
            }
            Input::Ticked => {}
            other @ (Input::Loaded(_)
            | Input::RetryAsked { .. }
            | Input::DiscardAsked { .. }
            | Input::Stepped(_)
            | Input::ReadAll
            | Input::EarlierAsked
            | Input::Rated { .. }
            | Input::EndAsked
            | Input::RestartAsked
            | Input::ResetAsked
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
            effects.extend(self.token_refresh.authorize(now.monotonic));
        }
        self.save(now, effects);
        Ok(changed)
    }

    /// When [`Input::Ticked`] is due, monotonic.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        let token = if self.needs_token() { self.token_refresh.due() } else { None };
        [token, self.save_due].into_iter().flatten().min()
    }

    fn now(&mut self) -> &mut Conversation {
        Rc::make_mut(&mut self.state)
    }

    fn load(&mut self, found: StoredSession, now: Now, effects: &mut Vec<Effect>) -> bool {
        if found.shared && self.listens {
            self.shared = true;
            effects.push(Effect::JoinTabs);
        }
        if let Some(credentials) = found.credentials {
            self.token_refresh.adopt(Rc::new(credentials), now);
        }
        self.opens = found.conversation.is_some_and(|stored| stored.open);
        self.saved_opens = self.opens;
        self.awake = self.opens;
        let draft: Rc<str> = found.draft.unwrap_or_default().into();
        self.saved_draft = draft.clone();
        let (open, state) = (self.opens, self.now());
        state.set_window_open(open) | state.set_draft(draft)
    }

    fn open(&mut self, open: bool, effects: &mut Vec<Effect>) -> bool {
        let changed = self.now().set_window_open(open);
        if changed {
            effects.push(Effect::Emit(if open { PageEvent::Opened } else { PageEvent::Closed }));
            self.opens = open;
            if self.shared {
                effects.push(Effect::Broadcast(TabMessage::Opened(open)));
            }
        }
        changed
    }

    fn come_alive(&mut self) {
        self.awake = true;
        self.token_refresh.retry_now();
    }

    fn wake(&mut self, effects: &mut Vec<Effect>) {
        self.token_refresh.expire();
        if std::mem::take(&mut self.asleep) && self.shared {
            effects.push(Effect::JoinTabs);
        }
    }

    fn relink(&mut self) -> bool {
        let link = match (self.offline, self.stuck) {
            (true, _) => ConnectionStatus::Offline,
            (false, true) => ConnectionStatus::Reconnecting { attempt: 1 },
            (false, false) => ConnectionStatus::Idle,
        };
        self.now().set_connection(link)
    }

    fn needs_token(&self) -> bool {
        let soon = self.awake
            && self.state.may_call()
            && self.state.window_open()
            && self.token_refresh.credentials().is_none();
        soon || self.state.next_to_send().is_some()
    }

    /// As the client saves: at once what a reload must know, a little later what is being written.
    fn save(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if !self.awake || !self.state.may_call() {
            self.save_due = None;
            return;
        }
        let messages = self.state.outbox();
        effects.extend(messages.iter().skip(self.saved_messages).cloned().map(Effect::SaveMessage));
        self.saved_messages = messages.len();
        if std::mem::replace(&mut self.saved_opens, self.opens) != self.opens {
            effects.push(Effect::SaveWindowOpen { open: self.opens });
        }
        let due = self.save_due.is_some_and(|due| due <= now.monotonic);
        let waits = *self.state.draft() != self.saved_draft;
        if due && waits {
            effects.push(Effect::SaveDraft);
            self.saved_draft = self.state.draft().clone();
            if self.shared {
                effects.push(Effect::Broadcast(TabMessage::Draft(self.saved_draft.clone())));
            }
        }
        self.save_due = if due || !waits { None } else { self.save_due.or(Some(now.monotonic + SAVE_LAZILY)) };
    }
}

/// Was nothing said yet, and nothing passed at the gate?
fn is_blank(found: &StoredSession) -> bool {
    found.outbox.is_empty()
        && found.passed.is_none()
        && found.conversation.as_ref().is_none_or(|stored| stored.id.is_none())
}
