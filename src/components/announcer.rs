//! Live regions for screen readers: announces each new message, notice and connection change
//! once, in order and in whole sentences. The regions stand outside of the list and are in the
//! page before they are first used.
//!
//! Three polite regions take turns, because a text that changes while it is read would be cut
//! off. Once a screen reader has had time to take the words, all regions are emptied: a modal
//! dialog hides what stands beside it, and when it closes, words that are still there would be
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

/// A long message is read in the list, not in one breath.
const LONGEST: usize = 600;

/// By then a screen reader has taken the words, also on a slow machine, in milliseconds; it reads
/// on without them. One that comes to them when they are gone says nothing.
pub(super) const HEARD: u64 = 5_000;

/// More messages than these at once are counted, and only the last of them is read.
const SEVERAL: usize = 3;

/// What was said already.
#[derive(Default)]
struct Said {
    /// Of this row and all before it.
    newest: u32,
    /// Of these rows, that they were not sent. `None` before the first look: what had failed then,
    /// an earlier page has said.
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

/// Speaks beside the window, or inside of it while it is modal: a modal window hides from screen
/// readers what stands beside it.
#[derive(Default)]
pub(super) struct Announcer {
    said: Said,
    beside: Regions,
    inside: Regions,
    emptying: Option<Timer>,
}

impl Announcer {
    /// After something was said: calls `heard` when the regions are to be emptied.
    pub(super) fn until_heard(&mut self, heard: impl FnOnce() + 'static) {
        self.emptying = Timer::after(HEARD, heard);
    }

    /// Takes the words away that were heard.
    pub(super) fn empty(&mut self) {
        for regions in [&mut self.beside, &mut self.inside] {
            regions.polite = Default::default();
            regions.alarm = Default::default();
        }
    }

    /// Looks at what came. True when there is something to say.
    pub(super) fn follow(&mut self, state: &Conversation, look: &ViewConfig, modal: bool) -> bool {
        let news = self.said.news(state, look);
        let alarm = self.said.alarm(state, &look.strings);
        let speaks = !(news.is_empty() && alarm.is_empty());
        let regions = if modal { &mut self.inside } else { &mut self.beside };
        regions.say(news, alarm);
        speaks
    }

    /// Says what a part of the window has to say, politely.
    pub(super) fn say(&mut self, words: AttrValue, modal: bool) {
        let regions = if modal { &mut self.inside } else { &mut self.beside };
        regions.say(words.as_str().to_owned(), String::new());
    }

    /// The regions beside the window.
    pub(super) fn beside(&self) -> Html {
        self.beside.view()
    }

    /// The regions inside of it.
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

/// The next region has the words, and the one after it is emptied for those that follow.
fn take_turn(regions: &mut [AttrValue], turn: &mut usize, words: String) {
    if !words.is_empty() {
        let count = regions.len();
        regions[*turn % count] = words.into();
        *turn += 1;
        regions[*turn % count] = AttrValue::default();
    }
}

impl Said {
    /// Messages of others, notices and the connection's changes, oldest first.
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
            // On the way back from having been offline it is no news.
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

    /// Messages of the visitor that were not sent.
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
        // A stored conversation comes a moment after the page: the first look is the first with
        // something to see.
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
