//! Agreeing on a security type (RFC 6143 section 7.1.2) and going through it.

mod apple;
mod dh;
mod eax;
mod ms_logon;
mod plain;
mod ra2;
mod tight;
pub(crate) mod tls;
mod vencrypt;
mod vnc_auth;

use crate::{VncError, ask::Person, error::Waiting, wire::Wire};
use patchbay_model::Stage;

/// A security type of RFB.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    None,
    VncAuth,
    VeNCrypt,
    Apple,
    MsLogon,
    Tight,
    Ra2(ra2::Kind),
}

/// How the person is checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Login {
    None,
    Vnc,
    Plain,
}

/// What is known, the best first.
const KNOWN: &[(u8, Kind)] = &[
    (129, Kind::Ra2(ra2::Kind { large: true, all: true })),
    (5, Kind::Ra2(ra2::Kind { large: false, all: true })),
    (19, Kind::VeNCrypt),
    (130, Kind::Ra2(ra2::Kind { large: true, all: false })),
    (6, Kind::Ra2(ra2::Kind { large: false, all: false })),
    (30, Kind::Apple),
    (113, Kind::MsLogon),
    (16, Kind::Tight),
    (2, Kind::VncAuth),
    (1, Kind::None),
];

/// What was agreed on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Agreed {
    /// A list of what the server can do follows its description (Tight security).
    pub(crate) lists: bool,
}

/// The version that is spoken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Version {
    /// The server chooses the security type.
    V3,
    /// There is no result without security.
    V7,
    /// As RFC 6143 says.
    V8,
}

/// Agrees on a version, then on a security type, and signs in.
pub(crate) async fn agree(wire: &mut Wire, person: &Person) -> Result<Agreed, VncError> {
    person.began(Stage::Handshake, "");
    let version = version(wire).await?;
    wire.wait_for(Waiting::Handshake, 20);
    let chosen = if version == Version::V3 {
        given(wire, person).await?
    } else {
        choose(wire, person).await?
    };
    let login = go_through(chosen, wire, person).await?;
    // Somebody may have to confirm it there.
    wire.wait_for(Waiting::SignIn, 120);
    if login != Login::None || version == Version::V8 {
        result(wire, person, version, login).await?;
    }
    person.done(Stage::SignIn, "");
    Ok(Agreed { lists: chosen == Kind::Tight })
}

async fn version(wire: &mut Wire) -> Result<Version, VncError> {
    let said = match wire.bytes::<12>().await {
        Err(VncError::BrokeOff { reason: None, .. }) => {
            return Err(VncError::NotVnc { said: String::new() });
        }
        other => other?,
    };
    let number = |from: &[u8]| str::from_utf8(from).ok().and_then(|text| text.parse::<u16>().ok());
    let (major, minor) = match &said {
        [b'R', b'F', b'B', b' ', a, b, c, b'.', x, y, z, b'\n'] => {
            (number(&[*a, *b, *c]), number(&[*x, *y, *z]))
        }
        _ => (None, None),
    };
    let (Some(major), Some(minor)) = (major, minor) else {
        return Err(VncError::NotVnc { said: crate::text::name(&said) });
    };
    // What is neither 3.7 nor 3.8 or later is to be taken for 3.3 (RFC 6143 section 7.1.1).
    let (version, ours) = match (major, minor) {
        (..3, _) | (3, ..7) => (Version::V3, b"RFB 003.003\n"),
        (3, 7) => (Version::V7, b"RFB 003.007\n"),
        _ => (Version::V8, b"RFB 003.008\n"),
    };
    wire.write(ours).await?;
    Ok(version)
}

/// The security type that an old server has chosen.
async fn given(wire: &mut Wire, person: &Person) -> Result<Kind, VncError> {
    match wire.u32().await? {
        0 => Err(refusal(wire.reason().await?)),
        number => pick(&[u8::try_from(number).unwrap_or_default()], person).map(|(_, kind)| kind),
    }
}

/// The best of those that the server has.
async fn choose(wire: &mut Wire, person: &Person) -> Result<Kind, VncError> {
    let count = wire.u8().await?;
    if count == 0 {
        return Err(refusal(wire.reason().await?));
    }
    let theirs = wire.vec(count.into()).await?;
    let (number, kind) = pick(&theirs, person)?;
    wire.write(&[number]).await?;
    Ok(kind)
}

fn pick(theirs: &[u8], person: &Person) -> Result<(u8, Kind), VncError> {
    let plain = person.allows_plain();
    let mut usable = KNOWN.iter().filter(|(number, _)| theirs.contains(number)).peekable();
    let some = usable.peek().is_some();
    if let Some(found) = usable.find(|(_, kind)| plain || *kind != Kind::None) {
        return Ok(*found);
    }
    let theirs = theirs.iter().map(|number| name(*number)).collect();
    Err(if some { VncError::Unsafe { theirs } } else { VncError::NoCommonSecurity { theirs } })
}

/// As people who run servers know them.
fn name(number: u8) -> String {
    match number {
        1 => "None".into(),
        2 => "VncAuth".into(),
        5 => "RA2".into(),
        6 => "RA2ne".into(),
        16 => "Tight".into(),
        18 => "TLS".into(),
        19 => "VeNCrypt".into(),
        20 => "SASL".into(),
        30 => "Apple Remote Desktop".into(),
        113 => "MS-Logon II".into(),
        129 => "RA2_256".into(),
        130 => "RA2ne_256".into(),
        other => format!("type {other}"),
    }
}

/// The security is agreed on; the person comes next.
fn signing_in(person: &Person, security: &str) {
    let open = ["the desktop is not encrypted", "not encrypted"];
    let bare = open.iter().find_map(|open| security.strip_suffix(open));
    match (bare, person.shielded()) {
        (Some(bare), Some(shield)) => person.done(Stage::Handshake, format!("{bare}{shield}")),
        _ => person.done(Stage::Handshake, security),
    }
    person.began(Stage::SignIn, person.options.user.clone().unwrap_or_default());
}

async fn go_through(kind: Kind, wire: &mut Wire, person: &Person) -> Result<Login, VncError> {
    match kind {
        Kind::None => signing_in(person, "without a password, not encrypted"),
        Kind::VncAuth => {
            signing_in(person, "VncAuth, not encrypted");
            vnc_auth::sign_in(wire, person).await?;
            return Ok(Login::Vnc);
        }
        Kind::Apple => {
            signing_in(person, "Apple Remote Desktop, the desktop is not encrypted");
            apple::sign_in(wire, person).await?;
            return Ok(Login::Plain);
        }
        Kind::MsLogon => {
            signing_in(person, "MS-Logon II, the desktop is not encrypted");
            ms_logon::sign_in(wire, person).await?;
            return Ok(Login::Plain);
        }
        Kind::VeNCrypt => return vencrypt::sign_in(wire, person).await,
        Kind::Ra2(kind) => return ra2::sign_in(kind, wire, person).await,
        Kind::Tight => return tight::sign_in(wire, person).await,
    }
    Ok(Login::None)
}

async fn result(
    wire: &mut Wire,
    person: &Person,
    version: Version,
    login: Login,
) -> Result<(), VncError> {
    let code = wire.u32().await?;
    if code == 0 {
        return Ok(());
    }
    let said = if version == Version::V8 {
        // A server that hangs up instead of saying why has said enough.
        wire.reason().await.unwrap_or_default()
    } else {
        String::new()
    };
    Err(match code {
        2 => VncError::TooManyAttempts { said },
        _ if is_flood(&said) => VncError::TooManyAttempts { said },
        _ if login == Login::None => refusal(said),
        _ => {
            let user = person.options.user.clone().filter(|_| login == Login::Plain);
            VncError::AuthFailed { user, said }
        }
    })
}

fn refusal(said: String) -> VncError {
    if is_flood(&said) { VncError::TooManyAttempts { said } } else { VncError::Refused { said } }
}

fn is_flood(said: &str) -> bool {
    let said = said.to_ascii_lowercase();
    said.contains("too many") && (said.contains("security") || said.contains("auth"))
}
