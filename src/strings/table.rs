//! Every sentence a visitor can read, in one table: its name, what it is for, and the English.

use yew::AttrValue;

use super::Strings;

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
    greeting = "Hi there";
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
    /// Notice outside of office hours, where the next opening is known; `{time}` is a day and a
    /// time.
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
