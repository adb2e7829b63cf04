//! Replies to answers that the bot had asked for: thanks, or the question once more.

use percent_encoding::percent_decode_str;

use super::{Expects, Flow, Step, message, reply, reply_with, small_talk};

/// Returns the reply to an answer. An invalid one is asked for again, with the matching prompt.
pub fn answer(flow: &mut Flow, asked: Expects, text: &str) -> Vec<Step> {
    let escaped = message::escape(text.trim());
    match asked {
        Expects::Nothing | Expects::Tour(_) => small_talk::answer(text),
        Expects::Choice => {
            reply(format!("<p><b>{escaped}</b>, a good choice. What else? <b>help</b> shows all I can do.</p>"))
        }
        Expects::Name => reply(format!("<p>Nice to meet you, <b>{escaped}</b>.</p>")),
        Expects::Email if is_email(text.trim()) => reply(format!("<p>Thank you, I have noted <b>{escaped}</b>.</p>")),
        Expects::Email => {
            flow.expects = Expects::Email;
            let html = "<p>That is no e-mail address yet. One looks like <b>you@example.com</b>.</p>";
            reply_with(message::prompt("email", html))
        }
        Expects::Phone if is_phone(text.trim()) => {
            reply(format!("<p>Thank you. We would only ever call <b>{escaped}</b> if a train is late.</p>"))
        }
        Expects::Phone => {
            flow.expects = Expects::Phone;
            let html = "<p>That is no telephone number yet. Try it like <b>+44 20 7946 0123</b>.</p>";
            reply_with(message::prompt("phone", html))
        }
        Expects::Nights => nights(flow, text.trim()),
        Expects::Day => reply(format!("<p>Noted: <b>{escaped}</b>. I hope for sunshine.</p>")),
        Expects::File => {
            let name = message::escape(&file_name(text.trim()));
            reply(format!("<p>Thank you, I have put <b>{name}</b> with your papers.</p>"))
        }
        Expects::Form => reply("<p>Thank you, that is all I need. Your weekend is on hold until tomorrow noon.</p>"),
    }
}

/// Returns the name of a file, also if only its URL was sent.
fn file_name(text: &str) -> String {
    if !text.starts_with("http") || text.contains(char::is_whitespace) {
        return text.to_owned();
    }
    percent_decode_str(text.rsplit('/').next().unwrap_or_default()).decode_utf8_lossy().into_owned()
}

fn nights(flow: &mut Flow, text: &str) -> Vec<Step> {
    match text.split_whitespace().next().unwrap_or_default().parse::<u8>() {
        Ok(1) => reply("<p><b>One</b> night. Short, and all the sweeter.</p>"),
        Ok(nights @ 2..=7) => reply(format!("<p><b>{nights}</b> nights it is.</p>")),
        Ok(_) | Err(_) => {
            flow.expects = Expects::Nights;
            reply("<p>Please choose between <b>1</b> and <b>7</b> nights.</p>")
        }
    }
}

/// Whether the text is an e-mail address, checked leniently: one `@`, a dotted host, no spaces.
pub fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let labels: Vec<&str> = host.split('.').collect();
    !name.is_empty()
        && labels.len() >= 2
        && labels.iter().all(|label| !label.is_empty())
        && !text.contains(char::is_whitespace)
        && !host.contains('@')
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (6..=15).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || " +-/().".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_kindly() {
        for good in ["ada@example.com", "a.b+c@mail.example.co.uk", "ü@bücher.example"] {
            assert!(is_email(good), "{good}");
        }
        for bad in
            ["", "ada", "@example.com", "ada@", "ada@example", "ada@.com", "a b@example.com", "a@b@c.d", "ada@example."]
        {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn a_file_is_called_by_its_name() {
        for (sent, name) in [
            ("ticket.pdf", "ticket.pdf"),
            ("http://127.0.0.1:8787/files/0a/My%20caf%C3%A9.png", "My café.png"),
            ("https://example.com/100%", "100%"),
            ("http is a word", "http is a word"),
        ] {
            assert_eq!(file_name(sent), name);
        }
    }

    #[test]
    fn numbers_are_checked_kindly() {
        for good in ["+44 20 7946 0123", "(020) 7946-0123", "0123456"] {
            assert!(is_phone(good), "{good}");
        }
        for bad in ["", "12345", "call me", "+44 20 7946 0123 0456 78"] {
            assert!(!is_phone(bad), "{bad}");
        }
    }
}
