//! Pictures of what lies below operating systems: the rack of the demo.

use super::Camera;
use crate::{
    Error,
    demo::{self, choose},
    world::World,
};
use patchbay_testkit::Window;

/// What there are pictures of.
const SCENES: [&str; 5] = ["power", "guests", "ports", "outlets", "fleet"];

impl Camera<'_> {
    pub(super) async fn devices(&self) -> Result<(), Error> {
        if !self.wants(&SCENES) {
            return Ok(());
        }
        let world = World::with_devices().await?;
        let window = self.open(&world).await?;
        self.set_theme(&window).await?;
        demo::unlock(&window).await?;
        self.power(&window).await?;
        self.guests(&window).await?;
        of(&window, "sw-core-01", "Open ports", "[data-testid=ports-page]").await?;
        window.wait_text("[data-testid=ports-page]", "metal-01").await?;
        self.shoot(&window, "ports").await?;
        of(&window, "pdu-a2", "Open outlets", "[data-testid=outlets-page]").await?;
        window.wait_text("[data-testid=outlets-page]", "metal-01").await?;
        self.shoot(&window, "outlets").await?;
        choose(&window, "Fleet").await?;
        window.wait_text("[data-testid=fleet-page]", "metal-01").await?;
        self.shoot(&window, "fleet").await?;
        Ok(window.close().await?)
    }

    /// A machine that was switched on, with its sensors.
    async fn power(&self, window: &Window) -> Result<(), Error> {
        of(window, "metal-01", "Power and hardware", "[data-testid=power-page]").await?;
        window.wait_text("[data-testid=power-state]", "Off").await?;
        window.click("[data-testid=power-on]").await?;
        window.wait_text("[data-testid=power-state]", "On").await?;
        window.wait_text("[data-testid=power-page]", "DJtemp").await?;
        self.shoot(window, "power").await
    }

    /// A cluster in the tree and on its page, once its certificate is trusted.
    async fn guests(&self, window: &Window) -> Result<(), Error> {
        of(window, "pve-01", "Power and hardware", "[data-testid=trust]").await?;
        window.click("[data-testid=trust]").await?;
        window.wait_true("return !document.querySelector('[data-testid=trust]')").await?;
        of(window, "pve-01", "Open guests", "[data-testid=guest-row]").await?;
        window.run(OPEN, vec!["pve-01".into()]).await?;
        window.wait_text("[data-testid=tree]", "cache-21").await?;
        window.click_text("[data-testid=guest-row]", "web-21").await?;
        window.find("[data-testid=guest-panel]").await?;
        self.shoot(window, "guests").await
    }
}

/// Opens a page of a machine from the tree.
async fn of(window: &Window, machine: &str, page: &str, shows: &str) -> Result<(), Error> {
    window.wait_text("[data-testid=tree]", machine).await?;
    window.click_text("[data-testid=tree-row]", machine).await?;
    window.wait_text("[data-testid=tree-row][aria-selected=true]", machine).await?;
    choose(window, page).await?;
    window.find(shows).await?;
    Ok(())
}

/// Opens a live folder of the tree.
const OPEN: &str = "[...document.querySelectorAll('[data-testid=tree-row]')] \
    .find((row) => row.getAttribute('aria-label').startsWith(`${arguments[0]},`)) \
    .querySelector('[data-twist]') \
    .dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, button: 0 }))";
