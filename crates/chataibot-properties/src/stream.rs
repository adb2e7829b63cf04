//! Property: an event stream is read the same however its bytes are cut, and as a reader that has
//! all of them at once would.

use chataibot_widget::api::sse::{Event, MAX_EVENT_BYTES, Parser, SseItem};
use chataibot_widget::machine::input::{Frame, frame_of};

use crate::text_of;

/// Checks the property. The first byte says where the rest is cut.
pub fn holds(data: &[u8]) {
    let Some((&cut, stream)) = data.split_first() else { return };
    let whole = read(&[stream]);
    let (head, tail) = stream.split_at(usize::from(cut).min(stream.len()));
    assert_eq!(read(&[head, tail]), whole, "cut in two");
    let bytes: Vec<&[u8]> = stream.chunks(1).collect();
    assert_eq!(read(&bytes), whole, "byte by byte");
    if stream.len() <= MAX_EVENT_BYTES {
        assert_eq!(whole, at_once(stream), "all at once");
    }
    for said in &whole {
        if let SseItem::Event(event) = said {
            assert!(!event.name.contains(['\r', '\n']) && !event.data.contains('\r'), "{event:?}");
            assert!(event.id.as_ref().is_none_or(|id| !id.contains(['\r', '\n', '\0'])), "{event:?}");
        }
    }
    let written: String = whole.iter().map(written).collect();
    assert_eq!(read(&[written.as_bytes()]), whole, "written again");
    for said in whole {
        let is_comment = said == SseItem::Comment;
        let frame = frame_of(said, |json| serde_json::from_str(json).ok());
        assert_eq!(frame == Frame::Comment, is_comment, "only a comment is a heartbeat");
    }
}

fn read(chunks: &[&[u8]]) -> Vec<SseItem> {
    let mut said = Vec::new();
    let mut parser = Parser::default();
    for chunk in chunks {
        parser.push(chunk, &mut |one| said.push(one));
    }
    said
}

/// Reference parser: the standard's grammar for a complete stream, written without regard to speed.
fn at_once(stream: &[u8]) -> Vec<SseItem> {
    let stream = stream.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(stream);
    let text = text_of(stream).replace("\r\n", "\n").replace('\r', "\n");
    // What follows the last line end is incomplete.
    let Some((lines, _)) = text.rsplit_once('\n') else { return Vec::new() };
    let (mut said, mut event, mut data) = (Vec::new(), Event::default(), Vec::new());
    for line in lines.split('\n') {
        if line.is_empty() {
            event.data = data.join("\n");
            let event = std::mem::take(&mut event);
            if !std::mem::take(&mut data).is_empty() {
                said.push(SseItem::Event(event));
            } else if let Some(id) = event.id {
                said.push(SseItem::Id(id));
            }
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
        match field {
            "" => said.push(SseItem::Comment),
            "event" => event.name = value,
            "data" => data.push(value),
            "id" if !value.contains('\0') => event.id = Some(value),
            "retry" if !value.is_empty() && value.chars().all(|c| c.is_ascii_digit()) => {
                said.push(SseItem::Retry(value.parse().unwrap_or(u32::MAX)));
            }
            _ => {}
        }
    }
    said
}

fn written(said: &SseItem) -> String {
    match said {
        SseItem::Comment => ":\n".to_owned(),
        SseItem::Retry(milliseconds) => format!("retry: {milliseconds}\n"),
        SseItem::Id(id) => format!("id: {id}\n\n"),
        SseItem::TooLong(_) => unreachable!("only of streams longer than these"),
        SseItem::Event(event) => {
            let mut text = format!("event: {}\n", event.name);
            text += &event.id.as_ref().map(|id| format!("id: {id}\n")).unwrap_or_default();
            text += &event.data.split('\n').map(|line| format!("data: {line}\n")).collect::<String>();
            text + "\n"
        }
    }
}
