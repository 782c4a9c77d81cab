#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! A shell of this computer, opened, typed into and read the way the page does it.

use super::*;
use crate::stream::own_origins;
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use patchbay_core::CoreConfig;
use patchbay_model::{Attachment, SessionInfo};
use patchbay_session::{FromViewer, ToViewer};
use serde_json::{from_str, json};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest as _};

#[tokio::test]
async fn a_shell_is_opened_typed_into_and_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = CoreConfig::of_this_computer().unwrap();
    config.data_dir = folder.path().join("data");
    config.config_dir = folder.path().join("config");
    let core = Core::new(config);
    serve(&core).unwrap();
    let ctx = Ctx::person(core);
    let call = async |name: &str, args: serde_json::Value| {
        patchbay_commands::dispatch(&ctx, name, &args.to_string()).await.unwrap()
    };

    let open = json!({ "target": { "kind": "localShell" }, "size": { "cols": 80, "rows": 24 } });
    let session: SessionInfo = from_str(&call("session_open", open).await).unwrap();
    let attachment = call("session_attach", json!({ "id": session.id })).await;
    let Attachment { url, token } = from_str(&attachment).unwrap();
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("origin", own_origins().next().unwrap().parse().unwrap());
    let (mut page, _) = tokio_tungstenite::connect_async(request).await.unwrap();

    let hello = FromViewer::Hello { resume: 0, token: token.into() };
    page.send(Message::Binary(hello.encode())).await.unwrap();
    let mut all = Vec::new();
    let mut asked = false;
    while !String::from_utf8_lossy(&all).contains("answer 42") {
        let message = page.next().await.expect("the stream goes on").unwrap();
        if let ToViewer::Output { bytes, .. } = ToViewer::decode(message.into_data()).unwrap() {
            all.extend_from_slice(&bytes);
            // What is typed before the shell is there goes nowhere: its prompt says that it is.
            if !asked {
                asked = true;
                let typed = Bytes::from_static(b"echo answer $((6*7))\n");
                page.send(Message::Binary(FromViewer::Input(typed).encode())).await.unwrap();
            }
        }
    }

    call("session_close", json!({ "id": session.id })).await;
    loop {
        let message = page.next().await.expect("the end is told first").unwrap();
        if ToViewer::decode(message.into_data()).unwrap() == ToViewer::End {
            break;
        }
    }
}
