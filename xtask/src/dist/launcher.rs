//! The launcher's markup as a JavaScript literal: a list of nodes, each a text or `["button", {"part": "launcher"}, [node, …]]`.
//!
//! The loader builds elements from it and so needs no HTML parser and no string sink. Reads only what Yew writes: well-formed
//! elements with quoted attributes, text, and a few entities. Refuses what a strict page would: `style` attributes.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

/// Elements that have no end tag when written without `/`.
const VOID: &[&str] = &["br", "hr", "img", "input"];

/// The module `export const markup = [node, …]`.
pub fn module(markup: &str) -> Result<String> {
    let mut reader = Reader { rest: markup };
    let nodes = reader.nodes().with_context(|| format!("the launcher's markup is not what Yew writes: {markup}"))?;
    ensure!(reader.rest.is_empty(), "{:?} ends an element that did not begin", reader.rest);
    ensure!(nodes.iter().any(Value::is_array), "the launcher's markup has no element: {markup:?}");
    Ok(format!("// Made by `cargo xtask dist` from the Yew launcher.\nexport const markup = {};\n", Value::from(nodes)))
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// Up to an end tag, or to the end.
    fn nodes(&mut self) -> Result<Vec<Value>> {
        let mut nodes = Vec::new();
        while !self.rest.is_empty() && !self.rest.starts_with("</") {
            nodes.push(if self.rest.starts_with('<') { self.element()? } else { self.text()? });
        }
        Ok(nodes)
    }

    fn element(&mut self) -> Result<Value> {
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
            ensure!(attribute != "style", "a style attribute is blocked by strict pages; use a class");
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

    fn text(&mut self) -> Result<Value> {
        let end = self.rest.find('<').unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(unescape(text)?.into())
    }

    fn name(&mut self) -> Result<&'a str> {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && !"-:_".contains(c)).unwrap_or(self.rest.len());
        ensure!(end > 0, "a name should stand before {:?}", self.rest);
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(name)
    }

    fn until(&mut self, end: &str) -> Result<&'a str> {
        let (value, rest) =
            self.rest.split_once(end).with_context(|| format!("{end} is missing in {:?}", self.rest))?;
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

    fn expect(&mut self, token: &str) -> Result<()> {
        ensure!(self.take(token), "{token:?} should stand before {:?}", self.rest);
        Ok(())
    }
}

fn unescape(text: &str) -> Result<String> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        let (entity, after) = after.split_once(';').context("an & stands alone")?;
        plain.push_str(before);
        plain.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" | "#34" | "#x22" => '"',
            "#39" | "#x27" | "apos" => '\'',
            "#x2F" | "#47" => '/',
            unknown => bail!("&{unknown}; is not one of the entities that Yew writes"),
        });
        rest = after;
    }
    plain.push_str(rest);
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(markup: &str) -> Result<Value> {
        let module = module(markup)?;
        let literal = module.split_once("markup = ").and_then(|(_, rest)| rest.strip_suffix(";\n")).expect("a literal");
        Ok(serde_json::from_str(literal)?)
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
}
