//! One seed: a visitor chats in a storm of faults, the faults end, and all sides must agree.

use std::{collections::BTreeSet, rc::Rc, time::Duration};

use chataibot_faults::fault::{Effect, Ending, Impairment, Mark};
use chataibot_faults::rng::Rng;
use chataibot_faults::{Fault, Hop, Plan, catalogue};
use chataibot_widget::conversation::{ConnectionStatus, OutboxMessage, SendError, SendState};
use chataibot_widget::machine::input::Input;
use chataibot_widget::machine::user_action::UserAction;
use chataibot_wire::Entry;
use chataibot_wire::entry::{DeliveryState, Poll};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::browser::{Browser, ORIGIN, Records};
use crate::checker::{Line, Truth, displayed_lines, logged_lines};
use crate::harness::{Harness, SetupError};

/// P4: time after the end of the faults within which all sides must agree.
const AGREEMENT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest pause that a quick fault's `Retry-After` asks for; a client may wait it out.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(2);
const CHECK_INTERVAL: Duration = Duration::from_millis(50);
const HOUR: i64 = 3_600_000;

/// Outcome of one seed, with its violations and what happened, line by line.
#[derive(Debug)]
#[expect(missing_docs, reason = "explained with the struct")]
pub struct Outcome {
    pub seed: u64,
    pub findings: Vec<String>,
    pub story: Vec<String>,
    /// Number of connections that met a fault.
    pub faults: u64,
    /// Names of those faults.
    pub names: BTreeSet<&'static str>,
    /// Number of messages sent, by either side.
    pub messages: usize,
}

/// Conditions that a tab was told of and whose end it must still be told.
#[derive(Clone, Copy, Default)]
struct TabState {
    is_offline: bool,
    is_hidden: bool,
    is_frozen: bool,
}

struct Run {
    rng: Rng,
    harness: Harness,
    browser: Browser,
    tab_states: Vec<TabState>,
    truth: Truth,
    replies: Vec<String>,
    with_ids: bool,
}

/// Runs one seed. Must run in a [`tokio::task::LocalSet`].
pub async fn run(seed: u64) -> Result<Outcome, SetupError> {
    let with_ids = Rng::new(seed).percent(50);
    let mut run = Run::open(seed, with_ids).await?;
    let findings = run.inject_faults().await?;
    Ok(run.outcome(seed, findings))
}

/// Runs one fault alone, on one hop: a visitor in two tabs chats under it, and then without it.
/// Must run in a [`tokio::task::LocalSet`].
pub async fn alone(hop: Hop, fault: &'static Fault) -> Result<Outcome, SetupError> {
    // Without ids, a webhook repeated because its answer was lost looks like an honest repeat.
    let mut run = Run::open(1, true).await?;
    run.new_tab();
    run.new_tab();
    for (_, fault_proxy) in run.harness.hops().into_iter().filter(|(at, _)| *at == hop) {
        fault_proxy.seed(fault.name.len() as u64);
        fault_proxy.plan(Plan::Always(fault));
    }
    run.say(0);
    sleep(Duration::from_millis(500)).await;
    run.say(1);
    run.reply_from_platform().await?;
    sleep(Duration::from_millis(300)).await;
    let findings = run.recover().await?;
    Ok(run.outcome(0, findings))
}

impl Run {
    async fn open(seed: u64, with_ids: bool) -> Result<Self, SetupError> {
        let mut rng = Rng::new(seed);
        let harness = Harness::open(with_ids).await?;
        let browser = Browser::open(harness.browser_faults.url(), rng.number())?;
        let (tab_states, truth, replies) = (Vec::new(), Truth::default(), Vec::new());
        Ok(Self { rng, harness, browser, tab_states, truth, replies, with_ids })
    }

    fn outcome(self, seed: u64, mut findings: Vec<String>) -> Outcome {
        let Records { violations, mut story, .. } = self.browser.records();
        findings.extend(violations);
        let (mut names, mut faults) = (BTreeSet::new(), 0);
        for (hop, fault_proxy) in self.harness.hops() {
            let seen = fault_proxy.seen();
            faults += seen.values().sum::<u64>();
            story.push(format!("{} met {seen:?}", hop.words()));
            names.extend(seen.into_keys());
        }
        let messages = self.truth.sent.len() + self.replies.len();
        Outcome { seed, findings, story, faults, names, messages }
    }

    /// Makes the bot say something, if it has a conversation to say it in.
    async fn reply_from_platform(&mut self) -> Result<(), SetupError> {
        let text = format!("reply {} → ü", self.replies.len());
        if self.harness.reply(&text).await? {
            self.replies.push(text);
        }
        Ok(())
    }

    async fn inject_faults(&mut self) -> Result<Vec<String>, SetupError> {
        self.new_tab();
        self.plan_faults();
        let until = Instant::now() + Duration::from_millis(3_000 + self.rng.below(3_000));
        while Instant::now() < until {
            self.act().await?;
            sleep(Duration::from_millis(self.rng.below(120))).await;
        }
        self.recover().await
    }

    /// Ends all faults: all sides must then agree, also after a last message and a reload.
    async fn recover(&mut self) -> Result<Vec<String>, SetupError> {
        self.heal();
        let mut findings = Vec::new();
        self.wait_until_agreed(&mut findings, "after the storm", false).await?;
        self.retry_failed();
        self.say(0);
        self.wait_until_agreed(&mut findings, "after all was tried again", true).await?;
        if !self.harness.idle(Duration::from_secs(10)).await? {
            findings.push("the platform could not tell everything".to_owned());
        }
        self.wait_until_agreed(&mut findings, "when the platform had told everything", false).await?;
        for tab in 0..self.browser.tabs() {
            self.browser.reload(tab, tab % 2 == 0);
        }
        self.wait_until_agreed(&mut findings, "after a reload", false).await?;
        self.collect_truth().await?;
        findings.extend(self.truth.findings());
        Ok(findings)
    }

    fn plan_faults(&mut self) {
        for (hop, fault_proxy) in self.harness.hops() {
            let percent = if hop == Hop::Browser { 55 } else { 30 };
            let ids = self.with_ids;
            let usable = |fault: &&'static Fault| !fault.slow && (hop != Hop::Webhook || ids || !loses_answer(fault));
            let faults = catalogue::of(hop).filter(usable).collect();
            fault_proxy.seed(self.rng.number());
            fault_proxy.plan(Plan::Seeded { rng: Rng::new(self.rng.number()), percent, faults });
        }
    }

    async fn act(&mut self) -> Result<(), SetupError> {
        let tabs = self.browser.tabs() as u64;
        let tab = usize::try_from(self.rng.below(tabs)).unwrap_or_default();
        match self.rng.below(100) {
            0..=29 => self.say(tab),
            30..=44 => self.reply_from_platform().await?,
            45..=52 => {
                let hide_first = self.rng.percent(50);
                self.tab_states[tab] = TabState::default();
                self.browser.reload(tab, hide_first);
            }
            53..=57 if tabs < 3 => self.new_tab(),
            58..=61 => self.send_event(tab, Input::Offline, |state| state.is_offline = true),
            62..=65 => self.send_event(tab, Input::Online, |state| state.is_offline = false),
            66..=68 => self.send_event(tab, Input::Hidden, |state| state.is_hidden = true),
            69..=71 => self.send_event(tab, Input::Shown, |state| state.is_hidden = false),
            72..=73 => self.send_event(tab, Input::Frozen, |state| state.is_frozen = true),
            74..=76 => self.send_event(tab, Input::Resumed, |state| state.is_frozen = false),
            77..=79 => {
                let by = self.rng.one_of(&[HOUR, -HOUR, 87_600 * HOUR, -8_760 * HOUR]).copied().unwrap_or(HOUR);
                self.browser.set_clock(by);
            }
            80..=82 => self.harness.browser_faults.cut(),
            83..=84 => self.harness.platform_faults.cut(),
            85 if self.with_ids => self.harness.webhook_faults.cut(),
            86..=87 => {
                self.harness.heal();
                self.plan_faults();
            }
            88..=92 => self.retry_failed(),
            _ => {}
        }
        Ok(())
    }

    fn send_event(&mut self, tab: usize, input: Input, change: impl Fn(&mut TabState)) {
        // A frozen page gets no event but the one that resumes it.
        if self.tab_states[tab].is_frozen && !matches!(input, Input::Resumed) {
            return;
        }
        change(&mut self.tab_states[tab]);
        self.browser.note(|| format!("tab {tab}: hears {input:?}"));
        self.browser.handle(tab, input);
    }

    fn new_tab(&mut self) {
        self.browser.new_tab();
        self.tab_states.push(TabState::default());
    }

    fn say(&mut self, tab: usize) {
        if self.tab_states[tab].is_frozen {
            return;
        }
        let text = format!("message {} → ü", self.truth.sent.len());
        let id = self.browser.say(tab, &text);
        self.truth.sent.push((id, text));
    }

    /// Retries the messages that failed temporarily, as a visitor would.
    fn retry_failed(&mut self) {
        let state = self.browser.state(0);
        let has_failed = |state: SendState| matches!(state, SendState::Failed(SendError::Temporary));
        let waiting = state.outbox().iter().map(|one| (one.state, Some(&one.id)));
        let shown = state.rows().iter().filter_map(|row| row.message());
        let logged = shown.map(|message| (message.state.send_state(), message.id.as_ref()));
        let ids = waiting.chain(logged).filter(|(state, _)| has_failed(*state)).filter_map(|(_, id)| id);
        ids.for_each(|id| self.browser.retry(0, id.clone()));
    }

    /// Discards a start whose answer was lost and which the platform never got: the widget repeats
    /// it until the visitor takes it back, which is impossible while a request is in flight.
    fn discard_unstarted(&mut self) {
        let state = self.browser.state(0);
        if state.id().is_some() {
            return;
        }
        for one in state.outbox().iter().filter(|one| one.state == SendState::Unknown) {
            if !self.truth.discarded.contains(&one.id) {
                self.truth.discarded.push(one.id.clone());
            }
            self.browser.act(0, UserAction::Discard(one.id.clone()));
        }
    }

    fn heal(&mut self) {
        self.harness.heal();
        for tab in 0..self.browser.tabs() {
            let state = std::mem::take(&mut self.tab_states[tab]);
            for (was_set, input) in
                [(state.is_frozen, Input::Resumed), (state.is_offline, Input::Online), (state.is_hidden, Input::Shown)]
            {
                if was_set {
                    self.browser.note(|| format!("tab {tab}: hears {input:?}, as all is well"));
                    self.browser.handle(tab, input);
                }
            }
        }
    }

    /// P4. Waits until every tab shows the log and, if `needs_conversation`, there is a
    /// conversation. Time that a busy machine loses between two checks does not count. After a
    /// finding it does not wait again.
    async fn wait_until_agreed(
        &mut self,
        findings: &mut Vec<String>,
        when: &str,
        needs_conversation: bool,
    ) -> Result<(), SetupError> {
        let (mut elapsed, mut last) = (Duration::ZERO, Instant::now());
        while findings.is_empty() {
            if needs_conversation {
                self.discard_unstarted();
            }
            let mut differences = self.differences().await?;
            if needs_conversation && self.browser.state(0).id().is_none() {
                differences.push("there is no conversation".to_owned());
            }
            if differences.is_empty() {
                break;
            }
            if elapsed > AGREEMENT_TIMEOUT + MAX_RETRY_AFTER {
                findings.extend(differences.iter().map(|what| format!("P4: {when}, {elapsed:?} on: {what}")));
            }
            sleep(CHECK_INTERVAL).await;
            elapsed += last.elapsed().min(2 * CHECK_INTERVAL);
            last = Instant::now();
        }
        Ok(())
    }

    /// Returns how the tabs differ from the log, or are not at rest.
    async fn differences(&mut self) -> Result<Vec<String>, SetupError> {
        let mut differences = Vec::new();
        let conversation = self.browser.state(0).id().cloned();
        let log = if let Some(conversation) = &conversation { self.log(conversation).await? } else { Vec::new() };
        let expected = logged_lines(&log);
        for tab in 0..self.browser.tabs() {
            let state = self.browser.state(tab);
            if state.id() != conversation.as_ref() {
                differences.push(format!("tab {tab} is in {:?}, tab 0 in {conversation:?}", state.id()));
                continue;
            }
            // A start of unknown outcome is repeated and holds up the rest: the visitor sees both.
            let start_is_stuck =
                conversation.is_none() && state.outbox().iter().any(|one| one.state == SendState::Unknown);
            let is_pending = |one: &&Rc<OutboxMessage>| match one.state {
                SendState::Queued | SendState::Sending => !start_is_stuck,
                SendState::Unknown | SendState::Failed(_) | SendState::Sent => false,
            };
            differences.extend(state.outbox().iter().find(is_pending).map(|one| format!("tab {tab} has {one:?}")));
            let lines = displayed_lines(&state);
            // Messages that failed before they were logged are shown all the same.
            let is_local = |line: &Line| {
                let is_discarded =
                    self.truth.sent.iter().any(|(id, text)| *text == line.text && self.truth.discarded.contains(id));
                let is_expected = line.state == Some(DeliveryState::Failed)
                    || (start_is_stuck && line.state.is_some())
                    || is_discarded;
                is_expected && !expected.iter().any(|logged| logged.text == line.text)
            };
            let logged: Vec<&Line> = lines.iter().filter(|line| !is_local(line)).collect();
            if logged != expected.iter().collect::<Vec<_>>() {
                let extra = summarize(logged.iter().copied().filter(|line| !expected.contains(line)));
                let missing = summarize(expected.iter().filter(|line| !lines.contains(line)));
                differences.push(format!("tab {tab} shows what the log has not: [{extra}], and not: [{missing}]"));
            }
            if conversation.is_some() && state.connection() != ConnectionStatus::Live {
                differences.push(format!("tab {tab} is {:?}", state.connection()));
            }
        }
        self.truth.log = log;
        Ok(differences)
    }

    async fn log(&self, conversation: &str) -> Result<Vec<Entry>, SetupError> {
        let token = self.browser.token().ok_or("a conversation and no token")?;
        let mut log: Vec<Entry> = Vec::new();
        loop {
            let after = log.last().map_or_else(String::new, |entry| format!("?after={}", entry.cursor));
            let url = format!("http://{}/api/v1/conversation/{conversation}/events{after}", self.harness.proxy);
            let request = self.harness.http.get(url).header("origin", ORIGIN).header("accept", "application/json");
            let answer = request.bearer_auth(&token).send().await?;
            if !answer.status().is_success() {
                return Err(format!("the proxy does not show its log: {}", answer.status()).into());
            }
            let poll: Poll = answer.json().await?;
            if poll.entries.is_empty() {
                return Ok(log);
            }
            log.extend(poll.entries);
        }
    }

    async fn collect_truth(&mut self) -> Result<(), SetupError> {
        self.truth.accepted = self.browser.records().accepted_ids;
        let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
        let calls = self.harness.query("calls?processed=true").await?;
        let calls = calls["calls"].as_array().into_iter().flatten();
        self.truth.processed = calls.filter_map(|call| text(&call["body"]["message"]["data"]["body"])).collect();
        let deliveries = self.harness.query("deliveries?state=delivered").await?;
        let deliveries = deliveries["deliveries"].as_array().into_iter().flatten();
        let events = deliveries.filter_map(|delivery| delivery["events"].as_array()).flatten();
        let texts = events.filter_map(|event| text(&event["event"]["payload"]["message"]["text"]));
        let plain = texts.map(|text| text.replace("<p>", "").replace("</p>", ""));
        self.truth.acknowledged_replies = plain.filter(|text| self.replies.contains(text)).collect();
        Ok(())
    }
}

/// Whether a fault can hide from the platform that its webhook was accepted. Without ids, its next
/// attempt then looks like an honest repeat.
fn loses_answer(fault: &Fault) -> bool {
    let ends = |steps: &[Impairment]| {
        steps.iter().any(|step| match step {
            Impairment::At(_, Mark::Cut(ending)) => *ending != Ending::BlackHole,
            Impairment::At(..) | Impairment::IdleKill(..) | Impairment::Twice => true,
            Impairment::Delay(..) | Impairment::Slice(_) | Impairment::Rate(_) | Impairment::Hold(_) => false,
        })
    };
    match fault.effect {
        Effect::Refuse | Effect::Silence | Effect::Rewrite(_) => false,
        Effect::Wire { down, .. } => ends(down),
        Effect::Instead(answer) => answer.processed,
        Effect::Replay(_) => true,
    }
}

fn summarize<'a>(lines: impl Iterator<Item = &'a Line>) -> String {
    let words = lines.map(|line| match line.state {
        Some(state) => format!("{} ({state:?})", line.text),
        None => line.text.chars().take(24).collect(),
    });
    words.collect::<Vec<_>>().join(" | ")
}
