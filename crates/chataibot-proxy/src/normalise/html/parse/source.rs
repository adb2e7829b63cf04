//! Scanner of the source of an unclosed script or style sheet: finds where the markup of the
//! message continues, which is never inside a string or comment.

#[derive(Debug)]
pub struct Source {
    is_style: bool,
    /// The last character read; a quote after a tag.
    last: char,
    /// What closes the open string, bracket or comment: `'`, `"`, `)`, or `*` for a comment.
    open: Option<char>,
}

impl Source {
    /// Starts a scan for an element of this name; `None` if it holds no source.
    pub fn of(name: &str) -> Option<Self> {
        matches!(name, "script" | "style").then(|| Self { is_style: name == "style", last: ' ', open: None })
    }

    pub fn read(&mut self, text: &str) {
        for c in text.chars() {
            self.open = match (self.open, c) {
                (None, '*') if self.last == '/' => Some('*'),
                (None, '\'' | '"') => Some(c),
                (None, '(') => Some(')'),
                (Some('*'), '/') if self.last == '*' => None,
                // A string ends with its line.
                (Some('\'' | '"' | ')'), '\n') => None,
                (Some(quote), _) if quote == c && quote != '*' && self.last != '\\' => None,
                (open, _) => open,
            };
            self.last = c;
        }
    }

    /// Reads a tag that is part of the source.
    pub fn pass_tag(&mut self) {
        self.last = '"';
    }

    /// Whether a tag here can be markup of the message: only scripts use `<`, to compare.
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
