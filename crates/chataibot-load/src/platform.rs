//! Stub of the platform: returns the documented answers of the two calls at once. The simulator is
//! not used, because a bot's work would be measured with the proxy's.

use std::{io, net::SocketAddr};

use axum::{Json, Router, http::Uri, serve::ListenerExt};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Starts the stub and returns its address; it runs as long as the runtime does.
pub async fn start() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let listener = listener.tap_io(|socket| _ = socket.set_nodelay(true));
    tokio::spawn(axum::serve(listener, Router::new().fallback(answer)).into_future());
    Ok(address)
}

/// A conversation's id is its visitor's first message, so that the bench knows whose it is.
async fn answer(call: Uri, Json(body): Json<Value>) -> Json<Value> {
    if !call.path().ends_with("/conversations") {
        return Json(json!({ "ok": true, "message_id": "message" }));
    }
    Json(json!({
        "ok": true,
        "conversation": {
            "id": body["message"]["data"]["body"],
            "created_at": "2025-02-10 20:21:03.913000",
            "assignee": { "id": "bot-user", "to": "staff@example.com" },
        },
        "contact": { "name": "N", "email": "e@example.com", "phone": "1", "visitor_key": "v_1" },
    }))
}
