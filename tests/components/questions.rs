//! Messages that ask something, with a control of their own: slider, date, form, file.

use std::{cell::RefCell, rc::Rc};

use chataibot_widget::components::{Upload, UploadError, UploadGuard, UploadState, Uploads, UserAction, ViewConfig};
use chataibot_wire::content::{Calendar, Field, FieldKind, FileUpload, Form, Slider};
use chataibot_wire::{Content, RichText};
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, InputEvent, InputEventInit};
use yew::Callback;

use crate::harness::{Harness, english};
use crate::script::open;

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

/// Writes into a field, as one input event.
fn write(harness: &Harness, selector: &str, value: &str) {
    let field = harness.get(selector);
    match field.dyn_ref::<HtmlInputElement>() {
        Some(input) => input.set_value(value),
        None => field.unchecked_ref::<web_sys::HtmlTextAreaElement>().set_value(value),
    }
    let init = InputEventInit::new();
    init.set_bubbles(true);
    let event = InputEvent::new_with_event_init_dict("input", &init).expect("an event");
    field.dispatch_event(&event).expect("dispatched");
}

async fn show(content: Content) -> Harness {
    let harness = Harness::show(open().bot_shows(content)).await;
    harness.until("the control is there", || harness.find(".control").is_some()).await;
    harness
}

#[wasm_bindgen_test]
async fn a_slider_says_its_value_with_the_unit_and_sends_what_it_says() {
    let harness = show(slider()).await;
    let input = harness.get(".slider");
    for (name, value) in [("min", "0.5"), ("max", "6"), ("step", "0.5"), ("aria-valuetext", "0.5 hours")] {
        assert_eq!(attribute(&input, name), value);
    }
    let question = harness.get(&["#", &attribute(&input, "aria-labelledby")].concat());
    assert_eq!(question.text_content().as_deref(), Some("What is asked"));
    write(&harness, ".slider", "2.5");
    harness.until("the value is shown", || harness.text(".slider-value") == "2.5 hours").await;
    assert_eq!(attribute(&harness.get(".slider"), "aria-valuetext"), "2.5 hours");
    harness.click(".control .primary");
    assert_eq!(harness.verbs(), [UserAction::Send("2.5 hours".to_owned())]);
    harness.until("the focus goes on", || harness.is_focused("textarea, #window")).await;
}

#[wasm_bindgen_test]
async fn what_a_slider_sent_stands_in_its_place() {
    let harness = Harness::show(open().bot_shows(slider()).visitor("2.5 hours")).await;
    harness.until("the choice is there", || harness.find(".given").is_some()).await;
    assert!(harness.text(".given").contains("2.5 hours, your choice"));
    assert!(harness.find(".control").is_none());
    let harness = Harness::show(open().bot_shows(slider()).visitor("No idea")).await;
    harness.settled().await;
    assert!(harness.find(".given").is_none(), "words are no choice of a slider's");
}

#[wasm_bindgen_test]
async fn a_date_is_sent_in_the_one_form_that_nobody_misreads() {
    let harness = show(calendar(false, true)).await;
    write(&harness, "input[type='date']", "2026-03-05");
    harness.settled().await;
    harness.click(".control .primary");
    harness.until("the time is missed", || harness.find(".wrong").is_some()).await;
    assert!(harness.is_focused("input[type='time']"));
    assert!(harness.verbs().is_empty());
    write(&harness, "input[type='time']", "14:30");
    harness.settled().await;
    harness.click(".control .primary");
    harness.until("it is answered", || !harness.verbs().is_empty()).await;
    assert_eq!(harness.verbs(), [UserAction::Send("2026-03-05 14:30".to_owned())]);

    let harness = Harness::show(open().bot_shows(calendar(false, true)).visitor("2026-03-05 14:30")).await;
    harness.until("the choice is there", || harness.find(".given").is_some()).await;
    let given = harness.text(".given");
    assert!(given.contains("March") && given.contains("2026") && given.contains("30"), "{given}");
}

#[wasm_bindgen_test]
async fn a_day_that_is_not_offered_is_not_sent() {
    let harness = show(calendar(false, false)).await;
    write(&harness, "input[type='date']", "2026-05-01");
    harness.settled().await;
    harness.click(".control .primary");
    harness.until("it is said", || harness.find(".wrong").is_some()).await;
    assert!(harness.verbs().is_empty());
    assert_eq!(attribute(&harness.get("input[type='date']"), "aria-describedby"), harness.get(".wrong").id());
}

#[wasm_bindgen_test]
async fn a_months_page_is_read_and_walked_by_keys() {
    let harness = show(calendar(false, false)).await;
    assert!(harness.find(".month").is_none());
    write(&harness, "input[type='date']", "2026-03-05");
    harness.settled().await;
    harness.click(".toggle");
    harness.until("the day has the focus", || harness.is_focused("[role='gridcell'] [tabindex='0']")).await;
    assert_eq!(attribute(&harness.get(".toggle"), "aria-expanded"), "true");
    assert_eq!(harness.all(".month [tabindex='0']").len(), 1, "the grid is one stop");
    assert!(harness.text(".month-title").contains("March 2026"));
    let here = || attribute(&harness.get(".month [tabindex='0']"), "aria-label");
    for (key, day) in [
        ("ArrowRight", "March 6"),
        ("ArrowDown", "March 13"),
        ("PageDown", "April 13"),
        ("PageDown", "April 20"),
        ("PageUp", "March 20"),
    ] {
        assert!(!harness.press(".month [tabindex='0']", key, |_| {}), "{key} must not scroll the list");
        harness.until(key, || here().contains(day)).await;
        harness.until("the focus follows", || harness.is_focused(".month [tabindex='0']")).await;
    }
    harness.click(".month [tabindex='0']");
    let date: HtmlInputElement = harness.get("input[type='date']").unchecked_into();
    harness.until("it is chosen", || date.value() == "2026-03-20").await;
    assert!(harness.find("[aria-selected='true'] [tabindex='0']").is_some());
    let said = || harness.text(".control > [aria-live='polite']");
    harness.until("it is said", || said().contains("March 20") && said().contains("your choice")).await;
    harness.until("it is not said again", || said().is_empty()).await;
    harness.press(".month [tabindex='0']", "Escape", |_| {});
    harness.until("the page is put away", || harness.find(".month").is_none()).await;
    // Firefox has such a button in its date field, so ours is hidden there.
    let shows = harness.get(".toggle").unchecked_into::<HtmlElement>().offset_width() > 0;
    let opener = if shows { ".toggle" } else { "input[type='date']" };
    harness.until("the keyboard is where it was opened", || harness.is_focused(opener)).await;
    assert!(harness.verbs().is_empty(), "Escape was for the page, not for the window");
    harness.click(".control .primary");
    harness.until("it is answered", || !harness.verbs().is_empty()).await;
    assert_eq!(harness.verbs(), [UserAction::Send("2026-03-20".to_owned())]);
}

#[wasm_bindgen_test]
async fn a_page_that_opens_by_itself_takes_no_focus_and_offers_only_what_there_is() {
    let harness = show(calendar(true, false)).await;
    harness.until("the page is there", || harness.find(".month").is_some()).await;
    assert!(!harness.is_focused(".month *"));
    assert!(!harness.all(".day[aria-disabled='true']").is_empty());
    let before = harness.text(".month-title");
    harness.press(".month [tabindex='0']", "PageDown", |_| {});
    harness.settled().await;
    assert_eq!(harness.text(".month-title"), before, "after April there is nothing");
}

#[wasm_bindgen_test]
async fn a_form_says_what_is_missing_and_loses_nothing() {
    let harness = show(form()).await;
    write(&harness, "input[type='email']", "ada");
    write(&harness, "input[type='tel']", "call me");
    harness.settled().await;
    harness.click(".control .primary");
    harness.until("it is said", || harness.all(".wrong").len() == 3).await;
    let said: Vec<_> = harness.all(".wrong").iter().filter_map(|it| it.text_content()).collect();
    assert_eq!(
        said,
        [
            "Please fill in this field.",
            "Please enter an email address such as name@example.com.",
            "Please enter a phone number."
        ]
    );
    harness.until("the first has the focus", || harness.is_focused("input[type='text']")).await;
    let name = harness.get("input[type='text']");
    assert_eq!(attribute(&name, "aria-invalid"), "true");
    assert_eq!(attribute(&name, "aria-describedby"), harness.get(".wrong").id());
    assert_eq!(attribute(&name, "autocomplete"), "name");
    assert!(harness.verbs().is_empty());

    // Another update is rendered; what was written stays.
    harness.dress(ViewConfig { locale: Some("en".into()), ..english() });
    harness.settled().await;
    let email: HtmlInputElement = harness.get("input[type='email']").unchecked_into();
    assert_eq!(email.value(), "ada");

    write(&harness, "input[type='text']", "Ada");
    write(&harness, "input[type='email']", "ada@example.com");
    write(&harness, "input[type='tel']", "");
    write(&harness, "textarea.entry", "two\nlines");
    harness.settled().await;
    assert!(harness.find(".wrong").is_none(), "what was mended is no longer wrong");
    harness.click(".control .primary");
    harness.until("it is answered", || !harness.verbs().is_empty()).await;
    assert_eq!(harness.verbs(), [UserAction::Send("Name: Ada\nE-mail: ada@example.com\nNotes: two lines".to_owned())]);
}

#[wasm_bindgen_test]
async fn what_a_form_sent_can_be_read_later() {
    let harness = Harness::show(open().bot_shows(form()).visitor("Name: Ada\nE-mail: ada@example.com")).await;
    harness.until("it is there", || harness.find(".form-sent").is_some()).await;
    assert_eq!(harness.text(".form-sent"), "NameAdaE-mailada@example.com");
    assert!(harness.find(".rows input").is_none());
    let harness = Harness::show(open().bot_shows(form()).visitor("Rather not")).await;
    harness.until("the labels are there", || harness.find(".form-past").is_some()).await;
    assert_eq!(harness.text(".form-past"), "NameE-mailPhoneNotes");
}

/// A site that accepts small texts; uploads are recorded, and the test sets their progress.
struct Site {
    uploads: Rc<RefCell<Vec<Upload>>>,
    alive: Rc<()>,
    harness: Harness,
}

impl Site {
    async fn new() -> Self {
        let (uploads, alive) = (Rc::<RefCell<Vec<Upload>>>::default(), Rc::new(()));
        let start = {
            let (uploads, alive) = (uploads.clone(), alive.clone());
            Callback::from(move |upload| {
                uploads.borrow_mut().push(upload);
                UploadGuard::new(alive.clone())
            })
        };
        let uploads_of_site =
            Uploads { max_bytes: 2_097_152, types: Rc::from(["text/plain".into()]), preselected: Rc::default(), start };
        let look = ViewConfig { uploads: Some(uploads_of_site), ..english() };
        let asked = Content::FileUpload(FileUpload { title: title() });
        let harness = Harness::dressed(open().bot_shows(asked), look).await;
        harness.until("the zone is there", || harness.find(".drop-zone").is_some()).await;
        Self { uploads, alive, harness }
    }

    fn drop_file(&self, size: u32, kind: &str) {
        let script = "const carried = new DataTransfer();
            carried.items.add(new File(['x'.repeat(size)], 'note.txt', { type }));
            const init = { dataTransfer: carried, bubbles: true, composed: true, cancelable: true };
            zone.dispatchEvent(new DragEvent('drop', init));";
        let drop = Function::new_with_args("zone, size, type", script);
        let zone: JsValue = self.harness.get(".drop-zone").into();
        drop.call3(&JsValue::NULL, &zone, &size.into(), &kind.into()).expect("dropped");
    }

    fn tell(&self, state: UploadState) {
        let upload = self.uploads.borrow().last().cloned().expect("something is sent");
        upload.on_progress.emit(state);
    }

    /// Number of uploads that were not cancelled.
    fn underway(&self) -> usize {
        // One reference is held here, one by the site.
        Rc::strong_count(&self.alive) - 2
    }
}

#[wasm_bindgen_test]
async fn a_dropped_file_is_sent_and_its_address_is_the_answer() {
    let site = Site::new().await;
    site.drop_file(10, "text/plain");
    site.harness.until("it is on its way", || site.harness.find("progress").is_some()).await;
    site.tell(UploadState::Underway(40));
    site.harness.until("it says how far", || site.harness.text(".drop-words").contains("Uploading note.txt: 40")).await;
    assert_eq!(attribute(&site.harness.get("progress"), "value"), "40");
    site.tell(UploadState::Done("https://f.example/files/1/note.txt".to_owned()));
    site.harness.until("it is answered", || !site.harness.verbs().is_empty()).await;
    assert_eq!(site.harness.verbs(), [UserAction::Send("https://f.example/files/1/note.txt".to_owned())]);
}

#[wasm_bindgen_test]
async fn a_file_that_is_not_taken_is_not_even_sent() {
    let site = Site::new().await;
    site.drop_file(2_097_153, "text/plain");
    site.harness.until("it is said", || site.harness.find(".wrong").is_some()).await;
    assert_eq!(site.harness.text(".wrong"), "This file is too large. Files can have up to 2 MB.");
    site.drop_file(10, "text/html");
    site.harness.until("it is said", || site.harness.text(".wrong").contains("Files of this type")).await;
    assert!(site.uploads.borrow().is_empty());
    assert_eq!(attribute(&site.harness.get("input[type='file']"), "accept"), "text/plain");
}

#[wasm_bindgen_test]
async fn a_sending_can_be_stopped_and_tried_again() {
    let site = Site::new().await;
    site.drop_file(10, "text/plain");
    site.harness.until("it is on its way", || site.underway() == 1).await;
    site.harness.labelled("Cancel upload").unchecked_into::<web_sys::HtmlElement>().click();
    site.harness.until("it has ended", || site.underway() == 0).await;
    site.tell(UploadState::Underway(90));
    site.harness.settled().await;
    assert!(site.harness.find("progress").is_none(), "what was stopped has no say");

    site.drop_file(10, "text/plain");
    site.harness.until("it is on its way", || site.underway() == 1).await;
    site.tell(UploadState::Failed(UploadError::Temporary));
    site.harness.until("it is said", || site.harness.find(".wrong").is_some()).await;
    assert_eq!(site.harness.text(".wrong"), "The file couldn’t be uploaded.");
    site.harness.labelled("Try again").unchecked_into::<web_sys::HtmlElement>().click();
    site.harness.until("it is on its way again", || site.uploads.borrow().len() == 3).await;
    assert!(site.harness.verbs().is_empty());
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
    let zone: JsValue = site.harness.get(".drop-zone").into();
    assert_eq!(over.call1(&JsValue::NULL, &zone), Ok(true.into()), "the browser would open it");
    site.harness.until("it says so", || site.harness.text(".drop-zone").contains("Drop the file here")).await;
    let leaves = Event::new("dragleave").expect("an event");
    site.harness.get(".drop-zone").dispatch_event(&leaves).expect("dispatched");
    site.harness.until("it no longer does", || !site.harness.text(".drop-zone").contains("Drop the file here")).await;
}

/// Shows a message on a site that accepts typed answers.
async fn show_typed(content: Content) -> Harness {
    let harness = Harness::dressed(open().bot_shows(content), ViewConfig { typed: true, ..english() }).await;
    harness.until("the control is there", || harness.find(".control").is_some()).await;
    harness
}

#[wasm_bindgen_test]
async fn a_typed_slider_answers_with_the_number_as_the_log_will_say_it() {
    let harness = show_typed(slider()).await;
    write(&harness, ".slider", "2.5");
    harness.click(".control .primary");
    let typed = r#"{"type":"slider.response","data":{"body":"2.5"}}"#.to_owned();
    assert_eq!(harness.verbs(), [UserAction::Answer { text: "2.5".to_owned(), typed }]);
    let harness = Harness::show(open().bot_shows(slider()).visitor("2.5")).await;
    harness.until("the choice is there", || harness.find(".given").is_some()).await;
    assert!(harness.text(".given").contains("2.5 hours, your choice"), "with its unit");
}

#[wasm_bindgen_test]
async fn a_typed_form_answers_with_all_its_fields() {
    let harness = show_typed(form()).await;
    write(&harness, "input[type='text']", "Ada \"Byron\"");
    write(&harness, "input[type='email']", "ada@example.com");
    write(&harness, "textarea.entry", "two\nlines");
    harness.settled().await;
    harness.click(".control .primary");
    harness.until("it is answered", || !harness.verbs().is_empty()).await;
    let fields = r#"[{"label":"Name","value":"Ada \"Byron\""},{"label":"E-mail","value":"ada@example.com"},{"label":"Phone","value":""},{"label":"Notes","value":"two\nlines"}]"#;
    let typed = [r#"{"type":"form.response","data":{"fields":"#, fields, "}}"].concat();
    let text = "Name: Ada \"Byron\"\nE-mail: ada@example.com\nNotes: two lines".to_owned();
    assert_eq!(harness.verbs(), [UserAction::Answer { text, typed }]);
}

#[wasm_bindgen_test]
async fn a_date_is_wrong_only_after_the_visitor_has_tried_to_send_it() {
    let harness = show(calendar(false, true)).await;
    let states = || -> Vec<String> {
        harness.all("input[aria-required]").iter().map(|field| attribute(field, "aria-invalid")).collect()
    };
    assert!(harness.find("input:invalid").is_none(), "nor for the browser, whose word a reader takes");
    assert_eq!(states(), ["false", "false"], "empty, as it must be at first");
    harness.click(".control .primary");
    harness.until("it is wrong now", || states().iter().all(|state| state == "true")).await;
}
