//! A thread of its own for what moves much: files and tunnels.
//!
//! What they do next is mostly at hand on the thread that did the last step, which spares waking another one for every
//! piece; and terminals, which run elsewhere, never wait for a piece to be deciphered. Deliberately absent: more than
//! one thread. One deciphers more than a network card of 5 GBit/s brings.

use std::{future::Future, io, sync::OnceLock};
use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

/// It lives as long as the process: whatever stops does so by its own order.
static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();

/// Runs a task, and whatever that starts, on the thread for much.
pub(crate) fn spawn<F>(task: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let runtime = RUNTIME.get_or_init(|| {
        let started = start();
        started.inspect_err(|error| tracing::warn!(%error, "no thread for transfers")).ok()
    });
    match runtime {
        Some(runtime) => runtime.spawn(task),
        // Slower, but they go on.
        None => tokio::spawn(task),
    }
}

fn start() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(1).thread_name("bulk").enable_all().build()
}
