//! A question for a file: chosen, dropped or pasted, and uploaded. The answer is its address.

use chataibot_wire::Content;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DragEvent, Element, Event, File};
use yew::prelude::*;

use super::{Kind, error_message};
use crate::components::file_picker::{self, file_picker};
use crate::components::uploads::{self, Upload, UploadError, UploadGuard, UploadState, Uploads};
use crate::components::{dom, elements::*, icons};

#[derive(Properties, Clone, PartialEq)]
pub(super) struct FileQuestionProps {
    pub(super) kind: Kind,
    pub(super) uploads: Uploads,
}

#[derive(Default)]
pub(super) struct FileQuestion {
    zone: NodeRef,
    input: NodeRef,
    is_dragged_over: bool,
    stage: Stage,
    /// Whether the focus was in the drop zone; its element may be gone after the update.
    had_focus: bool,
}

#[derive(Default)]
enum Stage {
    #[default]
    Empty,
    Refused(UploadError),
    /// The guard stops the upload when dropped.
    Sending {
        file: File,
        percent: u8,
        _sending: UploadGuard,
    },
    Failed {
        file: File,
        error: UploadError,
    },
    Sent,
}

pub(super) enum Msg {
    Chosen(File),
    Progress(UploadState),
    Retried,
    Cancelled,
    DraggedOver(bool),
    PickerRequested,
}

impl Component for FileQuestion {
    type Message = Msg;
    type Properties = FileQuestionProps;

    fn create(_: &Context<Self>) -> Self {
        Self::default()
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let FileQuestionProps { kind, uploads } = ctx.props();
        self.had_focus = self.zone.cast::<Element>().is_some_and(|zone| dom::contains_focus(&zone));
        match msg {
            Msg::Chosen(file) => {
                self.is_dragged_over = false;
                self.stage = match uploads.refusal(&file) {
                    Some(error) => Stage::Refused(error),
                    None => start(ctx, file),
                };
            }
            Msg::Progress(state) => {
                // A cancelled upload may still report its last state.
                let Stage::Sending { file, percent, .. } = &mut self.stage else { return true };
                match state {
                    UploadState::Underway(share) => *percent = share.min(100),
                    UploadState::Done(address) => {
                        let answer = uploads::send_action(&[(file.clone(), address)], kind.config.typed);
                        self.stage = Stage::Sent;
                        if let Some(zone) = self.zone.cast::<Element>() {
                            kind.answer(&zone, answer);
                        }
                    }
                    UploadState::Failed(error) => self.stage = Stage::Failed { file: file.clone(), error },
                }
            }
            Msg::Retried => {
                if let Stage::Failed { file, .. } = &self.stage {
                    self.stage = start(ctx, file.clone());
                }
            }
            Msg::Cancelled => self.stage = Stage::Empty,
            Msg::DraggedOver(over) => return std::mem::replace(&mut self.is_dragged_over, over) != over,
            Msg::PickerRequested => {
                file_picker::open(&self.input);
                return false;
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let kind = &ctx.props().kind;
        let Content::FileUpload(upload) = kind.content() else { return Html::default() };
        if !kind.is_answerable {
            return kind.question(&upload.title, Html::default());
        }
        let link = ctx.link();
        let inside = match &self.stage {
            Stage::Empty => self.chooser(ctx, None),
            Stage::Refused(error) => self.chooser(ctx, Some(*error)),
            Stage::Sending { file, percent, .. } => sending_view(ctx, file, *percent),
            Stage::Failed { file, error } => group(vec![self.picker(ctx), failed_view(ctx, file, *error)]),
            Stage::Sent => return kind.question(&upload.title, Html::default()),
        };
        let names = if self.is_dragged_over { "drop-zone drop-zone-over" } else { "drop-zone" };
        let zone = with_ref(element!("div", part names; inside), &self.zone);
        // Not by `attachments::drop_paste`, another chunk: it leaves some files of a paste alone.
        let dragged_over = link.batch_callback(|event: DragEvent| {
            let has_files = event.data_transfer().is_some_and(|it| it.types().includes(&"Files".into(), 0));
            has_files.then(|| {
                // Otherwise the browser would leave the page and open the file.
                event.prevent_default();
                Msg::DraggedOver(true)
            })
        });
        let left = link.callback(|_| Msg::DraggedOver(false));
        let dropped = link.batch_callback(|event: DragEvent| {
            event.prevent_default();
            event.data_transfer()?.files()?.get(0).map(Msg::Chosen)
        });
        let pasted = link.batch_callback(|event: Event| {
            let file = event.dyn_ref::<ClipboardEvent>()?.clipboard_data()?.files()?.get(0)?;
            event.prevent_default();
            Some(Msg::Chosen(file))
        });
        let zone = listen!(zone, ondragover = dragged_over, ondragleave = left, ondrop = dropped, onpaste = pasted);
        kind.question(&upload.title, zone.into())
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        let Some(zone) = self.zone.cast::<Element>().filter(|_| std::mem::take(&mut self.had_focus)) else { return };
        if !dom::contains_focus(&zone)
            && let Ok(Some(button)) = zone.query_selector("button")
        {
            dom::focus(&button);
        }
    }
}

impl FileQuestion {
    fn picker(&self, ctx: &Context<Self>) -> Html {
        let chosen = ctx.link().batch_callback(|files: Vec<File>| files.into_iter().next().map(Msg::Chosen));
        file_picker(&self.input, &ctx.props().uploads, false, chosen)
    }

    fn chooser(&self, ctx: &Context<Self>, error: Option<UploadError>) -> Html {
        let FileQuestionProps { kind, uploads } = ctx.props();
        let (strings, link) = (&kind.config.strings, ctx.link());
        let words = if self.is_dragged_over { strings.upload_drop() } else { strings.upload_choose() };
        let face = group(vec![icons::icon("", super::UPLOAD), plain("span", text(words))]);
        let mut choose = button("quiet", "button", None, face, link.callback(|_| Msg::PickerRequested));
        let error_id = kind.id("wrong");
        if error.is_some() {
            choose.add_attribute("aria-describedby", error_id.clone());
        }
        let sentence = error.map(|error| uploads.error_message(error, &kind.config));
        group(vec![self.picker(ctx), choose.into(), error_message(error_id, sentence)])
    }
}

fn start(ctx: &Context<FileQuestion>, file: File) -> Stage {
    let on_progress = ctx.link().callback(Msg::Progress);
    let sending = ctx.props().uploads.start.emit(Upload { file: file.clone(), on_progress });
    Stage::Sending { file, percent: 0, _sending: sending }
}

fn sending_view(ctx: &Context<FileQuestion>, file: &File, percent: u8) -> Html {
    let config = &ctx.props().kind.config;
    let sentence = uploads::progress_sentence(config, file, percent);
    let words = element!("p", "class" = "drop-words", "dir" = "auto"; text(sentence.into()));
    let stopped = ctx.link().callback(|_| Msg::Cancelled);
    let cancel = button("quiet", "button", None, text(config.strings.upload_cancel()), stopped);
    group(vec![words.into(), uploads::progress_bar(file.name(), percent), cancel.into()])
}

fn failed_view(ctx: &Context<FileQuestion>, file: &File, error: UploadError) -> Html {
    let FileQuestionProps { kind, uploads } = ctx.props();
    let (strings, link) = (&kind.config.strings, ctx.link());
    let name = element!("p", "class" = "drop-words", "dir" = "auto"; text(file.name().into()));
    let again = button("quiet", "button", None, text(strings.retry()), link.callback(|_| Msg::Retried));
    let other = button("quiet", "button", None, text(strings.upload_choose()), link.callback(|_| Msg::PickerRequested));
    let buttons = match error {
        UploadError::Temporary => vec![again.into(), other.into()],
        UploadError::TooLarge | UploadError::Refused => vec![other.into()],
    };
    let sentence = error_message(kind.id("wrong"), Some(uploads.error_message(error, &kind.config)));
    group(vec![name.into(), sentence, part("div", "drop-buttons", group(buttons))])
}
