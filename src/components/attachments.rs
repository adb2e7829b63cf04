//! Attachments in the composer: the button, drop and paste on the window, and a chip with the
//! progress of each file. A chunk of its own (see `chunks`), fetched once the window is open if the
//! site accepts files.
//!
//! In a running conversation a file is uploaded at once, because an upload alone tells the bot
//! nothing. Without a conversation there is nothing to upload to: the file waits for Send, and the
//! text in the field starts the conversation, or the file's name if there is no text. The text is
//! sent first, as a message of its own; then the files: all in one message if the site takes typed
//! answers, else one message each, whose text is just the file's address.

mod chip;
mod drop_paste;

use web_sys::{Element, File};
use yew::prelude::*;

use super::file_picker::{self, file_picker};
use super::icons::{self, icon_button};
use super::lazy_view::{Files, View};
use super::uploads::{self, Upload, UploadError, UploadState};
use super::{UserAction, dom, elements::*, message_kinds, view_context::ViewContext};
use crate::browser::events::Listener;
use chip::Chip;
use drop_paste::FileEvent;

const MAX_FILES: usize = 10;
const CLIP: &str =
    "m20.5 11.5-8.6 8.6a5 5 0 0 1-7.1-7.1l8.9-8.9a3.4 3.4 0 0 1 4.8 4.8l-8.8 8.8a1.7 1.7 0 0 1-2.4-2.4l8-8";

pub(super) fn render(view: &View) -> Html {
    let View::Files(files) = view else { return Html::default() };
    html! { <Attachments ..files.clone() /> }
}

#[derive(Default)]
struct Attachments {
    chips: Vec<Chip>,
    next: u32,
    is_dragged_over: bool,
    /// Whether the composer was last told that there are files to send.
    has_files_to_send: bool,
    input: NodeRef,
    list: NodeRef,
    /// Index of the chip that was just removed by its button.
    removed_index: Option<usize>,
    #[expect(dead_code, reason = "listens while it lives")]
    listeners: Vec<Listener>,
}

enum Msg {
    PickerRequested,
    Chosen(Vec<File>),
    FileEvent(FileEvent),
    /// The visitor pressed Send; `true` if a text was sent too.
    Sent(bool),
    /// Progress of the upload of the chip with this number.
    Progress(u32, UploadState),
    Retried(u32),
    Removed(u32),
}

impl Component for Attachments {
    type Message = Msg;
    type Properties = Files;

    fn create(ctx: &Context<Self>) -> Self {
        let Files { view: ViewContext { config, .. }, field, .. } = ctx.props();
        let window = field.cast::<Element>().and_then(|field| field.closest("#window").ok().flatten());
        let listen = |window| drop_paste::listen(&window, ctx.link().callback(Msg::FileEvent));
        let listeners = window.map(listen).unwrap_or_default();
        if let Some(uploads) = config.uploads.as_ref().filter(|uploads| !uploads.preselected.is_empty()) {
            ctx.link().send_message(Msg::Chosen(uploads.preselected.to_vec()));
        }
        Self { listeners, ..Self::default() }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::PickerRequested => {
                file_picker::open(&self.input);
                return false;
            }
            Msg::FileEvent(FileEvent::DraggedOver(over)) => self.is_dragged_over = over,
            Msg::FileEvent(FileEvent::Received(files)) => self.add(ctx, files),
            Msg::Chosen(files) => {
                self.add(ctx, files);
                // The visitor's next step is to write or to send, so the focus leaves the button.
                self.focus_field(ctx);
            }
            Msg::Sent(has_text) => self.mark_for_sending(ctx, has_text),
            Msg::Progress(number, state) => self.handle_progress(ctx, number, state),
            Msg::Retried(number) => {
                if let Some(at) = self.index_of(number) {
                    self.start_upload(ctx, at);
                }
            }
            Msg::Removed(number) => {
                if let Some(at) = self.index_of(number) {
                    self.chips.remove(at);
                    self.removed_index = Some(at);
                }
            }
        }
        self.send_uploaded(ctx);
        true
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Files) -> bool {
        if old.view.state.id() != ctx.props().view.state.id() {
            // Uploaded files belong to the previous conversation, so they are uploaded again.
            for at in 0..self.chips.len() {
                if !matches!(self.chips[at].state, Some(UploadState::Failed(_))) {
                    self.start_upload(ctx, at);
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let config = &ctx.props().view.config;
        let Some(uploads) = &config.uploads else { return Html::default() };
        let strings = &config.strings;
        let chips = (!self.chips.is_empty()).then(|| {
            let each = self.chips.iter().map(|chip| chip.view(config, uploads, ctx.link())).collect();
            let list = element!("ul", part "files", "role" = "list", "aria-label" = strings.document(); each);
            with_ref(list, &self.list).into()
        });
        let cover = self.is_dragged_over.then(|| {
            let inside = vec![icons::icon("", message_kinds::UPLOAD), plain("span", text(strings.upload_drop()))];
            // Only a sighted visitor drags files, so this is hidden from screen readers.
            element!("div", part "drop-cover", "aria-hidden" = "true"; group(inside)).into()
        });
        let asked = ctx.link().callback(|_| Msg::PickerRequested);
        let clip = icon_button("attach", strings.attach(), CLIP, asked);
        let picker = file_picker(&self.input, uploads, true, ctx.link().callback(Msg::Chosen));
        group(vec![chips.unwrap_or_default(), picker, clip.into(), cover.unwrap_or_default()])
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        let has_files_to_send = self.chips.iter().any(Chip::can_be_sent);
        if std::mem::replace(&mut self.has_files_to_send, has_files_to_send) != has_files_to_send {
            ctx.props().on_change.emit(has_files_to_send.then(|| ctx.link().callback(Msg::Sent)));
        }
        let Some(at) = self.removed_index.take() else { return };
        // To the chip that took this place, else to the last one, else to the field.
        let next = self.list.cast::<Element>().and_then(|list| {
            let row = list.children().item(u32::try_from(at).ok()?).or_else(|| list.last_element_child())?;
            row.query_selector(".chip-remove").ok().flatten()
        });
        match next {
            Some(button) => dom::focus(&button),
            None => self.focus_field(ctx),
        }
    }

    fn destroy(&mut self, ctx: &Context<Self>) {
        if self.has_files_to_send {
            ctx.props().on_change.emit(None);
        }
    }
}

impl Attachments {
    fn index_of(&self, number: u32) -> Option<usize> {
        self.chips.iter().position(|chip| chip.number == number)
    }

    fn focus_field(&self, ctx: &Context<Self>) {
        // On a touch device the focus would open the on-screen keyboard unasked.
        if let Some(field) = ctx.props().field.cast::<Element>().filter(|_| !dom::is_touch_device()) {
            dom::focus(&field);
        }
    }

    fn add(&mut self, ctx: &Context<Self>, files: Vec<File>) {
        self.is_dragged_over = false;
        let Some(uploads) = &ctx.props().view.config.uploads else { return };
        for file in files {
            self.next += 1;
            let refused = uploads.refusal(&file);
            self.chips.push(Chip { number: self.next, file, state: None, sending: None, is_submitted: false });
            let at = self.chips.len() - 1;
            match refused {
                Some(error) => self.mark_failed(ctx, at, error),
                None => self.start_upload(ctx, at),
            }
        }
    }

    /// Starts the upload, if there is a conversation to upload to.
    fn start_upload(&mut self, ctx: &Context<Self>, at: usize) {
        let ViewContext { config, state, .. } = &ctx.props().view;
        let chip = &mut self.chips[at];
        (chip.state, chip.sending) = match &config.uploads {
            Some(uploads) if state.id().is_some() => {
                let (link, number) = (ctx.link().clone(), chip.number);
                let on_progress = Callback::from(move |state| link.send_message(Msg::Progress(number, state)));
                announce_progress(ctx, &chip.file, 0);
                let sending = uploads.start.emit(Upload { file: chip.file.clone(), on_progress });
                (Some(UploadState::Underway(0)), Some(sending))
            }
            Some(_) | None => {
                // The file waits for the first message.
                ctx.props().view.announce.emit(chip.file.name().into());
                (None, None)
            }
        };
    }

    /// Marks a file as refused or not uploaded, and announces the reason.
    fn mark_failed(&mut self, ctx: &Context<Self>, at: usize, error: UploadError) {
        let ViewContext { config, announce, .. } = &ctx.props().view;
        let chip = &mut self.chips[at];
        (chip.state, chip.sending) = (Some(UploadState::Failed(error)), None);
        if let Some(uploads) = &config.uploads {
            announce.emit([chip.file.name().as_str(), ": ", &uploads.error_message(error, config)].concat().into());
        }
    }

    /// Handles the progress of an upload. A cancelled one may still report, which is ignored.
    fn handle_progress(&mut self, ctx: &Context<Self>, number: u32, state: UploadState) {
        let Some(at) = self.index_of(number) else { return };
        let chip = &mut self.chips[at];
        if chip.sending.is_none() {
            return;
        }
        match state {
            UploadState::Underway(percent) => chip.state = Some(UploadState::Underway(percent.min(100))),
            UploadState::Done(_) => {
                (chip.state, chip.sending) = (Some(state), None);
                announce_progress(ctx, &chip.file, 100);
            }
            UploadState::Failed(error) => self.mark_failed(ctx, at, error),
        }
    }

    /// Handles Send: marks the files that can be sent. `has_text`: whether a text was sent too.
    fn mark_for_sending(&mut self, ctx: &Context<Self>, has_text: bool) {
        let ViewContext { state, act, .. } = &ctx.props().view;
        let mut name = None;
        for chip in self.chips.iter_mut().filter(|chip| chip.can_be_sent()) {
            chip.is_submitted = true;
            name.get_or_insert_with(|| chip.file.name());
        }
        // A file can be uploaded only to a conversation, and only a text message starts one.
        if let Some(name) = name.filter(|_| !has_text && state.id().is_none() && state.outbox().is_empty()) {
            act.emit(UserAction::Send(name));
        }
    }

    /// Sends the marked files, once none of them is still waiting or being uploaded.
    fn send_uploaded(&mut self, ctx: &Context<Self>) {
        if self.chips.iter().any(|chip| chip.is_submitted && chip.is_pending()) {
            return;
        }
        let ViewContext { config, act, .. } = &ctx.props().view;
        let had_focus = self.list.cast::<Element>().is_some_and(|list| dom::contains_focus(&list));
        let mut ready = Vec::new();
        self.chips.retain_mut(|chip| {
            let Some(UploadState::Done(address)) = &mut chip.state else { return true };
            if chip.is_submitted {
                ready.push((chip.file.clone(), std::mem::take(address)));
            }
            !chip.is_submitted
        });
        for files in ready.chunks(if config.typed { MAX_FILES } else { 1 }) {
            act.emit(uploads::send_action(files, config.typed));
        }
        if had_focus && !ready.is_empty() {
            self.focus_field(ctx);
        }
    }
}

fn announce_progress(ctx: &Context<Attachments>, file: &File, percent: u8) {
    let ViewContext { config, announce, .. } = &ctx.props().view;
    announce.emit(uploads::progress_sentence(config, file, percent).into());
}
