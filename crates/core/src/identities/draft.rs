//! From what a person typed to what is kept: keys are read once, so that a bad one is noticed now and not at 3 a.m.

use super::{
    secrets::Secrets,
    stored::{StoredCertificate, StoredIdentity},
};
use crate::{
    CoreError,
    tree::{check_name, check_user, shown},
};
use patchbay_engine_ssh::{SshError, keys};
use patchbay_model::{IdentityDraft, IdentityKind, PublicKeyInfo, Secret};

/// Longer is no password.
const LONGEST_SECRET: usize = 64 * 1024;

/// Puts a draft over what was there. Blocks: keys may be slow to decrypt.
pub(super) fn resolve(
    draft: IdentityDraft,
    old: Option<StoredIdentity>,
    kept: Secrets,
) -> Result<(StoredIdentity, Secrets), CoreError> {
    let name = check_name(&draft.name)?;
    let user = check_user(draft.user)?;
    let ask_on_use = old.as_ref().is_some_and(|old| old.ask_on_use);
    let old_certificate = old.and_then(|old| old.certificate).map(|certificate| certificate.text);
    let mut stored = StoredIdentity {
        name,
        user,
        kind: draft.kind,
        has_password: false,
        has_private_key: false,
        has_passphrase: false,
        public_key: None,
        certificate: None,
        agent_fingerprint: None,
        ask_on_use,
    };
    // What does not belong to the kind is removed: a forgotten secret is one nobody looks after.
    let secrets = match draft.kind {
        IdentityKind::Password => Secrets {
            password: over("password", draft.password, kept.password)?,
            ..Secrets::default()
        },
        IdentityKind::Key => {
            let private_key =
                over("privateKey", draft.private_key, kept.private_key)?.ok_or_else(|| {
                    CoreError::invalid(
                        "privateKey",
                        "There is no private key.",
                        "Paste one, or choose its file.",
                    )
                })?;
            let passphrase = over("passphrase", draft.passphrase, kept.passphrase)?;
            stored.public_key = inspect(&private_key, passphrase.as_ref())?;
            let certificate =
                draft.certificate.or(old_certificate).filter(|text| !text.trim().is_empty());
            stored.certificate = certificate
                .map(|text| pair(text, &private_key, passphrase.as_ref(), &stored))
                .transpose()?;
            Secrets { private_key: Some(private_key), passphrase, ..Secrets::default() }
        }
        IdentityKind::Agent => {
            stored.agent_fingerprint = fingerprint(draft.agent_fingerprint)?;
            Secrets::default()
        }
    };
    stored.has_password = secrets.password.is_some();
    stored.has_private_key = secrets.private_key.is_some();
    stored.has_passphrase = secrets.passphrase.is_some();
    Ok((stored, secrets))
}

/// The new secret; none keeps the old one, an empty one removes it.
fn over(
    field: &str,
    new: Option<Secret<String>>,
    old: Option<Secret<String>>,
) -> Result<Option<Secret<String>>, CoreError> {
    let Some(new) = new else { return Ok(old) };
    if new.expose_secret().len() > LONGEST_SECRET {
        return Err(CoreError::invalid(
            field,
            "This is longer than 64 KiB.",
            "Check what was pasted.",
        ));
    }
    Ok(Some(new).filter(|secret| !secret.expose_secret().is_empty()))
}

/// The public half. An encrypted key may be kept without its passphrase: connecting asks for it then.
fn inspect(
    key: &Secret<String>,
    passphrase: Option<&Secret<String>>,
) -> Result<Option<PublicKeyInfo>, CoreError> {
    match keys::inspect(key, passphrase) {
        Ok(info) => Ok(Some(info)),
        Err(SshError::KeyPassphraseNeeded) => Ok(None),
        Err(error) => Err(key_problem(&error)),
    }
}

fn pair(
    text: String,
    key: &Secret<String>,
    passphrase: Option<&Secret<String>>,
    stored: &StoredIdentity,
) -> Result<StoredCertificate, CoreError> {
    let problem = |error: SshError| {
        let api = error.api_error("the identity");
        CoreError::invalid("certificate", api.message, api.next_step)
    };
    let info = keys::inspect_certificate(&text).map_err(problem)?;
    // A key that is not readable without its passphrase cannot be compared; the server will.
    if stored.public_key.is_some() {
        keys::check_pair(key, passphrase, &text).map_err(problem)?;
    }
    Ok(StoredCertificate { text: text.trim().to_owned(), info })
}

fn fingerprint(text: Option<String>) -> Result<Option<String>, CoreError> {
    let Some(text) = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let fits = text.strip_prefix("SHA256:").is_some_and(|digest| {
        digest.len() == 43
            && digest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
    });
    if fits {
        return Ok(Some(text));
    }
    Err(CoreError::invalid(
        "agentFingerprint",
        format!("“{}” is not the fingerprint of a key.", shown(&text)),
        "It looks like SHA256: and 43 characters; choose the key from the list.",
    ))
}

/// What is wrong with a key, on the field to blame.
pub(super) fn key_problem(error: &SshError) -> CoreError {
    let api = error.api_error("the key");
    let field = match error {
        SshError::KeyPassphraseNeeded | SshError::KeyPassphraseWrong => "passphrase",
        _ => "privateKey",
    };
    CoreError::invalid(field, api.message, api.next_step)
}
