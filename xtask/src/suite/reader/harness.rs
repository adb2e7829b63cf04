//! Proxy, simulator and the page that embeds the widget, each on a free port of its own.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use super::walk::Walk;
use crate::{
    demo::Pair,
    project::{Project, Servers},
    server::{any_port, is_ok, send_request},
};

/// Time limit for an order, including what it waits for.
const ORDER_TIMEOUT: Duration = Duration::from_secs(60);

/// Time that the bot takes for a reply. If two events come within some milliseconds, the reader may
/// speak them in the wrong order on a slow machine: while it asks the browser about the first, it
/// lets the second in.
const PACE: &str = "{\"ms\":2000}";

/// What is said when the page has loaded, and then after each press of Tab: for elements of the
/// page itself, which stand before the widget. In a field, a reader that follows the page announces
/// that it takes keys for text.
pub const PAGE_UTTERANCES: [&str; 3] = ["Finished loading Bakery.", "Prices link.", "Focus mode"];

pub struct Harness {
    /// URL of the page.
    pub address: String,
    pair: Pair,
}

impl Harness {
    pub fn start(project: &Project, servers: &Servers, walk: &Walk) -> Result<Self> {
        let pair = Pair::start(project, servers, any_port()?, any_port()?)?;
        let address = format!("http://{}/", serve(html(walk, pair.proxy.address))?);
        let harness = Self { address, pair };
        harness.order("pace", PACE)?;
        Ok(harness)
    }

    pub fn order(&self, name: &str, body: &str) -> Result<()> {
        let answer = send_request(self.pair.simulator.address, &format!("POST /_control/{name}"), body, ORDER_TIMEOUT);
        let answer = answer.with_context(|| format!("the simulator does not answer {name}"))?;
        ensure!(is_ok(&answer), "the simulator refuses {name} {body}: {answer}");
        Ok(())
    }
}

fn html(walk: &Walk, proxy: SocketAddr) -> String {
    let Walk { attributes, page, .. } = walk;
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Bakery</title><h1>Bakery</h1>\
         <p>We bake bread. <a href=\"#prices\">Prices</a> <input aria-label=\"Search\"></p>\
         <script type=\"module\" src=\"http://{proxy}/chataibot.js\"></script>\
         <chataibot-widget {attributes}></chataibot-widget>{page}</html>"
    )
}

/// Serves this one page as long as the process lives.
fn serve(html: String) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no port is free for the page")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().filter_map(Result::ok) {
            let html = html.clone();
            // A browser opens connections in advance that it may never use.
            thread::spawn(move || {
                if let Err(error) = answer(&stream, &html) {
                    eprintln!("the page could not be served: {error}");
                }
            });
        }
    });
    Ok(address)
}

fn answer(mut stream: &TcpStream, html: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let Some(request) = lines.next().transpose()? else { return Ok(()) };
    for line in lines.by_ref() {
        if line?.is_empty() {
            break;
        }
    }
    let (status, body) = if request.starts_with("GET / ") { ("200 OK", html) } else { ("404 Not Found", "") };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}
