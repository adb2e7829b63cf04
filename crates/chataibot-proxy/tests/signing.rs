//! The signing examples for host sites in `examples/signing`: all make the same token, and the
//! proxy accepts it.

use std::{path::PathBuf, process::Command};

use chataibot_proxy::{config::SiteId, service::token::host_jwt};
use secrecy::SecretString;

#[path = "../../../examples/signing/identity.rs"]
mod in_rust;

const SECRET: &str = "golden-secret-golden-secret-golden";
const NOW: u64 = 1_767_225_600;
/// The token that every language makes for Ada, the site `shop`, this secret and this time.
const GOLDEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0MiIsImF1ZCI6InNob3AiLCJuYW1lIjoiQWRhIExvdmVsYWNlIiwiZW1haWwiOiJhZGFAZXhhbXBsZS5jb20iLCJpYXQiOjE3NjcyMjU2MDAsImV4cCI6MTc2NzIyNTkwMH0.lZV8iNLrnZtN4vLMG5STr3vVT4FqggCyqmMtaElUWdU";

/// Runs an example with its interpreter; `None` if that is not installed.
fn run(interpreter: &str, file: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/signing").join(file);
    // A placeholder program that does not know the language does not count as installed.
    let is_there = Command::new(interpreter).arg("--version").output().is_ok_and(|output| output.status.success());
    if !is_there {
        println!("{interpreter} is not installed here: {file} was not run");
        return None;
    }
    let output = Command::new(interpreter).arg(path).args([SECRET, "shop", &NOW.to_string()]).output().expect("run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).expect("text").trim().to_owned())
}

#[test]
fn every_language_signs_the_same() {
    let mut ran = 0;
    for (interpreter, file) in
        [("node", "identity.mjs"), ("python3", "identity.py"), ("php", "identity.php"), ("ruby", "identity.rb")]
    {
        if let Some(signed) = run(interpreter, file) {
            assert_eq!(signed, GOLDEN, "{file}");
            ran += 1;
        }
    }
    println!("{ran} of 4 interpreters are installed here");
    assert!(ran > 0, "not one interpreter: nothing was tested");
}

#[test]
fn rust_signs_the_same() {
    let ada = in_rust::Identity {
        sub: "42",
        aud: "shop",
        name: "Ada Lovelace",
        email: "ada@example.com",
        iat: NOW,
        exp: NOW + 300,
    };
    let signed = in_rust::sign(&ada, SECRET).expect("signed");
    // The library orders the header's fields in its own way: all that matters is that the proxy
    // verifies it as the same person.
    let site = SiteId::parse("shop").expect("an id");
    let secrets = SecretString::from(SECRET);
    assert_eq!(host_jwt::verify(&signed, &secrets, &site, NOW), host_jwt::verify(GOLDEN, &secrets, &site, NOW));
}

#[test]
fn the_proxy_takes_it_while_it_holds_and_with_any_of_its_secrets() {
    let site = SiteId::parse("shop").expect("an id");
    let verify = |secrets: &str, now: u64| host_jwt::verify(GOLDEN, &SecretString::from(secrets), &site, now);
    let person = verify(SECRET, NOW + 299).expect("a person");
    assert_eq!((person.user.as_str(), person.email.as_deref()), ("42", Some("ada@example.com")));
    assert!(verify(&format!("a-newer-secret-of-thirty-two-characters\n{SECRET}"), NOW).is_ok());
    assert!(verify("a-newer-secret-of-thirty-two-characters", NOW).is_err());
    assert!(verify(SECRET, NOW + 300).is_err());
}
