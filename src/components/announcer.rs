//! Live regions for screen readers: announces each new message, notice and connection change once,
//! in order and in whole sentences. The regions are outside the message list and exist in the page
//! before they are first used.
//!
//! Three polite regions are used in rotation, because replacing a text while it is being read would
//! cut it off. Once a screen reader has had time to take the words, all regions are emptied: a
//! modal dialog hides what is outside it, and when it closes, words still in the regions would be
//! read again.

use chataibot_wire::Author;
use yew::prelude::*;

use super::{ViewConfig, avatar::author_name, content::visible_text, elements::*};
use crate::conversation::{ConnectionStatus, Conversation, MessageRow, Notice, Row, RowKind, SendState};
use crate::strings::{Strings, fill};

/// Maximum length of an announced message, in characters. The rest can be read in the list.
const MAX_LENGTH: usize = 600;

/// Delay in milliseconds before the regions are emptied: even on a slow machine a screen reader has
/// taken the words by then. One that moves to an emptied region says nothing.
pub(super) const CLEAR_DELAY: u64 = 5_000;

/// If more messages than this arrive at once, only their count and the last one are announced.
const MAX_ANNOUNCED: usize = 3;

#[derive(Default)]
struct Announced {
    /// Key of the newest row handled: that row and all before it are done.
    newest: u32,
    /// Keys of messages whose failure to be sent was announced. `None` before the first look:
    /// failures that exist by then were announced by an earlier page load.
    failed: Option<Vec<u32>>,
    trouble: Option<Trouble>,
}

#[derive(Clone, Copy, PartialEq)]
enum Trouble {
    Reconnecting,
    Offline,
}

/// The texts of one set of regions.
#[derive(Default)]
pub(super) struct Regions {
    next_polite: usize,
    polite: [AttrValue; 3],
    next_alert: usize,
    alerts: [AttrValue; 2],
}

/// Regions beside the window, and inside it: a modal window hides what is beside it.
#[derive(Default)]
pub(super) struct Announcer {
    announced: Announced,
    pub(super) outer: Regions,
    pub(super) inner: Regions,
}

impl Announcer {
    /// Empties all regions, [`CLEAR_DELAY`] after the last announcement.
    pub(super) fn clear(&mut self) {
        for regions in [&mut self.outer, &mut self.inner] {
            regions.polite = Default::default();
            regions.alerts = Default::default();
        }
    }

    /// Announces what changed in `state` since the last call. Returns whether there was anything.
    pub(super) fn announce_changes(&mut self, state: &Conversation, config: &ViewConfig, modal: bool) -> bool {
        let new_sentences = self.announced.new_sentences(state, config);
        let alarm = self.announced.alarm(state, &config.strings);
        let has_changes = !(new_sentences.is_empty() && alarm.is_empty());
        let regions = if modal { &mut self.inner } else { &mut self.outer };
        regions.announce(new_sentences, alarm);
        has_changes
    }

    /// Announces, politely, a sentence of another view of the window.
    pub(super) fn announce(&mut self, words: AttrValue, modal: bool) {
        let regions = if modal { &mut self.inner } else { &mut self.outer };
        regions.announce(words.as_str().to_owned(), String::new());
    }
}

impl Regions {
    fn announce(&mut self, new_sentences: String, alarm: String) {
        write_to_next(&mut self.polite, &mut self.next_polite, new_sentences);
        write_to_next(&mut self.alerts, &mut self.next_alert, alarm);
    }

    pub(super) fn view(&self) -> Html {
        let region = |how: &'static str, words: &AttrValue| {
            Html::from(element!("div", "aria-live" = how, "aria-atomic" = "true"; text(words.clone())))
        };
        let polite = self.polite.iter().map(|words| region("polite", words));
        let alarm = self.alerts.iter().map(|words| region("assertive", words));
        let regions: Html = polite.chain(alarm).collect();
        html! { <div class="unseen announcer">{ regions }</div> }
    }
}

/// Writes `words` into the next region, and empties the one after it for the words that follow.
fn write_to_next(regions: &mut [AttrValue], next: &mut usize, words: String) {
    if !words.is_empty() {
        let count = regions.len();
        regions[*next % count] = words.into();
        *next += 1;
        regions[*next % count] = AttrValue::default();
    }
}

impl Announced {
    /// Sentences for new messages of bot or team, notices and connection changes, oldest first.
    fn new_sentences(&mut self, state: &Conversation, config: &ViewConfig) -> String {
        let since = self.newest;
        let mut new_sentences = String::new();
        let fresh = || state.rows().iter().filter(|row| row.is_new && row.key > since);
        let count = fresh().filter(|row| row.is_reply()).count();
        let last = fresh().rfind(|row| row.is_reply()).map(|row| row.key);
        if count > MAX_ANNOUNCED {
            push_line(&mut new_sentences, &config.strings.several_announcement(count));
        }
        for row in fresh().filter(|row| count <= MAX_ANNOUNCED || !row.is_reply() || last == Some(row.key)) {
            push_line(&mut new_sentences, &sentence(row, state, config));
        }
        self.newest = state.rows().iter().map(|row| row.key).fold(since, u32::max);

        let strings = &config.strings;
        let trouble = match state.connection() {
            // Reconnecting after having been offline is not announced.
            ConnectionStatus::Reconnecting { attempt } if attempt > 1 && self.trouble.is_none() => {
                Some(Trouble::Reconnecting)
            }
            ConnectionStatus::Reconnecting { .. } | ConnectionStatus::Connecting => self.trouble,
            ConnectionStatus::Offline => Some(Trouble::Offline),
            ConnectionStatus::Idle | ConnectionStatus::Live => None,
        };
        if trouble != self.trouble {
            self.trouble = trouble;
            let sentence = match trouble {
                Some(Trouble::Reconnecting) => strings.notice_reconnecting(),
                Some(Trouble::Offline) => strings.notice_offline(),
                None => strings.notice_live(),
            };
            push_line(&mut new_sentences, &sentence);
        }
        new_sentences
    }

    /// Returns sentences for the visitor's messages that newly failed to be sent.
    fn alarm(&mut self, state: &Conversation, strings: &Strings) -> String {
        let mut alarm = String::new();
        let mut failed = Vec::new();
        for (key, message) in state.rows().iter().filter_map(|row| Some((row.key, row.message()?))) {
            if matches!(message.state.send_state(), SendState::Failed(_)) {
                failed.push(key);
                if self.failed.as_ref().is_some_and(|announced| !announced.contains(&key)) {
                    push_line(&mut alarm, &fill(&strings.failed_announcement(), "text", &message.content().to_plain()));
                }
            }
        }
        // A stored conversation is loaded a moment after the page: the first look is at rows.
        if !state.rows().is_empty() {
            self.failed = Some(failed);
        }
        alarm
    }
}

fn sentence(row: &Row, state: &Conversation, config: &ViewConfig) -> String {
    match &row.kind {
        RowKind::Message(MessageRow { author: Author::Visitor, .. }) => String::new(),
        RowKind::Message(message) => {
            let name = author_name(config, message.author, state.assignee().map(AsRef::as_ref));
            let mut text = visible_text(message.content());
            if let Some((end, _)) = text.char_indices().nth(MAX_LENGTH) {
                text.truncate(end);
                text.push('…');
            }
            fill(&fill(&config.strings.announcement(), "author", &name), "text", &text)
        }
        RowKind::Notice(notice) => notice_text(notice, &config.strings),
    }
}

/// The sentence of a notice between messages.
pub(super) fn notice_text(notice: &Notice, strings: &Strings) -> String {
    match notice {
        Notice::Ended => strings.ended().to_string(),
        Notice::Reopened => strings.reopened().to_string(),
        Notice::Handover(assignee) => match (&assignee.name, assignee.kind) {
            (_, Author::Bot | Author::Visitor) => strings.handover_bot().to_string(),
            (Some(name), Author::Agent) => fill(&strings.handover(), "name", name),
            (None, Author::Agent) => strings.handover_agent().to_string(),
        },
    }
}

fn push_line(sentences: &mut String, sentence: &str) {
    if !sentences.is_empty() && !sentence.is_empty() {
        sentences.push('\n');
    }
    sentences.push_str(sentence);
}
