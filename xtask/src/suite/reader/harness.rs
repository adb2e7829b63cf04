//! Proxy, simulator and the page that embeds the widget, each on a free port of its own.

use std::{net::SocketAddr, str::FromStr, thread, time::Duration};

use anyhow::{Context, Error, Result, ensure};
use tiny_http::{Header, Response, Server};

use super::walk::Walk;
use crate::demo::Pair;
use crate::project::{Project, Servers};
use crate::server::{any_port, is_ok, send_request};

/// Time limit for an order, including what it waits for.
const ORDER_TIMEOUT: Duration = Duration::from_secs(60);

/// The bot's pause: a reader on a slow machine may swap events that are milliseconds apart.
const PACE: &str = "{\"ms\":2000}";

/// What is said when the page has loaded, and then after each press of Tab, before the widget. In a
/// field, a reader that follows the page announces that it takes keys for text.
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
    let server = Server::http("127.0.0.1:0").map_err(Error::from_boxed).context("no port is free for the page")?;
    let address = server.server_addr().to_ip().context("the page's server has no address")?;
    let kind = Header::from_str("Content-Type: text/html; charset=utf-8").ok().context("it is a header")?;
    thread::spawn(move || {
        for request in server.incoming_requests() {
            let (status, body) = if request.url() == "/" { (200, html.as_str()) } else { (404, "") };
            let answer = Response::from_string(body).with_status_code(status).with_header(kind.clone());
            if let Err(error) = request.respond(answer) {
                eprintln!("the page could not be served: {error}");
            }
        }
    });
    Ok(address)
}
