//! Fields of the form before the chat, and the validation of their values. Makes no browser calls.

/// A field of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// Name of the value in the conversation.
    pub name: String,
    /// Label; else the widget's own for `name`, `email` and `phone`, or the name.
    pub label: Option<String>,
    /// Kind of value.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    pub required: bool,
    /// Options of a [`FieldKind::Choice`].
    pub options: Vec<String>,
}

/// Kind of a field's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in the settings")]
pub enum FieldKind {
    #[default]
    Text,
    Name,
    Email,
    Phone,
    Number,
    Date,
    /// Several lines.
    Long,
    /// One of several.
    Choice,
}

/// Validation error of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "not of this kind")]
pub enum Problem {
    /// Empty, but required.
    Empty,
    Email,
    Phone,
    Number,
}

impl FieldKind {
    /// Returns the kind with this name in the page's settings.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "text" => Self::Text,
            "name" => Self::Name,
            "email" => Self::Email,
            "phone" | "tel" => Self::Phone,
            "number" => Self::Number,
            "date" => Self::Date,
            "long" | "textarea" => Self::Long,
            "choice" | "select" => Self::Choice,
            _ => return None,
        })
    }
}

/// Returns the fields of the form: those in `list`, in its order, then the page's other own fields.
pub fn fields(list: &str, mut own: Vec<Field>) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for word in list.split([' ', ',', '\n', '\t']).filter(|word| !word.is_empty()) {
        let name = word.trim_end_matches('*');
        if name.is_empty() || fields.iter().any(|field| field.name == name) {
            continue;
        }
        let mut field = match own.iter().position(|field| field.name == name) {
            Some(at) => own.remove(at),
            None => Field { name: name.to_owned(), kind: default_kind(name), ..Field::default() },
        };
        field.required |= name.len() < word.len();
        fields.push(field);
    }
    for field in own {
        if !fields.iter().any(|known| known.name == field.name) {
            fields.push(field);
        }
    }
    fields
}

/// Returns the default kind of a field with this name.
pub fn default_kind(name: &str) -> FieldKind {
    match name {
        "name" => FieldKind::Name,
        "email" => FieldKind::Email,
        "phone" => FieldKind::Phone,
        _ => FieldKind::Text,
    }
}

impl Field {
    /// Returns the validation error of a value; `None` if it is valid.
    pub fn problem(&self, value: &str) -> Option<Problem> {
        let value = value.trim();
        if value.is_empty() {
            return self.required.then_some(Problem::Empty);
        }
        match self.kind {
            FieldKind::Email => (!is_email(value)).then_some(Problem::Email),
            FieldKind::Phone => (!is_phone(value)).then_some(Problem::Phone),
            FieldKind::Number => (!is_number(value)).then_some(Problem::Number),
            FieldKind::Text | FieldKind::Name | FieldKind::Date | FieldKind::Long | FieldKind::Choice => None,
        }
    }
}

/// Whether there is text before an `@` and a domain after it; only a message can tell if it exists.
fn is_email(value: &str) -> bool {
    let Some((user, domain)) = value.rsplit_once('@') else { return false };
    let plain = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    let labels = domain.split('.').all(|label| !label.is_empty());
    plain(user) && !user.contains('@') && plain(domain) && labels && domain.contains('.')
}

/// Whether the text has digits of any script and common separators only.
fn is_phone(value: &str) -> bool {
    let digits = value.chars().filter(|c| c.is_numeric()).count();
    let fits = |c: char| c.is_numeric() || matches!(c, '+' | '-' | '.' | '/' | '(' | ')' | ' ' | '\u{a0}' | '\u{2011}');
    (3..=20).contains(&digits) && value.chars().all(fits)
}

fn is_number(value: &str) -> bool {
    let digits = value.trim_start_matches(['-', '+', '\u{2212}']);
    digits.chars().any(char::is_numeric)
        && digits.chars().all(|c| c.is_numeric() || matches!(c, '.' | ',' | '\u{66b}' | ' ' | '\u{a0}' | '\''))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_names_becomes_fields() {
        let form = fields("name email* phone name", Vec::new());
        let kinds: Vec<_> = form.iter().map(|field| (field.name.as_str(), field.kind, field.required)).collect();
        assert_eq!(
            kinds,
            [("name", FieldKind::Name, false), ("email", FieldKind::Email, true), ("phone", FieldKind::Phone, false)]
        );
    }

    #[test]
    fn own_fields_stand_where_they_are_named_and_else_at_the_end() {
        let topic =
            Field { name: "topic".into(), kind: FieldKind::Choice, options: vec!["Tea".into()], ..Field::default() };
        let order = Field { name: "order".into(), label: Some("Order number".into()), ..Field::default() };
        let form = fields("topic* email company", vec![order, topic]);
        let names: Vec<_> = form.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["topic", "email", "company", "order"]);
        assert!(form[0].required && form[0].kind == FieldKind::Choice);
        assert_eq!(form[3].label.as_deref(), Some("Order number"));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let field = |kind| Field { kind, ..Field::default() };
        let required = Field { required: true, ..Field::default() };
        assert_eq!(required.problem("  "), Some(Problem::Empty));
        assert_eq!(field(FieldKind::Email).problem(""), None, "what may stay empty may be empty");
        for good in ["a@b.example", "first.last+tag@sub.example.com", "ü@bücher.example"] {
            assert_eq!(field(FieldKind::Email).problem(good), None, "{good}");
        }
        for bad in ["a", "a@b", "@b.example", "a@.example", "a b@c.example", "a@b@c.example", "a@b..example"] {
            assert_eq!(field(FieldKind::Email).problem(bad), Some(Problem::Email), "{bad}");
        }
        for good in ["+49 (0)30 1234-5678", "112", "٠٣٠ ١٢٣٤"] {
            assert_eq!(field(FieldKind::Phone).problem(good), None, "{good}");
        }
        for bad in ["12", "call me", "1234 ext 5"] {
            assert_eq!(field(FieldKind::Phone).problem(bad), Some(Problem::Phone), "{bad}");
        }
        for good in ["3", "-1.5", "1 000,50"] {
            assert_eq!(field(FieldKind::Number).problem(good), None, "{good}");
        }
        assert_eq!(field(FieldKind::Number).problem("three"), Some(Problem::Number));
    }
}
