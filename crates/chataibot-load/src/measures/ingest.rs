//! Measure: webhooks stored durably per second, sent on some connections that never pause.

use std::{net::SocketAddr, time::Instant};

use tokio::task::JoinSet;

use crate::{BenchError, http::Client, population::deliver, scale::Scale};

/// Posts to conversations of visitors without a stream; returns answers per second.
pub async fn measure(proxy: SocketAddr, scale: &Scale) -> Result<f64, BenchError> {
    let (idle, most, connections) = (scale.idle, scale.most, scale.platform_connections);
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(Client::open(proxy).await?);
    }
    let started = Instant::now();
    let deadline = started + scale.ingest;
    let mut senders = JoinSet::new();
    for (connection, mut client) in clients.into_iter().enumerate() {
        senders.spawn(async move {
            let mut answered = 0_u32;
            while Instant::now() < deadline {
                let visitor = idle + (connection + answered as usize * connections) % (most - idle);
                deliver(&mut client, visitor, &format!("{connection} says {answered}")).await?;
                answered += 1;
            }
            Ok::<_, BenchError>(answered)
        });
    }
    let mut answered = 0.0;
    while let Some(result) = senders.join_next().await {
        answered += f64::from(result??);
    }
    Ok(answered / started.elapsed().as_secs_f64())
}
