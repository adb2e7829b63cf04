//! Every setting in one table: its names, what is allowed, what it defaults to and what it does.

use super::SettingKind::{self, Choice, Flag, Json, List, Locale, Map, Number, Text, Url, UrlOrNone};

/// One row of [`SETTINGS`].
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Name of the setting; rows are in the order of [`Name`].
    pub name: Name,
    /// The attribute, or empty where there is only a property.
    pub attribute: &'static str,
    /// The property, or empty where there is only an attribute (`open` is a method).
    pub property: &'static str,
    /// Allowed values.
    pub kind: SettingKind,
    /// Default value; a description in parentheses if it depends on something.
    pub default: &'static str,
    /// Description in docs/reference.md; empty in a browser, which does not show it.
    pub doc: &'static str,
}

/// Each row: description; name, attribute, property, kind, default.
macro_rules! settings {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident = $attribute:literal, $property:literal, $kind:expr, $default:literal;
    )+) => {
        /// Names a row of [`SETTINGS`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Name { $($(#[doc = $doc])+ $name,)+ }

        /// All settings.
        pub const SETTINGS: &[Setting] = &[$(Setting {
            name: Name::$name,
            attribute: $attribute,
            property: $property,
            kind: $kind,
            default: $default,
            doc: if cfg!(target_arch = "wasm32") { "" } else { concat!($($doc),+).trim_ascii() },
        }),+];
    };
}

settings! {
    /// Base address of your proxy.
    ProxyUrl = "proxy-url", "proxyUrl", Url, "(where the script was loaded from)";
    /// Address that issues visitor tokens.
    TokenUrl = "token-url", "tokenUrl", Url, "(proxy-url + /token)";
    /// Base address of the two documented calls.
    ApiUrl = "api-url", "apiUrl", Url, "(proxy-url + /api/v1)";
    /// Base address of the event stream; `none` turns it off, and the page then has to show the
    /// replies itself.
    EventsUrl = "events-url", "eventsUrl", UrlOrNone, "(api-url)";
    /// Id of this site at the proxy.
    Site = "site", "site", Text, "(from the page's origin)";
    /// Your own id of the signed-in user; stored data is kept separate for each user. Needs
    /// `identity`. When the user logs out, call `logout()`, which removes both.
    User = "user", "user", Text, "(no signed-in user)";
    /// JWT about the user, signed by your server (see `examples/signing`). A new one can be set at
    /// any time, for example when `chataibot-error` reports `IDENTITY_REFUSED`.
    Identity = "identity", "identity", Text, "(none)";
    /// Key of the bot that answers, from the bot's trigger block.
    BotKey = "bot-key", "botKey", Text, "(the site's bot)";
    /// Where the conversation is stored: `local` survives a reload, `memory` does not.
    Storage = "storage", "storage", Choice(&["local", "memory"]), "local";
    /// When the chat is fetched: `intent` when the visitor points at or focuses the launcher,
    /// `idle` as soon as the page is idle.
    Preload = "preload", "preload", Choice(&["intent", "idle"]), "intent";
    /// Whether the window is open: the page can set it, and it changes when the visitor opens or
    /// closes the window.
    Open = "open", "", Flag, "false";
    /// Where the window is: `floating` over the page next to the launcher, `inline` in the
    /// element's own box without a launcher, `panel` at the side of the screen in its full height.
    /// On phones the window fills the screen, except with `inline`.
    Mode = "mode", "mode", Choice(&["floating", "inline", "panel"]), "floating";
    /// `top` shows launcher and window in the browser's top layer, above any `z-index`; `page`
    /// shows them at `--chataibot-z-index`.
    Layer = "layer", "layer", Choice(&["top", "page"]), "top";
    /// Colours: `auto` follows the page's `color-scheme`, `system` the visitor's device.
    Theme = "theme", "theme", Choice(&["auto", "light", "dark", "system"]), "auto";
    /// Corner of the screen, and the side of a panel; `end` is right in left-to-right pages and
    /// left in right-to-left ones.
    Position = "position", "position", Choice(&["bottom-end", "bottom-start", "top-end", "top-start"]), "bottom-end";
    /// Language for dates and texts.
    Locale = "locale", "locale", Locale, "(the page's `lang`, else the browser's)";
    /// Language of the bot's messages if it differs from the visitor's, so that screen readers
    /// pronounce them correctly.
    BotLocale = "bot-locale", "botLocale", Locale, "(the chat's language)";
    /// Title of the window.
    Heading = "heading", "heading", Text, "(in the visitor's language)";
    /// Line below the title.
    Subheading = "subheading", "subheading", Text, "(in the visitor's language)";
    /// Title of an empty conversation.
    Greeting = "greeting", "greeting", Text, "(in the visitor's language)";
    /// Picture of the bot.
    Avatar = "avatar", "avatar", Url, "(an icon)";
    /// The launcher: a round button, a button with a label, or none.
    Launcher = "launcher", "launcher", Choice(&["round", "label", "none"]), "round";
    /// Name of the launcher for screen readers, and its visible label with `launcher="label"`.
    LauncherLabel = "launcher-label", "launcherLabel", Text, "(in the visitor's language)";
    /// Selector of the page's own launcher: a click on it opens and closes the window, and the
    /// built-in launcher is not shown.
    LauncherFor = "launcher-for", "launcherFor", Text, "(none)";
    /// Selector of elements that the launcher must not overlap, such as a cookie banner or a cart
    /// bar at the edge of the screen.
    Avoid = "avoid", "avoid", Text, "(none)";
    /// Whether the launcher nods once, some seconds after the page has loaded; never for visitors
    /// who prefer reduced motion.
    Attention = "attention", "attention", Flag, "false";
    /// A sentence next to the launcher; once dismissed, it is not shown again on this device.
    Teaser = "teaser", "teaser", Text, "(none)";
    /// Delay of the teaser in seconds.
    TeaserDelay = "teaser-delay", "teaserDelay", Number, "5";
    /// Whether the teaser is also shown on phones.
    TeaserPhone = "teaser-phone", "teaserPhone", Flag, "false";
    /// The visitor's name, if the page knows it.
    ContactName = "contact-name", "contactName", Text, "(none)";
    /// The visitor's e-mail address.
    ContactEmail = "contact-email", "contactEmail", Text, "(none)";
    /// The visitor's telephone number.
    ContactPhone = "contact-phone", "contactPhone", Text, "(none)";
    /// The visitor as one object `{name, email, phone}`; takes precedence over the three
    /// attributes, and does not appear in the page's HTML.
    Contact = "", "contact", Map, "(none)";
    /// Variables of the conversation, for the bot's flow.
    Variables = "variables", "variables", Map, "(none)";
    /// Your own texts in place of the widget's.
    Strings = "strings", "strings", Map, "(none)";
    /// Shows one scene of a conversation, such as `carousel`, instead of a chat, for designers and
    /// tests. Nothing is connected or stored.
    Demo = "demo", "demo", Text, "(none)";
    /// Design mode: shows part, states, tokens, box and contrast of the element under the pointer.
    /// `address`: only if the page's address has `?chataibot-design`.
    Design = "design", "design", Flag, "false";
    /// What the Enter key does in the message field: `auto` sends, but starts a new line on touch
    /// devices.
    Enter = "enter", "enter", Choice(&["auto", "send", "newline"]), "auto";
    /// Where links in messages open: `new` in a new tab; `same` in the same tab when they lead to
    /// the page's own site; `auto` in the same tab only when the bot wrote them without a host
    /// (`/orders/7`, `#help`).
    Links = "links", "links", Choice(&["auto", "new", "same"]), "auto";
    /// Whether the visitor can rate each answer as helpful or not helpful.
    Feedback = "feedback", "feedback", Choice(&["on", "off"]), "off";
    /// Whether new messages play a sound while the visitor is not looking at the chat; the
    /// visitor's own choice takes precedence.
    Sound = "sound", "sound", Choice(&["on", "off"]), "on";
    /// Whether the tab's title shows unread messages while the page is hidden.
    TitleIndicator = "title-indicator", "titleIndicator", Choice(&["on", "off"]), "on";
    /// Whether the visitor is asked for consent first; nothing is stored or sent before it is
    /// given.
    Consent = "consent", "consent", Flag, "false";
    /// Privacy policy that the consent question links to.
    ConsentUrl = "consent-url", "consentUrl", Url, "(none)";
    /// Version of the text that visitors consent to; after a change they are asked again.
    ConsentVersion = "consent-version", "consentVersion", Text, "1";
    /// Fields of a form before each conversation, such as `name email* phone`; `*` marks required
    /// ones. Names other than `name`, `email` and `phone` become variables of the conversation.
    Prechat = "prechat", "prechat", Text, "(none)";
    /// Your own fields for that form: objects `{name, label, type, required, options}`; `type` is
    /// text, email, phone, number, date, long or choice.
    PrechatFields = "prechat-fields", "prechatFields", Json, "(none)";
    /// Whether contact data that the page provides is read-only in that form.
    ContactLocked = "contact-locked", "contactLocked", Flag, "false";
    /// Whether the window starts with a home screen.
    Home = "home", "home", Flag, "false";
    /// Suggestions on the home screen and in the empty chat; a click sends one.
    Starters = "starters", "starters", List, "(none)";
    /// How the visitor can rate a conversation after its end; the page receives the rating
    /// (`chataibot-rating`), the platform does not.
    Rating = "rating", "rating", Choice(&["off", "stars", "thumbs"]), "off";
    /// `away` shows that nobody answers at present, `maintenance` closes the chat; the page has to
    /// set it.
    Availability = "availability", "availability", Choice(&["open", "away", "maintenance"]), "open";
    /// When somebody answers, such as `Mon-Fri 09:00-17:30; Sat 10:00-12:00, 13:00-15:00`; outside
    /// of these hours the window shows when somebody answers again.
    OfficeHours = "office-hours", "officeHours", Text, "(always)";
    /// Time zone of the office hours, such as `Europe/Berlin`.
    OfficeZone = "office-zone", "officeZone", Text, "(the visitor's)";
}
