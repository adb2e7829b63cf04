//! A form. Its answer is the text that the platform documents: a line `Label: value` for each field
//! that was filled. The log shows a typed answer in the same way.

use chataibot_wire::Content;
use chataibot_wire::content::{Field, FieldKind, Form};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, InputEvent};
use yew::prelude::*;

use super::{Kind, error_message, submit};
use crate::components::{UserAction, dom, elements::*};
use crate::{api::send_body, strings::Strings};

/// Maximum length of a field of one line, and of several. Together they fit into a message.
const MAX_LINE_LENGTH: &str = "200";
const MAX_TEXT_LENGTH: &str = "1500";

pub(super) struct FormQuestion {
    form: NodeRef,
    entries: Vec<Entry>,
    /// Whether to focus the first invalid field after the next render.
    needs_focus: bool,
}

#[derive(Clone, Default)]
struct Entry {
    value: AttrValue,
    error: Option<AttrValue>,
}

pub(super) enum Msg {
    Edited(usize),
    Submitted,
}

impl Component for FormQuestion {
    type Message = Msg;
    type Properties = Kind;

    fn create(ctx: &Context<Self>) -> Self {
        let fields = if let Content::Form(form) = ctx.props().content() { form.fields.as_slice() } else { &[] };
        let entry = |field: &Field| Entry { value: field.value.clone().into(), error: None };
        Self { form: NodeRef::default(), entries: fields.iter().map(entry).collect(), needs_focus: false }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let kind = ctx.props();
        let (Content::Form(form), Some(element)) = (kind.content(), self.form.cast()) else { return false };
        match msg {
            Msg::Edited(at) => {
                let input = find_field(&element, kind, at);
                if let Some((entry, input)) = self.entries.get_mut(at).zip(input) {
                    *entry = Entry { value: input.value().into(), error: None };
                }
            }
            Msg::Submitted => {
                for (at, (entry, field)) in self.entries.iter_mut().zip(&form.fields).enumerate() {
                    let Some(input) = find_field(&element, kind, at) else { continue };
                    *entry = Entry {
                        value: input.value().into(),
                        error: validation_error(&input, field.kind, field.required, &kind.config.strings),
                    };
                }
                let empty = self.entries.iter().all(|entry| entry.value.trim().is_empty());
                if let Some(first) = self.entries.first_mut().filter(|_| empty) {
                    first.error.get_or_insert(kind.config.strings.form_required());
                }
                if self.entries.iter().any(|entry| entry.error.is_some()) {
                    self.needs_focus = true;
                } else {
                    kind.answer(&element, answer_action(form, &self.entries, kind.config.typed));
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let kind = ctx.props();
        let Content::Form(form) = kind.content() else { return Html::default() };
        let strings = &kind.config.strings;
        if !kind.is_answerable {
            return kind.question(&form.title, sent_answer(form, kind.given_answer.as_deref(), strings));
        }
        let fields = form.fields.iter().zip(&self.entries).enumerate();
        let mut inside: Vec<Html> = fields.map(|(at, (field, entry))| field_view(ctx, at, field, entry)).collect();
        inside.push(submit(strings.form_submit()));
        let control = element!("form", part "control", "novalidate" = "novalidate"; group(inside));
        let control = on_submit(with_ref(control, &self.form), ctx.link().callback(|()| Msg::Submitted));
        kind.question(&form.title, control.into())
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        if !std::mem::take(&mut self.needs_focus) {
            return;
        }
        let first = self.entries.iter().position(|entry| entry.error.is_some());
        let form = self.form.cast::<Element>();
        if let Some(field) = first.zip(form).and_then(|(at, form)| find_field(&form, ctx.props(), at)) {
            dom::focus(&field);
            // `dom::focus` does not scroll, and the first invalid field may be out of view.
            field.scroll_into_view_with_bool(false);
        }
    }
}

fn field_view(ctx: &Context<FormQuestion>, at: usize, field: &Field, entry: &Entry) -> Html {
    let kind = ctx.props();
    let strings = &kind.config.strings;
    let (id, error_id) = (id(kind, "field-", at), id(kind, "wrong-", at));
    // The form before a chat (`panels::prechat`), in another chunk, has other kinds and attributes.
    let (tag, input_type, input_mode, autocomplete) = match field.kind {
        FieldKind::Text if is_name(&field.label, strings) => ("input", Some("text"), None, Some("name")),
        FieldKind::Text => ("input", Some("text"), None, None),
        FieldKind::Email => ("input", Some("email"), Some("email"), Some("email")),
        FieldKind::Phone => ("input", Some("tel"), Some("tel"), Some("tel")),
        FieldKind::Number => ("input", Some("number"), Some("decimal"), Some("off")),
        FieldKind::Date => ("input", Some("date"), None, Some("off")),
        FieldKind::Long => ("textarea", None, None, None),
        FieldKind::Choice => ("select", None, None, None),
    };
    let is_choice = field.kind == FieldKind::Choice;
    let mut input = element!(
        tag, part "entry", "type" = input_type, "id" = id.clone(),
        "rows" = (field.kind == FieldKind::Long).then_some("3"),
        "dir" = (!is_choice).then_some("auto"),
        "maxlength" = (!is_choice).then_some(if input_type.is_some() { MAX_LINE_LENGTH } else { MAX_TEXT_LENGTH }),
        "step" = (field.kind == FieldKind::Number).then_some("any"),
        "inputmode" = input_mode, "autocomplete" = autocomplete,
        "aria-required" = field.required.then_some("true"),
        "aria-invalid" = entry.error.as_ref().map(|_| "true"),
        "aria-describedby" = entry.error.as_ref().map(|_| error_id.clone());
        if is_choice { options(field, &entry.value) } else { Html::default() }
    );
    if !is_choice {
        input.set_value(entry.value.clone());
    }
    let input = listen!(input, oninput = ctx.link().callback(move |_: InputEvent| Msg::Edited(at)));
    let mut words = vec![text(field.label.clone().into())];
    if !field.required {
        words.push(text(" ".into()));
        words.push(part("small", "optional", text(strings.form_optional())));
    }
    let label = element!("label", "for" = id, "dir" = "auto"; group(words));
    part("div", "form-field", group(vec![label.into(), input.into(), error_message(error_id, entry.error.clone())]))
}

/// The options, after an empty one that is selected at first.
fn options(field: &Field, chosen: &str) -> Html {
    let option = |words: &str| {
        let selected = (words == chosen).then_some("selected");
        Html::from(element!("option", "value" = words.to_owned(), "selected" = selected; text(words.to_owned().into())))
    };
    std::iter::once("").chain(field.options.iter().map(String::as_str)).map(option).collect()
}

/// Whether the field asks for a name, which the browser can then fill in.
fn is_name(label: &str, strings: &Strings) -> bool {
    label.trim().eq_ignore_ascii_case(&strings.field_name())
}

fn id(kind: &Kind, of: &str, at: usize) -> String {
    kind.id(&[of, &at.to_string()].concat())
}

/// Returns the element of a field; all kinds have what is used here of an input.
fn find_field(form: &Element, kind: &Kind, at: usize) -> Option<HtmlInputElement> {
    let found = form.query_selector(&["#", &id(kind, "field-", at)].concat()).ok().flatten();
    found.map(JsCast::unchecked_into)
}

/// Returns a field's validation error, in the browser's words where only it can judge.
pub(super) fn validation_error(
    input: &HtmlInputElement,
    kind: FieldKind,
    required: bool,
    strings: &Strings,
) -> Option<AttrValue> {
    let (value, validity) = (input.value(), input.validity());
    let value = value.trim();
    // A half-written number or date has no value, but the field is not empty.
    let is_bad_input = validity.bad_input();
    if value.is_empty() && !is_bad_input {
        return required.then(|| strings.form_required());
    }
    match kind {
        FieldKind::Email if validity.type_mismatch() || !value.contains('.') => Some(strings.form_bad_email()),
        FieldKind::Phone if !is_phone(value) => Some(strings.form_bad_phone()),
        FieldKind::Number if is_bad_input => Some(strings.form_bad_number()),
        FieldKind::Text | FieldKind::Email | FieldKind::Phone | FieldKind::Number | FieldKind::Date => {
            input.validation_message().ok().filter(|message| !validity.valid() && !message.is_empty()).map(Into::into)
        }
        FieldKind::Choice | FieldKind::Long => None,
    }
}

/// Whether the text has digits and common separators only; the bot may check more.
fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    (4..=20).contains(&digits) && text.chars().all(|c| c.is_numeric() || "+-/(). ".contains(c))
}

fn answer_text(form: &Form, entries: &[Entry]) -> String {
    let mut answer = String::new();
    for (field, entry) in form.fields.iter().zip(entries) {
        // Each line is a field, so the lines of a value become one.
        let value: Vec<&str> = entry.value.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if !value.is_empty() {
            let line_end = if answer.is_empty() { "" } else { "\n" };
            answer += &[line_end, &label_prefix(field), &value.join(" ")].concat();
        }
    }
    answer
}

/// The answer as text and, if the site takes that, typed with all fields, even empty ones.
fn answer_action(form: &Form, entries: &[Entry], is_typed: bool) -> UserAction {
    let text = answer_text(form, entries);
    if !is_typed {
        return UserAction::Send(text);
    }
    let each = form.fields.iter().zip(entries).map(|(field, entry)| {
        let [label, value] = [&*field.label, &*entry.value].map(|text| send_body::json_string(text.trim()));
        ["{\"label\":", &label, ",\"value\":", &value, "}"].concat()
    });
    let list = ["[", &each.collect::<Vec<_>>().join(","), "]"].concat();
    UserAction::Answer { text, typed: send_body::message("form.response", "fields", &list) }
}

/// Label and separator before a value, as in the proxy's log.
fn label_prefix(field: &Field) -> String {
    let label = field.label.trim();
    // "Anything else?" needs no colon.
    let ends = label.ends_with([':', '?', '!', '.', '…', '؟', '？', '！', '。', '：']);
    [label, if ends { " " } else { ": " }].concat()
}

/// Renders what was sent, or only the labels if the visitor replied with something else.
fn sent_answer(form: &Form, given: Option<&str>, strings: &Strings) -> Html {
    let sent = form.fields.iter().filter_map(|field| {
        let label_prefix = label_prefix(field);
        let value = given?.lines().find_map(|line| line.strip_prefix(&label_prefix))?;
        let value = auto_dir("dd", text(value.to_owned().into()));
        Some(plain("div", group(vec![auto_dir("dt", text(field.label.clone().into())), value])))
    });
    let sent: Vec<Html> = sent.collect();
    if sent.is_empty() {
        let labels = form.fields.iter().map(|field| auto_dir("li", text(field.label.clone().into())));
        return part("ul", "form-past", labels.collect());
    }
    group(vec![part("dl", "form-sent", group(sent)), super::hint(strings.form_sent())])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(label: &str) -> Field {
        Field {
            label: label.to_owned(),
            value: String::new(),
            kind: FieldKind::Text,
            required: false,
            options: Vec::new(),
        }
    }

    #[test]
    fn the_answer_has_a_line_for_each_field_that_was_filled() {
        let form = Form { title: Default::default(), fields: ["Name", "Phone:", "Anything?"].map(field).into() };
        let entry = |value: &'static str| Entry { value: value.into(), error: None };
        let entries = [" Ada ", "", "two\n\n  lines\r\n"].map(entry);
        assert_eq!(answer_text(&form, &entries), "Name: Ada\nAnything? two lines");
        let entries = ["", "+44 20 7946", ""].map(entry);
        assert_eq!(answer_text(&form, &entries), "Phone: +44 20 7946");
    }

    #[test]
    fn telephone_numbers_are_judged_kindly() {
        for good in ["+44 20 7946 0123", "(020) 7946-0123", "1234", "٠١٢٣٤٥"] {
            assert!(is_phone(good), "{good}");
        }
        for bad in ["", "123", "call me", "12345 or so"] {
            assert!(!is_phone(bad), "{bad}");
        }
    }
}
