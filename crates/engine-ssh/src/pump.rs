//! Between an open channel and whoever uses it: output out, keep-alives, and how it ends.

use crate::{SshError, route::Route};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use patchbay_model::CloseReason;
use russh::{ChannelMsg, ChannelReadHalf, Sig};
use std::{future::pending, time::Duration};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

/// The largest piece handed on.
const PIECE: usize = 64 * 1024;
/// How long a reader that has stopped may hold up the last event.
const LAST_WORD: Duration = Duration::from_secs(10);

/// What a channel's user is told.
pub(crate) trait Event: Send + 'static {
    /// Bytes of standard output (or of the terminal), or of standard error.
    fn output(bytes: Bytes, error: bool) -> Self;
    /// Round-trip time in milliseconds.
    fn latency(ms: u32) -> Option<Self>
    where
        Self: Sized;
    /// The end.
    fn closed(reason: CloseReason) -> Self;
}

/// Hands on what a channel says until it ends, while `feeding`, which never returns, says what its user has to say. Side by
/// side: if one waited for the other, a server that does neither would hold up both for ever.
pub(crate) async fn run<E: Event>(
    route: Route,
    (channel, early): (ChannelReadHalf, Vec<ChannelMsg>),
    events: mpsc::Sender<E>,
    feeding: impl Future<Output = ()>,
    keep_alive: Option<Duration>,
    cancel: CancellationToken,
) {
    let reason = tokio::select! {
        reason = read(&route, channel, early, &events, keep_alive) => reason,
        () = feeding => CloseReason::ByPerson,
        () = cancel.cancelled() => CloseReason::ByPerson,
        () = events.closed() => CloseReason::ByPerson,
    };
    finish(route, events, reason).await;
}

/// Reads a channel until it ends, and says how. `early` came while it was being set up.
async fn read<E: Event>(
    route: &Route,
    mut channel: ChannelReadHalf,
    early: Vec<ChannelMsg>,
    events: &mpsc::Sender<E>,
    keep_alive: Option<Duration>,
) -> CloseReason {
    let mut exit = None;
    for message in early {
        if let Some(end) = handle(message, events, &mut exit).await {
            return end;
        }
    }
    let Ok(link) = route.last() else { return route.lost() };
    // OpenSSH's rule, ServerAliveCountMax 3, and no more than 45 seconds unless the interval itself is longer.
    let patience = keep_alive.map(|every| (every * 3).min(Duration::from_secs(45)).max(every));
    let mut heard = Instant::now();
    let mut next_ping = heard;
    let mut ping: Option<(Instant, BoxFuture<'_, ()>)> = None;
    loop {
        tokio::select! {
            message = channel.wait() => {
                let Some(message) = message else { return exit.unwrap_or_else(|| route.lost()) };
                if let Some(end) = handle(message, events, &mut exit).await {
                    return end;
                }
                // After handing on: time in which nobody took the output is not the server's silence.
                heard = Instant::now();
            }
            sent = answer(&mut ping) => {
                ping = None;
                heard = Instant::now();
                next_ping = heard + keep_alive.unwrap_or_default();
                if let Some(event) = E::latency(milliseconds(heard - sent)) {
                    // Old news if there is no room.
                    let _ = events.try_send(event);
                }
            }
            () = sleep_until(next_ping), if ping.is_none() && keep_alive.is_some() => {
                // Replies have a fixed order, so russh matches this one among others.
                let reply = async { let _ = link.handle.send_ping().await; };
                ping = Some((Instant::now(), Box::pin(reply)));
            }
            silence = silent(heard, patience), if ping.is_some() => return route.failed(&SshError::Silent(silence)),
        }
    }
}

async fn answer(ping: &mut Option<(Instant, BoxFuture<'_, ()>)>) -> Instant {
    match ping {
        Some((sent, reply)) => {
            reply.await;
            *sent
        }
        None => pending().await,
    }
}

async fn silent(heard: Instant, patience: Option<Duration>) -> Duration {
    match patience {
        Some(patience) => {
            sleep_until(heard + patience).await;
            patience
        }
        None => pending().await,
    }
}

/// Hands a message on; yields the reason if it was the last.
async fn handle<E: Event>(
    message: ChannelMsg,
    events: &mpsc::Sender<E>,
    exit: &mut Option<CloseReason>,
) -> Option<CloseReason> {
    match message {
        ChannelMsg::Data { data } => deliver(data, false, events).await,
        ChannelMsg::ExtendedData { data, .. } => deliver(data, true, events).await,
        ChannelMsg::ExitStatus { exit_status } => {
            *exit = Some(CloseReason::Exited { code: Some(exit_status.cast_signed()) });
            None
        }
        ChannelMsg::ExitSignal { signal_name, error_message, .. } => {
            let signal = crate::text::phrase(&signal(signal_name));
            *exit = Some(CloseReason::Signalled {
                signal,
                message: crate::text::phrase(&error_message),
            });
            None
        }
        ChannelMsg::Close => Some(exit.take().unwrap_or(CloseReason::Exited { code: None })),
        _ => None,
    }
}

async fn deliver<E: Event>(
    mut data: Bytes,
    error: bool,
    events: &mpsc::Sender<E>,
) -> Option<CloseReason> {
    while !data.is_empty() {
        let piece = data.split_to(data.len().min(PIECE));
        if events.send(E::output(piece, error)).await.is_err() {
            return Some(CloseReason::ByPerson);
        }
    }
    None
}

/// Says how it ended and closes the connection, whichever is slower.
async fn finish<E: Event>(route: Route, events: mpsc::Sender<E>, reason: CloseReason) {
    let tell = async {
        let _ = timeout(LAST_WORD, events.send(E::closed(reason))).await;
        drop(events);
    };
    tokio::join!(tell, route.close());
}

fn milliseconds(time: Duration) -> u32 {
    u32::try_from((time.as_micros() + 500) / 1000).unwrap_or(u32::MAX).max(1)
}

fn signal(name: Sig) -> String {
    match name {
        Sig::ABRT => "ABRT".into(),
        Sig::ALRM => "ALRM".into(),
        Sig::FPE => "FPE".into(),
        Sig::HUP => "HUP".into(),
        Sig::ILL => "ILL".into(),
        Sig::INT => "INT".into(),
        Sig::KILL => "KILL".into(),
        Sig::PIPE => "PIPE".into(),
        Sig::QUIT => "QUIT".into(),
        Sig::SEGV => "SEGV".into(),
        Sig::TERM => "TERM".into(),
        Sig::USR1 => "USR1".into(),
        Sig::Custom(name) => name.trim_start_matches("SIG").to_owned(),
    }
}
