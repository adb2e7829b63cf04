//! Checks that our own proxy passes the conformance checks, and that each of many small contract
//! breaches is found by exactly the check named after it.

#[path = "conformance/breaches.rs"]
mod breaches;
#[path = "conformance/harness.rs"]
mod harness;
#[path = "conformance/middle.rs"]
mod middle;
#[path = "conformance/node.rs"]
mod node;
#[path = "conformance/own.rs"]
mod own;
