//! Asking servers that the operators of this one have named: providers that know who people are.
//!
//! Deliberately absent: whatever members dial (`crate::team::reach`), redirects, and connections that are kept.

mod http;
mod trust;

pub(crate) use http::{Asking, OutboundError};
pub(crate) use trust::{Trust, TrustError, certificate_words, parse_pin};
