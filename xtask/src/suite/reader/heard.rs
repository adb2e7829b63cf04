//! Reads what was said from the reader's log: utterances are lines among everything else.

use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, Result};

/// Time without a new log line after which all has been said; the reader logs each event it gets.
const SILENCE: Duration = Duration::from_millis(1500);
const POLL_INTERVAL: Duration = Duration::from_millis(100);

pub struct SpeechLog {
    log: PathBuf,
}

impl SpeechLog {
    pub fn new(log: PathBuf) -> Self {
        Self { log }
    }

    pub fn utterances(&self) -> Result<Vec<String>> {
        match fs::read(&self.log) {
            Ok(log) => Ok(parse_utterances(&String::from_utf8_lossy(&log))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", self.log.display())),
        }
    }

    /// Waits until this holds of all that was said, or time is up; returns whether it holds.
    pub fn wait_until(&self, limit: Duration, mut holds: impl FnMut(&[String]) -> bool) -> Result<bool> {
        let started = Instant::now();
        loop {
            if holds(&self.utterances()?) {
                return Ok(true);
            }
            if started.elapsed() > limit {
                return Ok(false);
            }
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Waits until exactly this was said, or time is up; returns whether it was.
    pub fn wait_until_said(&self, words: &str, limit: Duration) -> Result<bool> {
        self.wait_until(limit, |said| said.iter().any(|utterance| utterance == words))
    }

    /// Waits until the reader has logged nothing for a while, or time is up.
    pub fn wait_until_silent(&self, limit: Duration) {
        let length = || fs::metadata(&self.log).map_or(0, |log| log.len());
        let started = Instant::now();
        let (mut last, mut since) = (length(), Instant::now());
        while since.elapsed() < SILENCE && started.elapsed() < limit {
            thread::sleep(POLL_INTERVAL);
            let now = length();
            if now != last {
                (last, since) = (now, Instant::now());
            }
        }
    }
}

/// Returns the utterances in a log, also those that echo a key, one for each line of speech.
fn parse_utterances(log: &str) -> Vec<String> {
    let mut said = Vec::new();
    let mut is_continued = false;
    // The last line may be incomplete.
    let whole = log.rfind('\n').map_or("", |end| &log[..end]);
    for line in whole.lines() {
        let spoken = match line.split_once("SPEECH OUTPUT: '") {
            Some((_, spoken)) => spoken,
            // A continued utterance is indented, where other log lines have their time.
            None if is_continued && line.starts_with(' ') => line,
            None => {
                is_continued &= line.is_empty();
                continue;
            }
        };
        // `'words' voice=…` or `'words' {…}`.
        let end = ["'{", "'[{", "' {", "' voice="].iter().filter_map(|end| spoken.rfind(end)).max();
        is_continued = end.is_none();
        let words = end.map_or(spoken, |end| &spoken[..end]);
        // Zero-width and direction marks are silent.
        let words = words.replace(['\u{feff}', '\u{200b}', '\u{200e}', '\u{200f}', '\u{2068}', '\u{2069}'], "");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        if !words.is_empty() {
            said.push(words);
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utterances_are_told_from_all_else_in_the_log() {
        let log = "05:00:00.1 - EVENT MANAGER: focus\n\
            05:00:00.2 - SPEECH OUTPUT: 'Chat collapsed push button.' voice=default\n\
            05:00:00.3 - SPEECH OUTPUT: '' voice=system\n\
            05:00:00.4 - SPEECH OUTPUT: 'It's 5 o'clock \u{1f44b}\u{feff}' {'established': False}\n\
            05:00:00.5 - SPEECH OUTPUT: 'Prices link.'{'established': False}\n\
            05:00:00.6 - SPEECH OUTPUT: 'tab '[{'established': False}]\n\
            05:00:00.7 - SPEECH OUTPUT: 'Bot says: Port Ellery\n                  \n                  Upper Fern'{'established': False}\n\
            05:00:00.8 - SPEECH DISPATCHER: Speaking 'Bot says: Port Ellery\n                  Upper Fern'\n\
            05:00:00.9 - SPEECH OUTPUT: 'under w";
        let heard = [
            "Chat collapsed push button.",
            "It's 5 o'clock \u{1f44b}",
            "Prices link.",
            "tab",
            "Bot says: Port Ellery",
            "Upper Fern",
        ];
        assert_eq!(parse_utterances(log), heard);
    }
}
