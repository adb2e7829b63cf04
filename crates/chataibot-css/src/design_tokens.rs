//! Exports the tokens for design tools, in the format of the Design Tokens Community Group:
//! https://www.designtokens.org/tr/2025.10/format/
//!
//! The format has neither modes nor percentages: `$value` is the value in light colours, the one in
//! dark colours is in our extension, and a percentage is converted to pixels.

use serde_json::{Map, Value, json};

use crate::syntax::Syntax;
use crate::token::Token;
use crate::tokens::{GROUPS, TOKENS};

/// Key of our extension.
const EXTENSION: &str = "chataibot-widget";
/// The launcher's size in pixels, to which percentages refer.
const LAUNCHER_SIZE: f64 = 60.0;

/// Returns all tokens, group by group, as one document.
pub fn document() -> Result<Value, String> {
    let mut groups = Map::new();
    for (group, title) in GROUPS {
        let mut members = Map::new();
        members.insert("$description".to_owned(), (*title).into());
        for token in TOKENS.iter().filter(|token| token.group == *group) {
            members.insert(token.name.to_owned(), entry(token)?);
        }
        groups.insert((*group).to_owned(), Value::Object(members));
    }
    Ok(json!({ "$description": "The tokens of <chataibot-widget>, with their defaults.", "chataibot": groups }))
}

fn entry(token: &Token) -> Result<Value, String> {
    let (kind, light) = value(token, token.shown.light)?;
    let (_, dark) = value(token, token.shown.dark)?;
    let mut extension = json!({ "property": token.property() });
    if light != dark {
        extension["dark"] = dark;
    }
    let value = alias(token).unwrap_or(light);
    Ok(json!({
        "$type": kind,
        "$value": value,
        "$description": token.paints,
        "$extensions": { EXTENSION: extension },
    }))
}

/// Returns a reference if the token's value is that of another token.
fn alias(token: &Token) -> Option<Value> {
    let name = token.css.strip_prefix("var(--_")?.strip_suffix(')')?;
    let other = TOKENS.iter().find(|other| other.name == name)?;
    Some(format!("{{chataibot.{}.{name}}}", other.group).into())
}

fn value(token: &Token, css: &str) -> Result<(&'static str, Value), String> {
    let (kind, value) = match token.syntax {
        Syntax::Color => ("color", color(css)),
        Syntax::Background if css.contains("gradient") => ("gradient", gradient(css)),
        Syntax::Background => ("color", color(css)),
        Syntax::Length | Syntax::LengthPercentage | Syntax::Corners => ("dimension", dimension(css)),
        Syntax::Number | Syntax::Integer => ("number", css.parse::<f64>().ok().map(number)),
        Syntax::Shadow => ("shadow", shadows(css)),
        Syntax::FontFamily => ("fontFamily", Some(css.split(',').map(str::trim).collect())),
    };
    value.map(|value| (kind, value)).ok_or_else(|| format!("{}: {css} is no {kind}", token.name))
}

/// Parses `#rrggbb`, `rgb(r g b / a)` or `transparent`.
fn color(css: &str) -> Option<Value> {
    let (channels, alpha) = if let Some(digits) = css.strip_prefix('#') {
        let channel = |at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        ([channel(0)?, channel(2)?, channel(4)?], 1.0)
    } else if css == "transparent" {
        ([0, 0, 0], 0.0)
    } else {
        let (channels, alpha) = css.strip_prefix("rgb(")?.strip_suffix(')')?.split_once(" / ")?;
        let channels: Vec<u8> = channels.split(' ').map_while(|channel| channel.parse().ok()).collect();
        (channels.try_into().ok()?, alpha.parse().ok()?)
    };
    let hex: String = channels.iter().map(|channel| format!("{channel:02x}")).collect();
    let components = channels.map(|channel| (f64::from(channel) / 255.0 * 10_000.0).round() / 10_000.0);
    Some(json!({ "colorSpace": "srgb", "components": components, "alpha": alpha, "hex": format!("#{hex}") }))
}

fn dimension(css: &str) -> Option<Value> {
    let pixels = match css.strip_suffix('%') {
        Some(share) => share.parse::<f64>().ok()? / 100.0 * LAUNCHER_SIZE,
        None if css == "0" => 0.0,
        None => css.strip_suffix("px")?.parse().ok()?,
    };
    Some(json!({ "value": number(pixels), "unit": "px" }))
}

/// Returns a whole number without a decimal point.
fn number(value: f64) -> Value {
    let whole = value as i64;
    if value.fract() == 0.0 { whole.into() } else { value.into() }
}

/// Parses `x y blur spread? color`, separated by commas.
fn shadows(css: &str) -> Option<Value> {
    let shadow = |css: &str| {
        let at = css.find(['#', 'r'])?;
        let lengths: Vec<Value> = css[..at].split_whitespace().map_while(dimension).collect();
        let [x, y, blur, rest @ ..] = lengths.as_slice() else { return None };
        let spread = rest.first().cloned().or_else(|| dimension("0"))?;
        Some(json!({ "color": color(&css[at..])?, "offsetX": x, "offsetY": y, "blur": blur, "spread": spread }))
    };
    css.split(", ").map(shadow).collect()
}

/// Parses `linear-gradient(angle? color stop?, …)`; drops the angle, which the format lacks.
fn gradient(css: &str) -> Option<Value> {
    let stops: Vec<&str> = css.strip_prefix("linear-gradient(")?.strip_suffix(')')?.split(", ").collect();
    let stops: Vec<&str> = stops.into_iter().filter(|stop| !stop.ends_with("deg")).collect();
    let last = stops.len().checked_sub(1).filter(|last| *last > 0)?;
    let stop = |(at, css): (usize, &&str)| {
        let (painted, stop_position) = match css.rsplit_once(' ') {
            Some((painted, stop_position)) if stop_position.ends_with('%') => (painted, Some(stop_position)),
            _ => (*css, None),
        };
        let position = match stop_position {
            Some(stop_position) => stop_position.trim_end_matches('%').parse::<f64>().ok()? / 100.0,
            None => at as f64 / last as f64,
        };
        Some(json!({ "color": color(painted)?, "position": number(position) }))
    };
    stops.iter().enumerate().map(stop).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_has_a_value_that_design_tools_read() {
        let document = document().expect("every default is understood");
        for token in TOKENS {
            let entry = &document["chataibot"][token.group][token.name];
            assert_eq!(entry["$extensions"][EXTENSION]["property"], token.property());
            assert!(!entry["$value"].is_null(), "{}", token.name);
        }
    }

    #[test]
    fn values_are_written_in_the_formats_own_terms() {
        let accent =
            json!({ "colorSpace": "srgb", "components": [0.1843, 0.3569, 0.9176], "alpha": 1.0, "hex": "#2f5bea" });
        assert_eq!(color("#2f5bea"), Some(accent));
        assert_eq!(color("rgb(16 24 40 / 0.06)").expect("a colour")["alpha"], 0.06);
        assert_eq!(dimension("15px"), Some(json!({ "value": 15, "unit": "px" })));
        assert_eq!(dimension("50%"), Some(json!({ "value": 30, "unit": "px" })));
        let shadow = shadows("0 2px 6px rgb(16 24 40 / 0.06), 0 12px 28px -6px #000000").expect("two shadows");
        assert_eq!((shadow[0]["spread"]["value"].as_i64(), shadow[1]["spread"]["value"].as_i64()), (Some(0), Some(-6)));
        let gradient = gradient("linear-gradient(140deg, #4976ef, #2f5bea 62%)").expect("two stops");
        assert_eq!((&gradient[0]["position"], &gradient[1]["position"]), (&json!(0), &json!(0.62)));
    }

    #[test]
    fn a_value_of_another_token_is_an_alias_of_it() {
        let document = document().expect("every default is understood");
        assert_eq!(document["chataibot"]["launcher"]["launcher-color"]["$value"], "{chataibot.brand.on-accent}");
    }
}
