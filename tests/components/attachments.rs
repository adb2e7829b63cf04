//! Files in the composer: picked, dropped, pasted; their progress; and the order in which texts and
//! files are sent.

use std::{cell::RefCell, rc::Rc};

use chataibot_widget::components::{Upload, UploadError, UploadGuard, UploadState, Uploads, UserAction, ViewConfig};
use chataibot_widget::conversation::{Action, SendState};
use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use yew::Callback;

use crate::harness::{Harness, english};
use crate::script::{Script, open};

/// A site that accepts texts of up to 100 bytes; uploads are recorded, and the test sets their
/// progress.
struct Site {
    uploads: Rc<RefCell<Vec<Upload>>>,
    harness: Harness,
}

impl Site {
    async fn new(script: Script, typed: bool) -> Self {
        let uploads = Rc::<RefCell<Vec<Upload>>>::default();
        let start = {
            let uploads = uploads.clone();
            Callback::from(move |upload| {
                uploads.borrow_mut().push(upload);
                UploadGuard::new(())
            })
        };
        let taken =
            Uploads { max_bytes: 100, types: Rc::from(["text/plain".into()]), preselected: Rc::default(), start };
        let harness = Harness::dressed(script, ViewConfig { uploads: Some(taken), typed, ..english() }).await;
        harness.until("the button is there", || harness.find(".attach").is_some()).await;
        Self { uploads, harness }
    }

    /// Dispatches an event with files in the window. Returns whether its default is prevented.
    fn carry(&self, event: &str, names: &[&str], size: u32, kind: &str, words: bool) -> bool {
        carry(&self.harness, "#window", event, names, size, kind, words)
    }

    async fn drops(&self, name: &str) {
        let before = self.harness.all(".chip").len();
        self.carry("drop", &[name], 10, "text/plain", false);
        self.harness.until("the file is there", || self.harness.all(".chip").len() > before).await;
    }

    /// Sets the state of the upload at this index.
    fn tell(&self, at: usize, state: UploadState) {
        let upload = self.uploads.borrow().get(at).cloned().expect("it was begun");
        upload.on_progress.emit(state);
    }

    async fn arrives(&self, at: usize) {
        let before = self.harness.all(".chip-done").len();
        self.tell(at, UploadState::Done(address(at)));
        let done = || self.harness.all(".chip-done").len() > before || self.harness.all(".chip").is_empty();
        self.harness.until("it is there", done).await;
    }

    fn can_send(&self) -> bool {
        !self.harness.get(".send").has_attribute("disabled")
    }
}

fn address(at: usize) -> String {
    format!("https://f.example/files/{at}")
}

fn carry(harness: &Harness, selector: &str, event: &str, names: &[&str], size: u32, kind: &str, words: bool) -> bool {
    let script = "const carried = new DataTransfer();
        for (const name of names.split('|')) carried.items.add(new File(['x'.repeat(size)], name, { type }));
        if (words) for (const kind of ['text/plain', 'text/html']) carried.items.add('words', kind);
        const init = { bubbles: true, composed: true, cancelable: true };
        const event = kind === 'paste' ? new ClipboardEvent(kind, { ...init, clipboardData: carried }) : new DragEvent(kind, { ...init, dataTransfer: carried });
        // A page in Firefox cannot make such an event with files in it.
        if (kind === 'paste' && !event.clipboardData.files.length) Object.defineProperty(event, 'clipboardData', { value: carried });
        place.dispatchEvent(event);
        return event.defaultPrevented;";
    let parameters = "place, kind, names, size, type, words";
    let all: [JsValue; 6] =
        [harness.get(selector).into(), event.into(), names.join("|").into(), size.into(), kind.into(), words.into()];
    let call = Function::new_with_args(parameters, script);
    call.apply(&JsValue::NULL, &all.iter().collect()).expect("dispatched").is_truthy()
}

/// A conversation that has not started.
fn fresh() -> Script {
    open().with(Action::VisitorForgotten)
}

fn says(words: &str) -> UserAction {
    UserAction::Send(words.to_owned())
}

#[wasm_bindgen_test]
async fn where_no_files_are_taken_there_is_no_button_and_drops_are_the_pages_affair() {
    let harness = Harness::show(open().bot("Hello")).await;
    assert!(harness.find(".attach").is_none());
    for event in ["dragover", "drop", "paste"] {
        assert!(!carry(&harness, "#window", event, &["note.txt"], 10, "text/plain", false), "{event}");
    }
    harness.settled().await;
    assert!(harness.find(".chip, .drop-cover").is_none());
}

#[wasm_bindgen_test]
async fn where_no_files_are_taken_any_more_those_that_were_added_do_not_keep_the_send_button_awake() {
    let site = Site::new(open().bot("Hello"), false).await;
    site.drops("one.txt").await;
    site.arrives(0).await;
    site.harness.until("it can be sent", || site.can_send()).await;
    site.harness.dress(english());
    site.harness.until("there is nothing to send", || !site.can_send()).await;
    assert!(site.harness.find(".chip, .attach").is_none());
}

#[wasm_bindgen_test]
async fn the_button_has_a_name_and_opens_the_devices_picker() {
    let site = Site::new(open().bot("Hello"), false).await;
    let button = site.harness.get(".attach");
    assert_eq!(button.get_attribute("aria-label").as_deref(), Some("Attach a file"));
    assert_eq!(button.get_attribute("title").as_deref(), Some("Attach a file"));
    let picker = site.harness.get("input[type='file']");
    assert_eq!(picker.get_attribute("accept").as_deref(), Some("text/plain"));
    assert!(picker.has_attribute("multiple"));
}

#[wasm_bindgen_test]
async fn words_are_said_first_and_then_each_file_as_its_address_alone() {
    let site = Site::new(open().bot("Hello"), false).await;
    assert!(site.carry("drop", &["one.txt", "two.txt"], 10, "text/plain", false), "the browser would open them");
    site.harness.until("both are on their way", || site.harness.all(".chip-underway progress").len() == 2).await;
    site.harness.until("files alone are something to send", || site.can_send()).await;
    site.tell(0, UploadState::Underway(40));
    site.harness.until("it says how far", || site.harness.text(".chip-underway .chip-state").contains("40")).await;
    site.arrives(0).await;
    site.arrives(1).await;
    assert!(site.harness.verbs().is_empty(), "nothing goes before it is sent");
    site.harness.types("Here they are").await;
    site.harness.press("textarea", "Enter", |_| ());
    site.harness.until("the files have gone", || site.harness.find(".chip").is_none()).await;
    assert_eq!(site.harness.verbs(), [says("Here they are"), says(&address(0)), says(&address(1))]);
    site.harness.until("there is nothing to send", || !site.can_send()).await;
}

#[wasm_bindgen_test]
async fn where_files_have_a_form_of_their_own_they_go_in_one_message() {
    let site = Site::new(open().bot("Hello"), true).await;
    site.drops("a \"note\".txt").await;
    site.drops("two.txt").await;
    site.arrives(0).await;
    site.arrives(1).await;
    site.harness.click(".send");
    site.harness.until("the files have gone", || site.harness.find(".chip").is_none()).await;
    let typed = r#"{"type":"file_upload.response","data":{"files":[{"link":"https://f.example/files/0","filename":"a \"note\".txt","mime_type":"text/plain"},{"link":"https://f.example/files/1","filename":"two.txt","mime_type":"text/plain"}]}}"#;
    let text = [address(0), address(1)].join("\n");
    assert_eq!(site.harness.verbs(), [UserAction::Answer { text, typed: typed.to_owned() }]);
}

#[wasm_bindgen_test]
async fn what_is_sent_while_a_file_is_on_its_way_goes_when_it_is_there() {
    let site = Site::new(open().bot("Hello"), false).await;
    site.drops("one.txt").await;
    site.harness.click(".send");
    site.harness.until("it cannot be sent twice", || !site.can_send()).await;
    assert!(site.harness.verbs().is_empty());
    site.arrives(0).await;
    assert_eq!(site.harness.verbs(), [says(&address(0))]);
}

#[wasm_bindgen_test]
async fn before_the_first_message_files_wait_and_the_name_of_one_begins_the_conversation() {
    let site = Site::new(fresh(), false).await;
    site.drops("note.txt").await;
    site.harness.settled().await;
    assert!(site.uploads.borrow().is_empty(), "there is nothing to upload to");
    site.harness.click(".send");
    site.harness.until("a conversation is begun", || site.harness.verbs() == [says("note.txt")]).await;
    site.harness.happens([Action::Started("c2".into())]);
    site.harness.until("it is uploaded", || site.uploads.borrow().len() == 1).await;
    site.arrives(0).await;
    assert_eq!(site.harness.verbs(), [says("note.txt"), says(&address(0))]);
}

#[wasm_bindgen_test]
async fn words_beside_the_first_file_begin_the_conversation() {
    let site = Site::new(fresh(), false).await;
    site.drops("note.txt").await;
    site.harness.types("Hello").await;
    site.harness.press("textarea", "Enter", |_| ());
    site.harness.happens([Action::Started("c2".into())]);
    site.harness.until("it is uploaded", || site.uploads.borrow().len() == 1).await;
    site.arrives(0).await;
    assert_eq!(site.harness.verbs(), [says("Hello"), says(&address(0))]);
}

#[wasm_bindgen_test]
async fn what_was_uploaded_to_another_conversation_is_uploaded_again() {
    let site = Site::new(open().bot("Hello"), false).await;
    site.drops("one.txt").await;
    site.arrives(0).await;
    site.harness.happens([Action::ConversationLeft]);
    site.harness.until("it waits", || site.harness.find(".chip-done").is_none()).await;
    site.harness.happens([Action::Started("c2".into())]);
    site.harness.until("it is uploaded again", || site.uploads.borrow().len() == 2).await;
}

#[wasm_bindgen_test]
async fn what_is_not_taken_is_said_and_not_uploaded_and_can_be_put_away_by_keyboard() {
    let site = Site::new(open().bot("Hello"), false).await;
    site.carry("drop", &["large.txt"], 101, "text/plain", false);
    site.carry("paste", &["page.html"], 10, "text/html", false);
    site.harness.until("both are refused", || site.harness.all(".chip-failed").len() == 2).await;
    let said: Vec<_> = site.harness.all(".chip [part~='wrong']").iter().filter_map(|it| it.text_content()).collect();
    assert!(said[0].starts_with("This file is too large."), "{said:?}");
    assert_eq!(said[1], "Files of this type can’t be sent here.");
    assert!(site.uploads.borrow().is_empty());
    assert!(!site.can_send(), "there is nothing that could be sent");

    let remove = site.harness.get(".chip-remove");
    assert_eq!(remove.get_attribute("aria-label").as_deref(), Some("Delete"));
    let name = remove.get_attribute("aria-describedby").expect("what it deletes");
    assert_eq!(site.harness.text(&["#", &name].concat()), "large.txt");
    site.harness.focus(".chip-remove");
    site.harness.click(".chip-remove");
    site.harness.until("one is left", || site.harness.all(".chip").len() == 1).await;
    site.harness.until("the keyboard is on the next", || site.harness.is_focused(".chip-remove")).await;
    site.harness.click(".chip-remove");
    site.harness.until("none is left", || site.harness.all(".chip").is_empty()).await;
    site.harness.until("the keyboard is in the field", || site.harness.is_focused("textarea")).await;
}

#[wasm_bindgen_test]
async fn what_did_not_arrive_can_be_tried_again_and_leaves_as_it_was_to() {
    let site = Site::new(open().bot("Hello"), false).await;
    site.drops("one.txt").await;
    site.harness.click(".send");
    site.tell(0, UploadState::Failed(UploadError::Temporary));
    site.harness.until("it is said", || site.harness.find(".chip-failed .wrong").is_some()).await;
    assert_eq!(site.harness.text(".wrong"), "The file couldn’t be uploaded.");
    site.harness.click(".chip-retry");
    site.harness.until("it is on its way again", || site.uploads.borrow().len() == 2).await;
    site.arrives(1).await;
    assert_eq!(site.harness.verbs(), [says(&address(1))]);
}

#[wasm_bindgen_test]
async fn words_with_a_picture_of_themselves_stay_words() {
    let site = Site::new(open().bot("Hello"), false).await;
    assert!(!site.carry("paste", &["table.txt"], 10, "text/plain", true));
    assert!(site.carry("paste", &["picture.txt"], 10, "text/plain", false));
    site.harness.until("the picture is there", || site.harness.all(".chip").len() == 1).await;
}

#[wasm_bindgen_test]
async fn files_held_over_the_window_are_expected() {
    let site = Site::new(open().bot("Hello"), false).await;
    assert!(site.carry("dragover", &["note.txt"], 1, "text/plain", false));
    site.harness.until("it says so", || site.harness.find(".drop-cover").is_some()).await;
    assert_eq!(site.harness.text(".drop-cover"), "Drop the file here");
    site.carry("dragleave", &["note.txt"], 1, "text/plain", false);
    site.harness.until("it no longer does", || site.harness.find(".drop-cover").is_none()).await;
    site.carry("dragover", &["note.txt"], 1, "text/plain", false);
    site.drops("note.txt").await;
    assert!(site.harness.find(".drop-cover").is_none());
}

#[wasm_bindgen_test]
async fn a_failed_start_keeps_the_files() {
    let site = Site::new(fresh(), false).await;
    site.drops("note.txt").await;
    site.harness.types("Hello").await;
    site.harness.press("textarea", "Enter", |_| ());
    site.harness.happens([Action::Composed { id: "m".into(), text: "Hello".into(), typed: None, at: 1 }]);
    site.harness.settled().await;
    assert_eq!(site.harness.all(".chip").len(), 1);
    assert_eq!(site.harness.state().outbox()[0].state, SendState::Queued);
    assert_eq!(site.harness.verbs(), [says("Hello")]);
    assert_eq!(site.harness.field().value(), "");
}
