//! Runs the conformance program, as their READMEs say, against the examples `examples/own-proxy`
//! and `examples/serverless-proxy`: a proxy in Node, and the same as one function.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use chataibot_conformance::{CheckError, Options, run::run};
use chataibot_simulator::spawn;

use crate::harness::broken;

/// A child process that is killed when the test ends.
struct Node(Child);

impl Drop for Node {
    fn drop(&mut self) {
        // The process may already have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn example(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(path)
}

#[tokio::test]
async fn the_own_proxy_in_node_keeps_the_contract_too() {
    keeps_the_contract("own-proxy/proxy.mjs").await;
}

#[tokio::test]
async fn the_same_as_one_function_from_request_to_response_keeps_it_too() {
    keeps_the_contract("serverless-proxy/node.mjs").await;
}

async fn keeps_the_contract(path: &str) {
    let simulator = spawn(chataibot_simulator::Config::for_tests()).await.expect("a simulator");
    let mut node = Command::new("node")
        .arg(example(path))
        .env("PORT", "0")
        .env("PLATFORM_URL", format!("{}/api/v1", simulator.url()))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map(Node)
        .expect("Node 18 or newer is installed; `cargo xtask setup` says what else is needed");
    let mut said = BufReader::new(node.0.stdout.take().expect("it is piped"));
    let mut line = String::new();
    said.read_line(&mut line).expect("it says where it listens");
    let url = line.trim().strip_prefix("listening on ").expect("the address").to_owned();

    let options = Options { simulator: Some(simulator.url()), quick: true, patience: 20, ..Options::of(url) };
    let all = run(&options, |_| {}).await.expect("it begins");
    assert_eq!(broken(&all), Vec::<String>::new(), "no must and no should");
    let skipped: Vec<&str> = all
        .iter()
        .filter(|found| matches!(found.outcome, Err(CheckError::NotApplicable(_))))
        .map(|found| found.check.name)
        .collect();
    let left_out = ["file-", "identity-", "end-everywhere"];
    assert!(skipped.iter().all(|name| left_out.iter().any(|left| name.starts_with(left))), "{skipped:?}");
    assert!(!skipped.contains(&"identity-refused"), "who takes no identity says so");
}

#[test]
fn it_is_one_file_that_a_person_reads_in_a_sitting() {
    let text = std::fs::read_to_string(example("own-proxy/proxy.mjs")).expect("it is there");
    assert!(text.lines().count() < 460);
    let imports: Vec<&str> = text.lines().filter(|line| line.starts_with("import ")).collect();
    assert!(imports.iter().all(|line| line.contains("\"node:")), "no package: {imports:?}");
}
