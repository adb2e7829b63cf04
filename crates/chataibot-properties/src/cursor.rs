//! Property: a cursor has one spelling, and nothing else is a cursor.

use chataibot_wire::Cursor;

use crate::text_of;

/// Checks that cursors are read by the rule, and written the same, as text and as JSON.
pub fn holds(data: &[u8]) {
    let text = text_of(data);
    let read = text.parse::<Cursor>().ok();
    assert_eq!(read, by_the_rule(&text), "{text:?}");
    let json = serde_json::Value::from(text.as_ref());
    assert_eq!(serde_json::from_value::<Cursor>(json.clone()).ok(), read, "{text:?}: JSON says the same");
    if let Some(cursor) = read {
        assert_eq!(cursor.to_string(), text, "one spelling");
        assert_eq!(serde_json::to_value(cursor).ok(), Some(json), "one spelling in JSON");
    }
}

/// The rule: two numbers below 2^32 with one hyphen between them, without leading zeros.
fn by_the_rule(text: &str) -> Option<Cursor> {
    let numbers: Vec<&str> = text.split('-').collect();
    let [epoch, seq] = numbers.as_slice() else { return None };
    let number = |digits: &str| {
        let number = digits.parse::<u64>().ok().and_then(|number| u32::try_from(number).ok())?;
        (number.to_string() == digits).then_some(number)
    };
    Some(Cursor { epoch: number(epoch)?, seq: number(seq)? })
}
