//! Client for the controls of the simulated platform (its `GET /_control` documents them).

use std::time::Duration;

use serde_json::{Value, json};

use crate::outcome::{CheckError, ensure, violation};

/// A simulator, started by this program or already running.
#[derive(Clone, Debug)]
pub struct Simulator {
    http: reqwest::Client,
    base_url: String,
}

impl Simulator {
    pub fn new(http: reqwest::Client, base_url: &str) -> Self {
        Self { http, base_url: base_url.trim_end_matches('/').to_owned() }
    }

    pub async fn order(&self, path: &str, order: Value) -> Result<Value, CheckError> {
        let request = self.http.post(format!("{}/_control/{path}", self.base_url)).json(&order);
        self.answer(path, request).await
    }

    pub async fn query(&self, path: &str) -> Result<Value, CheckError> {
        self.answer(path, self.http.get(format!("{}/_control/{path}", self.base_url))).await
    }

    async fn answer(&self, path: &str, request: reqwest::RequestBuilder) -> Result<Value, CheckError> {
        let fault = |what: String| violation(format!("the simulator ({path}): {what}"));
        let answer = request.timeout(Duration::from_secs(40)).send().await.map_err(|error| fault(error.to_string()))?;
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.map_err(|error| fault(error.to_string()))?;
        if status == 200 || status == 408 { Ok(body) } else { Err(fault(body["message"].to_string())) }
    }

    /// Resets the simulator to its usual state, whatever the last check left.
    pub async fn reset(&self) -> Result<(), CheckError> {
        self.order("reset", json!({})).await?;
        self.order("style", json!({ "token_in": "body", "echo": "plain", "ids": false, "time": "plain" })).await?;
        self.order("webhooks/resume", json!({})).await?;
        self.order("pace", json!({ "ms": 0 })).await.map(drop)
    }

    /// Waits until the bot has sent all its messages and every webhook has arrived.
    pub async fn wait_until_idle(&self) -> Result<(), CheckError> {
        let idle = self.query("idle?timeout_ms=10000").await?;
        if idle["ok"] == true {
            return Ok(());
        }
        let waiting = self.query("deliveries").await?;
        let last = |all: &Value| all.as_array().and_then(|all| all.last().cloned()).unwrap_or_default();
        let attempt = last(&last(&waiting["deliveries"])["attempts"]);
        Err(violation(format!("webhooks do not arrive; the last one met {attempt}")))
    }

    /// Has the bot reply by this order; the proxy must accept every webhook.
    pub async fn reply(&self, order: Value) -> Result<Value, CheckError> {
        let reply = self.order("reply", order).await?;
        let states = reply["states"].as_array();
        let is_accepted = states.is_none_or(|states| states.iter().all(|state| state == "delivered"));
        if is_accepted { Ok(reply) } else { Err(violation("the proxy did not answer 2xx to a webhook")) }
    }

    /// Returns the proxy's calls of one kind, `start` or `send`, since [`Simulator::reset`].
    pub async fn calls(&self, kind: &str) -> Result<Vec<Value>, CheckError> {
        let answer = self.query(&format!("calls?call={kind}")).await?;
        Ok(answer["calls"].as_array().cloned().unwrap_or_default())
    }

    pub async fn calls_with(&self, kind: &str, text: &str) -> Result<Vec<Value>, CheckError> {
        let mut calls = self.calls(kind).await?;
        calls.retain(|call| call["body"]["message"]["data"]["body"] == text);
        Ok(calls)
    }

    /// Returns the one call that brought this text to the platform.
    pub async fn call_with(&self, kind: &str, text: &str) -> Result<Value, CheckError> {
        let mut calls = self.calls_with(kind, text).await?;
        ensure!(calls.len() <= 1, "it reached the platform more than once");
        calls.pop().ok_or_else(|| violation("it did not reach the platform as it was said"))
    }

    /// Fails unless exactly `count` calls of one kind came with this text.
    pub async fn expect_calls(&self, kind: &str, text: &str, count: usize) -> Result<(), CheckError> {
        let calls = self.calls_with(kind, text).await?.len();
        ensure!(calls == 0 || count > 0, "it reached the platform");
        ensure!(calls == count, "{calls} {kind} calls at the platform");
        Ok(())
    }

    /// Makes a request, and holds the platform's answer to its call while `meanwhile` runs.
    pub async fn hold_during<A, B>(
        &self,
        kind: &str,
        request: impl Future<Output = Result<A, CheckError>>,
        meanwhile: impl AsyncFnOnce(Value) -> Result<B, CheckError>,
    ) -> Result<(A, B), CheckError> {
        let hold = self.order("hold", json!({ "call": kind })).await?;
        let release = async {
            let done = meanwhile(self.wait_for_held_call(kind).await?).await;
            self.order("release", json!({ "hold": hold["hold"] })).await?;
            done
        };
        let (answer, done) = tokio::join!(request, release);
        let done = done?;
        Ok((answer?, done))
    }

    /// Waits until a call of this kind has come and its answer is held.
    pub async fn wait_for_held_call(&self, kind: &str) -> Result<Value, CheckError> {
        let answer = self.query(&format!("calls?call={kind}&outcome=held&at_least=1&timeout_ms=5000")).await?;
        let held = answer["calls"].as_array().and_then(|calls| calls.first().cloned());
        held.ok_or_else(|| violation(format!("no `{kind}` call reached the platform within 5 seconds")))
    }
}
