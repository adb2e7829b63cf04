//! Compares documentation and fixtures with the code.

use serde_json::{Value, json};

use crate::harness::Harness;

#[tokio::test]
async fn every_documented_control_exists_and_every_control_is_documented() {
    let harness = Harness::new().await;
    let docs = harness.client.get(harness.url("/_control")).send().await.unwrap().text().await.unwrap();
    let mut documented = Vec::new();
    for cell in docs.split('`').skip(1).step_by(2) {
        if let Some((method @ ("GET" | "POST"), path)) = cell.split_once(' ') {
            let path = path.split('?').next().unwrap();
            documented.push(format!("{method} {path}"));
            let url = harness.url(path);
            // An unknown field is refused by name, so the request has no effect; an unknown path is
            // 404 and a wrong method 405.
            let request = match method {
                "GET" => harness.client.get(url),
                _ => harness.client.post(url).json(&json!({ "no such field": 1 })),
            };
            let status = request.send().await.unwrap().status().as_u16();
            assert_eq!(status, if method == "GET" { 200 } else { 400 }, "{cell}");
        }
    }
    let code = include_str!("../../src/control.rs");
    for line in code.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")) {
        let (path, handlers) = line.split_once('"').unwrap();
        for (method, word) in [("GET", "get("), ("POST", "post(")] {
            if handlers.contains(word) {
                assert!(documented.contains(&format!("{method} {path}")), "{method} {path} is not documented");
            }
        }
    }
    assert!(documented.len() >= 30);
}

#[test]
fn every_fixture_is_json_and_named_by_its_evidence() {
    let folder = format!("{}/../../tests/fixtures/platform", env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(["doc-", "seen-", "guess-"].iter().any(|grade| name.starts_with(grade)), "{name}");
        let text = std::fs::read_to_string(&path).unwrap();
        let parsed: Result<Value, _> = serde_json::from_str(&text);
        assert!(parsed.is_ok(), "{name}: {parsed:?}");
        count += 1;
    }
    assert!(count > 100);
}
