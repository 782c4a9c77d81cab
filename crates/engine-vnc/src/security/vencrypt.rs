//! `VeNCrypt` (type 19 of the registry): TLS, and one of three ways to sign in on top.

use super::{Login, plain, tls, vnc_auth};
use crate::{VncError, VncOptions, ask::Person, wire::Wire};

/// A subtype: whether there is TLS, whether with a certificate, and how to sign in.
struct Subtype {
    number: u32,
    name: &'static str,
    tls: Tls,
    login: Login,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tls {
    No,
    Anonymous,
    Certificate,
}

const fn subtype(number: u32, name: &'static str, tls: Tls, login: Login) -> Subtype {
    Subtype { number, name, tls, login }
}

/// The best first.
const KNOWN: &[Subtype] = &[
    subtype(261, "X509Vnc", Tls::Certificate, Login::Vnc),
    subtype(262, "X509Plain", Tls::Certificate, Login::Plain),
    subtype(260, "X509None", Tls::Certificate, Login::None),
    subtype(258, "TLSVnc", Tls::Anonymous, Login::Vnc),
    subtype(259, "TLSPlain", Tls::Anonymous, Login::Plain),
    subtype(257, "TLSNone", Tls::Anonymous, Login::None),
    subtype(256, "Plain", Tls::No, Login::Plain),
];

/// Goes through it, and says how the person signed in.
pub(super) async fn sign_in(wire: &mut Wire, person: &Person) -> Result<Login, VncError> {
    let [major, minor] = wire.bytes().await?;
    if (major, minor) < (0, 2) {
        return Err(VncError::protocol("it speaks an outdated VeNCrypt"));
    }
    wire.write(&[0, 2]).await?;
    if wire.u8().await? != 0 {
        return Err(VncError::protocol("it does not speak the VeNCrypt it offers"));
    }
    let count = wire.u8().await?;
    let mut theirs = Vec::new();
    for _ in 0..count {
        theirs.push(wire.u32().await?);
    }
    let chosen = pick(&theirs, person)?;
    wire.write(&chosen.number.to_be_bytes()).await?;
    if chosen.tls != Tls::No && wire.u8().await? == 0 {
        return Err(VncError::Tls { reason: "the server refuses it".into() });
    }
    let protection = match chosen.tls {
        Tls::No => "not encrypted".to_owned(),
        Tls::Anonymous => tls::anonymous(wire).await?,
        Tls::Certificate => {
            let VncOptions { address, port, .. } = &person.options;
            let (chain, protection) = tls::certificate(wire, address).await?;
            person.judge(chain, address, *port).await?;
            protection
        }
    };
    super::signing_in(person, &format!("{}, {protection}", chosen.name));
    match chosen.login {
        Login::None => {}
        Login::Vnc => vnc_auth::sign_in(wire, person).await?,
        Login::Plain => plain::sign_in(wire, person).await?,
    }
    Ok(chosen.login)
}

fn pick(theirs: &[u32], person: &Person) -> Result<&'static Subtype, VncError> {
    let named = person.options.user.as_deref().is_some_and(|user| !user.is_empty());
    let plain = person.allows_plain();
    let offered = || KNOWN.iter().filter(|known| theirs.contains(&known.number));
    let usable = || offered().filter(|known| plain || known.tls != Tls::No);
    // Among the equally safe, who has a name uses it.
    let best = usable().next();
    let named = best.and_then(|best| {
        usable().find(|known| named && known.tls == best.tls && known.login == Login::Plain)
    });
    let names = || {
        let name = |number: &u32| match KNOWN.iter().find(|known| known.number == *number) {
            Some(known) => known.name.to_owned(),
            None => format!("VeNCrypt {number}"),
        };
        theirs.iter().map(name).collect()
    };
    named.or(best).ok_or_else(|| {
        let theirs = names();
        if offered().next().is_some() {
            VncError::Unsafe { theirs }
        } else {
            VncError::NoCommonSecurity { theirs }
        }
    })
}
