//! Text alternatives for images, players and frames: the element's own name, or its file's name.

use chataibot_wire::text::is_blank;
use percent_encoding::percent_decode_str;

use super::parse::Element;
use crate::normalise::links;

pub fn name_of(element: &Element) -> Option<String> {
    let name = ["aria-label", "title"].into_iter().find_map(|name| element.text_attribute(name));
    name.map(|name| name.trim().to_owned())
}

pub fn alternative_of(element: &Element) -> Option<String> {
    element.text_attribute("alt").map(str::to_owned).or_else(|| name_of(element))
}

/// Returns the possible addresses of an image: `src` or `href`, the first of a set of sizes, or the
/// attribute that a lazy-loading script reads.
pub fn sources(element: &Element) -> impl Iterator<Item = &str> {
    ["src", "href", "srcset", "data-src", "data-srcset"].into_iter().filter_map(|name| {
        let value = element.attribute(name)?;
        let is_set = name.ends_with("srcset");
        if is_set { Some(value.split_ascii_whitespace().next()?.trim_end_matches(',')) } else { Some(value) }
    })
}

/// Returns the file name in an address, or its host.
pub fn file_name_of(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    match links::host(address) {
        Some(host) if !(last.contains('.') && path.matches('/').count() > 2) => host,
        _ if last.is_empty() => address.to_owned(),
        _ => {
            let decoded = percent_decode_str(last).decode_utf8_lossy().into_owned();
            if is_blank(&decoded) { last.to_owned() } else { decoded }
        }
    }
}

/// Whether the element is as small as a tracking pixel.
pub fn is_tracking_pixel(element: &Element) -> bool {
    let is_small = |name| {
        let size = element.attribute(name).map(|size| size.trim().trim_end_matches("px").trim());
        size.is_some_and(|size| matches!(size, "0" | "1" | "2"))
    };
    is_small("width") || is_small("height")
}

/// Returns the value of a gauge or the placeholder of a field, to show if the element has no text.
pub fn value_of(element: &Element) -> Option<String> {
    let number = |name| element.attribute(name).and_then(|value| value.trim().parse::<f64>().ok());
    let value = || number("value").filter(|value| value.is_finite());
    match element.name() {
        "textarea" => element.text_attribute("placeholder").map(str::to_owned),
        "progress" => {
            let most = number("max").filter(|most| *most > 0.0).unwrap_or(1.0);
            Some(format!("{:.0} %", (value()? / most * 100.0).clamp(0.0, 100.0)))
        }
        "meter" => match (value()?, number("max")) {
            (value, Some(most)) => Some(format!("{value}/{most}")),
            (value, None) => Some(value.to_string()),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_its_name_and_a_page_by_its_host() {
        for (address, name) in [
            ("https://a.example/menu.png", "menu.png"),
            ("https://a.example/x/caf%C3%A9%20menu.png?v=1#2", "café menu.png"),
            ("https://a.example/", "a.example"),
            ("https://a.example", "a.example"),
            ("https://player.example/embed/x1", "player.example"),
            ("/media/plan.pdf", "plan.pdf"),
            ("/", "/"),
        ] {
            assert_eq!(file_name_of(address), name);
        }
    }
}
