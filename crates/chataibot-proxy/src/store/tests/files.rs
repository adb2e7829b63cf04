//! Records of files: which are kept, who may see them, and when they are deleted.

use chataibot_wire::file::StoredFile;

use super::*;
use crate::store::files::NewFile;

for_each_engine! {
    a_file_is_kept_while_there_is_room_and_a_conversation,
    a_file_is_behind_its_link_in_its_own_conversation_only,
    a_file_that_nobody_sends_goes_after_a_day_and_a_sent_one_with_its_conversation,
}

impl Bench {
    async fn keep(&self, id: &str, conversation: ConversationId, size: u32) -> bool {
        let file = StoredFile { url: link(id), name: format!("{id}.png"), mime_type: "image/png".to_owned(), size };
        let new = NewFile { id: id.to_owned(), site: SITE.to_owned(), conversation, file };
        self.store.record_file(new, 1_000).await.expect("asked")
    }

    async fn orphaned(&self) -> Vec<String> {
        let mut ids = self.store.orphaned_files().await.expect("asked");
        ids.sort();
        ids
    }
}

fn link(id: &str) -> String {
    format!("https://chat.example.com/files/{id}/{id}.png")
}

async fn a_file_is_kept_while_there_is_room_and_a_conversation(bench: Bench) {
    let conversation = bench.started().await;
    assert!(bench.keep("a", conversation, 600).await);
    assert!(!bench.keep("b", conversation, 401).await, "one byte too many");
    assert!(bench.keep("c", conversation, 400).await);
    assert_eq!(bench.store.total_file_bytes(SITE).await.expect("asked"), 1_000);
    assert_eq!(bench.store.total_file_bytes("other").await.expect("asked"), 0);
    bench.store.delete_file_records(vec!["a".to_owned(), "never there".to_owned()]).await.expect("forgotten");
    assert_eq!(bench.store.total_file_bytes(SITE).await.expect("asked"), 400);
    let nobodys = ConversationId::new(conversation.row() + 1_000);
    assert!(!bench.keep("d", nobodys, 1).await);
}

async fn a_file_is_behind_its_link_in_its_own_conversation_only(bench: Bench) {
    let conversation = bench.started().await;
    let other = forward(bench.begin_start("k9", "again", "alias2").await).conversation;
    assert!(bench.keep("a", conversation, 1).await && bench.keep("b", conversation, 2).await);
    let issued = async |conversation, ids: &[&str]| {
        let links = ids.iter().map(|id| link(id)).collect();
        let files = bench.store.issued_files(conversation, links).await.expect("asked");
        files.map(|files| files.into_iter().map(|file| file.name).collect::<Vec<_>>())
    };
    assert_eq!(issued(conversation, &["b", "a"]).await.expect("both"), ["b.png", "a.png"]);
    assert_eq!(issued(conversation, &["a", "c"]).await, None);
    assert_eq!(issued(other, &["a"]).await, None);
    let file = bench.store.file("a".to_owned()).await.expect("asked").expect("there");
    assert_eq!((file.url, file.size), (link("a"), 1));
    assert_eq!(bench.store.file("c".to_owned()).await.expect("asked"), None);
}

async fn a_file_that_nobody_sends_goes_after_a_day_and_a_sent_one_with_its_conversation(bench: Bench) {
    let conversation = bench.started().await;
    assert!(bench.keep("sent", conversation, 1).await && bench.keep("unsent", conversation, 1).await);
    bench.store.mark_files_sent(conversation, format!("look at {}", link("sent"))).await.expect("noted");
    assert_eq!(bench.orphaned().await, Vec::<String>::new());
    bench.clock.advance(Duration::from_secs(24 * 3600 + 1));
    assert_eq!(bench.orphaned().await, ["unsent"]);
    bench.clock.advance(Duration::from_secs(30 * 86400));
    assert_eq!(bench.store.sweep_conversations(SITE, 30).await.expect("swept"), [conversation]);
    assert_eq!(bench.orphaned().await, ["sent", "unsent"]);
    assert_eq!(bench.store.file("sent".to_owned()).await.expect("asked"), None, "gone with its conversation");
    assert_eq!(bench.store.total_file_bytes(SITE).await.expect("asked"), 2, "still on the disk");
    bench.store.delete_file_records(vec!["sent".to_owned(), "unsent".to_owned()]).await.expect("forgotten");
    assert_eq!(bench.store.total_file_bytes(SITE).await.expect("asked"), 0);
    assert_eq!(bench.orphaned().await, Vec::<String>::new());
}
