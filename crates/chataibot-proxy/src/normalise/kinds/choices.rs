//! Conversion of buttons, lists and cards, from which a visitor chooses.

use chataibot_wire::Content;
use chataibot_wire::content::{Action, Button, ButtonLayout, Buttons, Card, Carousel, ChoiceList, Section};
use chataibot_wire::text::is_blank;
use serde_json::Value;

use super::{join_blocks, rich_text_field, title};
use crate::normalise::{Diagnostic, fields, html, links};

/// Maximum number of buttons of one message (DOC) and of one card.
const MOST_BUTTONS: usize = 10;
const MOST_CARDS: usize = 30;
const MOST_SECTIONS: usize = 30;
const MOST_ITEMS: usize = 100;
/// Maximum length of a label on a button or in a list, in characters.
const LONGEST_LABEL: usize = 200;

/// Converts `button`; `options` is the key in the history form (INT).
pub fn buttons(message: &Value, diagnostics: &mut Vec<Diagnostic>) -> Option<Content> {
    let header = rich_text_field(message, &["header"], diagnostics);
    let title = title(message, diagnostics);
    let footer = rich_text_field(message, &["footer"], diagnostics);
    let buttons = button_row(fields::list(message, &["buttons", "options"]), diagnostics);
    if buttons.is_empty() && header.is_none() && footer.is_none() && title.is_empty() {
        return None;
    }
    let layout = match fields::canonical_name_in(message, &["buttons_layout", "button_layout", "layout"]).as_str() {
        "vertical" | "column" | "list" | "stacked" => ButtonLayout::Vertical,
        _ => ButtonLayout::Wrap,
    };
    Some(Content::Buttons(Buttons { header, title, footer, buttons, layout }))
}

pub fn list(message: &Value, diagnostics: &mut Vec<Diagnostic>) -> Option<Content> {
    let header = rich_text_field(message, &["header"], diagnostics);
    let title = title(message, diagnostics);
    let footer = rich_text_field(message, &["footer"], diagnostics);
    let inner = message.get("list").unwrap_or(message);
    let listed = inner.as_array().map_or_else(|| fields::list(inner, &["sections"]), Vec::as_slice);
    let listed = fields::at_most(listed, MOST_SECTIONS, diagnostics);
    let mut sections: Vec<Section> = listed.iter().map(|one| section(one, diagnostics)).collect();
    if listed.is_empty() {
        // Without sections, the title is that of the whole list.
        sections.push(Section { title: None, ..section(inner, diagnostics) });
    }
    sections.retain(|section| !section.items.is_empty());
    let has_content = !sections.is_empty() || header.is_some() || footer.is_some() || !title.is_empty();
    has_content.then_some(Content::List(ChoiceList { header, title, footer, sections }))
}

fn section(section: &Value, diagnostics: &mut Vec<Diagnostic>) -> Section {
    let listed = fields::at_most(fields::list(section, &["items", "rows", "options"]), MOST_ITEMS, diagnostics);
    let items = listed.iter().filter_map(|item| label(item, diagnostics)).collect();
    Section { title: label(section, diagnostics), items }
}

/// Converts `carousel` and `image_carousel`; `items` is the key in the history form (INT).
pub fn carousel(message: &Value, diagnostics: &mut Vec<Diagnostic>) -> Option<Content> {
    let listed = fields::at_most(fields::list(message, &["cards", "items"]), MOST_CARDS, diagnostics);
    let cards: Vec<Card> = listed.iter().filter_map(|one| card(one, diagnostics)).collect();
    (!cards.is_empty()).then_some(Content::Carousel(Carousel { cards }))
}

fn card(card: &Value, diagnostics: &mut Vec<Diagnostic>) -> Option<Card> {
    let image = fields::first_present(card, &["image", "image_url", "media", "picture"]);
    let address = image.and_then(|image| fields::text_or_field(image, &["link", "url", "src"]));
    let image = links::checked(address, links::media, diagnostics);
    let title = rich_text_field(card, &["title"], diagnostics).unwrap_or_default();
    let texts = [&["subtitle"][..], &["description", "text"]];
    let description = join_blocks(texts.map(|keys| rich_text_field(card, keys, diagnostics)));
    let mut buttons = button_row(fields::list(card, &["buttons", "options"]), diagnostics);
    // In the history form, a whole card can be a link.
    let whole = card.get("action").and_then(|action| fields::text(action, &["url", "link"]));
    if let Some(link) = links::checked(whole, links::anchor, diagnostics) {
        let shown = super::text::line(&title.to_plain(), LONGEST_LABEL);
        let label = if is_blank(&shown) { links::host(&link).unwrap_or_else(|| link.clone()) } else { shown };
        buttons.push(Button { label, action: Action::Link(link) });
    }
    let has_content = image.is_some() || !title.is_empty() || !description.is_empty() || !buttons.is_empty();
    has_content.then_some(Card { image, title, description, buttons })
}

fn button_row(listed: &[Value], diagnostics: &mut Vec<Diagnostic>) -> Vec<Button> {
    fields::at_most(listed, MOST_BUTTONS, diagnostics).iter().filter_map(|one| button(one, diagnostics)).collect()
}

/// Converts a button. A branch button replies with its label (DOC: an answer is text). A link with a
/// disallowed address is left out: the bot would not understand its label as an answer.
fn button(button: &Value, diagnostics: &mut Vec<Diagnostic>) -> Option<Button> {
    let label = label(button, diagnostics)?;
    let scheme = match fields::canonical_name_in(button, &["type", "callback"]).as_str() {
        "url" | "link" | "web_url" | "website" => Some(""),
        "email" | "mailto" => Some("mailto:"),
        "phone" | "call" | "tel" => Some("tel:"),
        _ => None,
    };
    let mut address = fields::text(button, &["url", "link", "href"]);
    if let Some(scheme) = scheme {
        let value = address.or_else(|| fields::text(button, &["value", "payload"])).unwrap_or_default();
        address = Some(if value.contains(':') { value } else { [scheme, &value].concat() });
    }
    let action = match address {
        None => Action::Reply(label.clone()),
        address => Action::Link(links::checked(address, links::anchor, diagnostics)?),
    };
    Some(Button { label, action })
}

pub fn label(value: &Value, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    plain_label(&fields::text_or_field(value, &["title", "text", "label", "name"])?, diagnostics)
}

/// Converts a label to plain text; `None` if it shows nothing.
pub fn plain_label(raw: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    Some(html::label(raw, LONGEST_LABEL, diagnostics)).filter(|label| !is_blank(label))
}
