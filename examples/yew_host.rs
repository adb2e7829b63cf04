//! A site's own page that happens to be a Yew app, for the end-to-end test that widget and page
//! each handle only their own clicks.
//!
//! The widget stands inside of it, so that the app's delegated listeners see every event of the
//! widget's; and it has several listeners, so that its numbers overlap with the widget's.

use yew::prelude::*;

#[component]
fn Host() -> Html {
    let clicks = use_state(|| [0_u32; 3]);
    let button = |index: usize| {
        let clicks = clicks.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            let mut next = *clicks;
            next[index] += 1;
            clicks.set(next);
        });
        html! { <button id={format!("host-{index}")} {onclick}>{ format!("Host button {index}") }</button> }
    };
    let counts = clicks.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
    html! {
        <main>
            { for (0..3).map(button) }
            <output id="host-clicks">{ counts }</output>
            <chataibot-widget></chataibot-widget>
        </main>
    }
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    {
        let document = web_sys::window().and_then(|window| window.document()).expect("a page has a document");
        let root = document.get_element_by_id("host").expect("the page has a place for its app");
        yew::Renderer::<Host>::with_root(root).render();
    }
    #[cfg(not(target_arch = "wasm32"))]
    println!("This page runs in a browser: {}", std::any::type_name::<Host>());
}
