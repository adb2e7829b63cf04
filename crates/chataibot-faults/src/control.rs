//! HTTP control port of the proxy, for tests in other languages. The path is the order, in words
//! separated by slashes:
//!
//! - `POST /always/NAME`, `POST /next/NAME[/NAME…]`: the fault of future connections; `?only=WORDS`
//!   restricts it to those whose first line contains WORDS
//! - `POST /storm/SEED/PERCENT`: random faults of browser connections, from a seed
//! - `POST /heal`, `POST /cut`: ends all faults; ends every connection
//! - `GET /seen`: how many connections had which fault; `GET /faults`: the catalogue

use std::{io, sync::Arc};

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::{catalogue, http_head::read_request, plan::Plan, proxy::FaultProxy};

/// Serves until the task that runs it ends.
pub async fn serve(listener: TcpListener, proxy: Arc<FaultProxy>) -> io::Result<()> {
    loop {
        let (mut socket, _) = listener.accept().await?;
        let proxy = Arc::clone(&proxy);
        tokio::spawn(async move {
            if let Err(error) = answer(&mut socket, &proxy).await {
                eprintln!("control: {error}");
            }
        });
    }
}

async fn answer(socket: &mut TcpStream, proxy: &FaultProxy) -> io::Result<()> {
    let (head, _) = read_request(socket).await?;
    let path = head.first.split(' ').nth(1).unwrap_or_default();
    let (status, body) = match execute(proxy, path) {
        Ok(body) => ("200 OK", body),
        Err(message) => ("400 Bad Request", message),
    };
    let length = body.len();
    let text = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    socket.write_all(text.as_bytes()).await?;
    socket.shutdown().await
}

/// Executes an order; returns the body of the answer, or why the order is invalid.
fn execute(proxy: &FaultProxy, path: &str) -> Result<String, String> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let filter = query.strip_prefix("only=").map(ToOwned::to_owned);
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let fault = |name: &str| catalogue::find(name).ok_or_else(|| format!("there is no fault {name:?}\n"));
    match segments.as_slice() {
        ["always", name] => proxy.plan_for(filter, Plan::Always(fault(name)?)),
        ["next", names @ ..] => {
            let faults = names.iter().map(|name| fault(name)).collect::<Result<Vec<_>, _>>()?;
            proxy.plan_for(filter, Plan::next(faults));
        }
        ["storm", seed, percent] => {
            let number = |text: &str| text.parse().map_err(|_| format!("{text:?} is no number\n"));
            proxy.plan_for(filter, Plan::storm(number(seed)?, number(percent)?));
        }
        ["heal"] => proxy.heal(),
        ["cut"] => proxy.cut(),
        ["seen"] => return Ok(proxy.seen().iter().map(|(name, count)| format!("{name} {count}\n")).collect()),
        ["faults"] => return Ok(catalogue::table()),
        _ => return Err(format!("{path:?} is no order\n")),
    }
    Ok(String::new())
}
