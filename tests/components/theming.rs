//! The theming contract: tokens take effect from outside, text is readable on any brand colour, and
//! layout follows direction and corner.

use chataibot_css::PARTS;
use chataibot_widget::components::ViewConfig;
use chataibot_widget::conversation::{Action, ConnectionStatus, SendError};
use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::{Harness, english};
use crate::script::{Script, closed, open, question};

/// Red, green, blue and opacity as rendered, whatever notation the colour has.
const PIXEL: &str = "const c = document.createElement('canvas').getContext('2d'); c.fillStyle = color; c.fillRect(0, 0, 1, 1); return Array.from(c.getImageData(0, 0, 1, 1).data).join(' ')";

fn luminance(color: &str) -> f64 {
    let pixel = Function::new_with_args("color", PIXEL).call1(&JsValue::NULL, &color.into()).expect("a pixel");
    let channels: Vec<f64> =
        pixel.as_string().expect("a text").split(' ').map(|it| it.parse().expect("a number")).collect();
    assert_eq!(channels[3], 255.0, "{color} is not opaque: nothing can be said of its contrast");
    let linear = |it: f64| if it <= 0.040_45 { it / 12.92 } else { ((it + 0.055) / 1.055).powf(2.4) };
    0.2126 * linear(channels[0] / 255.0) + 0.7152 * linear(channels[1] / 255.0) + 0.0722 * linear(channels[2] / 255.0)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn readable(harness: &Harness, text: &str, ground: &str, what: &str) {
    let (color, background) = (harness.style(text, "color"), harness.style(ground, "background-color"));
    let found = contrast(&color, &background);
    assert!(found >= 4.5, "{what}: {text} is {color} on {background}, {found:.2} to 1");
}

fn everything() -> Script {
    let failed = [Action::SendBegan("m1".into()), Action::SendFailed { id: "m1".into(), error: SendError::Temporary }];
    open()
        .bot_shows(question("Colour?", &["Red", "Blue"]))
        .visitor("Blue")
        .bot_shows(question("Size?", &["S", "M"]))
        .composed("m1", "Large", failed)
        .with(Action::ConnectionChanged(ConnectionStatus::Reconnecting { attempt: 2 }))
        .with(Action::StorageLost)
}

#[wasm_bindgen_test]
async fn text_is_readable_in_light_and_dark() {
    for theme in ["light", "dark"] {
        let class = ["app at-bottom-end theme-", theme].concat();
        let harness = Harness::dressed(everything(), ViewConfig { class: class.into(), ..english() }).await;
        for (text, ground) in [
            (".title", "#window"),
            (".bubble-bot", ".bubble-bot"),
            (".bubble-visitor:not(.bubble-failed)", ".bubble-visitor:not(.bubble-failed)"),
            (".bubble-failed", "#window"),
            (".meta", "#window"),
            (".meta-failed", "#window"),
            (".meta-failed button", "#window"),
            ("button.answer", "button.answer"),
            (".answer-past:not(.answer-chosen)", "#window"),
            (".notice-connection", ".notice-connection"),
            (".notice-memory", ".notice-memory"),
            (".input", "#window"),
            (".launcher", ".launcher"),
        ] {
            readable(&harness, text, ground, theme);
        }
    }
}

#[wasm_bindgen_test]
async fn on_any_brand_colour_text_is_readable() {
    let harness = Harness::show(everything()).await;
    for accent in ["#ffd400", "#00c2ff", "#ff5a36", "#7a00ff", "#111111", "#fafafa", "#777777", "hsl(140 60% 45%)"] {
        harness.host.style().set_property("--chataibot-accent", accent).expect("a property");
        readable(&harness, ".launcher", ".launcher", accent);
        readable(&harness, ".bubble-visitor:not(.bubble-failed)", ".bubble-visitor:not(.bubble-failed)", accent);
        readable(&harness, "button.answer", "button.answer", accent);
    }
}

#[wasm_bindgen_test]
async fn tokens_of_the_page_take_effect_and_a_theme_is_only_tokens_and_parts() {
    let harness = Harness::show(everything()).await;
    let style = harness.host.style();
    for (token, value, selector, property, computed) in [
        ("--chataibot-accent", "rgb(1, 2, 3)", ".launcher", "background-color", "rgb(1, 2, 3)"),
        ("--chataibot-bubble-bot-background", "rgb(4, 5, 6)", ".bubble-bot", "background-color", "rgb(4, 5, 6)"),
        ("--chataibot-font-size", "20px", ".bubble-bot", "font-size", "20px"),
        ("--chataibot-launcher-size", "50px", ".launcher", "width", "50px"),
        ("--chataibot-z-index", "7", "#window", "z-index", "7"),
        ("--chataibot-text", "rgb(7, 8, 9)", ".title", "color", "rgb(7, 8, 9)"),
    ] {
        style.set_property(token, value).expect("a property");
        assert_eq!(harness.style(selector, property), computed, "{token}");
    }
}

#[wasm_bindgen_test]
async fn nothing_the_page_sets_on_everything_comes_in_but_its_colour_scheme() {
    let harness =
        Harness::dressed(open().bot("Hello"), ViewConfig { class: "app at-bottom-end theme-auto".into(), ..english() })
            .await;
    let style = harness.host.style();
    for (name, value) in [
        ("font-size", "40px"),
        ("letter-spacing", "9px"),
        ("text-transform", "uppercase"),
        ("color", "red"),
        ("line-height", "5"),
    ] {
        style.set_property(name, value).expect("a property");
    }
    assert_eq!(harness.style(".bubble-bot", "font-size"), "15px");
    assert_eq!(harness.style(".bubble-bot", "letter-spacing"), "normal");
    assert_eq!(harness.style(".bubble-bot", "text-transform"), "none");

    style.set_property("color-scheme", "light").expect("a property");
    let light = harness.style("#window", "background-color");
    style.set_property("color-scheme", "dark").expect("a property");
    assert_ne!(harness.style("#window", "background-color"), light, "the page's colour scheme is followed live");
}

#[wasm_bindgen_test]
async fn a_right_to_left_language_mirrors_the_widget() {
    let centre = |harness: &Harness| {
        let launcher = harness.get(".launcher").get_bounding_client_rect();
        launcher.left() + launcher.width() / 2.0
    };
    let width = web_sys::window().expect("a window").inner_width().expect("a width").as_f64().expect("a number");
    let harness = Harness::show(closed()).await;
    assert!(centre(&harness) > width / 2.0);
    harness.dress(ViewConfig { locale: Some("ar".into()), ..english() });
    harness.until("it is mirrored", || centre(&harness) < width / 2.0).await;
    assert_eq!(harness.get(".app").get_attribute("dir").as_deref(), Some("rtl"));
    harness.dress(ViewConfig { class: "app at-top-start theme-light".into(), ..english() });
    harness.until("it is at the top", || harness.get(".launcher").get_bounding_client_rect().top() < 100.0).await;
    assert!(centre(&harness) < width / 2.0);
}

#[wasm_bindgen_test]
async fn every_part_on_an_element_is_in_the_table_and_no_element_has_an_inline_style() {
    let harness = Harness::show(everything()).await;
    harness.choose("Start over").await;
    harness.until("the question is asked", || harness.find(".notice-restart").is_some()).await;
    harness.click(".more");
    harness.until("the menu is open", || harness.find(".menu").is_some()).await;
    for element in harness.all("[part]") {
        for part in element.get_attribute("part").expect("parts").split_whitespace() {
            assert!(PARTS.iter().any(|known| known.name == part), "{part} is not in the table");
        }
    }
    assert!(harness.find("[style]").is_none(), "strict pages block it");
    assert!(harness.find(".answers button:not([part])").is_none());
}

#[wasm_bindgen_test]
async fn main_controls_are_large_enough_for_a_finger() {
    let harness = Harness::show(open().bot("Hello")).await;
    harness.click(".more");
    let is_drawn = || harness.find(".menu").is_some() && harness.style(".menu", "opacity") == "1";
    harness.until("the menu is open", is_drawn).await;
    for selector in [".launcher", ".header-button", ".menu-item"] {
        for element in harness.all(selector) {
            let size = element.get_bounding_client_rect();
            assert!(
                size.width() >= 44.0 && size.height() >= 44.0,
                "{selector} is {} × {}",
                size.width(),
                size.height()
            );
        }
    }
}
