//! What the page reaches: the one command, the events, and what both share.

use crate::clipboard::Clipboard;
use crate::environment::Environment;
use crate::notify::Notifications;
use crate::stream::{Line, Redeemed, StreamServer};
use crate::{SetupError, host, watch, window, windows};
use patchbay_core::{Core, Ctx, Right, sessions::DesktopHandle};
use patchbay_model::{ApiError, AppEvent, LockReason};
use std::sync::Arc;
use std::time::Duration;
use tauri::ipc::Response;
use tauri::{App, AppHandle, Emitter as _, Manager, State, WebviewWindow};
use tokio::sync::broadcast::error::RecvError;
use zeroize::Zeroizing;

/// The event that carries every [`AppEvent`].
const EVENT: &str = "patchbay";
/// How long the end of the app waits for recordings to be written.
const FOR_RECORDINGS: Duration = Duration::from_secs(2);
/// How long changes of switches that nobody kept have to be taken back when the app ends.
const FOR_SWITCHES: Duration = Duration::from_secs(10);

/// What commands work on.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    pub(crate) ctx: Ctx,
    pub(crate) clipboard: Clipboard,
}

impl Shell {
    /// The app is about to end: keys, sessions and copied secrets go.
    pub(crate) fn end(app: &AppHandle) {
        // There is none if starting failed.
        let Some(shell) = app.try_state::<Self>() else { return };
        shell.clipboard.forget();
        shell.ctx.core.files().edits_end();
        // Whatever a slow disk does not take in time is a recording that ended with the app.
        let core = Arc::clone(&shell.ctx.core);
        let finished = tauri::async_runtime::block_on(async move {
            tokio::time::timeout(FOR_RECORDINGS, async { core.recordings().finish_all().await })
                .await
        });
        if finished.is_err() {
            tracing::warn!("recordings were not finished in time");
        }
        // A switch that answers is put back within seconds; for one that does not nothing is won by waiting.
        let core = Arc::clone(&shell.ctx.core);
        let settled = tauri::async_runtime::block_on(async move {
            tokio::time::timeout(FOR_SWITCHES, core.devices().switches_settle()).await
        });
        if settled.is_err() {
            tracing::warn!("a change of a switch was not taken back in time");
        }
        shell.ctx.core.vault().lock(LockReason::Person, true);
    }
}

/// Runs a command: `args` and the result are JSON, which is passed on as it is.
#[tauri::command]
pub(crate) async fn call(
    window: WebviewWindow,
    shell: State<'_, Shell>,
    name: String,
    args: String,
) -> Result<Response, ApiError> {
    // Passphrases and keys come in here.
    let args = Zeroizing::new(args);
    let result = if name.starts_with(host::PREFIX) {
        host::dispatch(&window, &shell, &name, &args).await?
    } else {
        patchbay_commands::joined::dispatch(&shell.ctx, &name, &args).await?
    };
    Ok(Response::new(result))
}

/// Starts the core and everything that serves the page.
pub(crate) fn start(app: &App, environment: &Environment) -> Result<(), SetupError> {
    let runtime = tauri::async_runtime::handle();
    let _inside = runtime.inner().enter();
    let core = Core::new(environment.core_config()?);
    let clipboard = Clipboard::start().map_err(SetupError::Clipboard)?;
    let ctx = Ctx::person(Arc::clone(&core));
    app.manage(Shell { ctx: ctx.clone(), clipboard });
    let notifications =
        Notifications::start(app.config().identifier.clone()).map_err(SetupError::Notifications)?;
    forward(app.handle().clone(), &core, notifications);
    serve(&core)?;
    core.agent().follow(patchbay_core::agent::place(core.config()));
    watch::start(locker(ctx));
    #[cfg(unix)]
    end_when_told(app.handle().clone());
    Ok(())
}

/// The desktop session is ending: a copied secret is to be taken back and the shells are to be told.
#[cfg(unix)]
fn end_when_told(app: AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    tokio::spawn(async move {
        let signals = signal(SignalKind::terminate()).and_then(|terminate| {
            Ok((terminate, signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?))
        });
        match signals {
            Ok((mut terminate, mut interrupt, mut hangup)) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                    _ = hangup.recv() => {}
                }
                app.exit(0);
            }
            Err(error) => tracing::warn!(%error, "signals will end the app at once"),
        }
    });
}

/// Passes every event of the core to the pages of all windows.
fn forward(app: AppHandle, core: &Core, notifications: Notifications) {
    let mut events = core.events();
    tokio::spawn(async move {
        loop {
            match events.recv().await {
                Ok(event) => {
                    if let AppEvent::Settings { settings } = &event {
                        for window in app.webview_windows().values() {
                            window::paint(window, settings);
                        }
                    }
                    // In a window that has the keyboard the page says it.
                    if let AppEvent::Trigger { hit } = &event
                        && !windows::has_focus(&app)
                    {
                        notifications.trigger(hit);
                    }
                    if let Err(error) = app.emit(EVENT, &event) {
                        tracing::warn!(%error, "an event did not reach the page");
                    }
                    if matches!(
                        event,
                        AppEvent::Session { .. }
                            | AppEvent::SessionGone { .. }
                            | AppEvent::SessionLost { .. }
                    ) {
                        windows::session_changed(&app);
                    }
                }
                // The page cannot know what it missed, but it starts from the present state and sessions go on.
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "the pages fell behind and load again");
                    for window in app.webview_windows().values() {
                        if let Err(error) = window.reload() {
                            tracing::warn!(%error, "a page did not load again");
                        }
                    }
                }
                Err(RecvError::Closed) => return,
            }
        }
    });
}

/// Serves the bytes of sessions.
fn serve(core: &Arc<Core>) -> Result<(), SetupError> {
    let server = StreamServer::bind().map_err(SetupError::Stream)?;
    core.sessions().set_stream_url(server.url());
    let core = Arc::clone(core);
    let redeem = Arc::new(move |token: &str| {
        if let Some(ticket) = core.workspaces().redeem(token) {
            let core = Arc::clone(&core);
            return Some(Redeemed::Relayed(Box::new(move |resume| {
                Box::pin(async move { core.workspaces().stream(&ticket, resume).await })
            })));
        }
        let session = core.sessions().redeem(token)?;
        Some(Redeemed::Here(match session.desktop {
            Some(DesktopHandle { hub, input }) => Line::Desktop { hub, input },
            None => Line::Terminal { output: session.output, input: session.input },
        }))
    });
    tokio::spawn(async move {
        if let Err(error) = server.run(redeem).await {
            tracing::error!(%error, "terminals cannot be shown");
        }
    });
    Ok(())
}

/// Locks when the vault's settings ask for it. Sessions go on: nobody can reach them behind the lock screen.
fn locker(ctx: Ctx) -> watch::Locker {
    Arc::new(move |reason| {
        // It fails when the vault is locked already.
        let vault = ctx.authorize_vault(Right::View);
        let Ok(settings) = vault.and_then(|vault| ctx.core.settings().vault(&vault)) else {
            return;
        };
        let wanted = match reason {
            LockReason::Sleep => settings.lock_on_sleep,
            LockReason::ScreenLock => settings.lock_on_screen_lock,
            LockReason::Start | LockReason::Person | LockReason::Idle => true,
        };
        if wanted {
            ctx.core.vault().lock(reason, false);
        }
    })
}

#[cfg(test)]
mod tests;
