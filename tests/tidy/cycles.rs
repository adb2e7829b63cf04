//! No import cycles: files of one crate that import one another cannot be read, or changed, one at
//! a time.
//!
//! A file and its own submodules may name each other; any other path from a file back to itself is
//! a cycle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::source::{files, paths, root};

type Module = Vec<String>;
type Graph = BTreeMap<Module, BTreeSet<Module>>;

#[test]
fn no_files_import_one_another_in_a_circle() {
    let crates = fs::read_dir(root().join("crates")).expect("the crates").map(|entry| entry.expect("a folder"));
    let crates = crates.map(|entry| format!("crates/{}/src", entry.file_name().to_str().expect("own names are text")));
    let folders: Vec<String> = crates.chain(["src".to_owned(), "xtask/src".to_owned()]).collect();
    assert!(folders.len() > 10, "{folders:?}");
    for folder in &folders {
        let sources = modules(folder);
        assert!(!sources.is_empty(), "there is no crate in {folder}");
        let graph = graph(&sources);
        let cycles = cycles(&graph);
        let names = |cycle: &Vec<&Module>| cycle.iter().map(|module| module.join("::")).collect::<Vec<_>>().join(", ");
        let all = cycles.iter().map(names).collect::<Vec<_>>().join("\n  ");
        assert!(cycles.is_empty(), "files of {folder} import one another:\n  {all}");
    }
}

/// The files of a crate by their module paths. The root is the empty path; test modules are left
/// out.
fn modules(folder: &str) -> BTreeMap<Module, String> {
    let named = files(folder, &[".rs"]).into_iter().map(|source| {
        let file = source.path[folder.len() + 1..].trim_end_matches(".rs").to_owned();
        let mut module: Module = file.split('/').map(str::to_owned).collect();
        if matches!(module.last().map(String::as_str), Some("lib" | "main")) {
            module.pop();
        }
        (module, source.text)
    });
    named.filter(|(module, _)| !module.iter().any(|part| part == "tests")).collect()
}

/// The files that each file names, except its parents and children.
fn graph(modules: &BTreeMap<Module, String>) -> Graph {
    let mut graph = Graph::new();
    for (module, text) in modules {
        let targets = paths(text).into_iter().filter_map(|path| target(modules, module, &path));
        let targets = targets.filter(|target| !target.starts_with(module) && !module.starts_with(target));
        graph.entry(module.clone()).or_default().extend(targets);
    }
    graph
}

/// The module that a path leads to, if it is in the crate.
fn target(modules: &BTreeMap<Module, String>, from: &[String], path: &[String]) -> Option<Module> {
    let (mut at, mut rest): (Module, &[String]) = match path.first()?.as_str() {
        "crate" => (Module::new(), &path[1..]),
        "super" | "self" => (from.to_vec(), path),
        _ => return None,
    };
    while let Some(step @ ("super" | "self")) = rest.first().map(String::as_str) {
        if step == "super" {
            at.pop();
        }
        rest = &rest[1..];
    }
    for part in rest {
        at.push(part.clone());
        if !modules.contains_key(&at) {
            at.pop();
            break;
        }
    }
    modules.contains_key(&at).then_some(at)
}

/// The groups of files that all lead to one another: strongly connected components, found by
/// reachability, as graphs are small.
fn cycles(graph: &Graph) -> Vec<Vec<&Module>> {
    let reach: BTreeMap<&Module, BTreeSet<&Module>> =
        graph.keys().map(|module| (module, reachable(graph, module))).collect();
    let mut seen = BTreeSet::new();
    let mut cycles = Vec::new();
    for (module, others) in &reach {
        if others.contains(module) && !seen.contains(module) {
            let cycle: Vec<&Module> = others
                .iter()
                .copied()
                .filter(|other| reach.get(other).is_some_and(|back| back.contains(module)))
                .collect();
            seen.extend(cycle.iter().copied());
            cycles.push(cycle);
        }
    }
    cycles
}

fn reachable<'a>(graph: &'a Graph, from: &Module) -> BTreeSet<&'a Module> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&Module> = graph.get(from).into_iter().flatten().collect();
    while let Some(module) = next.pop() {
        if found.insert(module) {
            next.extend(graph.get(module).into_iter().flatten());
        }
    }
    found
}

#[test]
fn a_circle_is_found_and_parents_and_children_are_none() {
    let crate_of = |files: &[(&str, &str)]| -> BTreeMap<Module, String> {
        let module = |name: &str| name.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
        files.iter().map(|(name, text)| (module(name), (*text).to_owned())).collect()
    };
    let circle = crate_of(&[
        ("", "use crate::a::A;"),
        ("a", "use super::b::{B, c::C};"),
        ("b", "pub mod c;"),
        ("b::c", "use crate::{d, a::A};"),
        ("d", "// use crate::b::c::C;"),
    ]);
    let names = graph(&circle);
    let found: Vec<Vec<String>> =
        cycles(&names).iter().map(|cycle| cycle.iter().map(|module| module.join("::")).collect()).collect();
    assert_eq!(found, [["a", "b::c"]]);
    let family = crate_of(&[("a", "use a::b::B; use self::b::B;"), ("a::b", "use super::A;")]);
    assert!(cycles(&graph(&family)).is_empty());
}
