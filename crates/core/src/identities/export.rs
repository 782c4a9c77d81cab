//! Taking keys out of the vault: the public half to a file, the private half only encrypted, and what an authority needs to
//! sign a certificate.

use super::{Identities, known, secrets::one};
use crate::{Authorized, CoreError, sync};
use patchbay_engine_ssh::{agent_keys, hostkey, keys};
use patchbay_model::{IdentityId, IdentityKind, PublicKeyInfo, Secret};
use patchbay_store::Field;
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

/// A certificate to ask an authority for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CertificateWish {
    /// Names the certificate in the server's log.
    pub key_id: String,
    /// User names it is to be good for.
    pub principals: Vec<String>,
    /// For how long, as `ssh-keygen -V` takes it: `+52w`, `+8h`.
    pub validity: String,
}

impl Identities<'_> {
    /// The public half of an identity's key; of one in the agent, if the agent is there.
    pub async fn public_key(
        &self,
        id: &Authorized<IdentityId>,
    ) -> Result<PublicKeyInfo, CoreError> {
        let stored = known(&*self.0.vault().unlocked()?, *id.get())?;
        let missing = |why: &str, next: &str| {
            Err(CoreError::invalid("id", format!("“{}” {why}.", stored.name), next))
        };
        match (stored.kind, stored.public_key, stored.agent_fingerprint) {
            (IdentityKind::Key, Some(info), _) => Ok(info),
            (IdentityKind::Key, None, _) => missing(
                "has a key whose passphrase is not kept, so its public half is not known",
                "Keep the passphrase with the identity.",
            ),
            (IdentityKind::Agent, _, Some(fingerprint)) => {
                let keys = agent_keys(None)
                    .await
                    .map_err(|error| CoreError::Api(Box::new(error.api_error("this computer"))))?;
                match keys.into_iter().find(|key| key.fingerprint == fingerprint) {
                    Some(info) => Ok(info),
                    None => missing(
                        "names a key that the agent does not hold now",
                        "Add it with ssh-add, or plug the security key in.",
                    ),
                }
            }
            (IdentityKind::Agent, _, None) => {
                missing("takes any key of the agent", "Choose one key of the agent first.")
            }
            (IdentityKind::Password, ..) => {
                missing("has no key", "Choose an identity with a private key.")
            }
        }
    }

    /// The picture OpenSSH draws of a key (`ssh-keygen -lv`).
    pub async fn picture(&self, id: &Authorized<IdentityId>) -> Result<String, CoreError> {
        let key = self.public_key(id).await?;
        hostkey::picture(&key.openssh)
            .map_err(|error| CoreError::Api(Box::new(error.api_error("this computer"))))
    }

    /// Writes the public half to a file, as `ssh-keygen` names `….pub`.
    pub async fn export_public(
        &self,
        id: &Authorized<IdentityId>,
        path: &str,
    ) -> Result<(), CoreError> {
        let path = self.0.vault().file_path("path", path)?;
        let line = self.public_key(id).await?.openssh + "\n";
        written(path, Secret::new(line), false).await
    }

    /// Writes the private key to a file that only its owner can read, in OpenSSH's format and encrypted with a passphrase
    /// of its own. The passphrase of the vault must have been typed within the last minute, or be given now.
    pub async fn export_private(
        &self,
        id: &Authorized<IdentityId>,
        path: &str,
        new_passphrase: Secret<String>,
        passphrase: Option<&Secret<String>>,
    ) -> Result<(), CoreError> {
        let path = self.0.vault().file_path("path", path)?;
        crate::vault::require_strong("newPassphrase", &new_passphrase)?;
        let unlocked = self.prove(passphrase).await?;
        let id = *id.get();
        let name = known(&unlocked, id)?.name;
        let text = one(&unlocked, id, Field::PrivateKey).await?.ok_or_else(|| {
            CoreError::invalid(
                "id",
                format!("“{name}” has no private key."),
                "Choose an identity with a private key.",
            )
        })?;
        let own = one(&unlocked, id, Field::Passphrase).await?;
        let sealed =
            tokio::task::spawn_blocking(move || keys::export(&text, own.as_ref(), &new_passphrase))
                .await
                .map_err(|stopped| CoreError::Internal(stopped.to_string()))?
                .map_err(|error| CoreError::Api(Box::new(error.api_error("the key"))))?;
        written(path, sealed, true).await
    }

    /// What an authority needs to sign a certificate: the public key, and the line that signs it. OpenSSH has no format
    /// for such requests; `ssh-keygen` reads this as a public key, as lines that begin with `#` are skipped.
    pub async fn certificate_request(
        &self,
        id: &Authorized<IdentityId>,
        wish: CertificateWish,
    ) -> Result<String, CoreError> {
        let wish = checked(wish)?;
        let key = self.public_key(id).await?;
        let principals = wish.principals.join(",");
        let file = file_name(&wish.key_id);
        Ok(format!(
            "# Please sign this key as an OpenSSH user certificate.\n\
             #\n\
             # Key:         {} {}\n\
             # Signs in as: {principals}\n\
             # Valid for:   {} from signing\n\
             #\n\
             # Save this as {file}.pub. With the authority's private key in user_ca, run:\n\
             #\n\
             #     ssh-keygen -s user_ca -I {} -n {principals} -V {} {file}.pub\n\
             #\n\
             # Send back {file}-cert.pub.\n\
             {}\n",
            key.algorithm,
            key.fingerprint,
            wish.validity.trim_start_matches('+'),
            wish.key_id,
            wish.validity,
            key.openssh
        ))
    }

    /// Writes a request for a certificate to a file.
    pub async fn export_request(
        &self,
        id: &Authorized<IdentityId>,
        wish: CertificateWish,
        path: &str,
    ) -> Result<(), CoreError> {
        let path = self.0.vault().file_path("path", path)?;
        let text = self.certificate_request(id, wish).await?;
        written(path, Secret::new(text), false).await
    }

    /// Whether programs that use Patchbay's agent are asked about each use of the key.
    pub async fn set_ask_on_use(
        &self,
        id: &Authorized<IdentityId>,
        ask: bool,
    ) -> Result<patchbay_model::Identity, CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let _turn = unlocked.turn().await;
        let id = *id.get();
        let mut stored = known(&unlocked, id)?;
        stored.ask_on_use = ask;
        let json = crate::vault::written(serde_json::to_vec(&stored))?;
        let change = crate::vault::put(patchbay_store::Kind::Identity, *id.as_bytes(), json);
        unlocked.vault().apply(vec![change]).await?;
        sync::write(unlocked.identities()).insert(id, stored.clone());
        Ok(stored.shown(id, super::uses(&unlocked).get(&id).copied().unwrap_or_default()))
    }
}

/// Text for a shell and for `ssh-keygen -n`, so that nobody who runs the line runs anything else.
fn checked(wish: CertificateWish) -> Result<CertificateWish, CoreError> {
    let plain = |text: &str| {
        !text.is_empty()
            && text.len() <= 100
            && !text.starts_with('-')
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"@._-+".contains(&b))
    };
    let problem = |field: &str, message: String| {
        let next = "Use letters, digits and . _ - @ +, not beginning with a dash.";
        Err(CoreError::invalid(field, message, next))
    };
    let key_id = wish.key_id.trim().to_owned();
    if !plain(&key_id) {
        return problem("keyId", "This is no name for a certificate.".into());
    }
    let principals: Vec<String> =
        wish.principals.iter().map(|name| name.trim().to_owned()).collect();
    if principals.is_empty() || principals.len() > 50 {
        return problem("principals", "A certificate is for 1 to 50 user names.".into());
    }
    if let Some(wrong) = principals.iter().find(|name| !plain(name)) {
        let wrong = crate::tree::shown(wrong);
        return problem("principals", format!("“{wrong}” is not a user name."));
    }
    let validity = wish.validity.trim().to_owned();
    let (digits, unit) = validity
        .strip_prefix('+')
        .and_then(|rest| rest.split_at_checked(rest.len().saturating_sub(1)))
        .unwrap_or_default();
    let counted = (1..=5).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if !counted || !matches!(unit, "m" | "h" | "d" | "w") {
        return Err(CoreError::invalid(
            "validity",
            "This is not how long a certificate can be valid.",
            "Give a number and m, h, d or w, such as +52w.",
        ));
    }
    Ok(CertificateWish { key_id, principals, validity })
}

fn file_name(key_id: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    key_id.chars().map(plain).collect()
}

async fn written(path: PathBuf, text: Secret<String>, private: bool) -> Result<(), CoreError> {
    tokio::task::spawn_blocking(move || replace(&path, &text, private))
        .await
        .map_err(|stopped| CoreError::Internal(stopped.to_string()))?
}

/// Writes beside and renames: the person has been asked whether to replace what is there, and a secret never stands in a
/// file that others could already read.
fn replace(path: &Path, text: &Secret<String>, private: bool) -> Result<(), CoreError> {
    let failed = |source| CoreError::File { action: "Writing", path: path.to_path_buf(), source };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", IdentityId::new()));
    let beside = path.with_file_name(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if private { 0o600 } else { 0o644 });
    #[cfg(not(unix))]
    let _ = private;
    let mut file = options.open(&beside).map_err(failed)?;
    let done = file
        .write_all(text.expose_secret().as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, path));
    if done.is_err() {
        // What is half written is of no use to anybody.
        let _gone = fs::remove_file(&beside);
    }
    done.map_err(failed)
}
