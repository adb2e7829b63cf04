//! Noor, the agent of a handover in the demo. Tests play the agent themselves, by controls.

use super::{Author, Flow, Responder, Step, message, reply};

pub const NAME: &str = "Noor Haddad";

const LINES: &[&str] = &[
    "<p>Thank you, I have that in front of me now. Is there anything else you would like me to look at?</p>",
    "<p>Understood. I'll check with the station and come back to you.</p>",
    "<p>Good news: that can be done. Say <b>bot</b> when you would like Pip back, or <b>close</b> when we are done.</p>",
];

pub fn take_over(flow: &mut Flow) -> Vec<Step> {
    flow.responder = Responder::Noor(0);
    let picture = format!("{}noor.svg", message::MEDIA_HOST);
    let hand_over = vec![Step::Wait(2), Step::HandOver { name: NAME.to_owned(), picture }];
    let hello = "<p>Hello, this is <b>Noor</b>. I have read your conversation with Pip. How can I help?</p>";
    [reply("<p>Of course. One moment, I'll fetch a <b>colleague</b>.</p>"), hand_over, line(hello)].concat()
}

pub fn answer(flow: &mut Flow, lines_said: usize, text: &str) -> Vec<Step> {
    match text.trim().to_lowercase().as_str() {
        "bot" | "pip" | "help" => {
            flow.responder = Responder::Bot;
            let farewell = line("<p>It was nice to meet you. I'll hand you back to Pip.</p>");
            let pip = reply("<p>Pip again 👋 Where were we? <b>help</b> shows all I can do.</p>");
            [farewell, vec![Step::HandBack], pip].concat()
        }
        "close" => [line("<p>Thank you for your patience. Have a good journey!</p>"), vec![Step::Close]].concat(),
        _ => {
            flow.responder = Responder::Noor(lines_said + 1);
            line(LINES[lines_said % LINES.len()])
        }
    }
}

fn line(html: &str) -> Vec<Step> {
    // A person is slower than a bot.
    vec![Step::Wait(2), Step::Say(Author::Agent, message::text(html))]
}
