//! The visitor's actions in the world.

use std::rc::Rc;

use chataibot_widget::machine::{input::Input, user_action::UserAction};

use super::World;

/// An action that sends no message, so that its id is not used.
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

    /// Makes the visitor do something that sends no message.
    pub fn act(&mut self, tab: usize, action: UserAction) {
        self.handle(tab, user(action));
    }
}
