//! A running widget: its settings, the source of its conversation, and its elements.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;

use super::{before_send, report, runtime_settings, warn};
use crate::{
    components::{App, BeforeSend, ChatSource, Transcript, UserAction, View, requirements_of},
    config::{Config, Name, RawValue},
    demo,
    machine::effect::PageEvent,
    runtime::Runtime,
};

/// A running widget, until it is ended. Clones share it.
#[derive(Clone)]
pub(super) struct Handle(Rc<Inner>);

struct Inner {
    place: Element,
    launcher: Element,
    on_event: Rc<dyn Fn(PageEvent)>,
    before_send: BeforeSend,
    /// Settings as the page set them; `None` once the widget has ended.
    config: RefCell<Option<Rc<Config>>>,
    /// `None` while a scene is being fetched.
    source: RefCell<Option<Source>>,
    /// Whether the app is rendered; `None` before it was requested. A source that arrives later gets
    /// its app at once.
    is_rendered: Cell<Option<bool>>,
    /// The app of `source`.
    app: RefCell<Option<Rc<App>>>,
    /// What it has rendered into `place`.
    view: Rc<View>,
}

/// Source of the conversation.
#[derive(Clone)]
struct Source {
    chat: Rc<dyn ChatSource>,
    /// The same object, if it is a runtime.
    runtime: Option<Rc<Runtime>>,
    /// Settings that a scene overrides.
    staging: demo::Staging,
}

impl Handle {
    /// Starts a runtime, or a scene if the page wants one. `launcher` becomes the launcher of the
    /// app in `place`.
    pub(super) fn begin(place: Element, launcher: Element, config: Config, tell: Function) -> Self {
        let handle = Self(Rc::new(Inner {
            place,
            launcher,
            before_send: {
                let tell = tell.clone();
                Rc::new(move |text| before_send(&tell, text))
            },
            on_event: Rc::new(move |outgoing| report(&tell, outgoing)),
            config: RefCell::new(Some(Rc::new(config))),
            source: RefCell::default(),
            is_rendered: Cell::default(),
            app: RefCell::default(),
            view: Rc::default(),
        }));
        handle.start();
        handle
    }

    fn start(&self) {
        let Some(config) = self.config() else { return };
        let on_event = self.0.on_event.clone();
        let Some(name) = config.given(Name::Demo) else {
            let runtime = Runtime::start(runtime_settings(&config), on_event);
            return self.set_source(Source { chat: Rc::new(runtime.clone()), runtime: Some(runtime), staging: &[] });
        };
        // A weak reference, so that fetching a scene does not keep an ended widget alive. The scene
        // is shown only if the setting is still the same.
        let handle = Rc::downgrade(&self.0);
        spawn_local(async move {
            let scene = demo::scene(&name, &config.origin(), on_event).await;
            let handle = handle.upgrade().map(Self);
            let is_wanted =
                |handle: &Self| handle.config().and_then(|config| config.given(Name::Demo)).as_ref() == Some(&name);
            match (handle.filter(is_wanted), scene) {
                (Some(handle), Ok(demo::Scene { source: chat, staging })) => {
                    handle.set_source(Source { chat, runtime: None, staging });
                }
                (Some(_), Err(reason)) => warn(&["[chataibot] demo: ", &reason].concat()),
                (None, _) => {}
            }
        });
    }

    /// Replaces the source, and its app.
    fn set_source(&self, source: Source) {
        let Some(config) = self.config() else { return source.chat.end() };
        source.chat.set_requirements(requirements_of(&with_staging(config, source.staging)));
        if let Some(before) = self.0.source.replace(Some(source)) {
            before.chat.end();
        }
        drop(self.0.app.take());
        self.update_app();
    }

    /// Creates the app, and renders it unless `prepares` is set. Not part of [`Handle::begin`],
    /// because each takes long on a slow phone and the visitor can act in between.
    pub(super) fn render(&self, prepares: bool) {
        self.0.is_rendered.set(Some(!prepares));
        self.update_app();
    }

    /// Creates and renders the app, as far as requested.
    fn update_app(&self) {
        let Some(is_rendered) = self.0.is_rendered.get() else { return };
        let Some(app) = self.app() else { return };
        app.render(&self.0.place, is_rendered);
    }

    /// The app of the source, created on the first call.
    fn app(&self) -> Option<Rc<App>> {
        let mut app = self.0.app.borrow_mut();
        if app.is_none() {
            let Inner { source, launcher, before_send, view, .. } = &*self.0;
            let source = source.borrow();
            let Source { chat, staging, .. } = source.as_ref()?;
            let config = with_staging(self.config()?, staging);
            *app = Some(App::new(chat.clone(), &config, launcher.clone(), before_send.clone(), view.clone()));
        }
        app.clone()
    }

    /// Ends the widget and releases everything.
    pub(super) fn end(&self) {
        self.0.config.take();
        if let Some(source) = self.0.source.take() {
            source.chat.end();
        }
        drop(self.0.app.take());
        if let Some(view) = self.0.view.take() {
            view.destroy();
        }
    }

    /// Changes settings; does nothing if they stay the same.
    pub(super) fn change(&self, change: impl FnOnce(&mut Config)) {
        let Some(before) = self.config() else { return };
        let mut config = Config::clone(&before);
        change(&mut config);
        if config == *before {
            return;
        }
        let config = Rc::new(config);
        *self.0.config.borrow_mut() = Some(config.clone());
        if config.given(Name::Demo) != before.given(Name::Demo) {
            return self.start();
        }
        // Cloned, as in [`Handle::source`].
        let source = self.0.source.borrow().clone();
        if let Some(Source { chat, runtime, staging }) = source {
            if let Some(runtime) = runtime {
                runtime.update(runtime_settings(&config));
            }
            let config = with_staging(config, staging);
            chat.set_requirements(requirements_of(&config));
            let app = self.0.app.borrow().clone();
            if let Some(app) = app {
                app.set_config(&config);
            }
        }
    }

    fn config(&self) -> Option<Rc<Config>> {
        self.0.config.borrow().clone()
    }

    /// Cloned, because a call on the source may call back into this handle.
    pub(super) fn source(&self) -> Option<Rc<dyn ChatSource>> {
        self.0.source.borrow().as_ref().map(|source| source.chat.clone())
    }

    /// Takes over the message that the shell has sent. A scene has no shell.
    pub(super) fn send_early(&self, text: String, early: &JsValue) {
        let runtime = self.0.source.borrow().as_ref().and_then(|source| source.runtime.clone());
        if let Some(runtime) = runtime {
            runtime.send_early(text, early);
        }
    }

    /// Performs an action for the page.
    pub(super) fn act(&self, action: UserAction) -> Option<Rc<str>> {
        self.source()?.act(action)
    }

    /// Saves the displayed conversation as a file.
    pub(super) fn save_transcript(&self, kind: Transcript) {
        if let Some(app) = self.0.app.borrow().as_ref() {
            app.save_transcript(kind);
        }
    }
}

/// The page's settings, overridden by the scene's.
fn with_staging(mut config: Rc<Config>, staging: demo::Staging) -> Rc<Config> {
    if !staging.is_empty() {
        let config = Rc::make_mut(&mut config);
        for (name, value) in staging {
            config.set(name, RawValue::Text((*value).to_owned()), &mut warn);
        }
    }
    config
}
