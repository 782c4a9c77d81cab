//! Keys and certificates, from the vault or from the agent.

use super::{SLOW, SignIn, Step, answered};
use crate::{
    SshError,
    agent::{self, AgentSigner},
    agent_server, hostkey, keys,
};
use patchbay_model::{PromptKind, Secret};
use russh::{
    MethodKind, Signer,
    client::AuthResult,
    keys::{
        Algorithm, Certificate, HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKey,
        agent::AgentIdentity, ssh_encoding::Encode,
    },
};
use std::{
    hash::{Hash, Hasher},
    sync::Arc,
    time::{Duration, SystemTime},
};

/// The agent may wait for a touch or a confirmation, and the server for its directory.
const AGENT: Duration = Duration::from_secs(120);
/// Passphrases a person may try for one key.
const TRIES: u32 = 3;
/// Servers end the connection after six or so; russh would otherwise offer whatever the agent holds.
const MOST_AGENT_KEYS: usize = 64;

impl SignIn<'_> {
    pub(super) async fn stored_key(
        &mut self,
        at: usize,
        text: &Secret<String>,
        passphrase: Option<&Secret<String>>,
        certificate: Option<&str>,
    ) -> Result<Step, SshError> {
        if !self.accepts(MethodKind::PublicKey) {
            return Ok(Step::Refused);
        }
        let key = match self.opened.get(&at) {
            Some(known) => known.clone(),
            None => {
                let opened = self.open_key(text, passphrase).await;
                self.opened.insert(at, opened.clone());
                opened
            }
        };
        let key = match key {
            Ok(key) => key,
            Err(error) => {
                self.obstacle(error);
                return Ok(Step::Refused);
            }
        };
        let hashes = self.hashes_for(&key.algorithm()).await?;
        let Some(best) = hashes.first() else { return Ok(Step::Refused) };
        if let Some(text) = certificate.filter(|text| !text.trim().is_empty()) {
            let step = self.with_certificate(&key, text, *best).await?;
            if step != Step::Refused {
                return Ok(step);
            }
        }
        let fingerprint = hostkey::fingerprint_of(key.public_key().key_data());
        if !self.fresh(fingerprint.clone()) {
            return Ok(Step::Refused);
        }
        self.note_tried(format!("the key {fingerprint}"));
        let mut step = Step::Refused;
        for hash in hashes {
            let signed = PrivateKeyWithHashAlg::new(key.clone(), hash);
            let asking = self.link.handle.authenticate_publickey(self.user.clone(), signed);
            let answer = answered(self.hop, SLOW, asking).await?;
            step = self.take(answer)?;
            if step != Step::Refused || !self.accepts(MethodKind::PublicKey) {
                break;
            }
        }
        Ok(step)
    }

    async fn with_certificate(
        &mut self,
        key: &Arc<PrivateKey>,
        text: &str,
        hash: Option<HashAlg>,
    ) -> Result<Step, SshError> {
        let certificate =
            match keys::certificate(text).and_then(|c| keys::pair(key, &c).map(|()| c)) {
                Ok(certificate) => certificate,
                Err(error) => {
                    self.obstacle(error);
                    return Ok(Step::Refused);
                }
            };
        if !self.fresh(format!("certificate {}", certificate_name(&certificate))) {
            return Ok(Step::Refused);
        }
        // It is offered all the same: this computer's clock may be the one that is wrong.
        let late = keys::out_of_time(&certificate, SystemTime::now())
            .map_or_else(String::new, |how| format!(" ({how})"));
        self.note_tried(format!("the certificate “{}”{late}", certificate_name(&certificate)));
        let mut signer = KeySigner(key.clone());
        let asking = self.link.handle.authenticate_certificate_with(
            self.user.clone(),
            certificate,
            hash,
            &mut signer,
        );
        let answer = answered(self.hop, SLOW, asking).await?;
        self.take(answer)
    }

    /// Opens a private key, asking for its passphrase if need be.
    async fn open_key(
        &mut self,
        text: &Secret<String>,
        passphrase: Option<&Secret<String>>,
    ) -> Result<Arc<PrivateKey>, SshError> {
        let mut passphrase = passphrase.cloned();
        for tries in 0.. {
            let (sealed, with) = (text.clone(), passphrase.take());
            // Deriving a key from a passphrase takes up to seconds.
            let read =
                tokio::task::spawn_blocking(move || keys::read(&sealed, with.as_ref())).await;
            let error = match read {
                Ok(Ok(key)) => return Ok(Arc::new(key)),
                Ok(Err(error)) => error,
                Err(_) => SshError::KeyUnreadable { reason: "it could not be digested".into() },
            };
            let again = match error {
                SshError::KeyPassphraseNeeded => false,
                SshError::KeyPassphraseWrong => true,
                _ => return Err(error),
            };
            if self.declined || tries == TRIES {
                return Err(error);
            }
            let (label, lasting) = ("Passphrase of the private key", name_of(text));
            let asking =
                self.report.ask_one(PromptKind::KeyPassphrase, label, false, again, lasting);
            passphrase = asking.await;
            if passphrase.is_none() {
                self.declined = true;
                return Err(error);
            }
        }
        Err(SshError::KeyPassphraseWrong)
    }

    pub(super) async fn agent_keys(&mut self, fingerprint: Option<&str>) -> Result<Step, SshError> {
        if !self.accepts(MethodKind::PublicKey) {
            return Ok(Step::Refused);
        }
        let (mut signer, identities) = match self.open_agent(fingerprint).await {
            Ok(opened) => opened,
            Err(error) => {
                self.obstacle(error);
                return Ok(Step::Refused);
            }
        };
        for identity in identities.into_iter().take(MOST_AGENT_KEYS) {
            let step = self.agent_key(&mut signer, identity).await?;
            if step != Step::Refused {
                return Ok(step);
            }
            if !self.accepts(MethodKind::PublicKey) {
                break;
            }
        }
        Ok(Step::Refused)
    }

    async fn open_agent(
        &self,
        fingerprint: Option<&str>,
    ) -> Result<(AgentSigner, Vec<AgentIdentity>), SshError> {
        let mut agent = agent::open(self.agent).await?;
        if let Some(binding) = self.link.handle.agent_session_binding() {
            agent::bind(&mut agent, binding, false).await;
        }
        let identities = agent::wanted(&mut agent, fingerprint).await?;
        Ok((AgentSigner { agent, refusal: None, report: self.report.clone() }, identities))
    }

    async fn agent_key(
        &mut self,
        signer: &mut AgentSigner,
        identity: AgentIdentity,
    ) -> Result<Step, SshError> {
        let public = identity.public_key().into_owned();
        let hashes = self.hashes_for(&public.algorithm()).await?;
        if hashes.is_empty() {
            return Ok(Step::Refused);
        }
        let fingerprint = hostkey::fingerprint_of(public.key_data());
        let way = match &identity {
            AgentIdentity::PublicKey { .. } => format!("the agent's key {fingerprint}"),
            AgentIdentity::Certificate { certificate, .. } => {
                format!("the agent's certificate “{}”", certificate_name(certificate))
            }
        };
        let spent = if matches!(identity, AgentIdentity::PublicKey { .. }) {
            fingerprint
        } else {
            way.clone()
        };
        if !self.fresh(spent) {
            return Ok(Step::Refused);
        }
        self.note_tried(way.clone());
        let mut step = Step::Refused;
        let hop = self.hop;
        for hash in hashes {
            let offering = self.offer(signer, identity.clone(), public.clone(), hash);
            let answer = answered(hop, AGENT, offering).await;
            if let Some(refusal) = signer.refusal.take() {
                self.tried.retain(|known| *known != way);
                self.obstacle(refusal);
                return Ok(Step::Refused);
            }
            step = self.take(answer?)?;
            if step != Step::Refused || !self.accepts(MethodKind::PublicKey) {
                break;
            }
        }
        Ok(step)
    }

    async fn offer(
        &mut self,
        signer: &mut AgentSigner,
        identity: AgentIdentity,
        public: PublicKey,
        hash: Option<HashAlg>,
    ) -> Result<AuthResult, SshError> {
        let user = self.user.clone();
        let handle = &mut self.link.handle;
        let answer = match identity {
            AgentIdentity::PublicKey { .. } => {
                handle.authenticate_publickey_with(user, public, hash, signer).await
            }
            AgentIdentity::Certificate { certificate, .. } => {
                handle.authenticate_certificate_with(user, certificate, hash, signer).await
            }
        };
        answer.map_err(|_| self.ended())
    }

    /// The hashes to sign with, one after the other: `None` for keys that have their own, and for SHA-1. Empty if the
    /// server takes only SHA-1 and that is not allowed.
    async fn hashes_for(
        &mut self,
        algorithm: &Algorithm,
    ) -> Result<Vec<Option<HashAlg>>, SshError> {
        if !matches!(algorithm, Algorithm::Rsa { .. }) {
            return Ok(vec![None]);
        }
        let announced = match self.rsa_hash {
            Some(announced) => announced,
            None => {
                let asking = self.link.handle.best_supported_rsa_hash();
                let announced = asking.await.map_err(|_| self.ended())?;
                self.rsa_hash = Some(announced);
                announced
            }
        };
        let legacy = self.hop.legacy_algorithms;
        Ok(match announced {
            // It says what it knows, but not always what it is set up to accept.
            Some(Some(hash)) if legacy => vec![Some(hash), None],
            Some(Some(hash)) => vec![Some(hash)],
            Some(None) if legacy => vec![None],
            Some(None) => {
                self.obstacle(SshError::KeyUnsupported {
                    reason: "the server takes RSA keys only with SHA-1 signatures, which can be forged; \
                             the machine's “Legacy algorithms” allow them"
                        .into(),
                });
                Vec::new()
            }
            // Without server-sig-algs: every server that lacks SHA-256 with RSA is ten years old.
            None if legacy => vec![None, Some(HashAlg::Sha256)],
            None => vec![Some(HashAlg::Sha256)],
        })
    }
}

fn certificate_name(certificate: &Certificate) -> String {
    crate::text::phrase(certificate.key_id())
}

/// Signs for a certificate with the key it was made for.
struct KeySigner(Arc<PrivateKey>);

impl Signer for KeySigner {
    type Error = SshError;

    async fn auth_sign(
        &mut self,
        _: &AgentIdentity,
        hash: Option<HashAlg>,
        mut to_sign: Vec<u8>,
    ) -> Result<Vec<u8>, SshError> {
        let failed = || SshError::KeyUnreadable { reason: "it does not sign".into() };
        let encoded = agent_server::signature(&self.0, hash, &to_sign)?;
        encoded.encode(&mut to_sign).map_err(|_| failed())?;
        Ok(to_sign)
    }
}

/// Tells a key from others of the same person, without saying anything about it.
fn name_of(text: &Secret<String>) -> String {
    let mut hasher = std::hash::DefaultHasher::new();
    text.expose_secret().hash(&mut hasher);
    format!("passphrase of key {:016x}", hasher.finish())
}
