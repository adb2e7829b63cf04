//! Stub of the platform: returns the documented answers of the two calls at once. The simulator is
//! not used, because a bot's work would be measured with the proxy's.

use std::{io, net::SocketAddr};

use serde_json::Value;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};

use crate::http;

/// Starts the stub and returns its address; it runs as long as the runtime does.
pub async fn start() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                // A stopped proxy leaves connections behind that are reset.
                if let Err(error) = serve(socket).await
                    && error.kind() != io::ErrorKind::ConnectionReset
                {
                    eprintln!("the platform's stub: {error}");
                }
            });
        }
    });
    Ok(address)
}

async fn serve(mut socket: TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let mut buffer = Vec::new();
    while let Some((head, body)) = http::read_message(&mut socket, &mut buffer).await? {
        let body = answer(&head.path, &body);
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        socket.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

/// Returns the documented answers. A conversation's id is its visitor's first message, so that the
/// bench knows whose it is.
fn answer(path: &str, body: &[u8]) -> String {
    if path.ends_with("/conversations") {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let id = body["message"]["data"]["body"].as_str().unwrap_or_default();
        serde_json::json!({
            "ok": true,
            "conversation": {
                "id": id,
                "created_at": "2025-02-10 20:21:03.913000",
                "assignee": { "id": "bot-user", "to": "staff@example.com" },
            },
            "contact": { "name": "N", "email": "e@example.com", "phone": "1", "visitor_key": "v_1" },
        })
        .to_string()
    } else {
        r#"{"ok":true,"message_id":"message"}"#.to_owned()
    }
}
