//! From machines of the tree to what an engine dials.

use super::{desktop, session::Names};
use crate::{Core, CoreError, hostkeys::Hints, identities::SignIn, tree::ResolvedHop};
use patchbay_engine_ssh::{Credential, Hop, Target};
use patchbay_model::{EntryDraft, Protocol};
use std::time::Duration;

/// The machine and those on the way to it, with their secrets.
pub(super) async fn build(core: &Core, route: &[ResolvedHop]) -> Result<Target, CoreError> {
    // What is on record here says nothing about the way that a team server has handed out.
    let hints = match route.iter().all(|hop| hop.handed.is_some()) {
        true => Hints::default(),
        false => core.hostkeys().hints().await?,
    };
    let mut hops = Vec::with_capacity(route.len());
    for (at, hop) in route.iter().enumerate() {
        let last = at + 1 == route.len();
        hops.push(dial(core, hop, &hints, last).await?);
    }
    Ok(Target { hops, reach: core.reach(), ..Target::default() })
}

/// Those on the way to a machine that is not reached by SSH itself.
pub(super) async fn jumps(core: &Core, route: &[ResolvedHop]) -> Result<Target, CoreError> {
    let mut target = build(core, route).await?;
    for hop in &mut target.hops {
        hop.start_command = None;
    }
    Ok(target)
}

/// Where a machine is.
pub(super) fn address(draft: &EntryDraft) -> Result<&str, CoreError> {
    let address = draft.address.trim();
    if address.is_empty() {
        return Err(CoreError::invalid(
            "address",
            format!("{} has no address.", draft.name),
            "Edit the machine and fill it in.",
        ));
    }
    Ok(address)
}

/// What people call the machine.
pub(super) fn names(route: &[ResolvedHop]) -> Names {
    let Some(machine) = route.last() else {
        return Names {
            title: String::new(),
            subtitle: String::new(),
            protocol: None,
            desktop: None,
        };
    };
    let draft = &machine.entry.draft;
    let (protocol, settings) = (draft.protocol, &machine.settings);
    let user = match protocol {
        Protocol::Ssh | Protocol::Telnet | Protocol::Vnc | Protocol::Rdp => {
            settings.user.value.as_ref()
        }
        Protocol::Raw | Protocol::Serial => None,
    };
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    let subtitle = match settings.port_to(draft) {
        None if protocol == Protocol::Serial => {
            format!("{}, {} {}", draft.address, settings.baud.value, settings.frame.value)
        }
        port if port == protocol.default_port() => format!("{user}{}", draft.address),
        None => draft.address.clone(),
        Some(port) if draft.address.contains(':') => {
            format!("{user}[{}]:{port}", draft.address.trim_matches(['[', ']']))
        }
        Some(port) => format!("{user}{}:{port}", draft.address),
    };
    let desktop = desktop::shown(protocol, settings);
    Names { title: draft.name.clone(), subtitle, protocol: Some(protocol), desktop }
}

async fn dial(core: &Core, hop: &ResolvedHop, hints: &Hints, last: bool) -> Result<Hop, CoreError> {
    let draft = &hop.entry.draft;
    let settings = &hop.settings;
    address(draft)?;
    let sign_in = sign_in(core, hop).await?;
    let port = settings.port.value;
    let mut dial = Hop::new(&draft.name, &draft.address, port);
    dial.user = settings.user.value.clone().or(sign_in.user).or_else(|| own_name(core));
    dial.credentials = sign_in.credentials;
    if !core.is_own() {
        dial.credentials.retain(|credential| !matches!(credential, Credential::Agent { .. }));
    } else if hop.identities.get().is_empty() && agent_is_there() {
        dial.credentials.push(Credential::Agent { fingerprint: None });
    }
    dial.connect_timeout = Duration::from_secs(u64::from(settings.connect_timeout.value.max(1)));
    dial.keep_alive = match settings.keep_alive.value {
        0 => None,
        seconds => Some(Duration::from_secs(u64::from(seconds))),
    };
    dial.legacy_algorithms = settings.legacy_algorithms.value;
    dial.compression = settings.compression.value;
    // What a terminal lends concerns the machine as well.
    let lends = last && core.is_own();
    dial.forward_agent = lends && settings.forward_agent.value;
    dial.forward_x11 = lends && settings.forward_x11.value;
    settings.terminal_type.value.clone_into(&mut dial.terminal_type);
    // What is run instead of a shell concerns the machine, not those on the way.
    dial.start_command = settings.start_command.value.clone().filter(|_| last);
    dial.host_keys = match &hop.handed {
        Some(handed) => handed.host_keys.clone(),
        None => hints.at(&draft.address, port),
    };
    Ok(dial)
}

/// How to sign in there, as far as the person may do that with what is kept.
pub(super) async fn sign_in(core: &Core, hop: &ResolvedHop) -> Result<SignIn, CoreError> {
    if let Some(handed) = &hop.handed {
        return Ok(super::direct::sign_in(handed));
    }
    let mut sign_in = core.identities().sign_in(&hop.identities).await?;
    if !core.may_use_secrets(hop.entry.id) {
        sign_in.credentials.clear();
    }
    Ok(sign_in)
}

fn own_name(core: &Core) -> Option<String> {
    let name = &core.config().user_name;
    (!name.is_empty()).then(|| name.clone())
}

/// A machine with no identity is offered the agent's keys, as ssh(1) does. Without an agent that would only be one more
/// thing that fails.
fn agent_is_there() -> bool {
    cfg!(unix)
        && std::env::var_os("SSH_AUTH_SOCK")
            .is_some_and(|socket| std::path::Path::new(&socket).exists())
}
