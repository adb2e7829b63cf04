//! Reading a log page by page: its last entries first, then those before them.

use super::*;

for_each_engine! {
    a_long_log_is_told_from_its_end_and_paged_backwards,
}

async fn a_long_log_is_told_from_its_end_and_paged_backwards(bench: Bench) {
    let conversation = bench.started().await;
    for number in 3..=10 {
        bench.deliver(&[says(Author::Bot, &number.to_string())]).await;
    }
    let epoch = bench.store.epoch();
    let cursor = |seq| Cursor { epoch, seq };
    let seqs = |replay: crate::store::Replay| {
        assert_eq!(replay.epoch, epoch);
        let reason = replay.reset.map(|reset| reset.reason);
        (reason, replay.entries.iter().map(|entry| entry.cursor.seq).collect::<Vec<_>>(), replay.earlier)
    };
    let after = async |after, last| {
        let limit = if last == Some(3) { 1 } else { 100 };
        seqs(bench.store.read_after(conversation, ReadFrom { after, last }, limit).await.expect("read"))
    };
    let before = async |cursor, limit| seqs(bench.store.read_before(conversation, cursor, limit).await.expect("read"));
    assert_eq!(after(None, Some(3)).await, (None, vec![8, 9, 10], Some(true)));
    assert_eq!(after(None, Some(10)).await, (None, (1..=10).collect(), Some(false)));
    assert_eq!(after(Some(cursor(8)), Some(4)).await, (None, vec![9, 10], None), "a cursor that fits comes first");
    assert_eq!(after(Some(cursor(99)), Some(2)).await, (Some("future".to_owned()), vec![9, 10], Some(true)));
    assert_eq!(before(cursor(8), 3).await, (None, vec![5, 6, 7], Some(true)));
    assert_eq!(before(cursor(4), 3).await, (None, vec![1, 2, 3], Some(false)));
    assert_eq!(before(cursor(1), 3).await, (None, vec![], Some(false)));
    assert_eq!(before(cursor(0), 3).await, (None, vec![], Some(false)));
    assert_eq!(before(cursor(11), 2).await, (None, vec![9, 10], Some(true)));
    assert_eq!(before(cursor(12), 2).await, (Some("future".to_owned()), vec![9, 10], Some(true)));
    assert_eq!(
        before(Cursor { epoch: epoch + 1, seq: 5 }, 2).await,
        (Some("epoch".to_owned()), vec![9, 10], Some(true))
    );
}
