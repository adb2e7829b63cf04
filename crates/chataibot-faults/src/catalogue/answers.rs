//! Faults that answer in place of the server.

use super::{CALLS, EVERYWHERE, VISITOR};
use crate::fault::Body::{self, Empty, Large, Raw, Short, Text};
use crate::fault::{Answer, Effect, Fault};

const HTML: &[(&str, &str)] = &[("content-type", "text/html")];
const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const SIGN_IN: &str = "<!doctype html><title>Guest Wi-Fi</title><form action=/login><button>Connect</button></form>";
const OOPS: &str = "<html><body><h1>Something went wrong</h1></body></html>";

const fn instead(status: u16, headers: &'static [(&'static str, &'static str)], body: Body) -> Effect {
    Effect::Instead(Answer { status, headers, body, processed: false })
}

/// An error page, as a server or middlebox answers that knows nothing of the call.
const fn bare(status: u16) -> Effect {
    instead(status, HTML, Text(OOPS))
}

/// A page in place of the answer to a request that reaches the server.
const fn after(status: u16, page: &'static str) -> Effect {
    Effect::Instead(Answer { status, headers: HTML, body: Text(page), processed: true })
}

faults! {
    // No 2xx on the webhook hop: a platform that gets one from something else than the proxy does
    // not deliver again, and nobody can detect the loss.
    quick "captive-portal" CALLS "200 with a page to sign in": instead(200, HTML, Text(SIGN_IN));
    quick "captive-portal-after" CALLS "the same, and the request arrived": after(200, SIGN_IN);
    quick "no-content" CALLS "204": instead(204, &[], Empty);
    quick "empty-200" CALLS "200 with nothing": instead(200, JSON, Empty);
    quick "bare-400" CALLS "400 with a page": bare(400);
    quick "bare-401" EVERYWHERE "401 with a page": bare(401);
    quick "bare-403" EVERYWHERE "403 with a page": bare(403);
    quick "bare-404" EVERYWHERE "404 with a page": bare(404);
    quick "bare-407" CALLS "407, a proxy wants a password": bare(407);
    quick "bare-413" EVERYWHERE "413 with a page": bare(413);
    quick "bare-429" EVERYWHERE "429 without Retry-After": bare(429);
    quick "429-zero" EVERYWHERE "429, Retry-After: 0": instead(429, &[("retry-after", "0")], Text(OOPS));
    quick "429-seconds" EVERYWHERE "429, Retry-After: 2": instead(429, &[("retry-after", "2")], Text(OOPS));
    quick "429-date" EVERYWHERE "429, Retry-After as a date far off":
        instead(429, &[("retry-after", "Fri, 31 Dec 2100 23:59:59 GMT")], Text(OOPS));
    slow "429-for-ages" EVERYWHERE "429, Retry-After: 1000000000":
        instead(429, &[("retry-after", "1000000000")], Text(OOPS));
    quick "bare-500" EVERYWHERE "500 with a page": bare(500);
    quick "500-after" CALLS "500, and the request arrived": after(500, OOPS);
    quick "bare-501" EVERYWHERE "501 with a page": bare(501);
    quick "bare-502" EVERYWHERE "502 with a page": bare(502);
    quick "502-after" CALLS "502, and the request arrived": after(502, OOPS);
    quick "bare-503" EVERYWHERE "503 without Retry-After": bare(503);
    quick "503-seconds" EVERYWHERE "503, Retry-After: 1": instead(503, &[("retry-after", "1")], Text(OOPS));
    quick "bare-504" EVERYWHERE "504 with a page": bare(504);
    quick "504-after" CALLS "504, and the request arrived": after(504, OOPS);
    quick "redirect" EVERYWHERE "302 to another host": instead(302, &[("location", "http://127.0.0.1:1/")], Empty);
    quick "redirect-with-body" EVERYWHERE "307 to another host, which asks for the same again":
        instead(307, &[("location", "http://127.0.0.1:1/")], Empty);
    quick "ten-megabytes" CALLS "200 with 10 MB of JSON": instead(200, JSON, Large(10_000_000));
    quick "not-json" CALLS "200 with JSON that is none": instead(200, JSON, Text("{\"ok\":true,}}"));
    quick "json-null" CALLS "200 with null": instead(200, JSON, Text("null"));
    quick "promised-more" CALLS "fewer bytes than the head promises": instead(200, JSON, Short("{\"ok\":true"));
    quick "not-http" EVERYWHERE "an answer of another protocol": instead(0, &[], Raw("220 mail.example.com ESMTP\r\n"));
    quick "garbled-status" EVERYWHERE "a status line that is none": instead(0, &[], Raw("HTTP/1.1 2OO OK\r\n\r\n"));
    quick "stream-at-once-over" VISITOR "an event stream that ends at once":
        instead(200, &[("content-type", "text/event-stream")], Text(": hello\n\n"));
    quick "claims-gzip" CALLS "says it is compressed and is not":
        instead(200, &[("content-type", "application/json"), ("content-encoding", "gzip")], Text("{\"ok\":true}"));
}
