//! Screens before, between and after a chat: consent, home screen, form, rating, hours,
//! maintenance.

use chataibot_widget::components::{UserAction, ViewConfig, requirements_of};
use chataibot_widget::config::{Config, RawValue};
use chataibot_widget::conversation::Action;
use chataibot_widget::conversation::onboarding::{OnboardingEvent, Rating};
use chataibot_wire::{Event, entry::Status};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event as DomEvent, EventInit, HtmlElement};

use crate::harness::{Harness, english};
use crate::script::{Script, open};

/// A widget with these settings and this conversation.
async fn show(settings: &[(&str, &str)], script: Script) -> Harness {
    let mut config = Config::default();
    for (name, value) in settings {
        config.set(name, RawValue::Text((*value).to_owned()), &mut |line| panic!("{line}"));
    }
    let script = script.with(Action::RequirementsSet(requirements_of(&config)));
    Harness::dressed(script, ViewConfig { settings: config, ..english() }).await
}

/// A conversation that has not started.
fn fresh() -> Script {
    open().with(Action::VisitorForgotten)
}

fn ended() -> Script {
    open().bot("Bye").event(Event::Status(Status::Closed))
}

fn write(harness: &Harness, selector: &str, value: &str) {
    let field = harness.get(selector);
    js_sys::Reflect::set(&field, &"value".into(), &value.into()).expect("a value");
    for name in ["input", "change"] {
        let init = EventInit::new();
        init.set_bubbles(true);
        let event = DomEvent::new_with_event_init_dict(name, &init).expect("an event");
        field.dispatch_event(&event).expect("dispatched");
    }
}

fn press(harness: &Harness, label: &str) {
    harness.labelled(label).unchecked_into::<HtmlElement>().click();
}

#[wasm_bindgen_test]
async fn consent_stands_before_all_else_and_opens_the_chat() {
    let harness = show(&[("consent", ""), ("consent-url", "https://a.example/privacy")], fresh()).await;
    harness.until("the question is there", || harness.find(".consent").is_some()).await;
    assert!(harness.find("textarea").is_none() && harness.find(".list").is_none());
    let panel = harness.get(".consent");
    assert_eq!(panel.get_attribute("aria-labelledby").as_deref(), Some("panel-title"));
    assert_eq!(panel.get_attribute("aria-describedby").as_deref(), Some("panel-text"));
    assert_eq!(harness.get(".panel-link a").get_attribute("href").as_deref(), Some("https://a.example/privacy"));

    press(&harness, "No, thank you");
    assert_eq!(harness.verbs(), [UserAction::Step(OnboardingEvent::ConsentDeclined)]);
    press(&harness, "Yes, start the chat");
    harness.until("the chat is there", || harness.find("textarea").is_some()).await;
    assert_eq!(harness.verbs().last(), Some(&UserAction::Step(OnboardingEvent::ConsentGiven)));
}

#[wasm_bindgen_test]
async fn the_form_names_what_is_amiss_and_hands_on_what_fits() {
    let harness = show(&[("prechat", "name email* company")], fresh()).await;
    harness.until("the form is there", || harness.find(".prechat").is_some()).await;
    assert_eq!(harness.get("#form-1").get_attribute("autocomplete").as_deref(), Some("email"));
    assert_eq!(harness.get("#form-1").get_attribute("aria-required").as_deref(), Some("true"));
    assert_eq!(harness.get("label[for=form-1]").text_content().as_deref(), Some("Email address"));
    assert!(harness.text("label[for=form-0]").contains("(optional)"));

    press(&harness, "Start the chat");
    harness.until("the problem is named", || harness.find(".form-error").is_some()).await;
    harness.until("its field has the focus", || harness.is_focused("#form-1")).await;
    assert_eq!(harness.get("#form-1").get_attribute("aria-invalid").as_deref(), Some("true"));
    let described = harness.get("#form-1").get_attribute("aria-describedby").expect("a description");
    assert_eq!(harness.text(&["#", &described].concat()), "Please fill in this field.");

    write(&harness, "#form-1", "nonsense");
    harness.until("the problem is another", || harness.text(".form-error").contains("name@example.com")).await;
    write(&harness, "#form-1", " ada@example.com ");
    harness.until("the problem is gone", || harness.find(".form-error").is_none()).await;
    write(&harness, "#form-2", "Analytical Engines");
    press(&harness, "Start the chat");
    harness.until("the chat is there", || harness.find("#input").is_some()).await;
    let values = [("email", "ada@example.com"), ("company", "Analytical Engines")];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(harness.verbs(), [UserAction::Step(OnboardingEvent::FormFilled(values.into()))]);
}

#[wasm_bindgen_test]
async fn the_form_knows_what_the_page_knows_and_the_pages_own_fields() {
    let own = r#"[{"name":"topic","label":"What is it about?","options":["Tea","Coffee"],"required":true},
        {"name":"email"}, {"name":"more","type":"long"}]"#;
    let settings =
        [("prechat", "email"), ("prechat-fields", own), ("contact-email", "a@b.example"), ("contact-locked", "")];
    let harness = show(&settings, fresh()).await;
    harness.until("the form is there", || harness.find(".prechat").is_some()).await;
    assert_eq!(harness.all(".form-field").len(), 3);
    let email = harness.get("#form-0");
    assert_eq!(email.get_attribute("value").as_deref(), Some("a@b.example"));
    assert!(email.has_attribute("readonly"));
    assert_eq!(harness.text(".form-note"), "From your account");
    assert_eq!(harness.get("#form-1").tag_name(), "SELECT");
    let chosen = js_sys::Reflect::get(&harness.get("#form-1"), &"value".into()).expect("a value");
    assert_eq!(chosen.as_string().as_deref(), Some(""), "nothing is chosen for the visitor");
    assert_eq!(harness.get("#form-2").tag_name(), "TEXTAREA");
}

#[wasm_bindgen_test]
async fn home_suggests_and_a_suggestion_is_sent() {
    let harness = show(&[("home", ""), ("starters", "Where is my parcel?\nTalk to a person")], fresh()).await;
    harness.until("home is there", || harness.find(".home").is_some()).await;
    assert_eq!(harness.get(".home-starters").get_attribute("aria-label").as_deref(), Some("Suggestions"));
    assert!(harness.find(".back").is_none());
    harness.click(".starter");
    harness.until("the chat is there", || harness.find("#input").is_some()).await;
    assert_eq!(
        harness.verbs(),
        [UserAction::Step(OnboardingEvent::HomeLeft), UserAction::Send("Where is my parcel?".to_owned())]
    );
    assert_eq!(harness.all(".starters .answer").len(), 2, "nothing was said yet on this harness");

    harness.click(".back");
    harness.until("home is back", || harness.find(".home").is_some()).await;
}

#[wasm_bindgen_test]
async fn home_leads_back_into_a_running_conversation() {
    let harness = show(&[("home", "")], open().bot("Your parcel is on its way")).await;
    harness.until("home is there", || harness.find(".home-continue").is_some()).await;
    assert_eq!(harness.text(".home-last"), "Your parcel is on its way");
    harness.click(".home-continue");
    harness.until("the list is there", || harness.find(".list .bubble").is_some()).await;
    assert!(harness.find(".starters").is_none());
}

#[wasm_bindgen_test]
async fn a_suggestion_of_an_empty_chat_is_sent() {
    let harness = show(&[("starters", "Hello")], fresh()).await;
    harness.click(".starters .answer");
    assert_eq!(harness.verbs(), [UserAction::Send("Hello".to_owned())]);
}

#[wasm_bindgen_test]
async fn stars_are_radio_buttons_and_thanked_for_once() {
    let harness = show(&[("rating", "stars")], ended()).await;
    harness.until("the rating is there", || harness.find(".rating-form").is_some()).await;
    assert!(harness.text(".ended").contains("This conversation has ended."));
    let radios = harness.all("fieldset input[type=radio]");
    assert_eq!(radios.len(), 5);
    assert_eq!(harness.text("fieldset legend"), "How was this conversation?");
    assert_eq!(harness.text(".star:nth-child(4)"), "4 out of 5");
    assert!(harness.find("#rating-comment").is_none(), "first things first");
    harness.click(".star:nth-child(4) input");
    harness.until("more can be said", || harness.find("#rating-comment").is_some()).await;
    assert_eq!(harness.all(".mark-chosen").len(), 4);
    write(&harness, "#rating-comment", " Lovely ");
    press(&harness, "Send rating");
    harness.until("thanks are said", || harness.find(".rating-thanks").is_some()).await;
    assert!(harness.text(".rating-thanks").contains("Thank you") && harness.find(".rating-form").is_none());
    harness.until("screen readers hear it", || harness.text(".app > .announcer").contains("Thank you")).await;
    let rating = Rating { value: 4, best: 5, comment: "Lovely".to_owned() };
    assert_eq!(harness.verbs(), [UserAction::Step(OnboardingEvent::Rated(rating))]);
    press(&harness, "Start a new conversation");
    harness.until("it starts", || harness.verbs().last() == Some(&UserAction::Restart)).await;
}

#[wasm_bindgen_test]
async fn thumbs_are_two() {
    let harness = show(&[("rating", "thumbs")], ended()).await;
    harness.until("the rating is there", || harness.find(".rating-form").is_some()).await;
    harness.click(".thumb:nth-child(2) input");
    harness.until("it is chosen", || harness.all(".mark-chosen").len() == 1).await;
    press(&harness, "Send rating");
    harness.until("thanks are said", || harness.find(".rating-thanks").is_some()).await;
    let rating = Rating { value: 0, best: 1, comment: String::new() };
    assert_eq!(harness.verbs(), [UserAction::Step(OnboardingEvent::Rated(rating))]);
}

#[wasm_bindgen_test]
async fn nobody_answering_is_said_over_a_chat_that_works() {
    let harness = show(&[("availability", "away")], fresh()).await;
    harness.until("it is said", || harness.find(".notice-hours").is_some()).await;
    assert!(harness.find("#input").is_some());

    let always = show(&[("office-hours", "Mon-Sun 00:00-24:00"), ("office-zone", "Asia/Tokyo")], fresh()).await;
    always.settled().await;
    assert!(always.find(".notice-hours").is_none());

    // Open for one minute a week, several days away.
    let day = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][js_sys::Date::new_0().get_day() as usize];
    let never = show(&[("office-hours", &[day, " 12:00-12:01"].concat())], fresh()).await;
    never.until("it is said", || never.find(".notice-hours").is_some()).await;
    assert!(never.text(".notice-hours").contains("We’re back "), "{}", never.text(".notice-hours"));
}

#[wasm_bindgen_test]
async fn maintenance_closes_the_chat_and_leaves_what_was_said() {
    let empty = show(&[("availability", "maintenance"), ("consent", "")], fresh()).await;
    empty.until("it is said", || empty.find(".panel.maintenance").is_some()).await;
    assert!(empty.find("textarea").is_none() && empty.find(".consent").is_none());
    assert_eq!(empty.get(".panel").get_attribute("tabindex").as_deref(), Some("0"), "the keyboard can scroll it");

    let harness = show(&[("availability", "maintenance")], open().bot("Hello")).await;
    harness.until("it is said", || harness.find(".ended.maintenance").is_some()).await;
    assert!(harness.find(".list .bubble").is_some() && harness.find("textarea").is_none());
}
