//! What one connection leaves for the next: a cookie that goes on with a session after a loss (MS-RDPBCGR section 5.5),
//! and where in a farm of servers a redirection leads (section 2.2.13).
//!
//! Within TLS the cookie is shown as it is, and whoever has seen it may go on with the session. So it belongs to the server
//! that gave it: whoever connects to another address does so with a [`Resume`] of its own.

use crate::Redirection;
use ironrdp_connector::ClientConnector;
use ironrdp_pdu::{
    gcc::{ClientClusterData, RedirectionFlags, RedirectionVersion},
    rdp::{
        server_redirection::{ServerRedirectionFlags, ServerRedirectionPdu},
        session_info::ServerAutoReconnect,
    },
};
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
use zeroize::Zeroizing;

/// Kept by whoever connects again, and handed to [`connect_again`](crate::connect_again) each time. It holds secrets of
/// the session, and never leaves memory.
#[derive(Clone, Default)]
pub struct Resume(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    cookie: Option<ServerAutoReconnect>,
    redirected: Option<Redirected>,
    /// Where to, not yet asked for.
    to: Option<Redirection>,
}

struct Redirected {
    session: u32,
    token: Option<String>,
    cookie: Option<Zeroizing<Vec<u8>>>,
}

impl fmt::Debug for Resume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resume(…)")
    }
}

impl Resume {
    /// Where the server has sent the connection, once: before or after there was a desktop. The next connection is to be
    /// made there.
    #[must_use]
    pub fn redirected(&self) -> Option<Redirection> {
        self.with(|kept| kept.to.take())
    }

    /// The server goes on with the session for whoever shows this.
    pub(crate) fn keep_cookie(&self, cookie: Option<ServerAutoReconnect>) {
        self.with(|kept| kept.cookie = cookie);
    }

    /// The server sends the connection elsewhere.
    pub(crate) fn keep_redirection(&self, to: &ServerRedirectionPdu, leads: Redirection) {
        let token =
            to.load_balance_info.as_ref().map(|token| String::from_utf8_lossy(token).into_owned());
        // Encrypted for another protocol it is of no use here.
        let usable = !to.flags.contains(ServerRedirectionFlags::PASSWORD_IS_PK_ENCRYPTED);
        let cookie = to.password.clone().filter(|_| usable).map(Zeroizing::new);
        let redirected = Redirected { session: to.session_id, token, cookie };
        // The cookie is not for the eyes of another server.
        let kept = Kept { cookie: None, redirected: Some(redirected), to: Some(leads) };
        self.with(|before| *before = kept);
    }

    /// Tells the connector. A redirection is good for the next connection only.
    pub(crate) fn tell(&self, mut connector: ClientConnector) -> ClientConnector {
        let (cookie, redirected) = self.with(|kept| (kept.cookie.clone(), kept.redirected.take()));
        connector.auto_reconnect_cookie = cookie;
        let Some(Redirected { session, token, cookie }) = redirected else { return connector };
        let flags = RedirectionFlags::REDIRECTION_SUPPORTED
            | RedirectionFlags::REDIRECTED_SESSION_FIELD_VALID;
        let (redirection_version, redirected_session_id) = (RedirectionVersion::V6, session);
        let cluster = ClientClusterData { flags, redirection_version, redirected_session_id };
        connector = connector.with_cluster_data(cluster);
        if let Some(token) = token {
            connector = connector.with_load_balance_info(token);
        }
        if let Some(cookie) = cookie {
            connector = connector.with_redirection_password_cookie(cookie.to_vec());
        }
        connector
    }

    fn with<R>(&self, act: impl FnOnce(&mut Kept) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use patchbay_session::desktop::Size;

    #[test]
    fn a_cookie_stays_and_a_redirection_is_used_once() {
        let resume = Resume::default();
        let tell = || {
            let options = config::tests_options(Size::new(800, 600));
            let nowhere = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
            resume.tell(ClientConnector::new(config::config(&options), nowhere))
        };
        assert!(tell().auto_reconnect_cookie.is_none());
        let cookie = ServerAutoReconnect { logon_id: 7, random_bits: [9; 16] };
        resume.keep_cookie(Some(cookie.clone()));
        let to = ServerRedirectionPdu {
            load_balance_info: Some(b"token".to_vec()),
            ..ServerRedirectionPdu::default()
        };
        assert_eq!(tell().auto_reconnect_cookie, Some(cookie.clone()));
        assert_eq!(tell().auto_reconnect_cookie, Some(cookie));
        let leads = Redirection { user: Some("ada".to_owned()), ..Redirection::default() };
        resume.keep_redirection(&to, leads.clone());
        let told = tell();
        assert!(format!("{told:?}").contains("token"), "{told:?}");
        assert_eq!(told.auto_reconnect_cookie, None, "it is another server's");
        assert!(!format!("{:?}", tell()).contains("token"));
        assert_eq!(resume.redirected(), Some(leads));
        assert_eq!(resume.redirected(), None);
        assert_eq!(format!("{resume:?}"), "Resume(…)");
    }
}
