//! What faults are made of.

/// A fault with its name.
#[derive(Debug)]
pub struct Fault {
    /// Lower-case words and digits with `-` between.
    pub name: &'static str,
    /// Where it may happen.
    pub hops: &'static [Hop],
    /// What it does, for people.
    pub what: &'static str,
    /// What it does.
    pub effect: Effect,
    /// Who meets it needs longer than a moment to see that something is wrong, or must wait when it
    /// is over: because only silence tells, or because a server asked for it; or TLS, which is not
    /// here, would have told.
    pub slow: bool,
}

/// Between whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hop {
    /// A browser, and the proxy it talks to.
    Browser,
    /// The proxy, and the platform it talks to.
    Platform,
    /// The platform, and the proxy that takes its events.
    Webhook,
}

impl Hop {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Browser, Self::Platform, Self::Webhook];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Browser => "browser ↔ proxy",
            Self::Platform => "proxy ↔ platform",
            Self::Webhook => "platform → proxy (webhook)",
        }
    }
}

/// What happens to a connection.
#[derive(Clone, Copy, Debug)]
pub enum Effect {
    /// Nothing.
    Pass,
    /// Reset as soon as it is there.
    Refuse,
    /// Taken, and never a word; what was said goes through once all is well again.
    Silence,
    /// The bytes are impaired on their way.
    Wire {
        /// What becomes of those of the client.
        up: &'static [Impairment],
        /// What becomes of those of the server.
        down: &'static [Impairment],
    },
    /// Another answer in hop of the server's.
    Instead {
        /// The answer.
        answer: Answer,
        /// Does the request reach the server all the same?
        processed: bool,
    },
    /// The server's answer, changed.
    Rewrite(Change),
    /// The request arrives so many times.
    Replay(u32),
}

/// What happens to the bytes of one direction.
#[derive(Clone, Copy, Debug)]
pub enum Impairment {
    /// Each piece comes later, by this many milliseconds and up to so many more.
    Delay(u64, u64),
    /// Pieces of this size.
    Slice(usize),
    /// So many bytes a second.
    Rate(u64),
    /// Held back until there are so many, or until the end.
    Hold(usize),
    /// No byte for so many milliseconds, and the connection ends.
    IdleKill(u64, Ending),
    /// The first piece comes twice.
    Twice,
    /// One byte becomes another.
    Corrupt(ByteOffset),
    /// So many bytes get lost.
    Swallow(ByteOffset, usize),
    /// The connection ends there.
    Cut(ByteOffset, Ending),
}

/// A byte of a direction.
#[derive(Clone, Copy, Debug)]
pub enum ByteOffset {
    /// Before the byte with this number, from 0.
    Byte(u64),
    /// Before the byte with this number of what follows the head.
    Body(u64),
    /// Somewhere in that many bytes.
    AnyByte(u64),
    /// Somewhere in that many bytes of what follows the head.
    AnyBody(u64),
    /// Inside the first character of several bytes that follows the head.
    Character,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By RST, both ways.
    Reset,
    /// By FIN, both ways.
    Close,
    /// By FIN in this direction only.
    HalfClose,
    /// Nothing gets through until all is well again; then all of it.
    BlackHole,
    /// Nothing gets through ever again, and nobody is told.
    Vanish,
}

/// An answer in hop of the server's.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The status line after `HTTP/1.1`, such as `204 No Content`.
    pub status: &'static str,
    /// Headers beyond the length.
    pub headers: &'static [(&'static str, &'static str)],
    /// What follows.
    pub body: Body,
}

/// A body.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// None.
    Empty,
    /// This text.
    Text(&'static str),
    /// So many bytes of a JSON text.
    Large(usize),
    /// This text, after a head that promises more.
    Short(&'static str),
    /// Not HTTP at all: this, and no head.
    Raw(&'static str),
}

/// How a server's answer is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Not at all; but the connection ends with it.
    Nothing,
    /// `Content-Type` becomes this.
    Mime(&'static str),
    /// No header of this kind is left.
    Without(&'static str),
    /// One more header.
    With(&'static str, &'static str),
    /// A byte-order mark comes first.
    Mark,
    /// Lines end so.
    Lines(&'static str),
    /// This stands before each event, and before the first.
    Events(&'static str),
    /// An event of so many bytes comes first.
    LargeEvent(usize),
    /// A JSON object has fields more.
    Fields,
    /// Half of the body is missing, and the head says nothing of it.
    Half,
    /// No length and no chunks: it ends with the connection, and says HTTP/1.0.
    Old,
    /// Another answer, `103 Early Hints`, comes first.
    Hints,
    /// The sizes of the chunks are no numbers.
    BadChunks,
}
