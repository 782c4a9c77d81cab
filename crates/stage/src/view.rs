//! Somebody who looks at a desktop and does nothing else, so that what looking takes can be counted for one process.

use crate::Error;
use clap::ValueEnum;
use futures_util::future::{BoxFuture, ready};
use patchbay_engine_rdp::RdpOptions;
use patchbay_engine_vnc::VncOptions;
use patchbay_model::Secret;
use patchbay_session::{
    Ask, CertificateCheck, HostKeyCheck, HostKeyVerdict, Interaction, Progress,
    desktop::{Desktop, DesktopEvent, DesktopHub, Size, ToDesktopViewer},
};
use std::{env, sync::Arc, time::Duration};
use tokio::{
    net::TcpStream,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

/// Who signs in to an RDP server, and with what: in the environment, which others cannot read.
pub(crate) const USER: &str = "PATCHBAY_VIEW_USER";
/// See [`USER`].
pub(crate) const PASSWORD: &str = "PATCHBAY_VIEW_PASSWORD";
/// How large a desktop is asked for.
pub(crate) const SIZE: (u16, u16) = (1280, 800);
/// A display of 60 pictures a second.
const RHYTHM: Duration = Duration::from_micros(16_667);

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum With {
    /// Our client of VNC.
    Vnc,
    /// The crate of this name.
    VncRs,
    /// Our client of RDP.
    Rdp,
}

/// Looks until the far end is gone.
pub(crate) async fn open(with: With, port: u16) -> Result<(), Error> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let cancel = CancellationToken::new();
    let desktop = match with {
        With::VncRs => return vnc_rs(stream).await,
        With::Vnc => {
            patchbay_engine_vnc::connect(stream, vnc(port), Arc::new(Nobody), cancel).await?
        }
        With::Rdp => {
            patchbay_engine_rdp::connect(stream, rdp(port), Arc::new(Nobody), cancel).await?
        }
    };
    look(desktop).await
}

/// As the window does: pixels that changed are taken from the screen at the rhythm of a display.
async fn look(mut desktop: Desktop) -> Result<(), Error> {
    let hub = DesktopHub::new();
    hub.show(Arc::clone(&desktop.screen));
    let viewer = hub.attach();
    tokio::spawn(async move {
        let mut clock = interval(RHYTHM);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while let Some(said) = viewer.next().await {
            if let ToDesktopViewer::FrameEnd(number) = said {
                clock.tick().await;
                viewer.ack(number);
            }
        }
    });
    while let Some(event) = desktop.events.recv().await {
        if let DesktopEvent::Closed(reason) = &event {
            eprintln!("closed: {reason:?}");
            return Ok(());
        }
        hub.tell(event);
    }
    Ok(())
}

/// Without a place to put its pixels: they are dropped as they come.
async fn vnc_rs(stream: TcpStream) -> Result<(), Error> {
    use vnc::{PixelFormat, VncConnector, VncEncoding, VncEvent, X11Event};
    let client = VncConnector::new(stream)
        .set_auth_method(async { Ok(String::new()) })
        .add_encoding(VncEncoding::Tight)
        .add_encoding(VncEncoding::Zrle)
        .add_encoding(VncEncoding::CopyRect)
        .add_encoding(VncEncoding::Raw)
        .allow_shared(true)
        .set_pixel_format(PixelFormat::rgba())
        .build()?
        .try_start()
        .await?
        .finish()?;
    loop {
        match client.recv_event().await? {
            // Rung when everything has come.
            VncEvent::Bell => client.input(X11Event::Refresh).await?,
            VncEvent::Error(error) => return Err(error.into()),
            _ => {}
        }
    }
}

fn vnc(port: u16) -> VncOptions {
    VncOptions {
        machine: "bench".to_owned(),
        address: "127.0.0.1".to_owned(),
        port,
        user: None,
        password: None,
        refused: false,
        shared: true,
        view_only: true,
        allow_anonymous_plain: true,
        clipboard: false,
        quality: None,
    }
}

fn rdp(port: u16) -> RdpOptions {
    RdpOptions {
        machine: "bench".to_owned(),
        address: "127.0.0.1".to_owned(),
        port,
        user: env::var(USER).ok(),
        domain: None,
        password: env::var(PASSWORD).ok().map(Secret::new),
        refused: false,
        size: Size::new(SIZE.0, SIZE.1),
        scale: 100,
        keyboard_layout: Some(0x409),
        clipboard: false,
        audio: false,
        drive: None,
        allow_without_nla: true,
    }
}

/// Trusts everybody on this computer, and answers nothing.
struct Nobody;

impl Interaction for Nobody {
    fn progress(&self, _: Progress) {}

    fn ask(&self, _: Ask) -> BoxFuture<'_, Option<Vec<Secret<String>>>> {
        Box::pin(ready(None))
    }

    fn check_host_key(&self, _: HostKeyCheck) -> BoxFuture<'_, HostKeyVerdict> {
        Box::pin(ready(HostKeyVerdict::Trusted))
    }

    fn check_certificate(&self, _: CertificateCheck) -> BoxFuture<'_, HostKeyVerdict> {
        Box::pin(ready(HostKeyVerdict::Trusted))
    }
}
