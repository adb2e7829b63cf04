//! What can be typed after `cargo xtask`, on one screen.

#![expect(clippy::wildcard_enum_match_arm, reason = "what else a command line can hold is lexopt's to say")]

use std::ffi::OsString;

use lexopt::{
    Arg::{Long, Short, Value},
    Parser, ValueExt,
};

/// Printed by `cargo xtask --help`.
pub const HELP: &str = "\
Automation for the ChatAIBot widget.

Usage: cargo xtask <command> [options]

  demo                 Build everything, start proxy and simulator, print an address to chat at.
    --port PORT        Port of the proxy (8787; the next free one when it is taken).
    --scenario-port PORT
                       Port of the simulated platform (8788; the next free one when it is taken).

  cluster              The same with two proxies that share one Redis, behind a balancer: kill one and chat on.
    --port PORT, --scenario-port PORT
                       Of the balancer and of the simulated platform, as above.
    --profile FLAVOUR  How the widget is built, as for dist.

  test                 Run every test: native, components in browsers, end to end, size budgets.
  test native [NAME]   Only the native ones, or those whose name contains NAME.
  test browser [NAME]  Only the components in headless browsers.
  test e2e [NAME]      Only the whole product in browsers.
    --profile FLAVOUR  How the widget is built for it, as for dist.
    --built            With the bundle that is in dist/, as it is.
  test reader [NAME]   What a screen reader (Orca) says in Firefox and Chromium, by the walks of tests/reader; not part of test.
    --profile FLAVOUR, --built
                       As for e2e. What was said is kept in target/reader/.
    Browsers are Chromium, where every test runs, and for a chosen set of them Firefox and WebKit where they can be had; with
    a NAME Chromium alone. CHATAIBOT_BROWSERS=chromium,firefox,webkit chooses, and fails where one of them is missing.

  dist                 Write the embeddable bundle to dist/.
    --profile FLAVOUR  small (default), stable (no unstable compiler flags), or dev (readable panics).

  bench size           Show the bundle's sizes beside their budgets.
    --check            Fail when one is over its budget.
  bench proxy          Measure what one proxy carries; fail when it is less than must be. Stop other work on the machine first.
    --runs N           So many runs, of which the medians count (5).
    --quick            Small numbers, only to see that it works.
    --must KEY=NUMBER  A bound of your own for one measure.

  soak                 Storms of network faults on the real proxy, until one finds something.
    --seeds N          So many storms (100).
    --minutes M        For so long at most (10).
    --from SEED        The first seed (1).
    --replay SEED      Only this one, with its story.
  crash                Kill the proxy at random and at each step of a commit, and look what is left.
    --rounds N         Twelve kills each (10).

  fuzz [TARGET]        Anything at all against what must hold of what comes in: fuzz/fuzz_targets, one or all of them.
    --seconds N        For so long each (60).
    --address          With AddressSanitizer, on a nightly toolchain.

  tables               Write the tables of docs/reference.md from the code.
    --check            Only fail when they are out of date.

  setup                Install now what demo and test would install when they need it.

What is missing is installed when it is needed: the WASM target by rustup, the bundler's npm packages, and for tests
Chromium, Firefox, WebKitGTK and their drivers, redis-server, and PHP and Ruby for the examples of signing by apt-get where this process may, for fuzz
cargo-fuzz by cargo.
";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Print [`HELP`].
    Help,
    /// Chat on this machine.
    Demo(DemoOptions),
    /// Chat on this machine through two proxies.
    Cluster(ClusterOptions),
    /// Run tests.
    Test(Selection),
    /// Write the bundle.
    Dist(Flavour),
    /// Weigh the bundle.
    Size {
        /// Fail over budget.
        check: bool,
    },
    /// Measure what one proxy carries.
    Load(Vec<String>),
    /// Storms of faults.
    Soak(Vec<String>),
    /// Kill the proxy.
    Crash {
        /// How often, in rounds of twelve.
        rounds: u32,
    },
    /// Fuzz.
    Fuzz(Fuzzing),
    /// Write the tables of the reference.
    Tables {
        /// Fail when out of date instead.
        check: bool,
    },
    /// Install everything.
    Setup,
    /// Complete what Trunk has built; called by `Trunk.toml`.
    TrunkHook,
    /// Stand in for `wasm-bindgen-test-runner`; for `cargo test`. Holds its whole command line.
    TestRunner(Vec<OsString>),
}

/// Wishes for `demo`; each port is the first one tried.
#[derive(Debug, PartialEq, Eq)]
pub struct DemoOptions {
    /// Of the proxy, which the browser talks to.
    pub port: u16,
    /// Of the simulated platform.
    pub scenario_port: u16,
}

/// Wishes for `cluster`; each port is the first one tried.
#[derive(Debug, PartialEq, Eq)]
pub struct ClusterOptions {
    /// Of the balancer, which the browser talks to.
    pub port: u16,
    /// Of the simulated platform.
    pub scenario_port: u16,
    /// How the widget is built.
    pub flavour: Flavour,
}

/// Wishes for `fuzz`.
#[derive(Debug, PartialEq, Eq)]
pub struct Fuzzing {
    /// Only this target.
    pub target: Option<String>,
    /// How long each may take.
    pub seconds: u32,
    /// With a sanitizer.
    pub address: bool,
}

/// Which tests to run.
#[derive(Debug, PartialEq, Eq)]
pub enum Selection {
    /// All, and the size budgets.
    Everything,
    /// One suite, perhaps only the tests whose name contains a word, and what end-to-end tests run on.
    Only(Suite, Option<String>, Bundle),
}

/// The bundle that end-to-end tests run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bundle {
    /// Built for them.
    Fresh(Flavour),
    /// What is in the folder.
    AsItIs,
}

impl Default for Bundle {
    fn default() -> Self {
        Self::Fresh(Flavour::default())
    }
}

/// A kind of test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// `cargo test` on this machine.
    Native,
    /// Components in headless browsers.
    Browser,
    /// The real bundle, proxy and simulator in browsers.
    EndToEnd,
    /// The same, as a screen reader says it.
    Reader,
}

/// How the WASM is compiled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flavour {
    /// Smallest: the standard library is built for size too. What is shipped and tested.
    #[default]
    Small,
    /// Only stable compiler flags.
    Stable,
    /// Unoptimised, with panic messages.
    Dev,
}

/// Reads the command line, without the program's name.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, lexopt::Error> {
    let mut parser = Parser::from_args(arguments);
    let name = match parser.next()? {
        None | Some(Long("help") | Short('h')) => return Ok(Command::Help),
        Some(Value(name)) => name.string()?,
        Some(other @ (Long(_) | Short(_))) => return Err(other.unexpected()),
    };
    match name.as_str() {
        "help" => Ok(Command::Help),
        "demo" => demo(parser),
        "cluster" => cluster(parser),
        "test" => test(parser),
        "dist" => dist(parser),
        "bench" => bench(parser),
        "soak" => soak(parser),
        "crash" => crash(parser),
        "fuzz" => fuzz(parser),
        "tables" => Ok(Command::Tables { check: check_flag(parser)? }),
        "setup" => finished(parser, Command::Setup),
        "trunk-hook" => finished(parser, Command::TrunkHook),
        "test-runner" => Ok(Command::TestRunner(program_line("wasm-bindgen-test-runner", parser)?)),
        unknown => Err(format!("there is no command {unknown:?}").into()),
    }
}

fn demo(mut parser: Parser) -> Result<Command, lexopt::Error> {
    let mut options = DemoOptions { port: 8787, scenario_port: 8788 };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") => options.port = parser.value()?.parse()?,
            Long("scenario-port") => options.scenario_port = parser.value()?.parse()?,
            other => return help_or_unexpected(other),
        }
    }
    Ok(Command::Demo(options))
}

fn cluster(mut parser: Parser) -> Result<Command, lexopt::Error> {
    let mut options = ClusterOptions { port: 8787, scenario_port: 8788, flavour: Flavour::default() };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") => options.port = parser.value()?.parse()?,
            Long("scenario-port") => options.scenario_port = parser.value()?.parse()?,
            Long("profile") => options.flavour = flavour(&parser.value()?.string()?)?,
            other => return help_or_unexpected(other),
        }
    }
    Ok(Command::Cluster(options))
}

fn flavour(name: &str) -> Result<Flavour, lexopt::Error> {
    match name {
        "small" => Ok(Flavour::Small),
        "stable" | "wasm" => Ok(Flavour::Stable),
        "dev" => Ok(Flavour::Dev),
        unknown => Err(format!("--profile is small, stable or dev, not {unknown:?}").into()),
    }
}

fn test(mut parser: Parser) -> Result<Command, lexopt::Error> {
    let suite = match parser.next()? {
        None => return Ok(Command::Test(Selection::Everything)),
        Some(Value(suite)) => match suite.string()?.as_str() {
            "native" => Suite::Native,
            "browser" => Suite::Browser,
            "e2e" => Suite::EndToEnd,
            "reader" => Suite::Reader,
            unknown => return Err(format!("tests are native, browser, e2e or reader, not {unknown:?}").into()),
        },
        Some(other) => return help_or_unexpected(other),
    };
    let takes_bundle = matches!(suite, Suite::EndToEnd | Suite::Reader);
    let (mut name, mut bundle) = (None, Bundle::default());
    while let Some(argument) = parser.next()? {
        match argument {
            Value(word) if name.is_none() => name = Some(word.string()?),
            Long("profile") if takes_bundle => {
                bundle = Bundle::Fresh(flavour(&parser.value()?.string()?)?);
            }
            Long("built") if takes_bundle => bundle = Bundle::AsItIs,
            other => return help_or_unexpected(other),
        }
    }
    Ok(Command::Test(Selection::Only(suite, name, bundle)))
}

fn dist(mut parser: Parser) -> Result<Command, lexopt::Error> {
    let mut wished = Flavour::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("profile") => wished = flavour(&parser.value()?.string()?)?,
            other => return help_or_unexpected(other),
        }
    }
    Ok(Command::Dist(wished))
}

fn bench(mut parser: Parser) -> Result<Command, lexopt::Error> {
    match parser.next()? {
        Some(Value(what)) if what == "size" => Ok(Command::Size { check: check_flag(parser)? }),
        Some(Value(what)) if what == "proxy" => load(parser),
        Some(Value(unknown)) => Err(format!("bench knows size and proxy, not {unknown:?}").into()),
        Some(other) => help_or_unexpected(other),
        None => Err("bench what? Try: cargo xtask bench size, or cargo xtask bench proxy".into()),
    }
}

/// As for [`soak`].
fn load(mut parser: Parser) -> Result<Command, lexopt::Error> {
    let mut wishes = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("runs") => {
                let number: u32 = parser.value()?.parse()?;
                wishes.extend(["--runs".to_owned(), number.to_string()]);
            }
            Long("quick") => wishes.push("--quick".to_owned()),
            Long("must") => wishes.extend(["--must".to_owned(), parser.value()?.string()?]),
            other => return help_or_unexpected(other),
        }
    }
    Ok(Command::Load(wishes))
}

/// Each wish is a number, and passed on as it stands.
fn soak(mut parser: Parser) -> Result<Command, lexopt::Error> {
    let mut wishes = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Long(name @ ("seeds" | "minutes" | "from" | "replay")) => {
                let name = format!("--{name}");
                let number: u64 = parser.value()?.parse()?;
                wishes.extend([name, number.to_string()]);
            }
            other => return help_or_unexpected(other),
        }
    }
    Ok(Command::Soak(wishes))
}

fn crash(mut parser: Parser) -> Result<Command, lexopt::Error> {
    let mut rounds = 10;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("rounds") => rounds = parser.value()?.parse()?,
            other => return help_or_unexpected(other),
        }
    }
    Ok(Command::Crash { rounds })
}

fn fuzz(mut parser: Parser) -> Result<Command, lexopt::Error> {
    let mut wishes = Fuzzing { target: None, seconds: 60, address: false };
    while let Some(argument) = parser.next()? {
        match argument {
            Value(name) if wishes.target.is_none() => wishes.target = Some(name.string()?),
            Long("seconds") => wishes.seconds = parser.value()?.parse()?,
            Long("address") => wishes.address = true,
            other => return help_or_unexpected(other),
        }
    }
    Ok(Command::Fuzz(wishes))
}

fn check_flag(mut parser: Parser) -> Result<bool, lexopt::Error> {
    let mut check = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("check") => check = true,
            other => return Err(other.unexpected()),
        }
    }
    Ok(check)
}

fn help_or_unexpected(argument: lexopt::Arg) -> Result<Command, lexopt::Error> {
    match argument {
        Long("help") | Short('h') => Ok(Command::Help),
        other => Err(other.unexpected()),
    }
}

fn finished(mut parser: Parser, command: Command) -> Result<Command, lexopt::Error> {
    match parser.next()? {
        None => Ok(command),
        Some(other) => help_or_unexpected(other),
    }
}

/// The rest of the line, untouched, behind the name of the program that is stood in for.
fn program_line(name: &str, mut parser: Parser) -> Result<Vec<OsString>, lexopt::Error> {
    Ok([OsString::from(name)].into_iter().chain(parser.raw_args()?).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(OsString::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_and_help_show_the_help() {
        for line in ["", "help", "--help", "-h", "demo --help", "test -h"] {
            assert_eq!(read(line), Ok(Command::Help), "{line:?}");
        }
    }

    #[test]
    fn a_suite_can_be_narrowed_to_a_name() {
        assert_eq!(read("test"), Ok(Command::Test(Selection::Everything)));
        assert_eq!(read("test browser"), Ok(Command::Test(Selection::Only(Suite::Browser, None, Bundle::default()))));
        let only = Selection::Only(Suite::EndToEnd, Some("two_tabs".to_owned()), Bundle::default());
        assert_eq!(read("test e2e two_tabs"), Ok(Command::Test(only)));
        assert!(read("test e2e two tabs").is_err());
        let heard = Selection::Only(Suite::Reader, Some("visit".to_owned()), Bundle::AsItIs);
        assert_eq!(read("test reader visit --built"), Ok(Command::Test(heard)));
    }

    #[test]
    fn end_to_end_tests_can_take_a_bundle_that_is_quick_to_build_or_built() {
        let with = |bundle, name: Option<&str>| {
            Ok(Command::Test(Selection::Only(Suite::EndToEnd, name.map(str::to_owned), bundle)))
        };
        assert_eq!(read("test e2e --profile dev life"), with(Bundle::Fresh(Flavour::Dev), Some("life")));
        assert_eq!(read("test e2e --built"), with(Bundle::AsItIs, None));
        assert!(read("test native --built").is_err());
    }

    #[test]
    fn storms_and_kills_take_numbers() {
        let wishes = ["--seeds", "7", "--replay", "3"].map(ToOwned::to_owned).to_vec();
        assert_eq!(read("soak --seeds 7 --replay 3"), Ok(Command::Soak(wishes)));
        assert_eq!(read("crash"), Ok(Command::Crash { rounds: 10 }));
        assert!(read("soak --seeds many").is_err());
        let wishes = ["--runs", "3", "--quick"].map(ToOwned::to_owned).to_vec();
        assert_eq!(read("bench proxy --runs 3 --quick"), Ok(Command::Load(wishes)));
    }

    #[test]
    fn one_target_or_all_are_fuzzed() {
        let fuzzing = |target: Option<&str>, seconds, address| {
            Ok(Command::Fuzz(Fuzzing { target: target.map(str::to_owned), seconds, address }))
        };
        assert_eq!(read("fuzz"), fuzzing(None, 60, false));
        assert_eq!(read("fuzz token --seconds 5 --address"), fuzzing(Some("token"), 5, true));
        assert!(read("fuzz token html").is_err());
    }

    #[test]
    fn a_stood_in_program_gets_its_arguments_untouched() {
        let line = ["wasm-bindgen-test-runner", "--nocapture", "x.wasm"].map(OsString::from).to_vec();
        assert_eq!(read("test-runner --nocapture x.wasm"), Ok(Command::TestRunner(line)));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (line, named) in [("fly", "\"fly\""), ("demo --fast", "--fast"), ("dist --profile tiny", "\"tiny\"")] {
            let error = read(line).expect_err(line);
            assert!(error.contains(named), "{line:?} says {error:?}");
        }
    }
}
