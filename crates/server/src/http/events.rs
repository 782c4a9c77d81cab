//! `GET /api/events`: what the window is told by its core, as server-sent events.

use super::Door;
use super::Failure;
use crate::service::{Caller, Watch};
use axum::extract::State;
use axum::http::HeaderName;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use patchbay_model::AppEvent;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;

/// How long a browser waits before it comes back after a loss.
const COME_BACK: Duration = Duration::from_secs(1);

pub(super) async fn follow(
    State(door): State<Arc<Door>>,
    caller: Caller,
) -> Result<Response, Failure> {
    let watch = door.service.events(&caller).await?;
    let first = Event::default().retry(COME_BACK).comment("here");
    let state = (door.metrics.listener(), Some(first), watch, Arc::clone(&door));
    let events = stream::unfold(state, |(listener, first, mut watch, door)| async move {
        if let Some(first) = first {
            return Some((Ok::<_, Infallible>(first), (listener, None, watch, door)));
        }
        let event = next(&mut watch, &door).await?;
        let event = Event::default().json_data(&event).ok()?;
        Some((Ok(event), (listener, None, watch, door)))
    });
    let kept = Sse::new(events).keep_alive(KeepAlive::new().interval(door.limits.alive));
    // Proxies must not collect what is to be heard now.
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), "no");
    Ok(([unbuffered], kept).into_response())
}

/// The next event. The stream ends with the sign-in, with the server, and where events were lost: whoever joins again
/// asks for the present state.
async fn next(watch: &mut Watch, door: &Door) -> Option<AppEvent> {
    tokio::select! {
        biased;
        () = watch.end.cancelled() => None,
        () = door.drain.cancelled() => None,
        event = watch.events.recv() => match event {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "a listener fell behind and joins again");
                None
            }
            Err(RecvError::Closed) => None,
        },
    }
}
