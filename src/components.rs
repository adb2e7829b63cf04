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

mod actions;
mod announcer;
mod answers;
mod app;
mod arrival;
mod avatar;
mod browser;
mod chat_window;
mod clipboard;
mod clock;
mod composer;
mod content;
mod earlier;
mod emoji_hint;
mod files;
mod gate;
mod header;
mod icons;
mod kinds;
mod launcher;
mod look;
mod markup;
mod menu;
mod message_list;
mod message_row;
mod messages;
mod notices;
mod on_demand;
mod panels;
pub mod parts;
mod preview;
mod rich_text;
mod row_block;
mod scrolling;
mod unread;
mod uploads;
mod widget;

pub use app::{App, AppProps, ChatSource, Listener};
pub use gate::gate;
pub use launcher::{Launcher, launcher_label};
pub use look::{Enter, Links, Look, Mode};
pub use rich_text::safe_address;
pub use uploads::{Sending, Upload, UploadError, UploadState, Uploads, sample};
pub use widget::{Widget, WidgetProps};

pub use crate::machine::user_action::{Transcript, UserAction};
