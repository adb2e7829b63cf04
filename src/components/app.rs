//! The root component: connects the runtime, or a demo story in its place, to the views.

use std::rc::Rc;

use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Element;
use yew::{html::Scope, prelude::*};

use super::{
    Sending, Transcript, Upload, UploadError, UploadState, Uploads, UserAction, ViewConfig, Widget,
    chunks::save_transcript, dom,
};
use crate::{
    api::upload::UploadProgress,
    config::{Config, Name},
    conversation::{Conversation, onboarding::Requirements},
    notify::{Notifier, Wanted},
    runtime::{Runtime, Subscription},
};

/// Called with the conversation after every change.
pub type Listener = Rc<dyn Fn(&Rc<Conversation>)>;

/// Asks the host page about a visitor's message. Returns the text to send, or `None` to refuse it.
pub type BeforeSend = Rc<dyn Fn(&str) -> Option<String>>;

/// Source of a conversation: the runtime, or a demo story in its place.
pub trait ChatSource {
    /// Returns the current conversation.
    fn state(&self) -> Rc<Conversation>;

    /// Calls `listener` after every change, until the returned subscription is dropped.
    fn subscribe(&self, listener: Listener) -> Option<Subscription>;

    /// Performs an action of the visitor or the host page. Returns the client message id if the
    /// action sends a message.
    fn act(&self, action: UserAction) -> Option<Rc<str>>;

    /// How files are uploaded, if the site accepts files.
    fn uploads(&self) -> Option<Uploads> {
        None
    }

    /// Whether the site takes typed answers (structured messages).
    fn takes_typed(&self) -> bool {
        false
    }

    /// For a source whose clock is stopped, its time in milliseconds since 1970-01-01 UTC; `None`
    /// if the clock runs.
    fn stands_still_at(&self) -> Option<u64> {
        None
    }

    /// Sets what the host page requires of a visitor. Does nothing in the runtime, which gets the
    /// requirements with its other settings.
    fn ask(&self, _: Requirements) {}

    /// Releases everything.
    fn end(&self);
}

impl ChatSource for Rc<Runtime> {
    fn state(&self) -> Rc<Conversation> {
        Runtime::state(self)
    }

    fn subscribe(&self, listener: Listener) -> Option<Subscription> {
        Some(Runtime::subscribe(self, listener))
    }

    fn act(&self, action: UserAction) -> Option<Rc<str>> {
        Runtime::act(self, action)
    }

    fn takes_typed(&self) -> bool {
        Runtime::takes_typed(self)
    }

    fn uploads(&self) -> Option<Uploads> {
        let taken = self.takes_files()?;
        let runtime = self.clone();
        let start = Callback::from(move |Upload { file, told }: Upload| {
            let told = move |progress| {
                told.emit(match progress {
                    UploadProgress::Underway(percent) => UploadState::Underway(percent),
                    UploadProgress::Done(address) => UploadState::Done(address),
                    UploadProgress::Failed(413) => UploadState::Failed(UploadError::TooLarge),
                    UploadProgress::Failed(415) => UploadState::Failed(UploadError::Refused),
                    UploadProgress::Failed(_) => UploadState::Failed(UploadError::Temporary),
                });
            };
            Sending::new(runtime.send_file(file, Box::new(told)))
        });
        let types = taken.types.into_iter().map(AttrValue::from).collect();
        Some(Uploads { most: taken.max_bytes, types, chosen: Rc::default(), start })
    }

    fn end(&self) {
        self.destroy();
    }
}

/// Properties, given by the host element.
#[derive(Properties, Clone)]
pub struct AppProps {
    /// Where the conversation comes from.
    pub source: Rc<dyn ChatSource>,
    /// The settings.
    pub config: Rc<Config>,
    /// The launcher button in the host page.
    pub launcher: Element,
    /// Called before each message of the visitor is sent.
    pub before_send: BeforeSend,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn warn(line: &str);
}

/// A source is replaced, never changed in place, so comparing pointers is enough.
impl PartialEq for AppProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.source, &other.source) && self.config == other.config
    }
}

/// The whole widget: launcher and window of one session.
pub struct App {
    state: Rc<Conversation>,
    look: Rc<ViewConfig>,
    act: Callback<UserAction>,
    notifier: Notifier,
    #[expect(dead_code, reason = "listens while it lives")]
    subscription: Option<Subscription>,
}

/// Messages of the root component.
pub enum Msg {
    /// The new state of the conversation.
    Changed(Rc<Conversation>),
    /// Asks to save the conversation as a file.
    SaveTranscript(Transcript),
    /// Saving has ended; `false` if it failed.
    Saved(bool),
}

impl App {
    /// Asks to save the shown conversation as a file.
    pub fn save_transcript(app: &Scope<Self>, kind: Transcript) {
        app.send_message(Msg::SaveTranscript(kind));
    }
}

impl Component for App {
    type Message = Msg;
    type Properties = AppProps;

    fn create(ctx: &Context<Self>) -> Self {
        let AppProps { source, config, .. } = ctx.props();
        let link = ctx.link().clone();
        let subscription = source.subscribe(Rc::new(move |now| link.send_message(Msg::Changed(now.clone()))));
        let notifier = Notifier::new(wanted(config));
        let look = look(ctx.props());
        let state = source.state();
        notifier.follow(&state, |unread| title(&look, unread));
        let act = acts(ctx, &notifier);
        Self { state, look, act, notifier, subscription }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Changed(now) => {
                self.state = now;
                // The first token response says what the site accepts, and a later one may say
                // otherwise.
                let source = &ctx.props().source;
                let typed = source.takes_typed();
                let uploads = if self.look.uploads.is_none() { source.uploads() } else { None };
                if uploads.is_some() || typed != self.look.typed {
                    let mut look = ViewConfig::clone(&self.look);
                    look.uploads = uploads.or(look.uploads);
                    look.typed = typed;
                    self.look = Rc::new(look);
                }
                self.notifier.follow(&self.state, |unread| title(&self.look, unread));
                true
            }
            Msg::SaveTranscript(kind) => {
                let save = save_transcript(self.state.clone(), self.look.clone(), kind);
                ctx.link().send_future(async move { Msg::Saved(save.await.is_ok()) });
                false
            }
            Msg::Saved(saved) => {
                if !saved {
                    warn("[chataibot] the conversation was not saved: what makes the file could not be fetched.");
                }
                false
            }
        }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &AppProps) -> bool {
        if Rc::ptr_eq(&old.source, &ctx.props().source) {
            self.look = look(ctx.props());
            self.notifier.want(wanted(&ctx.props().config));
        } else {
            *self = Component::create(ctx);
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let launcher = ctx.props().launcher.clone();
        html! {
            <Widget state={&self.state} look={&self.look} {launcher} act={&self.act} sounds={self.notifier.sounds()} />
        }
    }
}

fn look(AppProps { source, config, .. }: &AppProps) -> Rc<ViewConfig> {
    let unknown = |name: &str| {
        warn(&["[chataibot] strings: there is no sentence called \"", name, "\". See src/strings/table.rs."].concat());
    };
    let mut look = ViewConfig::new(config, unknown);
    look.now = source.stands_still_at();
    look.uploads = source.uploads();
    look.typed = source.takes_typed();
    if let Some(rule) = look.locale.as_deref().and_then(dom::plural_rule) {
        look.strings.count_by(rule);
    }
    Rc::new(look)
}

fn acts(ctx: &Context<App>, notifier: &Notifier) -> Callback<UserAction> {
    let AppProps { source, before_send, .. } = ctx.props().clone();
    let (notifier, app) = (notifier.clone(), ctx.link().clone());
    Callback::from(move |action| {
        if let UserAction::Sound(on) = action {
            notifier.choose_sound(on);
            app.send_message(Msg::Changed(source.state()));
        } else if let UserAction::Transcript(kind) = action {
            app.send_message(Msg::SaveTranscript(kind));
        } else if let Some((action, said)) = agreed(action, &before_send) {
            let was_draft = said.is_some_and(|said| said == **source.state().draft());
            source.act(action);
            // Cleared only now, because a message that the page refuses stays in the message field.
            if was_draft {
                source.act(UserAction::Draft(String::new()));
            }
        }
    })
}

/// Asks the host page about an action that sends a message. Returns the action as the page wants it
/// and what the visitor had written, or `None` if the page refuses it.
fn agreed(action: UserAction, before_send: &BeforeSend) -> Option<(UserAction, Option<String>)> {
    let (UserAction::Send(text) | UserAction::Answer { text, .. }) = &action else { return Some((action, None)) };
    let said = text.clone();
    let wanted = before_send(&said)?;
    // A typed answer is only valid for its original text.
    Some((if wanted == said { action } else { UserAction::Send(wanted) }, Some(said)))
}

fn wanted(config: &Config) -> Wanted {
    Wanted {
        sound: config.text(Name::Sound) == "on",
        title: config.text(Name::TitleIndicator) == "on",
        remember: config.text(Name::Storage) == "local",
    }
}

fn title(look: &ViewConfig, unread: u32) -> String {
    look.strings.title_unread(usize::try_from(unread).unwrap_or(usize::MAX)).as_str().to_owned()
}
