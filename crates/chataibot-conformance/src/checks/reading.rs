//! Reading the log: streams and polls, from a cursor, from the end, backwards.

use std::time::Duration;

use tokio::time::Instant;

use super::prelude::*;
use crate::stream::{Block, Stream, block_summary, entries};

/// Returns a cursor of another epoch, and one beyond the end of the log.
fn unknown_cursors(chat: &Chat<'_>) -> Result<[String; 2], CheckError> {
    let without_cursors = || violation(format!("a log without cursors: {}", log_summary(&chat.log)));
    let (epoch, seq) = parse_cursor(chat.end()).ok_or_else(without_cursors)?;
    let other = if epoch > 1 { epoch - 1 } else { epoch + 1 };
    Ok([format!("{other}-1"), format!("{epoch}-{}", seq.saturating_add(1_000))])
}

/// Opens a stream and reads it up to the end of the settled log.
async fn read_whole(chat: &Chat<'_>, query: &str, after: Option<&str>) -> Result<(Stream, Vec<Block>), CheckError> {
    let mut stream = chat.stream(query, after).await?;
    let is_end = |block: &Block| block.entry().is_some_and(|entry| cursor_of(&entry) == chat.end());
    let blocks = stream.read_until(chat.fixture().timeout, is_end).await?;
    Ok((stream, blocks))
}

fn is_reply(text: &str) -> impl Fn(&Block) -> bool {
    move |block| block.entry().is_some_and(|entry| is_message(&entry, "bot", text))
}

/// The first event of a stream, if it is of this kind and has no id.
fn first_event<'a>(blocks: &'a [Block], kind: &str) -> Option<&'a Block> {
    let first = blocks.iter().find(|block| block.event.is_some())?;
    (first.event.as_deref() == Some(kind) && first.id.is_none()).then_some(first)
}

pub async fn opens(fixture: &Fixture) -> Outcome {
    let mut stream = fixture.settled().await?.stream("", None).await?;
    let kind = stream.header("content-type").to_owned();
    ensure!(kind.starts_with("text/event-stream"), "the Content-Type {kind}");
    stream.next(Instant::now() + Duration::from_secs(2)).await?;
    Ok("text/event-stream, and bytes at once".to_owned())
}

pub async fn headers(fixture: &Fixture) -> Outcome {
    let stream = fixture.chat().await?.stream("", None).await?;
    let cache = stream.header("cache-control");
    ensure!(cache.contains("no-store") || cache.contains("no-cache"), "Cache-Control: {cache}");
    Ok(format!("Cache-Control: {cache}"))
}

pub async fn whole(fixture: &Fixture) -> Outcome {
    let chat = fixture.settled().await?;
    let (_, blocks) = read_whole(&chat, "", None).await?;
    let is_log = entries(&blocks) == chat.log;
    ensure!(is_log, "{}, where a poll tells {}", block_summary(&blocks), log_summary(&chat.log));
    for block in &blocks {
        let Some(entry) = block.entry() else { continue };
        let fits = block.event.as_deref() == Some(event_kind(&entry)) && block.id.as_deref() == Some(cursor_of(&entry));
        ensure!(fits, "event {:?}, id {:?} for {entry}", block.event, block.id);
    }
    Ok(format!("{} entries", chat.log.len()))
}

pub async fn live(fixture: &Fixture) -> Outcome {
    let (chat, text) = (fixture.settled().await?, unique_text());
    let (mut stream, _) = read_whole(&chat, "", None).await?;
    let started = Instant::now();
    chat.reply(&text).await?;
    stream.read_until(fixture.timeout, is_reply(&text)).await?;
    Ok(format!("after {} ms", started.elapsed().as_millis()))
}

pub async fn resume(fixture: &Fixture) -> Outcome {
    let (chat, text) = (fixture.settled().await?, unique_text());
    let log = &chat.log;
    ensure!(log.len() > 1, "a log too short for it: {}", log_summary(log));
    let after = cursor_of(&log[0]);
    let mut stream = chat.stream("", Some(after)).await?;
    chat.reply(&text).await?;
    let blocks = stream.read_until(fixture.timeout, is_reply(&text)).await?;
    let mut old = entries(&blocks);
    let new = old.pop().unwrap_or_default();
    ensure!(old == log[1..], "{} after {after}, where the log is {}", block_summary(&blocks), log_summary(log));
    let next = parse_cursor(chat.end()).map(|(epoch, seq)| (epoch, seq + 1));
    ensure!(parse_cursor(cursor_of(&new)) == next, "a gap before what came then");
    Ok(format!("{} entries, then the new one", old.len()))
}

pub async fn reset(fixture: &Fixture) -> Outcome {
    let chat = fixture.settled().await?;
    for cursor in unknown_cursors(&chat)? {
        let (_, blocks) = read_whole(&chat, "", Some(&cursor)).await?;
        let is_said = first_event(&blocks, "reset").is_some_and(|block| block.json()["reason"].is_string());
        ensure!(is_said, "from {cursor}: {}", block_summary(&blocks));
        ensure!(entries(&blocks) == chat.log, "from {cursor}: {}, not the log", block_summary(&blocks));
    }
    Ok("`reset` and the log, from another epoch and from beyond the end".to_owned())
}

pub async fn last(fixture: &Fixture) -> Outcome {
    let chat = fixture.settled().await?;
    let (_, blocks) = read_whole(&chat, "?last=1", None).await?;
    let has_earlier = chat.log.len() > 1;
    let is_said = first_event(&blocks, "begin").is_some_and(|block| block.json()["earlier"] == has_earlier);
    ensure!(is_said, "{}", block_summary(&blocks));
    let actual = entries(&blocks);
    ensure!(actual.len() == 1, "{} for last=1", log_summary(&actual));
    let (_, blocks) = read_whole(&chat, "", None).await?;
    let begins = blocks.iter().any(|block| block.event.as_deref() == Some("begin"));
    ensure!(!begins, "`begin` on a stream that did not ask for it");
    Ok("`begin`, and one entry".to_owned())
}

pub async fn heartbeat(fixture: &Fixture) -> Outcome {
    let platform_lock = fixture.platform_lock.lock().await;
    let chat = fixture.settled().await?;
    let (mut stream, _) = read_whole(&chat, "", None).await?;
    drop(platform_lock);
    let started = Instant::now();
    // A little more than 25 seconds: timers are not exact.
    let block = stream.next(started + Duration::from_secs(28)).await;
    let block = block.map_err(|_| violation("28 seconds without a byte"))?;
    let block = block.ok_or_else(|| violation("the idle stream ended"))?;
    let name = block.event.as_deref().unwrap_or("a comment");
    Ok(format!("{name} after {} s", started.elapsed().as_secs()))
}

pub async fn reauth(fixture: &Fixture) -> Outcome {
    let platform_lock = fixture.platform_lock.lock().await;
    let visitor = fixture.visitor().await?;
    let lifetime = visitor.answer.json["expires_in"].as_u64().unwrap_or_default();
    if lifetime > 90 {
        return not_applicable(format!("a token lives {lifetime} s; it can be checked where one lives 90 s or less"));
    }
    let mut stream = visitor.chat().await?.settled().await?.stream("", None).await?;
    drop(platform_lock);
    let is_reauth = |block: &Block| block.event.as_deref() == Some("reauth");
    let blocks = stream.read_until(Duration::from_secs(lifetime), is_reauth).await;
    let blocks = blocks.map_err(|_| violation(format!("no `reauth` within the {lifetime} s of the token")))?;
    ensure!(blocks.last().is_some_and(|block| block.id.is_none()), "`reauth` with an id");
    let end = stream.next(Instant::now() + fixture.timeout).await?;
    ensure!(end.is_none(), "the stream goes on after `reauth`");
    Ok("`reauth`, and the end".to_owned())
}

pub async fn poll(fixture: &Fixture) -> Outcome {
    let answer = fixture.chat().await?.poll("").await?;
    ensure!(answer.json["ok"] == true, "{answer}");
    let kind = answer.header("content-type").unwrap_or("none");
    ensure!(kind.starts_with("application/json"), "the Content-Type {kind}");
    Ok("JSON with entries".to_owned())
}

pub async fn poll_after(fixture: &Fixture) -> Outcome {
    let chat = fixture.settled().await?;
    let log = &chat.log;
    let after = log.first().map(cursor_of).unwrap_or_default();
    let actual = chat.poll(&format!("?after={after}&wait=0")).await?.entries();
    ensure!(log.get(1..) == Some(&actual), "{} after {after}; the log is {}", log_summary(&actual), log_summary(log));
    Ok(format!("{} entries", actual.len()))
}

pub async fn waits(fixture: &Fixture) -> Outcome {
    let chat = fixture.settled().await?;
    let started = Instant::now();
    let answer = chat.poll(&format!("?after={}&wait=1", chat.end())).await?;
    let took = started.elapsed().as_millis();
    ensure!(answer.entries().is_empty() && answer.json["reset"].is_null(), "{answer}");
    ensure!((800..4000).contains(&took), "wait=1 was answered after {took} ms");
    Ok(format!("an empty list after {took} ms"))
}

pub async fn wakes(fixture: &Fixture) -> Outcome {
    let (chat, text) = (fixture.settled().await?, unique_text());
    let started = Instant::now();
    let query = format!("?after={}&wait=20", chat.end());
    let (answer, reply) = tokio::join!(chat.poll(&query), chat.reply(&text));
    reply?;
    let (actual, took) = (answer?.entries(), started.elapsed());
    ensure!(actual.iter().any(|entry| is_message(entry, "bot", &text)), "{} came", log_summary(&actual));
    ensure!(took < fixture.timeout, "only after {} s", took.as_secs());
    Ok(format!("after {} ms", took.as_millis()))
}

pub async fn poll_reset(fixture: &Fixture) -> Outcome {
    let chat = fixture.settled().await?;
    for cursor in unknown_cursors(&chat)? {
        let answer = chat.poll(&format!("?after={cursor}&wait=0")).await?;
        ensure!(answer.json["reset"]["reason"].is_string() && answer.entries() == chat.log, "from {cursor}: {answer}");
    }
    ensure!(chat.poll("").await?.json["reset"].is_null(), "`reset` without a cursor");
    Ok("`reset` and the log, from another epoch and from beyond the end".to_owned())
}

pub async fn poll_last(fixture: &Fixture) -> Outcome {
    let chat = fixture.settled().await?;
    let answer = chat.poll("?last=1").await?;
    let actual = answer.entries();
    ensure!(actual.last() == chat.log.last() && actual.len() == 1, "{} for last=1", log_summary(&actual));
    ensure!(answer.json["earlier"] == (chat.log.len() > 1), "`earlier` {}", answer.json["earlier"]);
    ensure!(chat.poll("").await?.json["earlier"].is_null(), "`earlier` in a poll that did not ask for it");
    Ok("one entry, and `earlier`".to_owned())
}

pub async fn before(fixture: &Fixture) -> Outcome {
    let chat = fixture.settled().await?;
    let (log, end) = (&chat.log, chat.end());
    ensure!(log.len() > 3, "a log too short for it: {}", log_summary(log));
    for limit in [2, 200] {
        let answer = chat.poll(&format!("?before={end}&limit={limit}")).await?;
        let (actual, first) = (answer.entries(), (log.len() - 1).saturating_sub(limit));
        let (actual_summary, whole) = (log_summary(&actual), log_summary(log));
        let fits = actual == log[first..log.len() - 1];
        ensure!(fits, "{actual_summary} before {end} with limit={limit}; the log is {whole}");
        ensure!(answer.json["earlier"] == (first > 0), "`earlier` {} with limit={limit}", answer.json["earlier"]);
    }
    Ok("pages in the order of the log".to_owned())
}

pub async fn before_reset(fixture: &Fixture) -> Outcome {
    let chat = fixture.settled().await?;
    let [other, _] = unknown_cursors(&chat)?;
    let answer = chat.poll(&format!("?before={other}&limit=1")).await?;
    let actual = answer.entries();
    let is_last = actual.len() == 1 && actual.last() == chat.log.last();
    ensure!(answer.json["reset"]["reason"].is_string() && is_last, "{answer}");
    Ok("`reset` and the end of the log".to_owned())
}

pub async fn bad_cursor(fixture: &Fixture) -> Outcome {
    let chat = fixture.chat().await?;
    chat.visitor.poll(&chat.id, "?after=nonsense").await?.expect_error(400, "BAD_REQUEST")?;
    Ok("400 BAD_REQUEST".to_owned())
}
