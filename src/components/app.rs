//! The root: joins a running session to its looks.

use std::rc::Rc;

use wasm_bindgen::prelude::wasm_bindgen;
use yew::prelude::*;

use super::{Look, Verb, Widget, browser};
use crate::{
    config::Config,
    conversation::Conversation,
    session::{Session, Subscription},
};

/// What the element gives.
#[derive(Properties, Clone, PartialEq)]
pub struct AppProps {
    /// The running session.
    pub session: Session,
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
    subscription: Subscription,
}

impl Component for App {
    /// The conversation as it stands now.
    type Message = Rc<Conversation>;
    type Properties = AppProps;

    fn create(ctx: &Context<Self>) -> Self {
        let AppProps { session, config } = ctx.props();
        let link = ctx.link().clone();
        Self {
            state: session.state(),
            look: look(config),
            act: acts(session),
            subscription: session.subscribe(Rc::new(move |now| link.send_message(now.clone()))),
        }
    }

    fn update(&mut self, _: &Context<Self>, now: Rc<Conversation>) -> bool {
        self.state = now;
        true
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &AppProps) -> bool {
        if old.session == ctx.props().session {
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

fn acts(session: &Session) -> Callback<Verb> {
    let session = session.clone();
    Callback::from(move |verb: Verb| match verb {
        Verb::Send(text) => {
            session.send(&text);
        }
        Verb::Retry(id) => session.retry(&id),
        Verb::Discard(id) => session.discard(&id),
        Verb::Draft(text) => session.set_draft(&text),
        Verb::Open => session.open(),
        Verb::Close => session.close(),
        Verb::Restart => session.restart(),
    })
}
