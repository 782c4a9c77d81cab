//! HTTP/1.1 over connections that are used again: requests that are whole, answers that are bounded.
//!
//! Whoever asks hands in the way to a connection that is secured already, so it is judged before anything is sent over it.
//! Deliberately absent: who is trusted, how a connection is made, what stands in a request, what an answer means, redirects,
//! compression, and trying again what may have been done.

mod pool;
#[cfg(test)]
mod tests;

pub use pool::{Limits, Pool};

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::SendRequest;

/// What is sent along with a request: nothing, or bytes that are all there.
pub type Body = Full<Bytes>;

/// One connection, which ends when this is dropped.
pub type Sender = SendRequest<Body>;

/// Why there is no answer. The messages stand inside a sentence about the server. `E` is what the caller says of a
/// connection that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum HttpsError<E> {
    /// No connection could be made; nothing was asked.
    #[error(transparent)]
    Connect(E),
    /// The connection ended before an answer began, or what began is none. The request may have been heard.
    #[error("the connection broke")]
    Broke,
    /// No answer began within [`Limits::patience`]. The request may have been heard.
    #[error("nothing came in time")]
    Slow,
    /// An answer began and did not end.
    #[error("it stopped in the middle")]
    Stopped,
    /// The body of the answer is larger than [`Limits::largest`].
    #[error("the answer is larger than it can be")]
    TooLarge,
}
