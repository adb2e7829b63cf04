//! Every sentence a visitor can read, in one table: its name, what it is for, and the English.
//!
//! Knows no browser and no language but English: a page replaces sentences by name, locale files will do it the same way.
//! `{name}` in a sentence is a place that [`fill`] fills.

use std::collections::BTreeMap;

use yew::AttrValue;

macro_rules! sentences {
    ($($(#[doc = $doc:literal])+ $name:ident = $english:literal;)+) => {
        #[expect(non_camel_case_types, reason = "named as the sentences are")]
        #[derive(Clone, Copy)]
        enum Place { $($name,)+ }

        const NAMES: &[&str] = &[$(stringify!($name)),+];
        const ENGLISH: &[&str] = &[$($english),+];

        /// Name, English and meaning of every sentence, for documentation and locale files.
        pub const SENTENCES: &[(&str, &str, &str)] = &[$((stringify!($name), $english, concat!($($doc),+))),+];

        impl Strings {
            $($(#[doc = $doc])+
            #[must_use]
            pub fn $name(&self) -> AttrValue {
                self.get(Place::$name)
            })+
        }
    };
}

/// The sentences of one widget: English, and what was put in its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strings {
    /// By place in the table. Few, mostly none: looking through them is nothing beside showing one.
    replaced: Vec<(usize, AttrValue)>,
}

sentences! {
    /// Where the chat could not be fetched at all; shown by the loader.
    load_failed = "The chat could not be loaded. Please check your connection and try again.";
    /// Name of the launcher for screen readers.
    launcher = "Chat";
    /// Name of the launcher while one message is unread.
    launcher_unread_one = "{launcher}, 1 unread message";
    /// Name of the launcher while `{count}` messages are unread.
    launcher_unread_other = "{launcher}, {count} unread messages";
    /// Title of the window.
    heading = "Chat with us";
    /// Line below the title.
    subheading = "We’re here to help";
    /// Line below the title while a person of the team answers.
    subheading_agent = "Member of the team";
    /// Line below the title while the first connection is made.
    status_connecting = "Connecting…";
    /// Line below the title while a lost connection comes back.
    status_reconnecting = "Reconnecting…";
    /// Line below the title without a network.
    status_offline = "You’re offline";
    /// Line below the title of a conversation that has ended.
    status_ended = "Conversation ended";
    /// Button in the header that closes the window.
    close = "Close chat";
    /// Button in the header that leaves this conversation.
    restart = "Start over";
    /// Asked before the conversation is left.
    restart_question = "Start over? This conversation will be cleared from the chat.";
    /// Answer that leaves the conversation.
    restart_confirm = "Start over";
    /// Answer that stays in the conversation.
    restart_cancel = "Keep chatting";
    /// Title of an empty conversation.
    greeting = "Hi there 👋";
    /// Text of an empty conversation.
    greeting_hint = "Ask us anything. The answer will appear right here.";
    /// Name of the message list for screen readers.
    messages = "Messages";
    /// Button above the list that shows older messages.
    earlier = "Show earlier messages";
    /// Button over the list that goes to new messages.
    new_messages = "New messages";
    /// Button over the list that goes to its end.
    jump_to_end = "Jump to the end";
    /// Author of the visitor's own messages, for screen readers.
    author_visitor = "You";
    /// Author of the bot's messages, for screen readers.
    author_bot = "Bot";
    /// Author of a team member's messages whose name is not known, for screen readers.
    author_agent = "Team";
    /// Who said it, before each message for screen readers.
    said = "{author} said:";
    /// A new message, read out by screen readers.
    announcement = "{author} says: {text}";
    /// While a reply is expected, for screen readers.
    typing = "{author} is typing";
    /// Below a message that waits for its turn or the network.
    queued = "Waiting to send";
    /// Below a message on its way.
    sending = "Sending";
    /// Below the newest message that arrived.
    sent = "Sent";
    /// Below a message that may or may not have arrived.
    unknown = "Not confirmed";
    /// Below a message that did not arrive.
    failed = "Not sent.";
    /// Below a message that was refused for good.
    refused = "This message couldn’t be delivered.";
    /// Button below a message that did not arrive.
    retry = "Try again";
    /// Button that forgets a message that did not arrive.
    discard = "Delete";
    /// Read out at once when a message did not arrive.
    failed_announcement = "Your message was not sent: {text}";
    /// Name of the message field for screen readers.
    composer_label = "Your message";
    /// In the empty message field.
    placeholder = "Write a message…";
    /// In the empty message field while the bot waits for a name.
    placeholder_name = "Your name…";
    /// In the empty message field while the bot waits for an e-mail address.
    placeholder_email = "Your email address…";
    /// In the empty message field while the bot waits for a telephone number.
    placeholder_phone = "Your phone number…";
    /// Button that sends.
    send = "Send message";
    /// Characters left in a long message.
    characters_left = "{count} left";
    /// Name of the group of suggested replies, for screen readers.
    answers = "Suggested replies";
    /// On the suggested reply that was chosen, for screen readers.
    chosen = "{answer}, your choice";
    /// Added to the name of a link that opens a new tab, for screen readers.
    new_tab = "opens in a new tab";
    /// A picture.
    picture = "Picture";
    /// A film.
    video = "Video";
    /// A sound.
    audio = "Audio";
    /// Any other file.
    document = "File";
    /// Below a card that leads to an address.
    open_hint = "Tap to open";
    /// On the card that leads to a booking page.
    book = "Choose a time";
    /// Below a booking page's card.
    book_duration = "{count} minutes";
    /// Below a question that wants a number.
    hint_number = "Reply with a number.";
    /// Below a question that wants a date.
    hint_date = "Reply with a date.";
    /// Below a question that wants a date and a time.
    hint_date_time = "Reply with a date and a time.";
    /// Below a question that wants a file.
    hint_file = "Files can’t be sent in this chat yet. A link works too.";
    /// Below a question that wants several facts.
    hint_form = "Reply with these details:";
    /// In place of a message of an unknown kind without any text.
    unsupported = "This message can’t be shown here.";
    /// Over the list while a lost connection comes back.
    notice_reconnecting = "Connection lost. Trying to reconnect…";
    /// Over the list without a network.
    notice_offline = "You’re offline. Your messages will be sent when you’re back.";
    /// Read out when the connection is back.
    notice_live = "Connected again.";
    /// Over the list when the browser keeps nothing.
    notice_memory = "This browser can’t save the chat. It will be gone when you leave the page.";
    /// Over the list when the chat does not work.
    notice_unavailable = "The chat isn’t available right now. Please try again later.";
    /// Between messages when somebody took over.
    handover = "{name} joined the chat";
    /// Between messages when somebody without a known name took over.
    handover_agent = "Someone from the team joined the chat";
    /// Between messages when the bot took over.
    handover_bot = "The bot is back in the chat";
    /// Between messages when the conversation ended; also in place of the composer.
    ended = "This conversation has ended.";
    /// Between messages when it goes on.
    reopened = "The conversation continues.";
    /// Button in place of the composer of an ended conversation.
    start_new = "Start a new conversation";
}

impl Strings {
    /// English, with the sentences in `replaced` (by name) in place of ours. Names we do not have go to `unknown`.
    pub fn with(replaced: &BTreeMap<String, String>, mut unknown: impl FnMut(&str)) -> Self {
        let mut strings = Self::default();
        for (name, text) in replaced {
            if !strings.set(name, text) {
                unknown(name);
            }
        }
        strings
    }

    /// Puts `text` in place of the sentence called `name`. Returns whether there is one.
    pub fn set(&mut self, name: &str, text: &str) -> bool {
        let Some(place) = NAMES.iter().position(|known| *known == name) else { return false };
        // The newest goes first, and hides an older one.
        self.replaced.insert(0, (place, AttrValue::from(text.to_owned())));
        true
    }

    fn get(&self, place: Place) -> AttrValue {
        let replaced = self.replaced.iter().find(|(at, _)| *at == place as usize);
        replaced.map_or(AttrValue::Static(ENGLISH[place as usize]), |(_, text)| text.clone())
    }
}

/// Puts `value` in the place `{name}` of a sentence, wherever it stands; a sentence without that place stays as it is.
#[must_use]
pub fn fill(sentence: &str, name: &str, value: &str) -> String {
    let mut out = String::with_capacity(sentence.len() + value.len());
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.strip_prefix(name).and_then(|tail| tail.strip_prefix('}')) {
            Some(tail) => {
                out.push_str(value);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_replaces_a_sentence_by_its_name() {
        let replaced =
            BTreeMap::from([("heading".to_owned(), "Hello".to_owned()), ("nonsense".to_owned(), "x".to_owned())]);
        let mut unknown = Vec::new();
        let strings = Strings::with(&replaced, |name| unknown.push(name.to_owned()));
        assert_eq!(strings.heading(), "Hello");
        assert_eq!(strings.send(), Strings::default().send());
        assert_eq!(unknown, ["nonsense"]);
    }

    #[test]
    fn every_sentence_can_be_replaced_and_no_name_stands_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for (name, english, meaning) in SENTENCES {
            assert!(seen.insert(name), "{name} stands twice");
            assert!(!english.is_empty() && !meaning.trim().is_empty(), "{name} says nothing");
            assert!(Strings::default().set(name, "x"), "{name} cannot be replaced");
        }
    }

    #[test]
    fn places_are_filled_once_and_values_are_never_read_as_places() {
        assert_eq!(fill("{author} says: {text}", "author", "{text}"), "{text} says: {text}");
        assert_eq!(fill("a {b} {c", "b", "x"), "a x {c");
        assert_eq!(fill("no place", "b", "x"), "no place");
        assert_eq!(fill("{n}{n}", "n", "1"), "11");
    }
}
