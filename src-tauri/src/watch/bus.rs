//! Sleep and screen lock as a Linux desktop tells them over D-Bus.

use super::Locker;
use futures_util::{StreamExt as _, stream::SelectAll, stream::select_all};
use patchbay_model::LockReason;
use std::sync::Arc;
use std::time::Duration;
use zbus::message::Type;
use zbus::{Connection, MatchRule, MessageStream, OwnedFd, OwnedObjectPath, Result};

const LOGIN: &str = "org.freedesktop.login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const MANAGER_PATH: &str = "/org/freedesktop/login1";
/// How long login1 may take to answer.
const ANSWER: Duration = Duration::from_secs(2);
/// They all emit `ActiveChanged(b)`.
const SCREEN_SAVERS: &[&str] = &[
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
    "org.xfce.ScreenSaver",
];

/// Starts listening on both buses.
pub(super) fn start(lock: &Locker) {
    let (sleep_lock, session_lock, screen_lock) =
        (Arc::clone(lock), Arc::clone(lock), Arc::clone(lock));
    tokio::spawn(async move {
        let Ok(bus) = Connection::system().await.map_err(absent) else { return };
        let sleep = async { follow_sleep(sleeps(&bus).await?, &bus, &sleep_lock).await };
        let session = async { follow_locks(locks(&bus).await?, &session_lock).await };
        let (sleep, session) = tokio::join!(sleep, session);
        for error in [sleep.err(), session.err()].into_iter().flatten() {
            absent(error);
        }
    });
    tokio::spawn(async move {
        let Ok(bus) = Connection::session().await.map_err(absent) else { return };
        match blanks(&bus).await {
            Ok(signals) => follow_blanks(signals, &screen_lock).await,
            Err(error) => absent(error),
        }
    });
}

/// Not an error: many systems have no such service.
fn absent(error: zbus::Error) {
    tracing::debug!(%error, "one source of sleep and screen lock is missing");
}

/// login1 waits a few seconds for those who asked for it, so the keys are gone before memory is frozen.
async fn sleeps(bus: &Connection) -> Result<MessageStream> {
    let rule = signal(MANAGER, "PrepareForSleep").sender(LOGIN).build()?;
    MessageStream::for_match_rule(rule, bus, None).await
}

async fn follow_sleep(mut signals: MessageStream, bus: &Connection, lock: &Locker) -> Result<()> {
    let mut delay = hold(bus).await;
    while let Some(signal) = signals.next().await {
        let going: bool = signal?.body().deserialize()?;
        if going {
            lock(LockReason::Sleep);
            delay = None;
        } else if delay.is_none() {
            delay = hold(bus).await;
        }
    }
    Ok(())
}

/// Asks for the delay, for as long as what it returns is kept.
async fn hold(bus: &Connection) -> Option<OwnedFd> {
    let request = ("sleep", "Patchbay", "Locking the vault", "delay");
    let reply = bus.call_method(Some(LOGIN), MANAGER_PATH, Some(MANAGER), "Inhibit", &request);
    // A service that hangs must not keep us from hearing its signals.
    let reply = tokio::time::timeout(ANSWER, reply).await.ok()?;
    reply.and_then(|reply| reply.body().deserialize()).map_err(absent).ok()
}

/// `loginctl lock-session`, and desktops that lock through it.
async fn locks(bus: &Connection) -> Result<MessageStream> {
    let path = session(bus).await?;
    let rule = signal("org.freedesktop.login1.Session", "Lock").sender(LOGIN).path(path).build()?;
    MessageStream::for_match_rule(rule, bus, None).await
}

async fn follow_locks(mut signals: MessageStream, lock: &Locker) -> Result<()> {
    while let Some(signal) = signals.next().await {
        signal?;
        lock(LockReason::ScreenLock);
    }
    Ok(())
}

/// The login session of this desktop. A process started by the desktop's service manager belongs to none itself.
async fn session(bus: &Connection) -> Result<OwnedObjectPath> {
    let id = std::env::var("XDG_SESSION_ID").unwrap_or_else(|_| "auto".to_owned());
    let reply = bus.call_method(Some(LOGIN), MANAGER_PATH, Some(MANAGER), "GetSession", &(id));
    reply.await?.body().deserialize()
}

/// The screen saver of the desktop covers the screen.
async fn blanks(bus: &Connection) -> Result<SelectAll<MessageStream>> {
    let mut savers = Vec::new();
    for name in SCREEN_SAVERS {
        let rule = signal(name, "ActiveChanged").build()?;
        savers.push(MessageStream::for_match_rule(rule, bus, None).await?);
    }
    Ok(select_all(savers))
}

async fn follow_blanks(mut signals: SelectAll<MessageStream>, lock: &Locker) {
    while let Some(signal) = signals.next().await {
        // Anybody may send one, and a malformed one must not end the watch.
        if signal.is_ok_and(|signal| signal.body().deserialize().unwrap_or(false)) {
            lock(LockReason::ScreenLock);
        }
    }
}

fn signal<'a>(interface: &'a str, member: &'a str) -> zbus::match_rule::Builder<'a> {
    MatchRule::builder().msg_type(Type::Signal).interface(interface).member(member)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use std::io::{BufRead as _, BufReader, PipeReader, Read as _};
    use std::process::{Child, Command, Stdio};
    use tokio::sync::mpsc;

    /// A message bus of its own, stopped on drop.
    struct Bus(Child, String);

    impl Bus {
        fn start() -> Self {
            let mut child = Command::new("dbus-daemon")
                .args(["--session", "--nofork", "--nopidfile", "--print-address"])
                .stdout(Stdio::piped())
                .spawn()
                .expect("dbus-daemon is installed");
            let mut address = String::new();
            BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
            Self(child, address.trim().to_owned())
        }

        async fn connect(&self) -> Connection {
            zbus::connection::Builder::address(self.1.as_str()).build().await.unwrap()
        }
    }

    impl Drop for Bus {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn recorder() -> (Locker, mpsc::UnboundedReceiver<LockReason>) {
        let (told, reasons) = mpsc::unbounded_channel();
        let lock: Locker = Arc::new(move |reason| told.send(reason).unwrap());
        (lock, reasons)
    }

    async fn all(mut reasons: mpsc::UnboundedReceiver<LockReason>) -> Vec<LockReason> {
        let mut all = Vec::new();
        while let Some(reason) = reasons.recv().await {
            all.push(reason);
        }
        all
    }

    #[tokio::test]
    async fn a_screen_saver_locks_and_neither_waking_nor_nonsense_does() {
        let bus = Bus::start();
        let (lock, mut reasons) = recorder();
        let signals = blanks(&bus.connect().await).await.unwrap();
        tokio::spawn(async move { follow_blanks(signals, &lock).await });
        let desktop = bus.connect().await;
        let (path, changed) = ("/org/gnome/ScreenSaver", "ActiveChanged");
        let gnome = "org.gnome.ScreenSaver";
        desktop.emit_signal(None::<&str>, path, gnome, changed, &("nonsense")).await.unwrap();
        desktop.emit_signal(None::<&str>, path, gnome, changed, &(false)).await.unwrap();
        desktop.emit_signal(None::<&str>, path, gnome, changed, &(true)).await.unwrap();
        assert_eq!(reasons.recv().await, Some(LockReason::ScreenLock));
        let kde = "org.freedesktop.ScreenSaver";
        desktop.emit_signal(None::<&str>, "/ScreenSaver", kde, changed, &(true)).await.unwrap();
        assert_eq!(reasons.recv().await, Some(LockReason::ScreenLock));
        drop(bus);
        assert_eq!(all(reasons).await, []);
    }

    /// Answers `Inhibit` as login1 does, and gives the other ends of what was handed out.
    async fn login1(login: Connection, held: mpsc::UnboundedSender<PipeReader>) {
        let mut calls = MessageStream::from(&login);
        while let Some(Ok(call)) = calls.next().await {
            if call.header().member().is_some_and(|member| member == "Inhibit") {
                let (reader, writer) = std::io::pipe().unwrap();
                login.reply(&call.header(), &zbus::Fd::from(&writer)).await.unwrap();
                held.send(reader).unwrap();
            }
        }
    }

    #[tokio::test]
    async fn going_to_sleep_locks_and_only_then_may_the_computer_sleep() {
        let bus = Bus::start();
        let (lock, mut reasons) = recorder();
        let listening = bus.connect().await;
        let login = bus.connect().await;
        login.request_name(LOGIN).await.unwrap();
        let (held, mut delays) = mpsc::unbounded_channel();
        tokio::spawn(login1(login.clone(), held));
        let signals = sleeps(&listening).await.unwrap();
        tokio::spawn(async move { follow_sleep(signals, &listening, &lock).await });
        let first = delays.recv().await.unwrap();
        for going in [false, true, false, true] {
            let name = "PrepareForSleep";
            login.emit_signal(None::<&str>, MANAGER_PATH, MANAGER, name, &going).await.unwrap();
        }
        // Reading ends when nobody holds the other end any more.
        for mut delay in [first, delays.recv().await.unwrap()] {
            let read = tokio::task::spawn_blocking(move || delay.read(&mut [0]).unwrap());
            assert_eq!(read.await.unwrap(), 0);
            assert_eq!(reasons.recv().await, Some(LockReason::Sleep));
        }
        drop((bus, login));
        assert_eq!(all(reasons).await, []);
    }

    #[tokio::test]
    async fn without_login1_there_is_nothing_to_follow() {
        let bus = Bus::start();
        assert!(locks(&bus.connect().await).await.is_err());
    }
}
