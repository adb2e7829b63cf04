//! Every sentence a visitor can read, in one table: its name, the English, and what it is for.

use yew::AttrValue;

use super::Strings;

sentences! {
    load_failed = "The chat could not be loaded. Please check your connection and try again.",
        "Shown by the loader if the chat could not be fetched at all.";
    launcher = "Chat", "Name of the launcher for screen readers.";
    heading = "Chat with us", "Title of the window.";
    subheading = "We’re here to help", "Line below the title.";
    subheading_agent = "Member of the team", "Line below the title while a team member answers.";
    status_connecting = "Connecting…", "Line below the title during the first connection.";
    status_reconnecting = "Reconnecting…", "Line below the title while a lost connection is being restored.";
    status_offline = "You’re offline", "Line below the title while the device is offline.";
    status_ended = "Conversation ended", "Line below the title of a conversation that has ended.";
    close = "Close chat", "Button in the header that closes the window.";
    restart = "Start over", "Button in the header that leaves this conversation.";
    restart_question = "Start over? This conversation will be cleared from the chat.",
        "Question before the conversation is left.";
    restart_confirm = "Start over", "Answer to that question: leaves the conversation.";
    restart_cancel = "Keep chatting", "Answer to that question: stays in the conversation.";
    greeting = "Hi there", "Title of an empty conversation.";
    greeting_hint = "Ask us anything. The answer will appear right here.", "Text of an empty conversation.";
    messages = "Messages", "Name of the message list for screen readers.";
    earlier = "Show earlier messages", "Button above the list that shows older messages.";
    new_messages = "New messages", "Button over the list that scrolls to new messages.";
    jump_to_end = "Jump to the end", "Button over the list that scrolls to its end.";
    author_visitor = "You", "Author of the visitor's own messages, for screen readers.";
    author_bot = "Bot", "Author of the bot's messages, for screen readers.";
    author_agent = "Team", "Author of messages of a team member whose name is not known, for screen readers.";
    said = "{author} said:", "Author, read by screen readers before each message.";
    announcement = "{author} says: {text}", "Announcement of a new message, for screen readers.";
    typing = "{author} is typing", "Shown while a reply is expected, for screen readers.";
    queued = "Waiting to send", "Below a message that waits for its turn or for the network.";
    sending = "Sending", "Below a message that is being sent.";
    sent = "Sent", "Below the newest message that arrived.";
    unknown = "Not confirmed", "Below a message that may or may not have arrived.";
    failed = "Not sent.", "Below a message that did not arrive.";
    refused = "This message couldn’t be delivered.", "Below a message that was refused permanently.";
    retry = "Try again", "Button below a message that did not arrive.";
    discard = "Delete", "Button that deletes a message that did not arrive.";
    failed_announcement = "Your message was not sent: {text}",
        "Announcement that a message did not arrive, for screen readers.";
    composer_label = "Your message", "Name of the message field for screen readers.";
    placeholder = "Write a message…", "In the empty message field.";
    placeholder_name = "Your name…", "In the empty message field while the bot waits for a name.";
    placeholder_email = "Your email address…", "In the empty message field while the bot waits for an e-mail address.";
    placeholder_phone = "Your phone number…", "In the empty message field while the bot waits for a telephone number.";
    send = "Send message", "Button that sends.";
    answers = "Suggested replies", "Name of the group of suggested replies, for screen readers.";
    chosen = "{answer}, your choice", "The suggested reply that was chosen, for screen readers.";
    new_tab = "opens in a new tab", "Added to the name of a link that opens in a new tab, for screen readers.";
    picture = "Picture", "Name of a picture.";
    video = "Video", "Name of a video.";
    audio = "Audio", "Name of a sound.";
    document = "File", "Name of any other file.";
    open_hint = "Tap to open", "Below a card that links to an address.";
    book = "Choose a time", "On the card that links to a booking page.";
    hint_number = "Reply with a number.", "Below a question that expects a number.";
    hint_date = "Reply with a date.", "Below a question that expects a date.";
    hint_date_time = "Reply with a date and a time.", "Below a question that expects a date and a time.";
    hint_file = "Files can’t be sent in this chat yet. A link works too.", "Below a question that expects a file.";
    hint_form = "Reply with these details:", "Below a question that expects several details.";
    unsupported = "This message can’t be shown here.", "In place of a message of an unknown kind without any text.";
    notice_reconnecting = "Connection lost. Trying to reconnect…",
        "Notice above the list while a lost connection is being restored.";
    notice_offline = "You’re offline. Your messages will be sent when you’re back.",
        "Notice above the list while the device is offline.";
    notice_live = "Connected again.", "Announcement that the connection is restored.";
    notice_memory = "This browser can’t save the chat. It will be gone when you leave the page.",
        "Notice above the list if the browser cannot store the chat.";
    notice_unavailable = "The chat isn’t available right now. Please try again later.",
        "Notice above the list if the chat is not available.";
    handover = "{name} joined the chat", "Between messages, when a team member took over.";
    handover_agent = "Someone from the team joined the chat",
        "Between messages, when a team member without a known name took over.";
    handover_bot = "The bot is back in the chat", "Between messages, when the bot took over again.";
    ended = "This conversation has ended.",
        "Between messages, when the conversation has ended; also in place of the composer.";
    reopened = "The conversation continues.", "Between messages, when an ended conversation continues.";
    start_new = "Start a new conversation", "Button in place of the composer of an ended conversation.";
    enlarge = "Enlarge picture", "Button that enlarges a picture.";
    close_picture = "Close picture", "Button that closes the enlarged picture.";
    previous = "Previous", "Button that goes to the previous card or picture.";
    next = "Next", "Button that goes to the next card or picture.";
    position = "{index} of {count}", "Position among cards or pictures, such as 2 of 5.";
    cards = "Cards", "Name of a row of cards for screen readers.";
    pictures = "Pictures", "Name of a row of pictures for screen readers.";
    download = "Download", "Link that saves a file.";
    media_failed = "This file can’t be shown here.", "In place of a picture, video or sound that cannot be fetched.";
    submit_answer = "Send answer", "Button that sends the chosen number, date or time as the answer.";
    pick_date = "Choose a date", "Label of a date field.";
    pick_time = "Choose a time", "Label of a time field.";
    upload_choose = "Choose a file", "Button that opens the device's file picker.";
    upload_drop = "Drop the file here", "Over the chat while a file is dragged over it.";
    attach = "Attach a file", "Name of the button in the composer that adds a file.";
    uploading = "Uploading {name}: {percent}", "While a file is being sent; `{percent}` includes its sign.";
    upload_cancel = "Cancel upload", "Button that cancels sending a file.";
    upload_failed = "The file couldn’t be uploaded.", "Error for a file that could not be sent.";
    upload_too_large = "This file is too large. Files can have up to {size}.",
        "Error for a file that is too large; `{size}` includes its unit.";
    upload_refused = "Files of this type can’t be sent here.", "Error for a file of a type that is not accepted.";
    form_submit = "Submit", "Button that sends a form.";
    form_optional = "(optional)", "After the label of an optional field.";
    form_required = "Please fill in this field.", "Error below a required field that is empty.";
    form_bad_email = "Please enter an email address such as name@example.com.",
        "Error below a field for an email address.";
    form_bad_phone = "Please enter a phone number.", "Error below a field for a telephone number.";
    form_bad_number = "Please enter a number.", "Error below a field for a number.";
    form_sent = "Your details were sent.", "Below the fields of a form that was sent.";
    emoji_hint = "Press {keys} for emoji", "How to open the device's own emoji picker; `{keys}` are the keys to press.";
    composer_hint = "Enter sends, Shift and Enter start a new line.", "Keys of the message field, for screen readers.";
    unread_divider = "New", "Above the first unread message in the list.";
    copy = "Copy message", "Button that copies a message.";
    copied = "Copied", "Announcement that a message was copied, for screen readers; also the button's name then.";
    feedback = "Was this helpful?", "Name of the two feedback buttons, for screen readers.";
    helpful = "Helpful", "Feedback button, thumbs up.";
    not_helpful = "Not helpful", "Feedback button, thumbs down.";
    earlier_loading = "Loading earlier messages…", "While older messages are being fetched.";
    earlier_failed = "Earlier messages couldn’t be loaded.", "Error if older messages could not be fetched.";
    beginning = "This is where the conversation began.", "At the top of the list, if there are no older messages.";
    dismiss = "Dismiss", "Button that closes the teaser or the preview next to the launcher.";
    preview = "New message", "Name of the preview of a new message next to the launcher, for screen readers.";
    menu = "More options", "Button in the header that opens the menu.";
    expand = "Make the window larger", "Button in the header that makes the window larger.";
    shrink = "Make the window smaller", "Button in the header that makes the window smaller again.";
    resize = "Change the window’s size", "Handle that changes the window’s size.";
    transcript_text = "Save transcript as text", "In the menu: saves the conversation as text.";
    transcript_html = "Save transcript as a web page", "In the menu: saves the conversation as a web page.";
    transcript_title = "Chat transcript", "Title of a saved conversation.";
    sound_on = "Turn sound on", "In the menu: turns the sound for new messages on.";
    sound_off = "Turn sound off", "In the menu: turns the sound for new messages off.";
    end = "End conversation", "In the menu: ends the conversation.";
    end_question = "End this conversation?", "Question before the conversation is ended.";
    home_title = "How can we help?", "Title of the home screen.";
    home_start = "Start a conversation", "Button of the home screen that starts a conversation.";
    home_continue = "Continue the conversation", "Button of the home screen that returns to the running conversation.";
    home_starters = "Suggestions", "Name of the suggestions on the home screen, for screen readers.";
    home_back = "Back", "Button that goes back to the home screen.";
    consent_title = "Before we start", "Title of the consent question.";
    consent_text = "What you write here is sent to us and to the service that runs this chat. Is that all right?",
        "The consent question.";
    consent_policy = "Privacy policy", "Link to the page’s privacy policy.";
    consent_accept = "Yes, start the chat", "Answer that gives consent.";
    consent_decline = "No, thank you", "Answer that declines consent.";
    prechat_title = "Tell us who you are", "Title of the form before the chat.";
    prechat_text = "So that we know how to reach you.", "Text of the form before the chat.";
    prechat_submit = "Start the chat", "Button that sends the form before the chat.";
    field_name = "Name", "Label of the field for the name.";
    field_email = "Email address", "Label of the field for the email address.";
    field_phone = "Phone number", "Label of the field for the telephone number.";
    field_locked = "From your account", "Below a field whose value the page provides and the visitor cannot change.";
    rating_question = "How was this conversation?", "Question at the end of a conversation.";
    rating_comment = "Anything you would like to add?", "Label of the comment field below the rating.";
    rating_submit = "Send rating", "Button that sends the rating.";
    rating_thanks = "Thank you for your feedback.", "Shown after the rating was sent.";
    rating_value = "{value} out of {best}", "Name of one value of the rating, for screen readers.";
    hours_away = "We’re away right now. Leave a message, and we’ll answer when we’re back.",
        "Notice outside of office hours.";
    hours_back = "We’re back {time}.",
        "Notice outside of office hours, if the next opening is known; `{time}` is a day and a time.";
    maintenance = "The chat is being maintained. Please come back a little later.",
        "Shown while the page has set the chat to maintenance.";
}

plurals! {
    launcher_unread = ["{launcher}, {count} unread message", "{launcher}, {count} unread messages"],
        "Name of the launcher if there are unread messages.";
    characters_left = ["{count} character left", "{count} characters left"],
        "Number of characters left in a long message.";
    characters_over = ["{count} character too many", "{count} characters too many"],
        "Number of characters by which a message is too long.";
    book_duration = ["{count} minute", "{count} minutes"],
        "Duration of an appointment, below the card of a booking page.";
    new_messages_count = ["{count} new message", "{count} new messages"],
        "Button over the list that scrolls to the new messages.";
    title_unread = ["({count}) New message", "({count}) New messages"],
        "Title of the browser tab if there are unread messages and the page is hidden.";
    several_announcement = ["{count} new message", "{count} new messages"],
        "Announcement of several messages that arrived at once, for screen readers.";
}
