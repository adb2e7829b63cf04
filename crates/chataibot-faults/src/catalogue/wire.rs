//! Faults that impair the bytes of a connection.

use super::{CALLS, EVERYWHERE, INWARD, PLATFORM, VISITOR};
use crate::fault::ByteOffset::{AnyBody, AnyByte, Body, Byte, Character};
use crate::fault::Ending::{BlackHole, Close, HalfClose, Reset, Vanish};
use crate::fault::Impairment::{self, At, Delay, Hold, IdleKill, Rate, Slice, Twice};
use crate::fault::Mark::{Corrupt, Cut, Swallow};
use crate::fault::{Effect, Fault};

const fn up(steps: &'static [Impairment]) -> Effect {
    Effect::Wire { up: steps, down: &[] }
}

const fn down(steps: &'static [Impairment]) -> Effect {
    Effect::Wire { up: &[], down: steps }
}

const fn both(steps: &'static [Impairment]) -> Effect {
    Effect::Wire { up: steps, down: steps }
}

faults! {
    quick "latency" EVERYWHERE "every piece comes 150 ms late": both(&[Delay(150, 0)]);
    quick "jitter" EVERYWHERE "every piece comes up to 400 ms late": both(&[Delay(0, 400)]);
    quick "slow-answer" EVERYWHERE "the answer comes 2 s late": down(&[Delay(2_000, 500)]);
    slow "slower-than-patience" EVERYWHERE "the answer comes 35 s late": down(&[Delay(35_000, 0)]);
    quick "refused" EVERYWHERE "reset as soon as it is there": Effect::Refuse;
    quick "silence" EVERYWHERE "taken, and never a word": Effect::Silence;
    quick "reset-in-request-head" EVERYWHERE "reset inside the request's head": up(&[At(Byte(20), Cut(Reset))]);
    quick "reset-before-body" CALLS "reset before the request's body": up(&[At(Body(0), Cut(Reset))]);
    quick "reset-in-body" EVERYWHERE "reset inside the request's body": up(&[At(Body(10), Cut(Reset))]);
    quick "cut-request-anywhere" EVERYWHERE "closed at any byte of the request": up(&[At(AnyByte(600), Cut(Close))]);
    quick "reset-before-answer" EVERYWHERE "reset when the whole request arrived: the answer is lost":
        down(&[At(Byte(0), Cut(Reset))]);
    quick "close-before-answer" EVERYWHERE "closed when the whole request arrived: the answer is lost":
        down(&[At(Byte(0), Cut(Close))]);
    quick "reset-in-answer-head" EVERYWHERE "reset inside the answer's head": down(&[At(Byte(15), Cut(Reset))]);
    quick "close-in-answer-head" EVERYWHERE "closed inside the answer's head": down(&[At(Byte(40), Cut(Close))]);
    quick "reset-in-answer" EVERYWHERE "reset at any byte of the answer's body": down(&[At(AnyBody(700), Cut(Reset))]);
    quick "close-in-answer" EVERYWHERE "closed at any byte of the answer's body": down(&[At(AnyBody(700), Cut(Close))]);
    quick "cut-answer-anywhere" EVERYWHERE "closed at any byte of the answer": down(&[At(AnyByte(1_500), Cut(Close))]);
    quick "reset-at-first-body-byte" CALLS "reset between the answer's head and its body":
        down(&[At(Body(0), Cut(Reset))]);
    quick "close-in-character" CALLS "closed in the middle of a character": down(&[At(Character, Cut(Close))]);
    quick "reset-in-character" CALLS "reset in the middle of a character": down(&[At(Character, Cut(Reset))]);
    quick "reset-in-request-character" EVERYWHERE "reset in the middle of a character of the request":
        up(&[At(Character, Cut(Reset))]);
    quick "one-byte-answer" EVERYWHERE "the answer comes in pieces of one byte": down(&[Slice(1)]);
    quick "one-byte-request" EVERYWHERE "the request comes in pieces of one byte": up(&[Slice(1)]);
    quick "one-byte-both" EVERYWHERE "everything comes in pieces of one byte": both(&[Slice(1)]);
    quick "late-bytes" CALLS "the answer comes in pieces of seven bytes, each late": down(&[Slice(7), Delay(0, 20)]);
    quick "half-closed-request" INWARD "the client's half is closed inside the request's body":
        up(&[At(Body(5), Cut(HalfClose))]);
    quick "half-closed-answer" EVERYWHERE "the server's half is closed inside the answer's body":
        down(&[At(Body(5), Cut(HalfClose))]);
    quick "black-hole-request" EVERYWHERE "of the request nothing gets through": up(&[At(Byte(0), Cut(BlackHole))]);
    quick "black-hole-in-body" EVERYWHERE "of the request's body only the beginning gets through":
        up(&[At(Body(10), Cut(BlackHole))]);
    quick "black-hole-answer" EVERYWHERE "of the answer nothing gets through": down(&[At(Byte(0), Cut(BlackHole))]);
    quick "black-hole-in-answer" EVERYWHERE "of the answer only the beginning gets through":
        down(&[At(AnyBody(500), Cut(BlackHole))]);
    slow "gone-answer" EVERYWHERE "the answer never comes, and the connection stays": down(&[At(Byte(0), Cut(Vanish))]);
    slow "gone-in-answer" EVERYWHERE "inside the answer all goes silent for ever, and the connection stays":
        down(&[At(AnyBody(500), Cut(Vanish))]);
    slow "lost-bytes" VISITOR "seven bytes of the answer's body are missing": down(&[At(AnyBody(400), Swallow(7))]);
    slow "lost-request-bytes" INWARD "seven bytes of the request are missing": up(&[At(AnyByte(300), Swallow(7))]);
    // The byte may be a digit of the length; the receiver then waits for bytes that never come.
    slow "corrupt-answer-head" CALLS "a byte of the answer's head is another": down(&[At(AnyByte(120), Corrupt)]);
    slow "corrupt-request-head" INWARD "a byte of the request's first line is another": up(&[At(AnyByte(20), Corrupt)]);
    quick "thin-line" EVERYWHERE "4,000 bytes a second": both(&[Rate(4_000)]);
    quick "middlebox-4k" VISITOR "the answer is held back until there are 4 KB of it": down(&[Hold(4_096)]);
    quick "middlebox-until-close" VISITOR "the answer is held back until it is over": down(&[Hold(usize::MAX)]);
    quick "middlebox-request" EVERYWHERE "the request is held back until there are 300 bytes of it": up(&[Hold(300)]);
    quick "idle-killer" VISITOR "closed after 1.5 s without a byte": down(&[IdleKill(1_500, Close)]);
    quick "idle-killer-reset" VISITOR "reset after 1 s without a byte": down(&[IdleKill(1_000, Reset)]);
    slow "idle-killer-30s" VISITOR "closed after 30 s without a byte": down(&[IdleKill(30_000, Close)]);
    slow "idle-swallower" VISITOR "after 3 s without a byte nothing gets through, and nobody is told":
        down(&[IdleKill(3_000, Vanish)]);
    quick "answer-twice" CALLS "the first piece of the answer comes twice": down(&[Twice]);
    quick "request-twice" INWARD "a middlebox sends the request twice": Effect::Replay(2);
    quick "request-ten-times" INWARD "a middlebox sends the request ten times": Effect::Replay(10);
    slow "platform-busy-30s" PLATFORM "the answer comes 29 s late, just in time": down(&[Delay(29_000, 0)]);
}
