//! Allowed dependencies: the table of ARCHITECTURE.md in a form that is compared with the sources.

use crate::source::{Source, file, files, paths};

/// A layer of the widget: the file `src/NAME.rs` and the folder `src/NAME/`.
struct Layer {
    name: &'static str,
    /// Layers it may name besides itself.
    layers: &'static [&'static str],
    /// Crates it may name besides `std`.
    crates: &'static [&'static str],
}

/// Crates for JavaScript and the browser.
const BROWSER: &[&str] =
    &["chataibot_wire", "js_sys", "web_sys", "wasm_bindgen", "wasm_bindgen_futures", "serde", "serde_wasm_bindgen"];

/// The same, and the crate that makes requests.
const BROWSER_AND_HTTP: &[&str] = &[
    "chataibot_wire",
    "js_sys",
    "web_sys",
    "wasm_bindgen",
    "wasm_bindgen_futures",
    "serde",
    "serde_wasm_bindgen",
    "gloo_net",
];

const WIDGET: &[Layer] = &[
    Layer { name: "conversation", layers: &[], crates: &["chataibot_wire"] },
    // Only to derive the types that are stored; nothing in serde can touch a browser.
    Layer { name: "machine", layers: &["conversation", "api"], crates: &["chataibot_wire", "serde"] },
    Layer { name: "runtime", layers: &["conversation", "machine", "api", "browser"], crates: BROWSER },
    Layer { name: "api", layers: &["conversation", "browser"], crates: BROWSER_AND_HTTP },
    Layer { name: "browser", layers: &[], crates: BROWSER },
    Layer { name: "config", layers: &[], crates: BROWSER },
    Layer { name: "strings", layers: &[], crates: &["yew"] },
    Layer {
        name: "notify",
        layers: &["conversation", "browser"],
        crates: &["chataibot_wire", "js_sys", "web_sys", "wasm_bindgen", "wasm_bindgen_futures"],
    },
    Layer { name: "demo", layers: &["components", "conversation", "machine", "runtime"], crates: &["chataibot_wire"] },
    Layer {
        name: "components",
        layers: &["conversation", "machine", "runtime", "api", "browser", "notify", "strings", "config"],
        crates: &["chataibot_wire", "yew", "web_sys", "wasm_bindgen", "wasm_bindgen_futures", "js_sys"],
    },
    Layer {
        name: "element",
        layers: &["components", "config", "conversation", "demo", "machine", "runtime"],
        crates: &["chataibot_wire", "yew", "js_sys", "web_sys", "wasm_bindgen", "wasm_bindgen_futures"],
    },
];

/// What a layer may name of another one, if not all of it.
const ONLY: &[(&str, &str, &[&str])] = &[
    // The modules that do no I/O.
    ("machine", "api", &["ApiError", "Credentials", "error", "credentials", "backoff", "sse"]),
    ("components", "api", &["send_body", "upload"]),
    ("components", "browser", &["timers", "events", "environment"]),
];

/// Every crate that this project can name, so that a path's first word is recognised as one.
const CRATES: &[&str] = &[
    "chataibot_wire",
    "chataibot_proxy",
    "chataibot_simulator",
    "chataibot_conformance",
    "chataibot_css",
    "chataibot_fake_browser",
    "chataibot_faults",
    "chataibot_properties",
    "chataibot_load",
    "chataibot_soak",
    "chataibot_widget",
    "yew",
    "js_sys",
    "web_sys",
    "wasm_bindgen",
    "wasm_bindgen_futures",
    "wasm_split_helpers",
    "gloo",
    "gloo_net",
    "gloo_timers",
    "gloo_storage",
    "gloo_events",
    "serde",
    "serde_json",
    "serde_wasm_bindgen",
    "tokio",
    "axum",
    "hyper",
    "reqwest",
    "rusqlite",
];

#[test]
fn every_file_of_the_widget_has_its_place_in_the_table() {
    for source in files("src", &[".rs"]) {
        assert!(
            source.path == "src/lib.rs" || layer_of(&source).is_some(),
            "{} belongs to no layer in the table",
            source.path
        );
    }
}

#[test]
fn parts_of_the_widget_import_only_what_they_may() {
    let mut broken = Vec::new();
    for source in files("src", &[".rs"]) {
        let Some(layer) = layer_of(&source) else { continue };
        for path in paths(&source.text) {
            let named = path.join("::");
            let allowed = match own_layer(&source, &path) {
                Some(other) => {
                    let only = ONLY.iter().find(|(from, to, _)| *from == layer.name && *to == other);
                    let inside = only.is_none_or(|(.., names)| path.iter().any(|word| names.contains(&word.as_str())));
                    other == layer.name || (layer.layers.contains(&other.as_str()) && inside)
                }
                None => !CRATES.contains(&path[0].as_str()) || layer.crates.contains(&path[0].as_str()),
            };
            if !allowed {
                broken.push(format!("{} names {named}; {} may not", source.path, layer.name));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn wire_types_know_serde_and_nothing_else() {
    let manifest = "crates/chataibot-wire/Cargo.toml";
    assert_eq!(dependencies(manifest, "[dependencies]"), ["serde", "schemars"]);
    let asked =
        file(manifest).text.lines().any(|line| line.starts_with("schemars") && line.contains("optional = true"));
    assert!(asked, "schemas are for servers: the WASM must not pay for them");
    assert!(!file("Cargo.toml").text.contains("schema\""), "the widget turns no schemas on");
}

#[test]
fn the_simulator_shares_no_type_with_wire_or_proxy() {
    for section in ["[dependencies]", "[dev-dependencies]"] {
        for dependency in dependencies("crates/chataibot-simulator/Cargo.toml", section) {
            assert!(!dependency.starts_with("chataibot"), "a wrong guess in {dependency} would pass its own test");
        }
    }
}

#[test]
fn conformance_knows_neither_wire_nor_proxy() {
    let known = dependencies("crates/chataibot-conformance/Cargo.toml", "[dependencies]");
    let ours: Vec<&String> = known.iter().filter(|name| name.starts_with("chataibot")).collect();
    assert_eq!(
        ours,
        ["chataibot-simulator"],
        "what is checked is the JSON on the network, not a type that could be wrong twice"
    );
}

#[test]
fn no_route_of_the_proxy_imports_a_route() {
    for source in files("crates/chataibot-proxy/src/http/routes", &[".rs"]) {
        let own = source.path.rsplit('/').next().and_then(|name| name.strip_suffix(".rs")).expect("a Rust file");
        let routes = files("crates/chataibot-proxy/src/http/routes", &[".rs"]);
        let others = routes.iter().filter_map(|route| route.path.rsplit('/').next()?.strip_suffix(".rs"));
        for other in others.filter(|other| *other != own) {
            for path in paths(&source.text) {
                let tail = match path[0].as_str() {
                    "super" => &path[1..],
                    "crate" if path.get(2).is_some_and(|module| module == "routes") => &path[3..],
                    _ => continue,
                };
                assert!(tail.first().is_none_or(|module| module != other), "{} names the route {other}", source.path);
            }
        }
    }
}

#[test]
fn sql_and_redis_stand_in_the_store_alone() {
    for source in files("crates/chataibot-proxy/src", &[".rs"]) {
        let in_store = source.path.contains("/src/store");
        // Tests inspect their own Redis.
        let may = in_store || source.path.contains("/src/testing/");
        let named = paths(&source.text).into_iter().find(|path| path[0] == "rusqlite" || path[0] == "redis");
        assert!(may || named.is_none(), "{} names {named:?}", source.path);
    }
}

fn layer_of(source: &Source) -> Option<&'static Layer> {
    let name = source.path.strip_prefix("src/")?.split(['/', '.']).next()?;
    WIDGET.iter().find(|layer| layer.name == name)
}

/// The layer of the widget that a path leads to, if any: from `crate`, or up by enough `super`.
fn own_layer(source: &Source, path: &[String]) -> Option<String> {
    let file = source.path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let mut module: Vec<&str> = file.split('/').collect();
    let mut rest = path;
    match rest.first()?.as_str() {
        "crate" => {
            module.clear();
            rest = &rest[1..];
        }
        "super" => {
            while rest.first().is_some_and(|word| word == "super") {
                module.pop();
                rest = &rest[1..];
            }
        }
        _ => return None,
    }
    let top = module.first().copied().or_else(|| rest.first().map(String::as_str))?;
    // `crate::Thing` and `super::*` in an inline module lead to no layer.
    WIDGET.iter().any(|layer| layer.name == top).then(|| top.to_owned())
}

fn dependencies(manifest: &str, section: &str) -> Vec<String> {
    let text = file(manifest).text;
    let Some((_, after)) = text.split_once(&format!("{section}\n")) else { return Vec::new() };
    after
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| Some(line.split_once(['=', '.'])?.0.trim().to_owned()))
        .filter(|name| !name.starts_with('#'))
        .collect()
}
