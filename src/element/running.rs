//! A widget while it runs: its settings, where its conversation comes from, and its elements.

use std::{cell::RefCell, rc::Rc};

use js_sys::Function;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::AppHandle;

use super::{report, session_settings, warn};
use crate::{
    components::{App, AppProps, Source, Verb},
    config::{Config, Given, Name},
    player::{self, Player},
    session::Session,
};

/// A running widget, until it is ended. Clones are the same one.
#[derive(Clone)]
pub(super) struct Handle(Rc<RefCell<Option<Running>>>);

struct Running {
    app: AppHandle<App>,
    source: Source,
    tell: Function,
    /// As the page set it.
    config: Rc<Config>,
    /// What the scene of the scenario player wants to be otherwise.
    staging: &'static [(&'static str, &'static str)],
}

/// A session, or a player where the page wants a scene.
fn source(config: &Config, tell: &Function) -> Source {
    let tell = tell.clone();
    let on_outgoing = Rc::new(move |outgoing| report(&tell, outgoing));
    match config.given(Name::Demo) {
        Some(_) => Source::Scene(Player::new(on_outgoing)),
        None => Source::Live(Session::start(session_settings(config), on_outgoing)),
    }
}

impl Handle {
    /// Starts a session, or a player, and renders it into `place`.
    pub(super) fn begin(place: Element, config: Config, tell: Function) -> Self {
        let config = Rc::new(config);
        let source = source(&config, &tell);
        let props = AppProps { source: source.clone(), config: config.clone() };
        let app = yew::Renderer::<App>::with_root_and_props(place, props).render();
        let handle = Self(Rc::new(RefCell::new(Some(Running { app, source, tell, config, staging: &[] }))));
        handle.set_the_scene();
        handle
    }

    /// Takes everything down.
    pub(super) fn end(&self) {
        let running = self.0.borrow_mut().take();
        if let Some(running) = running {
            running.source.end();
            running.app.destroy();
        }
    }

    /// Changes settings; nothing happens where they stay the same.
    pub(super) fn change(&self, change: impl FnOnce(&mut Config)) {
        let mut slot = self.0.borrow_mut();
        let Some(running) = slot.as_mut() else { return };
        let mut config = Config::clone(&running.config);
        change(&mut config);
        if config == *running.config {
            return;
        }
        let another = running.config.given(Name::Demo) != config.given(Name::Demo);
        running.config = Rc::new(config);
        if another {
            running.source.end();
            running.source = source(&running.config, &running.tell);
            running.staging = &[];
        } else if let Source::Live(session) = &running.source {
            session.update(session_settings(&running.config));
        }
        running.show();
        drop(slot);
        if another {
            self.set_the_scene();
        }
    }

    /// Cloned out: what it does may call back into this value.
    pub(super) fn source(&self) -> Option<Source> {
        self.0.borrow().as_ref().map(|running| running.source.clone())
    }

    /// Does what the page wants.
    pub(super) fn act(&self, verb: Verb) {
        if let Some(source) = self.source() {
            source.act(verb);
        }
    }

    /// Plays the scene the page names. The scenes may have to be fetched; what was destroyed or set otherwise meanwhile stays so.
    fn set_the_scene(&self) {
        let (Some(Source::Scene(player)), Some(name)) = (self.source(), self.scene()) else { return };
        let origin = self.0.borrow().as_ref().map_or_else(String::new, |running| running.config.origin());
        // A widget that is gone is not kept alive by its scene.
        let handle = Rc::downgrade(&self.0);
        spawn_local(async move {
            let scene = player::scene(&name, &origin).await;
            let Some(handle) = handle.upgrade().map(Self).filter(|handle| handle.scene().as_ref() == Some(&name))
            else {
                return;
            };
            match scene {
                Ok(scene) => {
                    handle.dress(scene.settings);
                    player.play(scene.state);
                }
                Err(why) => warn(&["[chataibot] demo: ", &why].concat()),
            }
        });
    }

    fn scene(&self) -> Option<Rc<str>> {
        self.0.borrow().as_ref()?.config.given(Name::Demo)
    }

    fn dress(&self, staging: &'static [(&'static str, &'static str)]) {
        if let Some(running) = self.0.borrow_mut().as_mut() {
            running.staging = staging;
            running.show();
        }
    }
}

impl Running {
    fn show(&mut self) {
        let mut config = self.config.clone();
        if !self.staging.is_empty() {
            let staged = Rc::make_mut(&mut config);
            for (name, value) in self.staging {
                staged.set(name, Given::Text((*value).to_owned()), &mut warn);
            }
        }
        self.app.update(AppProps { source: self.source.clone(), config });
    }
}
