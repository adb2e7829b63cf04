//! The proxy and the platform that all checks use, and what the proxy has answered so far.

use std::{
    sync::{Mutex, PoisonError, atomic::AtomicBool},
    time::Duration,
};

use reqwest::{RequestBuilder, header::HeaderMap};
use serde_json::Value;

use crate::{
    identity::HostSite,
    outcome::{CheckError, violation},
    simulator::Simulator,
};

/// The proxy under test, the platform behind it, and what all checks share.
pub struct Fixture {
    /// Without redirects and proxies.
    pub http: reqwest::Client,
    /// Where the proxy is, without a slash at the end.
    pub proxy: String,
    /// An origin it allows.
    pub origin: String,
    /// The site's name, where it must be named.
    pub site: Option<String>,
    /// The host site's server, where visitors can be signed in.
    pub host: Option<HostSite>,
    /// Nobody gets a token without being signed in.
    pub identity_required: AtomicBool,
    pub simulator: Simulator,
    /// Where it takes the platform's events.
    pub webhook_url: String,
    pub webhook_token: String,
    /// What must never stand in an answer.
    pub secrets: Vec<(&'static str, String)>,
    /// How long something that must come may take.
    pub patience: Duration,
    /// Only one check at a time gives the platform orders.
    pub platform_turn: tokio::sync::Mutex<()>,
    /// Every body the proxy sent to a page.
    pub bodies: Mutex<Vec<String>>,
}

/// An answer of the proxy, read whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// `POST /token` or the like.
    pub call: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// Its body as JSON; null where it is none.
    pub json: Value,
}

impl Fixture {
    /// Makes a call, and reads the answer.
    pub async fn call(&self, request: RequestBuilder) -> Result<Answer, CheckError> {
        let built = request.build().map_err(|error| violation(format!("a request can't be built: {error}")))?;
        let call = format!("{} {}", built.method(), built.url().path());
        let fault = |error: reqwest::Error| violation(format!("{call}: no whole answer: {}", error.without_url()));
        let response = self.http.execute(built).await.map_err(fault)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.map_err(fault)?;
        self.heard(&text);
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Answer { call, status, headers, text, json })
    }

    /// Remembers what a page was told.
    pub fn heard(&self, text: &str) {
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.proxy)
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The answer in short, for a report.
    pub fn summary(&self) -> String {
        let body: String = self.text.chars().take(160).collect();
        let dots = if body.len() < self.text.len() { "…" } else { "" };
        format!("{} answered {} {body}{dots}", self.call, self.status)
    }

    /// The answer, where it has this status.
    pub fn expect_status(self, status: u16) -> Result<Self, CheckError> {
        if self.status == status { Ok(self) } else { Err(violation(self.summary())) }
    }

    /// The answer, where it is this refusal in the one body of errors.
    pub fn expect_error(self, status: u16, code: &str) -> Result<Self, CheckError> {
        let answer = self.expect_status(status)?;
        if answer.json["error"] == code { Ok(answer) } else { Err(violation(answer.summary())) }
    }
}
