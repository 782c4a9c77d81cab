//! Pictures of the main screens from the real window, in both themes: 1280×800 into `docs/screenshots`, where the README shows them, and
//! 2560×1440 into `target/screenshots`, to be looked at.

mod devices;

use crate::{
    Error,
    demo::{self, DRAW_AS_TEXT, TERMINAL, choose, connect},
    desktops::{RDP, VNC},
    world::World,
};
use patchbay_testkit::{Screen, Window};
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

const SIZES: [(u32, u32, &str); 2] =
    [(1280, 800, "docs/screenshots"), (2560, 1440, "target/screenshots")];
const THEMES: [&str; 2] = ["dark", "light"];
/// What there are pictures of in a vault with machines.
const MACHINES: [&str; 15] = [
    "lock",
    "trust-unknown",
    "main",
    "palette",
    "files",
    "editor",
    "identities",
    "settings",
    "import",
    "desktop-certificate",
    "desktop-rdp",
    "desktop-vnc",
    "desktop-lost",
    "error",
    "trust-changed",
];

/// Takes those whose name contains `name`.
pub(crate) async fn take(name: &str) -> Result<(), Error> {
    println!("screenshots: the main screens, light and dark, in two sizes (about 6 min)");
    for (width, height, folder) in SIZES {
        fs::create_dir_all(folder)?;
        let screen = Screen::start(width, height).await?;
        for theme in THEMES {
            let camera = Camera {
                screen: &screen,
                folder: folder.into(),
                theme,
                name,
                size: (width, height),
            };
            camera.first_run().await?;
            camera.machines().await?;
            camera.devices().await?;
        }
        println!("screenshots: {}", fs::canonicalize(folder)?.display());
    }
    Ok(())
}

struct Camera<'a> {
    screen: &'a Screen,
    folder: PathBuf,
    theme: &'static str,
    name: &'a str,
    size: (u32, u32),
}

impl Camera<'_> {
    /// Takes a picture once nothing moves any more.
    async fn shoot(&self, window: &Window, scene: &str) -> Result<(), Error> {
        if !scene.contains(self.name) {
            return Ok(());
        }
        window.run_async(QUIET, vec![]).await?;
        let file = self.folder.join(format!("{scene}-{}.png", self.theme));
        Ok(self.screen.picture(&file).await?)
    }

    /// Opens the window in this theme, as large as the display.
    async fn open(&self, world: &World) -> Result<Window, Error> {
        let window = demo::window_on(world, self.screen).await?;
        window.resize(self.size.0, self.size.1).await?;
        Ok(window)
    }

    /// Whether any of these is to be taken.
    fn wants(&self, scenes: &[&str]) -> bool {
        scenes.iter().any(|scene| scene.contains(self.name))
    }

    async fn first_run(&self) -> Result<(), Error> {
        if !self.wants(&["first-run", "empty"]) {
            return Ok(());
        }
        let world = World::empty()?;
        let window = self.open(&world).await?;
        self.set_theme(&window).await?;
        let passphrase = "seven blue cables behind rack nine";
        window.fill("[data-testid=passphrase]", passphrase).await?;
        window.fill("[data-testid=passphrase-again]", passphrase).await?;
        window.click("[data-testid=recovery-kept]").await?;
        window.wait_true("return /Strong|Very strong/.test(document.querySelector('[data-testid=strength]').innerText)").await?;
        self.shoot(&window, "first-run").await?;
        window.click("[data-testid=create]").await?;
        window.find("[data-testid=start-page]").await?;
        self.shoot(&window, "empty").await?;
        Ok(window.close().await?)
    }

    async fn machines(&self) -> Result<(), Error> {
        if !self.wants(&MACHINES) {
            return Ok(());
        }
        let mut world = World::with_desktops().await?;
        let window = self.open(&world).await?;
        self.set_theme(&window).await?;
        window.find("[data-testid=unlock-passphrase]").await?;
        self.shoot(&window, "lock").await?;
        window.run(DRAW_AS_TEXT, vec![]).await?;
        demo::unlock(&window).await?;
        choose(&window, "app-01").await?;
        window.find("[data-testid=trust]").await?;
        self.shoot(&window, "trust-unknown").await?;
        self.terminals(&window).await?;
        self.files(&window, &world).await?;
        self.pages(&window).await?;
        self.desktops(&window, &mut world).await?;
        choose(&window, "retired-01").await?;
        window.find("[data-testid=end-page]").await?;
        self.shoot(&window, "error").await?;
        world.reinstall_servers().await?;
        choose(&window, "db-replica-a").await?;
        window.wait_text("[data-testid=trust-card]", "has changed").await?;
        self.shoot(&window, "trust-changed").await?;
        Ok(window.close().await?)
    }

    async fn terminals(&self, window: &Window) -> Result<(), Error> {
        window.click("[data-testid=trust]").await?;
        window.find(".xterm-screen").await?;
        window.wait_text(TERMINAL, "$").await?;
        window.type_keys("ls -la && df -h / && uptime\n").await?;
        window.wait_text(TERMINAL, "load average").await?;
        connect(window, "db-primary").await?;
        window.wait_text(TERMINAL, "$").await?;
        window.type_keys("ls -l /usr/share | head -n 20; uptime\n").await?;
        window.wait_text(TERMINAL, "load average").await?;
        window.press("Control+Shift+e").await?;
        window.wait_true("return document.querySelectorAll('.xterm-rows').length === 2 && [...document.querySelectorAll('.xterm-rows')].every((e) => e.innerText.includes('$'))").await?;
        window.type_keys("df -h / && free -m | cut -c1-52 && date\n").await?;
        window.wait_true("return [...document.querySelectorAll('.xterm-rows')].some((e) => e.innerText.includes('Swap'))").await?;
        self.shoot(window, "main").await?;
        window.press("Control+Shift+p").await?;
        window.fill("[data-testid=palette-input]", "rep").await?;
        window.find("[data-testid=palette-item]").await?;
        self.shoot(window, "palette").await?;
        window.press("Escape").await?;
        Ok(window.wait_true("return !document.querySelector('[data-testid=palette]')").await?)
    }

    async fn files(&self, window: &Window, world: &World) -> Result<(), Error> {
        choose(window, "Go to the files").await?;
        window.click("[data-testid=files-machine]").await?;
        window.press("Control+l").await?;
        window.find("[data-testid=path-field]").await?;
        window.press("Control+a").await?;
        window.type_keys(&format!("{}/shell", world.home().display())).await?;
        window.press("Enter").await?;
        window.click_text("[data-testid=files-machine] [role=row]", "orders.dump").await?;
        window.press("F5").await?;
        window.wait_text("[data-testid=files-here]", "orders.dump").await?;
        self.shoot(window, "files").await?;
        // The tasks would stand in the other pictures.
        Ok(window.press("Control+Shift+j").await?)
    }

    async fn pages(&self, window: &Window) -> Result<(), Error> {
        for (action, ready, scene) in [
            ("Add a machine", "[data-testid=editor]", "editor"),
            ("Identities", "[data-testid=identities]", "identities"),
            ("Settings", "[data-testid=settings]", "settings"),
            ("Import", "[data-testid=import]", "import"),
        ] {
            choose(window, action).await?;
            window.find(ready).await?;
            self.shoot(window, scene).await?;
        }
        Ok(())
    }

    /// The certificate of one, both of them open, and one that is lost.
    async fn desktops(&self, window: &Window, world: &mut World) -> Result<(), Error> {
        let Some(desktops) = world.desktops() else { return Ok(()) };
        if desktops.has_rdp() {
            self.desktop(window, RDP, "desktop-certificate").await?;
            self.shoot(window, "desktop-rdp").await?;
            // The keys are the window's again.
            window.press("Control+Alt").await?;
        }
        self.desktop(window, VNC, "").await?;
        window.click("[data-testid=desktop-pace]").await?;
        window.find(".pace").await?;
        self.shoot(window, "desktop-vnc").await?;
        window.press("Escape").await?;
        window.wait_true("return !document.querySelector('.pace')").await?;
        desktops.unplug();
        // By then the wait is long enough for a picture.
        window.wait_text("[data-testid=closed-bar]", "attempt 4").await?;
        self.shoot(window, "desktop-lost").await?;
        Ok(window.press("Control+Alt").await?)
    }

    /// Opens one and trusts its certificate, of which there is a picture first if that has a name.
    async fn desktop(&self, window: &Window, name: &str, certificate: &str) -> Result<(), Error> {
        choose(window, name).await?;
        window.find("[data-testid=trust]").await?;
        if !certificate.is_empty() {
            self.shoot(window, certificate).await?;
        }
        window.click("[data-testid=trust]").await?;
        window.find("[data-testid=desktop-pace]").await?;
        // The programs on it have painted themselves: the paper of one and the night of the other.
        window.wait_true(&PAINTED.replace("NAME", &json!(name).to_string())).await?;
        // The pointer is out of the way.
        Ok(())
    }

    /// Through the command the settings page uses.
    async fn set_theme(&self, window: &Window) -> Result<(), Error> {
        let settings = window.run_async(CALL, vec![json!("settings_get"), json!({})]).await?;
        let Value::Object(mut settings) = settings else { return Err("no settings".into()) };
        settings.insert("theme".to_owned(), json!(self.theme));
        window
            .run_async(CALL, vec![json!("settings_set"), json!({ "settings": settings })])
            .await?;
        Ok(())
    }
}

/// Runs a command the way the page does.
const CALL: &str = "const [name, args, done] = arguments; \
    window.__TAURI_INTERNALS__.invoke('call', { name, args: JSON.stringify(args) }).then(done, (error) => done(String(error)))";

/// Whether the desktop of a name fills its tab and shows two windows.
const PAINTED: &str = "const a = document.querySelector(`[data-testid=desktop-area]:has([aria-label=\"Desktop of ${NAME}\"])`); \
    const c = a?.querySelector('canvas'); \
    if (!c || Math.abs(c.width - a.clientWidth * devicePixelRatio) > 1) return false; \
    const at = (x, y) => c.getContext('2d').getImageData(x, y, 1, 1).data[2]; \
    return at(40, 30) > 230 && at(600, 540) < 60";

/// Waits for the fonts, for 400 ms without a change of the page, and for a frame.
const QUIET: &str = "const done = arguments[0]; document.fonts.ready.then(() => { \
    const end = () => { observer.disconnect(); requestAnimationFrame(() => requestAnimationFrame(() => done(true))); }; \
    let timer = setTimeout(end, 400); \
    const observer = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(end, 400); }); \
    observer.observe(document.body, { subtree: true, childList: true, characterData: true }); })";
