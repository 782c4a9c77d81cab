//! A connection that is open, before anybody looks at it.

use crate::{channels::Outbox, wire::Wire};
use ironrdp_connector::ConnectionResult;
use patchbay_tls::TlsStream;

pub(crate) struct Joined<S> {
    pub(crate) wire: Wire<TlsStream<S>>,
    pub(crate) result: ConnectionResult,
    pub(crate) outbox: Outbox,
}
