//! The form before a conversation. Its values are sent only with the first message.

use std::rc::Rc;

use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;
use yew::{prelude::*, virtual_dom::VTag};

use super::{Panel, field_element, input_value, optional_note, submit_button, take_focus, title};
use crate::components::dom::{self, warn};
use crate::components::{UserAction, elements::*};
use crate::config::fields::{Field, FieldKind, Problem, default_kind, fields};
use crate::config::{Config, Name};
use crate::{browser::timers::Timer, conversation::onboarding::OnboardingEvent, strings::Strings};

const TYPES: &str = "text, email, phone, number, date, long, choice";

/// Component of the form. The browser's fields hold the values, not this struct.
#[derive(Default)]
pub(super) struct PreChat {
    entries: Vec<Entry>,
    /// Whether to focus the first invalid field after the next render.
    focus_invalid: bool,
    title: NodeRef,
    focus_timer: Option<Timer>,
}

struct Entry {
    field: Field,
    input: NodeRef,
    problem: Option<Problem>,
}

pub(super) enum Msg {
    FieldLeft(usize),
    FieldChanged(usize),
    Submitted,
}

impl Component for PreChat {
    type Message = Msg;
    type Properties = Panel;

    fn create(ctx: &Context<Self>) -> Self {
        let mut this = Self::default();
        this.set_fields(&ctx.props().view.config.settings);
        this
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Panel) -> bool {
        let (now, before) = (&ctx.props().view.config.settings, &old.view.config.settings);
        let same = |name| now.given(name) == before.given(name);
        if !same(Name::Prechat) || !same(Name::PrechatFields) {
            self.set_fields(now);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            // The visitor may still come back to an empty field.
            Msg::FieldLeft(at) => {
                let problem = self.entries[at].check().filter(|problem| *problem != Problem::Empty);
                std::mem::replace(&mut self.entries[at].problem, problem) != problem
            }
            // A problem disappears as soon as it is fixed, and appears only when the field is left.
            Msg::FieldChanged(at) if self.entries[at].problem.is_some() => {
                self.entries[at].problem = self.entries[at].check();
                true
            }
            Msg::FieldChanged(_) => false,
            Msg::Submitted => {
                self.entries.iter_mut().for_each(|entry| entry.problem = entry.check());
                self.focus_invalid = self.entries.iter().any(|entry| entry.problem.is_some());
                if !self.focus_invalid {
                    let value = |entry: &Entry| (entry.field.name.clone(), input_value(&entry.input).trim().to_owned());
                    let values = self.entries.iter().map(value).filter(|(_, value)| !value.is_empty()).collect();
                    ctx.props().view.act.emit(UserAction::Step(OnboardingEvent::FormFilled(values)));
                }
                true
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let config = &ctx.props().view.config;
        let strings = &config.strings;
        let words = element!("p", part "panel-text", "id" = "panel-text"; text(strings.prechat_text()));
        let mut inside = vec![title(strings.prechat_title(), &self.title), words.into()];
        inside.extend(self.entries.iter().enumerate().map(|(at, entry)| entry.view(ctx, at)));
        inside.push(part("div", "panel-actions", submit_button(strings.prechat_submit())));
        let form = element!(
            "form", part "panel prechat", "novalidate" = "",
            "aria-labelledby" = "panel-title", "aria-describedby" = "panel-text";
            group(inside)
        );
        on_submit(form, ctx.link().callback(|()| Msg::Submitted)).into()
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if first {
            self.prefill_textareas(&ctx.props().view.config.settings);
            // On touch screens, focusing a field would show a keyboard over the form's title.
            let first = if dom::is_touch_device() { None } else { self.entries.first() };
            take_focus(first.map_or(&self.title, |entry| &entry.input), &mut self.focus_timer);
        }
        if std::mem::take(&mut self.focus_invalid) {
            let first = self.entries.iter().find(|entry| entry.problem.is_some());
            if let Some(field) = first.and_then(|entry| entry.input.cast::<Element>()) {
                dom::focus(&field);
                field.scroll_into_view();
            }
        }
    }
}

impl PreChat {
    fn set_fields(&mut self, settings: &Config) {
        let own = settings.given(Name::PrechatFields).map(|json| own_fields(&json)).unwrap_or_default();
        let fields = fields(&settings.given(Name::Prechat).unwrap_or_default(), own);
        let entry = |field| Entry { field, input: NodeRef::default(), problem: None };
        self.entries = fields.into_iter().map(entry).collect();
    }

    /// Sets the values the page knows in fields of several lines, which have no attribute for them.
    fn prefill_textareas(&self, settings: &Config) {
        for Entry { field, input, .. } in self.entries.iter().filter(|entry| entry.field.kind == FieldKind::Long) {
            if let Some((known, element)) = known_value(settings, &field.name).zip(field_element(input)) {
                element.set_value(&known);
            }
        }
    }
}

impl Entry {
    fn check(&self) -> Option<Problem> {
        self.field.problem(&input_value(&self.input))
    }

    fn view(&self, ctx: &Context<PreChat>, at: usize) -> Html {
        let (field, config) = (&self.field, &ctx.props().view.config);
        let strings = &config.strings;
        let number = at.to_string();
        let id = ["form-", &number].concat();
        let known = known_value(&config.settings, &field.name);
        let is_contact = matches!(field.name.as_str(), "name" | "email" | "phone");
        let locked = known.is_some() && is_contact && config.settings.flag(Name::ContactLocked);
        let label = label(field, strings, &id, locked);
        let problem = self.problem.map(|problem| match problem {
            Problem::Empty => strings.form_required(),
            Problem::Email => strings.form_bad_email(),
            Problem::Phone => strings.form_bad_phone(),
            Problem::Number => strings.form_bad_number(),
        });
        let below = match locked {
            true => Some(("form-note", ["form-note-", &number].concat(), strings.field_locked())),
            false => problem.map(|words| ("form-error", ["form-error-", &number].concat(), words)),
        };
        let described_by = below.as_ref().map(|(_, id, _)| id.clone());
        let input = self.input_view(known, id, described_by, locked);
        let written = ctx.link().callback(move |_: InputEvent| Msg::FieldChanged(at));
        let left = ctx.link().callback(move |_: Event| Msg::FieldLeft(at));
        let input = listen!(with_ref(input, &self.input), oninput = written, onchange = left);
        let below = below.map(|(names, id, words)| element!("small", part names, "id" = id; text(words)).into());
        let names = if self.problem.is_some() { "form-field form-field-wrong" } else { "form-field" };
        part("div", names, group(vec![label, input.into(), below.unwrap_or_default()]))
    }

    fn input_view(&self, known: Option<Rc<str>>, id: String, described_by: Option<String>, locked: bool) -> VTag {
        let field = &self.field;
        // Forms of the bot (`message_kinds::form`), in another chunk, have other attributes.
        let (tag, kind, mode, autocomplete) = match field.kind {
            FieldKind::Text => ("input", Some("text"), None, None),
            FieldKind::Name => ("input", Some("text"), None, Some("name")),
            FieldKind::Email => ("input", Some("email"), Some("email"), Some("email")),
            FieldKind::Phone => ("input", Some("tel"), Some("tel"), Some("tel")),
            FieldKind::Number => ("input", Some("text"), Some("decimal"), None),
            FieldKind::Date => ("input", Some("date"), None, None),
            FieldKind::Long => ("textarea", None, None, None),
            FieldKind::Choice => ("select", None, None, None),
        };
        let is_choice = field.kind == FieldKind::Choice;
        let inside = if is_choice { choices(field, known.as_deref()) } else { Html::default() };
        element!(
            tag, part "form-input", "id" = id, "type" = kind,
            "value" = known.filter(|_| kind.is_some()).map(AttrValue::from),
            "inputmode" = mode, "autocomplete" = autocomplete.unwrap_or("off"),
            "autocapitalize" = (field.kind == FieldKind::Email).then_some("off"),
            "rows" = (field.kind == FieldKind::Long).then_some("3"),
            "maxlength" = (!is_choice).then_some("1000"),
            "dir" = (field.kind != FieldKind::Date).then_some("auto"),
            "readonly" = locked.then_some(""),
            "aria-required" = field.required.then_some("true"),
            "aria-invalid" = self.problem.map(|_| "true"),
            "aria-describedby" = described_by;
            inside
        )
    }
}

fn label(field: &Field, strings: &Strings, id: &str, locked: bool) -> Html {
    // CSS capitalises a field's name only where it serves as the label.
    let mut names = "form-label";
    let own = field.label.as_ref().map(|label| AttrValue::from(label.clone()));
    let label = own.unwrap_or_else(|| match field.name.as_str() {
        "name" => strings.field_name(),
        "email" => strings.field_email(),
        "phone" => strings.field_phone(),
        other => {
            names = "form-label form-label-name";
            other.replace(['_', '-'], " ").into()
        }
    });
    let optional = if field.required || locked { Html::default() } else { optional_note(strings) };
    element!(
        "label", "class" = names, "part" = "form-label", "for" = id.to_owned(), "dir" = "auto";
        group(vec![plain("span", text(label)), optional])
    )
    .into()
}

fn choices(field: &Field, known: Option<&str>) -> Html {
    let option = |value: &str| -> Html {
        // Also set on the empty option: a browser selects the first option inserted, and Yew
        // inserts the last one first.
        let selected = (known.unwrap_or_default() == value).then_some("");
        element!("option", "value" = value.to_owned(), "selected" = selected; text(value.to_owned().into())).into()
    };
    let each = field.options.iter().map(|value| option(value));
    std::iter::once(option("")).chain(each).collect()
}

fn known_value(settings: &Config, name: &str) -> Option<Rc<str>> {
    let known = match name {
        "name" => settings.contact(Name::ContactName),
        "email" => settings.contact(Name::ContactEmail),
        "phone" => settings.contact(Name::ContactPhone),
        _ => settings.variables().get(name).map(Rc::from),
    };
    known.filter(|known| !known.is_empty())
}

fn own_fields(json: &str) -> Vec<Field> {
    let list = JSON::parse(json).ok().and_then(|list| list.dyn_into::<Array>().ok()).unwrap_or_default();
    list.iter().filter_map(|field| own_field(&field)).collect()
}

/// Reads one of the page's own fields. What is invalid is skipped, with one line on the console.
fn own_field(field: &JsValue) -> Option<Field> {
    let get = |key: &str| Reflect::get(field, &JsValue::from_str(key)).unwrap_or_default();
    let text = |key: &str| get(key).as_string().filter(|text| !text.trim().is_empty());
    let Some(name) = text("name") else {
        warn("[chataibot] prechatFields: a field without a name is ignored.");
        return None;
    };
    let options = get("options");
    let options = options.dyn_ref::<Array>().map(|list| list.iter().filter_map(|option| option.as_string()).collect());
    let options: Vec<String> = options.unwrap_or_default();
    let kind = text("type");
    let named = kind.as_deref().and_then(FieldKind::named);
    if let (Some(kind), None) = (&kind, named) {
        warn(&["[chataibot] prechatFields: \"", kind, "\" is not a type of field. Allowed: ", TYPES, "."].concat());
    }
    let kind = named.unwrap_or(if options.is_empty() { default_kind(&name) } else { FieldKind::Choice });
    Some(Field { name, label: text("label"), kind, required: get("required").as_bool() == Some(true), options })
}
