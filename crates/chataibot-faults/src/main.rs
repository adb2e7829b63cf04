//! The fault proxy as a program: `chataibot-faults --listen ADDR --server ADDR --control ADDR`, or
//! `chataibot-faults --table`.

use std::{collections::BTreeMap, net::SocketAddr, process::ExitCode, sync::Arc};

use chataibot_faults::{FaultProxy, catalogue, control};
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == ["--table"] {
        print!("{}", catalogue::table());
        return Ok(());
    }
    let flags: BTreeMap<&str, &str> =
        arguments.chunks_exact(2).map(|pair| (pair[0].as_str(), pair[1].as_str())).collect();
    let address = |flag: &str| -> Result<SocketAddr, String> {
        let text = flags.get(flag).ok_or_else(|| format!("{flag} ADDR:PORT is needed"))?;
        text.parse().map_err(|error| format!("{flag}: {error}"))
    };
    let to_message = |error: std::io::Error| error.to_string();
    let proxy = Arc::new(FaultProxy::start_on(address("--listen")?, address("--server")?).await.map_err(to_message)?);
    let listener = TcpListener::bind(address("--control")?).await.map_err(to_message)?;
    println!("controlled on http://{}", listener.local_addr().map_err(to_message)?);
    println!("listening on {}", proxy.url());
    control::serve(listener, proxy).await.map_err(to_message)
}
