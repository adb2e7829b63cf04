//! A reverse proxy that introduces one mistake into the traffic with a correct proxy.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde_json::Value;
use tokio::{net::TcpListener, sync::mpsc};

/// A request.
pub struct Asked {
    pub method: Method,
    /// Path and query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// Number of requests before this one.
    pub number: u32,
}

/// An answer.
pub struct Progress {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn is(&self, method: &str, end: &str) -> bool {
        self.method == method && self.path.split('?').next().is_some_and(|path| path.ends_with(end))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

impl Progress {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        let mut json = self.json();
        change(&mut json);
        self.body = json.to_string().into_bytes();
    }

    pub fn set(&mut self, name: &'static str, value: &'static str) {
        self.headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Maps a stream's blocks one by one; `None` drops a block.
pub type Blocks = Box<dyn FnMut(String) -> Option<String> + Send>;

/// One mistake.
#[derive(Clone, Copy)]
pub struct Breach {
    /// Changes a request.
    pub asked: fn(&mut Asked),
    /// Changes an answer that is not a stream.
    pub told: fn(&Asked, &mut Progress),
    /// Returns the mapping for the blocks of a stream.
    pub blocks: fn(&Asked) -> Blocks,
}

impl Default for Breach {
    fn default() -> Self {
        Self { asked: |_| {}, told: |_, _| {}, blocks: |_| Box::new(Some) }
    }
}

pub struct Middle {
    pub url: String,
    running: tokio::task::JoinHandle<()>,
}

impl Drop for Middle {
    fn drop(&mut self) {
        self.running.abort();
    }
}

struct Inside {
    http: reqwest::Client,
    proxy: String,
    breach: Breach,
    requests: AtomicU32,
}

impl Middle {
    pub async fn before(proxy: String, breach: Breach) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let inside = Arc::new(Inside { http, proxy, breach, requests: AtomicU32::new(0) });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let router = Router::new().fallback(pass).with_state(inside);
        let running = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { url, running }
    }
}

async fn pass(State(inside): State<Arc<Inside>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 32 << 20).await.expect("a body");
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let number = inside.requests.fetch_add(1, Ordering::SeqCst);
    let mut asked = Asked { method: parts.method, path, headers: parts.headers, body, number };
    (inside.breach.asked)(&mut asked);
    asked.headers.remove(header::CONTENT_LENGTH);
    let request = inside.http.request(asked.method.clone(), format!("{}{}", inside.proxy, asked.path));
    let answer = request.headers(asked.headers.clone()).body(asked.body.clone()).send().await.expect("an answer");
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::TRANSFER_ENCODING);
    let is_stream = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
    let body = if is_stream {
        let blocks = (inside.breach.blocks)(&asked);
        streamed(answer, blocks)
    } else {
        let body = answer.bytes().await.expect("a whole answer").to_vec();
        let mut told = Progress { status, headers, body };
        (inside.breach.told)(&asked, &mut told);
        let mut response = Response::new(Body::from(told.body));
        (*response.status_mut(), *response.headers_mut()) = (told.status, told.headers);
        return response;
    };
    let mut response = Response::new(body);
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    response
}

fn streamed(mut answer: reqwest::Response, mut blocks: Blocks) -> Body {
    let (sender, mut receiver) = mpsc::channel::<Result<String, std::convert::Infallible>>(64);
    tokio::spawn(async move {
        let mut bytes = Vec::new();
        while let Ok(Some(chunk)) = answer.chunk().await {
            bytes.extend_from_slice(&chunk);
            while let Some(end) = bytes.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = bytes.drain(..end + 2).collect();
                let block = String::from_utf8(block).expect("UTF-8");
                if let Some(block) = blocks(block)
                    && sender.send(Ok(block)).await.is_err()
                {
                    return;
                }
            }
        }
    });
    Body::from_stream(futures_util::stream::poll_fn(move |context| receiver.poll_recv(context)))
}
