//! What a VNC server sends until somebody is signed in: versions, security types, TLS, and the description of its desktop.

use futures_util::future::BoxFuture;
use patchbay_engine_vnc::{VncOptions, connect};
use patchbay_model::Secret;
use patchbay_session::{
    Ask, CertificateCheck, HostKeyCheck, HostKeyVerdict, Interaction, Progress,
};
use std::{io::Cursor, sync::Arc};

/// Whether it leads to a desktop.
pub(crate) fn run(data: &[u8]) -> bool {
    let options = VncOptions {
        machine: "lab-01".into(),
        address: "127.0.0.1".into(),
        port: 5900,
        place: patchbay_model::VncPlace::Tcp,
        user: None,
        password: None,
        refused: false,
        shared: true,
        view_only: false,
        allow_anonymous_plain: true,
        clipboard: true,
        quality: None,
    };
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_time().build() else {
        return false;
    };
    let stream = tokio::io::join(Cursor::new(data.to_vec()), tokio::io::sink());
    let opening = connect(stream, options, Arc::new(Trusting), Default::default());
    match runtime.block_on(opening) {
        Ok(desktop) => desktop.screen.size().pixels() > 0,
        Err(error) => {
            let told = error.api_error("lab-01");
            super::assert_message(&told.message);
            super::assert_message(&told.next_step);
            false
        }
    }
}

/// Somebody who answers everything.
struct Trusting;

impl Interaction for Trusting {
    fn progress(&self, _: Progress) {}

    fn ask(&self, ask: Ask) -> BoxFuture<'_, Option<Vec<Secret<String>>>> {
        let answers = ask.questions.iter().map(|_| Secret::new("answer".to_owned())).collect();
        Box::pin(std::future::ready(Some(answers)))
    }

    fn check_host_key(&self, _: HostKeyCheck) -> BoxFuture<'_, HostKeyVerdict> {
        Box::pin(std::future::ready(HostKeyVerdict::Trusted))
    }

    fn check_certificate(&self, _: CertificateCheck) -> BoxFuture<'_, HostKeyVerdict> {
        Box::pin(std::future::ready(HostKeyVerdict::Trusted))
    }
}
