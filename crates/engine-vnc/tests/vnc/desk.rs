//! A desktop that is open, as tests look at it.

use crate::person::Person;
use patchbay_engine_vnc::{VncError, VncOptions, connect};
use patchbay_model::Secret;
use patchbay_session::desktop::{Desktop, DesktopEvent, DesktopInput};
use patchbay_testkit::Vnc;
use std::{sync::Arc, time::Duration};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

const LIMIT: Duration = Duration::from_secs(20);

pub fn options(port: u16) -> VncOptions {
    VncOptions {
        machine: "lab-01".to_owned(),
        address: "127.0.0.1".to_owned(),
        port,
        place: patchbay_model::VncPlace::Tcp,
        user: None,
        password: Some(Secret::new("test".to_owned())),
        refused: false,
        shared: true,
        view_only: false,
        allow_anonymous_plain: true,
        clipboard: true,
        quality: Some(9),
    }
}

pub async fn open(options: VncOptions, person: &Arc<Person>) -> Result<Desktop, VncError> {
    let stream = TcpStream::connect(("127.0.0.1", options.port)).await.unwrap();
    connect(stream, options, Arc::clone(person) as _, CancellationToken::new()).await
}

pub async fn opened(vnc: &Vnc) -> Desktop {
    open(options(vnc.port()), &Arc::default()).await.unwrap()
}

/// Waits for an event that `wanted` makes something of.
pub async fn event<T>(
    desktop: &mut Desktop,
    mut wanted: impl FnMut(DesktopEvent) -> Option<T>,
) -> T {
    let waiting = async {
        loop {
            let event = desktop.events.recv().await.expect("the desktop is open");
            if let Some(found) = wanted(event) {
                return found;
            }
        }
    };
    timeout(LIMIT, waiting).await.expect("it comes in time")
}

pub async fn tell(desktop: &Desktop, input: DesktopInput) {
    desktop.input.send(input).await.unwrap();
}

/// Looks again and again until it is so. Events are taken meanwhile.
pub async fn until(desktop: &mut Desktop, what: &str, mut so: impl FnMut(&Desktop) -> bool) {
    let end = Instant::now() + LIMIT;
    while !so(desktop) {
        assert!(Instant::now() < end, "waited in vain for {what}");
        while let Ok(event) = desktop.events.try_recv() {
            assert!(
                !matches!(event, DesktopEvent::Closed(_)),
                "{event:?} while waiting for {what}"
            );
        }
        sleep(Duration::from_millis(10)).await;
    }
}

/// What the screen shows: red, green and blue of each pixel.
pub fn shown(desktop: &Desktop) -> Vec<u8> {
    let all = desktop.screen.read(desktop.screen.size().rect()).unwrap();
    all.chunks(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
}
