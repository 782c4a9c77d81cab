//! Requests under way: each has a number, a place among those that wait, and an answer that it expects.
//!
//! A request whose caller is gone keeps its place until its answer comes, so that the answer is known and the server
//! cannot be made to work without a bound. Deliberately absent: sending again; every request is sent once.

use crate::{
    Limits, Reply, SftpError,
    answer::{Answer, Expect},
    codec::Draft,
    handle::Handle,
    kind,
    transmit::Frame,
    waiting::{Patience, Waiting},
};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

/// The most requests without an answer, of all transfers together.
const UNDER_WAY: usize = 1024;
/// The most requests that wait to be written; those that close a handle come on top.
const UNWRITTEN: usize = 64;

pub(crate) struct Link {
    state: Mutex<State>,
    under_way: Arc<Semaphore>,
    unwritten: Arc<Semaphore>,
    limits: OnceLock<Limits>,
    pub(crate) patience: Patience,
    /// Cancelled once there is an end.
    pub(crate) closing: CancellationToken,
}

struct State {
    next: u32,
    slots: HashMap<u32, Slot>,
    frames: mpsc::UnboundedSender<Frame>,
    end: Option<SftpError>,
}

struct Slot {
    expect: Expect,
    answer: oneshot::Sender<Result<Answer, SftpError>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Link {
    pub(crate) fn new(bears: Duration) -> (Arc<Self>, mpsc::UnboundedReceiver<Frame>) {
        let (frames, receiver) = mpsc::unbounded_channel();
        let state = State { next: 0, slots: HashMap::new(), frames, end: None };
        let link = Self {
            state: Mutex::new(state),
            under_way: Arc::new(Semaphore::new(UNDER_WAY)),
            unwritten: Arc::new(Semaphore::new(UNWRITTEN)),
            limits: OnceLock::new(),
            patience: Patience::new(bears),
            closing: CancellationToken::new(),
        };
        (Arc::new(link), receiver)
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits.get().copied().unwrap_or_default()
    }

    /// Good for once.
    pub(crate) fn set_limits(&self, limits: Limits) {
        let _ = self.limits.set(limits);
    }

    /// Why it has ended.
    pub(crate) fn reason(&self) -> SftpError {
        self.lock().end.clone().unwrap_or(SftpError::Closed)
    }

    /// Sends `draft`, which is about `handles`. Dropping the future before it is done sends nothing.
    pub(crate) async fn send(
        self: &Arc<Self>,
        draft: Draft,
        expect: Expect,
        handles: &[&Handle],
    ) -> Result<Waiting, SftpError> {
        if draft.size() > self.limits().packet {
            return Err(SftpError::TooLong);
        }
        let since = Instant::now();
        let place = self.acquire(since, &self.under_way).await?;
        let unwritten = self.acquire(since, &self.unwritten).await?;
        let (sender, answer) = oneshot::channel();
        let slot = Slot { expect, answer: sender, _place: Some(place) };
        let mut state = self.lock();
        if let Some(end) = &state.end {
            return Err(end.clone());
        }
        if handles.iter().any(|handle| handle.is_closed() || !handle.belongs_to(self)) {
            return Err(SftpError::FileClosed);
        }
        if draft.closes() {
            handles.iter().for_each(|handle| handle.mark_closed());
        }
        state.enqueue(draft, slot, Some(unwritten));
        Ok(Waiting { link: Arc::clone(self), since, answer })
    }

    async fn acquire(
        &self,
        since: Instant,
        of: &Arc<Semaphore>,
    ) -> Result<OwnedSemaphorePermit, SftpError> {
        let permit = self.patience.wait(since, Arc::clone(of).acquire_owned()).await?;
        permit.map_err(|_| self.reason())
    }

    /// Closes a handle that nobody holds any more. There are no more of them than the server gave out.
    pub(crate) fn close_unattended(&self, raw: &[u8]) {
        let mut state = self.lock();
        if state.end.is_none() {
            let (answer, _) = oneshot::channel();
            let slot = Slot { expect: Expect::Done, answer, _place: None };
            state.enqueue(Draft::new(kind::CLOSE).string(raw), slot, None);
        }
    }

    /// Hands an answer to who waits for it.
    ///
    /// # Errors
    /// If nothing of the kind was asked; the connection is of no more use then.
    pub(crate) fn deliver(self: &Arc<Self>, id: u32, reply: Reply) -> Result<(), SftpError> {
        const UNASKED: SftpError = SftpError::Broken("an answer to nothing that was asked");
        let slot = self.lock().slots.remove(&id).ok_or(UNASKED)?;
        // The lock is free by now: a handle that nobody waits for any more is closed as it is dropped here.
        match slot.expect.judge(reply, self) {
            Ok(answer) => {
                let _ = slot.answer.send(answer);
                Ok(())
            }
            Err(error) => {
                let _ = slot.answer.send(Err(error.clone()));
                Err(error)
            }
        }
    }

    /// Ends it: whoever waits, or asks from now on, gets `why`. Only the first reason counts.
    pub(crate) fn end(&self, why: SftpError) {
        let slots = {
            let mut state = self.lock();
            if state.end.is_some() {
                return;
            }
            state.end = Some(why.clone());
            std::mem::take(&mut state.slots)
        };
        for slot in slots.into_values() {
            let _ = slot.answer.send(Err(why.clone()));
        }
        self.under_way.close();
        self.unwritten.close();
        self.closing.cancel();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// One lock for the number, the place and the queue keeps requests in the order in which they were made.
    fn enqueue(&mut self, draft: Draft, slot: Slot, unwritten: Option<OwnedSemaphorePermit>) {
        // After 2^32 requests, one that was never answered may still hold its number.
        while self.slots.contains_key(&self.next) {
            self.next = self.next.wrapping_add(1);
        }
        let id = self.next;
        self.next = id.wrapping_add(1);
        self.slots.insert(id, slot);
        let (head, payload) = draft.numbered(id);
        // It fails only if the writer is gone, and then the end is near.
        let _ = self.frames.send(Frame { head, payload, _unwritten: unwritten });
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("limits", &self.limits()).finish_non_exhaustive()
    }
}
