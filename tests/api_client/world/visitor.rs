//! What the visitor does in the world.

use std::rc::Rc;

use chataibot_widget::machine::{input::Input, user_action::UserAction};

use super::World;

/// An action by which nothing is said, so that its id is of no use.
pub fn user(action: UserAction) -> Input {
    Input::User(action, Rc::from(""))
}

impl World {
    pub fn new_id(&mut self) -> Rc<str> {
        self.counter += 1;
        Rc::from(format!("{:020}", self.counter))
    }

    pub fn say(&mut self, tab: usize, text: &str) -> Rc<str> {
        let id = self.new_id();
        self.handle(tab, Input::User(UserAction::Send(text.to_owned()), id.clone()));
        id
    }

    pub fn answer(&mut self, tab: usize, text: &str) -> Rc<str> {
        let id = self.new_id();
        let action = UserAction::Answer { text: text.to_owned(), typed: format!("form of {text}") };
        self.handle(tab, Input::User(action, id.clone()));
        id
    }

    /// The visitor does something by which nothing is said.
    pub fn act(&mut self, tab: usize, action: UserAction) {
        self.handle(tab, user(action));
    }
}
