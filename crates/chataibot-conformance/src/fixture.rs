//! Test fixture: the proxy and the platform that all checks use, and the proxy's answers so far.

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Method, RequestBuilder, header::HeaderMap};
use serde_json::Value;

use crate::identity::HostSite;
use crate::options::Options;
use crate::outcome::{CheckError, violation};
use crate::simulator::Simulator;

/// The proxy under test, the platform behind it, and what all checks share.
pub struct Fixture {
    /// HTTP client that follows no redirects and uses no HTTP proxy.
    pub http: reqwest::Client,
    /// Base URL of the proxy, without a slash at the end.
    pub proxy: String,
    pub options: Options,
    /// The host site's server, if visitors can be signed in.
    pub host: Option<HostSite>,
    /// Whether only signed-in visitors get a token.
    pub identity_required: AtomicBool,
    pub simulator: Simulator,
    pub webhook_url: String,
    /// Secrets that no answer may contain, each after its description.
    pub secrets: Vec<(&'static str, String)>,
    /// Timeout for everything that must arrive.
    pub timeout: Duration,
    /// Held by the one check that may control the platform.
    pub platform_lock: tokio::sync::Mutex<()>,
    pub bodies: Mutex<Vec<String>>,
}

#[derive(Clone, Debug)]
pub struct Answer {
    /// Method and path, such as `POST /token`.
    pub call: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// The body as JSON; null if it is not JSON.
    pub json: Value,
}

impl Fixture {
    pub async fn call(&self, request: RequestBuilder) -> Result<Answer, CheckError> {
        let built = request.build().map_err(|error| violation(format!("a request can't be built: {error}")))?;
        let call = format!("{} {}", built.method(), built.url().path());
        let fault = |error: reqwest::Error| violation(format!("{call}: no whole answer: {}", error.without_url()));
        let response = self.http.execute(built).await.map_err(fault)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.map_err(fault)?;
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner).push(text.clone());
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Answer { call, status, headers, text, json })
    }

    /// Builds a call from the allowed origin, without a token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path)).header("origin", &self.options.origin)
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.proxy)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let body: String = self.text.chars().take(160).collect();
        let dots = if body.len() < self.text.len() { "…" } else { "" };
        write!(f, "{} answered {} {body}{dots}", self.call, self.status)
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The log entries of a poll.
    pub fn entries(&self) -> Vec<Value> {
        self.json["entries"].as_array().cloned().unwrap_or_default()
    }

    /// The code of an error body.
    pub fn error(&self) -> &str {
        self.json["error"].as_str().unwrap_or_default()
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns the answer if it has this status.
    pub fn expect_status(self, status: u16) -> Result<Self, CheckError> {
        if self.status == status { Ok(self) } else { Err(violation(self)) }
    }

    /// Returns the answer if it has this status and is an error body with this code.
    pub fn expect_error(self, status: u16, code: &str) -> Result<Self, CheckError> {
        let answer = self.expect_status(status)?;
        if answer.error() == code { Ok(answer) } else { Err(violation(answer)) }
    }
}
