//! How the client handles the events of a stream.

use chataibot_widget::api::sse::{Event, SseItem};
use chataibot_widget::machine::input::{Frame, frame_of};

fn frame(name: &str, data: &str, id: Option<&str>) -> Frame {
    let event = Event { name: name.into(), data: data.into(), id: id.map(Into::into) };
    frame_of(SseItem::Event(event), |json| serde_json::from_str(json).ok())
}

const ENTRY: &str = r#"{"cursor":"1-3","at":1,"event":{"status":"closed"}}"#;

#[test]
fn an_entry_is_read_by_what_it_says_whether_its_event_has_a_name_and_an_id_or_not() {
    for name in ["", "message", "status"] {
        for id in [None, Some("1-3"), Some("not a cursor")] {
            assert!(matches!(frame(name, ENTRY, id), Frame::Entry(_)), "{name:?} {id:?}");
        }
    }
}

#[test]
fn what_is_no_entry_is_told_from_what_was_never_meant_to_be_one() {
    let place = "1-3".parse().ok();
    assert_eq!(frame("", "ping", None), Frame::Unfamiliar(None));
    assert_eq!(frame("", "{", Some("1-3")), Frame::Unreadable(place));
    assert_eq!(frame("message", "{", None), Frame::Unreadable(None));
    assert_eq!(frame("news", ENTRY, Some("1-3")), Frame::Unfamiliar(place));
    let of = |said| frame_of(said, |_| None);
    assert_eq!(of(SseItem::TooLong(Some("1-3".into()))), Frame::TooLong(place));
    assert_eq!(of(SseItem::Id("1-3".into())), Frame::Unfamiliar(place));
}
