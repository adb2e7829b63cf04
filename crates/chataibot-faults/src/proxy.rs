//! The proxy: accepts connections, and serves each with the fault that the plan draws for it.

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

use crate::{
    fault::{Change, Effect, Impairment},
    http_head::read_request,
    pipe::{self, End, Health},
    plan::Plan,
    rewrite,
    rng::Rng,
};

/// Maximum length of a first line, in bytes.
const LONGEST_LINE: usize = 8 * 1024;

/// A running proxy. Dropping it ends it and every connection.
#[derive(Debug)]
pub struct FaultProxy {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Number of cuts: a connection accepted under a lower number ends.
    cuts: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    server: SocketAddr,
    plan: Plan,
    only: Option<String>,
    rng: Rng,
    /// Health of the connections since the last [`FaultProxy::heal`].
    health: watch::Sender<bool>,
    /// How many connections had which fault; `""` for none.
    seen: BTreeMap<&'static str, u64>,
    /// How many connections ended with an I/O error, which is what faults are meant to cause.
    broken: u64,
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
            plan: Plan::Pass,
            only: None,
            rng: Rng::new(0),
            health: watch::Sender::new(false),
            seen: BTreeMap::new(),
            broken: 0,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), cuts: watch::Sender::new(0) });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, accepting })
    }

    /// `http://` and the address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sets the plan of future connections; open connections are not affected.
    pub fn plan(&self, plan: Plan) {
        self.plan_for(None, plan);
    }

    /// Sets a plan only for connections whose first line contains these words; each other
    /// connection carries one request.
    pub fn plan_for(&self, only: Option<String>, plan: Plan) {
        let mut state = self.shared.state();
        state.plan = plan;
        state.only = only;
    }

    /// Seeds the generator for offsets that are not fixed.
    pub fn seed(&self, seed: u64) {
        self.shared.state().rng = Rng::new(seed);
    }

    /// Ends all faults: nothing more happens to any connection, and bytes that were held back are
    /// sent.
    pub fn heal(&self) {
        let mut state = self.shared.state();
        state.plan = Plan::Pass;
        state.only = None;
        std::mem::replace(&mut state.health, watch::Sender::new(false)).send_replace(true);
    }

    /// Ends every open connection by RST.
    pub fn cut(&self) {
        self.shared.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Sets the server of future connections.
    pub fn aim(&self, server: SocketAddr) {
        self.shared.state().server = server;
    }

    /// How many connections had which fault, without those that had none.
    pub fn seen(&self) -> BTreeMap<&'static str, u64> {
        let mut seen = self.shared.state().seen.clone();
        seen.remove("");
        seen
    }

    /// How many connections there were.
    pub fn connections(&self) -> u64 {
        self.shared.state().seen.values().sum()
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.accepting.abort();
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
        let mut cuts = shared.cuts.subscribe();
        let now = *cuts.borrow_and_update();
        tokio::spawn(async move {
            let ended = tokio::select! {
                ended = serve(&shared, &mut client) => ended,
                _ = cuts.wait_for(|cuts| *cuts > now) => Ok(End::Reset),
            };
            let ended = ended.and_then(|end| match end {
                End::Reset => client.set_zero_linger(),
                End::Said | End::Closed => Ok(()),
            });
            if ended.is_err() {
                shared.state().broken += 1;
            }
        });
    }
}

/// Draws the connection's fault and serves the connection with it.
async fn serve(shared: &Shared, client: &mut TcpStream) -> io::Result<End> {
    client.set_nodelay(true)?;
    let only = shared.state().only.clone();
    let meant = match only {
        Some(words) => first_line(client).await?.contains(&words),
        None => true,
    };
    let mut assignment = {
        let mut state = shared.state();
        let fault = if meant { state.plan.draw() } else { None };
        *state.seen.entry(fault.map_or("", |fault| fault.name)).or_default() += 1;
        // The plan is for other connections. This one must not carry a second request: the plan may
        // apply to that.
        let plain = if meant { Effect::Pass } else { Effect::Rewrite(Change::Nothing) };
        Assignment {
            effect: fault.map_or(plain, |fault| fault.effect),
            server: state.server,
            health: state.health.subscribe(),
            rng: Rng::new(state.rng.number()),
        }
    };
    match assignment.effect {
        Effect::Refuse => Ok(End::Reset),
        Effect::Silence => {
            pipe::healed(&mut assignment.health).await;
            relay(client, &assignment, &[], &[]).await
        }
        Effect::Pass => relay(client, &assignment, &[], &[]).await,
        Effect::Wire { up, down } => relay(client, &assignment, up, down).await,
        Effect::Instead { answer, processed } => {
            let (head, body) = read_request(client).await?;
            if processed {
                let mut server = request(&assignment, &[head.bytes(), body].concat()).await?;
                // The first byte of the answer shows that the request has been processed.
                server.read_u8().await?;
            }
            client.write_all(&rewrite::bytes_of(&answer)).await?;
            client.shutdown().await?;
            drain(client).await
        }
        Effect::Rewrite(change) => {
            let (head, body) = read_request(client).await?;
            let mut server = request(&assignment, &[head.bytes(), body].concat()).await?;
            rewrite::carry(&mut server, client, change).await?;
            Ok(End::Closed)
        }
        Effect::Replay(times) => {
            let (head, body) = read_request(client).await?;
            let said = [head.bytes(), body].concat();
            let mut others = Vec::new();
            for _ in 1..times {
                others.push(request(&assignment, &said).await?);
            }
            rewrite::carry(&mut request(&assignment, &said).await?, client, Change::Nothing).await?;
            // These answers may take long; they are discarded.
            for mut other in others {
                if other.read_u8().await.is_err() {
                    shared.state().broken += 1;
                }
            }
            Ok(End::Closed)
        }
    }
}

/// Sends the request to the server, on a connection of its own.
async fn request(assignment: &Assignment, request: &[u8]) -> io::Result<TcpStream> {
    let mut server = connect(assignment).await?;
    server.write_all(request).await?;
    Ok(server)
}

async fn connect(assignment: &Assignment) -> io::Result<TcpStream> {
    let server = TcpStream::connect(assignment.server).await?;
    server.set_nodelay(true)?;
    Ok(server)
}

/// Relays both directions until both have ended, or one of them ends the connection.
async fn relay(
    client: &mut TcpStream,
    assignment: &Assignment,
    up: &[Impairment],
    down: &[Impairment],
) -> io::Result<End> {
    let mut server = connect(assignment).await?;
    let end = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let mut up = pin!(pipe::carry(from_client, to_server, up, assignment.health.clone(), assignment.rng.clone()));
        let mut down =
            pin!(pipe::carry(from_server, to_client, down, assignment.health.clone(), assignment.rng.clone()));
        let (mut said_up, mut said_down) = (false, false);
        loop {
            let (ended, done) = tokio::select! {
                ended = &mut up, if !said_up => (ended?, &mut said_up),
                ended = &mut down, if !said_down => (ended?, &mut said_down),
                else => break End::Closed,
            };
            match ended {
                End::Said => *done = true,
                End::Reset | End::Closed => break ended,
            }
        }
    };
    if end == End::Reset {
        server.set_zero_linger()?;
    }
    Ok(end)
}

/// Reads what the client still sends: unread bytes would cause a reset, which could destroy the
/// answer.
async fn drain(client: &mut TcpStream) -> io::Result<End> {
    let mut rest = [0; 1024];
    while client.read(&mut rest).await? > 0 {}
    Ok(End::Closed)
}

/// Returns the first line from the client without consuming it.
async fn first_line(client: &TcpStream) -> io::Result<String> {
    let mut seen = vec![0; LONGEST_LINE];
    loop {
        let length = client.peek(&mut seen).await?;
        if let Some(end) = seen[..length].iter().position(|byte| *byte == b'\n') {
            return Ok(String::from_utf8_lossy(&seen[..end]).into_owned());
        }
        if length == 0 || length == seen.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "no first line"));
        }
        tokio::task::yield_now().await;
    }
}
