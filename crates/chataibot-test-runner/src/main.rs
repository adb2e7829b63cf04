//! `wasm-bindgen-test-runner` in exactly the version of Cargo.lock: cargo starts it for tests in a
//! browser. It is a separate package, because it takes longer to build than the rest of the
//! automation, and only those tests need it.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
