//! A question for a file: chosen, dropped or pasted, and uploaded with its progress. The answer
//! is the file's address.

use std::rc::Rc;

use chataibot_wire::Content;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent, Element, Event, File, FileList};
use yew::{
    html::{ondragleave, ondragover, ondrop, onpaste},
    prelude::*,
};

use super::{Kind, wrong};
use crate::{
    components::{
        dom,
        elements::{at, button, element, group, on, part, plain, text},
        file_picker::{self, file_picker},
        icons, intl,
        uploads::{self, Sending, Upload, UploadError, UploadState, Uploads},
    },
    strings::fill,
};

#[derive(Properties, Clone, PartialEq)]
pub(super) struct FileQuestionProps {
    pub(super) kind: Kind,
    pub(super) uploads: Uploads,
}

pub(super) struct FileQuestion {
    zone: NodeRef,
    input: NodeRef,
    /// Whether a file is dragged over the drop zone.
    over: bool,
    stage: Stage,
    /// Whether the focus was in the drop zone; its element may be gone after the update.
    held: bool,
}

/// State of the upload.
enum Stage {
    Empty,
    /// The chosen file is not accepted.
    Refused(UploadError),
    Sending {
        file: File,
        percent: u8,
        _sending: Sending,
    },
    /// The upload failed.
    Failed {
        file: File,
        error: UploadError,
    },
    /// Uploaded and sent as the answer.
    Given,
}

/// Messages of the component.
pub(super) enum Msg {
    /// The visitor chose, dropped or pasted a file.
    Chosen(File),
    Told(UploadState),
    Retried,
    Cancelled,
    Over(bool),
    /// The visitor asked for the device's file picker.
    Asked,
}

impl Component for FileQuestion {
    type Message = Msg;
    type Properties = FileQuestionProps;

    fn create(_: &Context<Self>) -> Self {
        Self { zone: NodeRef::default(), input: NodeRef::default(), over: false, stage: Stage::Empty, held: false }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let FileQuestionProps { kind, uploads } = ctx.props();
        self.held = self.zone.cast::<Element>().is_some_and(|zone| dom::holds_focus(&zone));
        match msg {
            Msg::Chosen(file) => {
                self.over = false;
                self.stage = match uploads.refuse(&file) {
                    Some(error) => Stage::Refused(error),
                    None => start(ctx, file),
                };
            }
            Msg::Told(state) => match (state, std::mem::replace(&mut self.stage, Stage::Empty)) {
                (UploadState::Underway(percent), Stage::Sending { file, _sending, .. }) => {
                    self.stage = Stage::Sending { file, percent: percent.min(100), _sending };
                }
                (UploadState::Done(address), Stage::Sending { file, .. }) => {
                    self.stage = Stage::Given;
                    if let Some(zone) = self.zone.cast::<Element>() {
                        kind.answer(&zone, uploads::sent(&[(file, address)], kind.look.typed));
                    }
                }
                (UploadState::Failed(error), Stage::Sending { file, .. }) => self.stage = Stage::Failed { file, error },
                // A cancelled upload may still report its last state.
                (UploadState::Underway(_) | UploadState::Done(_) | UploadState::Failed(_), stage) => self.stage = stage,
            },
            Msg::Retried => {
                if let Stage::Failed { file, .. } = &self.stage {
                    self.stage = start(ctx, file.clone());
                }
            }
            Msg::Cancelled => self.stage = Stage::Empty,
            Msg::Over(over) => return std::mem::replace(&mut self.over, over) != over,
            Msg::Asked => {
                file_picker::open(&self.input);
                return false;
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let kind = &ctx.props().kind;
        let Content::FileUpload(upload) = kind.content() else { return Html::default() };
        if !kind.open {
            return kind.asked(&upload.title, Html::default());
        }
        let link = ctx.link();
        let inside = match &self.stage {
            Stage::Empty => self.chooser(ctx, None),
            Stage::Refused(error) => self.chooser(ctx, Some(*error)),
            Stage::Sending { file, percent, .. } => sending(ctx, file, *percent),
            Stage::Failed { file, error } => group(vec![self.picker(ctx), failed(ctx, file, *error)]),
            Stage::Given => return kind.asked(&upload.title, Html::default()),
        };
        let names = if self.over { "drop-zone drop-zone-over" } else { "drop-zone" };
        let zone = at(element!("div", "class" = names, "part" = names; inside), &self.zone);
        let over = link.batch_callback(|event: DragEvent| {
            let carries = event.data_transfer().is_some_and(|it| it.types().includes(&"Files".into(), 0));
            carries.then(|| {
                // Otherwise the browser would leave the page and open the file.
                event.prevent_default();
                Msg::Over(true)
            })
        });
        let zone = on(zone, Rc::new(ondragover::Wrapper::new(over)));
        let zone = on(zone, Rc::new(ondragleave::Wrapper::new(link.callback(|_| Msg::Over(false)))));
        let dropped = link.batch_callback(|event: DragEvent| {
            event.prevent_default();
            first(event.data_transfer().as_ref()?.files()).map(Msg::Chosen)
        });
        let zone = on(zone, Rc::new(ondrop::Wrapper::new(dropped)));
        let pasted = link.batch_callback(|event: Event| {
            let clipboard: DataTransfer = event.dyn_ref::<ClipboardEvent>()?.clipboard_data()?;
            let file = first(clipboard.files())?;
            event.prevent_default();
            Some(Msg::Chosen(file))
        });
        let zone = on(zone, Rc::new(onpaste::Wrapper::new(pasted)));
        kind.asked(&upload.title, zone.into())
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        let Some(zone) = self.zone.cast::<Element>().filter(|_| std::mem::take(&mut self.held)) else { return };
        if !dom::holds_focus(&zone)
            && let Ok(Some(button)) = zone.query_selector("button")
        {
            dom::focus(&button);
        }
    }
}

impl FileQuestion {
    fn picker(&self, ctx: &Context<Self>) -> Html {
        let chosen = ctx.link().callback(Msg::Chosen);
        file_picker(&self.input, &ctx.props().uploads, false, move |files| {
            files.into_iter().for_each(|file| chosen.emit(file))
        })
    }

    fn chooser(&self, ctx: &Context<Self>, error: Option<UploadError>) -> Html {
        let FileQuestionProps { kind, uploads } = ctx.props();
        let (strings, link) = (&kind.look.strings, ctx.link());
        let words = if self.over { strings.upload_drop() } else { strings.upload_choose() };
        let face = group(vec![icons::sign("", super::RAISE), plain("span", text(words))]);
        let mut choose = button("quiet", "button", None, face, link.callback(|_| Msg::Asked));
        let fault = kind.id("wrong");
        if error.is_some() {
            choose.add_attribute("aria-describedby", fault.clone());
        }
        let sentence = error.map(|error| uploads.wrong(error, &kind.look));
        group(vec![self.picker(ctx), choose.into(), wrong(fault, sentence)])
    }
}

fn start(ctx: &Context<FileQuestion>, file: File) -> Stage {
    let told = ctx.link().callback(Msg::Told);
    let sending = ctx.props().uploads.start.emit(Upload { file: file.clone(), told });
    Stage::Sending { file, percent: 0, _sending: sending }
}

fn first(files: Option<FileList>) -> Option<File> {
    files?.get(0)
}

fn sending(ctx: &Context<FileQuestion>, file: &File, percent: u8) -> Html {
    let kind = &ctx.props().kind;
    let strings = &kind.look.strings;
    let written = intl::percent(kind.look.locale.as_deref(), percent);
    let name = file.name();
    let sentence = AttrValue::from(fill(&fill(&strings.uploading(), "percent", &written), "name", &name));
    let progress = element!(
        "progress", "class" = "progress", "part" = "progress", "max" = "100", "value" = percent.to_string(),
        "aria-label" = name;
        Html::default()
    );
    let words = element!("p", "class" = "drop-words", "dir" = "auto"; text(sentence));
    let cancel =
        button("quiet", "button", None, text(strings.upload_cancel()), ctx.link().callback(|_| Msg::Cancelled));
    group(vec![words.into(), progress.into(), cancel.into()])
}

fn failed(ctx: &Context<FileQuestion>, file: &File, error: UploadError) -> Html {
    let FileQuestionProps { kind, uploads } = ctx.props();
    let (strings, link) = (&kind.look.strings, ctx.link());
    let name = element!("p", "class" = "drop-words", "dir" = "auto"; text(file.name().into()));
    let again = button("quiet", "button", None, text(strings.retry()), link.callback(|_| Msg::Retried));
    let other = button("quiet", "button", None, text(strings.upload_choose()), link.callback(|_| Msg::Asked));
    let buttons = match error {
        UploadError::Temporary => vec![again.into(), other.into()],
        UploadError::TooLarge | UploadError::Refused => vec![other.into()],
    };
    let sentence = wrong(kind.id("wrong"), Some(uploads.wrong(error, &kind.look)));
    group(vec![name.into(), sentence, part("div", "drop-buttons", group(buttons))])
}
