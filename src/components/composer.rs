//! The composer: a field that grows with the text, which is kept as the draft, and its buttons.

use chataibot_wire::{content::Prompt, text::is_blank};
use web_sys::{HtmlTextAreaElement, InputEvent};
use yew::prelude::*;

use super::emoji_hint::{self, emoji_button};
use super::lazy_view::{Files, LazyView, SendFiles, View};
use super::{Enter, UserAction, ViewConfig, dom, elements::*, icons, view_context::ViewContext};

/// Maximum number of characters in a message, set by widget and proxy; the platform has none.
const MAX_LENGTH: usize = 4000;

const COUNTER_THRESHOLD: usize = 200;

#[derive(Properties, Clone, PartialEq)]
pub(super) struct ComposerProps {
    pub(super) view: ViewContext,
    pub(super) field: NodeRef,
}

pub(super) enum Msg {
    /// The text of the field changed; an input method may still be `composing` a word.
    TextChanged {
        composing: bool,
    },
    TextTooLong,
    EmojiHintToggled,
    /// There are files to send, by this callback; `None` if there are none any more.
    FilesChanged(Option<SendFiles>),
}

#[derive(Default)]
pub(super) struct Composer {
    /// Whether an input method is composing a word. Setting the field's value would break the word.
    composing: bool,
    is_excess_announced: bool,
    is_hint_shown: bool,
    emoji_shortcut: Option<&'static str>,
    send_files: Option<SendFiles>,
}

impl Component for Composer {
    type Message = Msg;
    type Properties = ComposerProps;

    fn create(_: &Context<Self>) -> Self {
        Self { emoji_shortcut: emoji_hint::shortcut(), ..Self::default() }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let ComposerProps { view: ViewContext { config, announce, .. }, field } = ctx.props();
        let Some(field) = field.cast::<HtmlTextAreaElement>() else { return false };
        let over = || length(&field.value()).saturating_sub(MAX_LENGTH);
        match msg {
            Msg::FilesChanged(send_files) => {
                self.send_files = send_files;
                true
            }
            Msg::TextChanged { composing } => {
                self.composing = composing;
                let over = over();
                if over > 0 && !self.is_excess_announced {
                    announce.emit(config.strings.characters_over(over));
                }
                self.is_excess_announced = over > 0;
                std::mem::take(&mut self.is_hint_shown)
            }
            Msg::TextTooLong => {
                announce.emit(config.strings.characters_over(over()));
                false
            }
            Msg::EmojiHintToggled => {
                dom::focus(&field);
                self.is_hint_shown = !self.is_hint_shown;
                if let Some(keys) = self.emoji_shortcut.filter(|_| self.is_hint_shown) {
                    announce.emit(emoji_hint::sentence(config, keys));
                }
                true
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let ComposerProps { view: ViewContext { state, config, .. }, field } = ctx.props();
        let strings = &config.strings;
        let draft = AttrValue::from(state.draft().clone());
        // A touch keyboard has no Shift+Enter.
        let newline = config.enter == Enter::Newline || (config.enter == Enter::Auto && dom::is_touch_device());

        let length = if draft.len() > MAX_LENGTH - COUNTER_THRESHOLD { length(&draft) } else { 0 };
        let shows_counter = length > MAX_LENGTH - COUNTER_THRESHOLD;
        let over = length > MAX_LENGTH;
        let hint = (!newline).then(|| {
            let words = text(strings.composer_hint());
            element!("span", "id" = "composer-hint", "class" = "unseen"; words).into()
        });
        let described_by = match (newline, shows_counter) {
            (true, false) => None,
            (false, false) => Some("composer-hint"),
            (true, true) => Some("counter"),
            (false, true) => Some("composer-hint counter"),
        };
        let (placeholder, mode, autocomplete) = match state.prompt() {
            None => (strings.placeholder(), None, Some("off")),
            Some(Prompt::Name) => (strings.placeholder_name(), None, Some("name")),
            Some(Prompt::Email) => (strings.placeholder_email(), Some("email"), Some("email")),
            Some(Prompt::Phone) => (strings.placeholder_phone(), Some("tel"), Some("tel")),
        };
        let mut input = element!(
            "textarea", part "input", "id" = "input", "rows" = "1",
            "dir" = (!draft.is_empty()).then_some("auto"),
            "placeholder" = placeholder,
            "inputmode" = mode,
            "autocomplete" = autocomplete,
            "autocapitalize" = mode.map(|_| "off"),
            "enterkeyhint" = if newline { "enter" } else { "send" },
            "aria-describedby" = described_by,
            "aria-invalid" = over.then_some("true")
        );
        let written = field.cast::<HtmlTextAreaElement>().filter(|_| self.composing).map(|field| field.value().into());
        input.set_value(written.unwrap_or_else(|| draft.clone()));
        let input = with_ref(input, field);
        let input = listen!(input, oninput = store_draft(ctx), onkeydown = enter_handler(self.sends(ctx), newline));

        let label = element!("label", "class" = "unseen", "for" = "input"; text(strings.composer_label()));
        let (tools, counter) = (self.tools(ctx, &draft), counter(config, length));
        let inside = vec![files(ctx), label.into(), hint.unwrap_or_default(), input.into(), tools, counter];
        let field = element!("div", part "field", "data-text" = draft; group(inside));
        let tip = self.emoji_shortcut.filter(|_| self.is_hint_shown).map(|keys| emoji_hint::tip(config, keys));
        let form = element!("form", part "composer"; group(vec![tip.unwrap_or_default(), field.into()]));
        on_submit(form, self.sends(ctx)).into()
    }
}

impl Composer {
    fn tools(&self, ctx: &Context<Self>, draft: &str) -> Html {
        let config = &ctx.props().view.config;
        let send = element!(
            "button", part "send", "type" = "submit",
            "aria-label" = config.strings.send(),
            "title" = config.strings.send(),
            "disabled" = (self.send_files.is_none() && is_blank(draft)).then_some("disabled");
            icons::icon("", icons::SEND)
        );
        let emoji =
            self.emoji_shortcut.map(|keys| emoji_button(config, keys, ctx.link().callback(|_| Msg::EmojiHintToggled)));
        let tools = group(vec![emoji.unwrap_or_default(), send.into()]);
        element!("div", "class" = "tools"; tools).into()
    }

    /// Returns a callback that sends the field's text, if it is not blank, and then the files. It
    /// refuses a text that is too long.
    fn sends(&self, ctx: &Context<Self>) -> Callback<()> {
        let ComposerProps { view: ViewContext { act, .. }, field } = ctx.props().clone();
        let (link, send_files) = (ctx.link().clone(), self.send_files.clone());
        Callback::from(move |()| {
            let Some(field) = field.cast::<HtmlTextAreaElement>() else { return };
            // Read from the field, because the draft may be a render behind.
            let text = field.value();
            let has_text = !is_blank(&text);
            if length(&text) > MAX_LENGTH {
                link.send_message(Msg::TextTooLong);
            } else {
                if has_text {
                    act.emit(UserAction::Send(text));
                    link.send_message(Msg::TextChanged { composing: false });
                }
                if let Some(send_files) = &send_files {
                    send_files.emit(has_text);
                }
            }
            dom::focus(&field);
        })
    }
}

fn files(ctx: &Context<Composer>) -> Html {
    let ComposerProps { view, field } = ctx.props().clone();
    if view.config.uploads.is_none() {
        return Html::default();
    }
    let files = Files { view, field, on_change: ctx.link().callback(Msg::FilesChanged) };
    html! { <LazyView view={View::Files(files)} /> }
}

/// Stores each change in the draft at once, so that no render finds the field ahead of the draft.
fn store_draft(ctx: &Context<Composer>) -> Callback<InputEvent> {
    let ComposerProps { view: ViewContext { act, .. }, field } = ctx.props().clone();
    let link = ctx.link().clone();
    Callback::from(move |event: InputEvent| {
        let Some(field) = field.cast::<HtmlTextAreaElement>() else { return };
        act.emit(UserAction::Draft(field.value()));
        link.send_message(Msg::TextChanged { composing: event.is_composing() });
    })
}

fn enter_handler(send: Callback<()>, newline: bool) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        // Key code 229: Safari sends the Enter that ends a composition after the composition, no
        // longer marked as composing.
        let composing = event.is_composing() || event.key_code() == 229;
        let is_send_key = event.ctrl_key() || event.meta_key() || !(newline || event.shift_key());
        if event.key() == "Enter" && is_send_key && !composing {
            event.prevent_default();
            send.emit(());
        }
    })
}

fn counter(config: &ViewConfig, length: usize) -> Html {
    let strings = &config.strings;
    let (class, words) = if length > MAX_LENGTH {
        ("counter counter-over", strings.characters_over(length - MAX_LENGTH))
    } else if length > MAX_LENGTH - COUNTER_THRESHOLD {
        ("counter", strings.characters_left(MAX_LENGTH - length))
    } else {
        return Html::default();
    };
    element!("span", part class, "id" = "counter"; text(words)).into()
}

/// Number of characters, as the proxy counts them.
fn length(text: &str) -> usize {
    text.chars().count()
}
