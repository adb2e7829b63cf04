//! Rules that a test has set for the next calls: refuse them, cut them, hold their answers.

use serde_json::Value;

use crate::call_log::CallKind;

#[derive(Clone, Debug)]
pub struct Rule {
    /// The kind of call it applies to; `None` means any.
    pub call: Option<CallKind>,
    pub times: u32,
    /// Whether it acts before or after the platform has processed the call.
    pub phase: Phase,
    pub action: StubAction,
}

/// When a rule acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Before,
    /// Once everything is stored and only the answer is missing.
    After,
}

#[derive(Clone, Debug)]
pub enum StubAction {
    Answer(Canned),
    Close,
    /// Sends half of the right answer, then closes the connection.
    Truncate,
    /// Waits until the [`Hold`] of this id is released, then goes on.
    Hold(String),
}

/// An answer made by a test.
#[derive(Clone, Debug)]
pub struct Canned {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Body,
}

#[derive(Clone, Debug)]
pub enum Body {
    /// With `Content-Type: application/json`.
    Json(Value),
    /// With `Content-Type: text/html`, unless a header says otherwise.
    Text(String),
}

/// A held answer.
#[derive(Clone, Debug)]
pub struct Hold {
    /// `h1`, `h2`, …
    pub id: String,
    pub call: Option<String>,
    pub released: bool,
}

/// Returns the action of the first matching rule, and uses that rule up once.
pub fn next_match(rules: &mut Vec<Rule>, call: CallKind, phase: Phase, is_hold: bool) -> Option<StubAction> {
    let index = rules.iter().position(|rule| {
        rule.call.is_none_or(|only| only == call)
            && rule.phase == phase
            && matches!(rule.action, StubAction::Hold(_)) == is_hold
    })?;
    let action = rules[index].action.clone();
    rules[index].times = rules[index].times.saturating_sub(1);
    if rules[index].times == 0 {
        rules.remove(index);
    }
    Some(action)
}
