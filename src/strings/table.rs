//! Every sentence a visitor can read, in one table: its name, what it is for, and the English.

use yew::AttrValue;

use super::Strings;

sentences! {
    /// Shown by the loader if the chat could not be fetched at all.
    load_failed = "The chat could not be loaded. Please check your connection and try again.";
    /// Name of the launcher for screen readers.
    launcher = "Chat";
    /// Title of the window.
    heading = "Chat with us";
    /// Line below the title.
    subheading = "We’re here to help";
    /// Line below the title while a team member answers.
    subheading_agent = "Member of the team";
    /// Line below the title during the first connection.
    status_connecting = "Connecting…";
    /// Line below the title while a lost connection is being restored.
    status_reconnecting = "Reconnecting…";
    /// Line below the title while the device is offline.
    status_offline = "You’re offline";
    /// Line below the title of a conversation that has ended.
    status_ended = "Conversation ended";
    /// Button in the header that closes the window.
    close = "Close chat";
    /// Button in the header that leaves this conversation.
    restart = "Start over";
    /// Question before the conversation is left.
    restart_question = "Start over? This conversation will be cleared from the chat.";
    /// Answer to that question: leaves the conversation.
    restart_confirm = "Start over";
    /// Answer to that question: stays in the conversation.
    restart_cancel = "Keep chatting";
    /// Title of an empty conversation.
    greeting = "Hi there";
    /// Text of an empty conversation.
    greeting_hint = "Ask us anything. The answer will appear right here.";
    /// Name of the message list for screen readers.
    messages = "Messages";
    /// Button above the list that shows older messages.
    earlier = "Show earlier messages";
    /// Button over the list that scrolls to new messages.
    new_messages = "New messages";
    /// Button over the list that scrolls to its end.
    jump_to_end = "Jump to the end";
    /// Author of the visitor's own messages, for screen readers.
    author_visitor = "You";
    /// Author of the bot's messages, for screen readers.
    author_bot = "Bot";
    /// Author of messages of a team member whose name is not known, for screen readers.
    author_agent = "Team";
    /// Author, read by screen readers before each message.
    said = "{author} said:";
    /// Announcement of a new message, for screen readers.
    announcement = "{author} says: {text}";
    /// Shown while a reply is expected, for screen readers.
    typing = "{author} is typing";
    /// Below a message that waits for its turn or for the network.
    queued = "Waiting to send";
    /// Below a message that is being sent.
    sending = "Sending";
    /// Below the newest message that arrived.
    sent = "Sent";
    /// Below a message that may or may not have arrived.
    unknown = "Not confirmed";
    /// Below a message that did not arrive.
    failed = "Not sent.";
    /// Below a message that was refused permanently.
    refused = "This message couldn’t be delivered.";
    /// Button below a message that did not arrive.
    retry = "Try again";
    /// Button that deletes a message that did not arrive.
    discard = "Delete";
    /// Announcement that a message did not arrive, for screen readers.
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
    /// The suggested reply that was chosen, for screen readers.
    chosen = "{answer}, your choice";
    /// Added to the name of a link that opens in a new tab, for screen readers.
    new_tab = "opens in a new tab";
    /// Name of a picture.
    picture = "Picture";
    /// Name of a video.
    video = "Video";
    /// Name of a sound.
    audio = "Audio";
    /// Name of any other file.
    document = "File";
    /// Below a card that links to an address.
    open_hint = "Tap to open";
    /// On the card that links to a booking page.
    book = "Choose a time";
    /// Below a question that expects a number.
    hint_number = "Reply with a number.";
    /// Below a question that expects a date.
    hint_date = "Reply with a date.";
    /// Below a question that expects a date and a time.
    hint_date_time = "Reply with a date and a time.";
    /// Below a question that expects a file.
    hint_file = "Files can’t be sent in this chat yet. A link works too.";
    /// Below a question that expects several details.
    hint_form = "Reply with these details:";
    /// In place of a message of an unknown kind without any text.
    unsupported = "This message can’t be shown here.";
    /// Notice above the list while a lost connection is being restored.
    notice_reconnecting = "Connection lost. Trying to reconnect…";
    /// Notice above the list while the device is offline.
    notice_offline = "You’re offline. Your messages will be sent when you’re back.";
    /// Announcement that the connection is restored.
    notice_live = "Connected again.";
    /// Notice above the list if the browser cannot store the chat.
    notice_memory = "This browser can’t save the chat. It will be gone when you leave the page.";
    /// Notice above the list if the chat is not available.
    notice_unavailable = "The chat isn’t available right now. Please try again later.";
    /// Between messages, when a team member took over.
    handover = "{name} joined the chat";
    /// Between messages, when a team member without a known name took over.
    handover_agent = "Someone from the team joined the chat";
    /// Between messages, when the bot took over again.
    handover_bot = "The bot is back in the chat";
    /// Between messages, when the conversation has ended; also in place of the composer.
    ended = "This conversation has ended.";
    /// Between messages, when an ended conversation continues.
    reopened = "The conversation continues.";
    /// Button in place of the composer of an ended conversation.
    start_new = "Start a new conversation";
    /// Button that enlarges a picture.
    enlarge = "Enlarge picture";
    /// Button that closes the enlarged picture.
    close_picture = "Close picture";
    /// Button that goes to the previous card or picture.
    previous = "Previous";
    /// Button that goes to the next card or picture.
    next = "Next";
    /// Position among cards or pictures, such as 2 of 5.
    position = "{index} of {count}";
    /// Name of a row of cards for screen readers.
    cards = "Cards";
    /// Name of a row of pictures for screen readers.
    pictures = "Pictures";
    /// Link that saves a file.
    download = "Download";
    /// In place of a picture, video or sound that cannot be fetched.
    media_failed = "This file can’t be shown here.";
    /// Button that sends the chosen number, date or time as the answer.
    submit_answer = "Send answer";
    /// Label of a date field.
    pick_date = "Choose a date";
    /// Label of a time field.
    pick_time = "Choose a time";
    /// Button that opens the device's file picker.
    upload_choose = "Choose a file";
    /// Over the chat while a file is dragged over it.
    upload_drop = "Drop the file here";
    /// Name of the button in the composer that adds a file.
    attach = "Attach a file";
    /// While a file is being sent; `{percent}` includes its sign.
    uploading = "Uploading {name}: {percent}";
    /// Button that cancels sending a file.
    upload_cancel = "Cancel upload";
    /// Error for a file that could not be sent.
    upload_failed = "The file couldn’t be uploaded.";
    /// Error for a file that is too large; `{size}` includes its unit.
    upload_too_large = "This file is too large. Files can have up to {size}.";
    /// Error for a file of a type that is not accepted.
    upload_refused = "Files of this type can’t be sent here.";
    /// Button that sends a form.
    form_submit = "Submit";
    /// After the label of an optional field.
    form_optional = "(optional)";
    /// Error below a required field that is empty.
    form_required = "Please fill in this field.";
    /// Error below a field for an email address.
    form_bad_email = "Please enter an email address such as name@example.com.";
    /// Error below a field for a telephone number.
    form_bad_phone = "Please enter a phone number.";
    /// Error below a field for a number.
    form_bad_number = "Please enter a number.";
    /// Below the fields of a form that was sent.
    form_sent = "Your details were sent.";
    /// How to open the device's own emoji picker; `{keys}` are the keys to press.
    emoji_hint = "Press {keys} for emoji";
    /// Keys of the message field, for screen readers.
    composer_hint = "Enter sends, Shift and Enter start a new line.";
    /// Above the first unread message in the list.
    unread_divider = "New";
    /// Button that copies a message.
    copy = "Copy message";
    /// Announcement that a message was copied, for screen readers; also the button's name then.
    copied = "Copied";
    /// Name of the two feedback buttons, for screen readers.
    feedback = "Was this helpful?";
    /// Feedback button, thumbs up.
    helpful = "Helpful";
    /// Feedback button, thumbs down.
    not_helpful = "Not helpful";
    /// While older messages are being fetched.
    earlier_loading = "Loading earlier messages…";
    /// Error if older messages could not be fetched.
    earlier_failed = "Earlier messages couldn’t be loaded.";
    /// At the top of the list, if there are no older messages.
    beginning = "This is where the conversation began.";
    /// Button that closes the teaser or the preview next to the launcher.
    dismiss = "Dismiss";
    /// Name of the preview of a new message next to the launcher, for screen readers.
    preview = "New message";
    /// Button in the header that opens the menu.
    menu = "More options";
    /// Button in the header that makes the window larger.
    expand = "Make the window larger";
    /// Button in the header that makes the window smaller again.
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
    /// Question before the conversation is ended.
    end_question = "End this conversation?";
    /// Title of the home screen.
    home_title = "How can we help?";
    /// Button of the home screen that starts a conversation.
    home_start = "Start a conversation";
    /// Button of the home screen that returns to the running conversation.
    home_continue = "Continue the conversation";
    /// Name of the suggestions on the home screen, for screen readers.
    home_starters = "Suggestions";
    /// Button that goes back to the home screen.
    home_back = "Back";
    /// Title of the consent question.
    consent_title = "Before we start";
    /// The consent question.
    consent_text = "What you write here is sent to us and to the service that runs this chat. Is that all right?";
    /// Link to the page’s privacy policy.
    consent_policy = "Privacy policy";
    /// Answer that gives consent.
    consent_accept = "Yes, start the chat";
    /// Answer that declines consent.
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
    /// Below a field whose value the page provides and the visitor cannot change.
    field_locked = "From your account";
    /// Question at the end of a conversation.
    rating_question = "How was this conversation?";
    /// Label of the comment field below the rating.
    rating_comment = "Anything you would like to add?";
    /// Button that sends the rating.
    rating_submit = "Send rating";
    /// Shown after the rating was sent.
    rating_thanks = "Thank you for your feedback.";
    /// Name of one value of the rating, for screen readers.
    rating_value = "{value} out of {best}";
    /// Notice outside of office hours.
    hours_away = "We’re away right now. Leave a message, and we’ll answer when we’re back.";
    /// Notice outside of office hours, if the next opening is known; `{time}` is a day and a time.
    hours_back = "We’re back {time}.";
    /// Shown while the page has set the chat to maintenance.
    maintenance = "The chat is being maintained. Please come back a little later.";
}

plurals! {
    /// Name of the launcher if there are unread messages.
    launcher_unread { one = "{launcher}, {count} unread message"; other = "{launcher}, {count} unread messages"; }
    /// Number of characters left in a long message.
    characters_left { one = "{count} character left"; other = "{count} characters left"; }
    /// Number of characters by which a message is too long.
    characters_over { one = "{count} character too many"; other = "{count} characters too many"; }
    /// Duration of an appointment, below the card of a booking page.
    book_duration { one = "{count} minute"; other = "{count} minutes"; }
    /// Button over the list that scrolls to the new messages.
    new_messages_count { one = "{count} new message"; other = "{count} new messages"; }
    /// Title of the browser tab if there are unread messages and the page is hidden.
    title_unread { one = "({count}) New message"; other = "({count}) New messages"; }
    /// Announcement of several messages that arrived at once, for screen readers.
    several_announcement { one = "{count} new message"; other = "{count} new messages"; }
}
