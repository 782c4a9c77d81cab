//! Single-use tokens that let the webview reach the bytes of one session, wherever it runs.

use crate::sync;
use data_encoding::BASE64URL_NOPAD;
use std::{collections::HashMap, sync::Mutex, time::Duration};

/// How long a token is good for.
const LIFETIME: Duration = Duration::from_secs(10);
/// More than a window ever asks for within that time.
const MOST: usize = 1_024;

/// The tokens that were given out and not used yet.
pub(crate) struct Tickets<T>(Mutex<HashMap<String, Ticket<T>>>);

struct Ticket<T> {
    session: T,
    until: Duration,
}

impl<T> Default for Tickets<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Tickets<T> {
    /// A new token for a session; `None` if the system gives no randomness or far too many are out.
    pub(crate) fn issue(&self, session: T, now: Duration) -> Option<String> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).ok()?;
        let token = BASE64URL_NOPAD.encode(&bytes);
        let mut tickets = sync::lock(&self.0);
        tickets.retain(|_, ticket| ticket.until > now);
        if tickets.len() >= MOST {
            return None;
        }
        tickets.insert(token.clone(), Ticket { session, until: now + LIFETIME });
        Some(token)
    }

    /// The session of a token, which is worthless from then on.
    pub(crate) fn redeem(&self, token: &str, now: Duration) -> Option<T> {
        let ticket = sync::lock(&self.0).remove(token)?;
        (ticket.until > now).then_some(ticket.session)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Tickets;
    use patchbay_model::SessionId;
    use std::time::Duration;

    #[test]
    fn good_once_and_for_ten_seconds() {
        let tickets = Tickets::default();
        let session = SessionId::new();
        let at = Duration::from_secs;
        let token = tickets.issue(session, at(100)).unwrap();
        assert_eq!(token.len(), 43);
        assert_eq!(tickets.redeem("nonsense", at(100)), None);
        assert_eq!(tickets.redeem(&token, at(109)), Some(session));
        assert_eq!(tickets.redeem(&token, at(109)), None);
        let token = tickets.issue(session, at(100)).unwrap();
        assert_eq!(tickets.redeem(&token, at(110)), None);
    }
}
