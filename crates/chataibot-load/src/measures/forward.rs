//! Measure: time that the proxy adds to a visitor's message, compared with the platform alone.

use std::{net::SocketAddr, time::Instant};

use crate::BenchError;
use crate::http::Client;
use crate::population::{Visitor, headers, ok_body};
use crate::report::{Numbers, quantile};
use crate::scale::Scale;

const BODY: &str = r#"{"message":{"data":{"body":"hello"},"type":"text"},"user":{"type":"VISITOR"}}"#;

/// Sends messages of one visitor through the proxy and past it. `run` makes their keys unique.
pub async fn measure(
    proxy: SocketAddr,
    platform: SocketAddr,
    visitor: &Visitor,
    scale: &Scale,
    run: usize,
) -> Result<Numbers, BenchError> {
    let mut clients = [Client::open(proxy).await?, Client::open(platform).await?];
    let path = format!("/api/v1/conversation/{}/messages", visitor.alias);
    let mut millis = [Vec::new(), Vec::new()];
    for message in 0..scale.messages {
        let headers = headers(&visitor.token, 0x4000_0000 + run * 0x1_0000 + message);
        // Alternating, so that whatever else happens on this machine affects both.
        for (client, millis) in clients.iter_mut().zip(&mut millis) {
            let started = Instant::now();
            ok_body(client.post(&path, &headers, BODY).await?)?;
            millis.push(started.elapsed().as_secs_f64() * 1e3);
        }
    }
    let [via_proxy, direct] = &mut millis;
    via_proxy.sort_by(f64::total_cmp);
    direct.sort_by(f64::total_cmp);
    let added = |share| Some(quantile(via_proxy, share)? - quantile(direct, share)?);
    let numbers = [("forward-p50", added(0.5)), ("forward-p99", added(0.99))];
    Ok(numbers.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
}
