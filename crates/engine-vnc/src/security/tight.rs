//! Tight security (type 16 of the registry): a tunnel, which nobody offers but "none", and then a way to sign in.

use super::{Login, plain, vnc_auth};
use crate::{VncError, ask::Person, wire::Wire};

/// Far more than there are.
const MOST: u32 = 256;

const NONE: u32 = 1;
const VNC: u32 = 2;
const UNIX: u32 = 129;

pub(super) async fn sign_in(wire: &mut Wire, person: &Person) -> Result<Login, VncError> {
    let tunnels = capabilities(wire).await?;
    if !tunnels.is_empty() {
        if !tunnels.contains(&0) {
            return Err(VncError::NoCommonSecurity { theirs: vec!["Tight with a tunnel".into()] });
        }
        wire.write(&[0; 4]).await?;
    }
    let theirs = capabilities(wire).await?;
    let plain = person.options.allow_anonymous_plain;
    let named = |code: &u32| match *code {
        NONE => "None (Tight)".to_owned(),
        VNC => "VncAuth (Tight)".to_owned(),
        UNIX => "Unix login (Tight)".to_owned(),
        other => format!("Tight {other}"),
    };
    // Without a list nothing is asked.
    let offered: &[u32] = if theirs.is_empty() { &[NONE] } else { &theirs };
    let known = [(VNC, Login::Vnc), (NONE, Login::None), (UNIX, Login::Plain)];
    let usable = known.iter().filter(|(code, _)| offered.contains(code));
    let mut allowed = usable.clone().filter(|(_, login)| plain || *login == Login::Vnc);
    let Some((code, login)) = allowed.next() else {
        let theirs = offered.iter().map(named).collect();
        return Err(if usable.count() > 0 {
            VncError::Unsafe { theirs }
        } else {
            VncError::NoCommonSecurity { theirs }
        });
    };
    if !theirs.is_empty() {
        wire.write(&code.to_be_bytes()).await?;
    }
    super::signing_in(person, &format!("{}, not encrypted", named(code)));
    match login {
        Login::None => {}
        Login::Vnc => vnc_auth::sign_in(wire, person).await?,
        Login::Plain => plain::sign_in(wire, person).await?,
    }
    Ok(*login)
}

/// A list of codes; who made them up, and what they are called, is left out.
async fn capabilities(wire: &mut Wire) -> Result<Vec<u32>, VncError> {
    let count = wire.u32().await?;
    if count > MOST {
        return Err(VncError::protocol("it lists far too many ways to sign in"));
    }
    let mut codes = Vec::new();
    for _ in 0..count {
        let [a, b, c, d, ..] = wire.bytes::<16>().await?;
        codes.push(u32::from_be_bytes([a, b, c, d]));
    }
    Ok(codes)
}
