//! Long files of this computer: a thread of its own reads ahead or writes behind, so that the disk and the network are busy
//! at the same time.

use super::{create, dress};
use crate::{
    CoreError,
    files::{
        disk::{Looks, PIECE, Part},
        names, problem,
    },
};
use bytes::Bytes;
use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{sync::mpsc, task::JoinHandle};

/// Pieces that are read ahead.
const AHEAD: usize = 8;
/// Pieces that wait to be written. Those of a machine have 64 KiB.
const BEHIND: usize = 64;

/// A file being read.
pub(in crate::files) struct Reading {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    path: PathBuf,
}

/// A file being written.
pub(in crate::files) struct Writing {
    orders: mpsc::Sender<Order>,
    thread: JoinHandle<io::Result<()>>,
    path: PathBuf,
}

enum Order {
    Write(Bytes),
    Finish(u64, Looks),
}

impl Reading {
    pub(super) async fn open(path: &[u8], from: u64) -> Result<Self, CoreError> {
        let mut file = super::blocking(path, "read", |path| File::open(path)).await?;
        let (sender, pieces) = mpsc::channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            let mut seek = (from > 0).then_some(SeekFrom::Start(from));
            loop {
                let piece = match seek.take().map_or(Ok(0), |from| file.seek(from)) {
                    Ok(_) => read_piece(&mut file),
                    Err(error) => Err(error),
                };
                let over = !matches!(&piece, Ok(bytes) if !bytes.is_empty());
                // Nobody reads any more: so be it.
                if sender.blocking_send(piece).is_err() || over {
                    return;
                }
            }
        });
        Ok(Self { pieces, path: names::path(path) })
    }

    pub(in crate::files) async fn next(&mut self) -> Result<Option<Bytes>, CoreError> {
        match self.pieces.recv().await {
            Some(Ok(bytes)) => Ok(Some(bytes).filter(|bytes| !bytes.is_empty())),
            Some(Err(error)) => Err(problem::of_here(&self.path, "read", &error)),
            None => Err(CoreError::Internal("reading a file stopped".to_owned())),
        }
    }
}

fn read_piece(file: &mut File) -> io::Result<Bytes> {
    let mut piece = Vec::with_capacity(PIECE);
    file.take(PIECE as u64).read_to_end(&mut piece)?;
    Ok(piece.into())
}

impl Writing {
    pub(super) async fn open(part: &Part, from: u64) -> Result<Self, CoreError> {
        // Whoever wrote to it before may still be at it.
        let turn = Arc::clone(&part.turn).acquire_owned().await;
        let turn = turn.map_err(|_| CoreError::Internal("a file cannot be written".to_owned()))?;
        let file = super::blocking(&part.path, "written", move |path| {
            if from == 0 { create(path) } else { go_on(path, from) }
        })
        .await?;
        let (orders, ordered) = mpsc::channel(BEHIND);
        let reached = Arc::clone(&part.reached);
        let thread = tokio::task::spawn_blocking(move || {
            let done = write(file, from, ordered, &reached);
            drop(turn);
            done
        });
        Ok(Self { orders, thread, path: names::path(&part.path) })
    }

    pub(in crate::files) async fn write(&mut self, bytes: Bytes) -> Result<(), CoreError> {
        if self.orders.send(Order::Write(bytes)).await.is_ok() {
            return Ok(());
        }
        // It ended, and says why.
        self.outcome().await?;
        Err(CoreError::Internal("writing a file stopped".to_owned()))
    }

    pub(in crate::files) async fn finish(
        mut self,
        length: u64,
        looks: Looks,
    ) -> Result<(), CoreError> {
        // If it ended before, its outcome says so.
        let _ended = self.orders.send(Order::Finish(length, looks)).await;
        self.outcome().await
    }

    async fn outcome(&mut self) -> Result<(), CoreError> {
        let stopped = |_| CoreError::Internal("writing a file stopped".to_owned());
        let done = (&mut self.thread).await.map_err(stopped)?;
        done.map_err(|error| problem::of_here(&self.path, "written", &error))
    }
}

fn write(
    mut file: File,
    from: u64,
    mut orders: mpsc::Receiver<Order>,
    reached: &AtomicU64,
) -> io::Result<()> {
    let mut at = from;
    reached.store(at, Ordering::Relaxed);
    while let Some(order) = orders.blocking_recv() {
        match order {
            Order::Write(bytes) => {
                file.write_all(&bytes)?;
                at += bytes.len() as u64;
                reached.store(at, Ordering::Relaxed);
            }
            Order::Finish(length, looks) => {
                file.set_len(length)?;
                dress(&file, looks);
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Opens a file to go on with it. It must be one: a link in its place would lead elsewhere.
fn go_on(path: &Path, from: u64) -> io::Result<File> {
    let mut options = File::options();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NOFOLLOW.bits().cast_signed(),
    );
    let mut file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file any more"));
    }
    file.seek(SeekFrom::Start(from))?;
    Ok(file)
}
