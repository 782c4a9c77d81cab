//! Threads of their own for what moves much: files and tunnels, and desktops.
//!
//! What they do next is mostly at hand on the thread that did the last step, which spares waking another one for every
//! piece; and terminals, which run elsewhere, never wait for a piece to be deciphered. Desktops are apart from transfers:
//! a picture takes milliseconds to decode, which no copy should wait for, and a copy keeps its thread so busy that no
//! picture would move smoothly. Deliberately absent: more than one thread for transfers. One deciphers more than a network
//! card of 5 GBit/s brings.

use std::{future::Future, io, sync::OnceLock};
use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

/// A kind of work, and the threads it has.
#[derive(Clone, Copy)]
pub(crate) struct Lane {
    name: &'static str,
    threads: usize,
    /// It lives as long as the process: whatever stops does so by its own order.
    runtime: &'static OnceLock<Option<Runtime>>,
}

/// Files and tunnels.
pub(crate) const TRANSFERS: Lane = {
    static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();
    Lane { name: "bulk", threads: 1, runtime: &RUNTIME }
};

/// Desktops: two threads, so that one that decodes a large picture does not stop the others.
pub(crate) const DESKTOPS: Lane = {
    static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();
    Lane { name: "desktops", threads: 2, runtime: &RUNTIME }
};

impl Lane {
    /// Runs a task, and whatever that starts, on the threads of this lane.
    pub(crate) fn spawn<F>(self, task: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let runtime = self.runtime.get_or_init(|| {
            let failed = |error: &io::Error| tracing::warn!(%error, name = self.name, "no threads");
            self.start().inspect_err(failed).ok()
        });
        match runtime {
            Some(runtime) => runtime.spawn(task),
            // Slower, but they go on.
            None => tokio::spawn(task),
        }
    }

    fn start(self) -> io::Result<Runtime> {
        Builder::new_multi_thread()
            .worker_threads(self.threads)
            .thread_name(self.name)
            .enable_all()
            .build()
    }
}
