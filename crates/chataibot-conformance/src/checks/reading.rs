//! Reading the log: streams and polls, from a cursor, from the end, backwards.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::{
    check::checks,
    entry::{cursor_of, event_kind, is_message, log_summary, parse_cursor},
    fixture::Fixture,
    outcome::{CheckError, Outcome, ensure, violation},
    stream::{Block, block_summary, entries},
    visitor::unique_text,
};

checks! {
    Must "stream-opens" opens:
        "GET …/events with Accept: text/event-stream answers 200 text/event-stream, and its first bytes come at once."
        => "Write a comment as soon as the stream is open, so that nobody in between waits for more.";
    Should "stream-headers" headers:
        "A stream may be neither kept nor changed on its way."
        => "Send Cache-Control: no-store (or no-cache) and no-transform, and X-Accel-Buffering: no.";
    Must "stream-entries" whole:
        "A stream without a cursor tells the whole log; `event:` is the kind of the entry and `id:` its cursor."
        => "Write each entry as event, id and data; data is the whole entry as JSON.";
    Must "stream-live" live:
        "What happens while a stream is open comes on it."
        => "Publish each entry to the conversation's streams after it is committed.";
    Must "stream-resume" resume:
        "With Last-Event-ID a stream goes on after that entry: nothing is missing, nothing comes twice."
        => "Read the log from the cursor, then go live under the same lock.";
    Must "stream-reset" reset:
        "From a cursor of another epoch, or from beyond the end, a stream says `reset` with a reason and no id, and tells the log that is left."
        => "Compare epoch and seq; never go on from a place that is not there.";
    Must "stream-last" last:
        "With last=1 a stream says `begin` with `earlier` and no id, and then the last entry alone; who does not ask is not told."
        => "Where the whole log would be told, tell so many of its last entries, after a `begin`.";
    Must slow "stream-heartbeat" heartbeat:
        "An idle stream says something at least every 25 seconds."
        => "Write a comment every 15 to 25 seconds: after 45 without a byte the widget takes the link for dead.";
    Must slow "stream-reauth" reauth:
        "A stream says `reauth` before its token ends, and ends."
        => "Write event: reauth with data {} some seconds before the token's end, and close the stream.";
    Must "poll-entries" poll:
        "With Accept: application/json the same log comes as {\"ok\":true,\"entries\":[…]}."
        => "Answer the long poll from the same log.";
    Must "poll-after" poll_after:
        "after=<cursor> gives what stands after it, and nothing else."
        => "Read the log from the cursor.";
    Must "poll-waits" waits:
        "A poll with nothing to tell waits as long as it was asked to, and answers an empty list."
        => "Hold the answer for `wait` seconds, at most 25.";
    Must "poll-wakes" wakes:
        "A poll that waits answers as soon as something happens."
        => "Wake polls with the same news as streams.";
    Must "poll-reset" poll_reset:
        "A poll from a cursor of another epoch, or from beyond the end, has `reset` with a reason and the log that is left."
        => "Compare epoch and seq, as on a stream.";
    Must "poll-last" poll_last:
        "A poll with last=1 gives the last entry and `earlier`; without it there is no `earlier`."
        => "Where the whole log would be told, give so many of its last entries.";
    Must "page-before" before:
        "before=<cursor>&limit=<n> gives the n entries before it, in the order of the log, and whether there are `earlier` ones."
        => "Read the log backwards from the cursor and turn the page round.";
    Must "page-reset" before_reset:
        "before= of another epoch has `reset` and the last entries of the log as it is now."
        => "Compare the epoch; the widget then forgets what it had.";
    Should "read-bad-cursor" bad_cursor:
        "What is no cursor is refused with 400 BAD_REQUEST."
        => "Read `<epoch>-<seq>` strictly.";
}

/// Returns a cursor of another epoch, and one beyond the end of the log.
fn unknown_cursors(log: &[Value]) -> Result<[String; 2], CheckError> {
    let end = log.last().and_then(|last| parse_cursor(cursor_of(last)));
    let (epoch, seq) = end.ok_or_else(|| violation(format!("a log without cursors: {}", log_summary(log))))?;
    let other = if epoch > 1 { epoch - 1 } else { epoch + 1 };
    Ok([format!("{other}-1"), format!("{epoch}-{}", seq.saturating_add(1_000))])
}

fn ends_with<'a>(log: &'a [Value]) -> impl Fn(&Block) -> bool + use<'a> {
    let end = log.last().map(cursor_of).unwrap_or_default().to_owned();
    move |block| block.entry().is_some_and(|entry| cursor_of(&entry) == end)
}

async fn opens(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, _) = fixture.settled().await?;
    let mut stream = visitor.stream(&conversation.id, "", None).await?;
    let kind = stream.header("content-type").to_owned();
    ensure!(kind.starts_with("text/event-stream"), "the Content-Type {kind}");
    stream.next(Instant::now() + Duration::from_secs(2)).await?;
    Ok("text/event-stream, and bytes at once".to_owned())
}

async fn headers(fixture: &Fixture) -> Outcome {
    let (visitor, conversation) = fixture.conversation().await?;
    let stream = visitor.stream(&conversation.id, "", None).await?;
    let cache = stream.header("cache-control");
    ensure!(cache.contains("no-store") || cache.contains("no-cache"), "Cache-Control: {cache}");
    Ok(format!("Cache-Control: {cache}"))
}

async fn whole(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, log) = fixture.settled().await?;
    let mut stream = visitor.stream(&conversation.id, "", None).await?;
    let blocks = stream.read_until(fixture.timeout, ends_with(&log)).await?;
    ensure!(entries(&blocks) == log, "{}, where a poll tells {}", block_summary(&blocks), log_summary(&log));
    for block in &blocks {
        let Some(entry) = block.entry() else { continue };
        let fits = block.event.as_deref() == Some(event_kind(&entry)) && block.id.as_deref() == Some(cursor_of(&entry));
        ensure!(fits, "event {:?}, id {:?} for {entry}", block.event, block.id);
    }
    Ok(format!("{} entries", log.len()))
}

async fn live(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, log) = fixture.settled().await?;
    let mut stream = visitor.stream(&conversation.id, "", None).await?;
    stream.read_until(fixture.timeout, ends_with(&log)).await?;
    let text = unique_text();
    let started = Instant::now();
    fixture.simulator.reply(&conversation.platform_id, &text).await?;
    let is_reply = |block: &Block| block.entry().is_some_and(|entry| is_message(&entry, "bot", &text));
    stream.read_until(fixture.timeout, is_reply).await?;
    Ok(format!("after {} ms", started.elapsed().as_millis()))
}

async fn resume(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, log) = fixture.settled().await?;
    ensure!(log.len() > 1, "a log too short for it: {}", log_summary(&log));
    let (before, expected) = log.split_at(1);
    let after = before.first().map(cursor_of).unwrap_or_default();
    let mut stream = visitor.stream(&conversation.id, "", Some(after)).await?;
    let text = unique_text();
    fixture.simulator.reply(&conversation.platform_id, &text).await?;
    let is_reply = |block: &Block| block.entry().is_some_and(|entry| is_message(&entry, "bot", &text));
    let blocks = stream.read_until(fixture.timeout, is_reply).await?;
    let actual = entries(&blocks);
    let (new, old) = actual.split_last().map_or((None, &[][..]), |(new, old)| (Some(new), old));
    ensure!(old == expected, "{} after {after}, where the log is {}", block_summary(&blocks), log_summary(&log));
    let next = log.last().and_then(|last| parse_cursor(cursor_of(last))).map(|(epoch, seq)| (epoch, seq + 1));
    ensure!(new.and_then(|new| parse_cursor(cursor_of(new))) == next, "a gap before what came then");
    Ok(format!("{} entries, then the new one", expected.len()))
}

async fn reset(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, log) = fixture.settled().await?;
    for cursor in unknown_cursors(&log)? {
        let mut stream = visitor.stream(&conversation.id, "", Some(&cursor)).await?;
        let blocks = stream.read_until(fixture.timeout, ends_with(&log)).await?;
        let reset = blocks.iter().find(|block| block.event.is_some());
        let is_said = reset.is_some_and(|block| {
            block.event.as_deref() == Some("reset") && block.id.is_none() && block.json()["reason"].is_string()
        });
        ensure!(is_said, "from {cursor}: {}", block_summary(&blocks));
        ensure!(entries(&blocks) == log, "from {cursor}: {}, not the log", block_summary(&blocks));
    }
    Ok("`reset` and the log, from another epoch and from beyond the end".to_owned())
}

async fn last(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, log) = fixture.settled().await?;
    let mut stream = visitor.stream(&conversation.id, "?last=1", None).await?;
    let blocks = stream.read_until(fixture.timeout, ends_with(&log)).await?;
    let begin = blocks.iter().find(|block| block.event.is_some());
    let is_said = begin.is_some_and(|block| {
        block.event.as_deref() == Some("begin") && block.id.is_none() && block.json()["earlier"] == (log.len() > 1)
    });
    ensure!(is_said, "{}", block_summary(&blocks));
    let actual = entries(&blocks);
    ensure!(actual.len() == 1, "{} for last=1", log_summary(&actual));
    let mut stream = visitor.stream(&conversation.id, "", None).await?;
    let blocks_without_last = stream.read_until(fixture.timeout, ends_with(&log)).await?;
    let begins = blocks_without_last.iter().any(|block| block.event.as_deref() == Some("begin"));
    ensure!(!begins, "`begin` on a stream that did not ask for it");
    Ok("`begin`, and one entry".to_owned())
}

async fn heartbeat(fixture: &Fixture) -> Outcome {
    let platform_lock = fixture.platform_lock.lock().await;
    let (visitor, conversation, log) = fixture.settled().await?;
    let mut stream = visitor.stream(&conversation.id, "", None).await?;
    stream.read_until(fixture.timeout, ends_with(&log)).await?;
    drop(platform_lock);
    let started = Instant::now();
    // A little more than 25 seconds: timers are not exact.
    let block =
        stream.next(started + Duration::from_secs(28)).await.map_err(|_| violation("28 seconds without a byte"))?;
    let block = block.ok_or_else(|| violation("the idle stream ended"))?;
    let name = block.event.as_deref().unwrap_or("a comment").to_owned();
    Ok(format!("{name} after {} s", started.elapsed().as_secs()))
}

async fn reauth(fixture: &Fixture) -> Outcome {
    let platform_lock = fixture.platform_lock.lock().await;
    let visitor = fixture.visitor().await?;
    let lifetime = visitor.answer.json["expires_in"].as_u64().unwrap_or_default();
    if lifetime > 90 {
        return Err(CheckError::NotApplicable(format!(
            "a token lives {lifetime} s; it can be checked where one lives 90 s or less"
        )));
    }
    let (conversation, _) = visitor.settled().await?;
    let mut stream = visitor.stream(&conversation.id, "", None).await?;
    drop(platform_lock);
    let blocks = stream
        .read_until(Duration::from_secs(lifetime), |block| block.event.as_deref() == Some("reauth"))
        .await
        .map_err(|_| violation(format!("no `reauth` within the {lifetime} s of the token")))?;
    ensure!(blocks.last().is_some_and(|block| block.id.is_none()), "`reauth` with an id");
    let end = stream.next(Instant::now() + fixture.timeout).await?;
    ensure!(end.is_none(), "the stream goes on after `reauth`");
    Ok("`reauth`, and the end".to_owned())
}

async fn poll(fixture: &Fixture) -> Outcome {
    let (visitor, conversation) = fixture.conversation().await?;
    let answer = visitor.poll(&conversation.id, "").await?;
    ensure!(answer.json["ok"] == true, "{answer}");
    let kind = answer.header("content-type").unwrap_or("none");
    ensure!(kind.starts_with("application/json"), "the Content-Type {kind}");
    Ok("JSON with entries".to_owned())
}

async fn poll_after(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, log) = fixture.settled().await?;
    let after = log.first().map(cursor_of).unwrap_or_default();
    let answer = visitor.poll(&conversation.id, &format!("?after={after}&wait=0")).await?;
    let actual = answer.json["entries"].as_array().cloned().unwrap_or_default();
    ensure!(log.get(1..) == Some(&actual), "{} after {after}; the log is {}", log_summary(&actual), log_summary(&log));
    Ok(format!("{} entries", actual.len()))
}

async fn waits(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, log) = fixture.settled().await?;
    let end = log.last().map(cursor_of).unwrap_or_default();
    let started = Instant::now();
    let answer = visitor.poll(&conversation.id, &format!("?after={end}&wait=1")).await?;
    let took = started.elapsed();
    ensure!(answer.json["entries"].as_array().is_some_and(Vec::is_empty) && answer.json["reset"].is_null(), "{answer}");
    ensure!((800..4000).contains(&took.as_millis()), "wait=1 was answered after {} ms", took.as_millis());
    Ok(format!("an empty list after {} ms", took.as_millis()))
}

async fn wakes(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, log) = fixture.settled().await?;
    let (end, text) = (log.last().map(cursor_of).unwrap_or_default(), unique_text());
    let started = Instant::now();
    let query = format!("?after={end}&wait=20");
    let (answer, reply) =
        tokio::join!(visitor.poll(&conversation.id, &query), fixture.simulator.reply(&conversation.platform_id, &text));
    reply?;
    let actual = answer?.json["entries"].as_array().cloned().unwrap_or_default();
    let took = started.elapsed();
    ensure!(actual.iter().any(|entry| is_message(entry, "bot", &text)), "{} came", log_summary(&actual));
    ensure!(took < fixture.timeout, "only after {} s", took.as_secs());
    Ok(format!("after {} ms", took.as_millis()))
}

async fn poll_reset(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, log) = fixture.settled().await?;
    for cursor in unknown_cursors(&log)? {
        let answer = visitor.poll(&conversation.id, &format!("?after={cursor}&wait=0")).await?;
        let fits = answer.json["reset"]["reason"].is_string() && answer.json["entries"].as_array() == Some(&log);
        ensure!(fits, "from {cursor}: {answer}");
    }
    let fine = visitor.poll(&conversation.id, "").await?;
    ensure!(fine.json["reset"].is_null(), "`reset` without a cursor");
    Ok("`reset` and the log, from another epoch and from beyond the end".to_owned())
}

async fn poll_last(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, log) = fixture.settled().await?;
    let answer = visitor.poll(&conversation.id, "?last=1").await?;
    let actual = answer.json["entries"].as_array().cloned().unwrap_or_default();
    ensure!(actual.last() == log.last() && actual.len() == 1, "{} for last=1", log_summary(&actual));
    ensure!(answer.json["earlier"] == (log.len() > 1), "`earlier` {}", answer.json["earlier"]);
    let poll_without_last = visitor.poll(&conversation.id, "").await?;
    ensure!(poll_without_last.json["earlier"].is_null(), "`earlier` in a poll that did not ask for it");
    Ok("one entry, and `earlier`".to_owned())
}

async fn before(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, log) = fixture.settled().await?;
    ensure!(log.len() > 3, "a log too short for it: {}", log_summary(&log));
    let end = log.last().map(cursor_of).unwrap_or_default();
    for limit in [2, 200] {
        let answer = visitor.poll(&conversation.id, &format!("?before={end}&limit={limit}")).await?;
        let actual = answer.json["entries"].as_array().cloned().unwrap_or_default();
        let first = (log.len() - 1).saturating_sub(limit);
        ensure!(
            log.get(first..log.len() - 1) == Some(&actual),
            "{} before {end} with limit={limit}; the log is {}",
            log_summary(&actual),
            log_summary(&log)
        );
        ensure!(answer.json["earlier"] == (first > 0), "`earlier` {} with limit={limit}", answer.json["earlier"]);
    }
    Ok("pages in the order of the log".to_owned())
}

async fn before_reset(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, log) = fixture.settled().await?;
    let [other, _] = unknown_cursors(&log)?;
    let answer = visitor.poll(&conversation.id, &format!("?before={other}&limit=1")).await?;
    let actual = answer.json["entries"].as_array().cloned().unwrap_or_default();
    ensure!(answer.json["reset"]["reason"].is_string() && actual.len() == 1 && actual.last() == log.last(), "{answer}");
    Ok("`reset` and the end of the log".to_owned())
}

async fn bad_cursor(fixture: &Fixture) -> Outcome {
    let (visitor, conversation) = fixture.conversation().await?;
    fixture.call(visitor.events(&conversation.id, "?after=nonsense")).await?.expect_error(400, "BAD_REQUEST")?;
    Ok("400 BAD_REQUEST".to_owned())
}
