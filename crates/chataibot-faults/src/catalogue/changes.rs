//! Faults that change the server's answer in transit.

use super::{CALLS, PLATFORM, VISITOR};
use crate::fault::{Change, Effect::Rewrite, Fault};

faults! {
    quick "wrong-mime" CALLS "the answer says it is plain text": Rewrite(Change::Mime("text/plain"));
    quick "binary-mime" VISITOR "the answer says it is any bytes": Rewrite(Change::Mime("application/octet-stream"));
    quick "no-cors" VISITOR "the headers that let a page read it are gone": Rewrite(Change::Without("access-control-"));
    quick "cached" VISITOR "an old answer's headers": Rewrite(Change::With("age", "86400"));
    quick "byte-order-mark" CALLS "a byte-order mark comes first": Rewrite(Change::Mark);
    quick "cr-lines" VISITOR "lines end in CR": Rewrite(Change::Lines("\r"));
    quick "crlf-lines" VISITOR "lines end in CR and LF": Rewrite(Change::Lines("\r\n"));
    quick "large-event" VISITOR "an event of 1 MB comes first": Rewrite(Change::LargeEvent(1 << 20));
    quick "malformed-event" VISITOR "events whose JSON is none":
        Rewrite(Change::Events("event: message\ndata: {\"cursor\":\n\n"));
    quick "event-without-data" VISITOR "events that say nothing": Rewrite(Change::Events("event: message\n\n"));
    quick "unknown-event" VISITOR "events of a kind that is not known":
        Rewrite(Change::Events("event: weather\ndata: {\"rain\":true}\n\n"));
    quick "unknown-fields" VISITOR "lines of a stream that no standard has":
        Rewrite(Change::Events("retry: 1\nid\nfoo: bar\n:\n\n"));
    quick "extra-fields" CALLS "fields that nobody knows": Rewrite(Change::Fields);
    quick "truncated-json" CALLS "half of the answer's JSON, and the head fits it": Rewrite(Change::Half);
    quick "http-1-0" CALLS "HTTP/1.0, ended by the connection's end": Rewrite(Change::Old);
    quick "early-hints" CALLS "103 comes first": Rewrite(Change::Hints);
    quick "bad-chunks" CALLS "chunks whose sizes are no numbers": Rewrite(Change::BadChunks);
    quick "cookies" PLATFORM "the answer sets a cookie": Rewrite(Change::With("set-cookie", "a=b; Path=/"));
}
