//! Every fault of the catalogue on raw sockets: a client that sends one request, a server that
//! sends one answer, and the fault proxy between them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chataibot_faults::fault::{Body, Change, Effect, Ending, Impairment, Mark};
use chataibot_faults::http_head::{Head, read_request};
use chataibot_faults::{Fault, FaultProxy, Plan, catalogue, rewrite};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// Timeout for what must happen.
const PATIENCE: Duration = Duration::from_secs(20);
/// Wait for what must not happen.
const MOMENT: Duration = Duration::from_millis(60);

fn request() -> Vec<u8> {
    let body = format!("{{\"text\":\"Grüße → {}\"}}", "x".repeat(700));
    let head = format!("POST /messages HTTP/1.1\r\nhost: a.example\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.into_bytes(), body.into_bytes()].concat()
}

fn answer_body() -> String {
    format!("{{\"ok\":true,\"text\":\"schön → {}\"}}\n\n", "y".repeat(800))
}

fn answer() -> Vec<u8> {
    let body = answer_body();
    let kind = "content-type: application/json\r\naccess-control-allow-origin: *";
    let head = format!("HTTP/1.1 200 OK\r\n{kind}\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.into_bytes(), body.into_bytes()].concat()
}

/// Bytes that the server received, per connection.
type Heard = Arc<Mutex<Vec<Vec<u8>>>>;

/// Starts a server that answers whole requests and keeps reading until the client closes.
async fn server() -> (std::net::SocketAddr, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let heard = Heard::default();
    let shared = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let heard = Arc::clone(&shared);
            tokio::spawn(async move {
                let place = {
                    let mut all = heard.lock().expect("whole");
                    all.push(Vec::new());
                    all.len() - 1
                };
                let mut answered = false;
                let mut buffer = [0; 4096];
                while let Ok(read) = socket.read(&mut buffer).await {
                    let whole = {
                        let mut all = heard.lock().expect("whole");
                        all[place].extend_from_slice(&buffer[..read]);
                        let parsed = Head::parse(&all[place]).expect("a head");
                        parsed
                            .is_some_and(|(head, at)| all[place].len() >= at + head.length().unwrap_or(usize::MAX / 2))
                    };
                    if whole && !answered {
                        answered = true;
                        if socket.write_all(&answer()).await.is_err() {
                            return;
                        }
                    }
                    if read == 0 {
                        return;
                    }
                }
            });
        }
    });
    (address, heard)
}

/// What the client received, and whether the connection ended with a reset.
#[derive(Debug)]
struct Got {
    bytes: Vec<u8>,
    reset: bool,
}

struct Scene {
    proxy: FaultProxy,
    heard: Heard,
}

impl Scene {
    async fn of(fault: &'static Fault) -> Self {
        let (address, heard) = server().await;
        let proxy = FaultProxy::start(address).await.expect("a proxy");
        proxy.seed(7);
        proxy.plan(Plan::Always(fault));
        Self { proxy, heard }
    }

    /// Sends the request and reads until `enough` bytes or the end.
    async fn talk(&self, socket: &mut TcpStream, enough: usize) -> Got {
        let mut got = Got { bytes: Vec::new(), reset: socket.write_all(&request()).await.is_err() };
        let mut buffer = [0; 16 * 1024];
        while got.bytes.len() < enough {
            match socket.read(&mut buffer).await {
                Ok(0) => break,
                Ok(read) => got.bytes.extend_from_slice(&buffer[..read]),
                Err(_) => {
                    got.reset = true;
                    break;
                }
            }
        }
        got
    }

    async fn client(&self) -> TcpStream {
        TcpStream::connect(self.proxy.address).await.expect("connected")
    }

    fn heard(&self) -> Vec<Vec<u8>> {
        self.heard.lock().expect("whole").clone()
    }
}

#[tokio::test]
async fn every_fault_does_to_a_connection_what_it_says() {
    let mut tested = 0;
    for fault in catalogue::all() {
        let scene = Scene::of(fault).await;
        let checked = timeout(PATIENCE, async {
            match fault.effect {
                Effect::Refuse => refused(&scene).await,
                Effect::Silence => silent(&scene).await,
                Effect::Instead(answer) => {
                    let mut client = scene.client().await;
                    let got = scene.talk(&mut client, usize::MAX).await;
                    assert_eq!(got.bytes, rewrite::bytes_of(&answer), "{}", fault.name);
                    assert_eq!(scene.heard().iter().any(|one| *one == request()), answer.processed, "{}", fault.name);
                    if let Body::Large(size) = answer.body {
                        assert!(got.bytes.len() > size);
                    }
                }
                Effect::Rewrite(change) => changed(&scene, change, fault.name).await,
                Effect::Replay(times) => {
                    let got = scene.talk(&mut scene.client().await, usize::MAX).await;
                    assert!(got.bytes.ends_with(answer_body().as_bytes()));
                    while scene.heard().iter().filter(|one| **one == request()).count() < times as usize {
                        tokio::task::yield_now().await;
                    }
                }
                Effect::Wire { up, down } => wire(&scene, up, down, fault.name).await,
            }
        });
        assert!(checked.await.is_ok(), "{} takes too long", fault.name);
        assert_eq!(scene.proxy.seen().get(fault.name), Some(&scene.proxy.connections()), "{}", fault.name);
        tested += 1;
    }
    assert!(tested >= 60);
}

async fn refused(scene: &Scene) {
    let mut client = scene.client().await;
    let got = scene.talk(&mut client, 1).await;
    assert!(got.bytes.is_empty() && got.reset, "{got:?}");
    assert!(scene.heard().is_empty());
}

async fn silent(scene: &Scene) {
    let mut client = scene.client().await;
    assert!(timeout(MOMENT, scene.talk(&mut client, 1)).await.is_err(), "nothing comes");
    assert!(scene.heard().is_empty());
    scene.proxy.heal();
    let mut first = [0; 15];
    client.read_exact(&mut first).await.expect("what was said goes through");
    assert_eq!(scene.heard(), [request()]);
}

async fn changed(scene: &Scene, change: Change, name: &str) {
    let mut client = scene.client().await;
    let got = scene.talk(&mut client, usize::MAX).await;
    assert_eq!(scene.heard(), [request()], "{name}: the request arrives as it is");
    let text = String::from_utf8_lossy(&got.bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let plain = answer_body();
    let says = |header: &str| head.contains(header);
    match change {
        Change::Nothing => assert_eq!(body, plain),
        Change::Mime(kind) => assert!(says(&format!("content-type: {kind}")) && !says("json"), "{head}"),
        Change::Without(prefix) => assert!(!head.contains(prefix) && body == plain),
        Change::With(header, value) => assert!(says(&format!("{header}: {value}"))),
        Change::Mark => assert_eq!(body, format!("\u{feff}{plain}")),
        Change::Lines(end) => assert_eq!(body, plain.replace('\n', end)),
        Change::Events(event) => assert_eq!(body, format!("{event}{plain}{event}")),
        Change::LargeEvent(size) => assert!(body.len() > size && body.ends_with(&plain)),
        Change::Fields => assert_eq!(body, plain.replacen('{', "{\"surprise\":{\"deep\":[1,null,\"ü\"]},", 1)),
        Change::Half => {
            assert!(says(&format!("content-length: {}", plain.len() / 2)) && plain.starts_with(&body[..50]))
        }
        Change::Old => assert!(head.starts_with("HTTP/1.0 200") && body == plain),
        Change::Hints => assert!(head.starts_with("HTTP/1.1 103") && body.ends_with(&plain)),
        Change::BadChunks => assert!(says("chunked") && body.starts_with("zz\r\n")),
    }
}

async fn wire(scene: &Scene, up: &'static [Impairment], down: &'static [Impairment], name: &str) {
    let mut client = scene.client().await;
    let cut = |steps: &[Impairment]| {
        steps.iter().find_map(|step| match step {
            Impairment::At(_, Mark::Cut(ending)) => Some(*ending),
            Impairment::Delay(..)
            | Impairment::Slice(_)
            | Impairment::Rate(_)
            | Impairment::Hold(_)
            | Impairment::IdleKill(..)
            | Impairment::Twice
            | Impairment::At(..) => None,
        })
    };
    if let Some(ending) = cut(up).or(cut(down)) {
        let of_request = cut(up).is_some();
        ended(scene, &mut client, ending, of_request, name).await;
        return;
    }
    let whole = answer().len();
    let step = up.first().or(down.first()).expect("a fault has a step");
    match step {
        Impairment::Delay(least, _) if *least > 1_000 => {
            assert!(timeout(MOMENT, scene.talk(&mut client, 1)).await.is_err(), "{name}: too early");
            scene.proxy.heal();
            let mut all = vec![0; whole];
            client.read_exact(&mut all).await.expect("and then it comes");
            assert_eq!(all, answer());
        }
        Impairment::Delay(..) | Impairment::Slice(_) | Impairment::Rate(_) => {
            let got = scene.talk(&mut client, whole).await;
            assert_eq!(got.bytes, answer(), "{name}: late, but whole");
            assert_eq!(scene.heard(), [request()], "{name}");
        }
        Impairment::Hold(bytes) if *bytes > whole => {
            assert!(timeout(MOMENT, scene.talk(&mut client, 1)).await.is_err(), "{name}: it is held");
            client.shutdown().await.expect("the client has no more to say");
            let mut all = Vec::new();
            client.read_to_end(&mut all).await.expect("an end");
            assert_eq!(all, answer(), "{name}");
        }
        Impairment::Hold(_) => assert_eq!(scene.talk(&mut client, whole).await.bytes, answer(), "{name}"),
        Impairment::IdleKill(ms, ending) if *ms > 2_000 => {
            assert_eq!(scene.talk(&mut client, whole).await.bytes, answer(), "{name}");
            assert!(timeout(MOMENT, client.read_u8()).await.is_err(), "{name}: not yet, {ending:?}");
        }
        Impairment::IdleKill(_, ending) => {
            let got = scene.talk(&mut client, usize::MAX).await;
            assert_eq!((got.bytes, got.reset), (answer(), *ending == Ending::Reset), "{name}");
        }
        Impairment::Twice => assert_eq!(scene.talk(&mut client, 2 * whole).await.bytes, [answer(), answer()].concat()),
        Impairment::At(_, mark) => {
            let lost = if let Mark::Swallow(count) = mark { *count } else { 0 };
            // A corrupted request may get no answer at all.
            let got = timeout(MOMENT * 5, scene.talk(&mut client, whole - lost)).await;
            if up.is_empty() {
                let bytes = got.expect("an answer").bytes;
                assert!(bytes != answer() && bytes.len() == whole - lost, "{name}");
            } else {
                let heard = scene.heard().concat();
                assert!(heard != request() && heard.len() == request().len() - lost, "{name}: {}", heard.len());
            }
        }
    }
}

/// Checks a connection that ends before everything was transferred.
async fn ended(scene: &Scene, client: &mut TcpStream, ending: Ending, of_request: bool, name: &str) {
    let talk = timeout(MOMENT * 5, scene.talk(client, answer().len())).await;
    match ending {
        Ending::Reset | Ending::Close | Ending::HalfClose => {
            let got = talk.expect("an end, at once");
            assert!(got.bytes.len() < answer().len() && answer().starts_with(&got.bytes), "{name}");
            if ending == Ending::Reset {
                assert!(got.reset, "{name}: by RST");
            }
            let heard = scene.heard().concat();
            assert!(request().starts_with(&heard) && (heard == request()) != of_request, "{name}");
        }
        Ending::BlackHole | Ending::Vanish => {
            assert!(talk.is_err(), "{name}: nobody is told");
            scene.proxy.heal();
            let rest = timeout(MOMENT * 5, client.read_u8()).await;
            assert_eq!(rest.is_ok(), ending == Ending::BlackHole, "{name}: after all is well");
        }
    }
}

#[tokio::test]
async fn a_plan_for_some_requests_leaves_the_others_alone() {
    let scene = Scene::of(catalogue::find("bare-503").expect("listed")).await;
    let fault = catalogue::find("bare-503").expect("listed");
    scene.proxy.plan_for(Some("/events".to_owned()), Plan::Always(fault));
    let got = scene.talk(&mut scene.client().await, usize::MAX).await;
    assert!(String::from_utf8_lossy(&got.bytes).contains("schön"), "one request, then the end");
    scene.proxy.plan_for(Some("/messages".to_owned()), Plan::Always(fault));
    let got = scene.talk(&mut scene.client().await, usize::MAX).await;
    assert!(got.bytes.starts_with(b"HTTP/1.1 503"));
}

#[tokio::test]
async fn orders_from_outside_are_followed_or_named() {
    let (address, _) = server().await;
    let proxy = Arc::new(FaultProxy::start(address).await.expect("a proxy"));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let control = listener.local_addr().expect("an address");
    tokio::spawn(chataibot_faults::control::serve(listener, Arc::clone(&proxy)));
    let order = async |path: &str| {
        let mut socket = TcpStream::connect(control).await.expect("connected");
        let text = format!("POST {path} HTTP/1.1\r\nhost: a\r\n\r\n");
        socket.write_all(text.as_bytes()).await.expect("said");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.expect("answered");
        answer
    };
    assert!(order("/always/refused").await.starts_with("HTTP/1.1 200"));
    assert!(TcpStream::connect(proxy.address).await.expect("taken").read_u8().await.is_err());
    assert!(order("/seen").await.ends_with("refused 1\n"));
    for path in ["/heal", "/cut", "/storm/7/30", "/next/silence/refused", "/next/silence?only=/events"] {
        assert!(order(path).await.starts_with("HTTP/1.1 200"), "{path}");
    }
    for path in ["/always/nothing-like-it", "/storm/x/1", "/dance"] {
        assert!(order(path).await.starts_with("HTTP/1.1 400"), "{path}");
    }
    assert!(order("/faults").await.contains("| `refused` |"));
}

#[tokio::test]
async fn a_cut_resets_what_is_there_and_nothing_that_comes() {
    let (address, _) = server().await;
    let proxy = FaultProxy::start(address).await.expect("a proxy");
    let mut old = TcpStream::connect(proxy.address).await.expect("connected");
    old.write_all(&request()).await.expect("said");
    let mut all = vec![0; answer().len()];
    old.read_exact(&mut all).await.expect("answered");
    proxy.cut();
    assert!(old.read_u8().await.is_err());
    let mut new = TcpStream::connect(proxy.address).await.expect("connected");
    new.write_all(&request()).await.expect("said");
    new.read_exact(&mut all).await.expect("answered");
}

#[tokio::test]
async fn a_request_is_read_whole_or_not_at_all() {
    let (mut near, mut far) = tokio::io::duplex(4096);
    near.write_all(&request()).await.expect("room");
    let (head, body) = read_request(&mut far).await.expect("whole");
    assert_eq!(Some(body.len()), head.length());
    near.write_all(&request()[..200]).await.expect("room");
    drop(near);
    assert!(read_request(&mut far).await.is_err());
}
