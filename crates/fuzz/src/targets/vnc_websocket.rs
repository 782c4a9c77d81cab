//! What a server sends in a WebSocket once that is open.

use patchbay_engine_vnc::replay_websocket;

/// Whether it ends in order. No more comes out than went in.
pub(crate) fn run(data: &[u8]) -> bool {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else { return false };
    match runtime.block_on(replay_websocket(data)) {
        Ok(bytes) => {
            assert!(bytes.len() <= data.len(), "{} of {}", bytes.len(), data.len());
            true
        }
        Err(error) => {
            super::assert_message(&error.to_string());
            false
        }
    }
}
