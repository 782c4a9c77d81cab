//! An archive as what was found in a file: everything by number in place of ids, which are made anew.

use crate::{
    export::archive::{Contents, FORM, KeptIdentity},
    tree::Body,
};
use patchbay_exchange::{
    ExchangeError, Folder, Found, FoundHostKey, JumpTo, Machine, Protocol, SignIn,
};
use patchbay_model::{
    IdentityDraft, IdentityId, Jump, NodeId, Protocol as Spoken, Secret, Settings,
};
use patchbay_vault::{ArchiveError, open_archive};
use std::collections::HashMap;

/// Why it cannot be read.
pub(super) enum Problem {
    Exchange(ExchangeError),
    /// As people read it, and what to do.
    Archive(String, &'static str),
}

/// What is in an archive. Blocks for as long as its key derivation takes.
pub(super) fn found(archive: &[u8], passphrase: Option<&Secret<String>>) -> Result<Found, Problem> {
    let given = passphrase.filter(|passphrase| !passphrase.expose_secret().is_empty());
    // What is no archive says so before it asks for a passphrase.
    let tried = open_archive_with(archive, given);
    let bytes = tried.map_err(|problem| match (problem, given) {
        (ArchiveError::WrongPassphrase, None) => Problem::Exchange(ExchangeError::PasswordNeeded),
        (ArchiveError::WrongPassphrase, Some(_)) => Problem::Exchange(ExchangeError::PasswordWrong),
        (problem, _) => {
            let next = match &problem {
                ArchiveError::Later => "Update Patchbay on this computer.",
                ArchiveError::Vault(_) => "Close other programs and try again.",
                _ => "Use another copy of it, or export it again.",
            };
            Problem::Archive(problem.to_string(), next)
        }
    })?;
    let damaged = || {
        Problem::Archive(
            "What is in the archive is not understood.".into(),
            "Update Patchbay on this computer, or export it again.",
        )
    };
    // What an error repeats could be a secret.
    let contents: Contents = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
    if contents.form > FORM {
        return Err(Problem::Archive(
            "The archive was written by a later version of Patchbay.".into(),
            "Update Patchbay on this computer.",
        ));
    }
    Ok(of_contents(contents))
}

/// Without a passphrase only what stands before it is looked at.
fn open_archive_with(
    archive: &[u8],
    passphrase: Option<&Secret<String>>,
) -> Result<zeroize::Zeroizing<Vec<u8>>, ArchiveError> {
    match passphrase {
        Some(passphrase) => open_archive(archive, passphrase),
        None => {
            patchbay_vault::check_archive(archive).and_then(|()| Err(ArchiveError::WrongPassphrase))
        }
    }
}

/// Also for tests: what was exported, before it was sealed.
pub(crate) fn of_contents(contents: Contents) -> Found {
    let mut found = Found::default();
    let identities: HashMap<IdentityId, usize> =
        contents.identities.iter().enumerate().map(|(at, kept)| (kept.id, at)).collect();
    found.own_ids.1 = contents.identities.iter().map(|kept| kept.id).collect();
    found.sign_ins = contents.identities.into_iter().map(sign_in).collect();
    let nodes: Vec<_> =
        contents.nodes.iter().filter_map(|kept| kept.read().map(|node| (kept.id, node))).collect();
    let (mut folders, mut machines) = (HashMap::new(), HashMap::new());
    for (id, node) in &nodes {
        match node.body {
            Body::Folder(_) => folders.insert(*id, folders.len()),
            Body::Entry(_) => machines.insert(*id, machines.len()),
        };
    }
    for (id, node) in nodes {
        let parent = node.parent.and_then(|parent| folders.get(&parent).copied());
        match node.body {
            Body::Folder(mut draft) => {
                let (sign_ins, jump) = references(&mut draft.settings, &identities, &machines);
                // A folder that comes before the one it is in is nobody's work but a bug's.
                let own = folders.get(&id).copied().unwrap_or_default();
                let parent = parent.filter(|parent| *parent < own);
                let after = found.machines.len();
                found.folders.push(Folder { parent, draft: *draft, sign_ins, jump, after });
            }
            Body::Entry(mut draft) => {
                let (sign_ins, jump) = references(&mut draft.settings, &identities, &machines);
                found.own_ids.0.push(id);
                found.machines.push(Machine {
                    folder: parent,
                    protocol: neutral(draft.protocol),
                    draft: *draft,
                    sign_ins,
                    jump,
                    place: (0, 0),
                });
            }
        }
    }
    found.host_keys = contents
        .host_keys
        .into_iter()
        .map(|kept| FoundHostKey { host: kept.host, key: kept.key, line: 0 })
        .collect();
    found
}

/// Takes the ids out of settings, as numbers.
fn references(
    settings: &mut Settings,
    identities: &HashMap<IdentityId, usize>,
    machines: &HashMap<NodeId, usize>,
) -> (Option<Vec<usize>>, Option<JumpTo>) {
    let sign_ins = settings
        .identities
        .take()
        .map(|ids| ids.iter().filter_map(|id| identities.get(id).copied()).collect::<Vec<_>>());
    let jump = settings.jump.take().and_then(|jump| match jump {
        Jump::Direct => Some(JumpTo::Direct),
        Jump::Through { entry } => machines.get(&entry).map(|at| JumpTo::Machine(*at)),
    });
    (sign_ins, jump)
}

fn sign_in(kept: KeptIdentity) -> SignIn {
    let KeptIdentity { id: _, identity, password, private_key, passphrase } = kept;
    SignIn::Draft(Box::new(IdentityDraft {
        id: None,
        name: identity.name,
        user: identity.user,
        kind: identity.kind,
        password,
        private_key,
        passphrase,
        certificate: identity.certificate.map(|certificate| certificate.text),
        agent_fingerprint: identity.agent_fingerprint,
    }))
}

const fn neutral(protocol: Spoken) -> Protocol {
    match protocol {
        Spoken::Ssh => Protocol::Ssh,
        Spoken::Telnet => Protocol::Telnet,
        Spoken::Raw => Protocol::Raw,
        Spoken::Serial => Protocol::Serial,
        Spoken::Vnc => Protocol::Vnc,
        Spoken::Rdp => Protocol::Rdp,
    }
}
