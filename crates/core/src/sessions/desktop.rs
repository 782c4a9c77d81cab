//! VNC and RDP: what is dialled for them, and the desktop while it is open.
//!
//! One that is lost is connected again by itself (`way.rs`); its picture stays in sight meanwhile.

use super::{
    life::{Life, Purpose, stopped},
    session::{Session, failed},
    target,
    way::{Attempts, Leads, Speaks, Way, comes_back},
};
use crate::{Core, CoreError, devices::ScreenOf, tree::ResolvedHop};
use patchbay_engine_rdp::{Drive, RdpOptions};
use patchbay_engine_ssh::{Credential, Destination, HeldLink, SocketDestination, Target};
use patchbay_engine_vnc::VncOptions;
use patchbay_model::{
    ApiError, CloseReason, DesktopSize, EffectiveSettings, Origin, Protocol, RecordMode,
    SessionDesktop, SessionState, TerminalSize, VncPlace, WebSocketPlace,
};
use patchbay_session::desktop::{Cursor, Desktop, DesktopEvent, DesktopHub, DesktopInput, Size};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A picture that stands still for so long because nobody is there any more is lost.
const SILENCE: Duration = Duration::from_secs(40);
/// For a tab that has not said how large it is.
const USUAL: Size = Size::new(1280, 800);

/// Where a desktop is.
pub(super) struct DesktopPlan {
    way: Way,
    shown: SessionDesktop,
}

impl DesktopPlan {
    pub(super) const fn shown(&self) -> SessionDesktop {
        self.shown
    }
}

/// What whoever shows it has to know; nothing if it is no desktop.
pub(super) fn shown(protocol: Protocol, settings: &EffectiveSettings) -> Option<SessionDesktop> {
    protocol.is_desktop().then(|| look(protocol, settings))
}

/// The same for one that is.
fn look(protocol: Protocol, settings: &EffectiveSettings) -> SessionDesktop {
    SessionDesktop {
        view_only: settings.view_only.value,
        clipboard: settings.share_clipboard.value,
        size: settings.size_of(protocol),
        size_chosen: settings.desktop_size.origin != Origin::BuiltIn,
        quality: settings.quality.value,
        quality_chosen: settings.quality.origin != Origin::BuiltIn,
    }
}

/// The machine and those on the way to it; nothing if it is no desktop.
pub(super) async fn build(
    core: &Core,
    route: &[ResolvedHop],
) -> Result<Option<DesktopPlan>, CoreError> {
    let Some((machine, jumps)) = route.split_last() else { return Ok(None) };
    let (draft, settings) = (&machine.entry.draft, &machine.settings);
    let Some(shown) = shown(draft.protocol, settings) else { return Ok(None) };
    let address = target::address(draft)?.to_owned();
    let port = settings.port_to(draft).unwrap_or_default();
    let place = match draft.protocol {
        Protocol::Vnc => VncPlace::of(&address),
        _ => Some(VncPlace::Tcp),
    };
    let place = place.ok_or_else(|| {
        let message = format!("The address of {} cannot be used.", draft.name);
        CoreError::invalid("address", message, "Edit the machine and correct it.")
    })?;
    let sign_in = target::sign_in(core, machine).await?;
    let user = settings.user.value.clone().or(sign_in.user);
    let password = sign_in.credentials.into_iter().find_map(|credential| match credential {
        Credential::Password(password) => Some(password),
        _ => None,
    });
    let name = draft.name.clone();
    let speaks = match draft.protocol {
        Protocol::Rdp => Speaks::Rdp(RdpOptions {
            machine: name.clone(),
            address: address.clone(),
            port,
            user,
            domain: settings.domain.value.clone(),
            password,
            refused: false,
            size: USUAL,
            scale: 100,
            keyboard_layout: Some(settings.keyboard_layout.value).filter(|layout| *layout != 0),
            clipboard: shown.clipboard,
            audio: settings.audio.value,
            drive: settings
                .drive
                .value
                .as_ref()
                .filter(|_| core.is_own())
                .map(|path| drive(path, settings)),
            allow_without_nla: settings.weak_sign_in.value,
        }),
        _ => Speaks::Vnc(VncOptions {
            machine: name.clone(),
            address: address.clone(),
            port,
            place: place.clone(),
            user,
            password,
            refused: false,
            shared: settings.shared.value,
            view_only: shown.view_only,
            allow_anonymous_plain: settings.weak_sign_in.value,
            clipboard: shown.clipboard,
            quality: shown.quality.level(),
        }),
    };
    let connect_timeout = Duration::from_secs(u64::from(settings.connect_timeout.value.max(1)));
    let silence = Some(SILENCE);
    let to = match place {
        VncPlace::Tcp => Leads::Port(Destination { name, address, port, connect_timeout, silence }),
        VncPlace::Socket { path } => {
            if jumps.is_empty() {
                core.own_computer("use sockets")?;
            }
            Leads::Socket(SocketDestination { name, path, connect_timeout })
        }
        VncPlace::WebSocket(WebSocketPlace { host: address, port, .. }) => {
            Leads::Port(Destination { name, address, port, connect_timeout, silence })
        }
    };
    let jumps = target::jumps(core, jumps).await?;
    Ok(Some(DesktopPlan { way: Way::new(jumps, to, speaks), shown }))
}

/// The screen of a virtual machine, as its cluster gives it; `settings` are those of the machine with the way there.
pub(super) fn screen(of: ScreenOf, settings: &EffectiveSettings) -> DesktopPlan {
    let shown = look(Protocol::Vnc, settings);
    let speaks = Speaks::Vnc(VncOptions {
        machine: of.name.clone(),
        address: of.name.clone(),
        port: 0,
        place: VncPlace::Tcp,
        user: None,
        // The cluster gives one with each connection.
        password: None,
        refused: false,
        shared: settings.shared.value,
        view_only: shown.view_only,
        allow_anonymous_plain: false,
        clipboard: shown.clipboard,
        quality: shown.quality.level(),
    });
    let to = Leads::Screen(Box::new(of));
    DesktopPlan { way: Way::new(Target::default(), to, speaks), shown }
}

fn drive(path: &str, settings: &EffectiveSettings) -> Drive {
    let name = Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or("Patchbay");
    let writable = settings.drive_writable.value;
    Drive { name: name.to_owned(), path: PathBuf::from(path), writable }
}

impl Life {
    /// Connects to a desktop, and again when it was lost: until it has ended, or a reason comes up that no waiting helps
    /// against.
    pub(super) async fn desktop(
        &mut self,
        plan: DesktopPlan,
        purpose: Purpose,
        cancel: &CancellationToken,
    ) -> CloseReason {
        let DesktopPlan { mut way, shown } = plan;
        let mut attempts = Attempts::new();
        loop {
            way.resize(wanted(shown.size, self.session.size()));
            let going = way.go(self.gate(), cancel.clone());
            let (back, opened) = match self.wait_for(going, cancel).await {
                Ok(gone) => gone,
                Err(_) if cancel.is_cancelled() => return CloseReason::ByPerson,
                Err(error) => return failed(error),
            };
            way = back;
            let error = match opened {
                Ok((desktop, link)) => {
                    let Purpose::Work(record) = purpose else {
                        self.session.opened();
                        desktop.cancel.cancel();
                        return CloseReason::Exited { code: Some(0) };
                    };
                    let began = self.session.clock.now();
                    let reason = self.show_desktop(desktop, link, (shown, record), cancel).await;
                    attempts.opened(self.session.clock.now().saturating_sub(began));
                    match way.follow(|note| self.session.sent_on(&note)) {
                        Ok(true) => continue,
                        Ok(false) => {}
                        Err(error) => return failed(error),
                    }
                    match way.lost(reason) {
                        Ok(error) => error,
                        Err(reason) => return reason,
                    }
                }
                Err(_) if cancel.is_cancelled() => return CloseReason::ByPerson,
                Err(error) if !attempts.ever || !comes_back(&error) => return failed(error),
                Err(error) => {
                    way.start_over();
                    error
                }
            };
            if let Err(reason) = self.wait_after(error, &mut attempts, cancel).await {
                return reason;
            }
        }
    }

    /// Says that the desktop is lost, and waits until it is time for another attempt or somebody wants it now.
    async fn wait_after(
        &mut self,
        error: ApiError,
        attempts: &mut Attempts,
        cancel: &CancellationToken,
    ) -> Result<(), CloseReason> {
        let Some((attempt, wait)) = attempts.next() else { return Err(failed(error)) };
        let hurry = self.session.lost(error, (attempt, Attempts::MOST), wait);
        let waiting = async move {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = hurry.cancelled() => {}
            }
            Ok(())
        };
        let waited = self.wait_for(waiting, cancel).await;
        waited.map_err(|error| {
            if cancel.is_cancelled() { CloseReason::ByPerson } else { failed(error) }
        })?;
        self.session.again_now();
        Ok(())
    }

    /// Shows an open desktop until it ends.
    async fn show_desktop(
        &mut self,
        desktop: Desktop,
        link: Option<HeldLink>,
        (shown, record): (SessionDesktop, RecordMode),
        cancel: &CancellationToken,
    ) -> CloseReason {
        if matches!(shown.size, DesktopSize::Fixed { .. }) {
            let size = wanted(shown.size, self.session.size());
            // Has room: nothing was sent yet. One that cannot do it stays as it is.
            let _no_room = desktop.input.try_send(DesktopInput::Resize { size, scale: 100 });
        }
        self.session.hub.show(Arc::clone(&desktop.screen));
        self.session.pictures.forget();
        // Before anything is done there.
        if let Err(error) = self.session.record_from_the_start(record).await {
            return failed(error);
        }
        self.session.opened();
        let reason = self.pass_desktop(desktop, link, shown, cancel).await;
        self.session.stop_recording(None).await;
        if !matches!(reason, CloseReason::ByPerson) {
            self.session.hub.tell(DesktopEvent::Cursor(Cursor::Usual));
        }
        reason
    }

    /// Passes on what happens while the connections below are held up; whichever ends first says why.
    async fn pass_desktop(
        &mut self,
        desktop: Desktop,
        link: Option<HeldLink>,
        shown: SessionDesktop,
        cancel: &CancellationToken,
    ) -> CloseReason {
        let Desktop { screen, events, input: far, cancel: engine } = desktop;
        let session = Arc::clone(&self.session);
        let over = CancellationToken::new();
        let holding = hold(link, over.clone(), cancel.clone());
        tokio::pin!(holding);
        let passing = async {
            tokio::select! {
                reason = hear(&session, events, shown.clipboard) => reason,
                () = tell(&session, &mut self.done, far, shown) => CloseReason::ByPerson,
                () = cancel.cancelled() => CloseReason::ByPerson,
            }
        };
        let reason = tokio::select! {
            held = &mut holding => held,
            passed = passing => {
                over.cancel();
                match holding.await {
                    // A jump host that is gone is why the stream has ended.
                    fault @ CloseReason::Failed { .. } => fault,
                    _ => passed,
                }
            }
        };
        engine.cancel();
        // Whoever attaches later sees the last picture, and its end.
        screen.close();
        reason
    }

    pub(super) fn note_desktop(&self, input: &DesktopInput) {
        note(&self.session, input);
    }
}

/// Holds the connections below a desktop until it is over, and says why it ended.
async fn hold(
    link: Option<HeldLink>,
    over: CancellationToken,
    cancel: CancellationToken,
) -> CloseReason {
    match link {
        Some(link) => link.hold_plain(over.cancelled_owned(), cancel, |_| ()).await,
        None => tokio::select! {
            () = over.cancelled() => CloseReason::Exited { code: None },
            () = cancel.cancelled() => CloseReason::ByPerson,
        },
    }
}

/// What the desktop says, to whoever looks at it.
async fn hear(
    session: &Arc<Session>,
    mut events: mpsc::Receiver<DesktopEvent>,
    clipboard: bool,
) -> CloseReason {
    let hub: &DesktopHub = &session.hub;
    while let Some(event) = events.recv().await {
        match event {
            DesktopEvent::Closed(reason) => return reason,
            DesktopEvent::Clipboard(_) if !clipboard => {}
            event => {
                if let DesktopEvent::Latency(ms) = event {
                    session.latency(ms);
                }
                if let Some(recorder) = session.tape.of_desktop() {
                    recorder.said(&event);
                }
                hub.tell(event);
            }
        }
    }
    failed(stopped(&session.info().title))
}

/// What the person does, to the desktop. Never ends.
async fn tell(
    session: &Arc<Session>,
    done: &mut mpsc::Receiver<DesktopInput>,
    far: mpsc::Sender<DesktopInput>,
    shown: SessionDesktop,
) {
    while let Some(input) = done.recv().await {
        note(session, &input);
        if is_allowed(&input, shown) {
            if let (DesktopInput::Pointer { x, y, .. }, Some(recorder)) =
                (&input, session.tape.of_desktop())
            {
                recorder.pointer(*x, *y);
            }
            // After the far end has closed, the reason is on its way; what is done until then goes nowhere.
            let _closed = far.send(input).await;
        }
    }
    std::future::pending().await
}

fn note(session: &Session, input: &DesktopInput) {
    if let DesktopInput::Resize { size, .. } = input {
        let Size { width, height } = *size;
        session.set_size(TerminalSize { width, height, ..session.size() });
    }
}

/// Whether the desktop takes more than text that was copied here: pictures and files, now.
pub(super) fn takes_copies(session: &Session) -> bool {
    let info = session.info();
    let shared = info.desktop.is_some_and(|desktop| desktop.clipboard && !desktop.view_only);
    shared && info.protocol == Some(Protocol::Rdp) && matches!(info.state, SessionState::Open)
}

/// Whether the machine's settings let it pass, whatever a page sends.
const fn is_allowed(input: &DesktopInput, shown: SessionDesktop) -> bool {
    match input {
        DesktopInput::Pointer { .. }
        | DesktopInput::Wheel { .. }
        | DesktopInput::Key(_)
        | DesktopInput::Text(_) => !shown.view_only,
        DesktopInput::Clipboard(_) | DesktopInput::LendFiles(_) => {
            shown.clipboard && !shown.view_only
        }
        DesktopInput::ReadPiece(_) => shown.clipboard,
        DesktopInput::Resize { .. }
        | DesktopInput::Focus(_)
        | DesktopInput::Leds(_)
        | DesktopInput::Quality(_)
        | DesktopInput::Refresh(_) => true,
    }
}

/// The size to ask for.
fn wanted(size: DesktopSize, tab: TerminalSize) -> Size {
    match size {
        DesktopSize::Fixed { width, height } => Size { width, height },
        DesktopSize::Tab | DesktopSize::Machine if tab.width >= 200 && tab.height >= 200 => {
            Size { width: tab.width, height: tab.height }
        }
        DesktopSize::Tab | DesktopSize::Machine => USUAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_model::PictureQuality;
    use patchbay_session::desktop::{Buttons, Clipboard};

    #[test]
    fn settings_count_whatever_a_page_sends() {
        let shown = |view_only, clipboard| SessionDesktop {
            view_only,
            clipboard,
            size: DesktopSize::Tab,
            size_chosen: false,
            quality: PictureQuality::Auto,
            quality_chosen: false,
        };
        let click = DesktopInput::Pointer { x: 1, y: 1, buttons: Buttons::default() };
        let copied = DesktopInput::Clipboard(Clipboard::Text("x".into()));
        assert!(is_allowed(&click, shown(false, false)) && !is_allowed(&click, shown(true, true)));
        assert!(is_allowed(&copied, shown(false, true)));
        assert!(
            !is_allowed(&copied, shown(false, false)) && !is_allowed(&copied, shown(true, true))
        );
        assert!(is_allowed(&DesktopInput::Focus(false), shown(true, false)));
    }

    #[test]
    fn a_tab_that_says_nothing_gets_a_usual_size() {
        let tab = |width, height| TerminalSize { cols: 80, rows: 24, width, height };
        assert_eq!(wanted(DesktopSize::Tab, tab(0, 0)), USUAL);
        assert_eq!(wanted(DesktopSize::Tab, tab(1000, 700)), Size::new(1000, 700));
        let fixed = DesktopSize::Fixed { width: 800, height: 600 };
        assert_eq!(wanted(fixed, tab(1000, 700)), Size::new(800, 600));
    }
}
