//! The delivery of messages and replies, through a real proxy over real HTTP, against a platform that does what a test tells it.

#[path = "delivery/browser.rs"]
mod browser;
#[path = "delivery/crash.rs"]
mod crash;
#[path = "delivery/ends.rs"]
mod ends;
#[path = "delivery/erase.rs"]
mod erase;
#[path = "delivery/files.rs"]
mod files;
#[path = "delivery/life.rs"]
mod life;
#[path = "delivery/logs.rs"]
mod logs;
#[path = "delivery/lost_answers.rs"]
mod lost_answers;
#[path = "delivery/measured.rs"]
mod measured;
#[path = "delivery/paging.rs"]
mod paging;
#[path = "delivery/platform.rs"]
mod platform;
#[path = "delivery/refusals.rs"]
mod refusals;
#[path = "delivery/stage.rs"]
mod stage;
#[path = "delivery/streams.rs"]
mod streams;
#[path = "delivery/typed.rs"]
mod typed;
