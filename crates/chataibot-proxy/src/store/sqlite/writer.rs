//! Single writer with group commit: one thread writes. Jobs that wait at the same time share a
//! commit, each in its own savepoint; their entries are published after the commit, and then each
//! job is answered.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};
use std::{thread, vec};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{Semaphore, oneshot};

use super::{Appended, Context, Result, StoreError};
use crate::clock::Clock;
use crate::failpoints::{Failpoint, failpoint};
use crate::hub::Hub;

/// Jobs that may be queued; more wait for a permit.
const MAX_QUEUED: usize = 4096;
/// Maximum jobs of a commit. More would only make the first of them wait longer.
const MAX_GROUP: usize = 512;
/// How long deferred jobs wait for an urgent one.
const DEFER_LIMIT: Duration = Duration::from_millis(200);

/// Runs the job, unless it gets an error because there is no transaction. Returns whether the job
/// succeeded, and the closure that answers its request once the commit's outcome is known.
type Run = Box<dyn FnOnce(Result<&mut Context>) -> (bool, Answer) + Send>;
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

    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Context) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| StoreError::Stopped)?;
        let (answer, answered) = oneshot::channel();
        self.send(true, job, move |result| {
            drop(permit);
            // Sending fails if the request was cancelled; the commit is kept.
            let _ = answer.send(result);
        })?;
        answered.await.map_err(|_| StoreError::Stopped)?
    }

    /// Runs the job with the next commit, or soon. Losing it in a crash must be harmless.
    pub(super) fn run_deferred(&self, job: impl FnOnce(&mut Context) -> Result<()> + Send + 'static) {
        let sent = self.send(false, job, |result| {
            if let Err(error) = result {
                tracing::error!(%error, "a write that nobody waits for failed");
            }
        });
        if sent.is_err() {
            tracing::debug!("a write that nobody waits for came after the writer had stopped");
        }
    }

    /// Queues a job. `answer` gets its result once the commit has succeeded or failed.
    fn send<T: Send + 'static>(
        &self,
        is_urgent: bool,
        job: impl FnOnce(&mut Context) -> Result<T> + Send + 'static,
        answer: impl FnOnce(Result<T>) + Send + 'static,
    ) -> Result<()> {
        let run: Run = Box::new(move |ctx| {
            let result = ctx.and_then(job);
            let succeeded = result.is_ok();
            (succeeded, Box::new(move |commit: Result<()>| answer(result.and_then(|value| commit.map(|()| value)))))
        });
        let jobs = self.jobs.as_ref().ok_or(StoreError::Stopped)?;
        jobs.send(Job { run, is_urgent }).map_err(|_| StoreError::Stopped)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        // A job may drop the last handle on the writer thread, which can't wait for itself.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the store's writer panicked");
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
        let mut jobs = group.into_iter();
        let mut answers = Vec::with_capacity(jobs.len());
        let committed = self.run_group(&mut jobs, &mut answers);
        if let Err(error) = &committed {
            answers.extend(jobs.map(|job| (job.run)(Err(error.clone())).1));
        }
        failpoint(Failpoint::Committed);
        for (conversation, entry) in committed.iter().flatten() {
            self.hub.publish(*conversation, entry);
        }
        failpoint(Failpoint::Published);
        let outcome = committed.map(drop);
        answers.into_iter().for_each(|answer| answer(outcome.clone()));
    }

    /// Runs each job in its savepoint, and commits. Returns the entries to publish. After an error
    /// the whole transaction is rolled back, and the jobs that are left have not run.
    fn run_group(&mut self, jobs: &mut vec::IntoIter<Job>, answers: &mut Vec<Answer>) -> Result<Appended> {
        let mut ctx =
            Context::begin(&mut self.connection, TransactionBehavior::Immediate, self.epoch, self.clock.now())?;
        failpoint(Failpoint::Begun);
        for job in jobs {
            if let Err(error) = ctx.execute_batch("SAVEPOINT job") {
                let error = StoreError::from(error);
                answers.push((job.run)(Err(error.clone())).1);
                return Err(error);
            }
            let appended_before = ctx.appended.len();
            // A job that panics must not end the only writer; its request sees its answer dropped.
            let ran = catch_unwind(AssertUnwindSafe(|| (job.run)(Ok(&mut ctx))));
            let succeeded = matches!(ran, Ok((true, _)));
            answers.extend(ran.map(|(_, answer)| answer));
            // On a full or broken disk SQLite rolls everything back: then the whole group fails.
            if ctx.is_autocommit() {
                return Err(StoreError::corrupt("the transaction was rolled back by the database"));
            }
            if !succeeded {
                ctx.appended.truncate(appended_before);
                ctx.execute_batch("ROLLBACK TO job")?;
            }
            ctx.execute_batch("RELEASE job")?;
        }
        failpoint(Failpoint::Written);
        ctx.commit()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::store::sqlite::{DatabaseLocation, Sqlite};

    async fn numbers() -> Sqlite {
        let store = Sqlite::open(DatabaseLocation::new_memory(), Hub::default(), Clock::system()).expect("a store");
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
        let store = Sqlite::open(DatabaseLocation::File(path.clone()), Hub::default(), Clock::system()).expect("made");
        store
            .write(|tx| Ok(tx.execute_batch("CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT")?))
            .await
            .expect("a table");
        store.inner.writer.run_deferred(|ctx| Ok(ctx.execute("INSERT INTO numbers VALUES (7)", []).map(drop)?));
        drop(store);
        let store =
            Sqlite::open(DatabaseLocation::File(path.clone()), Hub::default(), Clock::system()).expect("opened again");
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
