//! Looking at processes of this computer.

use crate::world::World;
use std::{fs, time::Duration};

/// Lets a program that was just started or filled finish what it does in the background. Not a condition that can be waited for:
/// memory after start-up has no event of its own, so both sides get the same time.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_secs(2)).await;
}

/// The app that runs on this world.
pub(crate) fn app_process(world: &World) -> Option<u32> {
    let mark = format!("PATCHBAY_DATA_DIR={}", world.home().join("data").display());
    let processes = fs::read_dir("/proc")
        .ok()?
        .flatten()
        .filter_map(|item| item.file_name().to_str()?.parse::<u32>().ok());
    processes.into_iter().find(|process| {
        let is_app = fs::read_to_string(format!("/proc/{process}/comm"))
            .is_ok_and(|name| name.trim() == "patchbay");
        let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        is_app && environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    })
}
