//! One direction of a connection, and the impairments applied to its bytes.

use std::{io, time::Duration};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use crate::byte_offset::Finder;
use crate::fault::{Ending, Impairment, Mark};
use crate::rng::Rng;

/// Longer than any test waits.
const NO_LIMIT: Duration = Duration::from_secs(86_400);

/// Becomes true when the proxy is healed: faults then end, and held bytes are sent.
pub type Health = watch::Receiver<bool>;

/// Waits until the proxy is healed; forever if the proxy has been dropped.
pub async fn wait_until_healed(health: &mut Health) {
    if health.wait_for(|is_healed| *is_healed).await.is_err() {
        std::future::pending::<()>().await;
    }
}

struct Pipe<W> {
    receiver: W,
    health: Health,
    rng: Rng,
    delay: Option<(u64, u64)>,
    slice: Option<usize>,
    rate: Option<u64>,
    repeat_first_piece: bool,
    marks: Vec<(Finder, Mark)>,
}

/// Copies bytes from sender to receiver until either ends, or an impairment ends the connection.
/// Returns how: `Reset`, `Close` or `HalfClose`.
pub async fn carry_impaired(
    mut sender: impl AsyncRead + Unpin,
    receiver: impl AsyncWrite + Unpin,
    impairments: &[Impairment],
    mut health: Health,
    mut rng: Rng,
) -> io::Result<Ending> {
    let (mut min_held, mut idle_limit) = (0, None);
    let mut pipe = Pipe {
        receiver,
        health: health.clone(),
        rng: rng.clone(),
        delay: None,
        slice: None,
        rate: None,
        repeat_first_piece: false,
        marks: Vec::new(),
    };
    for impairment in impairments {
        match *impairment {
            Impairment::Delay(base, jitter) => pipe.delay = Some((base, jitter)),
            Impairment::Slice(size) => pipe.slice = Some(size.max(1)),
            Impairment::Rate(rate) => pipe.rate = Some(rate.max(1)),
            Impairment::Twice => pipe.repeat_first_piece = true,
            Impairment::Hold(bytes) => min_held = bytes,
            Impairment::IdleKill(ms, ending) => idle_limit = Some((Duration::from_millis(ms), ending)),
            Impairment::At(offset, mark) => pipe.marks.push((Finder::new(offset, &mut rng), mark)),
        }
    }
    let mut held = Vec::new();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let limit = idle_limit.filter(|_| !*health.borrow()).map_or(NO_LIMIT, |(limit, _)| limit);
        let deadline = Instant::now() + limit;
        let read = tokio::select! {
            read = sender.read(&mut buffer) => read?,
            () = sleep_until(deadline) => match idle_limit {
                Some((_, ending)) => return pipe.end_connection(ending, &mut sender).await,
                None => continue,
            },
            () = wait_until_healed(&mut health), if !held.is_empty() => {
                pipe.forward(&std::mem::take(&mut held)).await?;
                continue;
            }
        };
        held.extend_from_slice(&buffer[..read]);
        if read > 0 && held.len() < min_held && !*health.borrow() {
            continue;
        }
        let piece = std::mem::take(&mut held);
        if let Some(end) = pipe.apply_marks(piece, &mut sender).await? {
            return Ok(end);
        }
        if read == 0 {
            pipe.receiver.shutdown().await?;
            return Ok(Ending::HalfClose);
        }
    }
}

impl<W: AsyncWrite + Unpin> Pipe<W> {
    fn is_healed(&self) -> bool {
        *self.health.borrow()
    }

    async fn apply_marks(
        &mut self,
        mut piece: Vec<u8>,
        sender: &mut (impl AsyncRead + Unpin),
    ) -> io::Result<Option<Ending>> {
        let mut cut = None;
        for (finder, mark) in &mut self.marks {
            let Some(index) = finder.find_in(&piece) else { continue };
            if *self.health.borrow() {
                continue;
            }
            match mark {
                Mark::Corrupt => piece[index] ^= 0x15,
                Mark::Swallow(count) => drop(piece.drain(index..(index + *count).min(piece.len()))),
                Mark::Cut(ending) => cut = cut.or(Some((index, *ending))),
            }
        }
        let Some((index, ending)) = cut else {
            self.forward(&piece).await?;
            return Ok(None);
        };
        let (before, after) = piece.split_at(index.min(piece.len()));
        self.forward(before).await?;
        if ending != Ending::BlackHole {
            return self.end_connection(ending, sender).await.map(Some);
        }
        wait_until_healed(&mut self.health).await;
        self.forward(after).await?;
        Ok(None)
    }

    async fn end_connection(&mut self, ending: Ending, sender: &mut (impl AsyncRead + Unpin)) -> io::Result<Ending> {
        match ending {
            Ending::Reset | Ending::Close => {}
            Ending::HalfClose => self.receiver.shutdown().await?,
            // Keep reading, so that the connection looks alive to the sender; nothing is forwarded.
            Ending::Vanish | Ending::BlackHole => {
                let mut discarded = vec![0; 4096];
                while sender.read(&mut discarded).await? > 0 {}
                std::future::pending::<()>().await;
            }
        }
        Ok(ending)
    }

    /// Forwards a piece with its delay, slice size and rate.
    async fn forward(&mut self, piece: &[u8]) -> io::Result<()> {
        if piece.is_empty() {
            return Ok(());
        }
        if let Some((base, jitter)) = self.delay {
            let delay = base + self.rng.below(jitter + 1);
            self.pause(Duration::from_millis(delay)).await;
        }
        if std::mem::take(&mut self.repeat_first_piece) && !self.is_healed() {
            self.receiver.write_all(piece).await?;
        }
        let size = match (self.slice, self.rate) {
            (Some(size), _) => size,
            (None, Some(rate)) => usize::try_from(rate / 20).unwrap_or(usize::MAX).max(1),
            (None, None) => piece.len(),
        };
        let mut rest = piece;
        while !rest.is_empty() {
            let size = if self.is_healed() { rest.len() } else { size.min(rest.len()) };
            self.receiver.write_all(&rest[..size]).await?;
            rest = &rest[size..];
            if let Some(rate) = self.rate {
                let size = u64::try_from(size).unwrap_or_default();
                self.pause(Duration::from_millis(size * 1_000 / rate)).await;
            } else if self.slice.is_some() {
                // Yield, so that each slice becomes a packet of its own where the machine permits.
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    async fn pause(&mut self, time: Duration) {
        tokio::select! {
            () = sleep(time) => {}
            () = wait_until_healed(&mut self.health) => {}
        }
    }
}
