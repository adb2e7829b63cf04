//! The root: joins a running session, or a scene in its place, to its looks.

use std::rc::Rc;

use wasm_bindgen::prelude::wasm_bindgen;
use yew::prelude::*;

use super::{Look, Verb, Widget, browser};
use crate::{
    config::Config,
    conversation::{Action, Conversation},
    player::Player,
    session::{Session, Subscription},
};

/// What is shown.
#[derive(Clone, PartialEq)]
pub enum Source {
    /// A running session.
    Live(Session),
    /// A scene of the scenario player.
    Scene(Player),
}

impl Source {
    /// The conversation as it stands.
    #[must_use]
    pub fn state(&self) -> Rc<Conversation> {
        match self {
            Self::Live(session) => session.state(),
            Self::Scene(player) => player.state(),
        }
    }

    /// Releases everything it holds.
    pub fn end(&self) {
        match self {
            Self::Live(session) => session.destroy(),
            Self::Scene(_) => {}
        }
    }

    /// Does what the visitor, or the page, wants.
    pub fn act(&self, verb: Verb) {
        match self {
            Self::Live(session) => match verb {
                Verb::Send(text) => {
                    session.send(&text);
                }
                Verb::Retry(id) => session.retry(&id),
                Verb::Discard(id) => session.discard(&id),
                Verb::Draft(text) => session.set_draft(&text),
                Verb::Open => session.open(),
                Verb::Close => session.close(),
                Verb::Restart => session.restart(),
            },
            Self::Scene(player) => match verb {
                Verb::Send(text) => {
                    player.send(&text);
                }
                Verb::Retry(id) => player.retry(&id),
                Verb::Discard(id) => player.apply(Action::Discarded { id }),
                Verb::Draft(text) => player.apply(Action::Drafted(text.into())),
                Verb::Open => player.apply(Action::WindowOpened),
                Verb::Close => player.apply(Action::WindowClosed),
                Verb::Restart => player.apply(Action::Left),
            },
        }
    }
}

/// What the element gives.
#[derive(Properties, Clone, PartialEq)]
pub struct AppProps {
    /// Where the conversation comes from.
    pub source: Source,
    /// The settings.
    pub config: Rc<Config>,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn warn(line: &str);
}

/// The whole widget: launcher and window of one session.
pub struct App {
    state: Rc<Conversation>,
    look: Rc<Look>,
    act: Callback<Verb>,
    #[expect(dead_code, reason = "listens while it lives")]
    subscription: Option<Subscription>,
}

impl Component for App {
    /// The conversation as it stands now.
    type Message = Rc<Conversation>;
    type Properties = AppProps;

    fn create(ctx: &Context<Self>) -> Self {
        let AppProps { source, config } = ctx.props();
        let link = ctx.link().clone();
        let listener = Rc::new(move |now: &Rc<Conversation>| link.send_message(now.clone()));
        let subscription = match source {
            Source::Live(session) => Some(session.subscribe(listener)),
            Source::Scene(player) => {
                player.listen(listener);
                None
            }
        };
        let act = {
            let source = source.clone();
            Callback::from(move |verb| source.act(verb))
        };
        Self { state: source.state(), look: look(config), act, subscription }
    }

    fn update(&mut self, _: &Context<Self>, now: Rc<Conversation>) -> bool {
        self.state = now;
        true
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &AppProps) -> bool {
        if old.source == ctx.props().source {
            self.look = look(&ctx.props().config);
        } else {
            *self = Component::create(ctx);
        }
        true
    }

    fn view(&self, _: &Context<Self>) -> Html {
        html! { <Widget state={&self.state} look={&self.look} act={&self.act} /> }
    }
}

fn look(config: &Config) -> Rc<Look> {
    let unknown = |name: &str| {
        warn(&["[chataibot] strings: there is no sentence called \"", name, "\". The README lists them all."].concat());
    };
    let mut look = Look::new(config, unknown);
    if let Some(rule) = look.locale.as_deref().and_then(browser::plural_rule) {
        look.strings.count_by(rule);
    }
    Rc::new(look)
}
