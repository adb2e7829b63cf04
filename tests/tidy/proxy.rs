//! The proxy's layers: which directory may import which. Each imports only those below it.

use crate::source::{Source, file, files, paths};

const PROXY: &str = "crates/chataibot-proxy/src/";

/// A layer: files and folders of the proxy, and the layers it may name besides itself.
struct Layer {
    name: &'static str,
    modules: &'static [&'static str],
    below: &'static [&'static str],
}

const LAYERS: &[Layer] = &[
    Layer {
        name: "base",
        modules: &[
            "ids", "credentials", "file_types", "clock", "sync", "concurrency", "error", "failpoints", "metrics",
        ],
        below: &[],
    },
    Layer { name: "config", modules: &["config", "demo"], below: &["base"] },
    Layer { name: "normalise", modules: &["normalise"], below: &["base"] },
    Layer { name: "platform", modules: &["platform"], below: &["base", "config"] },
    Layer { name: "store", modules: &["store", "hub", "log_reader"], below: &["base", "normalise"] },
    Layer { name: "service", modules: &["service"], below: &["base", "config", "normalise", "platform", "store"] },
    Layer { name: "http", modules: &["http"], below: &["base", "config", "normalise", "store", "service"] },
    Layer { name: "server", modules: &["server"], below: &["base", "http"] },
    Layer {
        name: "composition",
        modules: &["lib", "main", "app", "commands", "testing", "otel"],
        below: &["base", "config", "normalise", "platform", "store", "service", "http", "server"],
    },
];

#[test]
fn layers_of_the_proxy_import_only_what_is_below_them() {
    let mut broken = Vec::new();
    for source in files(PROXY, &[".rs"]).into_iter().filter(|source| !source.path.contains("/tests")) {
        let own = layer_of(top(&source)).unwrap_or_else(|| panic!("{} belongs to no layer", source.path));
        for path in paths(&source.text) {
            let Some(module) = named(&source, &path) else { continue };
            let Some(other) = layer_of(&module) else { continue };
            if other.name != own.name && !own.below.contains(&other.name) {
                broken.push(format!("{} names {}; {} may not", source.path, path.join("::"), own.name));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_struct_that_all_handlers_share_has_more_than_eight_public_fields() {
    let state = file(&format!("{PROXY}http/state.rs"));
    for of_struct in state.text.split("\npub struct ").skip(1) {
        let (name, fields) = of_struct.split_once('{').expect("a struct with fields");
        let fields = fields.split("\n}").next().unwrap_or_default();
        let public = fields.lines().filter(|line| line.starts_with("    pub ")).count();
        assert!(public <= 8, "{name}has {public} public fields; group them by what needs them");
    }
}

fn layer_of(module: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.modules.contains(&module))
}

/// The first component of a file's path below the crate's root.
fn top(source: &Source) -> &str {
    let path = source.path.strip_prefix(PROXY).expect("a file of the proxy");
    path.split(['/', '.']).next().unwrap_or_default()
}

/// The module directly below the crate's root that a path leads to, if it is in the crate.
fn named(source: &Source, path: &[String]) -> Option<String> {
    match path.first()?.as_str() {
        "crate" => path.get(1).cloned(),
        "super" => {
            let ups = path.iter().take_while(|part| *part == "super").count();
            let depth = source.path.strip_prefix(PROXY)?.split('/').count();
            if ups >= depth { path.get(ups).cloned() } else { Some(top(source).to_owned()) }
        }
        _ => None,
    }
}
