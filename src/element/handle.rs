//! A running widget: its settings, the source of its conversation, and its elements.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;

use super::{before_send, report, runtime_settings, warn};
use crate::components::{App, BeforeSend, ChatSource, Transcript, UserAction, View, requirements_of};
use crate::config::{Config, Name, RawValue};
use crate::demo;
use crate::machine::effect::PageEvent;
use crate::runtime::Runtime;

/// A running widget, until it is ended.
pub(super) struct Handle {
    container: Element,
    launcher: Element,
    on_event: Rc<dyn Fn(PageEvent)>,
    before_send: BeforeSend,
    /// Settings as the page set them; `None` once the widget has ended.
    config: RefCell<Option<Rc<Config>>>,
    /// `None` while a scene is being fetched.
    source: RefCell<Option<Source>>,
    /// Whether the app is rendered, also that of a later source; `None` before a request.
    is_rendered: Cell<Option<bool>>,
    app: RefCell<Option<Rc<App>>>,
    /// What it has rendered into `container`.
    view: Rc<View>,
}

#[derive(Clone)]
struct Source {
    chat: Rc<dyn ChatSource>,
    /// The same object, if it is a runtime.
    runtime: Option<Rc<Runtime>>,
    staging: demo::Staging,
}

impl Handle {
    /// Starts a runtime or a scene. `launcher` becomes the launcher of the app.
    pub(super) fn begin(container: Element, launcher: Element, config: Config, tell: Function) -> Rc<Self> {
        let handle = Rc::new(Self {
            container,
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
        });
        handle.start();
        handle
    }

    fn start(self: &Rc<Self>) {
        let Some(config) = self.config() else { return };
        let on_event = self.on_event.clone();
        let Some(name) = config.given(Name::Demo) else {
            let runtime = Runtime::start(runtime_settings(&config), on_event);
            return self.set_source(Source { chat: Rc::new(runtime.clone()), runtime: Some(runtime), staging: &[] });
        };
        // Weak: fetching keeps no ended widget alive. The setting may have changed since.
        let handle = Rc::downgrade(self);
        spawn_local(async move {
            let scene = demo::scene(&name, &config.origin(), on_event).await;
            let is_wanted =
                |handle: &Rc<Self>| handle.config().and_then(|config| config.given(Name::Demo)).as_ref() == Some(&name);
            match (handle.upgrade().filter(is_wanted), scene) {
                (Some(handle), Ok(demo::Scene { source: chat, staging })) => {
                    handle.set_source(Source { chat, runtime: None, staging });
                }
                (Some(_), Err(reason)) => warn(&["[chataibot] demo: ", &reason].concat()),
                (None, _) => {}
            }
        });
    }

    fn set_source(&self, source: Source) {
        let Some(config) = self.config() else { return source.chat.end() };
        source.chat.set_requirements(requirements_of(&with_staging(config, source.staging)));
        if let Some(before) = self.source.replace(Some(source)) {
            before.chat.end();
        }
        drop(self.app.take());
        self.update_app();
    }

    /// Creates the app, and renders it unless `prepares` is set. Not part of [`Handle::begin`],
    /// because each takes long on a slow phone and the visitor can act in between.
    pub(super) fn render(&self, prepares: bool) {
        self.is_rendered.set(Some(!prepares));
        self.update_app();
    }

    /// Creates and renders the app, as far as requested.
    fn update_app(&self) {
        let Some(is_rendered) = self.is_rendered.get() else { return };
        let Some(app) = self.app() else { return };
        app.render(&self.container, is_rendered);
    }

    /// The app of the source, created on the first call.
    fn app(&self) -> Option<Rc<App>> {
        let mut app = self.app.borrow_mut();
        if app.is_none() {
            let Self { source, launcher, before_send, view, .. } = self;
            let source = source.borrow();
            let Source { chat, staging, .. } = source.as_ref()?;
            let config = with_staging(self.config()?, staging);
            *app = Some(App::new(chat.clone(), &config, launcher.clone(), before_send.clone(), view.clone()));
        }
        app.clone()
    }

    pub(super) fn end(&self) {
        self.config.take();
        if let Some(source) = self.source.take() {
            source.chat.end();
        }
        drop(self.app.take());
        if let Some(view) = self.view.take() {
            view.destroy();
        }
    }

    /// Changes settings; does nothing if they stay the same.
    pub(super) fn change(self: &Rc<Self>, change: impl FnOnce(&mut Config)) {
        let Some(before) = self.config() else { return };
        let mut config = Config::clone(&before);
        change(&mut config);
        if config == *before {
            return;
        }
        let config = Rc::new(config);
        *self.config.borrow_mut() = Some(config.clone());
        if config.given(Name::Demo) != before.given(Name::Demo) {
            return self.start();
        }
        // Cloned, as in [`Handle::source`].
        let source = self.source.borrow().clone();
        if let Some(Source { chat, runtime, staging }) = source {
            if let Some(runtime) = runtime {
                runtime.update(runtime_settings(&config));
            }
            let config = with_staging(config, staging);
            chat.set_requirements(requirements_of(&config));
            let app = self.app.borrow().clone();
            if let Some(app) = app {
                app.set_config(&config);
            }
        }
    }

    fn config(&self) -> Option<Rc<Config>> {
        self.config.borrow().clone()
    }

    /// Cloned, because a call on the source may call back into this handle.
    pub(super) fn source(&self) -> Option<Rc<dyn ChatSource>> {
        self.source.borrow().as_ref().map(|source| source.chat.clone())
    }

    /// Takes over the message that the shell has sent. A scene has no shell.
    pub(super) fn send_early(&self, text: String, early: &JsValue) {
        let runtime = self.source.borrow().as_ref().and_then(|source| source.runtime.clone());
        if let Some(runtime) = runtime {
            runtime.send_early(text, early);
        }
    }

    pub(super) fn act(&self, action: UserAction) -> Option<Rc<str>> {
        self.source()?.act(action)
    }

    pub(super) fn save_transcript(&self, kind: Transcript) {
        if let Some(app) = self.app.borrow().as_ref() {
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
