//! The fault proxy as a program: `chataibot-faults --listen ADDR --server ADDR --control ADDR`, or
//! `chataibot-faults --table`.

use std::{collections::BTreeMap, error::Error, net::SocketAddr, process::ExitCode, sync::Arc};

use chataibot_faults::{FaultProxy, catalogue, control};
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
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
    let proxy = Arc::new(FaultProxy::start_on(address("--listen")?, address("--server")?).await?);
    let listener = TcpListener::bind(address("--control")?).await?;
    println!("controlled on http://{}", listener.local_addr()?);
    println!("listening on {}", proxy.url());
    Ok(control::serve(listener, proxy).await?)
}
