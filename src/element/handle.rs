//! A widget while it runs: its settings, where its conversation comes from, and its elements.

use std::{cell::RefCell, rc::Rc};

use js_sys::Function;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::AppHandle;

use super::{before_send, report, runtime_settings, warn};
use crate::{
    components::{App, AppProps, BeforeSend, ChatSource, Transcript, UserAction, gate},
    config::{Config, Name, RawValue},
    demo,
    machine::effect::PageEvent,
    runtime::Runtime,
};

/// A running widget, until it is ended. Clones are the same one.
#[derive(Clone)]
pub(super) struct Handle(Rc<Inner>);

struct Inner {
    place: Element,
    launcher: Element,
    on_event: Rc<dyn Fn(PageEvent)>,
    before_send: BeforeSend,
    /// As the page set it. `None`: the widget has ended.
    config: RefCell<Option<Rc<Config>>>,
    /// `None` while a scene is fetched.
    shown: RefCell<Option<Shown>>,
}

struct Shown {
    app: AppHandle<App>,
    source: Rc<dyn ChatSource>,
    /// The runtime, where the source is one.
    runtime: Option<Rc<Runtime>>,
    /// What a scene wants to be otherwise than the page set it.
    staging: demo::Staging,
}

impl Handle {
    /// Starts a runtime, or a scene where the page wants one, and renders it into `place`, with `launcher` as its launcher.
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
            shown: RefCell::default(),
        }));
        handle.start();
        handle
    }

    fn start(&self) {
        let Some(config) = self.config() else { return };
        let on_event = self.0.on_event.clone();
        let Some(name) = config.given(Name::Demo) else {
            let runtime = Runtime::start(runtime_settings(&config), on_event);
            return self.show(Rc::new(runtime.clone()), Some(runtime), &[]);
        };
        // A widget that is gone is not kept alive by its scene, and one that is set otherwise meanwhile does not show it.
        let handle = Rc::downgrade(&self.0);
        spawn_local(async move {
            let scene = demo::scene(&name, &config.origin(), on_event).await;
            let handle = handle.upgrade().map(Self);
            let wants =
                |handle: &Self| handle.config().and_then(|config| config.given(Name::Demo)).as_ref() == Some(&name);
            match (handle.filter(wants), scene) {
                (Some(handle), Ok(scene)) => handle.show(scene.source, None, scene.staging),
                (Some(_), Err(why)) => warn(&["[chataibot] demo: ", &why].concat()),
                (None, _) => {}
            }
        });
    }

    fn show(&self, source: Rc<dyn ChatSource>, runtime: Option<Rc<Runtime>>, staging: demo::Staging) {
        let Some(config) = self.config() else { return };
        let config = staged(config, staging);
        source.ask(gate(&config));
        let props = self.props(&source, config);
        let mut shown = self.0.shown.borrow_mut();
        let app = match shown.take() {
            Some(before) => {
                before.source.end();
                let mut app = before.app;
                app.update(props);
                app
            }
            None => yew::Renderer::<App>::with_root_and_props(self.0.place.clone(), props).render(),
        };
        *shown = Some(Shown { app, source, runtime, staging });
    }

    /// Takes everything down.
    pub(super) fn end(&self) {
        self.0.config.take();
        let shown = self.0.shown.borrow_mut().take();
        if let Some(shown) = shown {
            shown.source.end();
            shown.app.destroy();
        }
    }

    /// Changes settings; nothing happens where they stay the same.
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
        let runtime = self.0.shown.borrow().as_ref().and_then(|shown| shown.runtime.clone());
        if let Some(runtime) = runtime {
            runtime.update(runtime_settings(&config));
        }
        if let Some(shown) = self.0.shown.borrow_mut().as_mut() {
            let config = staged(config, shown.staging);
            shown.source.ask(gate(&config));
            shown.app.update(self.props(&shown.source, config));
        }
    }

    fn props(&self, source: &Rc<dyn ChatSource>, config: Rc<Config>) -> AppProps {
        let (launcher, before_send) = (self.0.launcher.clone(), self.0.before_send.clone());
        AppProps { source: source.clone(), config, launcher, before_send }
    }

    fn config(&self) -> Option<Rc<Config>> {
        self.0.config.borrow().clone()
    }

    /// Cloned out: what it does may call back into this value.
    pub(super) fn source(&self) -> Option<Rc<dyn ChatSource>> {
        self.0.shown.borrow().as_ref().map(|shown| shown.source.clone())
    }

    /// Does what the page wants.
    pub(super) fn act(&self, action: UserAction) -> Option<Rc<str>> {
        self.source()?.act(action)
    }
}

impl Handle {
    /// Saves the conversation that is shown as a file.
    pub(super) fn save_transcript(&self, kind: Transcript) {
        if let Some(shown) = self.0.shown.borrow().as_ref() {
            App::save_transcript(&shown.app, kind);
        }
    }
}

/// The page's settings with a scene's in front of them.
fn staged(mut config: Rc<Config>, staging: demo::Staging) -> Rc<Config> {
    if !staging.is_empty() {
        let config = Rc::make_mut(&mut config);
        for (name, value) in staging {
            config.set(name, RawValue::Text((*value).to_owned()), &mut warn);
        }
    }
    config
}
