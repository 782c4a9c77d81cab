//! Who looks at a recording, each in a process of its own.

use super::{
    player::{Player, Taken, Through, play},
    recording::Recording,
};
use crate::{Error, bench::machine};
use futures_util::{SinkExt, StreamExt};
use patchbay_testkit::Screen;
use std::{env, fs, process::Stdio};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex, split},
    net::TcpStream,
    process::{Child, Command},
};
use tokio_tungstenite::{accept_async, tungstenite::Message};

/// Where Debian has noVNC.
const NOVNC: &str = "/usr/share/novnc/core/rfb.js";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Viewer {
    Ours,
    TigerVnc,
    VncRs,
    NoVnc,
}

impl Viewer {
    /// As the line of the report calls it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::TigerVnc => "xtigervncviewer",
            Self::VncRs => "vnc-rs",
            Self::NoVnc => "novnc",
        }
    }

    /// Whether it can show this recording at all.
    pub(super) const fn shows(self, recording: &Recording) -> bool {
        // It hands JPEG pictures on as they came.
        !(matches!(self, Self::VncRs) && recording.pictures)
    }

    /// What it takes to draw all of it.
    pub(super) async fn look(self, screen: &Screen, recording: &Recording) -> Result<Taken, Error> {
        let player = Player::listen().await?;
        let home = tempfile::tempdir()?;
        let child = self.start(screen, &home, player.port()?)?;
        let id = child.id().ok_or_else(|| format!("{} ended at once", self.name()))?;
        let stream = player.accept().await?;
        let failed = |error| format!("{}: {error}", self.name());
        match self {
            Self::Ours | Self::TigerVnc => {
                play(stream, recording, Through::Asking, || machine::processor_seconds(id)).await
            }
            Self::VncRs => {
                play(stream, recording, Through::Ringing, || machine::processor_seconds(id)).await
            }
            Self::NoVnc => {
                let stream = over_websocket(stream).await?;
                play(stream, recording, Through::Asking, || renderers(id)).await
            }
        }
        .map_err(|error| failed(error).into())
    }

    fn start(self, screen: &Screen, home: &TempDir, port: u16) -> Result<Child, Error> {
        let mut command = match self {
            Self::Ours => itself("vnc", port)?,
            Self::VncRs => itself("vnc-rs", port)?,
            Self::TigerVnc => {
                let mut command = Command::new("xtigervncviewer");
                command.args(["-SecurityTypes=None", "-AutoSelect=0", "-FullColor=1"]);
                command.arg(format!("127.0.0.1::{port}"));
                command
            }
            Self::NoVnc => {
                if !fs::exists(NOVNC)? {
                    return Err("noVNC is not there: install the package novnc".into());
                }
                let page = home.path().join("index.html");
                fs::write(&page, novnc(port))?;
                let mut command = Command::new("chromium");
                command.args(["--headless=new", "--no-sandbox", "--no-first-run"]);
                command.args(["--allow-file-access-from-files", "--window-size=1300,900"]);
                command.arg(format!("--user-data-dir={}", home.path().join("profile").display()));
                command.arg(format!("file://{}", page.display()));
                command
            }
        };
        command
            .envs(screen.environment())
            .env("HOME", home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let missing = |error| {
            format!("the peer {} cannot be started ({error}): install its package", self.name())
        };
        Ok(command.spawn().map_err(missing)?)
    }
}

/// This program, looking at a desktop.
pub(super) fn itself(protocol: &str, port: u16) -> Result<Command, Error> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["view", protocol, &port.to_string()]);
    Ok(command)
}

fn novnc(port: u16) -> String {
    format!(
        "<!doctype html><meta charset='utf-8'><body><script type='module'>\n\
         import RFB from 'file://{NOVNC}';\n\
         new RFB(document.body, 'ws://127.0.0.1:{port}');\n</script>"
    )
}

/// Seconds that the processes have had in which a browser runs pages; what puts their pictures on a screen is not counted.
fn renderers(browser: u32) -> Result<f64, Error> {
    let mut sum = 0.0;
    for process in machine::tree(browser) {
        let line = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
        if line.contains("--type=renderer") {
            sum += machine::processor_seconds(process)?;
        }
    }
    Ok(sum)
}

/// The bytes in a browser's binary messages.
async fn over_websocket(stream: TcpStream) -> Result<DuplexStream, Error> {
    let (mut to_page, mut from_page) = accept_async(stream).await?.split();
    let (here, there) = duplex(1 << 20);
    let (mut reader, mut writer) = split(there);
    tokio::spawn(async move {
        while let Some(Ok(message)) = from_page.next().await {
            if writer.write_all(&message.into_data()).await.is_err() {
                break;
            }
        }
    });
    tokio::spawn(async move {
        let mut room = vec![0; 64 << 10];
        while let Ok(count @ 1..) = reader.read(&mut room).await {
            let bytes = room.get(..count).unwrap_or_default().to_vec();
            if to_page.send(Message::Binary(bytes.into())).await.is_err() {
                break;
            }
        }
    });
    Ok(here)
}
