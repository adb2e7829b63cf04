//! Kinds of messages that ask something, with a control of their own: slider, date, form, file.

use std::{cell::RefCell, rc::Rc};

use chataibot_widget::components::{Look, Sending, Upload, UploadError, UploadState, Uploads, UserAction};
use chataibot_wire::{
    Content, RichText,
    content::{Calendar, Field, FieldKind, FileUpload, Form, Slider},
};
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, Event, HtmlInputElement, InputEvent, InputEventInit};
use yew::Callback;

use crate::{
    script::open,
    stage::{Stage, english},
};

fn title() -> RichText {
    RichText::plain("What is asked")
}

fn slider() -> Content {
    Content::Slider(Slider { title: title(), min: 0.5, max: 6.0, step: 0.5, unit: Some("hours".to_owned()) })
}

fn calendar(auto_open: bool, with_time: bool) -> Content {
    let day = |day: &str| Some(day.to_owned());
    Content::Calendar(Calendar { title: title(), auto_open, with_time, min: day("2026-02-10"), max: day("2026-04-20") })
}

fn form() -> Content {
    let field = |label: &str, kind: FieldKind, required: bool| Field {
        label: label.to_owned(),
        value: String::new(),
        kind,
        required,
        options: Vec::new(),
    };
    let fields = vec![
        field("Name", FieldKind::Text, true),
        field("E-mail", FieldKind::Email, true),
        field("Phone", FieldKind::Phone, false),
        field("Notes", FieldKind::Long, false),
    ];
    Content::Form(Form { title: title(), fields })
}

fn attribute(element: &Element, name: &str) -> String {
    element.get_attribute(name).unwrap_or_default()
}

/// Writes into a field, as one input.
fn write(stage: &Stage, selector: &str, value: &str) {
    let field = stage.get(selector);
    match field.dyn_ref::<HtmlInputElement>() {
        Some(input) => input.set_value(value),
        None => field.unchecked_ref::<web_sys::HtmlTextAreaElement>().set_value(value),
    }
    let init = InputEventInit::new();
    init.set_bubbles(true);
    let event = InputEvent::new_with_event_init_dict("input", &init).expect("an event");
    field.dispatch_event(&event).expect("dispatched");
}

async fn show(content: Content) -> Stage {
    let stage = Stage::show(open().bot_shows(content)).await;
    stage.until("the control is there", || stage.find(".control").is_some()).await;
    stage
}

#[wasm_bindgen_test]
async fn a_slider_says_its_value_with_the_unit_and_sends_what_it_says() {
    let stage = show(slider()).await;
    let input = stage.get(".slider");
    for (name, value) in [("min", "0.5"), ("max", "6"), ("step", "0.5"), ("aria-valuetext", "0.5 hours")] {
        assert_eq!(attribute(&input, name), value);
    }
    let question = stage.get(&["#", &attribute(&input, "aria-labelledby")].concat());
    assert_eq!(question.text_content().as_deref(), Some("What is asked"));
    write(&stage, ".slider", "2.5");
    stage.until("the value is shown", || stage.text(".slider-value") == "2.5 hours").await;
    assert_eq!(attribute(&stage.get(".slider"), "aria-valuetext"), "2.5 hours");
    stage.click(".control .primary");
    assert_eq!(stage.verbs(), [UserAction::Send("2.5 hours".to_owned())]);
    stage.until("the focus goes on", || stage.is_focused("textarea, #window")).await;
}

#[wasm_bindgen_test]
async fn what_a_slider_sent_stands_in_its_place() {
    let stage = Stage::show(open().bot_shows(slider()).visitor("2.5 hours")).await;
    stage.until("the choice is there", || stage.find(".given").is_some()).await;
    assert!(stage.text(".given").contains("2.5 hours, your choice"));
    assert!(stage.find(".control").is_none());
    let stage = Stage::show(open().bot_shows(slider()).visitor("No idea")).await;
    stage.settled().await;
    assert!(stage.find(".given").is_none(), "words are no choice of a slider's");
}

#[wasm_bindgen_test]
async fn a_date_is_sent_in_the_one_form_that_nobody_misreads() {
    let stage = show(calendar(false, true)).await;
    write(&stage, "input[type='date']", "2026-03-05");
    stage.settled().await;
    stage.click(".control .primary");
    stage.until("the time is missed", || stage.find(".wrong").is_some()).await;
    assert!(stage.is_focused("input[type='time']"));
    assert!(stage.verbs().is_empty());
    write(&stage, "input[type='time']", "14:30");
    stage.settled().await;
    stage.click(".control .primary");
    stage.until("it is answered", || !stage.verbs().is_empty()).await;
    assert_eq!(stage.verbs(), [UserAction::Send("2026-03-05 14:30".to_owned())]);

    let stage = Stage::show(open().bot_shows(calendar(false, true)).visitor("2026-03-05 14:30")).await;
    stage.until("the choice is there", || stage.find(".given").is_some()).await;
    let given = stage.text(".given");
    assert!(given.contains("March") && given.contains("2026") && given.contains("30"), "{given}");
}

#[wasm_bindgen_test]
async fn a_day_that_is_not_offered_is_not_sent() {
    let stage = show(calendar(false, false)).await;
    write(&stage, "input[type='date']", "2026-05-01");
    stage.settled().await;
    stage.click(".control .primary");
    stage.until("it is said", || stage.find(".wrong").is_some()).await;
    assert!(stage.verbs().is_empty());
    assert_eq!(attribute(&stage.get("input[type='date']"), "aria-describedby"), stage.get(".wrong").id());
}

#[wasm_bindgen_test]
async fn a_months_page_is_read_and_walked_by_keys() {
    let stage = show(calendar(false, false)).await;
    assert!(stage.find(".month").is_none());
    write(&stage, "input[type='date']", "2026-03-05");
    stage.settled().await;
    stage.click(".toggle");
    stage.until("the day has the focus", || stage.is_focused("[role='gridcell'] [tabindex='0']")).await;
    assert_eq!(attribute(&stage.get(".toggle"), "aria-expanded"), "true");
    assert_eq!(stage.all(".month [tabindex='0']").len(), 1, "the grid is one stop");
    assert!(stage.text(".month-title").contains("March 2026"));
    let here = || attribute(&stage.get(".month [tabindex='0']"), "aria-label");
    for (key, day) in [
        ("ArrowRight", "March 6"),
        ("ArrowDown", "March 13"),
        ("PageDown", "April 13"),
        ("PageDown", "April 20"),
        ("PageUp", "March 20"),
    ] {
        assert!(!stage.press(".month [tabindex='0']", key, |_| {}), "{key} must not scroll the list");
        stage.until(key, || here().contains(day)).await;
        stage.until("the focus follows", || stage.is_focused(".month [tabindex='0']")).await;
    }
    stage.click(".month [tabindex='0']");
    let date: HtmlInputElement = stage.get("input[type='date']").unchecked_into();
    stage.until("it is chosen", || date.value() == "2026-03-20").await;
    assert!(stage.find("[aria-selected='true'] [tabindex='0']").is_some());
    let said = || stage.text(".control > [aria-live='polite']");
    stage.until("it is said", || said().contains("March 20") && said().contains("your choice")).await;
    stage.until("it is not said again", || said().is_empty()).await;
    stage.press(".month [tabindex='0']", "Escape", |_| {});
    stage.until("the page is put away", || stage.find(".month").is_none()).await;
    assert!(stage.is_focused(".toggle"));
    assert!(stage.verbs().is_empty(), "Escape was for the page, not for the window");
    stage.click(".control .primary");
    stage.until("it is answered", || !stage.verbs().is_empty()).await;
    assert_eq!(stage.verbs(), [UserAction::Send("2026-03-20".to_owned())]);
}

#[wasm_bindgen_test]
async fn a_page_that_opens_by_itself_takes_no_focus_and_offers_only_what_there_is() {
    let stage = show(calendar(true, false)).await;
    stage.until("the page is there", || stage.find(".month").is_some()).await;
    assert!(!stage.is_focused(".month *"));
    assert!(!stage.all(".day[aria-disabled='true']").is_empty());
    let before = stage.text(".month-title");
    stage.press(".month [tabindex='0']", "PageDown", |_| {});
    stage.settled().await;
    assert_eq!(stage.text(".month-title"), before, "after April there is nothing");
}

#[wasm_bindgen_test]
async fn a_form_says_what_is_missing_and_loses_nothing() {
    let stage = show(form()).await;
    write(&stage, "input[type='email']", "ada");
    write(&stage, "input[type='tel']", "call me");
    stage.settled().await;
    stage.click(".control .primary");
    stage.until("it is said", || stage.all(".wrong").len() == 3).await;
    let said: Vec<_> = stage.all(".wrong").iter().filter_map(|it| it.text_content()).collect();
    assert_eq!(
        said,
        [
            "Please fill in this field.",
            "Please enter an email address such as name@example.com.",
            "Please enter a phone number."
        ]
    );
    stage.until("the first has the focus", || stage.is_focused("input[type='text']")).await;
    let name = stage.get("input[type='text']");
    assert_eq!(attribute(&name, "aria-invalid"), "true");
    assert_eq!(attribute(&name, "aria-describedby"), stage.get(".wrong").id());
    assert_eq!(attribute(&name, "autocomplete"), "name");
    assert!(stage.verbs().is_empty());

    // Something else happens meanwhile; what was written stays.
    stage.dress(Look { locale: Some("en".into()), ..english() });
    stage.settled().await;
    let email: HtmlInputElement = stage.get("input[type='email']").unchecked_into();
    assert_eq!(email.value(), "ada");

    write(&stage, "input[type='text']", "Ada");
    write(&stage, "input[type='email']", "ada@example.com");
    write(&stage, "input[type='tel']", "");
    write(&stage, "textarea.entry", "two\nlines");
    stage.settled().await;
    assert!(stage.find(".wrong").is_none(), "what was mended is no longer wrong");
    stage.click(".control .primary");
    stage.until("it is answered", || !stage.verbs().is_empty()).await;
    assert_eq!(stage.verbs(), [UserAction::Send("Name: Ada\nE-mail: ada@example.com\nNotes: two lines".to_owned())]);
}

#[wasm_bindgen_test]
async fn what_a_form_sent_can_be_read_later() {
    let stage = Stage::show(open().bot_shows(form()).visitor("Name: Ada\nE-mail: ada@example.com")).await;
    stage.until("it is there", || stage.find(".form-sent").is_some()).await;
    assert_eq!(stage.text(".form-sent"), "NameAdaE-mailada@example.com");
    assert!(stage.find(".rows input").is_none());
    let stage = Stage::show(open().bot_shows(form()).visitor("Rather not")).await;
    stage.until("the labels are there", || stage.find(".form-past").is_some()).await;
    assert_eq!(stage.text(".form-past"), "NameE-mailPhoneNotes");
}

/// A site that takes small texts; what is sent is kept, and the test says how it goes.
struct Site {
    uploads: Rc<RefCell<Vec<Upload>>>,
    alive: Rc<()>,
    stage: Stage,
}

impl Site {
    async fn new() -> Self {
        let (uploads, alive) = (Rc::<RefCell<Vec<Upload>>>::default(), Rc::new(()));
        let start = {
            let (uploads, alive) = (uploads.clone(), alive.clone());
            Callback::from(move |upload| {
                uploads.borrow_mut().push(upload);
                Sending::new(alive.clone())
            })
        };
        let uploads_of_site =
            Uploads { most: 2_097_152, types: Rc::from(["text/plain".into()]), chosen: Rc::default(), start };
        let look = Look { uploads: Some(uploads_of_site), ..english() };
        let asked = Content::FileUpload(FileUpload { title: title() });
        let stage = Stage::dressed(open().bot_shows(asked), look).await;
        stage.until("the zone is there", || stage.find(".drop-zone").is_some()).await;
        Self { uploads, alive, stage }
    }

    fn drop_file(&self, size: u32, kind: &str) {
        let script = "const carried = new DataTransfer();
            carried.items.add(new File(['x'.repeat(size)], 'note.txt', { type }));
            const init = { dataTransfer: carried, bubbles: true, composed: true, cancelable: true };
            zone.dispatchEvent(new DragEvent('drop', init));";
        let drop = Function::new_with_args("zone, size, type", script);
        let zone: JsValue = self.stage.get(".drop-zone").into();
        drop.call3(&JsValue::NULL, &zone, &size.into(), &kind.into()).expect("dropped");
    }

    fn tell(&self, state: UploadState) {
        let upload = self.uploads.borrow().last().cloned().expect("something is sent");
        upload.told.emit(state);
    }

    /// How many sendings are wanted.
    fn underway(&self) -> usize {
        // One is ours, one the site's.
        Rc::strong_count(&self.alive) - 2
    }
}

#[wasm_bindgen_test]
async fn a_dropped_file_is_sent_and_its_address_is_the_answer() {
    let site = Site::new().await;
    site.drop_file(10, "text/plain");
    site.stage.until("it is on its way", || site.stage.find("progress").is_some()).await;
    site.tell(UploadState::Underway(40));
    site.stage.until("it says how far", || site.stage.text(".drop-words").contains("Uploading note.txt: 40")).await;
    assert_eq!(attribute(&site.stage.get("progress"), "value"), "40");
    site.tell(UploadState::Done("https://f.example/files/1/note.txt".to_owned()));
    site.stage.until("it is answered", || !site.stage.verbs().is_empty()).await;
    assert_eq!(site.stage.verbs(), [UserAction::Send("https://f.example/files/1/note.txt".to_owned())]);
}

#[wasm_bindgen_test]
async fn a_file_that_is_not_taken_is_not_even_sent() {
    let site = Site::new().await;
    site.drop_file(2_097_153, "text/plain");
    site.stage.until("it is said", || site.stage.find(".wrong").is_some()).await;
    assert_eq!(site.stage.text(".wrong"), "This file is too large. Files can have up to 2 MB.");
    site.drop_file(10, "text/html");
    site.stage.until("it is said", || site.stage.text(".wrong").contains("Files of this type")).await;
    assert!(site.uploads.borrow().is_empty());
    assert_eq!(attribute(&site.stage.get("input[type='file']"), "accept"), "text/plain");
}

#[wasm_bindgen_test]
async fn a_sending_can_be_stopped_and_tried_again() {
    let site = Site::new().await;
    site.drop_file(10, "text/plain");
    site.stage.until("it is on its way", || site.underway() == 1).await;
    site.stage.labelled("Cancel upload").unchecked_into::<web_sys::HtmlElement>().click();
    site.stage.until("it has ended", || site.underway() == 0).await;
    site.tell(UploadState::Underway(90));
    site.stage.settled().await;
    assert!(site.stage.find("progress").is_none(), "what was stopped has no say");

    site.drop_file(10, "text/plain");
    site.stage.until("it is on its way", || site.underway() == 1).await;
    site.tell(UploadState::Failed(UploadError::Temporary));
    site.stage.until("it is said", || site.stage.find(".wrong").is_some()).await;
    assert_eq!(site.stage.text(".wrong"), "The file couldn’t be uploaded.");
    site.stage.labelled("Try again").unchecked_into::<web_sys::HtmlElement>().click();
    site.stage.until("it is on its way again", || site.uploads.borrow().len() == 3).await;
    assert!(site.stage.verbs().is_empty());
}

#[wasm_bindgen_test]
async fn a_file_held_over_the_zone_is_expected() {
    let site = Site::new().await;
    let over = Function::new_with_args(
        "zone",
        "const carried = new DataTransfer();
        carried.items.add(new File(['x'], 'note.txt'));
        const event = new DragEvent('dragover', { dataTransfer: carried, bubbles: true, cancelable: true });
        zone.dispatchEvent(event);
        return event.defaultPrevented;",
    );
    let zone: JsValue = site.stage.get(".drop-zone").into();
    assert_eq!(over.call1(&JsValue::NULL, &zone), Ok(true.into()), "the browser would open it");
    site.stage.until("it says so", || site.stage.text(".drop-zone").contains("Drop the file here")).await;
    let leaves = Event::new("dragleave").expect("an event");
    site.stage.get(".drop-zone").dispatch_event(&leaves).expect("dispatched");
    site.stage.until("it no longer does", || !site.stage.text(".drop-zone").contains("Drop the file here")).await;
}

/// On a site that takes answers in forms of their own.
async fn show_typed(content: Content) -> Stage {
    let stage = Stage::dressed(open().bot_shows(content), Look { typed: true, ..english() }).await;
    stage.until("the control is there", || stage.find(".control").is_some()).await;
    stage
}

#[wasm_bindgen_test]
async fn a_typed_slider_answers_with_the_number_as_the_log_will_say_it() {
    let stage = show_typed(slider()).await;
    write(&stage, ".slider", "2.5");
    stage.click(".control .primary");
    let typed = r#"{"type":"slider.response","data":{"body":"2.5"}}"#.to_owned();
    assert_eq!(stage.verbs(), [UserAction::Answer { text: "2.5".to_owned(), typed }]);
    let stage = Stage::show(open().bot_shows(slider()).visitor("2.5")).await;
    stage.until("the choice is there", || stage.find(".given").is_some()).await;
    assert!(stage.text(".given").contains("2.5 hours, your choice"), "with its unit");
}

#[wasm_bindgen_test]
async fn a_typed_form_answers_with_all_its_fields() {
    let stage = show_typed(form()).await;
    write(&stage, "input[type='text']", "Ada \"Byron\"");
    write(&stage, "input[type='email']", "ada@example.com");
    write(&stage, "textarea.entry", "two\nlines");
    stage.settled().await;
    stage.click(".control .primary");
    stage.until("it is answered", || !stage.verbs().is_empty()).await;
    let fields = r#"[{"label":"Name","value":"Ada \"Byron\""},{"label":"E-mail","value":"ada@example.com"},{"label":"Phone","value":""},{"label":"Notes","value":"two\nlines"}]"#;
    let typed = [r#"{"type":"form.response","data":{"fields":"#, fields, "}}"].concat();
    let text = "Name: Ada \"Byron\"\nE-mail: ada@example.com\nNotes: two lines".to_owned();
    assert_eq!(stage.verbs(), [UserAction::Answer { text, typed }]);
}

#[wasm_bindgen_test]
async fn a_date_is_wrong_only_after_the_visitor_has_tried_to_send_it() {
    let stage = show(calendar(false, true)).await;
    let states = || -> Vec<String> {
        stage.all("input[required]").iter().map(|field| attribute(field, "aria-invalid")).collect()
    };
    assert_eq!(states(), ["false", "false"], "empty, as it must be at first");
    stage.click(".control .primary");
    stage.until("it is wrong now", || states().iter().all(|state| state == "true")).await;
}
