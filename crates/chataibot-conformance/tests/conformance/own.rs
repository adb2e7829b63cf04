//! `chataibot-proxy` against the conformance checks.

use std::time::Duration;

use chataibot_conformance::{CheckError, Options, checks, run::holds};
use chataibot_proxy::config::{IdentityPolicy, Site, Sites};
use secrecy::SecretString;

use crate::harness::{Harness, IDENTITY_SECRET, broken};

#[tokio::test]
async fn our_own_proxy_keeps_the_contract_in_every_point() {
    let all = Harness::open(None, |_| {}).await.run(&[]).await;
    assert_eq!(broken(&all), Vec::<String>::new());
    assert!(holds(&all));
    let skipped: Vec<&str> = all
        .iter()
        .filter(|found| matches!(found.outcome, Err(CheckError::NotApplicable(_))))
        .map(|found| found.check.name)
        .collect();
    assert_eq!(skipped, ["identity-required"], "with files and sign-ins on only that does not apply");
    let quick = checks::all().iter().filter(|check| !check.slow).count();
    assert_eq!(all.len(), quick);
}

#[tokio::test]
async fn its_streams_say_reauth_before_the_token_ends() {
    let harness = Harness::open(None, |config| config.token_lifetime = Duration::from_secs(6)).await;
    let all = harness.run(&["stream-reauth"]).await;
    assert!(all.iter().all(|found| found.outcome.is_ok()), "{all:?}");
}

#[tokio::test]
async fn a_site_without_files_is_skipped_where_files_are_meant() {
    let harness = Harness::open(None, |config| {
        let sites = config.sites.iter().map(|site| {
            let mut site = Site::clone(site);
            site.upload_types.clear();
            site
        });
        config.sites = Sites::new(sites.collect());
    })
    .await;
    let all = harness.run(&["file-upload", "file-owner"]).await;
    assert!(all.iter().all(|found| matches!(found.outcome, Err(CheckError::NotApplicable(_)))), "{all:?}");
    assert!(holds(&all), "what does not apply breaks nothing");
}

#[tokio::test]
async fn a_proxy_that_is_not_there_and_a_check_that_is_none_are_said_at_once() {
    let unknown = Options { only: vec!["no-such-check".to_owned()], ..Options::of("http://127.0.0.1:9") };
    let error = chataibot_conformance::run(&unknown, |_| {}).await.expect_err("refused").to_string();
    assert!(error.contains("no-such-check"), "{error}");
    let nowhere =
        Options { wait: 0, simulator_listen: ([127, 0, 0, 1], 0).into(), ..Options::of("http://127.0.0.1:9") };
    let error = chataibot_conformance::run(&nowhere, |_| {}).await.expect_err("refused").to_string();
    assert!(error.contains("POST /token"), "{error}");
}

#[tokio::test]
async fn where_an_identity_is_required_everybody_is_signed_in() {
    let harness = Harness::open(None, |config| {
        let sites = config.sites.iter().map(|site| {
            let identity = IdentityPolicy::Required(SecretString::from(IDENTITY_SECRET));
            Site { identity, ..Site::clone(site) }
        });
        config.sites = Sites::new(sites.collect());
    })
    .await;
    let wanted = [
        "identity-required", "identity-swap", "identity-refused", "token-answer", "token-renewal", "end-tokens",
        "owner-poll",
    ];
    let all = harness.run(&wanted).await;
    assert!(all.iter().all(|found| found.outcome.is_ok()), "{all:?}");
    assert_eq!(all.len(), wanted.len());
}
