//! `wasm-bindgen-test-runner` of exactly the version in Cargo.lock: cargo starts it for tests in a
//! browser. A package of its own, because it takes more to build than all the rest of the
//! automation, and only those tests need it.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
