//! The views without a runtime: launcher, window and announcer of any conversation, and the moves
//! of the focus between them.

use std::{cell::Cell, rc::Rc};

use web_sys::Element;
use yew::{html::onkeydown, prelude::*};

use super::{
    Mode, UserAction, ViewConfig,
    announcer::Announcer,
    chat_window::{ChatWindow, Places, chat_window},
    chunks,
    dom::{self, PHONE, is_lost},
    elements::{element, group, on},
    launcher::{Calls, Shows, TakenOver, badge, launcher_label},
    lazy_view,
    notices::Question,
    preview::{newest_unread, preview},
    view_context::ViewContext,
};
use crate::{
    browser::events::Listener,
    conversation::{Conversation, Phase},
};

/// What is shown, and where to report what the visitor does.
#[derive(Properties, Clone)]
pub struct WidgetProps {
    /// The current conversation.
    pub state: Rc<Conversation>,
    /// Settings and sentences.
    pub look: Rc<ViewConfig>,
    /// The launcher button in the page, in a parent element of its own; see
    /// [`Launcher`](super::Launcher).
    pub launcher: Element,
    /// Called for everything the visitor does.
    pub act: Callback<UserAction>,
    /// Whether new messages play a sound while nobody looks at the page.
    #[prop_or_default]
    pub sounds: bool,
}

/// Conversation and settings are replaced, never changed in place, so comparing pointers is enough.
impl PartialEq for WidgetProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state)
            && Rc::ptr_eq(&self.look, &other.look)
            && self.act == other.act
            && self.sounds == other.sounds
    }
}

/// Launcher and window.
pub struct Widget {
    places: Places,
    launcher: TakenOver,
    /// Whether the screen is so small that the window takes all of it.
    phone: bool,
    #[expect(dead_code, reason = "watches while it lives")]
    watch: Option<Listener>,
    was_open: bool,
    /// Whether the window was ever open. Before that, nothing is fetched for it.
    seen: bool,
    /// Whether the visitor asked inside the widget to open or close the window. For clicks
    /// elsewhere on the page, the browser's user activation tells.
    asked: Rc<Cell<bool>>,
    /// Whether the window had the focus before this change.
    held: bool,
    /// Whether the window is enlarged.
    large: bool,
    /// Whether the menu is open.
    menu: bool,
    /// The confirmation that is being asked.
    question: Option<Question>,
    /// What gets the focus once it is rendered.
    to_focus: Option<Place>,
    /// Key of the newest row whose preview was dismissed.
    dismissed: Option<u32>,
    announcer: Announcer,
}

#[derive(Clone, Copy)]
enum Place {
    /// The first item of the menu.
    Menu,
    /// The first answer to the question.
    Question,
}

/// Messages of the component.
pub enum Msg {
    /// The screen became as small as a phone's, or no longer is.
    PhoneChanged(bool),
    /// Opens the menu with `true`, closes it with `false`.
    Menu(bool),
    /// The visitor chose this in header or menu.
    Chosen(UserAction),
    /// The question was answered: yes or no.
    Answered(bool),
    /// The preview of the row with this key was dismissed.
    Dismissed(u32),
    /// The announcer has new words.
    Announced,
    /// Screen readers have taken the announced words.
    Heard,
    /// A view of the window has this to announce.
    Said(AttrValue),
}

impl Component for Widget {
    type Message = Msg;
    type Properties = WidgetProps;

    fn create(ctx: &Context<Self>) -> Self {
        lazy_view::register(chunks::load);
        let link = ctx.link().clone();
        Self {
            places: Places::default(),
            launcher: TakenOver::new(ctx.props().launcher.clone()),
            phone: dom::matches(PHONE),
            watch: dom::watch_media(PHONE, move |matches| link.send_message(Msg::PhoneChanged(matches))),
            was_open: ctx.props().state.window_open(),
            seen: ctx.props().state.window_open(),
            asked: Rc::default(),
            held: false,
            large: false,
            menu: false,
            question: None,
            to_focus: None,
            dismissed: None,
            announcer: Announcer::default(),
        }
    }

    fn update(&mut self, ctx: &Context<Self>, happened: Msg) -> bool {
        match happened {
            Msg::PhoneChanged(phone) => self.phone = phone,
            Msg::Said(words) => {
                self.announcer.say(words, self.modal(ctx.props()));
                self.until_heard(ctx);
            }
            Msg::Menu(open) => {
                self.menu = open;
                self.to_focus = open.then_some(Place::Menu);
            }
            Msg::Chosen(verb) => self.choose(ctx.props(), verb),
            Msg::Answered(yes) => {
                let question = self.question.take();
                self.focus_window();
                match question.filter(|_| yes) {
                    Some(Question::Restart) => ctx.props().act.emit(UserAction::Restart),
                    Some(Question::End) => ctx.props().act.emit(UserAction::End),
                    None => {}
                }
            }
            Msg::Dismissed(key) => {
                self.dismissed = Some(key);
                // The button that had the focus is removed.
                dom::focus(&self.launcher.button);
            }
            Msg::Announced => self.until_heard(ctx),
            Msg::Heard => self.announcer.empty(),
        }
        true
    }

    fn changed(&mut self, ctx: &Context<Self>, _: &WidgetProps) -> bool {
        let state = &ctx.props().state;
        self.held = self.places.section.cast::<Element>().is_some_and(|section| dom::holds_focus(&section));
        self.menu &= state.window_open();
        // An ended conversation has a restart button of its own, and nothing more to lose.
        self.question = self.question.filter(|_| state.phase() != Phase::Ended);
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let WidgetProps { state, look, act, sounds, .. } = ctx.props();
        let say = ctx.link().callback(Msg::Said);
        let view = ViewContext { state: state.clone(), look: look.clone(), act: act.clone(), say };
        let open = state.window_open();
        let onclick = {
            let (act, asked) = (act.clone(), self.asked.clone());
            Callback::from(move |_: MouseEvent| {
                asked.set(true);
                act.emit(if open { UserAction::Close } else { UserAction::Open });
            })
        };
        let unread = newest_unread(state).filter(|(key, _)| self.dismissed != Some(*key) && look.mode != Mode::Inline);
        let preview = unread.map_or_else(Html::default, |(key, message)| {
            preview(look, state, message, onclick.clone(), ctx.link().callback(move |_| Msg::Dismissed(key)))
        });
        let onkeydown = self.onkeydown(open, ctx.props());
        self.launcher.calls(Calls { click: onclick, key: onkeydown.clone() });
        let resizable = !self.phone && look.mode != Mode::Inline;
        let inside = vec![
            create_portal(badge(if open { 0 } else { state.unread() }), self.launcher.button.clone()),
            preview,
            chat_window(ChatWindow {
                view,
                sounds: *sounds,
                seen: self.seen || open,
                modal: self.modal(ctx.props()),
                large: resizable.then_some(self.large),
                menu_open: self.menu,
                toggle_menu: ctx.link().callback(Msg::Menu),
                choose: ctx.link().callback(Msg::Chosen),
                question: self.question,
                answer: ctx.link().callback(Msg::Answered),
                announcer: self.announcer.inside(),
                places: &self.places,
            }),
            self.announcer.beside(),
        ];
        let (direction, locale) = (look.direction(), look.locale.clone());
        let root = element!("div", "class" = look.class.clone(), "dir" = direction, "lang" = locale; group(inside));
        on(root, Rc::new(onkeydown::Wrapper::new(onkeydown))).into()
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        let WidgetProps { state, look, .. } = ctx.props();
        self.launcher.show(Shows {
            label: launcher_label(&look.strings, state.unread()),
            words: look.strings.launcher(),
            open: state.window_open(),
            class: look.class.clone(),
            direction: look.direction(),
            locale: look.locale.clone(),
        });
        match self.to_focus.take() {
            Some(Place::Menu) => {
                if let Some(list) = self.places.menu.list.cast::<Element>() {
                    dom::step_focus(&list, "Home");
                }
            }
            Some(Place::Question) => {
                if let Some(button) = self.places.question.cast::<Element>() {
                    dom::focus(&button);
                }
            }
            None => {}
        }
        self.seen |= state.window_open();
        self.move_focus(state.window_open(), look.mode);
        self.keep_focus(state.window_open());
        if self.announcer.follow(state, look, self.modal(ctx.props())) {
            ctx.link().send_message(Msg::Announced);
        }
    }
}

impl Widget {
    fn until_heard(&mut self, ctx: &Context<Self>) {
        let link = ctx.link().clone();
        self.announcer.until_heard(move || link.send_message(Msg::Heard));
    }

    fn modal(&self, props: &WidgetProps) -> bool {
        self.phone && props.look.mode != Mode::Inline && props.state.window_open()
    }

    /// Performs what was chosen in header or menu, asks for confirmation first, or passes it on.
    fn choose(&mut self, props: &WidgetProps, verb: UserAction) {
        let ended = props.state.phase() == Phase::Ended;
        let from_menu = std::mem::take(&mut self.menu);
        let restarts = matches!(verb, UserAction::Restart);
        let question = if matches!(verb, UserAction::End) {
            Some(Question::End)
        } else {
            (restarts && !ended).then_some(Question::Restart)
        };
        if question.is_some() {
            self.question = question;
            self.to_focus = Some(Place::Question);
            return;
        }
        if restarts {
            self.focus_window();
        } else if from_menu && let Some(button) = self.places.menu.button.cast::<Element>() {
            dom::focus(&button);
        }
        if matches!(verb, UserAction::Resize) {
            self.large = !self.large;
        } else {
            props.act.emit(verb);
        }
    }

    fn focus_window(&self) {
        if let Some(section) = self.places.section.cast::<Element>() {
            dom::focus_window(&section);
        }
    }

    fn onkeydown(&self, open: bool, props: &WidgetProps) -> Callback<KeyboardEvent> {
        let (act, asked, section) = (props.act.clone(), self.asked.clone(), self.places.section.clone());
        let (phone, inline) = (self.modal(props), props.look.mode == Mode::Inline);
        Callback::from(move |event: KeyboardEvent| {
            // An inline window is a part of the page, so no key closes it.
            if !open || inline || event.is_composing() {
                return;
            }
            let key = event.key();
            if key == "Escape" {
                // A dialog of the host page must not close with the window, neither by the page's
                // script nor by the browser.
                event.stop_propagation();
                event.prevent_default();
                asked.set(true);
                act.emit(UserAction::Close);
            } else if key == "Tab" && phone {
                let wrapped = section.cast::<Element>().is_some_and(|it| dom::wrap_focus(&it, event.shift_key()));
                if wrapped {
                    event.prevent_default();
                }
            }
        })
    }

    /// Moves the focus into the window if this change removed the focused element, such as the
    /// button of a failed message or the field of a conversation that ended.
    fn keep_focus(&mut self, open: bool) {
        if !std::mem::take(&mut self.held) || !open {
            return;
        }
        if let Some(section) = self.places.section.cast::<Element>().filter(is_lost) {
            dom::focus_window(&section);
        }
    }

    /// Moves the focus into a window that the visitor opened, and back to the launcher from a
    /// window that closes.
    fn move_focus(&mut self, open: bool, mode: Mode) {
        if std::mem::replace(&mut self.was_open, open) == open {
            return;
        }
        let asked = self.asked.take() || dom::visitor_acted();
        let launcher = &self.launcher.button;
        let Some(section) = self.places.section.cast::<Element>() else { return };
        if open {
            // An inline window opens by itself when it comes into view.
            if asked && mode != Mode::Inline {
                dom::focus_window(&section);
            }
        } else if dom::holds_focus(&section) || (asked && is_lost(launcher)) {
            dom::focus(launcher);
        }
    }
}
