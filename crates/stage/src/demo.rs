//! The demo: everything works without owning hardware.

use crate::{
    Error,
    world::{PASSPHRASE, World},
};
use patchbay_testkit::{Launch, Screen, Window, binary_beside, terminals_or_skip};
use serde_json::json;
use std::{env, fs, path::Path, process::Command};

/// Opens the app on this display and waits until its window is closed.
pub(crate) async fn open() -> Result<(), Error> {
    println!(
        "demo: starting two SSH servers, two desktops, a rack of devices and a team server on loopback, and filling a throwaway vault (a few seconds)"
    );
    let world = World::with_team().await?;
    println!("demo: the vault's passphrase is: {PASSPHRASE}");
    if let Some(port) = world.team_port() {
        println!(
            "demo: who shares the team's machines signs in at https://localhost:{port} as “owner”; the passphrase is the same"
        );
    }
    println!("demo: everything is removed when the window is closed");
    let binary = binary_beside(&env::current_exe()?, "patchbay");
    let environment = world.environment();
    let status = tokio::task::spawn_blocking(move || {
        Command::new(binary).envs(environment).env("PATCHBAY_NO_SINGLE_INSTANCE", "1").status()
    });
    let status = status.await??;
    if status.success() { Ok(()) } else { Err(format!("the app ended with {status}").into()) }
}

/// Drives it once in a virtual display: unlock, find a machine, connect, run a command, take a picture.
pub(crate) async fn once() -> Result<(), Error> {
    println!(
        "demo: two SSH servers, two desktops, a rack of devices, a team server, a throwaway vault and the window in a virtual display (about 20 s)"
    );
    let world = World::with_team().await?;
    let screen = Screen::start(1280, 800).await?;
    let window = unlocked(&world, &screen).await?;
    window.run(DRAW_AS_TEXT, vec![]).await?;
    let connects = terminals_or_skip("connecting to app-01");
    if connects {
        connect(&window, "app-01").await?;
        window.type_keys("uname -sr && echo patched-$((40 + 2))\n").await?;
        window.wait_text(TERMINAL, "patched-42").await?;
    }
    let picture = Path::new("target/demo/patchbay.png");
    fs::create_dir_all("target/demo")?;
    screen.picture(picture).await?;
    window.close().await?;
    let did = if connects { ", connected to app-01 and ran a command there" } else { "" };
    println!("demo: unlocked the vault{did}");
    println!("demo: the picture is at {}", fs::canonicalize(picture)?.display());
    Ok(())
}

/// Opens the window on a world.
pub(crate) async fn window_on(world: &World, screen: &Screen) -> Result<Window, Error> {
    let binary = binary_beside(&env::current_exe()?, "patchbay");
    let launch =
        Launch { binary, home: world.home().to_path_buf(), environment: world.environment() };
    Ok(Window::open(screen, &launch).await?)
}

/// Opens the window on a world and unlocks its vault.
pub(crate) async fn unlocked(world: &World, screen: &Screen) -> Result<Window, Error> {
    let window = window_on(world, screen).await?;
    unlock(&window).await?;
    Ok(window)
}

/// Gives the passphrase.
pub(crate) async fn unlock(window: &Window) -> Result<(), Error> {
    window.fill("[data-testid=unlock-passphrase]", PASSPHRASE).await?;
    window.click("[data-testid=unlock]").await?;
    window.find("[data-testid=tree]").await?;
    Ok(())
}

/// A terminal on the screen, whatever draws it.
const SCREEN: &str = ".xterm-screen";
/// What a terminal shows, if it is drawn as elements.
pub(crate) const TERMINAL: &str = ".xterm-rows";
/// Has terminals drawn as elements, whose text can be read from outside.
pub(crate) const DRAW_AS_TEXT: &str = "localStorage.setItem('patchbay.terminal-renderer', 'dom')";

/// Connects through the palette, trusting the server's key when it is asked about.
pub(crate) async fn connect(window: &Window, machine: &str) -> Result<(), Error> {
    choose(window, machine).await?;
    let there = "const tab = document.querySelector('[role=tab][aria-selected=true]'); \
        return !!tab?.innerText.includes(MACHINE) && !!document.querySelector('[data-testid=trust], .xterm-screen')";
    window.wait_true(&there.replace("MACHINE", &json!(machine).to_string())).await?;
    if window.run("return !!document.querySelector('[data-testid=trust]')", vec![]).await? == true {
        window.click("[data-testid=trust]").await?;
    }
    window.find(SCREEN).await?;
    Ok(())
}

/// Opens another session with the machine of the tab in front, and waits until it can be typed into.
pub(crate) async fn connect_again(window: &Window) -> Result<(), Error> {
    let tabs = "return document.querySelectorAll('[role=tab]').length";
    let before = window.run(tabs, vec![]).await?.as_u64().unwrap_or_default();
    choose(window, "Duplicate tab").await?;
    let typing = "document.activeElement?.classList.contains('xterm-helper-textarea')";
    window.wait_true(&format!("{tabs} > {before} && {typing}")).await?;
    Ok(())
}

/// Picks something in the palette.
pub(crate) async fn choose(window: &Window, what: &str) -> Result<(), Error> {
    window.press("Control+Shift+p").await?;
    window.fill("[data-testid=palette-input]", what).await?;
    window.wait_text("[data-testid=palette-item]", what).await?;
    Ok(window.press("Enter").await?)
}
