//! The views, as Yew components. They read a [`Conversation`](crate::conversation::Conversation)
//! and emit [`UserAction`]s. They know neither network nor storage, so any state can be shown
//! without either.
//!
//! In reading order:
//! - [`App`]: connects a runtime to the views; [`Widget`]: the views alone
//! - [`Launcher`] and the preview beside it; `chat_window`: header with its menu, notices, message
//!   list, composer
//! - `screens`: which screen the window shows; `panels`: screens before, between and after a chat
//! - a message: `message_row`, `content`, `rich_text`, `answers`; `message_kinds`: messages that
//!   are more than text and buttons
//! - `attachments`: the files added in the composer
//! - `lazy_view`: shows a view whose code is fetched on demand; `chunks`: those views and how they
//!   are fetched
//! - `elements`: the basic elements of all views; `dom`: their calls to the browser
//! - `announcer`: announcements for screen readers

mod announcer;
mod answers;
mod app;
mod arrival;
mod attachments;
mod avatar;
mod chat_window;
mod chunks;
mod civil_date;
mod clipboard;
mod composer;
mod content;
mod dom;
mod elements;
mod emoji_hint;
mod file_picker;
mod header;
mod icons;
mod intl;
mod launcher;
mod lazy_view;
mod load_earlier;
mod menu;
mod message_actions;
mod message_kinds;
mod message_list;
mod message_row;
mod notices;
mod panels;
mod preview;
mod rich_text;
mod row_block;
mod screens;
mod scrolling;
#[cfg(not(target_arch = "wasm32"))]
mod shell;
mod time_format;
mod typing_indicator;
mod uploads;
mod view_config;
mod view_context;
mod widget;

pub use app::{App, BeforeSend, ChatSource, View};
pub use launcher::{Launcher, launcher_label};
pub use lazy_view::attached;
#[cfg(debug_assertions)]
pub use message_row::rows_rendered;
pub use rich_text::safe_address;
pub use screens::requirements_of;
#[cfg(not(target_arch = "wasm32"))]
pub use shell::{MARK, Shell, ShellRow};
pub use uploads::{Upload, UploadError, UploadGuard, UploadState, Uploads, sample};
pub use view_config::{Enter, Links, Mode, ViewConfig};
pub use widget::{Widget, WidgetProps};

pub use crate::machine::user_action::{Transcript, UserAction};
