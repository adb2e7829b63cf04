//! The chip of one attachment: its upload's state, and its view.

use web_sys::File;
use yew::{html::Scope, prelude::*, virtual_dom::VTag};

use super::{Attachments, Msg};
use crate::components::icons::{self, icon_button};
use crate::components::uploads::{UploadError, UploadGuard, UploadState, Uploads, progress_bar};
use crate::components::{ViewConfig, elements::*, intl};

pub(super) struct Chip {
    /// Identifies the chip: never changes and is never reused.
    pub(super) number: u32,
    pub(super) file: File,
    /// State of the upload; `None` until there is a conversation to upload to.
    pub(super) state: Option<UploadState>,
    /// Stops the upload that is under way when dropped.
    pub(super) sending: Option<UploadGuard>,
    /// Whether the visitor pressed Send: the file is sent once it is uploaded.
    pub(super) is_submitted: bool,
}

impl Chip {
    /// Whether Send would include this file.
    pub(super) fn can_be_sent(&self) -> bool {
        !self.is_submitted && !matches!(self.state, Some(UploadState::Failed(_)))
    }

    /// Whether the upload can still finish without an action by the visitor.
    pub(super) fn is_pending(&self) -> bool {
        matches!(self.state, None | Some(UploadState::Underway(_)))
    }

    pub(super) fn view(&self, config: &ViewConfig, uploads: &Uploads, link: &Scope<Attachments>) -> Html {
        let (strings, locale, number) = (&config.strings, config.locale.as_deref(), self.number);
        let id = |of: &str| [of, &number.to_string()].concat();
        let name = self.file.name();
        let size = || intl::size(locale, self.file.size());
        let (names, state, below) = match &self.state {
            None => ("chip", size(), Html::default()),
            Some(UploadState::Underway(percent)) => {
                ("chip chip-underway", intl::percent(locale, *percent), progress_bar(name.clone(), *percent))
            }
            Some(UploadState::Done(_)) => ("chip chip-done", size(), Html::default()),
            Some(UploadState::Failed(error)) => {
                // Not an alert: the failure is announced when it happens, with the file's name.
                let sentence = plain("span", text(uploads.error_message(*error, config)));
                let inside = group(vec![icons::icon("", icons::ALERT), sentence]);
                ("chip chip-failed", size(), part("p", "wrong", inside))
            }
        };
        let remove = if self.sending.is_some() { strings.upload_cancel() } else { strings.discard() };
        let named = |mut button: VTag| -> Html {
            button.add_attribute("aria-describedby", id("chip-name-"));
            button.into()
        };
        let retry = matches!(self.state, Some(UploadState::Failed(UploadError::Temporary))).then(|| {
            let again = link.callback(move |_| Msg::Retried(number));
            named(button("quiet chip-retry", "button chip-retry", None, text(strings.retry()), again))
        });
        let away = link.callback(move |_| Msg::Removed(number));
        let away = named(icon_button("chip-remove", remove, icons::CLOSE, away));
        let (id, words) = (id("chip-name-"), text(name.clone().into()));
        let title = element!("span", part "chip-name", "id" = id, "dir" = "auto", "title" = name; words);
        let words = group(vec![title.into(), part("span", "chip-state", text(state))]);
        let words = element!("div", "class" = "chip-words"; words).into();
        let inside = group(vec![icons::icon("chip-sign", self.icon()), words, retry.unwrap_or_default(), away, below]);
        let mut row = element!("li", part names, "role" = "listitem"; inside);
        row.key = Some(u64::from(number).into());
        row.into()
    }

    fn icon(&self) -> &'static str {
        let kind = self.file.type_();
        match (&self.state, kind.split('/').next()) {
            (Some(UploadState::Done(_)), _) => icons::TICK,
            (_, Some("image")) => icons::PICTURE,
            (_, Some("video")) => icons::FILM,
            (_, Some("audio")) => icons::SOUND,
            (_, Some(_) | None) => icons::FILE,
        }
    }
}
