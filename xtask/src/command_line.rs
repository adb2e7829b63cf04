//! The command line of `cargo xtask`, read by clap: the comments below are what `--help` prints.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const INSTALLS: &str = "Commands install what they need and do not find: the WASM target by rustup, the bundler by npm, \
    cargo-fuzz by cargo; for tests also Chromium, Firefox, WebKitGTK with their drivers, redis-server, PHP and Ruby by apt-get, \
    if this process has the permission.";
const BROWSERS: &str = "Every test runs in Chromium, a selection also in Firefox and WebKit if these are available; with a \
    NAME only in Chromium. CHATAIBOT_BROWSERS=chromium,firefox,webkit selects browsers, and a missing one is then an error.";

/// Automation for the ChatAIBot widget
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = INSTALLS)]
pub struct CommandLine {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Build everything, start proxy and simulator, and print the address of the chat
    Demo(Ports),
    /// Like demo, with two proxies that share one Redis behind a load balancer; if one is killed,
    /// the chat continues
    Cluster {
        #[command(flatten)]
        ports: Ports,
        /// How the widget is built
        #[arg(long, value_enum, default_value_t)]
        profile: BundleProfile,
    },
    /// Run the tests: native, components in browsers, end to end, size budgets
    #[command(after_help = BROWSERS)]
    Test {
        /// The suite to run; without it, everything except most screen reader walks and most
        /// examples.
        #[command(subcommand)]
        suite: Option<Suite>,
    },
    /// Write the embeddable bundle to dist/
    Dist {
        /// How the widget is built
        #[arg(long, value_enum, default_value_t)]
        profile: BundleProfile,
    },
    /// Write the packages to target/package/: one for npm, one for a web server, and the proxy for
    /// operators
    Package(PackageOptions),
    /// Measure the bundle's sizes, the widget's performance for visitors, or the proxy under load
    #[command(subcommand)]
    Bench(Bench),
    /// Run the real proxy under random network faults until a run finds a defect
    Soak(SoakOptions),
    /// Kill the proxy at random times and at each step of a commit, and check its data
    Crash {
        /// Rounds of twelve kills each
        #[arg(long, default_value_t = 10)]
        rounds: u32,
    },
    /// Fuzz the parsers of untrusted input: one target of fuzz/fuzz_targets, or all
    Fuzz(FuzzOptions),
    /// Render the documents as HTML pages with a search, to dist/docs
    Docs,
    /// Write the tables of docs/reference.md and the other files that are generated from the code
    Tables {
        /// Write nothing, and fail if a file is out of date
        #[arg(long)]
        check: bool,
    },
    /// Check style sheets for the widget in every scene, in light and dark: names, values,
    /// contrast, sizes, focus, motion
    Theme(ThemeOptions),
    /// Redraw the pictures of the documents and the studio, and record the present layout of every
    /// scene
    Pictures(PictureOptions),
    /// Install everything that demo and test would install on demand
    Setup,
    /// Complete a build by Trunk; called by Trunk.toml
    #[command(hide = true)]
    TrunkHook,
}

#[derive(Args, Debug, PartialEq, Eq)]
pub struct ThemeOptions {
    /// The style sheets, each checked separately
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Only these scenes: names separated by commas
    #[arg(long, value_name = "NAMES")]
    pub scenes: Option<String>,
    /// Use the existing bundle in dist/
    #[arg(long)]
    pub built: bool,
}

#[derive(Args, Debug, PartialEq, Eq)]
pub struct Ports {
    /// Port of the chat; if it is in use, the next free one
    #[arg(long, default_value_t = 8787)]
    pub port: u16,
    /// Port of the simulated platform; if it is in use, the next free one
    #[arg(long, default_value_t = 8788)]
    pub scenario_port: u16,
}

#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum Suite {
    /// The native tests, by `cargo test`
    Native {
        /// Only tests whose name contains this
        name: Option<String>,
    },
    /// The components in headless browsers
    Browser {
        /// Only tests whose name contains this
        name: Option<String>,
    },
    /// The whole product in browsers
    #[command(name = "e2e")]
    EndToEnd(BundleTests),
    /// What the screen reader Orca says in Firefox and Chromium during the walks of tests/reader;
    /// transcripts are in target/reader/
    Reader(BundleTests),
    /// Each folder of examples/: installed from the package, built, opened in Chromium and tested
    /// with a conversation; needs a package registry
    Examples(BundleTests),
}

/// Tests that run on a bundle.
#[derive(Args, Debug, Default, PartialEq, Eq)]
pub struct BundleTests {
    /// Only files or tests whose name contains this
    pub name: Option<String>,
    /// How the widget is built for them
    #[arg(long, value_enum, default_value_t)]
    pub profile: BundleProfile,
    /// Use the existing bundle in dist/
    #[arg(long, conflicts_with = "profile")]
    pub built: bool,
}

#[derive(Args, Debug, PartialEq, Eq)]
pub struct PackageOptions {
    /// Use the existing bundle in dist/
    #[arg(long)]
    pub built: bool,
    /// Only the widget, without the archive of the proxy, which takes minutes to compile
    #[arg(long)]
    pub widget: bool,
}

/// How the WASM is compiled and bundled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum BundleProfile {
    /// Smallest, with the standard library built for size: what is shipped and tested
    #[default]
    Small,
    /// The same with stable compiler flags only
    #[value(alias = "wasm")]
    Stable,
    /// Unoptimised, with panic messages
    Dev,
    /// Quick to build and fast enough to chat with, in one file: what `demo` serves
    Demo,
}

#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum Bench {
    /// The bundle's sizes and their budgets
    Size {
        /// Fail if one is over its budget
        #[arg(long)]
        check: bool,
    },
    /// Waiting times and downloads of a visitor, compared with a hand-written chat on the same
    /// page; writes docs/performance.md
    Widget {
        /// Number of runs; the medians count
        #[arg(long, default_value_t = 5)]
        runs: u32,
        /// Use the existing bundle in dist/
        #[arg(long)]
        built: bool,
    },
    /// The capacity of one proxy, compared with its targets; stop other work on the machine first
    Proxy(LoadOptions),
}

/// Passed on to `chataibot-load`.
#[derive(Args, Debug, PartialEq, Eq)]
pub struct LoadOptions {
    /// Number of runs; the medians count
    #[arg(long, default_value_t = 5)]
    pub runs: u32,
    /// Small numbers, to check only that it works
    #[arg(long)]
    pub quick: bool,
    /// Your own bound for one measure
    #[arg(long, value_name = "KEY=NUMBER")]
    pub must: Vec<String>,
}

/// Passed on to `chataibot-soak`.
#[derive(Args, Debug, PartialEq, Eq)]
pub struct SoakOptions {
    /// Maximum number of runs, each with its own seed; 100 by default
    #[arg(long)]
    pub seeds: Option<u64>,
    /// Maximum duration in minutes, 10 by default
    #[arg(long)]
    pub minutes: Option<u64>,
    /// The first seed, 1 by default
    #[arg(long)]
    pub from: Option<u64>,
    /// Only this seed, with a log of its events
    #[arg(long)]
    pub replay: Option<u64>,
}

#[derive(Args, Debug, PartialEq, Eq)]
pub struct PictureOptions {
    /// Only these: themes, anatomy, steps, layout
    pub names: Vec<String>,
    /// Use the existing bundle in dist/
    #[arg(long)]
    pub built: bool,
}

#[derive(Args, Debug, PartialEq, Eq)]
pub struct FuzzOptions {
    /// Only this target
    pub target: Option<String>,
    /// Seconds for each target
    #[arg(long, default_value_t = 60)]
    pub seconds: u32,
    /// With AddressSanitizer, on a nightly toolchain
    #[arg(long)]
    pub address: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, String> {
        let words = ["cargo xtask"].into_iter().chain(line.split_whitespace());
        CommandLine::try_parse_from(words).map(|line| line.command).map_err(|error| error.to_string())
    }

    #[test]
    fn the_definition_is_consistent() {
        <CommandLine as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn a_suite_can_be_narrowed_to_a_name_and_a_bundle() {
        let end_to_end = |tests| Ok(Command::Test { suite: Some(Suite::EndToEnd(tests)) });
        let named = |name: &str| BundleTests { name: Some(name.to_owned()), ..BundleTests::default() };
        assert_eq!(read("test"), Ok(Command::Test { suite: None }));
        assert_eq!(read("test browser"), Ok(Command::Test { suite: Some(Suite::Browser { name: None }) }));
        assert_eq!(read("test e2e two_tabs"), end_to_end(named("two_tabs")));
        let dev = BundleTests { profile: BundleProfile::Dev, ..named("life") };
        assert_eq!(read("test e2e --profile dev life"), end_to_end(dev));
        assert_eq!(read("test e2e --built"), end_to_end(BundleTests { built: true, ..BundleTests::default() }));
        let theme = ThemeOptions { files: vec!["a.css".into(), "b.css".into()], scenes: None, built: true };
        assert_eq!(read("theme a.css b.css --built"), Ok(Command::Theme(theme)));
        let reader = Suite::Reader(BundleTests { built: true, ..named("visit") });
        assert_eq!(read("test reader visit --built"), Ok(Command::Test { suite: Some(reader) }));
        for wrong in ["theme", "test e2e two tabs", "test native --built", "test e2e --built --profile dev"] {
            read(wrong).expect_err(wrong);
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (line, named) in [
            ("fly", "'fly'"),
            ("demo --fast", "'--fast'"),
            ("dist --profile tiny", "'tiny'"),
            ("soak --seeds many", "'many'"),
            ("fuzz token html", "'html'"),
        ] {
            let error = read(line).expect_err(line);
            assert!(error.contains(named), "{line:?} says {error:?}");
        }
    }
}
