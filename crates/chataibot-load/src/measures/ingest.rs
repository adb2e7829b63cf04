//! Measure: webhooks stored durably per second: as many as the proxy answers, on some connections
//! that never pause.

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
    let began = Instant::now();
    let until = began + scale.ingest;
    let mut platform = JoinSet::new();
    for (lane, mut client) in clients.into_iter().enumerate() {
        platform.spawn(async move {
            let mut answered = 0_u32;
            while Instant::now() < until {
                let visitor = idle + (lane + answered as usize * connections) % (most - idle);
                deliver(&mut client, visitor, &format!("{lane} says {answered}")).await?;
                answered += 1;
            }
            Ok::<_, BenchError>(answered)
        });
    }
    let mut answered = 0.0;
    while let Some(ended) = platform.join_next().await {
        answered += f64::from(ended??);
    }
    Ok(answered / began.elapsed().as_secs_f64())
}
