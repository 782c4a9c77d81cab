//! What a BMC, or anybody in its place, sends (`device_ipmi`): packets of both versions, messages that open sessions, answers.

use patchbay_device_ipmi::{
    AuthCapabilities, AuthType, Class, Handshake, LanReply, Login, PayloadType, Privilege,
    Session15, Session20, Suite, pong, unwrap_rmcp,
};
use patchbay_model::Secret;

/// The number by which both know the session in the seeds.
const SESSION: u32 = 0x0403_0201;

/// Answers are no longer than their packets, and nothing is taken twice. Understood is what is an answer of any kind.
pub(crate) fn run(data: &[u8]) -> bool {
    let Ok((class, packet)) = unwrap_rmcp(data) else { return false };
    if class == Class::Asf {
        return pong(packet).is_ok();
    }
    let mut understood = false;
    for suite in [Suite::None, Suite::Sha1, Suite::Md5, Suite::Sha256] {
        let mut session = Session20::of_key(suite, SESSION, SESSION, b"key");
        let Ok(opened) = session.open(packet) else { continue };
        assert!(opened.payload.len() < packet.len(), "more came out than went in");
        assert!(session.open(packet).is_err(), "a packet was taken twice");
        understood |= opened.kind != PayloadType::Ipmi || answer(&opened.payload);
    }
    for way in [AuthType::None, AuthType::Md5, AuthType::Straight] {
        let Ok(mut session) = Session15::new(way, b"secret", SESSION) else { continue };
        understood |= session.open(packet).is_ok_and(|message| answer(&message));
    }
    let message = packet.get(12..).unwrap_or_default();
    understood || signs_in(message)
}

fn answer(message: &[u8]) -> bool {
    let Ok(reply) = LanReply::decode(message) else { return false };
    assert!(reply.data.len() < message.len(), "more came out than went in");
    if let Ok(capabilities) = AuthCapabilities::decode(&reply.data) {
        assert!(capabilities.best(&[]).is_none());
    }
    true
}

/// Whether the message opens a session. Nobody can know the password, so the others must be refused.
fn signs_in(message: &[u8]) -> bool {
    let password = Secret::new("secret".to_owned());
    let Ok(login) = Login::new("admin", &password, None) else { return false };
    let fresh = || Handshake::new(&login, Suite::Sha1, Privilege::Administrator, SESSION, [7; 16]);
    let mut handshake = fresh();
    let _request = handshake.open_request();
    let opened = handshake.opened(message) == Ok(true);
    let mut handshake = fresh();
    let _request = handshake.rakp1();
    assert_ne!(handshake.rakp2(message), Ok(true), "a stranger knows the password");
    let mut handshake = fresh();
    let _request = handshake.rakp3();
    assert!(!matches!(handshake.rakp4(message), Ok(Some(_))), "a stranger knows the key");
    opened
}
