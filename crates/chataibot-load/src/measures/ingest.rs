//! How many webhooks a second are stored for good: as many as the proxy answers, from some connections that never wait.

use std::{net::SocketAddr, time::Instant};

use tokio::task::JoinSet;

use crate::{
    Trouble,
    http::Client,
    population::{webhook, webhook_path},
    scale::Scale,
};

/// Posts to the conversations of visitors that nobody listens to; answers a second.
///
/// # Errors
/// When the proxy refuses one.
pub async fn measure(proxy: SocketAddr, scale: &Scale) -> Result<f64, Trouble> {
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
            let path = webhook_path();
            let mut answered = 0_u32;
            while Instant::now() < until {
                let visitor = idle + (lane + answered as usize * connections) % (most - idle);
                let answer = client.post(&path, "", &webhook(visitor, &format!("{lane} says {answered}"))).await?;
                if answer.status != 200 {
                    return Err::<_, Trouble>(format!("a webhook was answered with {}", answer.status).into());
                }
                answered += 1;
            }
            Ok(answered)
        });
    }
    let mut answered = 0.0;
    while let Some(ended) = platform.join_next().await {
        answered += f64::from(ended??);
    }
    Ok(answered / began.elapsed().as_secs_f64())
}
