//! What stands before, between and after a chat: consent, home screen, form, rating, hours, maintenance.

use chataibot_widget::{
    components::{Look, UserAction, gate},
    config::{Config, RawValue},
    conversation::{
        Action,
        onboarding::{OnboardingEvent, Rating},
    },
};
use chataibot_wire::{Event, entry::Status};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event as DomEvent, EventInit, HtmlElement};

use crate::{
    script::{Script, open},
    stage::{Stage, english},
};

/// A widget with these settings, over what happened.
async fn show(settings: &[(&str, &str)], script: Script) -> Stage {
    let mut config = Config::default();
    for (name, value) in settings {
        config.set(name, RawValue::Text((*value).to_owned()), &mut |line| panic!("{line}"));
    }
    let script = script.with(Action::RequirementsSet(gate(&config)));
    Stage::dressed(script, Look { config, ..english() }).await
}

/// Nothing was started yet.
fn fresh() -> Script {
    open().with(Action::Forgotten)
}

fn ended() -> Script {
    open().bot("Bye").event(Event::Status(Status::Closed))
}

fn write(stage: &Stage, selector: &str, value: &str) {
    let field = stage.get(selector);
    js_sys::Reflect::set(&field, &"value".into(), &value.into()).expect("a value");
    for name in ["input", "change"] {
        let init = EventInit::new();
        init.set_bubbles(true);
        let event = DomEvent::new_with_event_init_dict(name, &init).expect("an event");
        field.dispatch_event(&event).expect("dispatched");
    }
}

fn press(stage: &Stage, label: &str) {
    stage.labelled(label).unchecked_into::<HtmlElement>().click();
}

#[wasm_bindgen_test]
async fn consent_stands_before_all_else_and_opens_the_chat() {
    let stage = show(&[("consent", ""), ("consent-url", "https://a.example/privacy")], fresh()).await;
    stage.until("the question is there", || stage.find(".consent").is_some()).await;
    assert!(stage.find("textarea").is_none() && stage.find(".list").is_none());
    let panel = stage.get(".consent");
    assert_eq!(panel.get_attribute("aria-labelledby").as_deref(), Some("panel-title"));
    assert_eq!(panel.get_attribute("aria-describedby").as_deref(), Some("panel-text"));
    assert_eq!(stage.get(".panel-link a").get_attribute("href").as_deref(), Some("https://a.example/privacy"));

    press(&stage, "No, thank you");
    assert_eq!(stage.verbs(), [UserAction::Step(OnboardingEvent::ConsentDeclined)]);
    press(&stage, "Yes, start the chat");
    stage.until("the chat is there", || stage.find("textarea").is_some()).await;
    assert_eq!(stage.verbs().last(), Some(&UserAction::Step(OnboardingEvent::ConsentGiven)));
}

#[wasm_bindgen_test]
async fn the_form_names_what_is_amiss_and_hands_on_what_fits() {
    let stage = show(&[("prechat", "name email* company")], fresh()).await;
    stage.until("the form is there", || stage.find(".prechat").is_some()).await;
    assert_eq!(stage.get("#form-1").get_attribute("autocomplete").as_deref(), Some("email"));
    assert_eq!(stage.get("#form-1").get_attribute("aria-required").as_deref(), Some("true"));
    assert_eq!(stage.get("label[for=form-1]").text_content().as_deref(), Some("Email address"));
    assert!(stage.text("label[for=form-0]").contains("(optional)"));

    press(&stage, "Start the chat");
    stage.until("the problem is named", || stage.find(".form-error").is_some()).await;
    stage.until("its field has the focus", || stage.is_focused("#form-1")).await;
    assert_eq!(stage.get("#form-1").get_attribute("aria-invalid").as_deref(), Some("true"));
    let described = stage.get("#form-1").get_attribute("aria-describedby").expect("a description");
    assert_eq!(stage.text(&["#", &described].concat()), "Please fill in this field.");

    write(&stage, "#form-1", "nonsense");
    stage.until("the problem is another", || stage.text(".form-error").contains("name@example.com")).await;
    write(&stage, "#form-1", " ada@example.com ");
    stage.until("the problem is gone", || stage.find(".form-error").is_none()).await;
    write(&stage, "#form-2", "Analytical Engines");
    press(&stage, "Start the chat");
    stage.until("the chat is there", || stage.find("#input").is_some()).await;
    let values = [("email", "ada@example.com"), ("company", "Analytical Engines")];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(stage.verbs(), [UserAction::Step(OnboardingEvent::FormFilled(values.into()))]);
}

#[wasm_bindgen_test]
async fn the_form_knows_what_the_page_knows_and_the_pages_own_fields() {
    let own = r#"[{"name":"topic","label":"What is it about?","options":["Tea","Coffee"],"required":true},
        {"name":"email"}, {"name":"more","type":"long"}]"#;
    let settings =
        [("prechat", "email"), ("prechat-fields", own), ("contact-email", "a@b.example"), ("contact-locked", "")];
    let stage = show(&settings, fresh()).await;
    stage.until("the form is there", || stage.find(".prechat").is_some()).await;
    assert_eq!(stage.all(".form-field").len(), 3);
    let email = stage.get("#form-0");
    assert_eq!(email.get_attribute("value").as_deref(), Some("a@b.example"));
    assert!(email.has_attribute("readonly"));
    assert_eq!(stage.text(".form-note"), "From your account");
    assert_eq!(stage.get("#form-1").tag_name(), "SELECT");
    let chosen = js_sys::Reflect::get(&stage.get("#form-1"), &"value".into()).expect("a value");
    assert_eq!(chosen.as_string().as_deref(), Some(""), "nothing is chosen for the visitor");
    assert_eq!(stage.get("#form-2").tag_name(), "TEXTAREA");
}

#[wasm_bindgen_test]
async fn home_suggests_and_a_suggestion_is_sent() {
    let stage = show(&[("home", ""), ("starters", "Where is my parcel?\nTalk to a person")], fresh()).await;
    stage.until("home is there", || stage.find(".home").is_some()).await;
    assert_eq!(stage.get(".home-starters").get_attribute("aria-label").as_deref(), Some("Suggestions"));
    assert!(stage.find(".back").is_none());
    stage.click(".starter");
    stage.until("the chat is there", || stage.find("#input").is_some()).await;
    assert_eq!(
        stage.verbs(),
        [UserAction::Step(OnboardingEvent::HomeLeft), UserAction::Send("Where is my parcel?".to_owned())]
    );
    assert_eq!(stage.all(".starters .answer").len(), 2, "nothing was said yet on this stage");

    stage.click(".back");
    stage.until("home is back", || stage.find(".home").is_some()).await;
}

#[wasm_bindgen_test]
async fn home_leads_back_into_a_running_conversation() {
    let stage = show(&[("home", "")], open().bot("Your parcel is on its way")).await;
    stage.until("home is there", || stage.find(".home-continue").is_some()).await;
    assert_eq!(stage.text(".home-last"), "Your parcel is on its way");
    stage.click(".home-continue");
    stage.until("the list is there", || stage.find(".list .bubble").is_some()).await;
    assert!(stage.find(".starters").is_none());
}

#[wasm_bindgen_test]
async fn a_suggestion_of_an_empty_chat_is_sent() {
    let stage = show(&[("starters", "Hello")], fresh()).await;
    stage.click(".starters .answer");
    assert_eq!(stage.verbs(), [UserAction::Send("Hello".to_owned())]);
}

#[wasm_bindgen_test]
async fn stars_are_radio_buttons_and_thanked_for_once() {
    let stage = show(&[("rating", "stars")], ended()).await;
    stage.until("the rating is there", || stage.find(".rating-form").is_some()).await;
    assert!(stage.text(".ended").contains("This conversation has ended."));
    let radios = stage.all("fieldset input[type=radio]");
    assert_eq!(radios.len(), 5);
    assert_eq!(stage.text("fieldset legend"), "How was this conversation?");
    assert_eq!(stage.text(".star:nth-child(4)"), "4 out of 5");
    assert!(stage.find("#rating-comment").is_none(), "first things first");
    stage.click(".star:nth-child(4) input");
    stage.until("more can be said", || stage.find("#rating-comment").is_some()).await;
    assert_eq!(stage.all(".mark-chosen").len(), 4);
    write(&stage, "#rating-comment", " Lovely ");
    press(&stage, "Send rating");
    stage.until("thanks are said", || stage.find(".rating-thanks").is_some()).await;
    assert!(stage.text(".rating-thanks").contains("Thank you") && stage.find(".rating-form").is_none());
    stage.until("screen readers hear it", || stage.text(".app > .announcer").contains("Thank you")).await;
    let rating = Rating { value: 4, best: 5, comment: "Lovely".to_owned() };
    assert_eq!(stage.verbs(), [UserAction::Step(OnboardingEvent::Rated(rating))]);
    press(&stage, "Start a new conversation");
    stage.until("it starts", || stage.verbs().last() == Some(&UserAction::Restart)).await;
}

#[wasm_bindgen_test]
async fn thumbs_are_two() {
    let stage = show(&[("rating", "thumbs")], ended()).await;
    stage.until("the rating is there", || stage.find(".rating-form").is_some()).await;
    stage.click(".thumb:nth-child(2) input");
    stage.until("it is chosen", || stage.all(".mark-chosen").len() == 1).await;
    press(&stage, "Send rating");
    stage.until("thanks are said", || stage.find(".rating-thanks").is_some()).await;
    let rating = Rating { value: 0, best: 1, comment: String::new() };
    assert_eq!(stage.verbs(), [UserAction::Step(OnboardingEvent::Rated(rating))]);
}

#[wasm_bindgen_test]
async fn nobody_answering_is_said_over_a_chat_that_works() {
    let stage = show(&[("availability", "away")], fresh()).await;
    stage.until("it is said", || stage.find(".notice-hours").is_some()).await;
    assert!(stage.find("#input").is_some());

    let always = show(&[("office-hours", "Mon-Sun 00:00-24:00"), ("office-zone", "Asia/Tokyo")], fresh()).await;
    always.settled().await;
    assert!(always.find(".notice-hours").is_none());

    // One minute a week that is not near.
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

    let stage = show(&[("availability", "maintenance")], open().bot("Hello")).await;
    stage.until("it is said", || stage.find(".ended.maintenance").is_some()).await;
    assert!(stage.find(".list .bubble").is_some() && stage.find("textarea").is_none());
}
