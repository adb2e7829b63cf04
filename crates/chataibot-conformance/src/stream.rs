//! Parser for server-sent events, as in a browser: blocks of lines with any line ending.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::entry;
use crate::outcome::{CheckError, violation};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The `event:` line; a comment has none.
    pub event: Option<String>,
    pub id: Option<String>,
    pub data: String,
    pub is_comment: bool,
}

impl Block {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or(Value::Null)
    }

    /// Returns the log entry in the block, if it is one.
    pub fn entry(&self) -> Option<Value> {
        let json = self.json();
        json["cursor"].is_string().then_some(json)
    }

    fn parse(lines: &str) -> Self {
        let mut block = Self::default();
        for line in lines.lines().filter(|line| !line.is_empty()) {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "" => block.is_comment = true,
                "event" => block.event = Some(value.to_owned()),
                "id" => block.id = Some(value.to_owned()),
                "data" => block.data.push_str(value),
                _ => {}
            }
        }
        block
    }
}

#[derive(Debug)]
pub struct Stream {
    response: reqwest::Response,
    bytes: Vec<u8>,
}

impl Stream {
    pub fn new(response: reqwest::Response) -> Self {
        Self { response, bytes: Vec::new() }
    }

    pub fn header(&self, name: &str) -> &str {
        self.response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns the next block; `None` at the end of the stream.
    pub async fn next(&mut self, deadline: Instant) -> Result<Option<Block>, CheckError> {
        loop {
            if let Some((end, length)) = find_block_end(&self.bytes) {
                let block: Vec<u8> = self.bytes.drain(..end + length).collect();
                return Ok(Some(Block::parse(&String::from_utf8_lossy(&block).replace('\r', "\n"))));
            }
            match timeout_at(deadline, self.response.chunk()).await {
                Err(_) => return Err(violation("it did not come on the stream in time")),
                Ok(Err(error)) => return Err(violation(format!("the stream broke off: {}", error.without_url()))),
                Ok(Ok(Some(chunk))) => self.bytes.extend_from_slice(&chunk),
                Ok(Ok(None)) => return Ok(None),
            }
        }
    }

    /// Reads up to and including the first block that `is_wanted` accepts; returns all blocks read.
    pub async fn read_until(
        &mut self,
        limit: Duration,
        is_wanted: impl Fn(&Block) -> bool,
    ) -> Result<Vec<Block>, CheckError> {
        let deadline = Instant::now() + limit;
        let mut blocks = Vec::new();
        loop {
            let told = |fault| violation(format!("{fault}; what came was {}", block_summary(&blocks)));
            let block = self.next(deadline).await.map_err(told)?;
            blocks.push(block.ok_or_else(|| violation(format!("the stream ended after {}", block_summary(&blocks))))?);
            if blocks.last().is_some_and(&is_wanted) {
                return Ok(blocks);
            }
        }
    }
}

pub fn entries(blocks: &[Block]) -> Vec<Value> {
    blocks.iter().filter_map(Block::entry).collect()
}

pub fn block_summary(blocks: &[Block]) -> String {
    let events: Vec<&str> = blocks.iter().filter_map(|block| block.event.as_deref()).collect();
    format!("the events {events:?} with the entries {}", entry::log_summary(&entries(blocks)))
}

/// Finds the end of a block: returns its offset and its length, in bytes.
fn find_block_end(bytes: &[u8]) -> Option<(usize, usize)> {
    let find = |pattern: &[u8]| {
        bytes.windows(pattern.len()).position(|window| window == pattern).map(|at| (at, pattern.len()))
    };
    [find(b"\n\n"), find(b"\r\n\r\n"), find(b"\r\r")].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_ends_with_an_empty_line_of_any_kind() {
        assert_eq!(find_block_end(b"a\n\nb"), Some((1, 2)));
        assert_eq!(find_block_end(b"a\r\n\r\nb\n\n"), Some((1, 4)));
        assert_eq!(find_block_end(b"a\r\n"), None);
        let block = Block::parse("event: message\nid: 1-2\ndata: {}\n");
        assert_eq!(
            (block.event.as_deref(), block.id.as_deref(), block.is_comment),
            (Some("message"), Some("1-2"), false)
        );
        assert!(Block::parse(": welcome\n").is_comment);
    }
}
