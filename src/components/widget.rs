//! The views without a runtime: launcher, window, announcer, and moves of the focus between them.

use std::{cell::Cell, rc::Rc};

use web_sys::Element;
use yew::{html::onkeydown, prelude::*};

use super::announcer::{Announcer, CLEAR_DELAY};
use super::chat_window::{ChatWindow, ElementRefs, chat_window};
use super::dom::{self, PHONE, Timer, is_focus_lost, send_later};
use super::launcher::{LauncherButton, LauncherState, badge, launcher_label};
use super::preview::{newest_unread, preview};
use super::view_context::{ViewContext, equal_by};
use super::{Mode, UserAction, ViewConfig, chunks, elements::*, lazy_view, notices::Question};
use crate::browser::events::Listener;
use crate::conversation::{Conversation, Phase};

/// What is shown, and where to report what the visitor does.
#[derive(Properties, Clone)]
pub struct WidgetProps {
    /// The current conversation.
    pub state: Rc<Conversation>,
    /// Settings and sentences.
    pub config: Rc<ViewConfig>,
    /// The launcher button in the page, in a parent element of its own; see
    /// [`Launcher`](super::Launcher).
    pub launcher: Element,
    /// Called for everything the visitor does.
    pub act: Callback<UserAction>,
    /// Whether new messages play a sound while nobody looks at the page.
    #[prop_or_default]
    pub sounds: bool,
    /// Whether anything is rendered: creating and rendering are separate tasks, because each takes
    /// long on a slow phone.
    pub is_rendered: bool,
}

equal_by!(WidgetProps, [state, config] act, sounds, is_rendered);

/// Launcher and window.
pub struct Widget {
    refs: ElementRefs,
    launcher: LauncherButton,
    /// Whether the screen is so small that the window takes all of it.
    is_phone: bool,
    #[expect(dead_code, reason = "watches while it lives")]
    phone_listener: Option<Listener>,
    was_open: bool,
    /// Whether the window was ever open. Before that, nothing is fetched for it.
    was_ever_open: bool,
    /// Whether the visitor asked inside the widget to open or close the window. For clicks
    /// elsewhere on the page, the browser's user activation tells.
    visitor_toggled: Rc<Cell<bool>>,
    /// Whether it had the focus before this change.
    had_focus: bool,
    is_large: bool,
    is_menu_open: bool,
    question: Option<Question>,
    /// The element whose first button gets the focus once it is rendered.
    pending_focus: Option<NodeRef>,
    /// Key of the newest row whose preview was dismissed.
    dismissed_preview: Option<u32>,
    announcer: Announcer,
    clear_timer: Option<Timer>,
}

pub enum Msg {
    PhoneChanged(bool),
    MenuToggled(bool),
    /// The visitor chose this in header or menu.
    ActionChosen(UserAction),
    QuestionAnswered(bool),
    PreviewDismissed(u32),
    AnnouncerChanged,
    /// Screen readers have taken the announced words.
    AnnouncerDue,
    Announce(AttrValue),
}

impl Component for Widget {
    type Message = Msg;
    type Properties = WidgetProps;

    fn create(ctx: &Context<Self>) -> Self {
        lazy_view::register(chunks::load);
        let link = ctx.link().clone();
        Self {
            refs: ElementRefs::default(),
            launcher: LauncherButton::new(ctx.props().launcher.clone()),
            is_phone: dom::matches(PHONE),
            phone_listener: dom::watch_media(PHONE, move |matches| link.send_message(Msg::PhoneChanged(matches))),
            was_open: ctx.props().state.window_open(),
            was_ever_open: ctx.props().state.window_open(),
            visitor_toggled: Rc::default(),
            had_focus: false,
            is_large: false,
            is_menu_open: false,
            question: None,
            pending_focus: None,
            dismissed_preview: None,
            announcer: Announcer::default(),
            clear_timer: None,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::PhoneChanged(is_phone) => self.is_phone = is_phone,
            Msg::Announce(words) => {
                self.announcer.announce(words, self.modal(ctx.props()));
                self.clear_announcer_later(ctx);
            }
            Msg::MenuToggled(open) => {
                self.is_menu_open = open;
                self.pending_focus = open.then(|| self.refs.menu.list.clone());
            }
            Msg::ActionChosen(action) => self.choose(ctx.props(), action),
            Msg::QuestionAnswered(yes) => {
                let question = self.question.take();
                self.focus_window();
                match question.filter(|_| yes) {
                    Some(Question::Restart) => ctx.props().act.emit(UserAction::Restart),
                    Some(Question::End) => ctx.props().act.emit(UserAction::End),
                    None => {}
                }
            }
            Msg::PreviewDismissed(key) => {
                self.dismissed_preview = Some(key);
                // The button that had the focus is removed.
                dom::focus(&self.launcher.button);
            }
            Msg::AnnouncerChanged => self.clear_announcer_later(ctx),
            Msg::AnnouncerDue => self.announcer.clear(),
        }
        true
    }

    fn changed(&mut self, ctx: &Context<Self>, _: &WidgetProps) -> bool {
        let state = &ctx.props().state;
        self.had_focus = self.refs.section.cast::<Element>().is_some_and(|section| dom::contains_focus(&section));
        self.is_menu_open &= state.window_open();
        // An ended conversation has a restart button of its own, and nothing more to lose.
        self.question = self.question.filter(|_| state.phase() != Phase::Ended);
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let WidgetProps { state, config, act, sounds, is_rendered: true, .. } = ctx.props() else {
            return Html::default();
        };
        let announce = ctx.link().callback(Msg::Announce);
        let view = ViewContext { state: state.clone(), config: config.clone(), act: act.clone(), announce };
        let open = state.window_open();
        let onclick = {
            let (act, visitor_toggled) = (act.clone(), self.visitor_toggled.clone());
            Callback::from(move |_: MouseEvent| {
                visitor_toggled.set(true);
                act.emit(if open { UserAction::Close } else { UserAction::Open });
            })
        };
        let is_shown = |key| self.dismissed_preview != Some(key) && config.mode != Mode::Inline;
        let unread = newest_unread(state).filter(|(key, _)| is_shown(*key));
        let preview = unread.map_or_else(Html::default, |(key, message)| {
            preview(config, state, message, onclick.clone(), ctx.link().callback(move |_| Msg::PreviewDismissed(key)))
        });
        let onkeydown = self.onkeydown(open, ctx.props());
        *self.launcher.handlers.borrow_mut() = (onclick, onkeydown.clone());
        let resizable = !self.is_phone && config.mode != Mode::Inline;
        let inside = vec![
            create_portal(badge(if open { 0 } else { state.unread() }), self.launcher.button.clone()),
            preview,
            chat_window(ChatWindow {
                view,
                sounds: *sounds,
                was_ever_open: self.was_ever_open || open,
                modal: self.modal(ctx.props()),
                is_large: resizable.then_some(self.is_large),
                menu_open: self.is_menu_open,
                toggle_menu: ctx.link().callback(Msg::MenuToggled),
                choose: ctx.link().callback(Msg::ActionChosen),
                question: self.question,
                answer: ctx.link().callback(Msg::QuestionAnswered),
                announcer: self.announcer.inner.view(),
                refs: &self.refs,
            }),
            self.announcer.outer.view(),
        ];
        let (direction, locale) = (config.direction(), config.locale.clone());
        let root = element!("div", "class" = config.class.clone(), "dir" = direction, "lang" = locale; group(inside));
        on(root, Rc::new(onkeydown::Wrapper::new(onkeydown))).into()
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        let WidgetProps { state, config, is_rendered, .. } = ctx.props();
        self.launcher.update(LauncherState {
            label: launcher_label(&config.strings, state.unread()),
            visible_label: config.strings.launcher(),
            open: state.window_open(),
            class: config.class.clone(),
            direction: config.direction(),
            locale: config.locale.clone(),
        });
        if !is_rendered {
            return;
        }
        if let Some(target) = self.pending_focus.take().and_then(|target| target.cast::<Element>()) {
            dom::focus_first_tabbable(&target);
        }
        self.was_ever_open |= state.window_open();
        self.move_focus(state.window_open(), config.mode);
        self.restore_lost_focus(state.window_open());
        if self.announcer.announce_changes(state, config, self.modal(ctx.props())) {
            ctx.link().send_message(Msg::AnnouncerChanged);
        }
    }
}

impl Widget {
    fn clear_announcer_later(&mut self, ctx: &Context<Self>) {
        self.clear_timer = send_later(ctx, CLEAR_DELAY, Msg::AnnouncerDue);
    }

    fn modal(&self, props: &WidgetProps) -> bool {
        self.is_phone && props.config.mode != Mode::Inline && props.state.window_open()
    }

    /// Performs what was chosen in header or menu, asks for confirmation first, or passes it on.
    fn choose(&mut self, props: &WidgetProps, action: UserAction) {
        let ended = props.state.phase() == Phase::Ended;
        let from_menu = std::mem::take(&mut self.is_menu_open);
        let restarts = matches!(action, UserAction::Restart);
        let question = if matches!(action, UserAction::End) {
            Some(Question::End)
        } else {
            (restarts && !ended).then_some(Question::Restart)
        };
        if question.is_some() {
            self.question = question;
            self.pending_focus = Some(self.refs.question.clone());
            return;
        }
        if restarts {
            self.focus_window();
        } else if from_menu && let Some(button) = self.refs.menu.button.cast::<Element>() {
            dom::focus(&button);
        }
        if matches!(action, UserAction::Resize) {
            self.is_large = !self.is_large;
        } else {
            props.act.emit(action);
        }
    }

    fn focus_window(&self) {
        if let Some(section) = self.refs.section.cast::<Element>() {
            dom::focus_window(&section);
        }
    }

    fn onkeydown(&self, open: bool, props: &WidgetProps) -> Callback<KeyboardEvent> {
        let (act, toggled, section) = (props.act.clone(), self.visitor_toggled.clone(), self.refs.section.clone());
        let (is_modal, inline) = (self.modal(props), props.config.mode == Mode::Inline);
        Callback::from(move |event: KeyboardEvent| {
            // An inline window is a part of the page, so no key closes it.
            if !open || inline || event.is_composing() {
                return;
            }
            let key = event.key();
            if key == "Escape" {
                // A dialog of the host page must not close with the window.
                event.stop_propagation();
                event.prevent_default();
                toggled.set(true);
                act.emit(UserAction::Close);
            } else if key == "Tab"
                && is_modal
                && section.cast::<Element>().is_some_and(|it| dom::wrap_focus(&it, event.shift_key()))
            {
                event.prevent_default();
            }
        })
    }

    /// Moves the focus into the window if this change removed the focused element.
    fn restore_lost_focus(&mut self, open: bool) {
        if !std::mem::take(&mut self.had_focus) || !open {
            return;
        }
        if let Some(section) = self.refs.section.cast::<Element>().filter(is_focus_lost) {
            dom::focus_window(&section);
        }
    }

    /// Moves the focus into a window that the visitor opened, and back when the window closes.
    fn move_focus(&mut self, open: bool, mode: Mode) {
        if std::mem::replace(&mut self.was_open, open) == open {
            return;
        }
        let visitor_toggled = self.visitor_toggled.take() || dom::has_user_activation();
        let launcher = &self.launcher.button;
        let Some(section) = self.refs.section.cast::<Element>() else { return };
        if open {
            // An inline window opens by itself when it comes into view.
            if visitor_toggled && mode != Mode::Inline {
                dom::focus_window(&section);
            }
        } else if dom::contains_focus(&section) || (visitor_toggled && is_focus_lost(launcher)) {
            dom::focus(launcher);
        }
    }
}
