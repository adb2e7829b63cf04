//! The root component: connects the runtime, or a scene in its place, to the views.

use std::rc::Rc;

use web_sys::Element;
use yew::{html::Scope, prelude::*};

use super::{
    Sending, Transcript, Upload, UploadError, UploadState, Uploads, UserAction, ViewConfig, Widget,
    chunks::save_transcript,
    dom::{self, warn},
};
use crate::{
    api::upload::UploadProgress,
    config::{Config, Name},
    conversation::{Conversation, onboarding::Requirements},
    notify::{Notifier, NotifySettings},
    runtime::{Runtime, Subscription},
};

/// Called with the conversation after every change.
pub type Listener = Rc<dyn Fn(&Rc<Conversation>)>;

/// Asks the host page about a visitor's message. Returns the text to send, or `None` to refuse it.
pub type BeforeSend = Rc<dyn Fn(&str) -> Option<String>>;

/// Source of a conversation: the runtime, or a scene in its place.
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
    fn frozen_time(&self) -> Option<u64> {
        None
    }

    /// Sets what the host page requires of a visitor. Does nothing in the runtime, which gets the
    /// requirements with its other settings.
    fn set_requirements(&self, _: Requirements) {}

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
        Runtime::accepts_typed_answers(self)
    }

    fn uploads(&self) -> Option<Uploads> {
        let accepted = self.accepted_uploads()?;
        let runtime = self.clone();
        let start = Callback::from(move |Upload { file, on_progress }: Upload| {
            let on_progress = move |progress| {
                on_progress.emit(match progress {
                    UploadProgress::Underway(percent) => UploadState::Underway(percent),
                    UploadProgress::Done(address) => UploadState::Done(address),
                    UploadProgress::Failed(413) => UploadState::Failed(UploadError::TooLarge),
                    UploadProgress::Failed(415) => UploadState::Failed(UploadError::Refused),
                    UploadProgress::Failed(_) => UploadState::Failed(UploadError::Temporary),
                });
            };
            Sending::new(runtime.send_file(file, Box::new(on_progress)))
        });
        let types = accepted.types.into_iter().map(AttrValue::from).collect();
        Some(Uploads { max_bytes: accepted.max_bytes, types, preselected: Rc::default(), start })
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

/// A source is replaced, never changed in place, so comparing pointers is enough.
impl PartialEq for AppProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.source, &other.source) && self.config == other.config
    }
}

/// The whole widget: launcher and window of one session.
pub struct App {
    state: Rc<Conversation>,
    view_config: Rc<ViewConfig>,
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
        let notifier = Notifier::new(notify_settings(config));
        let view_config = view_config(ctx.props());
        let state = source.state();
        notifier.follow(&state, |unread| title(&view_config, unread));
        let act = acts(ctx, &notifier);
        Self { state, view_config, act, notifier, subscription }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Changed(now) => {
                self.state = now;
                // The first token response says what the site accepts, and a later one may say
                // otherwise.
                let source = &ctx.props().source;
                let typed = source.takes_typed();
                let uploads = if self.view_config.uploads.is_none() { source.uploads() } else { None };
                if uploads.is_some() || typed != self.view_config.typed {
                    let mut view_config = ViewConfig::clone(&self.view_config);
                    view_config.uploads = uploads.or(view_config.uploads);
                    view_config.typed = typed;
                    self.view_config = Rc::new(view_config);
                }
                self.notifier.follow(&self.state, |unread| title(&self.view_config, unread));
                true
            }
            Msg::SaveTranscript(kind) => {
                let save = save_transcript(self.state.clone(), self.view_config.clone(), kind);
                ctx.link().send_future(async move { Msg::Saved(save.await.is_ok()) });
                false
            }
            Msg::Saved(saved) => {
                if !saved {
                    warn("[chataibot] the conversation was not saved: the code for it could not be loaded.");
                }
                false
            }
        }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &AppProps) -> bool {
        if Rc::ptr_eq(&old.source, &ctx.props().source) {
            self.view_config = view_config(ctx.props());
            self.notifier.update_settings(notify_settings(&ctx.props().config));
        } else {
            *self = Component::create(ctx);
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let launcher = ctx.props().launcher.clone();
        html! {
            <Widget state={&self.state} config={&self.view_config} {launcher} act={&self.act}
                sounds={self.notifier.sounds()} />
        }
    }
}

fn view_config(AppProps { source, config, .. }: &AppProps) -> Rc<ViewConfig> {
    let unknown = |name: &str| {
        warn(&["[chataibot] strings: there is no sentence called \"", name, "\". See src/strings/table.rs."].concat());
    };
    let mut view_config = ViewConfig::new(config, unknown);
    view_config.now = source.frozen_time();
    view_config.uploads = source.uploads();
    view_config.typed = source.takes_typed();
    if let Some(rule) = view_config.locale.as_deref().and_then(dom::plural_rule) {
        view_config.strings.count_by(rule);
    }
    Rc::new(view_config)
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
        } else if let Some((action, original)) = ask_page(action, &before_send) {
            let was_draft = original.is_some_and(|original| original == **source.state().draft());
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
fn ask_page(action: UserAction, before_send: &BeforeSend) -> Option<(UserAction, Option<String>)> {
    let (UserAction::Send(text) | UserAction::Answer { text, .. }) = &action else { return Some((action, None)) };
    let original = text.clone();
    let approved = before_send(&original)?;
    // A typed answer is only valid for its original text.
    Some((if approved == original { action } else { UserAction::Send(approved) }, Some(original)))
}

fn notify_settings(config: &Config) -> NotifySettings {
    NotifySettings {
        sound: config.text(Name::Sound) == "on",
        title: config.text(Name::TitleIndicator) == "on",
        remember: config.text(Name::Storage) == "local",
    }
}

fn title(view_config: &ViewConfig, unread: u32) -> String {
    view_config.strings.title_unread(usize::try_from(unread).unwrap_or(usize::MAX)).as_str().to_owned()
}
