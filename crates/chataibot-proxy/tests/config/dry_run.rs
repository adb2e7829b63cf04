//! `--check-config` reports what a start would fail on, each problem once, with its place and the
//! remedy, and leaves no files behind.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chataibot_proxy::{clock::Clock, hub::Hub, store::Store};

use crate::{SECRETS, SITE, TAKES_FILES};

/// Runs the program; returns exit code and all output.
fn run(directory: &Path, text: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let file = directory.join("proxy.toml");
    fs::write(&file, text).expect("written");
    let mut program = Command::new(env!("CARGO_BIN_EXE_chataibot-proxy"));
    program.current_dir(directory).env("CHATAIBOT_PROXY_LOG", "off").arg("--config").arg(&file).args(arguments);
    let output = program.envs(SECRETS.iter().copied()).stdin(Stdio::null()).output().expect("run");
    fs::remove_file(&file).expect("removed");
    let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
    (output.status.code(), said)
}

/// Every file and folder below a directory, with a hash of each file's content.
fn all_below(directory: &Path) -> BTreeMap<PathBuf, Option<u64>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(all_below(&path));
            found.insert(path, None);
        } else {
            let mut hasher = DefaultHasher::new();
            fs::read(&path).expect("read").hash(&mut hasher);
            found.insert(path, Some(hasher.finish()));
        }
    }
    found
}

/// A directory with the files that the tests refer to.
fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    fs::create_dir(path("folder")).expect("made");
    fs::write(path("words"), "no key and no database, but long enough to be taken for one of them\n").expect("written");
    fs::write(path("empty"), "# nothing\n").expect("written");
    drop(Store::open(&path("fine.sqlite"), Hub::default(), Clock::system()).expect("made"));
    let newer = path("newer.sqlite");
    fs::copy(path("fine.sqlite"), &newer).expect("copied");
    let newer = rusqlite::Connection::open(newer).expect("opened");
    newer.pragma_update(None, "user_version", 99).expect("set");
    directory
}

#[test]
fn what_a_start_stumbles_over_is_named_with_its_place_and_what_to_do() {
    let directory = directory();
    let uploads =
        |directory: &str| format!("public_url = \"https://chat.shop.test\"\nuploads_directory = \"{directory}\"");
    for (lines, site, wanted) in [
        ("token_keys_file = \"nowhere\"".to_owned(), "", ["`token_keys_file`: nowhere can't be read", "openssl rand"]),
        ("token_keys_file = \"folder\"".to_owned(), "", ["`token_keys_file`: folder can't be read", "openssl rand"]),
        ("token_keys_file = \"words\"".to_owned(), "", ["`token_keys_file`: words:1: ", "openssl rand"]),
        ("token_keys_file = \"empty\"".to_owned(), "", ["`token_keys_file`: empty: there is no key", "openssl rand"]),
        ("database = \"no/x.sqlite\"".to_owned(), "", ["`database`: the directory no ", "make it, or name another"]),
        ("database = \"words/x.sqlite\"".to_owned(), "", ["`database`: the directory words ", "name another"]),
        ("database = \"folder\"".to_owned(), "", ["`database`: folder is a directory", "name a file"]),
        ("database = \"words\"".to_owned(), "", ["`database`: words can't be used", "not a database; name another"]),
        ("database = \"newer.sqlite\"".to_owned(), "", ["`database`: newer.sqlite can't be used", "run the newer"]),
        (
            "database = \"/proc/x.sqlite\"".to_owned(),
            "",
            ["`database`: the directory /proc can't be written", "another"],
        ),
        (uploads("/proc/uploads"), TAKES_FILES, ["`uploads_directory`: /proc/uploads can't be made", "name another"]),
        (uploads("words/uploads"), TAKES_FILES, ["`uploads_directory`: words/uploads can't be made", "name another"]),
        ("listen = \"192.0.2.1:80\"".to_owned(), "", ["`listen`: can't listen on 192.0.2.1:80", "of this machine"]),
        ("metrics_listen = \"192.0.2.1:80\"".to_owned(), "", ["`metrics_listen`: can't listen", "of this machine"]),
    ] {
        let rest = [("listen", "\"127.0.0.1:0\""), ("database", "\"fine.sqlite\"")];
        let rest: String = rest
            .iter()
            .filter(|(key, _)| !lines.starts_with(key))
            .map(|(key, value)| format!("{key} = {value}\n"))
            .collect();
        let text = format!("{lines}\n{rest}{SITE}{site}");
        // A start that gets as far as the database changes it, so the state is taken before.
        let before = all_below(directory.path());
        let (code, said) = run(directory.path(), &text, &["--check-config"]);
        assert_eq!(code, Some(1), "{lines}: {said}");
        let line = format!("proxy.toml:{}: ", lines.lines().count());
        assert!(said.contains(&line) && wanted.iter().all(|part| said.contains(part)), "{lines}: {said}");
        assert!(said.ends_with("1 problem to repair\n"), "once: {said}");
        assert_eq!(all_below(directory.path()), before, "{lines}");
        assert_eq!(run(directory.path(), &text, &[]).0, Some(1), "a start stumbles, too: {lines}");
    }
}

#[test]
fn where_all_is_well_nothing_is_left_behind_and_a_proxy_that_runs_is_not_disturbed() {
    let directory = directory();
    let before = all_below(directory.path());
    let text = |database: &str, listen: &str| {
        format!(
            "listen = \"{listen}\"\ndatabase = \"{database}\"\npublic_url = \"https://chat.shop.test\"\nuploads_directory = \"up/loads\"\n{SITE}{TAKES_FILES}"
        )
    };
    for database in ["new.sqlite", "folder/new.sqlite", "fine.sqlite"] {
        let (code, said) = run(directory.path(), &text(database, "127.0.0.1:0"), &["--check-config"]);
        assert_eq!(code, Some(0), "{database}: {said}");
        assert_eq!(all_below(directory.path()), before, "{database}");
    }
    let running = Store::open(&directory.path().join("fine.sqlite"), Hub::default(), Clock::system()).expect("opened");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = listener.local_addr().expect("its address").to_string();
    let before: Vec<PathBuf> = all_below(directory.path()).into_keys().collect();
    let (code, said) = run(directory.path(), &text("fine.sqlite", &taken), &["--check-config"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(all_below(directory.path()).into_keys().eq(before), "its journal stays");
    // A copy with its journal, as a killed process leaves it.
    for ending in ["", "-wal", "-shm"] {
        let path = |name: &str| directory.path().join(format!("{name}.sqlite{ending}"));
        fs::copy(path("fine"), path("left")).expect("copied");
    }
    drop(running);
    let journal = directory.path().join("left.sqlite-wal");
    let before = (fs::read(&journal).expect("read"), all_below(directory.path()).into_keys().collect::<Vec<_>>());
    let (code, said) = run(directory.path(), &text("left.sqlite", "127.0.0.1:0"), &["--check-config"]);
    assert_eq!(code, Some(0), "{said}");
    let after = (fs::read(&journal).expect("read"), all_below(directory.path()).into_keys().collect());
    assert!(after == before, "what was not played back yet is left to the start");
}

#[test]
fn what_comes_from_a_variable_or_a_flag_is_named_so() {
    let directory = directory();
    let text = format!("listen = \"127.0.0.1:0\"\n{SITE}");
    let (code, said) = run(directory.path(), &text, &["--check-config", "--database", "folder"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("--database: `database`: folder is a directory"), "{said}");
    let (code, said) = run(directory.path(), &text, &["--check-config", "--log", "a=b=c"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("--log: "), "{said}");
}
