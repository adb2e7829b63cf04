//! The looks alone: launcher, window and announcer of any conversation, and the focus that goes between them.

use std::{cell::Cell, rc::Rc};

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::{html::onkeydown, prelude::*};

use super::{
    Look, Verb,
    announcer::Announcer,
    browser::{self, MediaWatch, PHONE},
    chat_window::{ChatWindow, Places, chat_window},
    launcher::{LauncherProps, launcher, launcher_label},
    markup::{element, group, on},
};
use crate::conversation::Conversation;

/// What is shown, and where to tell what the visitor did.
#[derive(Properties, Clone)]
pub struct WidgetProps {
    /// The conversation as it stands.
    pub state: Rc<Conversation>,
    /// How it looks and speaks.
    pub look: Rc<Look>,
    /// Called for everything the visitor does.
    pub act: Callback<Verb>,
}

/// Conversation and look are never changed in place, so the same ones look the same.
impl PartialEq for WidgetProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state) && Rc::ptr_eq(&self.look, &other.look) && self.act == other.act
    }
}

/// Launcher and window.
pub struct Widget {
    places: Places,
    /// Is the screen so small that the window takes all of it?
    phone: bool,
    #[expect(dead_code, reason = "watches while it lives")]
    watch: Option<MediaWatch>,
    was_open: bool,
    /// Did the visitor ask in here for the window to open or close? Elsewhere on the page the browser knows.
    asked: Rc<Cell<bool>>,
    /// The question before starting over.
    question: Question,
    announcer: Announcer,
}

#[derive(Clone, Copy, PartialEq)]
enum Question {
    No,
    /// It is about to be shown, and to have the focus.
    New,
    Shown,
}

/// What happened to the widget, besides other props.
pub enum Happened {
    /// The screen is a phone's now, or no longer.
    PhoneChanged(bool),
    /// Whether to start over is asked, or no longer.
    Asked(bool),
    /// The announcer has new words.
    Announced,
    /// A part of the window has this to say.
    Said(AttrValue),
}

impl Component for Widget {
    type Message = Happened;
    type Properties = WidgetProps;

    fn create(ctx: &Context<Self>) -> Self {
        let link = ctx.link().clone();
        Self {
            places: Places::default(),
            phone: browser::matches(PHONE),
            watch: MediaWatch::new(PHONE, move |matches| link.send_message(Happened::PhoneChanged(matches))),
            was_open: ctx.props().state.window_open(),
            asked: Rc::default(),
            question: Question::No,
            announcer: Announcer::default(),
        }
    }

    fn update(&mut self, ctx: &Context<Self>, happened: Happened) -> bool {
        match happened {
            Happened::PhoneChanged(phone) => self.phone = phone,
            Happened::Asked(false) => self.question = Question::No,
            Happened::Asked(true) if self.question == Question::No => self.question = Question::New,
            Happened::Asked(true) | Happened::Announced => {}
            Happened::Said(words) => self.announcer.say(words, self.modal(&ctx.props().state)),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let WidgetProps { state, look, act, .. } = ctx.props();
        let open = state.window_open();
        let onclick = {
            let (act, asked) = (act.clone(), self.asked.clone());
            Callback::from(move |_: MouseEvent| {
                asked.set(true);
                act.emit(if open { Verb::Close } else { Verb::Open });
            })
        };
        let modal = self.modal(state);
        let inside = vec![
            launcher(&LauncherProps {
                label: launcher_label(&look.strings, state.unread()),
                open,
                unread: if open { 0 } else { state.unread() },
                onclick,
                button: self.places.launcher.clone(),
            }),
            chat_window(ChatWindow {
                props: ctx.props(),
                modal,
                asking: self.question != Question::No,
                ask: ctx.link().callback(Happened::Asked),
                say: ctx.link().callback(Happened::Said),
                announcer: self.announcer.inside(),
                places: &self.places,
            }),
            self.announcer.beside(),
        ];
        let (direction, locale) = (look.direction(), look.locale.clone());
        let root = element!("div", "class" = look.class.clone(), "dir" = direction, "lang" = locale; group(inside));
        on(root, Rc::new(onkeydown::Wrapper::new(self.onkeydown(open, act)))).into()
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        let WidgetProps { state, look, .. } = ctx.props();
        if self.question == Question::New {
            self.question = Question::Shown;
            if let Some(button) = self.places.question.cast::<Element>() {
                browser::focus(&button);
            }
        }
        self.move_focus(state.window_open());
        if self.announcer.follow(state, look, self.modal(state)) {
            ctx.link().send_message(Happened::Announced);
        }
    }
}

impl Widget {
    fn modal(&self, state: &Conversation) -> bool {
        self.phone && state.window_open()
    }

    fn onkeydown(&self, open: bool, act: &Callback<Verb>) -> Callback<KeyboardEvent> {
        let (act, asked, section, phone) = (act.clone(), self.asked.clone(), self.places.section.clone(), self.phone);
        Callback::from(move |event: KeyboardEvent| {
            if !open || event.is_composing() {
                return;
            }
            let key = event.key();
            if key == "Escape" {
                // The page's own dialogs must not close with us.
                event.stop_propagation();
                asked.set(true);
                act.emit(Verb::Close);
            } else if key == "Tab" && phone {
                let wrapped = section.cast::<Element>().is_some_and(|it| browser::wrap_focus(&it, event.shift_key()));
                if wrapped {
                    event.prevent_default();
                }
            }
        })
    }

    /// The focus goes into a window that the visitor opened, and back to the launcher from a window that closes.
    fn move_focus(&mut self, open: bool) {
        if std::mem::replace(&mut self.was_open, open) == open {
            return;
        }
        let asked = self.asked.take() || browser::visitor_acted();
        let Places { launcher, section, .. } = &self.places;
        let (Some(launcher), Some(section)) = (launcher.cast::<Element>(), section.cast::<Element>()) else { return };
        if open {
            if asked {
                browser::focus_window(&section);
            }
        } else if browser::holds_focus(&section) || (asked && is_lost(&launcher)) {
            browser::focus(&launcher);
        }
    }
}

/// Did closing take the focus from where it was? A browser may drop it before we are asked: then nothing in here has it, and the
/// page's `body` does.
fn is_lost(beside: &Element) -> bool {
    let page = beside.owner_document();
    browser::focused_beside(beside).is_none()
        && page
            .and_then(|page| Some(page.active_element()? == page.body()?.unchecked_into::<Element>()))
            .unwrap_or(false)
}
