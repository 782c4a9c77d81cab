//! Machines without encryption.

use crate::steps::{App, Front, TERMINAL, in_both_fronts};
use patchbay_testkit::{Telnetd, terminals_or_skip};

in_both_fronts!(a_telnet_machine_is_reached_by_its_address_and_says_that_it_is_not_encrypted);

async fn a_telnet_machine_is_reached_by_its_address_and_says_that_it_is_not_encrypted(
    front: Front,
) {
    if !terminals_or_skip("the story of Telnet") {
        return;
    }
    let server = Telnetd::start("echo welcome; exec sh").await.unwrap();
    let app = App::open(front).await;
    let window = &app.window;
    let address = format!("telnet://127.0.0.1:{}", server.port());
    window.fill("[data-testid=quick-connect]", &address).await.unwrap();
    window.press("Enter").await.unwrap();
    window.wait_text(TERMINAL, "welcome").await.unwrap();
    window.wait_text("[data-testid=not-encrypted]", "Not encrypted").await.unwrap();
    app.works("plain").await;
    app.accessible("a terminal without encryption").await;
    window.wait_text("[data-testid=tree]", "127.0.0.1").await.unwrap();

    server.drop_connections();
    window.wait_text("[data-testid=closed-bar]", "127.0.0.1").await.unwrap();
    window.click("[data-testid=closed-reconnect]").await.unwrap();
    app.works("again").await;
}
