//! The custom states of the element: `chataibot-widget:state(NAME)`.

/// Name and meaning of each state.
pub const STATES: &[(&str, &str)] =
    &[("open", "the window is open"), ("ready", "the chat is loaded"), ("unread", "there are unread messages")];
