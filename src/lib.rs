//! The ChatAIBot chat widget in Yew and WASM, shown by `<chataibot-widget>`.
//!
//! Modules, in reading order:
//! - [`config`], [`strings`]: the settings and the texts
//! - [`conversation`]: the state of one conversation, a pure reducer: actions in, state out
//! - [`machine`]: the state machine of a running chat, pure: inputs in, effects out
//! - [`runtime`]: runs the effects in a browser
//! - [`api`]: tokens, the two documented calls, the event stream and its fallback
//! - [`browser`]: storage, tabs, timers and facts about the browser
//! - [`notify`]: sound and tab title for new messages while the visitor looks elsewhere
//! - [`components`]: the views
//! - [`demo`]: scenes in place of a runtime, for designers and tests
//! - [`element`]: the interface to JavaScript
//!
//! ARCHITECTURE.md lists the allowed dependencies between these modules; a test enforces them.

/// Defines an async function whose code is in the WASM chunk `$chunk`. Its result is an `Err` if
/// the chunk could not be fetched, which cannot happen without the feature `split`.
macro_rules! in_chunk {
    (
        $chunk:ident, $(#[$doc:meta])*
        $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) -> $output:ty { $($body:tt)* }
    ) => {
        $(#[$doc])*
        #[cfg(feature = "split")]
        #[wasm_split_helpers::wasm_split($chunk, fallible)]
        $vis fn $name($($arg: $type),*) -> Result<$output, wasm_split_helpers::SplitLoaderError> {
            Ok({ $($body)* })
        }
        $(#[$doc])*
        #[cfg(not(feature = "split"))]
        $vis async fn $name($($arg: $type),*) -> Result<$output, std::convert::Infallible> {
            Ok({ $($body)* })
        }
    };
}

pub mod config;
pub mod strings;

pub mod conversation;
pub mod machine;
pub mod runtime;

pub mod api;
pub mod browser;

pub mod notify;

pub mod components;
pub mod demo;

pub mod element;
