//! A widget in a host element of its own, with the real style sheets in a real shadow root.
//! Dropping it restores the page.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use chataibot_widget::components::{Launcher, UserAction, ViewConfig, Widget, WidgetProps};
use chataibot_widget::conversation::{Action, Conversation};
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CssStyleSheet, Document, Element, HtmlElement, HtmlTextAreaElement, InputEvent, InputEventInit, KeyboardEvent,
    KeyboardEventInit, ShadowRoot, ShadowRootInit, ShadowRootMode,
};
use yew::{AppHandle, Callback};

use crate::script::Script;

/// In the bundle's order: tokens, base, launcher, then the regions.
const STYLES: &[&str] = &[
    include_str!("../../styles/tokens.css"),
    include_str!("../../styles/base.css"),
    include_str!("../../styles/launcher.css"),
    include_str!("../../styles/badge.css"),
    include_str!("../../styles/extras.css"),
    include_str!("../../styles/composer.css"),
    include_str!("../../styles/controls.css"),
    include_str!("../../styles/header.css"),
    include_str!("../../styles/later.css"),
    include_str!("../../styles/list.css"),
    include_str!("../../styles/menu.css"),
    include_str!("../../styles/notices.css"),
    include_str!("../../styles/resize.css"),
    include_str!("../../styles/states.css"),
    include_str!("../../styles/window.css"),
];

/// A mounted widget, with helpers to query it and to interact with it.
pub struct Harness {
    pub host: HtmlElement,
    pub root: ShadowRoot,
    inner: Rc<Inner>,
}

struct Inner {
    launcher: Element,
    app: RefCell<Option<AppHandle<Widget>>>,
    state: RefCell<Conversation>,
    look: RefCell<Rc<ViewConfig>>,
    verbs: RefCell<Vec<UserAction>>,
    act: OnceCell<Callback<UserAction>>,
}

pub fn document() -> Document {
    web_sys::window().expect("a window").document().expect("a page")
}

pub fn english() -> ViewConfig {
    ViewConfig { class: "app at-bottom-end theme-light".into(), ..ViewConfig::default() }
}

impl Harness {
    /// Mounts the widget with a conversation, and waits until it is shown.
    pub async fn show(script: Script) -> Self {
        Self::dressed(script, english()).await
    }

    pub async fn dressed(script: Script, look: ViewConfig) -> Self {
        let host: HtmlElement = document().create_element("div").expect("a div").unchecked_into();
        document().body().expect("a body").append_child(&host).expect("a child");
        let root = host.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open)).expect("a shadow root");
        let sheet = CssStyleSheet::new().expect("a style sheet");
        sheet.replace_sync(&STYLES.concat()).expect("styles");
        Reflect::set(&root, &"adoptedStyleSheets".into(), &Array::of1(&sheet)).expect("adopted");
        let top = document().create_element("div").expect("a div");
        root.append_child(&top).expect("a child");
        let launcher = Self::launcher(&top).await;
        let place = document().create_element("div").expect("a div");
        top.append_child(&place).expect("a child");

        let inner = Rc::new(Inner {
            launcher,
            app: RefCell::default(),
            state: RefCell::new(script.conversation),
            look: RefCell::new(Rc::new(look)),
            verbs: RefCell::default(),
            act: OnceCell::new(),
        });
        let props = inner.props();
        *inner.app.borrow_mut() = Some(yew::Renderer::<Widget>::with_root_and_props(place, props).render());
        let harness = Self { host, root, inner };
        harness.until("the widget is there", || harness.find("#window").is_some()).await;
        if !harness.state().rows().is_empty() {
            // The code that renders messages is a chunk of its own.
            harness.until("the messages are there", || harness.find(".block, .panel").is_some()).await;
        }
        harness
    }

    /// The launcher as the page has it before the program is loaded.
    async fn launcher(top: &Element) -> Element {
        let printed = document().create_element("div").expect("a div");
        let app = yew::Renderer::<Launcher>::with_root(printed.clone()).render();
        while printed.first_child().is_none() {
            turn().await;
        }
        let stand = document().create_element("div").expect("a div");
        stand.set_inner_html(&printed.inner_html());
        app.destroy();
        top.append_child(&stand).expect("a child");
        stand.first_element_child().expect("the launcher")
    }

    /// Applies actions to the conversation. They are rendered a moment later.
    pub fn happens(&self, actions: impl IntoIterator<Item = Action>) {
        for action in actions {
            self.inner.state.borrow_mut().apply(action);
        }
        self.inner.render();
    }

    /// Changes the view's configuration.
    pub fn dress(&self, look: ViewConfig) {
        *self.inner.look.borrow_mut() = Rc::new(look);
        self.inner.render();
    }

    /// The visitor's actions so far, without drafts.
    pub fn verbs(&self) -> Vec<UserAction> {
        let verbs = self.inner.verbs.borrow();
        verbs.iter().filter(|verb| !matches!(verb, UserAction::Draft(_))).cloned().collect()
    }

    pub fn state(&self) -> Conversation {
        self.inner.state.borrow().clone()
    }

    pub fn find(&self, selector: &str) -> Option<Element> {
        self.root.query_selector(selector).expect("a selector")
    }

    pub fn get(&self, selector: &str) -> Element {
        self.find(selector).unwrap_or_else(|| panic!("nothing matches {selector}"))
    }

    pub fn all(&self, selector: &str) -> Vec<Element> {
        let list = self.root.query_selector_all(selector).expect("a selector");
        (0..list.length()).filter_map(|at| list.item(at)).map(JsCast::unchecked_into).collect()
    }

    pub fn text(&self, selector: &str) -> String {
        self.get(selector).text_content().unwrap_or_default()
    }

    pub fn click(&self, selector: &str) {
        self.get(selector).unchecked_into::<HtmlElement>().click();
    }

    /// The button or link with this label.
    pub fn labelled(&self, label: &str) -> Element {
        let of = |element: &Element| element.text_content().unwrap_or_default().trim() == label;
        self.all("button, a").into_iter().find(of).unwrap_or_else(|| panic!("nothing is labelled {label}"))
    }

    /// Chooses this item of the menu.
    pub async fn choose(&self, line: &str) {
        self.click(".more");
        self.until("the menu is open", || self.find(".menu").is_some()).await;
        self.labelled(line).unchecked_into::<HtmlElement>().click();
        self.until("the menu is closed", || self.find(".menu").is_none()).await;
    }

    pub fn is_focused(&self, selector: &str) -> bool {
        self.root.active_element().is_some_and(|focused| focused.matches(selector).expect("a selector"))
    }

    pub fn focus(&self, selector: &str) {
        self.get(selector).unchecked_into::<HtmlElement>().focus().expect("focus");
    }

    pub fn field(&self) -> HtmlTextAreaElement {
        self.get("textarea").unchecked_into()
    }

    /// Types into the composer, as one input event.
    pub async fn types(&self, text: &str) {
        self.field().set_value(text);
        let init = InputEventInit::new();
        init.set_bubbles(true);
        init.set_composed(true);
        let event = InputEvent::new_with_event_init_dict("input", &init).expect("an event");
        self.field().dispatch_event(&event).expect("dispatched");
        self.until("the draft is rendered", || self.get(".field").get_attribute("data-text").as_deref() == Some(text))
            .await;
    }

    /// Presses a key on an element. Returns whether the key's default action is not prevented.
    pub fn press(&self, selector: &str, key: &str, change: impl FnOnce(&KeyboardEventInit)) -> bool {
        let init = KeyboardEventInit::new();
        init.set_key(key);
        init.set_bubbles(true);
        init.set_composed(true);
        init.set_cancelable(true);
        change(&init);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).expect("an event");
        self.get(selector).dispatch_event(&event).expect("dispatched")
    }

    /// Waits for a condition, and fails with its description if it is not met in time.
    pub async fn until(&self, what: &str, holds: impl Fn() -> bool) {
        for _ in 0..800 {
            if holds() {
                return;
            }
            turn().await;
        }
        panic!("waited in vain: {what}");
    }

    /// Waits until all pending updates are rendered: a message that the program sends itself comes
    /// after them.
    pub async fn settled(&self) {
        for _ in 0..3 {
            turn().await;
        }
    }

    /// A computed style.
    pub fn style(&self, selector: &str, property: &str) -> String {
        let window = web_sys::window().expect("a window");
        let style = window.get_computed_style(&self.get(selector)).expect("styles").expect("styles");
        style.get_property_value(property).expect("a property")
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        if let Some(app) = self.inner.app.borrow_mut().take() {
            app.destroy();
        }
        self.host.remove();
    }
}

impl Inner {
    fn props(self: &Rc<Self>) -> WidgetProps {
        // Always the same callback, as in the app.
        let act = self.act.get_or_init(|| {
            let inner = Rc::downgrade(self);
            Callback::from(move |verb| {
                if let Some(inner) = inner.upgrade() {
                    inner.take(verb);
                }
            })
        });
        WidgetProps {
            is_rendered: true,
            state: Rc::new(self.state.borrow().clone()),
            config: self.look.borrow().clone(),
            launcher: self.launcher.clone(),
            act: act.clone(),
            sounds: true,
        }
    }

    /// Drafts, feedback and the window's state are applied at once, as in a session; all other
    /// actions are only recorded.
    fn take(self: &Rc<Self>, verb: UserAction) {
        let action = match &verb {
            UserAction::Draft(text) => Some(Action::Drafted(text.as_str().into())),
            UserAction::Open => Some(Action::WindowOpened),
            UserAction::Close => Some(Action::WindowClosed),
            UserAction::Step(step) => Some(self.state.borrow().step_action(step, 0)),
            // As in the root component: the sent text is removed from the composer.
            UserAction::Send(text) | UserAction::Answer { text, .. } => {
                let was_draft = **self.state.borrow().draft() == **text;
                was_draft.then(|| Action::Drafted("".into()))
            }
            UserAction::Retry(_)
            | UserAction::Discard(_)
            | UserAction::Restart
            | UserAction::End
            | UserAction::LoadEarlier
            | UserAction::Reset
            | UserAction::Resize
            | UserAction::Transcript(_)
            | UserAction::Sound(_) => None,
            UserAction::Feedback { key, helpful } => {
                let state = self.state.borrow();
                let row = state.rows().iter().find(|row| row.key == *key).expect("a row");
                let entry = row.message().and_then(|message| message.log_entry()).expect("it is logged");
                Some(Action::Rated { cursor: entry.cursor, helpful: *helpful })
            }
        };
        self.verbs.borrow_mut().push(verb);
        if let Some(action) = action {
            self.state.borrow_mut().apply(action);
            self.render();
        }
    }

    fn render(self: &Rc<Self>) {
        let props = self.props();
        if let Some(app) = self.app.borrow_mut().as_mut() {
            app.update(props);
        }
    }
}

/// Waits for one turn of the event loop with a frame in it, so that layout and observers have run.
async fn turn() {
    let frame = Function::new_with_args("done", "requestAnimationFrame(() => setTimeout(done, 0))");
    let promise = Promise::new(&mut |done, _| {
        frame.call1(&JsValue::NULL, &done).expect("a frame");
    });
    JsFuture::from(promise).await.expect("a frame");
}
