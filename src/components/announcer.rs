//! Live regions for screen readers: announces each new message, notice and connection change once,
//! in order and in whole sentences. The regions are outside the message list and exist in the page
//! before they are first used.
//!
//! Three polite regions are used in rotation, because replacing a text while it is being read would
//! cut it off. Once a screen reader has had time to take the words, all regions are emptied: a
//! modal dialog hides what is outside it, and when it closes, words still in the regions would be
//! read again.

use std::rc::Rc;

use chataibot_wire::Author;
use yew::prelude::*;

use super::{
    ViewConfig,
    avatar::author_name,
    content::seen_words,
    dom::Timer,
    elements::{element, text},
};
use crate::{
    conversation::{ConnectionStatus, Conversation, MessageRow, Notice, Row, RowKind, SendState},
    strings::{Strings, fill},
};

/// Maximum length of an announced message, in characters. The rest can be read in the list.
const LONGEST: usize = 600;

/// Delay before the regions are emptied, in milliseconds. By then a screen reader has taken the
/// words, even on a slow machine, and reads on without them. One that moves to an emptied region
/// says nothing.
pub(super) const HEARD: u64 = 5_000;

/// If more messages than this arrive at once, only their count and the last one are announced.
const SEVERAL: usize = 3;

/// What has already been announced.
#[derive(Default)]
struct Said {
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
struct Regions {
    turn: usize,
    polite: [AttrValue; 3],
    alarms: usize,
    alarm: [AttrValue; 2],
}

/// The announcer's two sets of regions: one beside the window, and one inside it for when it is
/// modal, because a modal window hides what is beside it from screen readers.
#[derive(Default)]
pub(super) struct Announcer {
    said: Said,
    beside: Regions,
    inside: Regions,
    emptying: Option<Timer>,
}

impl Announcer {
    /// Calls `heard` after [`HEARD`] milliseconds, when the regions are to be emptied. A new call
    /// restarts the wait.
    pub(super) fn until_heard(&mut self, heard: impl FnOnce() + 'static) {
        self.emptying = Timer::after(HEARD, heard);
    }

    /// Empties all regions.
    pub(super) fn empty(&mut self) {
        for regions in [&mut self.beside, &mut self.inside] {
            regions.polite = Default::default();
            regions.alarm = Default::default();
        }
    }

    /// Announces what changed in `state` since the last call. Returns whether there was anything.
    pub(super) fn follow(&mut self, state: &Conversation, look: &ViewConfig, modal: bool) -> bool {
        let news = self.said.news(state, look);
        let alarm = self.said.alarm(state, &look.strings);
        let speaks = !(news.is_empty() && alarm.is_empty());
        let regions = if modal { &mut self.inside } else { &mut self.beside };
        regions.say(news, alarm);
        speaks
    }

    /// Announces, politely, a sentence of another view of the window.
    pub(super) fn say(&mut self, words: AttrValue, modal: bool) {
        let regions = if modal { &mut self.inside } else { &mut self.beside };
        regions.say(words.as_str().to_owned(), String::new());
    }

    /// The regions beside the window.
    pub(super) fn beside(&self) -> Html {
        self.beside.view()
    }

    /// The regions inside the window.
    pub(super) fn inside(&self) -> Html {
        self.inside.view()
    }
}

impl Regions {
    fn say(&mut self, news: String, alarm: String) {
        take_turn(&mut self.polite, &mut self.turn, news);
        take_turn(&mut self.alarm, &mut self.alarms, alarm);
    }

    fn view(&self) -> Html {
        let region = |how: &'static str, words: &AttrValue| {
            Html::from(element!("div", "aria-live" = how, "aria-atomic" = "true"; text(words.clone())))
        };
        let polite = self.polite.iter().map(|words| region("polite", words));
        let alarm = self.alarm.iter().map(|words| region("assertive", words));
        let regions: Html = polite.chain(alarm).collect();
        html! { <div class="unseen announcer">{ regions }</div> }
    }
}

/// Writes `words` into the next region, and empties the one after it for the words that follow.
fn take_turn(regions: &mut [AttrValue], turn: &mut usize, words: String) {
    if !words.is_empty() {
        let count = regions.len();
        regions[*turn % count] = words.into();
        *turn += 1;
        regions[*turn % count] = AttrValue::default();
    }
}

impl Said {
    /// Sentences for new messages of bot or team, notices and connection changes, oldest first.
    fn news(&mut self, state: &Conversation, look: &ViewConfig) -> String {
        let since = self.newest;
        let mut news = String::new();
        let fresh = || state.rows().iter().filter(|row| row.fresh && row.key > since);
        let others = |row: &&Rc<Row>| row.message().is_some_and(|message| message.author != Author::Visitor);
        let count = fresh().filter(others).count();
        let last = fresh().rfind(others).map(|row| row.key);
        if count > SEVERAL {
            add(&mut news, &look.strings.several_announcement(count));
        }
        for row in fresh().filter(|row| count <= SEVERAL || !others(row) || last == Some(row.key)) {
            add(&mut news, &sentence(row, state, look));
        }
        let newest = state.rows().iter().map(|row| row.key).max().unwrap_or(since);
        self.newest = newest.max(since);

        let strings = &look.strings;
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
            add(&mut news, &sentence);
        }
        news
    }

    /// Returns sentences for the visitor's messages that newly failed to be sent.
    fn alarm(&mut self, state: &Conversation, strings: &Strings) -> String {
        let mut alarm = String::new();
        let mut failed = Vec::new();
        for (key, message) in state.rows().iter().filter_map(|row| Some((row.key, row.message()?))) {
            if matches!(message.delivery.state(), SendState::Failed(_)) {
                failed.push(key);
                if self.failed.as_ref().is_some_and(|said| !said.contains(&key)) {
                    add(&mut alarm, &fill(&strings.failed_announcement(), "text", &message.content().to_plain()));
                }
            }
        }
        // A stored conversation is loaded a moment after the page, so the first look is the first
        // one that finds rows.
        if !state.rows().is_empty() {
            self.failed = Some(failed);
        }
        alarm
    }
}

fn sentence(row: &Row, state: &Conversation, look: &ViewConfig) -> String {
    match &row.kind {
        RowKind::Message(MessageRow { author: Author::Visitor, .. }) => String::new(),
        RowKind::Message(message) => {
            let name = author_name(look, message.author, state.assignee().map(AsRef::as_ref));
            let mut text = seen_words(message.content());
            if let Some((end, _)) = text.char_indices().nth(LONGEST) {
                text.truncate(end);
                text.push('…');
            }
            fill(&fill(&look.strings.announcement(), "author", &name), "text", &text)
        }
        RowKind::Notice(notice) => notice_text(notice, &look.strings),
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

fn add(sentences: &mut String, sentence: &str) {
    if !sentences.is_empty() && !sentence.is_empty() {
        sentences.push('\n');
    }
    sentences.push_str(sentence);
}
