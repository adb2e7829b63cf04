//! The HTTP layer: what each request passes, and the calls. Translates between HTTP and [`crate::service`].

pub mod assets;
pub mod body;
pub mod cors;
pub mod limits;
pub mod middleware;
pub mod openapi;
pub mod routes;
