//! Presenter: connects the runtime, or a scene in its place, to the views.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::{AppHandle, prelude::*};

use super::dom::{self, warn};
use super::{
    Transcript, Upload, UploadGuard, Uploads, UserAction, ViewConfig, Widget, WidgetProps, chunks::save_transcript,
};
use crate::config::{Config, Name};
use crate::conversation::{Conversation, onboarding::Requirements};
use crate::notify::{Notifier, NotifySettings};
use crate::runtime::{Listener, Runtime, Subscription};

/// Asks the host page about a visitor's message. Returns the text to send, or `None` to refuse it.
pub type BeforeSend = Rc<dyn Fn(&str) -> Option<String>>;

/// Source of a conversation: the runtime, or a scene in its place.
pub trait ChatSource {
    /// Returns the current conversation.
    fn state(&self) -> Rc<Conversation>;

    /// Calls `listener` after every change, until the returned subscription is dropped.
    fn subscribe(&self, listener: Listener) -> Option<Subscription>;

    /// Performs an action. Returns the client message id if it sends a message.
    fn act(&self, action: UserAction) -> Option<Rc<str>>;

    /// How files are uploaded, if the site accepts files.
    fn uploads(&self) -> Option<Uploads> {
        None
    }

    /// Whether the site takes typed answers (structured messages).
    fn takes_typed(&self) -> bool {
        false
    }

    /// A stopped clock's time in milliseconds since 1970-01-01 UTC; `None` if the clock runs.
    fn frozen_time(&self) -> Option<u64> {
        None
    }

    /// Sets what the host page requires of a visitor; the runtime gets that with its settings.
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
            UploadGuard::new(runtime.send_file(file, Box::new(move |state| on_progress.emit(state))))
        });
        let types = accepted.types.into_iter().map(AttrValue::from).collect();
        Some(Uploads { max_bytes: accepted.max_bytes, types, preselected: Rc::default(), start })
    }

    fn end(&self) {
        self.destroy();
    }
}

/// The widget of one source: passes its states to the views, and what the visitor does to it.
pub struct App {
    source: Rc<dyn ChatSource>,
    launcher: Element,
    view_config: RefCell<Rc<ViewConfig>>,
    act: Callback<UserAction>,
    notifier: Notifier,
    view: Rc<View>,
    is_rendered: Cell<bool>,
    #[expect(dead_code, reason = "listens while it lives")]
    subscription: Option<Subscription>,
}

/// The views, which a source that replaces another one takes over; `None` before [`App::render`].
pub type View = RefCell<Option<AppHandle<Widget>>>;

impl App {
    /// Follows `source`, without rendering: each takes long on a slow phone. `before_send` is
    /// called before each message of the visitor is sent.
    pub fn new(
        source: Rc<dyn ChatSource>,
        config: &Rc<Config>,
        launcher: Element,
        before_send: BeforeSend,
        view: Rc<View>,
    ) -> Rc<Self> {
        let app = Rc::new_cyclic(|app: &Weak<Self>| {
            let (follower, actor) = (app.clone(), app.clone());
            let follow = move |state: &Rc<Conversation>| {
                if let Some(app) = follower.upgrade() {
                    app.follow(state);
                }
            };
            let act = move |action| {
                if let Some(app) = actor.upgrade() {
                    app.perform(action, &before_send);
                }
            };
            Self {
                subscription: source.subscribe(Rc::new(follow)),
                view_config: RefCell::new(view_config(&source, config)),
                act: Callback::from(act),
                notifier: Notifier::new(notify_settings(config)),
                source,
                launcher,
                view,
                is_rendered: Cell::default(),
            }
        });
        app.follow(&app.source.state());
        app
    }

    /// Renders into `container`, which nothing else touches; without `is_rendered`, only prepares that.
    pub fn render(&self, container: &Element, is_rendered: bool) {
        self.is_rendered.set(is_rendered);
        let state = self.source.state();
        if self.view.borrow().is_some() {
            return self.show(state);
        }
        let renderer = yew::Renderer::<Widget>::with_root_and_props(container.clone(), self.props(state));
        *self.view.borrow_mut() = Some(renderer.render());
    }

    /// Changes the settings.
    pub fn set_config(&self, config: &Rc<Config>) {
        *self.view_config.borrow_mut() = view_config(&self.source, config);
        self.notifier.update_settings(notify_settings(config));
        self.show(self.source.state());
    }

    /// Saves the conversation as a file.
    pub fn save_transcript(&self, kind: Transcript) {
        let save = save_transcript(self.source.state(), self.view_config(), kind);
        spawn_local(async move {
            if save.await.is_err() {
                warn("[chataibot] the conversation was not saved: the code for it could not be loaded.");
            }
        });
    }

    fn follow(&self, state: &Rc<Conversation>) {
        // The first token response says what the site accepts, and a later one may say otherwise.
        let before = self.view_config();
        let typed = self.source.takes_typed();
        let uploads = if before.uploads.is_none() { self.source.uploads() } else { None };
        if uploads.is_some() || typed != before.typed {
            let mut view_config = ViewConfig::clone(&before);
            view_config.uploads = uploads.or(view_config.uploads);
            view_config.typed = typed;
            *self.view_config.borrow_mut() = Rc::new(view_config);
        }
        let title = |unread: u32| self.view_config().strings.title_unread(unread as usize).as_str().to_owned();
        self.notifier.follow(state, title);
        self.show(state.clone());
    }

    fn show(&self, state: Rc<Conversation>) {
        if let Some(view) = self.view.borrow_mut().as_mut() {
            view.update(self.props(state));
        }
    }

    fn props(&self, state: Rc<Conversation>) -> WidgetProps {
        WidgetProps {
            state,
            config: self.view_config(),
            launcher: self.launcher.clone(),
            act: self.act.clone(),
            sounds: self.notifier.sounds(),
            is_rendered: self.is_rendered.get(),
        }
    }

    fn view_config(&self) -> Rc<ViewConfig> {
        self.view_config.borrow().clone()
    }

    fn perform(&self, action: UserAction, before_send: &BeforeSend) {
        let source = &self.source;
        if let UserAction::Sound(on) = action {
            self.notifier.choose_sound(on);
            self.show(source.state());
        } else if let UserAction::Transcript(kind) = action {
            self.save_transcript(kind);
        } else if let Some((action, original)) = ask_page(action, before_send) {
            let was_draft = original.is_some_and(|original| original == **source.state().draft());
            source.act(action);
            // Cleared only now, because a message that the page refuses stays in the message field.
            if was_draft {
                source.act(UserAction::Draft(String::new()));
            }
        }
    }
}

fn view_config(source: &Rc<dyn ChatSource>, config: &Rc<Config>) -> Rc<ViewConfig> {
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
