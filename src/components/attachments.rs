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

use super::{
    UserAction, dom,
    elements::{at, button, element, group, plain, text},
    file_picker::{self, file_picker},
    icons, intl,
    lazy_view::{View, files::Files},
    message_kinds,
    uploads::{self, Upload, UploadError, UploadState},
    view_context::ViewContext,
};
use crate::{browser::events::Listener, strings::fill};
use chip::{Chip, Stage};
use drop_paste::FileEvent;

/// Maximum number of files in one message.
const TOGETHER: usize = 10;
/// A paper clip.
const CLIP: &str =
    "m20.5 11.5-8.6 8.6a5 5 0 0 1-7.1-7.1l8.9-8.9a3.4 3.4 0 0 1 4.8 4.8l-8.8 8.8a1.7 1.7 0 0 1-2.4-2.4l8-8";

/// Renders the attachments.
pub(super) fn render(view: &View) -> Html {
    let View::Files(files) = view else { return Html::default() };
    html! { <Attachments ..files.clone() /> }
}

/// Component for the files that were added.
struct Attachments {
    chips: Vec<Chip>,
    /// Number of the next chip.
    next: u32,
    /// Whether files are being dragged over the window.
    over: bool,
    /// Whether the composer was last told that there are files to send.
    full: bool,
    input: NodeRef,
    list: NodeRef,
    /// Index of the chip that was just removed by its button.
    lost: Option<usize>,
    #[expect(dead_code, reason = "listens while it lives")]
    listeners: Vec<Listener>,
}

/// Messages of the component.
enum Msg {
    /// The visitor asked for the device's file picker.
    Asked,
    /// Files were chosen in the picker.
    Chosen(Vec<File>),
    /// Files were dragged, dropped or pasted in the window.
    Given(FileEvent),
    /// The visitor pressed Send; `true` if a text was sent too.
    Sent(bool),
    /// Progress of the upload of the chip with this number.
    Told(u32, UploadState),
    Retried(u32),
    Removed(u32),
}

impl Component for Attachments {
    type Message = Msg;
    type Properties = Files;

    fn create(ctx: &Context<Self>) -> Self {
        let Files { view: ViewContext { look, .. }, field, .. } = ctx.props();
        let window = field.cast::<Element>().and_then(|field| field.closest("#window").ok().flatten());
        let link = ctx.link().clone();
        let listen = |window| drop_paste::listen(&window, move |event| link.send_message(Msg::Given(event)));
        let listeners = window.map(listen).unwrap_or_default();
        if let Some(uploads) = look.uploads.as_ref().filter(|uploads| !uploads.chosen.is_empty()) {
            ctx.link().send_message(Msg::Chosen(uploads.chosen.to_vec()));
        }
        let (input, list) = (NodeRef::default(), NodeRef::default());
        Self { chips: Vec::new(), next: 0, over: false, full: false, input, list, lost: None, listeners }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Asked => {
                file_picker::open(&self.input);
                return false;
            }
            Msg::Given(FileEvent::Over(over)) => self.over = over,
            Msg::Given(FileEvent::Given(files)) => self.add(ctx, files),
            Msg::Chosen(files) => {
                self.add(ctx, files);
                // The visitor's next step is to write or to send, so the focus leaves the button.
                self.focus_field(ctx);
            }
            Msg::Sent(said) => self.leave(ctx, said),
            Msg::Told(number, state) => self.hear(ctx, number, state),
            Msg::Retried(number) => {
                if let Some(at) = self.place(number) {
                    self.begin(ctx, at);
                }
            }
            Msg::Removed(number) => {
                if let Some(at) = self.place(number) {
                    self.chips.remove(at);
                    self.lost = Some(at);
                }
            }
        }
        self.depart(ctx);
        true
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Files) -> bool {
        if old.view.state.id() != ctx.props().view.state.id() {
            // Uploaded files belong to the previous conversation, so they are uploaded again.
            for at in 0..self.chips.len() {
                if !matches!(self.chips[at].stage, Stage::Failed(_)) {
                    self.begin(ctx, at);
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let look = &ctx.props().view.look;
        let Some(uploads) = &look.uploads else { return Html::default() };
        let strings = &look.strings;
        let chips = if self.chips.is_empty() {
            Html::default()
        } else {
            let each = self.chips.iter().map(|chip| chip.view(look, uploads, ctx.link())).collect();
            let list = element!(
                "ul", "class" = "files", "part" = "files", "role" = "list", "aria-label" = strings.document(); each
            );
            at(list, &self.list).into()
        };
        let cover = if self.over {
            let inside = group(vec![icons::sign("", message_kinds::RAISE), plain("span", text(strings.upload_drop()))]);
            // Only a sighted visitor drags files, so this is hidden from screen readers.
            element!("div", "class" = "drop-cover", "part" = "drop-cover", "aria-hidden" = "true"; inside).into()
        } else {
            Html::default()
        };
        let asked = ctx.link().callback(|_| Msg::Asked);
        let clip = button("attach", "attach", Some(strings.attach()), icons::sign("", CLIP), asked);
        let link = ctx.link().clone();
        let picker = file_picker(&self.input, uploads, true, move |files| link.send_message(Msg::Chosen(files)));
        group(vec![chips, picker, clip.into(), cover])
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        let full = self.chips.iter().any(Chip::can_be_sent);
        if std::mem::replace(&mut self.full, full) != full {
            ctx.props().full.emit(full.then(|| ctx.link().callback(Msg::Sent)));
        }
        let Some(at) = self.lost.take() else { return };
        // The focus moves to the chip that took this place, else to the last one, else to the
        // field.
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
        if self.full {
            ctx.props().full.emit(None);
        }
    }
}

impl Attachments {
    fn place(&self, number: u32) -> Option<usize> {
        self.chips.iter().position(|chip| chip.number == number)
    }

    fn focus_field(&self, ctx: &Context<Self>) {
        // On a touch device the focus would open the on-screen keyboard unasked.
        if let Some(field) = ctx.props().field.cast::<Element>().filter(|_| !dom::has_finger()) {
            dom::focus(&field);
        }
    }

    fn add(&mut self, ctx: &Context<Self>, files: Vec<File>) {
        self.over = false;
        let Some(uploads) = &ctx.props().view.look.uploads else { return };
        for file in files {
            self.next += 1;
            let refused = uploads.refuse(&file);
            self.chips.push(Chip { number: self.next, file, stage: Stage::Waiting, leaves: false });
            let at = self.chips.len() - 1;
            match refused {
                Some(error) => self.fail(ctx, at, error),
                None => self.begin(ctx, at),
            }
        }
    }

    /// Starts the upload, if there is a conversation to upload to.
    fn begin(&mut self, ctx: &Context<Self>, at: usize) {
        let ViewContext { look, state, .. } = &ctx.props().view;
        let chip = &mut self.chips[at];
        chip.stage = match &look.uploads {
            Some(uploads) if state.id().is_some() => {
                let (link, number) = (ctx.link().clone(), chip.number);
                let told = Callback::from(move |state| link.send_message(Msg::Told(number, state)));
                tell(ctx, &chip.file, 0);
                let sending = uploads.start.emit(Upload { file: chip.file.clone(), told });
                Stage::Underway { percent: 0, _sending: sending }
            }
            Some(_) | None => {
                // The file waits for the first message.
                ctx.props().view.say.emit(chip.file.name().into());
                Stage::Waiting
            }
        };
    }

    /// Marks a file as refused or not uploaded, and announces the reason.
    fn fail(&mut self, ctx: &Context<Self>, at: usize, error: UploadError) {
        let ViewContext { look, say, .. } = &ctx.props().view;
        let chip = &mut self.chips[at];
        chip.stage = Stage::Failed(error);
        if let Some(uploads) = &look.uploads {
            say.emit([chip.file.name().as_str(), ": ", &uploads.wrong(error, look)].concat().into());
        }
    }

    /// Handles the progress of an upload. A cancelled one may still report, which is ignored.
    fn hear(&mut self, ctx: &Context<Self>, number: u32, state: UploadState) {
        let Some(at) = self.place(number) else { return };
        let chip = &mut self.chips[at];
        let Stage::Underway { percent, .. } = &mut chip.stage else { return };
        match state {
            UploadState::Underway(share) => *percent = share.min(100),
            UploadState::Done(address) => {
                chip.stage = Stage::Done(address);
                tell(ctx, &chip.file, 100);
            }
            UploadState::Failed(error) => self.fail(ctx, at, error),
        }
    }

    /// Handles Send: marks the files that can be sent. `said`: whether a text was sent too.
    fn leave(&mut self, ctx: &Context<Self>, said: bool) {
        let ViewContext { state, act, .. } = &ctx.props().view;
        let mut name = None;
        for chip in self.chips.iter_mut().filter(|chip| chip.can_be_sent()) {
            chip.leaves = true;
            name.get_or_insert_with(|| chip.file.name());
        }
        // A file can be uploaded only to a conversation, and only a text message starts one.
        if let Some(name) = name.filter(|_| !said && state.id().is_none() && state.outbox().is_empty()) {
            act.emit(UserAction::Send(name));
        }
    }

    /// Sends the marked files, once none of them is still waiting or being uploaded.
    fn depart(&mut self, ctx: &Context<Self>) {
        if self.chips.iter().any(|chip| chip.leaves && chip.is_awaited()) {
            return;
        }
        let ViewContext { look, act, .. } = &ctx.props().view;
        let held = self.list.cast::<Element>().is_some_and(|list| dom::holds_focus(&list));
        let mut ready = Vec::new();
        self.chips.retain_mut(|chip| match &mut chip.stage {
            Stage::Done(address) if chip.leaves => {
                ready.push((chip.file.clone(), std::mem::take(address)));
                false
            }
            Stage::Waiting | Stage::Underway { .. } | Stage::Done(_) | Stage::Failed(_) => true,
        });
        for files in ready.chunks(if look.typed { TOGETHER } else { 1 }) {
            act.emit(uploads::sent(files, look.typed));
        }
        if held && !ready.is_empty() {
            self.focus_field(ctx);
        }
    }
}

/// Announces to screen readers how much of a file is uploaded.
fn tell(ctx: &Context<Attachments>, file: &File, percent: u8) {
    let look = &ctx.props().view.look;
    let percent = intl::percent(look.locale.as_deref(), percent);
    ctx.props().view.say.emit(fill(&fill(&look.strings.uploading(), "percent", &percent), "name", &file.name()).into());
}
