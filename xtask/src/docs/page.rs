//! Renders a document as a page. Markup is shown as text, and a link without a page as its words.

use std::collections::BTreeMap;

use pulldown_cmark::{Alignment, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html as render};

/// A page without its frame.
#[derive(Default)]
pub struct Page {
    pub name: &'static str,
    pub title: &'static str,
    pub document: &'static str,
    pub body: String,
    pub sections: Vec<Section>,
    /// Pages and headings that it links to.
    pub links: Vec<(String, String)>,
    /// Pictures, by their paths in the project.
    pub pictures: Vec<String>,
}

#[derive(Default)]
pub struct Section {
    pub id: String,
    pub heading: String,
    pub text: String,
}

/// Reads a document's `text` into its empty page. `names`: the names of pages by their documents.
pub fn read(page: Page, text: &str, names: &BTreeMap<&str, &str>) -> Page {
    let folder = page.document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut reader = Reader { folder, names, page, open_links: Vec::new(), in_heading: false };
    let mut events = Parser::new_ext(text, Options::ENABLE_TABLES);
    let mut out = Vec::new();
    while let Some(event) = events.next() {
        // A heading is read as a whole: its id comes from its words.
        if let Event::Start(Tag::Heading { level, .. }) = event {
            let inside = events.by_ref().take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_)))).collect();
            reader.heading(level, inside, &mut out);
        } else {
            reader.event(event, &mut out);
        }
    }
    render::push_html(&mut reader.page.body, out.into_iter());
    reader.page
}

struct Reader<'n> {
    folder: &'n str,
    names: &'n BTreeMap<&'n str, &'n str>,
    page: Page,
    /// For each link that is open: whether it leads anywhere.
    open_links: Vec<bool>,
    in_heading: bool,
}

impl Reader<'_> {
    fn heading<'e>(&mut self, level: HeadingLevel, inside: Vec<Event<'e>>, out: &mut Vec<Event<'e>>) {
        let words: String = inside.iter().filter_map(words_of).collect();
        let mut id = slug(&words);
        let sections = &mut self.page.sections;
        if sections.iter().any(|section| section.id == id) {
            let numbered = format!("{id}-");
            let same = sections.iter().filter(|section| section.id == id || section.id.starts_with(&numbered)).count();
            id = format!("{id}-{same}");
        }
        sections.push(Section { id: id.clone(), heading: words, text: String::new() });
        // A page has one heading of the first level.
        let level = if level == HeadingLevel::H1 && sections.len() > 1 { HeadingLevel::H2 } else { level };
        out.push(Event::Html(format!("<{level} id=\"{}\">", escaped(&id)).into()));
        self.in_heading = true;
        inside.into_iter().for_each(|event| self.event(event, out));
        self.in_heading = false;
        out.push(Event::Html(format!("</{level}>\n").into()));
    }

    fn event<'e>(&mut self, event: Event<'e>, out: &mut Vec<Event<'e>>) {
        if !self.in_heading
            && let (Some(words), Some(section)) = (words_of(&event), self.page.sections.last_mut())
        {
            section.text.push_str(&words);
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "all else stays as it is")]
        match event {
            // Comments that mark generated tables are not text.
            Event::Html(text) | Event::InlineHtml(text) if text.trim().starts_with("<!--") => {}
            Event::Html(text) | Event::InlineHtml(text) => out.push(Event::Text(text)),
            Event::Start(Tag::Table(columns)) => {
                // A table wider than a phone scrolls by itself, also by keyboard.
                let name = self.page.sections.last().map_or(String::new(), |section| escaped(&section.heading));
                let region = format!(r#"<div class="table" role="region" tabindex="0" aria-label="Table: {name}">"#);
                out.push(Event::Html(region.into()));
                // Alignment would be a style attribute, which the policy refuses.
                out.push(Event::Start(Tag::Table(vec![Alignment::None; columns.len()])));
            }
            Event::End(TagEnd::Table) => {
                out.push(Event::End(TagEnd::Table));
                out.push(Event::Html("</div>".into()));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let target = self.target(&dest_url);
                self.open_links.push(target.is_some());
                out.extend(target.map(|dest_url| Event::Start(Tag::Link { link_type, dest_url, title, id })));
            }
            Event::End(TagEnd::Link) => {
                if self.open_links.pop() == Some(true) {
                    out.push(Event::End(TagEnd::Link));
                }
            }
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let path = self.path(&dest_url);
                let dest_url = path.rsplit('/').next().unwrap_or_default().to_owned().into();
                self.page.pictures.push(path);
                out.push(Event::Start(Tag::Image { link_type, dest_url, title, id }));
            }
            // Code wider than a phone scrolls by itself, also by keyboard.
            Event::Start(Tag::CodeBlock(_)) => out.push(Event::Html("<pre tabindex=\"0\"><code>".into())),
            Event::End(TagEnd::CodeBlock) => out.push(Event::Html("</code></pre>\n".into())),
            other => out.push(other),
        }
    }

    /// Returns where a link leads in the pages; `None` if its target has no page.
    fn target<'e>(&mut self, link: &str) -> Option<CowStr<'e>> {
        if link.contains("://") || link.starts_with("mailto:") {
            return Some(link.to_owned().into());
        }
        let (path, heading) = link.split_once('#').unwrap_or((link, ""));
        let name = if path.is_empty() { self.page.name } else { self.names.get(self.path(path).as_str()).copied()? };
        self.page.links.push((name.to_owned(), heading.to_owned()));
        let heading = if heading.is_empty() { String::new() } else { format!("#{heading}") };
        Some(format!("{name}.html{heading}").into())
    }

    /// Turns a path in a document into one from the project's root.
    fn path(&self, relative: &str) -> String {
        let mut parts: Vec<&str> = self.folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in relative.split('/') {
            match part {
                "." | "" => {}
                ".." => _ = parts.pop(),
                part => parts.push(part),
            }
        }
        parts.join("/")
    }
}

/// Returns the text that an event adds to its section.
fn words_of(event: &Event) -> Option<String> {
    if let Event::Text(text) | Event::Code(text) = event {
        return Some(text.to_string());
    }
    matches!(event, Event::SoftBreak | Event::HardBreak | Event::End(_)).then(|| " ".to_owned())
}

/// Returns the id of a heading, as code hosting sites make it.
fn slug(words: &str) -> String {
    let words = words.trim().to_lowercase().replace(' ', "-");
    words.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Returns the whole page, with the menu of all pages.
pub fn html(page: &Page, pages: &[Page]) -> String {
    let link = |other: &Page| {
        let current = if other.name == page.name { " aria-current=\"page\"" } else { "" };
        format!("<li><a href=\"{}.html\"{current}>{}</a></li>", other.name, escaped(other.title))
    };
    let links: String = pages.iter().map(link).collect();
    format!(include_str!("page.html"), title = escaped(page.title), links = links, body = page.body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Page {
        let names = BTreeMap::from([("docs/one.md", "one"), ("docs/two.md", "two")]);
        read(Page { name: "one", title: "One", document: "docs/one.md", ..Page::default() }, text, &names)
    }

    #[test]
    fn links_lead_to_pages_and_those_to_files_without_a_page_are_words() {
        let made = page("# A\n\n[b](two.md#c) [d](#a) [e](../src/lib.rs) [f](https://example.com)");
        assert!(
            made.body.contains(
                r#"<a href="two.html#c">b</a> <a href="one.html#a">d</a> e <a href="https://example.com">f</a>"#
            ),
            "{}",
            made.body
        );
        assert_eq!(made.links, [("two".to_owned(), "c".to_owned()), ("one".to_owned(), "a".to_owned())]);
    }

    #[test]
    fn headings_have_the_ids_that_forges_give_them_and_no_id_twice() {
        let made = page("# What the page’s own styles do to it\n\n## `a` & b\n\n## `a` & b\n\ntext of `it`");
        let ids: Vec<&str> = made.sections.iter().map(|section| section.id.as_str()).collect();
        assert_eq!(ids, ["what-the-pages-own-styles-do-to-it", "a--b", "a--b-1"]);
        assert_eq!(made.sections[2].text.trim(), "text of it");
    }

    #[test]
    fn markup_in_a_document_is_shown_and_not_done() {
        let made = page("<!-- table:x -->\n\nA <script>alert(1)</script> and\n\n<img src=x onerror=y>\n");
        assert!(
            !made.body.contains("<script") && !made.body.contains("<img") && !made.body.contains("table:x"),
            "{}",
            made.body
        );
        assert!(made.body.contains("&lt;script&gt;"), "{}", made.body);
    }
}
