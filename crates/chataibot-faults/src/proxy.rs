//! The proxy: accepts connections, and serves each with the fault that the plan draws for it.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::fault::{Change, Effect, Ending, Impairment};
use crate::http_head::read_request;
use crate::pipe::{Health, carry_impaired, wait_until_healed};
use crate::plan::Plan;
use crate::rewrite;
use crate::rng::Rng;

/// Maximum length of a first line, in bytes.
const LONGEST_LINE: usize = 8 * 1024;
const FIRST_LINE_TIMEOUT: Duration = Duration::from_secs(10);

/// A running proxy. Dropping it ends it and every connection.
#[derive(Debug)]
pub struct FaultProxy {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    accept_task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Number of cuts: a connection accepted under a lower number ends.
    cut_count: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    server: SocketAddr,
    plan: Plan,
    plan_filter: Option<String>,
    rng: Rng,
    /// Health of the connections since the last [`FaultProxy::heal`].
    health: watch::Sender<bool>,
    /// How many connections had which fault; `""` for none.
    fault_counts: BTreeMap<&'static str, u64>,
}

impl FaultProxy {
    /// Listens on a free port of this machine, in front of `server`.
    pub async fn start(server: SocketAddr) -> io::Result<Self> {
        Self::start_on(SocketAddr::from(([127, 0, 0, 1], 0)), server).await
    }

    /// Listens on this address.
    pub async fn start_on(listen: SocketAddr, server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let state = State {
            server,
            plan: Plan::next([]),
            plan_filter: None,
            rng: Rng::new(0),
            health: watch::Sender::new(false),
            fault_counts: BTreeMap::new(),
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), cut_count: watch::Sender::new(0) });
        let accept_task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, accept_task })
    }

    /// `http://` and the address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sets the plan of future connections; open connections are not affected.
    pub fn plan(&self, plan: Plan) {
        self.plan_for(None, plan);
    }

    /// As `plan`, only for first lines that contain these words; other connections carry one request.
    pub fn plan_for(&self, only: Option<String>, plan: Plan) {
        let mut state = self.shared.state();
        state.plan = plan;
        state.plan_filter = only;
    }

    /// Seeds the generator for offsets that are not fixed.
    pub fn seed(&self, seed: u64) {
        self.shared.state().rng = Rng::new(seed);
    }

    /// Ends all faults on every connection; bytes that were held back are sent.
    pub fn heal(&self) {
        let mut state = self.shared.state();
        state.plan = Plan::next([]);
        state.plan_filter = None;
        std::mem::replace(&mut state.health, watch::Sender::new(false)).send_replace(true);
    }

    /// Ends every open connection by RST.
    pub fn cut(&self) {
        self.shared.cut_count.send_modify(|cuts| *cuts += 1);
    }

    /// Sets the server of future connections.
    pub fn aim(&self, server: SocketAddr) {
        self.shared.state().server = server;
    }

    /// How many connections had which fault, without those that had none.
    pub fn seen(&self) -> BTreeMap<&'static str, u64> {
        let mut seen = self.shared.state().fault_counts.clone();
        seen.remove("");
        seen
    }

    /// How many connections there were.
    pub fn connections(&self) -> u64 {
        self.shared.state().fault_counts.values().sum()
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.accept_task.abort();
        self.cut();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The fault of one connection, and what is needed to serve it.
struct Assignment {
    effect: Effect,
    server: SocketAddr,
    health: Health,
    rng: Rng,
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((mut client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        let mut cut_count = shared.cut_count.subscribe();
        let count_at_accept = *cut_count.borrow_and_update();
        tokio::spawn(async move {
            let ended = tokio::select! {
                ended = serve(&shared, &mut client) => ended,
                _ = cut_count.wait_for(|cut_count| *cut_count > count_at_accept) => Ok(Ending::Reset),
            };
            // Errors are what faults are meant to cause.
            if let Ok(Ending::Reset) = ended {
                _ = client.set_zero_linger();
            }
        });
    }
}

/// Draws the connection's fault and serves the connection with it.
async fn serve(shared: &Shared, client: &mut TcpStream) -> io::Result<Ending> {
    client.set_nodelay(true)?;
    let plan_filter = shared.state().plan_filter.clone();
    let is_targeted = match plan_filter {
        Some(words) => timeout(FIRST_LINE_TIMEOUT, peek_first_line(client)).await??.contains(&words),
        None => true,
    };
    let mut assignment = {
        let mut state = shared.state();
        let fault = if is_targeted { state.plan.draw() } else { None };
        *state.fault_counts.entry(fault.map_or("", |fault| fault.name)).or_default() += 1;
        // Another connection must not carry a second request: the plan may apply to that.
        let nothing = Effect::Wire { up: &[], down: &[] };
        let default_effect = if is_targeted { nothing } else { Effect::Rewrite(Change::Nothing) };
        Assignment {
            effect: fault.map_or(default_effect, |fault| fault.effect),
            server: state.server,
            health: state.health.subscribe(),
            rng: Rng::new(state.rng.number()),
        }
    };
    match assignment.effect {
        Effect::Refuse => Ok(Ending::Reset),
        Effect::Silence => {
            wait_until_healed(&mut assignment.health).await;
            assignment.relay(client, &[], &[]).await
        }
        Effect::Wire { up, down } => assignment.relay(client, up, down).await,
        Effect::Instead(answer) => {
            let request = read_request_bytes(client).await?;
            if answer.processed {
                // The first byte of the answer shows that the request has been processed.
                assignment.send(&request).await?.read_u8().await?;
            }
            client.write_all(&rewrite::bytes_of(&answer)).await?;
            client.shutdown().await?;
            // Unread bytes would cause a reset, which could destroy the answer.
            let mut discarded = [0; 1024];
            while client.read(&mut discarded).await? > 0 {}
            Ok(Ending::Close)
        }
        Effect::Rewrite(change) => assignment.carry_request(client, 1, change).await,
        Effect::Replay(times) => assignment.carry_request(client, times, Change::Nothing).await,
    }
}

impl Assignment {
    async fn connect(&self) -> io::Result<TcpStream> {
        let server = TcpStream::connect(self.server).await?;
        server.set_nodelay(true)?;
        Ok(server)
    }

    /// Sends the request to the server, on a connection of its own.
    async fn send(&self, request: &[u8]) -> io::Result<TcpStream> {
        let mut server = self.connect().await?;
        server.write_all(request).await?;
        Ok(server)
    }

    /// Sends the client's request to the server this many times, and carries the last answer back.
    async fn carry_request(&self, client: &mut TcpStream, times: u32, change: Change) -> io::Result<Ending> {
        let request = read_request_bytes(client).await?;
        let mut replays = Vec::new();
        for _ in 1..times {
            replays.push(self.send(&request).await?);
        }
        rewrite::carry(&mut self.send(&request).await?, client, change).await?;
        // These answers may take long; they are discarded.
        for mut replay in replays {
            _ = replay.read_u8().await;
        }
        Ok(Ending::Close)
    }

    /// Relays both directions until both have ended, or one of them ends the connection.
    async fn relay(&self, client: &mut TcpStream, up: &[Impairment], down: &[Impairment]) -> io::Result<Ending> {
        let mut server = self.connect().await?;
        let end = {
            let (from_client, to_client) = client.split();
            let (from_server, to_server) = server.split();
            let mut up = pin!(carry_impaired(from_client, to_server, up, self.health.clone(), self.rng.clone()));
            let mut down = pin!(carry_impaired(from_server, to_client, down, self.health.clone(), self.rng.clone()));
            let (mut up_ended, mut down_ended) = (false, false);
            loop {
                let (outcome, direction_ended) = tokio::select! {
                    outcome = &mut up, if !up_ended => (outcome?, &mut up_ended),
                    outcome = &mut down, if !down_ended => (outcome?, &mut down_ended),
                    else => break Ending::Close,
                };
                if outcome != Ending::HalfClose {
                    break outcome;
                }
                *direction_ended = true;
            }
        };
        if end == Ending::Reset {
            server.set_zero_linger()?;
        }
        Ok(end)
    }
}

async fn read_request_bytes(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let (head, body) = read_request(client).await?;
    Ok([head.bytes(), body].concat())
}

/// Returns the first line from the client without consuming it.
async fn peek_first_line(client: &TcpStream) -> io::Result<String> {
    let mut buffer = vec![0; LONGEST_LINE];
    let mut seen = 0;
    loop {
        let length = client.peek(&mut buffer).await?;
        if let Some(end) = buffer[..length].iter().position(|byte| *byte == b'\n') {
            return Ok(String::from_utf8_lossy(&buffer[..end]).into_owned());
        }
        if length == 0 || length == buffer.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "no first line"));
        }
        if length == seen {
            // `peek` returns at once with the same bytes, and does not report an end after them.
            sleep(Duration::from_millis(1)).await;
        }
        seen = length;
    }
}
