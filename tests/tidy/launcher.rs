//! `loader/launcher_markup.js`: the launcher's markup, from which the loader builds it before the
//! program is loaded. Rendered from the component; `cargo xtask tables` writes it, so that no build
//! of the bundle has to compile the component natively.
//!
//! It is a JavaScript literal, a list of nodes, each a text or `["button", {"part": "launcher"},
//! [node, …]]`: the loader needs no HTML parser and no string sink. The parser reads only what Yew
//! writes: well-formed elements with quoted attributes, text, and a few entities. It refuses what a
//! strict page would refuse: `style` attributes.

use std::fs;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use chataibot_widget::components::Launcher;
use serde_json::{Value, json};
use yew::BaseComponent;

use crate::source::{file, root};
use crate::tables::is_to_be_written;

const PATH: &str = "loader/launcher_markup.js";

/// Elements that have no end tag when written without `/`.
const VOID: &[&str] = &["br", "hr", "img", "input"];

#[test]
fn launcher_markup_is_what_the_component_renders() {
    let nodes = rendered::<Launcher>();
    write_or_compare(
        PATH,
        &format!(
            "// The launcher, as its component renders it; made by `cargo xtask tables`.\nexport const markup = {nodes};\n"
        ),
    );
}

/// Renders a component without properties, which must not wait, to a list of nodes.
pub fn rendered<C: BaseComponent<Properties = ()>>() -> Value {
    let render = pin!(async { yew::LocalServerRenderer::<C>::new().hydratable(false).render().await });
    let Poll::Ready(markup) = render.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the component waits for something; it must render at once");
    };
    literal(&markup).unwrap_or_else(|error| panic!("the markup is not what Yew writes: {error}: {markup}"))
}

/// Writes a module if that is requested, and compares it otherwise.
pub fn write_or_compare(path: &str, module: &str) {
    if is_to_be_written() {
        fs::write(root().join(path), module).expect("the markup can be written");
    } else {
        assert_eq!(file(path).text, module, "{path} is out of date; run: cargo xtask tables");
    }
}

/// Parses markup to a list of nodes.
fn literal(markup: &str) -> Result<Value, String> {
    let mut reader = Reader { rest: markup };
    let nodes = reader.nodes()?;
    if !reader.rest.is_empty() || !nodes.iter().any(Value::is_array) {
        return Err(format!("no whole element before {:?}", reader.rest));
    }
    Ok(nodes.into())
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// Parses nodes up to an end tag or the end.
    fn nodes(&mut self) -> Result<Vec<Value>, String> {
        let mut nodes = Vec::new();
        while !self.rest.is_empty() && !self.rest.starts_with("</") {
            nodes.push(if self.rest.starts_with('<') { self.element()? } else { self.text()? });
        }
        Ok(nodes)
    }

    fn element(&mut self) -> Result<Value, String> {
        self.expect("<")?;
        let name = self.name()?;
        let mut attributes = serde_json::Map::new();
        let empty = loop {
            self.rest = self.rest.trim_start();
            if self.take("/>") {
                break true;
            }
            if self.take(">") {
                break VOID.contains(&name);
            }
            let attribute = self.name()?;
            if attribute == "style" {
                return Err("a style attribute is blocked by strict pages; use a class".to_owned());
            }
            // Yew writes a boolean attribute without a value.
            let value = if self.take("=\"") { self.until("\"")? } else { "" };
            attributes.insert(attribute.to_owned(), unescape(value)?.into());
        };
        if empty {
            return Ok(json!([name, attributes]));
        }
        let children = self.nodes()?;
        self.expect("</")?;
        self.expect(name)?;
        self.expect(">")?;
        Ok(if children.is_empty() { json!([name, attributes]) } else { json!([name, attributes, children]) })
    }

    fn text(&mut self) -> Result<Value, String> {
        let end = self.rest.find('<').unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(unescape(text)?.into())
    }

    fn name(&mut self) -> Result<&'a str, String> {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && !"-:_".contains(c)).unwrap_or(self.rest.len());
        if end == 0 {
            return Err(format!("a name should stand before {:?}", self.rest));
        }
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(name)
    }

    fn until(&mut self, end: &str) -> Result<&'a str, String> {
        let (value, rest) = self.rest.split_once(end).ok_or_else(|| format!("{end} is missing in {:?}", self.rest))?;
        self.rest = rest;
        Ok(value)
    }

    fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.take(token) { Ok(()) } else { Err(format!("{token:?} should stand before {:?}", self.rest)) }
    }
}

fn unescape(text: &str) -> Result<String, String> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        let (entity, after) = after.split_once(';').ok_or("an & stands alone")?;
        plain.push_str(before);
        plain.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" | "#34" | "#x22" => '"',
            "#39" | "#x27" | "apos" => '\'',
            "#x2F" | "#47" => '/',
            unknown => return Err(format!("&{unknown}; is not one of the entities that Yew writes")),
        });
        rest = after;
    }
    plain.push_str(rest);
    Ok(plain)
}

#[test]
fn elements_attributes_and_text_keep_their_order_and_meaning() {
    let markup = r#"<button type="button" part="launcher" aria-label="Ben &amp; Co &quot;chat&quot;"><svg viewBox="0 0 24 24"><path d="M1 2"/><circle r="1"></circle></svg><span hidden>a &lt; b</span></button>"#;
    let expected = json!([["button", {"type": "button", "part": "launcher", "aria-label": "Ben & Co \"chat\""}, [
        ["svg", {"viewBox": "0 0 24 24"}, [["path", {"d": "M1 2"}], ["circle", {"r": "1"}]]],
        ["span", {"hidden": ""}, ["a < b"]]]]]);
    assert_eq!(literal(markup).expect("well-formed"), expected);
}

#[test]
fn what_yew_does_not_write_is_refused() {
    let refused = [
        "<a></b>",
        "<a>",
        "<a x='1'></a>",
        "<a></a></b>",
        "",
        "text",
        "<a>&nbsp;</a>",
        "<!-- c --><a></a>",
        "<a style=\"x\"></a>",
    ];
    for markup in refused {
        literal(markup).expect_err(markup);
    }
}
