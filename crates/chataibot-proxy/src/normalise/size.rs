//! Size limit of one message. A reader drops its stream when an event is longer than its limit, so
//! content that is too long for one log entry is split into several; content that cannot be split
//! is truncated, with a sign that it was.

use chataibot_wire::content::{Buttons, Carousel, ChoiceList, FieldKind, Form, Text, Unsupported};
use chataibot_wire::{Content, RichText};

use super::combine;

/// Maximum size of one content as JSON, in bytes. Readers take events of up to a megabyte.
pub const LONGEST: usize = 512 * 1024;

/// Splits the content into pieces that each fit, in order; usually one.
pub fn pieces(content: Content) -> Vec<Content> {
    if json_length(&content) <= LONGEST {
        return vec![content];
    }
    let smaller = match content {
        Content::Parts(parts) => return pack(parts.into_iter().flat_map(pieces).collect()),
        Content::Carousel(Carousel { cards }) if cards.len() > 1 => {
            halves(cards).map(|cards| Content::Carousel(Carousel { cards }))
        }
        Content::List(ChoiceList { header, title, footer, sections }) if sections.len() > 1 => {
            let [first, second] = halves(sections);
            let first = ChoiceList { header, title, footer: None, sections: first };
            let second = ChoiceList { header: None, title: RichText::default(), footer, sections: second };
            [first, second].map(Content::List)
        }
        Content::Text(Text { body: RichText(nodes), prompt }) if nodes.len() > 1 => {
            let [first, second] = halves(nodes).map(RichText);
            [text_content(first), Content::Text(Text { body: second, prompt })]
        }
        Content::Buttons(Buttons { header, title, footer, buttons, layout }) => {
            let texts = [header, Some(title), footer].into_iter().flatten().filter(|text| !text.is_empty());
            let title = RichText::default();
            let buttons = Content::Buttons(Buttons { header: None, title, footer: None, buttons, layout });
            return texts.flat_map(|text| pieces(text_content(text))).chain([buttons]).collect();
        }
        Content::Form(form) => return split_form(form),
        whole @ (Content::Text(_)
        | Content::Media(_)
        | Content::Info(_)
        | Content::List(_)
        | Content::Carousel(_)
        | Content::Slider(_)
        | Content::Calendar(_)
        | Content::FileUpload(_)
        | Content::Appointment(_)
        | Content::Delay
        | Content::Unsupported(_)) => return vec![truncate_text(&whole)],
    };
    smaller.into_iter().flat_map(pieces).collect()
}

/// Groups consecutive parts into as few contents as fit the limit.
fn pack(parts: Vec<Content>) -> Vec<Content> {
    let mut all: Vec<Vec<Content>> = Vec::new();
    let mut size = 0;
    for part in parts {
        let length = json_length(&part) + 1;
        match all.last_mut() {
            // 16 bytes are reserved for the wrapper `{"parts":[…]}`.
            Some(last) if size + length + 16 <= LONGEST => last.push(part),
            _ => {
                size = 0;
                all.push(vec![part]);
            }
        }
        size += length;
    }
    all.into_iter().filter_map(combine).collect()
}

fn halves<T>(mut all: Vec<T>) -> [Vec<T>; 2] {
    let second = all.split_off(all.len().div_ceil(2));
    [all, second]
}

/// Splits a form that is too long: the fields with the longest option lists become text fields, and
/// their options become text in front of the form.
fn split_form(mut form: Form) -> Vec<Content> {
    let mut before = Vec::new();
    if !form.title.is_empty() && json_length(&text_content(form.title.clone())) > LONGEST / 2 {
        before = pieces(text_content(std::mem::take(&mut form.title)));
    }
    while json_length(&Content::Form(form.clone())) > LONGEST {
        let choices = form.fields.iter_mut().filter(|field| !field.options.is_empty());
        let Some(longest) = choices.max_by_key(|field| field.options.iter().map(String::len).sum::<usize>()) else {
            before.push(truncate_text(&Content::Form(form)));
            return before;
        };
        let options = std::mem::take(&mut longest.options);
        longest.kind = FieldKind::Text;
        let list = [&[longest.label.clone()][..], &options].concat().join("\n");
        before.extend(pieces(text_content(RichText::plain(list))));
    }
    before.push(Content::Form(form));
    before
}

fn text_content(body: RichText) -> Content {
    Content::Text(Text { body, prompt: None })
}

/// Truncates the content to the beginning of its text, with a sign that more followed.
fn truncate_text(content: &Content) -> Content {
    let words = content.to_plain();
    // A character takes up to six bytes in JSON.
    let end = words.floor_char_boundary(words.len().min(LONGEST / 8));
    let text = RichText::plain([words[..end].trim_end(), " …"].concat());
    if matches!(content, Content::Text(_)) {
        return text_content(text);
    }
    Content::Unsupported(Unsupported { kind: "too_long".to_owned(), text })
}

fn json_length(content: &Content) -> usize {
    // A content always serialises; if it did not, no length would fit.
    serde_json::to_vec(content).map_or(usize::MAX, |json| json.len())
}

#[cfg(test)]
mod tests {
    use chataibot_wire::Node;
    use chataibot_wire::content::{Button, ButtonLayout, Card, Field, Section};

    use super::*;

    fn long(letter: char) -> RichText {
        RichText(vec![Node::Paragraph(vec![Node::Text(letter.to_string().repeat(16_000))])])
    }

    /// Checks that all pieces fit and together have the text of the whole; returns them.
    #[track_caller]
    fn assert_whole(content: Content) -> Vec<Content> {
        let said = content.to_plain();
        let all = pieces(content);
        assert!(all.iter().all(|piece| json_length(piece) <= LONGEST));
        let again: Vec<String> = all.iter().map(Content::to_plain).filter(|words| !words.is_empty()).collect();
        assert_eq!(again.join("\n").replace("\n\n", "\n"), said.replace("\n\n", "\n"));
        all
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        let content = text_content(long('x'));
        assert_eq!(pieces(content.clone()), [content]);
    }

    #[test]
    fn a_message_of_many_long_parts_becomes_several_and_loses_nothing() {
        let parts: Vec<Content> = (0..30).map(|_| text_content(long('界'))).collect();
        assert_eq!(assert_whole(Content::Parts(parts)).len(), 3);
    }

    #[test]
    fn long_cards_lists_and_questions_are_divided() {
        let card = |_| Card { image: None, title: long('本'), description: long('語'), buttons: Vec::new() };
        let all = pieces(Content::Carousel(Carousel { cards: (0..30).map(card).collect() }));
        let cards = all.iter().map(|piece| {
            let Content::Carousel(carousel) = piece else { panic!("{piece:?}") };
            carousel.cards.len()
        });
        assert_eq!(cards.sum::<usize>(), 30);
        assert!(all.iter().all(|piece| json_length(piece) <= LONGEST));

        let section = |_| Section { title: None, items: vec!["字".repeat(200); 100] };
        let list = ChoiceList {
            header: Some(long('a')),
            title: long('b'),
            footer: Some(long('c')),
            sections: (0..30).map(section).collect(),
        };
        let all = pieces(Content::List(list));
        let sections = all.iter().map(|piece| {
            let Content::List(list) = piece else { panic!("{piece:?}") };
            list.sections.len()
        });
        assert_eq!(sections.sum::<usize>(), 30);
        assert!(all.iter().all(|piece| json_length(piece) <= LONGEST));
    }

    #[test]
    fn a_form_of_endless_choices_can_still_be_filled_in() {
        let options: Vec<String> = (0..200).map(|n| format!("{n} {}", "字".repeat(195))).collect();
        let field = |n| Field {
            label: format!("Field {n}"),
            value: String::new(),
            kind: FieldKind::Choice,
            required: true,
            options: options.clone(),
        };
        let all = pieces(Content::Form(Form { title: long('t'), fields: (0..50).map(field).collect() }));
        assert!(all.iter().all(|piece| json_length(piece) <= LONGEST));
        let Some(Content::Form(form)) = all.last() else { panic!("the form comes last") };
        assert_eq!(form.fields.len(), 50);
        assert!(all.iter().any(|piece| piece.to_plain().contains("Field 49\n0 字")), "what can be chosen is said");
    }

    #[test]
    fn what_can_not_be_divided_is_shortened_and_says_so() {
        let button = Button { label: "x".to_owned(), action: chataibot_wire::content::Action::Reply("x".to_owned()) };
        let title = RichText::plain("\"".repeat(LONGEST));
        let all = pieces(Content::Buttons(Buttons {
            header: None,
            title,
            footer: None,
            buttons: vec![button],
            layout: ButtonLayout::Wrap,
        }));
        assert_eq!(all.len(), 2);
        assert!(all[0].to_plain().ends_with(" …"));
        assert!(matches!(&all[1], Content::Buttons(buttons) if buttons.buttons.len() == 1));
        assert!(all.iter().all(|piece| json_length(piece) <= LONGEST));
    }
}
