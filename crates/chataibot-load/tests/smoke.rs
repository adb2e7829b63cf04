//! Runs every measurement once, with small numbers, against a debug build of the proxy: the results
//! must be plausible, not good.

use std::{env, path::PathBuf, process::Command};

use chataibot_load::goals::GOALS;
use chataibot_load::procfs;
use chataibot_load::report::{judge, print};
use chataibot_load::run::Bench;
use chataibot_load::scale::Scale;

/// Path of the proxy built together with this test; builds it if this test is run alone.
fn proxy() -> PathBuf {
    let own = env::current_exe().expect("this test has a file");
    let directory = own.ancestors().nth(2).expect("target/<profile>/deps/<file>");
    let program = directory.join(format!("chataibot-proxy{}", env::consts::EXE_SUFFIX));
    if !program.exists() {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--package", "chataibot-proxy", "--target-dir"]);
        let target = directory.parent().expect("target/<profile>");
        assert!(cargo.arg(target).status().expect("cargo runs").success());
    }
    program
}

#[tokio::test(flavor = "multi_thread")]
async fn every_measure_gives_a_plausible_number() {
    let files = procfs::raise_open_files().expect("limits can be read");
    let (scale, _) = Scale::quick().within(files);
    let bench = Bench::prepare(&proxy(), scale).await.expect("visitors arrive");
    let numbers = bench.run(0).await.expect("everything is measured");
    for goal in GOALS {
        let value = *numbers.get(goal.key).unwrap_or_else(|| panic!("{} was not measured", goal.key));
        // From a machine ten times as fast to one a thousand times as slow as those we know; the
        // memory per stream is imprecise with only a hundred streams.
        let plausible = match goal.key {
            "streams-per-gib" => 1_000.0..=10_000_000.0,
            "stream-bytes" => 100.0..=1_000_000.0,
            // Measured on the whole machine, where other processes start and end.
            "kernel-bytes" => -1e9..=1e9,
            "ingest" => 1.0..=1_000_000.0,
            "token" => 0.1..=10_000.0,
            "reconnect" => 0.001..=60.0,
            // The difference of two measurements, so it can be negative.
            "forward-p50" | "forward-p99" => -1_000.0..=10_000.0,
            "reconnect-refused" | "lost-or-doubled" => 0.0..=0.0,
            _ => 0.01..=20_000.0,
        };
        assert!(plausible.contains(&value), "{}: {value}", goal.key);
    }
    let runs = [numbers];
    let rows = judge(GOALS, &runs);
    let printed = print(&rows, &runs);
    assert!(GOALS.iter().all(|goal| printed.contains(goal.title)), "{printed}");
}

#[test]
fn a_missed_must_makes_the_program_fail() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_chataibot-load"));
    program.arg("--proxy").arg(proxy()).args(["--quick", "--runs", "1", "--must", "token=0"]);
    let ended = program.output().expect("it runs");
    let (said, table) = (String::from_utf8_lossy(&ended.stderr), String::from_utf8_lossy(&ended.stdout));
    assert_eq!(ended.status.code(), Some(1), "{said}");
    let short = table.lines().find(|line| line.starts_with("token check")).expect("a line for it");
    assert!(short.contains("SHORT") && said.contains("a measure is outside its required bound"), "{said}{table}");
}

#[test]
fn what_is_not_understood_or_not_there_fails_with_a_word_why() {
    for (words, why) in [
        (&["--fast"][..], "--fast"),
        (&[], "--proxy"),
        (&["--must", "speed=1"], "reconnect"),
        (&["--proxy", "x", "--runs", "0"], "--runs"),
        (&["--proxy", "/nowhere/proxy", "--quick"], "/nowhere"),
    ] {
        let ended = Command::new(env!("CARGO_BIN_EXE_chataibot-load")).args(words).output().expect("it runs");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success() && said.contains(why), "{words:?}: {said}");
    }
}
