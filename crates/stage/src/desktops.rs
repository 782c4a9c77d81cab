//! The demo's desktops: one by VNC and one by RDP, with something on them to look at and to type into.

use crate::{Error, world::call};
use patchbay_core::Ctx;
use patchbay_testkit::{Backend, Fault, Vnc, Wire, Xrdp, xrdp_or_skip};
use serde_json::{Value, json};
use std::{fs, path::Path, process::Child};

/// What the demo calls them.
pub(crate) const VNC: &str = "kiosk-lobby";
pub(crate) const RDP: &str = "term-01";

/// Opens the desktop by VNC.
const PASSWORD: &str = "lobby";
const SHELL: &str = "exec env PS1='ops:\\w$ ' bash --norc --noprofile";

/// Servers that show desktops; they end when this is dropped.
pub(crate) struct Desktops {
    vnc: Vnc,
    /// In front of it.
    wire: Option<Wire>,
    rdp: Option<Xrdp>,
    _programs: Vec<Child>,
}

impl Desktops {
    /// Starts them: that of RDP needs root, and is left out without.
    pub(crate) async fn start(home: &Path) -> Result<Self, Error> {
        let board = home.join("board.txt");
        fs::write(&board, BOARD)?;
        let builder = Vnc::builder("X509Vnc").password(PASSWORD).size(1024, 700);
        let vnc = builder.start().await?;
        vnc.run("xsetroot", &["-solid", "#2f5766"])?;
        let mut programs = Vec::new();
        for (colours, place, script) in [
            (PAPER, "62x20+24+24", format!("cat '{}'; exec sleep infinity", board.display())),
            (NIGHT, "72x14+340+356", SHELL.to_owned()),
        ] {
            let mut xterm = vnc.program("xterm");
            xterm.args(colours).args(FONT).args(["-geometry", place]);
            xterm.args(["-e", "sh", "-c", &script]).current_dir(home).env("HOME", home);
            programs.push(xterm.spawn()?);
        }
        let rdp = if xrdp_or_skip("the desktop by RDP") {
            let (font, paper, night) = (quoted(&FONT), quoted(&PAPER), quoted(&NIGHT));
            let script = format!(
                "xsetroot -solid '#3b3f58'\ncat > \"$HOME/board\" <<'END'\n{BOARD}END\n\
                 xterm {paper} {font} -geometry 62x20+24+24 -e sh -c 'cat \"$HOME/board\"; exec sleep infinity' &\n\
                 xterm {night} {font} -geometry 72x14+340+356 -e sh -c \"{SHELL}\" &\nexec sleep infinity"
            );
            Some(Xrdp::start(Backend::Xvnc, &script).await?)
        } else {
            None
        };
        let wire = Some(Wire::to(vnc.port(), Fault::None).await?);
        Ok(Self { vnc, wire, rdp, _programs: programs })
    }

    /// Makes a folder with them.
    pub(crate) async fn add_to(&self, ctx: &Ctx) -> Result<(), Error> {
        let folder = json!({ "parent": null, "draft": { "name": "Office", "settings": {} } });
        let folder = call(ctx, "folder_save", folder).await?;
        let port = self.wire.as_ref().map_or(self.vnc.port(), Wire::port);
        let tab = json!({ "kind": "tab" });
        let settings = json!({ "port": port, "desktopSize": tab });
        add(ctx, &folder, (VNC, "vnc"), (None, PASSWORD), settings).await?;
        if let Some(rdp) = &self.rdp {
            let account = rdp.account();
            let settings = json!({ "port": rdp.port(), "desktopSize": tab, "weakSignIn": true });
            let login = (Some(account.name()), account.password());
            add(ctx, &folder, (RDP, "rdp"), login, settings).await?;
        }
        Ok(())
    }

    /// Whether there is one by RDP.
    pub(crate) const fn has_rdp(&self) -> bool {
        self.rdp.is_some()
    }

    /// The desktop by VNC can no longer be reached.
    pub(crate) fn unplug(&mut self) {
        self.wire = None;
    }
}

/// As arguments in a script.
fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("'{word}' ")).collect()
}

/// Adds a machine and the identity that signs in there.
async fn add(
    ctx: &Ctx,
    folder: &Value,
    (name, protocol): (&str, &str),
    (user, password): (Option<&str>, &str),
    mut settings: Value,
) -> Result<(), Error> {
    let identity = json!({
        "id": null, "name": format!("{name} login"), "user": user, "kind": "password", "password": password,
        "privateKey": null, "passphrase": null, "certificate": null, "agentFingerprint": null,
    });
    let identity = call(ctx, "identity_save", json!({ "draft": identity })).await?;
    if let Some(settings) = settings.as_object_mut() {
        let id = identity.get("id").cloned().unwrap_or_default();
        settings.insert("identities".to_owned(), json!([id]));
    }
    let draft = json!({
        "name": name, "protocol": protocol, "address": "127.0.0.1", "settings": settings, "tags": ["demo"],
    });
    let parent = folder.get("id");
    call(ctx, "entry_save", json!({ "parent": parent, "draft": draft })).await.map(drop)
}

const PAPER: [&str; 4] = ["-bg", "#f7f8fa", "-fg", "#1a1c21"];
const NIGHT: [&str; 4] = ["-bg", "#0d1a2b", "-fg", "#e6eaf0"];
const FONT: [&str; 6] = ["-fa", "DejaVu Sans Mono", "-fs", "10", "-bw", "0"];

const BOARD: &str = "
 Service                  State      Since

 Name resolution          running    09 Nov 04:12
 Directory                running    09 Nov 04:12
 File replication         running    21 Nov 22:40
 Print spooler            stopped    02 Nov 11:05
 Remote desktops          running    09 Nov 04:13
 Time service             running    09 Nov 04:12
 Update orchestrator      waiting    22 Nov 03:00
 Volume snapshots         running    22 Nov 03:00

 8 services, 1 stopped, 1 waiting
";
