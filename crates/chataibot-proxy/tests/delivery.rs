//! Delivery of messages and replies, through a real proxy over real HTTP, against a platform that
//! the test controls.
//!
//! With `CHATAIBOT_TEST_STORE=redis` in the environment the proxy keeps everything in a Redis
//! instead of its own file.

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
#[path = "delivery/harness.rs"]
mod harness;
#[path = "delivery/kill.rs"]
mod kill;
#[path = "delivery/life.rs"]
mod life;
#[path = "delivery/logs.rs"]
mod logs;
#[path = "delivery/lost_answers.rs"]
mod lost_answers;
#[path = "delivery/measured.rs"]
mod measured;
#[path = "delivery/middlebox.rs"]
mod middlebox;
#[path = "delivery/paging.rs"]
mod paging;
#[path = "delivery/platform.rs"]
mod platform;
#[path = "delivery/program.rs"]
mod program;
#[path = "delivery/refusals.rs"]
mod refusals;
#[path = "delivery/several.rs"]
mod several;
#[path = "delivery/several_faults.rs"]
mod several_faults;
#[path = "delivery/several_programs.rs"]
mod several_programs;
#[path = "delivery/several_users.rs"]
mod several_users;
#[path = "delivery/sockets.rs"]
mod sockets;
#[path = "delivery/streams.rs"]
mod streams;
#[path = "delivery/typed.rs"]
mod typed;
