//! Format of a walk: steps with one order or expectation a line; see `docs/accessibility.md`.

use anyhow::{Context, Result, bail, ensure};

use crate::setup::Engine;

/// A script for using the widget by keyboard.
#[derive(Debug, PartialEq, Eq)]
pub struct Walk {
    pub name: String,
    /// Attributes of the host element.
    pub attributes: String,
    /// What follows the element in the page.
    pub page: String,
    pub steps: Vec<Step>,
}

/// What is heard between two moments of silence.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    /// Title for people.
    pub title: String,
    pub lines: Vec<Line>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    pub only: Option<Engine>,
    /// Why the expectation is not met yet.
    pub known_fault: Option<String>,
    pub what: What,
}

#[derive(Debug, PartialEq, Eq)]
pub enum What {
    /// Keys, as xdotool names them.
    Press(Vec<String>),
    /// One key, pressed again and again until this is heard.
    PressUntil(String, Pattern),
    Type(String),
    /// An order to the simulator, with its body.
    Order(String, String),
    /// Must be heard, after what was expected before it in this step.
    Says(Pattern),
    /// Must be heard in this step, and only once.
    Once(Pattern),
    /// Must not be heard in this step.
    Not(Pattern),
}

impl What {
    /// Whether this is an expectation, not an action.
    pub fn is_expectation(&self) -> bool {
        matches!(self, Self::Says(_) | Self::Once(_) | Self::Not(_))
    }
}

/// Pattern for the words of an utterance; `…` matches any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    pub fn fits(&self, words: &str) -> bool {
        let mut parts = self.0.split('…');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = words.strip_prefix(first) else { return false };
        let mut last = None;
        for part in parts {
            if let Some(earlier) = last.replace(part) {
                let Some((_, behind)) = rest.split_once(earlier) else { return false };
                rest = behind;
            }
        }
        last.map_or(rest.is_empty(), |last: &str| rest.ends_with(last))
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

impl Walk {
    pub fn read(name: &str, text: &str) -> Result<Self> {
        let mut walk =
            Self { name: name.to_owned(), attributes: String::new(), page: String::new(), steps: Vec::new() };
        let mut fault = None;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                walk.take(line, &mut fault).with_context(|| format!("line {}: {line}", number + 1))?;
            }
        }
        ensure!(fault.is_none(), "a known fault stands before the expectation that fails for it");
        ensure!(!walk.steps.is_empty(), "it has no step");
        Ok(walk)
    }

    fn take(&mut self, line: &str, fault: &mut Option<String>) -> Result<()> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match word {
            "attributes" => self.attributes = rest.to_owned(),
            "page" => self.page = rest.to_owned(),
            "step" => self.steps.push(Step { title: rest.to_owned(), lines: Vec::new() }),
            _ => {
                let step = self.steps.last_mut().context("it stands before the first step")?;
                if let Some(reason) = line.strip_prefix("known fault:") {
                    *fault = Some(reason.trim().to_owned());
                    return Ok(());
                }
                let (only, line) = match line.split_once(": ") {
                    Some(("firefox", line)) => (Some(Engine::Firefox), line),
                    Some(("chromium", line)) => (Some(Engine::Chromium), line),
                    _ => (None, line),
                };
                let what = what(line)?;
                let known_fault = fault.take();
                ensure!(known_fault.is_none() || what.is_expectation(), "only an expectation can have a known fault");
                step.lines.push(Line { only, known_fault, what });
            }
        }
        Ok(())
    }
}

fn what(line: &str) -> Result<What> {
    let (word, rest) = line.trim().split_once(' ').context("an order has something behind it")?;
    let rest = rest.trim();
    Ok(match word {
        "press" => match rest.split_once(" until ") {
            Some((key, until)) => What::PressUntil(key.trim().to_owned(), pattern(until)?),
            None => What::Press(rest.split_whitespace().map(str::to_owned).collect()),
        },
        "type" => What::Type(rest.to_owned()),
        "order" => {
            let (name, body) = rest.split_once(' ').unwrap_or((rest, "{}"));
            let _: serde_json::Value = serde_json::from_str(body).context("the order's body is JSON")?;
            What::Order(name.to_owned(), body.to_owned())
        }
        "says" => What::Says(pattern(rest)?),
        "once" => What::Once(pattern(rest)?),
        "not" => What::Not(pattern(rest)?),
        _ => bail!("a line begins with press, type, order, says, once or not"),
    })
}

fn pattern(quoted: &str) -> Result<Pattern> {
    let words = quoted.trim().strip_prefix('"').and_then(|words| words.strip_suffix('"'));
    Ok(Pattern(words.filter(|words| !words.is_empty()).context("words to hear stand in \"quotes\"")?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, words: &str) -> bool {
        Pattern(pattern.to_owned()).fits(words)
    }

    #[test]
    fn words_fit_as_a_whole_and_an_ellipsis_is_anything() {
        assert!(fits("Chat", "Chat"));
        assert!(!fits("Chat", "Chat collapsed"), "more was said");
        assert!(fits("Chat…", "Chat collapsed push button."));
        assert!(fits("…push button.", "Chat collapsed push button."));
        assert!(fits("Chat…push…", "Chat collapsed push button."));
        assert!(!fits("Chat…pull…", "Chat collapsed push button."));
        assert!(!fits("ab…b", "ab"), "no letter is heard twice");
    }

    #[test]
    fn a_walk_is_read_line_by_line() {
        let text = "# Why.\nattributes theme=\"bubble\"\nstep It opens\npress Tab Return\nfirefox: says \"Chat\"\n\
            known fault: it is mute\nonce \"Hello\"\norder pace {\"ms\":0}\npress shift+Tab until \"Send…\"\n";
        let walk = Walk::read("visit", text).expect("it is one");
        assert_eq!(walk.attributes, "theme=\"bubble\"");
        let lines = &walk.steps[0].lines;
        assert_eq!(lines[0].what, What::Press(vec!["Tab".to_owned(), "Return".to_owned()]));
        assert_eq!((lines[1].only, lines[1].known_fault.as_deref()), (Some(Engine::Firefox), None));
        assert_eq!((lines[2].only, lines[2].known_fault.as_deref()), (None, Some("it is mute")));
        assert_eq!(lines[3].what, What::Order("pace".to_owned(), "{\"ms\":0}".to_owned()));
        assert_eq!(lines[4].what, What::PressUntil("shift+Tab".to_owned(), Pattern("Send…".to_owned())));
    }

    #[test]
    fn what_is_no_line_of_a_walk_is_named_with_its_number() {
        for wrong in
            ["step One\nshout \"x\"", "step One\nsays x", "press Tab", "step One\nknown fault: x\npress Tab", ""]
        {
            assert!(Walk::read("wrong", wrong).is_err(), "{wrong:?}");
        }
        let error = Walk::read("wrong", "step One\nsays x").expect_err("no quotes");
        assert!(format!("{error:#}").contains("line 2"), "{error:#}");
    }
}
