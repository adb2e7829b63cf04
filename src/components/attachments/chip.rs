//! The chip of one attachment: its upload's state, and its view.

use web_sys::File;
use yew::{html::Scope, prelude::*, virtual_dom::VTag};

use super::{Attachments, Msg};
use crate::components::{
    ViewConfig,
    elements::{button, element, group, part, plain, text},
    icons::{self, icon_button},
    intl,
    uploads::{Sending, UploadError, Uploads, progress_bar},
};

/// A file that was added to the message.
pub(super) struct Chip {
    /// Identifies the chip: never changes and is never reused.
    pub(super) number: u32,
    pub(super) file: File,
    pub(super) stage: Stage,
    /// Whether the visitor pressed Send: the file is sent once it is uploaded.
    pub(super) is_submitted: bool,
}

/// State of the upload.
pub(super) enum Stage {
    /// Not begun: there is no conversation to upload to.
    Waiting,
    Underway {
        percent: u8,
        _sending: Sending,
    },
    /// Uploaded; the file's address.
    Done(String),
    /// Not accepted, or the upload failed.
    Failed(UploadError),
}

impl Chip {
    /// Whether Send would include this file.
    pub(super) fn can_be_sent(&self) -> bool {
        !self.is_submitted && !matches!(self.stage, Stage::Failed(_))
    }

    /// Whether the upload can still finish without an action by the visitor.
    pub(super) fn is_pending(&self) -> bool {
        match self.stage {
            Stage::Waiting | Stage::Underway { .. } => true,
            Stage::Done(_) | Stage::Failed(_) => false,
        }
    }

    pub(super) fn view(&self, config: &ViewConfig, uploads: &Uploads, link: &Scope<Attachments>) -> Html {
        let (strings, locale, number) = (&config.strings, config.locale.as_deref(), self.number);
        let id = |of: &str| [of, &number.to_string()].concat();
        let name = self.file.name();
        let size = || intl::size(locale, self.file.size());
        let (names, state, below) = match &self.stage {
            Stage::Waiting => ("chip", size(), Html::default()),
            Stage::Underway { percent, .. } => {
                ("chip chip-underway", intl::percent(locale, *percent), progress_bar(name.clone(), *percent))
            }
            Stage::Done(_) => ("chip chip-done", size(), Html::default()),
            Stage::Failed(error) => {
                // Not an alert: the failure is announced when it happens, with the file's name.
                let sentence = plain("span", text(uploads.error_message(*error, config)));
                let inside = group(vec![icons::icon("", icons::ALERT), sentence]);
                ("chip chip-failed", size(), part("p", "wrong", inside))
            }
        };
        let remove = match &self.stage {
            Stage::Underway { .. } => strings.upload_cancel(),
            Stage::Waiting | Stage::Done(_) | Stage::Failed(_) => strings.discard(),
        };
        let named = |mut button: VTag| -> Html {
            button.add_attribute("aria-describedby", id("chip-name-"));
            button.into()
        };
        let retry = matches!(self.stage, Stage::Failed(UploadError::Temporary)).then(|| {
            let again = link.callback(move |_| Msg::Retried(number));
            named(button("quiet chip-retry", "button chip-retry", None, text(strings.retry()), again))
        });
        let away = link.callback(move |_| Msg::Removed(number));
        let away = named(icon_button("chip-remove", remove, icons::CLOSE, away));
        let title = element!(
            "span", part "chip-name", "id" = id("chip-name-"), "dir" = "auto", "title" = name.clone();
            text(name.into())
        );
        let words = group(vec![title.into(), part("span", "chip-state", text(state))]);
        let words = element!("div", "class" = "chip-words"; words).into();
        let inside = group(vec![icons::icon("chip-sign", self.icon()), words, retry.unwrap_or_default(), away, below]);
        let mut row = element!("li", part names, "role" = "listitem"; inside);
        row.key = Some(u64::from(number).into());
        row.into()
    }

    fn icon(&self) -> &'static str {
        let kind = self.file.type_();
        match (&self.stage, kind.split('/').next()) {
            (Stage::Done(_), _) => icons::TICK,
            (_, Some("image")) => icons::PICTURE,
            (_, Some("video")) => icons::FILM,
            (_, Some("audio")) => icons::SOUND,
            (_, Some(_) | None) => icons::FILE,
        }
    }
}
