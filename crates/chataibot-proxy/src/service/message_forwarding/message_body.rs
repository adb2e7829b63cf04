//! Validation of a visitor's message: a text, or a typed answer if the site takes them, is checked
//! and rebuilt, as forwarded and as the log shows it.

use chataibot_wire::content::{Media, MediaKind, Text};
use chataibot_wire::documented::MessageData;
use chataibot_wire::file::StoredFile;
use chataibot_wire::text::is_blank;
use chataibot_wire::typed::{FilesData, FilledField, FormData, SentFile, TypedMessage};
use chataibot_wire::{Content, RichText};

use super::TEXT_CHARS;
use crate::config::Site;
use crate::error::ApiError;
use crate::ids::ConversationId;
use crate::normalise::addresses;
use crate::normalise::html::{DEEPEST, MOST_NODES};
use crate::store::Store;
use crate::store::sends::MessageBody;

/// Maximum fields of one form.
const FIELDS: usize = 50;
/// Longest label of a field, characters.
const LABEL_CHARS: usize = 200;
/// Maximum files of one message.
const FILES: usize = 10;

/// Returns the message as it is forwarded, and as the log shows it. Errors: 400 for an invalid
/// message, and for a typed answer to a site that takes none; 503.
pub(super) async fn validate(
    store: &Store,
    site: &Site,
    conversation: ConversationId,
    message: TypedMessage,
) -> Result<(TypedMessage, MessageBody), ApiError> {
    if !matches!(message, TypedMessage::Text(_)) && !site.typed_answers {
        let what = "`message.type` must be `text`: this site takes no typed answers; its operator can set `typed_answers` in its [[site]]";
        return Err(ApiError::bad_request(what));
    }
    let logged = match &message {
        TypedMessage::Text(MessageData { body }) => {
            check_text(body)?;
            // Other texts need no look-up in the store.
            let may_link = body.contains("/files/");
            let files = if may_link { issued_files(store, conversation, vec![body.clone()]).await? } else { None };
            match files {
                // The platform echoes the link; the visitor sees the file.
                Some(files) => MessageBody { content: files_content(&files), echoes: vec![body.clone()] },
                None => plain_body(body),
            }
        }
        TypedMessage::Button(MessageData { body }) | TypedMessage::Slider(MessageData { body }) => {
            check_text(body)?;
            plain_body(body)
        }
        TypedMessage::Form(data) => {
            check_form(data)?;
            let values: Vec<&str> = data.fields.iter().map(|field| field.value.as_str()).collect();
            MessageBody { echoes: vec![values.join(" ")], ..plain_body(&form_lines(data)) }
        }
        TypedMessage::Files(data) => {
            if !(1..=FILES).contains(&data.files.len()) {
                return Err(ApiError::bad_request(format!("`message.data.files` has 1 to {FILES} files")));
            }
            let links: Vec<String> = data.files.iter().map(|file| file.link.clone()).collect();
            let not_issued = "each `link` of `message.data.files` must be the `url` of an upload to this conversation";
            let files = issued_files(store, conversation, links.clone()).await?;
            let files = files.ok_or_else(|| ApiError::bad_request(not_issued))?;
            let logged = MessageBody { content: files_content(&files), echoes: vec![links.join(" ")] };
            let sent = |file: StoredFile| SentFile { link: file.url, filename: file.name, mime_type: file.mime_type };
            let files = files.into_iter().map(sent).collect();
            return Ok((TypedMessage::Files(FilesData { files }), logged));
        }
    };
    Ok((message, logged))
}

/// Checks that a visitor's text says something, and is not too long.
pub(super) fn check_text(text: &str) -> Result<(), ApiError> {
    if is_blank(text) {
        return Err(ApiError::bad_request("`message.data.body` is empty"));
    }
    // Bytes first: counting the characters of a megabyte would be wasted work.
    if text.len() > TEXT_CHARS * 4 || text.chars().count() > TEXT_CHARS {
        return Err(ApiError::bad_request(format!("`message.data.body` may hold {TEXT_CHARS} characters")));
    }
    Ok(())
}

/// A text as the log shows it; its echo says the same.
pub(super) fn plain_body(text: &str) -> MessageBody {
    // Verbatim, with addresses turned into links.
    let body = RichText(addresses::link_addresses(RichText::plain(text).0, MOST_NODES, DEEPEST));
    MessageBody { content: Content::Text(Text { body, prompt: None }), echoes: Vec::new() }
}

/// The files behind links of this conversation. From now on, those that a message names are kept.
async fn issued_files(
    store: &Store,
    conversation: ConversationId,
    links: Vec<String>,
) -> Result<Option<Vec<StoredFile>>, ApiError> {
    store.mark_files_sent(conversation, links.join(" ")).await?;
    Ok(store.issued_files(conversation, links).await?)
}

fn check_form(FormData { fields }: &FormData) -> Result<(), ApiError> {
    let chars = |text: &str| text.chars().count();
    if !(1..=FIELDS).contains(&fields.len()) || fields.iter().all(|field| field.value.trim().is_empty()) {
        return Err(ApiError::bad_request(format!(
            "`message.data.fields` has 1 to {FIELDS} fields, and a value in at least one of them"
        )));
    }
    if fields.iter().any(|field| field.label.trim().is_empty() || chars(&field.label) > LABEL_CHARS) {
        return Err(ApiError::bad_request(format!("a field's `label` has 1 to {LABEL_CHARS} characters")));
    }
    if fields.iter().map(|field| chars(&field.label) + chars(&field.value)).sum::<usize>() > TEXT_CHARS {
        return Err(ApiError::bad_request(format!("`message.data.fields` may hold {TEXT_CHARS} characters together")));
    }
    Ok(())
}

/// A form as lines of `Label: value`, without empty fields, as the widget's local echo shows it.
fn form_lines(data: &FormData) -> String {
    let filled = data.fields.iter().filter(|field| !field.value.trim().is_empty());
    let lines = filled.map(|FilledField { label, value }| {
        let label = label.trim();
        // "Anything else?" needs no colon.
        let ends = label.ends_with([':', '?', '!', '.', '…', '؟', '？', '！', '。', '：']);
        let colon = if ends { "" } else { ":" };
        // One line per field: line breaks in a value become spaces.
        let value: Vec<&str> = value.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        format!("{label}{colon} {}", value.join(" "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn files_content(files: &[StoredFile]) -> Content {
    let media = |StoredFile { url, name, mime_type, size }: &StoredFile| {
        let kind = MediaKind::of_mime(mime_type);
        Content::Media(Media { kind, url: url.clone(), name: Some(name.clone()), size: Some(*size) })
    };
    let mut parts: Vec<Content> = files.iter().map(media).collect();
    if parts.len() == 1 { parts.remove(0) } else { Content::Parts(parts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(label: &str, value: &str) -> FilledField {
        FilledField { label: label.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn a_form_reads_like_a_note() {
        let fields = vec![field("Name", "Ada "), field("Phone", " "), field("Anything else?", "No,\r\n\n thanks")];
        assert_eq!(form_lines(&FormData { fields }), "Name: Ada\nAnything else? No, thanks");
    }

    #[test]
    fn a_form_says_something_and_not_too_much() {
        let long = "x".repeat(TEXT_CHARS);
        for fields in [
            vec![],
            vec![field("Name", " ")],
            vec![field("", "Ada")],
            vec![field(&"x".repeat(LABEL_CHARS + 1), "Ada")],
            vec![field("Name", &long)],
            vec![field("Name", "Ada"); FIELDS + 1],
        ] {
            assert!(check_form(&FormData { fields }).is_err());
        }
        assert!(check_form(&FormData { fields: vec![field("Name", "Ada"), field("Phone", "")] }).is_ok());
    }
}
