//! Our own proxy keeps the contract; and each of many small breaches is found by exactly the check
//! that is named after it.

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
