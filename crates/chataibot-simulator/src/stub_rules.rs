//! Rules that a test has set for the next calls: refuse them, cut them, hold their answers.

use serde::Deserialize;
use serde_json::Value;

use crate::call_log::CallKind;

/// Which calls a rule or an order applies to.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallFilter {
    Start,
    Send,
    #[default]
    Any,
}

impl CallFilter {
    pub const fn includes(self, kind: CallKind) -> bool {
        matches!((self, kind), (Self::Any, _) | (Self::Start, CallKind::Start) | (Self::Send, CallKind::Send))
    }
}

#[derive(Clone, Debug)]
pub struct Rule {
    pub call: CallFilter,
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

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Canned {
    pub status: u16,
    /// Unless a header says otherwise.
    pub content_type: &'static str,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Canned {
    pub fn json(status: u16, body: &Value) -> Self {
        Self { status, content_type: "application/json", headers: Vec::new(), body: body.to_string() }
    }
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
        rule.call.includes(call) && rule.phase == phase && matches!(rule.action, StubAction::Hold(_)) == is_hold
    })?;
    let rule = &mut rules[index];
    rule.times = rule.times.saturating_sub(1);
    if rule.times == 0 { Some(rules.remove(index).action) } else { Some(rule.action.clone()) }
}
