//! Types that describe a fault: where it happens, and what it does.

/// A named fault.
#[derive(Debug)]
#[expect(missing_docs, reason = "named as their types")]
pub struct Fault {
    /// Lower-case words and digits with `-` between.
    pub name: &'static str,
    pub hops: &'static [Hop],
    /// Its description, for the table.
    pub what: &'static str,
    pub effect: Effect,
    /// Whether a client notices it only after a while, or must wait after it has ended: only silence
    /// or TLS, which is absent here, would reveal it, or a server asked for the wait.
    pub slow: bool,
}

/// The two parties between which a fault happens.
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
    /// All hops.
    pub const ALL: [Self; 3] = [Self::Browser, Self::Platform, Self::Webhook];

    /// Returns the hop in words.
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
#[expect(missing_docs, reason = "the fields are explained with their variants")]
pub enum Effect {
    /// The connection is reset as soon as it is accepted.
    Refuse,
    /// The connection is accepted and stays silent; it is relayed once the proxy is healed.
    Silence,
    /// The client's and the server's bytes are impaired on their way.
    Wire { up: &'static [Impairment], down: &'static [Impairment] },
    /// An answer in place of the server's.
    Instead(Answer),
    /// The server's answer, changed.
    Rewrite(Change),
    /// The request arrives this many times.
    Replay(u32),
}

/// What happens to the bytes of one direction.
#[derive(Clone, Copy, Debug)]
pub enum Impairment {
    /// Delays each piece by the first number of milliseconds, plus up to the second.
    Delay(u64, u64),
    /// Splits the bytes into pieces of this size.
    Slice(usize),
    /// Limits the rate to this many bytes per second.
    Rate(u64),
    /// Holds bytes back until there are this many, or until the end.
    Hold(usize),
    /// Ends the connection after this many milliseconds without a byte.
    IdleKill(u64, Ending),
    /// Sends the first piece twice.
    Twice,
    /// Does this at this offset.
    At(ByteOffset, Mark),
}

/// What happens at an offset.
#[derive(Clone, Copy, Debug)]
pub enum Mark {
    /// Changes the byte.
    Corrupt,
    /// Drops this many bytes.
    Swallow(usize),
    /// Ends the connection.
    Cut(Ending),
}

/// An offset in one direction of a connection.
#[derive(Clone, Copy, Debug)]
pub enum ByteOffset {
    /// Before the byte with this number, from 0.
    Byte(u64),
    /// Before the byte with this number, from 0, after the head.
    Body(u64),
    /// At a random offset below this number.
    AnyByte(u64),
    /// At a random offset after the head, below this number.
    AnyBody(u64),
    /// Inside the first multi-byte character after the head.
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
    /// Holds all further bytes, and sends them once the proxy is healed.
    BlackHole,
    /// Loses all further bytes; the connection stays open.
    Vanish,
}

/// An answer in place of the server's.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The status code; its reason is the usual one.
    pub status: u16,
    /// Headers besides `Content-Length`.
    pub headers: &'static [(&'static str, &'static str)],
    /// The body.
    pub body: Body,
    /// Whether the request reaches the server nevertheless.
    pub processed: bool,
}

/// The body of an [`Answer`].
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// None.
    Empty,
    /// This text.
    Text(&'static str),
    /// JSON with this many bytes of filler.
    Large(usize),
    /// This text, after a head that promises more.
    Short(&'static str),
    /// This text without a head: not HTTP at all.
    Raw(&'static str),
}

/// How a server's answer is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// No change, but the connection ends with the answer.
    Nothing,
    /// `Content-Type` becomes this.
    Mime(&'static str),
    /// Removes every header with this name; a name that ends in `-` is a prefix.
    Without(&'static str),
    /// Sets a header.
    With(&'static str, &'static str),
    /// Puts a byte-order mark before the body.
    Mark,
    /// Ends each line with this text.
    Lines(&'static str),
    /// Puts this text at the start and after each event.
    Events(&'static str),
    /// Puts an event with this many bytes of data first.
    LargeEvent(usize),
    /// Adds fields to a JSON object.
    Fields,
    /// Cuts the body in half, with a `Content-Length` that fits the half.
    Half,
    /// HTTP/1.0 without length or chunks: the body ends with the connection.
    Old,
    /// Sends an interim answer, `103 Early Hints`, first.
    Hints,
    /// Sends chunk sizes that are not numbers.
    BadChunks,
}
