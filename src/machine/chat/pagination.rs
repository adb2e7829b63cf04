//! Requests for pages of the log before the rows shown, one at a time, when the visitor asks.

use std::rc::Rc;

use chataibot_wire::Cursor;

use super::ChatMachine;
use crate::api::{ApiError, Credentials};
use crate::conversation::{Action, HistoryState, RawEntry};
use crate::machine::effect::{ChatEffect, Effect};

impl ChatMachine {
    /// Whether a page is wanted and not requested yet.
    pub(super) fn wants_page(&self) -> bool {
        self.core.state.history() == HistoryState::Loading
            && self.core.state.id().is_some()
            && self.page_before.is_none()
    }

    pub(super) fn ask_for_page(&mut self, credentials: &Rc<Credentials>) {
        if self.wants_page()
            && let (Some(conversation), Some(first)) = (self.core.state.id().cloned(), self.core.state.log().first())
        {
            let before = first.cursor;
            self.page_before = Some(before);
            self.page_token = Rc::from(credentials.token.as_str());
            let credentials = credentials.clone();
            self.effects.push(Effect::Chat(ChatEffect::FetchPage { conversation, before, credentials }));
        }
    }

    pub(super) fn page_answered(&mut self, before: Cursor, result: Result<(Vec<Rc<RawEntry>>, bool), ApiError>) {
        // No longer wanted. If the log was rebuilt, the page is requested again.
        if self.page_before != Some(before) {
            return;
        }
        self.page_before = None;
        if self.core.state.log().first().is_none_or(|first| first.cursor != before) {
            return;
        }
        match result {
            Ok((entries, has_earlier)) => {
                self.core.token_refresh.accepted();
                self.apply(Action::EarlierReceived { entries, has_earlier });
            }
            // The page stays wanted, and is requested again with a new token.
            Err(ApiError::Unauthorized | ApiError::Challenged) => {
                self.core.token_refresh.rejected(&self.page_token, self.core.state.is_watched(), self.now);
            }
            Err(_) => self.apply(Action::EarlierFailed),
        }
    }
}
