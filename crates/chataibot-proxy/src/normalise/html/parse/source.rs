//! The source of a script or a style sheet that is never closed: it ends where markup of a page
//! begins, and not in a text of its own.

/// What was read of it.
#[derive(Debug)]
pub struct Source {
    is_style: bool,
    /// The last character but for tags.
    last: char,
    /// What ends the text or comment that is open: `\'`, `"`, or `*` for a comment.
    open: Option<char>,
}

impl Source {
    /// The source in an element of this name; `None` where it holds none.
    pub fn of(name: &str) -> Option<Self> {
        matches!(name, "script" | "style").then(|| Self { is_style: name == "style", last: ' ', open: None })
    }

    /// Some of it.
    pub fn read(&mut self, text: &str) {
        for c in text.chars() {
            self.open = match (self.open, c) {
                (None, '*') if self.last == '/' => Some('*'),
                (None, '\'' | '"') => Some(c),
                (None, '(') => Some(')'),
                (Some('*'), '/') if self.last == '*' => None,
                // A text ends with its line.
                (Some('\'' | '"' | ')'), '\n') => None,
                (Some(quote), _) if quote == c && quote != '*' && self.last != '\\' => None,
                (open, _) => open,
            };
            self.last = c;
        }
    }

    /// A tag that belongs to it.
    pub fn pass_tag(&mut self) {
        self.last = '"';
    }

    /// Does markup of a page begin with a tag in this place? Scripts compare by the same sign,
    /// style sheets don't.
    pub fn may_end(&self) -> bool {
        if self.is_style {
            self.open.is_none()
        } else {
            self.last.is_whitespace() || matches!(self.last, ';' | '}' | '>')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(name: &str, text: &str) -> bool {
        let mut source = Source::of(name).expect("a source");
        source.read(text);
        source.may_end()
    }

    #[test]
    fn a_style_sheet_ends_at_a_tag_but_not_in_its_texts_and_comments() {
        for text in [
            "",
            "a",
            "p{color:red",
            "p{color:red}",
            "p{} /* it's */",
            "p{content:'a'",
            "p{content:'it\\'s'",
            "p{content:'\n",
            "@import url(\"x.css\")",
        ] {
            assert!(ends("style", text), "{text:?}");
        }
        for text in [
            "p{content:'",
            "p{content:\"it's ",
            "/* see ",
            "p{background:url(",
            "p{background:url(data:image/svg+xml;utf8,",
            "p{content:'\\'",
        ] {
            assert!(!ends("style", text), "{text:?}");
        }
    }

    #[test]
    fn a_script_ends_at_a_tag_behind_a_statement() {
        assert!(ends("script", "a();") && ends("script", "if (a) {}") && ends("script", "a\n"));
        assert!(!ends("script", "if (a") && !ends("script", "a = '"));
        assert!(Source::of("title").is_none());
    }
}
