//! The composer: a field that grows with the text, and its buttons. The text is kept in the
//! conversation, as its draft.

use std::rc::Rc;

use chataibot_wire::{content::Prompt, text::is_blank};
use web_sys::{HtmlTextAreaElement, InputEvent};
use yew::{
    html::{oninput, onkeydown, onsubmit},
    prelude::*,
};

use super::{
    Enter, UserAction, ViewConfig, dom,
    elements::{at, element, group, on, text},
    emoji_hint::{self, emoji_button},
    icons,
    lazy_view::{
        LazyView, View,
        files::{Files, Leave},
    },
    view_context::ViewContext,
};

/// Maximum number of characters in one message. The platform documents no limit; this one is set by
/// the widget and the proxy.
const LONGEST: usize = 4000;

/// The counter is shown once fewer characters than this are left.
const NEARLY: usize = 200;

#[derive(Properties, Clone, PartialEq)]
pub(super) struct ComposerProps {
    pub(super) view: ViewContext,
    /// The message field.
    pub(super) field: NodeRef,
}

/// Messages of the component.
pub(super) enum Msg {
    /// The text of the field changed.
    Written {
        /// Whether an input method is still composing a word.
        composing: bool,
    },
    /// The visitor tried to send a text that is too long.
    Refused,
    /// The visitor asked how to open the emoji picker.
    EmojiAsked,
    /// There are files to send, by this callback; `None` if there are none any more.
    Full(Option<Leave>),
}

pub(super) struct Composer {
    /// Whether an input method is composing a word. Setting the field's value would break the word.
    composing: bool,
    /// Whether it was announced that the text is too long.
    told: bool,
    /// Whether the hint about the emoji picker is shown.
    hinted: bool,
    emoji_keys: Option<&'static str>,
    /// Sends the files that are added.
    leave: Option<Leave>,
}

impl Component for Composer {
    type Message = Msg;
    type Properties = ComposerProps;

    fn create(_: &Context<Self>) -> Self {
        Self { composing: false, told: false, hinted: false, emoji_keys: emoji_hint::keys(), leave: None }
    }

    fn update(&mut self, ctx: &Context<Self>, happened: Msg) -> bool {
        let ComposerProps { view: ViewContext { look, say, .. }, field } = ctx.props();
        let Some(field) = field.cast::<HtmlTextAreaElement>() else { return false };
        let over = || length(&field.value()).saturating_sub(LONGEST);
        match happened {
            Msg::Full(leave) => {
                self.leave = leave;
                true
            }
            Msg::Written { composing } => {
                self.composing = composing;
                let over = over();
                if over > 0 && !self.told {
                    say.emit(look.strings.characters_over(over));
                }
                self.told = over > 0;
                std::mem::take(&mut self.hinted)
            }
            Msg::Refused => {
                say.emit(look.strings.characters_over(over()));
                false
            }
            Msg::EmojiAsked => {
                dom::focus(&field);
                self.hinted = !self.hinted;
                if let Some(keys) = self.emoji_keys.filter(|_| self.hinted) {
                    say.emit(emoji_hint::sentence(look, keys));
                }
                true
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let ComposerProps { view: ViewContext { state, look, .. }, field } = ctx.props();
        let strings = &look.strings;
        let draft = AttrValue::from(state.draft().clone());
        let newline = begins_line(look.enter);

        let length = if draft.len() > LONGEST - NEARLY { length(&draft) } else { 0 };
        let counts = length > LONGEST - NEARLY;
        let over = length > LONGEST;
        let hint = (!newline).then(|| {
            let words = text(strings.composer_hint());
            element!("span", "id" = "composer-hint", "class" = "unseen"; words).into()
        });
        let described = match (newline, counts) {
            (true, false) => None,
            (false, false) => Some("composer-hint"),
            (true, true) => Some("counter"),
            (false, true) => Some("composer-hint counter"),
        };
        let (placeholder, mode, complete) = match state.prompt() {
            None => (strings.placeholder(), None, Some("off")),
            Some(Prompt::Name) => (strings.placeholder_name(), None, Some("name")),
            Some(Prompt::Email) => (strings.placeholder_email(), Some("email"), Some("email")),
            Some(Prompt::Phone) => (strings.placeholder_phone(), Some("tel"), Some("tel")),
        };
        let mut input = element!(
            "textarea",
            "id" = "input",
            "class" = "input",
            "part" = "input",
            "rows" = "1",
            "dir" = (!draft.is_empty()).then_some("auto"),
            "placeholder" = placeholder,
            "inputmode" = mode,
            "autocomplete" = complete,
            "autocapitalize" = mode.map(|_| "off"),
            "enterkeyhint" = if newline { "enter" } else { "send" },
            "aria-describedby" = described,
            "aria-invalid" = over.then_some("true");
            Html::default()
        );
        let written = field.cast::<HtmlTextAreaElement>().filter(|_| self.composing).map(|field| field.value().into());
        input.set_value(written.unwrap_or_else(|| draft.clone()));
        let input = on(at(input, field), Rc::new(oninput::Wrapper::new(writes(ctx))));
        let input = on(input, Rc::new(onkeydown::Wrapper::new(keys(self.sends(ctx), newline))));

        let label = element!("label", "class" = "unseen", "for" = "input"; text(strings.composer_label()));
        let inside = vec![
            files(ctx),
            label.into(),
            hint.unwrap_or_default(),
            input.into(),
            self.tools(ctx, &draft),
            counter(look, length),
        ];
        let field = element!("div", "class" = "field", "part" = "field", "data-text" = draft; group(inside));
        let tip = match self.emoji_keys {
            Some(keys) if self.hinted => emoji_hint::tip(look, keys),
            Some(_) | None => Html::default(),
        };
        let form = element!("form", "class" = "composer", "part" = "composer"; group(vec![tip, field.into()]));
        let send = self.sends(ctx);
        let submit = Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            send();
        });
        on(form, Rc::new(onsubmit::Wrapper::new(submit))).into()
    }
}

impl Composer {
    /// The buttons at the end of the field; the last one sends.
    fn tools(&self, ctx: &Context<Self>, draft: &str) -> Html {
        let look = &ctx.props().view.look;
        let send = element!(
            "button",
            "type" = "submit",
            "class" = "send",
            "part" = "send",
            "aria-label" = look.strings.send(),
            "title" = look.strings.send(),
            "disabled" = (self.leave.is_none() && is_blank(draft)).then_some("disabled");
            icons::sign("", icons::SEND)
        );
        let emoji = self.emoji_keys.map(|keys| emoji_button(look, keys, ctx.link().callback(|_| Msg::EmojiAsked)));
        let tools = group(vec![emoji.unwrap_or_default(), send.into()]);
        element!("div", "class" = "tools"; tools).into()
    }

    /// Returns a function that sends the field's text, if it is not blank, and then the files. It
    /// refuses a text that is too long.
    fn sends(&self, ctx: &Context<Self>) -> impl Fn() + use<> {
        let ComposerProps { view: ViewContext { act, .. }, field } = ctx.props().clone();
        let (link, leave) = (ctx.link().clone(), self.leave.clone());
        move || {
            let Some(field) = field.cast::<HtmlTextAreaElement>() else { return };
            // Read from the field, because the draft may be a render behind.
            let text = field.value();
            let said = !is_blank(&text);
            if length(&text) > LONGEST {
                link.send_message(Msg::Refused);
            } else {
                if said {
                    act.emit(UserAction::Send(text));
                    link.send_message(Msg::Written { composing: false });
                }
                if let Some(leave) = &leave {
                    leave.emit(said);
                }
            }
            dom::focus(&field);
        }
    }
}

/// The added files, if the site accepts files.
fn files(ctx: &Context<Composer>) -> Html {
    let ComposerProps { view, field } = ctx.props().clone();
    if view.look.uploads.is_none() {
        return Html::default();
    }
    let files = Files { view, field, full: ctx.link().callback(Msg::Full) };
    html! { <LazyView view={View::Files(files)} /> }
}

/// Stores each change in the draft at once, so that no render finds the field ahead of the draft.
fn writes(ctx: &Context<Composer>) -> Callback<InputEvent> {
    let ComposerProps { view: ViewContext { act, .. }, field } = ctx.props().clone();
    let link = ctx.link().clone();
    Callback::from(move |event: InputEvent| {
        let Some(field) = field.cast::<HtmlTextAreaElement>() else { return };
        act.emit(UserAction::Draft(field.value()));
        link.send_message(Msg::Written { composing: event.is_composing() });
    })
}

fn keys(send: impl Fn() + 'static, newline: bool) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        // Key code 229: Safari sends the Enter that ends a composition after the composition, no
        // longer marked as composing.
        let composing = event.is_composing() || event.key_code() == 229;
        let asked = event.ctrl_key() || event.meta_key() || !(newline || event.shift_key());
        if event.key() == "Enter" && asked && !composing {
            event.prevent_default();
            send();
        }
    })
}

fn counter(look: &ViewConfig, length: usize) -> Html {
    let strings = &look.strings;
    let (class, words) = if length > LONGEST {
        ("counter counter-over", strings.characters_over(length - LONGEST))
    } else if length > LONGEST - NEARLY {
        ("counter", strings.characters_left(LONGEST - length))
    } else {
        return Html::default();
    };
    element!("span", "id" = "counter", "class" = class, "part" = class; text(words)).into()
}

/// Whether Enter begins a new line. A touch keyboard has no Shift+Enter.
fn begins_line(enter: Enter) -> bool {
    match enter {
        Enter::Auto => dom::has_finger(),
        Enter::Send => false,
        Enter::Newline => true,
    }
}

/// Number of characters, as the proxy counts them.
fn length(text: &str) -> usize {
    text.chars().count()
}
