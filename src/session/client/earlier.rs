//! Pages of the log from before what is shown: asked for one at a time, when the visitor wants one.

use std::rc::Rc;

use chataibot_wire::Cursor;

use super::Client;
use crate::{
    api::{Failure, Identity},
    conversation::{Action, Earlier, Logged},
    session::{fact::Moment, order::Order},
};

impl Client {
    /// Is a page wanted that was not asked for yet?
    pub(super) fn wants_page(&self) -> bool {
        self.state.earlier() == Earlier::Loading && self.state.id().is_some() && self.page.is_none()
    }

    pub(super) fn ask_for_page(&mut self, identity: &Rc<Identity>, orders: &mut Vec<Order>) {
        if self.wants_page()
            && let (Some(conversation), Some(first)) = (self.state.id().cloned(), self.state.log().first())
        {
            let before = first.cursor;
            self.page = Some(before);
            self.page_token = Rc::from(identity.token.as_str());
            orders.push(Order::Earlier { conversation, before, identity: identity.clone() });
        }
    }

    pub(super) fn earlier_answered(
        &mut self,
        before: Cursor,
        result: Result<(Vec<Rc<Logged>>, bool), Failure>,
        moment: Moment,
    ) {
        // An answer to a question that is not asked any more; a log that was rebuilt meanwhile is asked anew.
        if self.page != Some(before) {
            return;
        }
        self.page = None;
        if self.state.log().first().is_none_or(|first| first.cursor != before) {
            return;
        }
        match result {
            Ok((entries, earlier)) => {
                self.keeper.liked();
                self.apply(Action::EarlierCame { entries, earlier });
            }
            // It stays wanted, and is asked for again with a better token.
            Err(Failure::Unauthorized | Failure::Challenged) => {
                let token = self.page_token.clone();
                self.keeper.disliked(&token, self.state.is_watched(), moment);
            }
            Err(
                Failure::Network
                | Failure::Busy { .. }
                | Failure::Unknown
                | Failure::Ended
                | Failure::NotFound
                | Failure::Unavailable { .. }
                | Failure::Refused { .. },
            ) => self.apply(Action::EarlierFailed),
        }
    }
}
