//! Format of a walk: steps with one order or expectation a line; see `docs/accessibility.md`.

use anyhow::{Context, Result, bail, ensure};

use crate::setup::Engine;

/// A script for using the widget by keyboard.
#[derive(Debug, Default)]
pub struct Walk {
    pub name: String,
    /// Attributes of the host element.
    pub attributes: String,
    /// What follows the element in the page.
    pub page: String,
    pub steps: Vec<Step>,
}

/// What is heard between two moments of silence.
#[derive(Debug)]
pub struct Step {
    pub title: String,
    pub lines: Vec<Line>,
}

#[derive(Debug)]
pub struct Line {
    pub engine: Option<Engine>,
    /// Why the expectation is not met yet.
    pub known_fault: Option<String>,
    pub instruction: Instruction,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Instruction {
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

/// Pattern for the words of an utterance; `…` matches any.
#[derive(Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    pub fn matches(&self, words: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('…') else { return words == self.0 };
        let (middle, last) = rest.rsplit_once('…').unwrap_or(("", rest));
        let behind = words
            .strip_prefix(first)
            .and_then(|words| middle.split('…').try_fold(words, |words, part| Some(words.split_once(part)?.1)));
        behind.is_some_and(|words| words.ends_with(last))
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

impl Walk {
    pub fn read(name: &str, text: &str) -> Result<Self> {
        let mut walk = Self { name: name.to_owned(), ..Self::default() };
        let mut fault = None;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                walk.read_line(line, &mut fault).with_context(|| format!("line {}: {line}", number + 1))?;
            }
        }
        ensure!(fault.is_none(), "a known fault must be above the expectation that fails because of it");
        ensure!(!walk.steps.is_empty(), "the walk has no step");
        Ok(walk)
    }

    fn read_line(&mut self, line: &str, fault: &mut Option<String>) -> Result<()> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match word {
            "attributes" => self.attributes = rest.to_owned(),
            "page" => self.page = rest.to_owned(),
            "step" => self.steps.push(Step { title: rest.to_owned(), lines: Vec::new() }),
            _ => {
                let step = self.steps.last_mut().context("the line is above the first step")?;
                if let Some(reason) = line.strip_prefix("known fault:") {
                    *fault = Some(reason.trim().to_owned());
                    return Ok(());
                }
                let (engine, line) = match line.split_once(": ") {
                    Some(("firefox", line)) => (Some(Engine::Firefox), line),
                    Some(("chromium", line)) => (Some(Engine::Chromium), line),
                    _ => (None, line),
                };
                let instruction = parse_instruction(line)?;
                let known_fault = fault.take();
                let is_expectation =
                    matches!(instruction, Instruction::Says(_) | Instruction::Once(_) | Instruction::Not(_));
                ensure!(known_fault.is_none() || is_expectation, "only an expectation can have a known fault");
                step.lines.push(Line { engine, known_fault, instruction });
            }
        }
        Ok(())
    }
}

fn parse_instruction(line: &str) -> Result<Instruction> {
    let (word, rest) = line.trim().split_once(' ').context("the instruction has no argument")?;
    let rest = rest.trim();
    Ok(match word {
        "press" => match rest.split_once(" until ") {
            Some((key, until)) => Instruction::PressUntil(key.trim().to_owned(), parse_pattern(until)?),
            None => Instruction::Press(rest.split_whitespace().map(str::to_owned).collect()),
        },
        "type" => Instruction::Type(rest.to_owned()),
        "order" => {
            let (name, body) = rest.split_once(' ').unwrap_or((rest, "{}"));
            let _: serde_json::Value = serde_json::from_str(body).context("the body of an order must be JSON")?;
            Instruction::Order(name.to_owned(), body.to_owned())
        }
        "says" => Instruction::Says(parse_pattern(rest)?),
        "once" => Instruction::Once(parse_pattern(rest)?),
        "not" => Instruction::Not(parse_pattern(rest)?),
        _ => bail!("a line must begin with press, type, order, says, once or not"),
    })
}

fn parse_pattern(quoted: &str) -> Result<Pattern> {
    let words = quoted.trim().strip_prefix('"').and_then(|words| words.strip_suffix('"'));
    Ok(Pattern(words.filter(|words| !words.is_empty()).context("expected words must be in \"quotes\"")?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, words: &str) -> bool {
        Pattern(pattern.to_owned()).matches(words)
    }

    #[test]
    fn words_fit_as_a_whole_and_an_ellipsis_is_anything() {
        assert!(matches("Chat", "Chat"));
        assert!(!matches("Chat", "Chat collapsed"), "more was said");
        assert!(matches("Chat…", "Chat collapsed push button."));
        assert!(matches("…push button.", "Chat collapsed push button."));
        assert!(matches("Chat…push…", "Chat collapsed push button."));
        assert!(!matches("Chat…pull…", "Chat collapsed push button."));
        assert!(!matches("ab…b", "ab"), "no letter is heard twice");
    }

    #[test]
    fn a_walk_is_read_line_by_line() {
        let text = "# Why.\nattributes theme=\"bubble\"\nstep It opens\npress Tab Return\nfirefox: says \"Chat\"\n\
            known fault: it is mute\nonce \"Hello\"\norder pace {\"ms\":0}\npress shift+Tab until \"Send…\"\n";
        let walk = Walk::read("visit", text).expect("it is one");
        assert_eq!(walk.attributes, "theme=\"bubble\"");
        let lines = &walk.steps[0].lines;
        assert_eq!(lines[0].instruction, Instruction::Press(vec!["Tab".to_owned(), "Return".to_owned()]));
        assert_eq!((lines[1].engine, lines[1].known_fault.as_deref()), (Some(Engine::Firefox), None));
        assert_eq!((lines[2].engine, lines[2].known_fault.as_deref()), (None, Some("it is mute")));
        assert_eq!(lines[3].instruction, Instruction::Order("pace".to_owned(), "{\"ms\":0}".to_owned()));
        assert_eq!(lines[4].instruction, Instruction::PressUntil("shift+Tab".to_owned(), Pattern("Send…".to_owned())));
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
