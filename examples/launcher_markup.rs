//! Prints the launcher's markup, as the Yew component renders it: `cargo xtask dist` embeds it into the loader.
//!
//! Natively, with feature `ssr`: `cargo run --example launcher_markup --features ssr`.

use chataibot_widget::components::Launcher;

fn main() {
    // The renderer never waits here: the launcher suspends on nothing.
    let render = std::pin::pin!(async { yew::LocalServerRenderer::<Launcher>::new().hydratable(false).render().await });
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::future::Future::poll(render, &mut context) {
        std::task::Poll::Ready(markup) => println!("{markup}"),
        std::task::Poll::Pending => {
            eprintln!("the launcher waits for something; it must render at once");
            std::process::exit(1);
        }
    }
}
