//! Ambiguously framed requests are refused, and what follows them on the same socket is never read.

use chataibot_proxy::testing::spawn_app;
use serde_json::Value;

use crate::socket::{exchange, statuses};

/// Another client's request, smuggled behind the first.
const SMUGGLED: &str = "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n";

async fn is_refused(request: &str, status: &str) {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let answer = exchange(app.address, [request, SMUGGLED].concat().as_bytes()).await;
    assert_eq!(statuses(&answer), [status], "{request:?}: {answer}");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!((&body["ok"], &body["error"]), (&Value::Bool(false), &"BAD_REQUEST".into()));
    assert_eq!(app.app.metrics.framing_refused.get(), 1);
}

macro_rules! refused {
    ($($name:ident: $request:expr,)+) => {
        $(#[tokio::test]
        async fn $name() {
            is_refused(&$request, "400").await;
        })+
    };
}

/// A request with these header lines and this body.
fn post(lines: &str, body: &str) -> String {
    format!("POST /token HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n{body}")
}

fn get(line: &str) -> String {
    format!("GET /healthz HTTP/1.1\r\n{line}\r\n\r\n")
}

fn chunked(body: &str) -> String {
    post("Transfer-Encoding: chunked", body)
}

refused! {
    // Lengths.
    a_length_together_with_chunks: post("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
    chunks_together_with_a_length: post("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"),
    two_equal_lengths: post("Content-Length: 2\r\nContent-Length: 2", "{}"),
    two_different_lengths: post("Content-Length: 2\r\nContent-Length: 30", "{}"),
    two_lengths_in_one_line: post("Content-Length: 2, 2", "{}"),
    a_length_with_a_sign: post("Content-Length: +2", "{}"),
    a_negative_length: post("Content-Length: -2", "{}"),
    a_length_in_hexadecimal: post("Content-Length: 0x2", "{}"),
    a_length_with_a_space_inside: post("Content-Length: 0 2", "{}"),
    a_length_with_a_fraction: post("Content-Length: 2.0", "{}"),
    a_length_beyond_all_numbers: post("Content-Length: 18446744073709551618", "{}"),
    an_empty_length: post("Content-Length:", "{}"),
    // Transfer codings.
    another_coding_before_chunks: post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"),
    chunks_before_another_coding: post("Transfer-Encoding: chunked, identity", "0\r\n\r\n"),
    two_codings_in_two_lines: post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
    the_identity_coding: post("Transfer-Encoding: identity", ""),
    a_coding_in_quotes: post("Transfer-Encoding: \"chunked\"", "0\r\n\r\n"),
    a_coding_behind_a_vertical_tab: post("Transfer-Encoding: \x0bchunked", "0\r\n\r\n"),
    a_coding_with_a_parameter: post("Transfer-Encoding: chunked;q=1", "0\r\n\r\n"),
    an_empty_coding: post("Transfer-Encoding:", "0\r\n\r\n"),
    chunks_in_an_old_version: "POST /token HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    // Chunks.
    a_chunk_extension: chunked("2;name=value\r\n{}\r\n0\r\n\r\n"),
    a_chunk_extension_of_one_byte: chunked("2;\r\n{}\r\n0\r\n\r\n"),
    a_chunk_size_with_a_sign: chunked("+2\r\n{}\r\n0\r\n\r\n"),
    a_chunk_size_with_a_prefix: chunked("0x2\r\n{}\r\n0\r\n\r\n"),
    a_chunk_size_with_a_space: chunked("2 \r\n{}\r\n0\r\n\r\n"),
    a_chunk_size_beyond_all_numbers: chunked("10000000000000002\r\n{}\r\n0\r\n\r\n"),
    a_chunk_without_size: chunked("\r\n{}\r\n0\r\n\r\n"),
    a_chunk_size_ended_by_a_bare_line_feed: chunked("2\n{}\r\n0\r\n\r\n"),
    a_chunk_ended_by_a_bare_line_feed: chunked("2\r\n{}\n0\r\n\r\n"),
    a_chunk_longer_than_it_says: chunked("1\r\n{}\r\n0\r\n\r\n"),
    a_trailer: chunked("2\r\n{}\r\n0\r\nX-Late: 1\r\n\r\n"),
    a_host_as_trailer: chunked("2\r\n{}\r\n0\r\nHost: b\r\n\r\n"),
    // Header lines.
    a_bare_line_feed_behind_the_request_line: "GET /healthz HTTP/1.1\nHost: a\r\n\r\n",
    a_bare_line_feed_behind_a_header: "GET /healthz HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
    a_bare_line_feed_as_the_end_of_the_head: "GET /healthz HTTP/1.1\r\nHost: a\r\n\n",
    a_lone_carriage_return: "GET /healthz HTTP/1.1\r\nHost: a\rX: y\r\n\r\n",
    a_nul_in_a_header: get("Host: a\r\nX: a\0b"),
    a_bell_in_a_header: get("Host: a\r\nX: \x07"),
    a_folded_header: get("Host: a\r\nX: y\r\n folded"),
    a_folded_header_by_a_tab: get("Host: a\r\nX: y\r\n\tfolded"),
    a_first_header_that_is_folded: get(" Host: a"),
    a_space_before_the_colon: get("Host: a\r\nContent-Length : 3"),
    a_header_without_colon: get("Host: a\r\nnonsense"),
    a_header_without_name: get("Host: a\r\n: y"),
    a_header_name_with_a_bracket: get("Host: a\r\nX(y): z"),
    a_header_name_beyond_ascii: get("Host: a\r\nTransfer-Encodin\u{261}: chunked"),
    // Hosts.
    no_host: "GET /healthz HTTP/1.1\r\n\r\n",
    no_host_in_an_old_version: "GET /healthz HTTP/1.0\r\n\r\n",
    two_hosts: get("Host: a\r\nHost: b"),
    the_same_host_twice: get("Host: a\r\nhost: a"),
    an_empty_host: get("Host:"),
    two_hosts_in_one_line: get("Host: a, b"),
    a_host_with_a_user: get("Host: user@a"),
    a_host_with_a_path: get("Host: a/b"),
    a_host_with_a_space: get("Host: a b"),
    // Request lines.
    a_whole_address_as_target: "GET http://evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n",
    a_whole_address_of_our_own_as_target: "GET http://a/healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    the_metadata_service_as_target: "GET http://169.254.169.254/latest/ HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n",
    a_tunnel: "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
    an_asterisk_as_target: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    a_target_without_slash: "GET healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    a_target_with_a_space: "GET /health z HTTP/1.1\r\nHost: a\r\n\r\n",
    a_target_beyond_ascii: "GET /h\u{e9}alth HTTP/1.1\r\nHost: a\r\n\r\n",
    a_tab_in_the_request_line: "GET\t/healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    two_spaces_in_the_request_line: "GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    no_version: "GET /healthz\r\nHost: a\r\n\r\n",
    an_unknown_version: "GET /healthz HTTP/1.2\r\nHost: a\r\n\r\n",
    a_version_in_small_letters: "GET /healthz http/1.1\r\nHost: a\r\n\r\n",
    a_method_with_a_bracket: "G[T /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    the_preface_of_http_2: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    a_tls_greeting: "\x16\x03\x01\x02\0\x01\0\x01\x7e\x03\x03",
}

#[tokio::test]
async fn a_head_that_is_too_large() {
    is_refused(&get(&format!("Host: a\r\nX: {}", "y".repeat(17 * 1024))), "431").await;
}

#[tokio::test]
async fn a_target_that_is_too_long() {
    is_refused(&format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(17 * 1024)), "431").await;
}

#[tokio::test]
async fn too_many_header_lines() {
    is_refused(&get(&format!("Host: a\r\n{}X: y", "X: y\r\n".repeat(200))), "431").await;
}

#[tokio::test]
async fn a_request_smuggled_in_the_body_of_another_is_only_its_body() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let length = SMUGGLED.len();
    let request = post(&format!("Connection: close\r\nContent-Length: {length}"), SMUGGLED);
    let answer = exchange(app.address, request.as_bytes()).await;
    assert_eq!(statuses(&answer).len(), 1, "{answer}");
}
