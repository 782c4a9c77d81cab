//! Identities for what is found: key files are read into the vault, passwords and keys of the file itself put there.
//! Each is made once, and one that is there already is used.
//!
//! An encrypted key stays encrypted, and its passphrase is asked for when it is used. A file that cannot be used is
//! listed, and the machine is imported without it.

use super::openssh;
use super::openssh::{Place, Resolved};
use crate::{Authorized, Core, CoreError, WholeVault, identities::StoredIdentity, sync};
use patchbay_engine_ssh::{hostkey, keys};
use patchbay_exchange::SignIn;
use patchbay_model::{IdentityDraft, IdentityId, IdentityKind, ImportRemark, Secret};
use patchbay_store::{Field, Kind};
use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read},
    path::Path,
};
use zeroize::Zeroizing;

/// As much as an identity may hold.
const LARGEST_KEY: u64 = 64 * 1024;

/// The identities made or found so far.
pub(super) struct Keys<'a> {
    core: &'a Core,
    vault: &'a Authorized<WholeVault>,
    /// By key file and certificate; `None` is a file that cannot be used.
    by_file: HashMap<(String, Option<String>), Option<IdentityId>>,
    /// By the number of a way to sign in of the file.
    by_number: HashMap<usize, Option<IdentityId>>,
    /// What is in the vault with its secrets, read once.
    there: Option<Vec<There>>,
    made: Vec<IdentityId>,
    remarks: Vec<ImportRemark>,
}

/// An identity that is there, to compare with.
struct There {
    id: IdentityId,
    stored: StoredIdentity,
    password: Option<Zeroizing<Vec<u8>>>,
    private_key: Option<Zeroizing<Vec<u8>>>,
}

/// What a key file holds.
enum Found {
    Private(Secret<String>),
    /// Only the public half: the private one is in the agent.
    Public {
        fingerprint: String,
    },
}

impl<'a> Keys<'a> {
    pub(super) fn new(core: &'a Core, vault: &'a Authorized<WholeVault>) -> Self {
        Self {
            core,
            vault,
            by_file: HashMap::new(),
            by_number: HashMap::new(),
            there: None,
            made: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// The identities that were made, and what could not be used.
    pub(super) fn finish(self) -> (Vec<IdentityId>, Vec<ImportRemark>) {
        (self.made, self.remarks)
    }

    /// The identity of one way to sign in of a file; `None` if it cannot be used. `name` is for one that has none.
    pub(super) async fn of_file(
        &mut self,
        number: usize,
        sign_in: &SignIn,
        name: &str,
        place: &Place,
    ) -> Result<Option<IdentityId>, CoreError> {
        if let Some(known) = self.by_number.get(&number) {
            return Ok(*known);
        }
        let id = match sign_in {
            SignIn::KeyFile { path, passphrase } => {
                let path = self.at_home(path);
                let certificate = self.certificate_of(&path, &mut Vec::new());
                self.identity(&path, place, certificate, passphrase.clone()).await?
            }
            SignIn::Draft(draft) => match self.same_as(draft).await? {
                Some(there) => Some(there),
                None => {
                    let mut draft = (**draft).clone();
                    let own = if draft.name.is_empty() { name } else { &draft.name };
                    draft.name = self.free_name(&openssh::harmless(own, 200))?;
                    self.add(draft, place, "A way to sign in").await?
                }
            },
        };
        self.by_number.insert(number, id);
        Ok(id)
    }

    fn at_home(&self, path: &str) -> String {
        let rest = path.strip_prefix("~/").or_else(|| path.strip_prefix("~\\"));
        match rest {
            Some(rest) if cfg!(windows) => self.core.config().home.join(rest).display().to_string(),
            Some(rest) => {
                self.core.config().home.join(rest.replace('\\', "/")).display().to_string()
            }
            None => path.to_owned(),
        }
    }

    /// An identity with the very same user and secrets.
    async fn same_as(&mut self, draft: &IdentityDraft) -> Result<Option<IdentityId>, CoreError> {
        if self.there.is_none() {
            self.there = Some(self.read_all().await?);
        }
        // Passwords and keys are told apart by what they are, not by what they are called, unless the file names them.
        let equal = |kept: &Option<Zeroizing<Vec<u8>>>, given: &Option<Secret<String>>| {
            kept.as_ref().map(|kept| kept.as_slice())
                == given.as_ref().map(|given| given.expose_secret().as_bytes())
        };
        let certificate = draft.certificate.as_deref().map(str::trim);
        let same = |there: &&There| {
            let stored = &there.stored;
            stored.kind == draft.kind
                && stored.user == draft.user
                && stored.agent_fingerprint == draft.agent_fingerprint
                && stored.certificate.as_ref().map(|kept| kept.text.as_str()) == certificate
                && (draft.name.is_empty() || stored.name == draft.name)
                && equal(&there.password, &draft.password)
                && equal(&there.private_key, &draft.private_key)
        };
        Ok(self.there.iter().flatten().find(same).map(|there| there.id))
    }

    async fn read_all(&self) -> Result<Vec<There>, CoreError> {
        let unlocked = self.core.vault().unlocked()?;
        let all: Vec<_> =
            sync::read(unlocked.identities()).iter().map(|(id, one)| (*id, one.clone())).collect();
        let mut there = Vec::with_capacity(all.len());
        for (id, stored) in all {
            let secret = |field| unlocked.vault().get(Kind::IdentitySecret, *id.as_bytes(), field);
            let password = secret(Field::Password).await?;
            let private_key = secret(Field::PrivateKey).await?;
            there.push(There { id, stored, password, private_key });
        }
        Ok(there)
    }

    async fn add(
        &mut self,
        draft: IdentityDraft,
        place: &Place,
        what: &str,
    ) -> Result<Option<IdentityId>, CoreError> {
        match self.core.identities().add(self.vault, draft).await {
            Ok(identity) => {
                self.made.push(identity.id);
                Ok(Some(identity.id))
            }
            Err(error @ CoreError::Invalid { .. }) => {
                self.remark(place, what, &error.to_string());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The identities of a host, in the order its files are named; `None` if it names none that can be used.
    pub(super) async fn of(
        &mut self,
        resolved: &Resolved,
    ) -> Result<Option<Vec<IdentityId>>, CoreError> {
        let mut certificates = self.certificates(resolved);
        let mut identities = Vec::new();
        for (path, place) in &resolved.identity_files {
            let certificate = self.certificate_of(path, &mut certificates);
            let id = match self.by_file.get(&(path.clone(), certificate.clone())) {
                Some(known) => *known,
                None => {
                    let id = self.identity(path, place, certificate.clone(), None).await?;
                    self.by_file.insert((path.clone(), certificate), id);
                    id
                }
            };
            if let Some(id) = id.filter(|id| !identities.contains(id)) {
                identities.push(id);
            }
        }
        for (_, place) in certificates {
            self.remark_once(&place, "None of the host's key files belongs to this certificate.");
        }
        Ok((!identities.is_empty()).then_some(identities))
    }

    /// The texts of the certificates a host names.
    fn certificates(&mut self, resolved: &Resolved) -> Vec<(String, Place)> {
        let mut texts = Vec::new();
        for (path, place) in &resolved.certificate_files {
            match text(Path::new(path)) {
                Ok(text) => match keys::inspect_certificate(text.expose_secret()) {
                    Ok(_) => texts.push((text.expose_secret().trim().to_owned(), place.clone())),
                    Err(error) => self.remark(place, path, &error.api_error("the file").message),
                },
                Err(error) => self.remark(place, path, &format!("It cannot be read: {error}.")),
            }
        }
        texts
    }

    /// The certificate for a key file: one the host names, or the one beside the file, as ssh(1) looks for it.
    fn certificate_of(&self, path: &str, named: &mut Vec<(String, Place)>) -> Option<String> {
        let beside = text(Path::new(&format!("{path}-cert.pub")))
            .ok()
            .map(|text| text.expose_secret().trim().to_owned());
        let public = public_line(path);
        let belongs = |certificate: &str| match (&public, hostkey::plain(certificate)) {
            (Some(public), Ok(inside)) => same_key(public, &inside),
            // An encrypted key without its public half beside it: take what the file says.
            (None, Ok(_)) => true,
            (_, Err(_)) => false,
        };
        let at = named.iter().position(|(certificate, _)| belongs(certificate));
        at.map(|at| named.remove(at).0)
            .or_else(|| beside.filter(|certificate| belongs(certificate)))
    }

    async fn identity(
        &mut self,
        path: &str,
        place: &Place,
        certificate: Option<String>,
        passphrase: Option<Secret<String>>,
    ) -> Result<Option<IdentityId>, CoreError> {
        let found = match find(path) {
            Ok(found) => found,
            Err(reason) => {
                self.remark(place, path, &reason);
                return Ok(None);
            }
        };
        if let Some(known) = self.known(&found, certificate.as_deref()).await? {
            return Ok(Some(known));
        }
        let name = Path::new(path)
            .file_name()
            .map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned());
        let (kind, private_key, agent_fingerprint) = match found {
            Found::Private(text) => (IdentityKind::Key, Some(text), None),
            Found::Public { fingerprint } => (IdentityKind::Agent, None, Some(fingerprint)),
        };
        let draft = IdentityDraft {
            id: None,
            name: self.free_name(&name)?,
            user: None,
            kind,
            password: None,
            private_key,
            passphrase: passphrase.filter(|_| kind == IdentityKind::Key),
            certificate,
            agent_fingerprint,
        };
        self.add(draft, place, path).await
    }

    /// An identity that is there already with the same key, from an earlier import or made by hand.
    async fn known(
        &self,
        found: &Found,
        certificate: Option<&str>,
    ) -> Result<Option<IdentityId>, CoreError> {
        let unlocked = self.core.vault().unlocked()?;
        let all: Vec<_> =
            sync::read(unlocked.identities()).iter().map(|(id, one)| (*id, one.clone())).collect();
        for (id, identity) in all {
            match found {
                Found::Public { fingerprint } => {
                    if identity.agent_fingerprint.as_ref() == Some(fingerprint) {
                        return Ok(Some(id));
                    }
                }
                Found::Private(text) => {
                    let other =
                        identity.certificate.as_ref().map(|certificate| certificate.text.as_str());
                    if !identity.has_private_key || other != certificate {
                        continue;
                    }
                    let kept = unlocked
                        .vault()
                        .get(Kind::IdentitySecret, *id.as_bytes(), Field::PrivateKey)
                        .await?;
                    if kept.is_some_and(|kept| *kept == *text.expose_secret().as_bytes()) {
                        return Ok(Some(id));
                    }
                }
            }
        }
        Ok(None)
    }

    fn free_name(&self, name: &str) -> Result<String, CoreError> {
        let unlocked = self.core.vault().unlocked()?;
        let identities = sync::read(unlocked.identities());
        let taken = |name: &str| identities.values().any(|identity| identity.name == name);
        let numbered = (2..).map(|number| format!("{name} {number}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        Ok(names.find(|name| !taken(name)).unwrap_or_else(|| name.to_owned()))
    }

    fn remark(&mut self, place: &Place, path: &str, reason: &str) {
        self.remark_once(place, &format!("{path}: {reason}"));
    }

    /// A line may count for many hosts.
    fn remark_once(&mut self, place: &Place, reason: &str) {
        let remark = place.remark(reason);
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

fn find(path: &str) -> Result<Found, String> {
    match text(Path::new(path)) {
        Ok(text) => Ok(match hostkey::fingerprint(first_line(text.expose_secret())) {
            Ok(fingerprint) => Found::Public { fingerprint },
            Err(_) => Found::Private(text),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let public = text(Path::new(&format!("{path}.pub"))).ok();
            let fingerprint =
                public.and_then(|text| hostkey::fingerprint(first_line(text.expose_secret())).ok());
            fingerprint
                .map(|fingerprint| Found::Public { fingerprint })
                .ok_or_else(|| "There is no such file.".to_owned())
        }
        Err(error) => Err(format!("It cannot be read: {error}.")),
    }
}

/// The public half of a key file, if it can be told without a passphrase.
fn public_line(path: &str) -> Option<String> {
    let from_private = text(Path::new(path))
        .ok()
        .and_then(|text| keys::inspect(&text, None).ok())
        .map(|info| info.openssh);
    from_private.or_else(|| {
        let public = text(Path::new(&format!("{path}.pub"))).ok()?;
        hostkey::plain(first_line(public.expose_secret())).ok()
    })
}

fn same_key(one: &str, other: &str) -> bool {
    let key =
        |line: &str| line.split_ascii_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
    key(one) == key(other)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim()
}

/// The text of a regular file of reasonable size.
fn text(path: &Path) -> io::Result<Secret<String>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let mut text = String::new();
    File::open(path)?.take(LARGEST_KEY + 1).read_to_string(&mut text)?;
    let text = Secret::new(text);
    if text.expose_secret().len() as u64 > LARGEST_KEY {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large for a key"));
    }
    Ok(text)
}
