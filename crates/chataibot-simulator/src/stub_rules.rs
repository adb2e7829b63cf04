//! What a test ordered for the next calls: refuse them, cut them, hold their answers.

use serde_json::Value;

use crate::call_log::CallKind;

#[derive(Clone, Debug)]
pub struct Rule {
    /// For which call; `None` is any.
    pub call: Option<CallKind>,
    pub times: u32,
    /// Before the platform has processed the call, or after?
    pub when: Phase,
    pub what: StubAction,
}

/// At which moment a rule acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Before,
    /// When all is stored and only the answer is missing.
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

/// An answer that waits.
#[derive(Clone, Debug)]
pub struct Hold {
    /// `h1`, `h2`, …
    pub id: String,
    pub call: Option<String>,
    pub released: bool,
}

/// Takes the first rule that fits, and counts it down.
pub fn next_match(rules: &mut Vec<Rule>, call: CallKind, when: Phase, is_hold: bool) -> Option<StubAction> {
    let at = rules.iter().position(|rule| {
        rule.call.is_none_or(|only| only == call)
            && rule.when == when
            && matches!(rule.what, StubAction::Hold(_)) == is_hold
    })?;
    let what = rules[at].what.clone();
    rules[at].times = rules[at].times.saturating_sub(1);
    if rules[at].times == 0 {
        rules.remove(at);
    }
    Some(what)
}
