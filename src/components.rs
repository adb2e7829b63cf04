//! What a visitor sees. Components read a [`Conversation`](crate::conversation::Conversation) and answer with a [`UserAction`]; they know
//! neither network nor storage, so any state can be shown without either.
//!
//! In reading order:
//! - [`App`]: joins a running session to its looks; [`Widget`]: the looks alone
//! - [`Launcher`] and the preview beside it; the window: header with its menu, notices, message list, composer
//! - `gate`: the stages of the window; `panels`: what stands before, between and after a chat, fetched when first needed
//! - `files`: those that are added in the composer, fetched where the site takes some
//! - a message: row, content, rich text, answers; the other kinds of messages, fetched when first needed
//! - `markup`: the plain elements of all of these
//! - the announcer, which says it to screen readers
//! - [`parts`]: the names by which a page can style all of this

mod announcer;
mod answers;
mod app;
mod arrival;
mod attachments;
mod avatar;
mod chat_window;
mod clipboard;
mod composer;
mod content;
mod dom;
mod elements;
mod emoji_hint;
mod header;
mod icons;
mod launcher;
mod lazy_view;
mod load_earlier;
mod menu;
mod message_actions;
mod message_kinds;
mod message_list;
mod message_row;
mod messages;
mod notices;
mod panels;
pub mod parts;
mod preview;
mod rich_text;
mod row_block;
mod screens;
mod scrolling;
mod time_format;
mod unread;
mod uploads;
mod view_config;
mod widget;

pub use app::{App, AppProps, ChatSource, Listener};
pub use launcher::{Launcher, launcher_label};
pub use rich_text::safe_address;
pub use screens::gate;
pub use uploads::{Sending, Upload, UploadError, UploadState, Uploads, sample};
pub use view_config::{Enter, Links, Mode, ViewConfig};
pub use widget::{Widget, WidgetProps};

pub use crate::machine::user_action::{Transcript, UserAction};
