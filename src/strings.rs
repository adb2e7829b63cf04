//! Every sentence a visitor can read, in one table: its name, what it is for, and the English.
//!
//! Knows no browser and no language but English: a page replaces sentences by name, and locale files do it the same way.
//! `{name}` in a sentence is a place that [`fill`] fills.

use std::{collections::BTreeMap, fmt, rc::Rc};

use yew::AttrValue;

/// The plural categories of Unicode, in the order of [`Plural`]; English has two of them, other languages up to six.
pub const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// The form of a sentence that a number asks for. Which one, is for the language to say: [`Strings::count_by`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as Unicode names them")]
pub enum Plural {
    Zero,
    One,
    Two,
    Few,
    Many,
    #[default]
    Other,
}

impl Plural {
    /// The category called so; what no language has is [`Plural::Other`].
    #[must_use]
    pub fn named(name: &str) -> Self {
        const ALL: [Plural; 6] = [Plural::Zero, Plural::One, Plural::Two, Plural::Few, Plural::Many, Plural::Other];
        CATEGORIES.iter().position(|known| *known == name).map_or(Self::Other, |at| ALL[at])
    }
}

macro_rules! sentences {
    ($($(#[doc = $doc:literal])+ $name:ident = $english:literal;)+) => {
        #[expect(non_camel_case_types, reason = "named as the sentences are")]
        #[derive(Clone, Copy)]
        enum Place { $($name,)+ }

        const NAMES: &[&str] = &[$(stringify!($name)),+];
        const ENGLISH: &[&str] = &[$($english),+];

        /// Name, English and meaning of every sentence that holds no number, for documentation and locale files.
        pub const SENTENCES: &[(&str, &str, &str)] = &[$((stringify!($name), $english, concat!($($doc),+))),+];

        impl Strings {
            $($(#[doc = $doc])+
            #[must_use]
            pub fn $name(&self) -> AttrValue {
                self.get(Place::$name as usize, ENGLISH[Place::$name as usize])
            })+
        }
    };
}

macro_rules! plurals {
    ($($(#[doc = $doc:literal])+ $name:ident { one = $one:literal; other = $other:literal; })+) => {
        #[expect(non_camel_case_types, reason = "named as the sentences are")]
        #[derive(Clone, Copy)]
        enum PluralPlace { $($name,)+ }

        const PLURAL_NAMES: &[&str] = &[$(stringify!($name)),+];

        /// Name, English for one and for other numbers, and meaning of every sentence that counts. A language has them once for
        /// each of its plural categories, as `<name>_<category>`; what a language lacks is said by `<name>_other`.
        pub const PLURALS: &[(&str, [&str; 2], &str)] =
            &[$((stringify!($name), [$one, $other], concat!($($doc),+))),+];

        impl Strings {
            $($(#[doc = $doc])+
            ///
            /// `{count}` is filled already.
            #[must_use]
            pub fn $name(&self, count: usize) -> AttrValue {
                self.counted(PluralPlace::$name as usize, count, [$one, $other])
            })+
        }
    };
}

/// Says which form a number takes in a language.
type CountRule = Rc<dyn Fn(usize) -> Plural>;

/// The sentences of one widget: English, and what was put in its place.
#[derive(Clone, Default)]
pub struct Strings {
    /// By place in the tables. Few, or a whole language: looking through them is nothing beside showing one.
    replaced: Vec<(usize, AttrValue)>,
    rule: Option<CountRule>,
}

/// The same sentences; by which rule they count follows from the language they are in.
impl PartialEq for Strings {
    fn eq(&self, other: &Self) -> bool {
        self.replaced == other.replaced
    }
}

impl fmt::Debug for Strings {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Strings").field("replaced", &self.replaced).finish_non_exhaustive()
    }
}

sentences! {
    /// Where the chat could not be fetched at all; shown by the loader.
    load_failed = "The chat could not be loaded. Please check your connection and try again.";
    /// Name of the launcher for screen readers.
    launcher = "Chat";
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
    /// Button that shows a picture large.
    enlarge = "Enlarge picture";
    /// Button that leaves the large picture.
    close_picture = "Close picture";
    /// Button that goes to the card or picture before.
    previous = "Previous";
    /// Button that goes to the next card or picture.
    next = "Next";
    /// Where one is among cards or pictures, such as 2 of 5.
    position = "{index} of {count}";
    /// Name of a row of cards for screen readers.
    cards = "Cards";
    /// Name of a row of pictures for screen readers.
    pictures = "Pictures";
    /// Link that saves a file.
    download = "Download";
    /// In place of a picture, film or sound that cannot be fetched.
    media_failed = "This file can’t be shown here.";
    /// Button that sends the chosen number, date or time as the answer.
    submit_answer = "Send answer";
    /// Label of a date field.
    pick_date = "Choose a date";
    /// Label of a time field.
    pick_time = "Choose a time";
    /// Button that opens the device's file picker.
    upload_choose = "Choose a file";
    /// Over the chat while a file is dragged onto it.
    upload_drop = "Drop the file here";
    /// Name of the button in the composer that adds a file.
    attach = "Attach a file";
    /// While a file is being sent; `{percent}` comes with its sign.
    uploading = "Uploading {name}: {percent}";
    /// Button that stops sending a file.
    upload_cancel = "Cancel upload";
    /// Where a file could not be sent.
    upload_failed = "The file couldn’t be uploaded.";
    /// Where a file is too large; `{size}` comes with its unit.
    upload_too_large = "This file is too large. Files can have up to {size}.";
    /// Where files of this type are not taken.
    upload_refused = "Files of this type can’t be sent here.";
    /// Button that sends a filled form.
    form_submit = "Submit";
    /// Behind the label of a field that may stay empty.
    form_optional = "(optional)";
    /// Below an empty field that has to be filled.
    form_required = "Please fill in this field.";
    /// Below a field that does not hold an email address.
    form_bad_email = "Please enter an email address such as name@example.com.";
    /// Below a field that does not hold a telephone number.
    form_bad_phone = "Please enter a phone number.";
    /// Below a field that does not hold a number.
    form_bad_number = "Please enter a number.";
    /// Below the fields of a form that was sent.
    form_sent = "Your details were sent.";
    /// How the device's own emoji are reached; `{keys}` are the keys to press.
    emoji_hint = "Press {keys} for emoji";
    /// How the keyboard works in the message field, for screen readers.
    composer_hint = "Enter sends, Shift and Enter start a new line.";
    /// Over the first unread message in the list.
    unread_divider = "New";
    /// Button that copies a message.
    copy = "Copy message";
    /// Said when a message was copied.
    copied = "Copied";
    /// Name of the two feedback buttons, for screen readers.
    feedback = "Was this helpful?";
    /// Feedback button, thumb up.
    helpful = "Helpful";
    /// Feedback button, thumb down.
    not_helpful = "Not helpful";
    /// While older messages are fetched.
    earlier_loading = "Loading earlier messages…";
    /// Where older messages could not be fetched.
    earlier_failed = "Earlier messages couldn’t be loaded.";
    /// On top of the list, where nothing is before.
    beginning = "This is where the conversation began.";
    /// Button that closes the teaser or preview beside the launcher.
    dismiss = "Dismiss";
    /// Name of the preview of a new message beside the launcher, for screen readers.
    preview = "New message";
    /// Button in the header with more to do.
    menu = "More options";
    /// Button in the header that makes the window larger.
    expand = "Make the window larger";
    /// Button in the header that makes the window small again.
    shrink = "Make the window smaller";
    /// Handle that changes the window’s size.
    resize = "Change the window’s size";
    /// In the menu: saves the conversation as text.
    transcript_text = "Save transcript as text";
    /// In the menu: saves the conversation as a web page.
    transcript_html = "Save transcript as a web page";
    /// Title of a saved conversation.
    transcript_title = "Chat transcript";
    /// In the menu: turns the sound for new messages on.
    sound_on = "Turn sound on";
    /// In the menu: turns the sound for new messages off.
    sound_off = "Turn sound off";
    /// In the menu: ends the conversation.
    end = "End conversation";
    /// Asked before the conversation is ended.
    end_question = "End this conversation?";
    /// Title of the home screen.
    home_title = "How can we help?";
    /// Button of the home screen that begins a conversation.
    home_start = "Start a conversation";
    /// Button of the home screen that goes to the running conversation.
    home_continue = "Continue the conversation";
    /// Name of the suggestions on the home screen, for screen readers.
    home_starters = "Suggestions";
    /// Button that goes back to the home screen.
    home_back = "Back";
    /// Title of the question for consent.
    consent_title = "Before we start";
    /// The question for consent.
    consent_text = "What you write here is sent to us and to the service that runs this chat. Is that all right?";
    /// Link to the page’s privacy policy.
    consent_policy = "Privacy policy";
    /// Answer that consents.
    consent_accept = "Yes, start the chat";
    /// Answer that does not consent.
    consent_decline = "No, thank you";
    /// Title of the form before the chat.
    prechat_title = "Tell us who you are";
    /// Text of the form before the chat.
    prechat_text = "So that we know how to reach you.";
    /// Button that sends the form before the chat.
    prechat_submit = "Start the chat";
    /// Label of the field for the name.
    field_name = "Name";
    /// Label of the field for the email address.
    field_email = "Email address";
    /// Label of the field for the telephone number.
    field_phone = "Phone number";
    /// Below a field whose value the page knows and the visitor cannot change.
    field_locked = "From your account";
    /// Asked at the end of a conversation.
    rating_question = "How was this conversation?";
    /// Label of the field below the rating.
    rating_comment = "Anything you would like to add?";
    /// Button that sends the rating.
    rating_submit = "Send rating";
    /// After the rating was sent.
    rating_thanks = "Thank you for your feedback.";
    /// Name of one step of the rating, for screen readers.
    rating_value = "{value} out of {best}";
    /// Notice outside of office hours.
    hours_away = "We’re away right now. Leave a message, and we’ll answer when we’re back.";
    /// Notice outside of office hours, where the next opening is known; `{time}` is a day and a time.
    hours_back = "We’re back {time}.";
    /// While the page says that the chat is being maintained.
    maintenance = "The chat is being maintained. Please come back a little later.";
}

plurals! {
    /// Name of the launcher while messages are unread.
    launcher_unread { one = "{launcher}, {count} unread message"; other = "{launcher}, {count} unread messages"; }
    /// Characters left in a long message.
    characters_left { one = "{count} character left"; other = "{count} characters left"; }
    /// Characters a message has too many.
    characters_over { one = "{count} character too many"; other = "{count} characters too many"; }
    /// Below a booking page’s card.
    book_duration { one = "{count} minute"; other = "{count} minutes"; }
    /// Button over the list that goes to the new messages.
    new_messages_count { one = "{count} new message"; other = "{count} new messages"; }
    /// Title of the page’s tab while messages are unread and the page is hidden.
    title_unread { one = "({count}) New message"; other = "({count}) New messages"; }
    /// Said when several messages came at once, for screen readers.
    several_announcement { one = "{count} new message"; other = "{count} new messages"; }
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
        let Some(place) = place_of(name) else { return false };
        // The newest goes first, and hides an older one.
        self.replaced.insert(0, (place, AttrValue::from(text.to_owned())));
        true
    }

    /// From now on `rule` says which form a number takes; without one it is English.
    pub fn count_by(&mut self, rule: Rc<dyn Fn(usize) -> Plural>) {
        self.rule = Some(rule);
    }

    fn get(&self, place: usize, english: &'static str) -> AttrValue {
        self.replacement(place).unwrap_or(AttrValue::Static(english))
    }

    fn counted(&self, place: usize, count: usize, english: [&'static str; 2]) -> AttrValue {
        let english_form = if count == 1 { Plural::One } else { Plural::Other };
        let form = self.rule.as_ref().map_or(english_form, |rule| rule(count));
        let replaced = |form| self.replacement(plural_place(place, form));
        let sentence = replaced(form).or_else(|| replaced(Plural::Other));
        let sentence = sentence.unwrap_or(AttrValue::Static(english[usize::from(english_form == Plural::Other)]));
        fill(&sentence, "count", &count.to_string()).into()
    }

    fn replacement(&self, place: usize) -> Option<AttrValue> {
        self.replaced.iter().find(|(at, _)| *at == place).map(|(_, text)| text.clone())
    }
}

/// Plain sentences come first, then each counting one with its six categories.
fn place_of(name: &str) -> Option<usize> {
    if let Some(place) = NAMES.iter().position(|known| *known == name) {
        return Some(place);
    }
    let at = name.rfind('_')?;
    let place = PLURAL_NAMES.iter().position(|known| *known == &name[..at])?;
    let category = CATEGORIES.iter().position(|known| *known == &name[at + 1..])?;
    Some(NAMES.len() + place * CATEGORIES.len() + category)
}

fn plural_place(place: usize, form: Plural) -> usize {
    NAMES.len() + place * CATEGORIES.len() + form as usize
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
        for (name, english, meaning) in PLURALS {
            assert!(seen.insert(name), "{name} stands twice");
            assert!(english.iter().all(|english| english.contains("{count}")), "{name} counts nothing");
            assert!(!meaning.trim().is_empty(), "{name} says nothing");
            for category in CATEGORIES {
                assert!(Strings::default().set(&format!("{name}_{category}"), "x"), "{name}_{category}");
            }
            assert!(!Strings::default().set(name, "x"), "{name} has a form for each number");
        }
    }

    #[test]
    fn a_number_gets_the_form_of_its_language() {
        let mut strings = Strings::default();
        assert_eq!(strings.book_duration(1), "1 minute");
        assert_eq!(strings.book_duration(0), "0 minutes");
        // As in Polish, but for the teens.
        strings.count_by(Rc::new(|count| match count {
            1 => Plural::One,
            2..=4 => Plural::Few,
            _ => Plural::Many,
        }));
        for (name, text) in [("one", "minuta"), ("few", "minuty"), ("other", "minuty, ułamek")] {
            assert!(strings.set(&["book_duration_", name].concat(), &["{count} ", text].concat()));
        }
        assert_eq!(strings.book_duration(1), "1 minuta");
        assert_eq!(strings.book_duration(3), "3 minuty");
        assert_eq!(strings.book_duration(5), "5 minuty, ułamek", "what is missing is said by the last form");
        assert_eq!(Plural::named("few"), Plural::Few);
        assert_eq!(Plural::named("nonsense"), Plural::Other);
    }

    #[test]
    fn places_are_filled_once_and_values_are_never_read_as_places() {
        assert_eq!(fill("{author} says: {text}", "author", "{text}"), "{text} says: {text}");
        assert_eq!(fill("a {b} {c", "b", "x"), "a x {c");
        assert_eq!(fill("no place", "b", "x"), "no place");
        assert_eq!(fill("{n}{n}", "n", "1"), "11");
    }
}
