//! Single writer with group commit: one thread writes. Jobs that wait at the same time share a
//! commit, each in its own savepoint; their entries are published after the commit, and then each
//! job is answered.

use std::{
    ops::Deref,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use chataibot_wire::Entry;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{Semaphore, oneshot};

use super::{incoming, sends};
use crate::{
    clock::Clock,
    failpoints::{Failpoint, failpoint},
    hub::Hub,
    ids::ConversationId,
    store::{Result, StoreError},
};

/// Jobs that may be queued; more wait for a permit.
const MAX_QUEUED: usize = 4096;
/// Maximum jobs of a commit. More would only make the first of them wait longer.
const MAX_GROUP: usize = 512;
/// How long deferred jobs wait for an urgent one.
const DEFER_LIMIT: Duration = Duration::from_millis(200);

/// What a job works with: the open transaction, to which it dereferences, the time, and the entries
/// to publish.
pub struct WriteContext<'a> {
    transaction: &'a Transaction<'a>,
    /// Milliseconds since 1970-01-01 UTC; the same for all jobs of one commit.
    pub(super) now: u64,
    /// The epoch of this database.
    pub(super) epoch: u32,
    pub(super) appended: Vec<(ConversationId, Arc<Entry>)>,
}

impl<'a> Deref for WriteContext<'a> {
    type Target = Transaction<'a>;

    fn deref(&self) -> &Transaction<'a> {
        self.transaction
    }
}

/// Runs the job, unless it gets an error because there is no transaction. Returns whether the job
/// succeeded, and the closure that answers its request once the commit's outcome is known.
type Run = Box<dyn FnOnce(Result<&mut WriteContext<'_>>) -> (bool, Answer) + Send>;
type Answer = Box<dyn FnOnce(Result<()>) + Send>;

struct Job {
    run: Run,
    is_urgent: bool,
}

/// Handle of the writer thread. When it is dropped, the thread finishes its queued jobs and ends.
pub struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    permits: Arc<Semaphore>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection, epoch: u32, clock: Clock, hub: Hub) -> Result<Self> {
        let (jobs, queue) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || WriterThread { connection, epoch, clock, hub, queue }.run())
            .map_err(|error| StoreError::Corrupt(format!("no thread for the writer: {error}")))?;
        Ok(Self { jobs: Some(jobs), permits: Arc::new(Semaphore::new(MAX_QUEUED)), thread: Some(thread) })
    }

    pub(super) async fn run<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut WriteContext<'_>) -> Result<T> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| StoreError::Stopped)?;
        let (answer, answered) = oneshot::channel();
        let run = with_answer(job, move |result| {
            drop(permit);
            // Sending fails if the request was cancelled; the commit is kept.
            let _ = answer.send(result);
        });
        self.send(Job { run, is_urgent: true })?;
        answered.await.map_err(|_| StoreError::Stopped)?
    }

    /// Runs the job with the next commit, or soon. Losing it in a crash must be harmless.
    pub(super) fn run_deferred<F>(&self, job: F)
    where
        F: FnOnce(&mut WriteContext<'_>) -> Result<()> + Send + 'static,
    {
        let run = with_answer(job, |result| {
            if let Err(error) = result {
                tracing::error!(%error, "a write that nobody waits for failed");
            }
        });
        if self.send(Job { run, is_urgent: false }).is_err() {
            tracing::debug!("a write that nobody waits for came after the writer had stopped");
        }
    }

    fn send(&self, job: Job) -> Result<()> {
        self.jobs.as_ref().ok_or(StoreError::Stopped)?.send(job).map_err(|_| StoreError::Stopped)
    }
}

/// Combines the job with `answer`, which gets its result once the commit has succeeded or failed.
fn with_answer<T: Send + 'static>(
    job: impl FnOnce(&mut WriteContext<'_>) -> Result<T> + Send + 'static,
    answer: impl FnOnce(Result<T>) + Send + 'static,
) -> Run {
    Box::new(move |ctx| {
        let result = ctx.and_then(job);
        let succeeded = result.is_ok();
        (succeeded, Box::new(move |commit: Result<()>| answer(result.and_then(|value| commit.map(|()| value)))))
    })
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A job that holds a handle may drop the last one on the writer thread, which can't
            // wait for itself.
            if thread.thread().id() != thread::current().id() && thread.join().is_err() {
                tracing::error!("the store's writer panicked");
            }
        }
    }
}

struct WriterThread {
    connection: Connection,
    epoch: u32,
    clock: Clock,
    hub: Hub,
    queue: mpsc::Receiver<Job>,
}

impl WriterThread {
    fn run(mut self) {
        while let Ok(first) = self.queue.recv() {
            let group = self.collect_group(first);
            self.commit(group);
        }
    }

    /// Collects the jobs of one commit (group commit): all that are queued already. A group without
    /// an urgent job waits a moment for more.
    fn collect_group(&mut self, first: Job) -> Vec<Job> {
        let mut is_urgent = first.is_urgent;
        let mut group = vec![first];
        let until = Instant::now() + DEFER_LIMIT;
        while group.len() < MAX_GROUP {
            let wait = if is_urgent { Duration::ZERO } else { until.saturating_duration_since(Instant::now()) };
            let Ok(job) = self.queue.recv_timeout(wait) else { break };
            is_urgent |= job.is_urgent;
            group.push(job);
        }
        group
    }

    fn commit(&mut self, group: Vec<Job>) {
        let mut answers = Vec::with_capacity(group.len());
        let mut appended = Vec::new();
        let outcome = match self.connection.transaction_with_behavior(TransactionBehavior::Immediate) {
            Ok(tx) => {
                failpoint(Failpoint::Begun);
                let mut ctx =
                    WriteContext { transaction: &tx, now: self.clock.now(), epoch: self.epoch, appended: Vec::new() };
                let ran = run_group(&mut ctx, group, &mut answers);
                appended = ctx.appended;
                failpoint(Failpoint::Written);
                ran.and_then(|()| Ok(tx.commit()?))
            }
            Err(error) => {
                let error = StoreError::from(error);
                answers.extend(group.into_iter().map(|job| (job.run)(Err(error.clone())).1));
                Err(error)
            }
        };
        failpoint(Failpoint::Committed);
        if outcome.is_ok() {
            for (conversation, entry) in &appended {
                self.hub.publish(*conversation, entry);
            }
        }
        failpoint(Failpoint::Published);
        answers.into_iter().for_each(|answer| answer(outcome.clone()));
    }
}

/// Runs before the first job: settles what the last run of the program left open. There are no
/// subscribers yet, so nothing is published.
pub(super) fn recover(connection: &mut Connection, epoch: u32, now: u64) -> Result<()> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    incoming::recover(&tx)?;
    sends::recover(&mut WriteContext { transaction: &tx, now, epoch, appended: Vec::new() })?;
    Ok(tx.commit()?)
}

/// Runs each job in its savepoint. An error means that the whole transaction was rolled back.
fn run_group(ctx: &mut WriteContext<'_>, group: Vec<Job>, answers: &mut Vec<Answer>) -> Result<()> {
    let tx = ctx.transaction;
    let mut outcome: Result<()> = Ok(());
    for job in group {
        outcome = outcome.and_then(|()| Ok(tx.execute_batch("SAVEPOINT job")?));
        if let Err(error) = &outcome {
            answers.push((job.run)(Err(error.clone())).1);
            continue;
        }
        let appended_before = ctx.appended.len();
        // A job that panics must not end the only writer; its request sees its answer dropped.
        let succeeded = match catch_unwind(AssertUnwindSafe(|| (job.run)(Ok(&mut *ctx)))) {
            Ok((succeeded, answer)) => {
                answers.push(answer);
                succeeded
            }
            Err(_) => false,
        };
        let end = if succeeded { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
        if !succeeded {
            ctx.appended.truncate(appended_before);
        }
        // On a full or broken disk SQLite itself rolls the whole transaction back: then every job
        // of the group fails.
        outcome = if tx.is_autocommit() {
            Err(StoreError::corrupt("the transaction was rolled back by the database"))
        } else {
            tx.execute_batch(end).map_err(StoreError::from)
        };
    }
    outcome
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::store::sqlite::Sqlite;

    async fn numbers() -> Sqlite {
        let store = Sqlite::memory(Hub::default(), Clock::system()).expect("a store");
        store
            .write(|tx| Ok(tx.execute_batch("CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT")?))
            .await
            .expect("a table");
        store
    }

    async fn sum(store: &Sqlite) -> i64 {
        store
            .read(|db| Ok(db.query_row("SELECT coalesce(sum(n), 0) FROM numbers", [], |row| row.get(0))?))
            .await
            .expect("a sum")
    }

    fn insert(store: &Sqlite, n: i64) -> impl Future<Output = Result<()>> + use<> {
        let store = store.clone();
        async move { store.write(move |tx| Ok(tx.execute("INSERT INTO numbers VALUES (?1)", [n]).map(drop)?)).await }
    }

    #[tokio::test]
    async fn a_failing_and_a_panicking_job_leave_nothing_and_take_nobody_with_them() {
        let store = numbers().await;
        // Blocks the writer until all other jobs wait, so that they share one commit.
        let (go, wait) = mpsc::channel::<()>();
        let gate = tokio::spawn({
            let store = store.clone();
            async move { store.write(move |_| wait.recv().map_err(|_| StoreError::Stopped)).await }
        });
        let jobs = vec![
            tokio::spawn(insert(&store, 1)),
            tokio::spawn({
                let store = store.clone();
                async move {
                    store
                        .write(|tx| {
                            tx.execute("INSERT INTO numbers VALUES (100)", [])?;
                            Ok(tx.execute("INSERT INTO nowhere VALUES (1)", []).map(drop)?)
                        })
                        .await
                }
            }),
            tokio::spawn({
                let store = store.clone();
                async move {
                    store
                        .write(|tx| {
                            tx.execute("INSERT INTO numbers VALUES (1000)", [])?;
                            panic!("on purpose")
                        })
                        .await
                }
            }),
            tokio::spawn(insert(&store, 2)),
        ];
        tokio::task::yield_now().await;
        go.send(()).expect("the gate listens");
        gate.await.expect("ran").expect("opened");
        let mut results = Vec::new();
        for job in jobs {
            results.push(job.await.expect("ran").is_ok());
        }
        assert_eq!(results, [true, false, false, true]);
        assert_eq!(sum(&store).await, 3);
    }

    #[tokio::test]
    async fn jobs_that_wait_together_share_a_commit() {
        let store = numbers().await;
        let times = Arc::new(AtomicUsize::new(0));
        let (go, wait) = mpsc::channel::<()>();
        let gate = {
            let store = store.clone();
            tokio::spawn(async move { store.write(move |_| wait.recv().map_err(|_| StoreError::Stopped)).await })
        };
        let jobs: Vec<_> = (0..50)
            .map(|n| {
                let (store, times) = (store.clone(), Arc::clone(&times));
                tokio::spawn(async move {
                    store
                        .write(move |tx| {
                            tx.execute("INSERT INTO numbers VALUES (?1)", [n])?;
                            // In one transaction every job sees the uncommitted writes of the ones
                            // before it.
                            if tx.query_row("SELECT count(*) FROM numbers", [], |row| row.get::<_, i64>(0))? == 50 {
                                times.fetch_add(1, Ordering::SeqCst);
                            }
                            Ok(tx.now)
                        })
                        .await
                })
            })
            .collect();
        tokio::task::yield_now().await;
        go.send(()).expect("the gate listens");
        gate.await.expect("ran").expect("opened");
        for job in jobs {
            job.await.expect("ran").expect("written");
        }
        assert_eq!(times.load(Ordering::SeqCst), 1);
        assert_eq!(sum(&store).await, (0..50).sum::<i64>());
    }

    #[tokio::test]
    async fn a_write_in_no_hurry_is_done_before_any_write_that_came_after_it() {
        let store = numbers().await;
        store.inner.writer.run_deferred(|ctx| Ok(ctx.execute("INSERT INTO numbers VALUES (7)", []).map(drop)?));
        let seen =
            store.write(|tx| Ok(tx.query_row("SELECT sum(n) FROM numbers", [], |row| row.get::<_, i64>(0))?)).await;
        assert_eq!(seen.expect("read"), 7);
    }

    #[tokio::test]
    async fn what_waits_is_written_before_the_store_closes() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("chat.sqlite");
        let store = Sqlite::open(&path, Hub::default(), Clock::system()).expect("made");
        store
            .write(|tx| Ok(tx.execute_batch("CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT")?))
            .await
            .expect("a table");
        store.inner.writer.run_deferred(|ctx| Ok(ctx.execute("INSERT INTO numbers VALUES (7)", []).map(drop)?));
        drop(store);
        let store = Sqlite::open(&path, Hub::default(), Clock::system()).expect("opened again");
        assert_eq!(sum(&store).await, 7);
    }

    #[tokio::test]
    async fn a_full_disk_fails_what_does_not_fit_and_loses_nothing_that_was_answered() {
        let store = numbers().await;
        store.write(|tx| Ok(tx.execute_batch("CREATE TABLE large (bytes BLOB)")?)).await.expect("a table");
        let limit = async |pages: u32| {
            let limited = store.write(move |tx| {
                Ok(tx.pragma_query_value(None, "page_count", |row| row.get::<_, u32>(0)).and_then(|now| {
                    tx.query_row(&format!("PRAGMA max_page_count = {}", now + pages), [], |_| Ok(()))
                })?)
            });
            limited.await.expect("limited");
        };
        limit(20).await;
        insert(&store, 1).await.expect("fits");
        let large = store.write(|tx| {
            tx.execute("INSERT INTO numbers VALUES (100)", [])?;
            Ok(tx.execute("INSERT INTO large VALUES (zeroblob(1000000))", []).map(drop)?)
        });
        let error = large.await.expect_err("does not fit").to_string();
        assert!(error.contains("full"), "{error}");
        assert_eq!(sum(&store).await, 1, "all of the failed job is gone");
        limit(1_000).await;
        insert(&store, 2).await.expect("there is room again");
        assert_eq!(sum(&store).await, 3);
    }
}
