//! Providers that speak OpenID Connect: the code flow with PKCE (RFC 7636), state and nonce.
//!
//! Where a sign-in stands lies sealed with the page that began it, so that any node can end it. The page gives it back from its
//! own storage, which pages of other sites cannot fill: what they send here does not fit to anything. Deliberately absent:
//! tokens that are kept (each is used once, in this file), signing out elsewhere, signed answers about the person.

use super::{
    settings::{OidcSettings, Required},
    vouched::Vouched,
};
use crate::outbound::{Asking, OutboundError};
use axum::http::{Request, header};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthType, AuthenticationFlow, AuthorizationCode,
    ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, DiscoveryError, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse,
    core::{
        CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenVerifier,
        CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType,
    },
};
use patchbay_core::sync::lock;
use patchbay_model::{AccountId, ProviderId, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use thiserror::Error;

/// How long a provider's description of itself counts, in milliseconds.
const KNOWN_FOR: i64 = 5 * 60 * 1000;
/// How far the provider's clock and ours may be apart, in seconds.
const LEEWAY: i64 = 60;
/// How old what it says may be, in seconds: it is said the moment before it is asked for.
const OLDEST: i64 = 10 * 60;
/// How long somebody has for signing in there, in milliseconds.
pub(super) const SIGN_IN_WITHIN: i64 = 10 * 60 * 1000;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why a provider does not say who somebody is. The messages are sentences for those who run this server.
#[derive(Debug, Error)]
pub(crate) enum OidcError {
    #[error("The provider cannot be asked: {0}.")]
    Outbound(#[from] OutboundError),
    #[error("What the provider says of itself does not hold together: {0}.")]
    Description(String),
    #[error("The provider took no code: {0}.")]
    Refused(String),
    #[error("What the provider says about the person is not good: {0}.")]
    Claims(String),
    #[error("What came back does not fit what this page asked for.")]
    Mismatch,
    #[error("The provider does not say of the person that “{}” is “{}”.", .0.claim, .0.value)]
    Required(Required),
}

/// Where a sign-in at a provider stands.
#[derive(Serialize, Deserialize)]
pub(super) struct Begun {
    pub(super) provider: ProviderId,
    /// Who wants to be linked; none to sign in.
    pub(super) account: Option<AccountId>,
    pub(super) at: Timestamp,
    state: String,
    nonce: String,
    verifier: String,
    redirect: String,
}

/// What a browser brought back from a provider.
#[derive(Debug)]
pub(crate) struct Returned {
    pub(crate) code: String,
    pub(crate) state: String,
    /// Who answers, if it says so (RFC 9207).
    pub(crate) issuer: Option<String>,
}

/// What a provider said of itself, and when.
#[derive(Clone)]
struct Described {
    metadata: Arc<CoreProviderMetadata>,
    settings: OidcSettings,
    at: Timestamp,
}

/// What providers said of themselves.
#[derive(Default)]
pub(crate) struct Descriptions(Mutex<HashMap<ProviderId, Described>>);

/// A provider, and how it is asked.
pub(super) struct Oidc<'a> {
    pub(super) id: ProviderId,
    pub(super) settings: &'a OidcSettings,
    pub(super) secret: Option<&'a Secret<String>>,
    pub(super) asking: Asking,
    pub(super) now: Timestamp,
}

impl Oidc<'_> {
    /// What the provider says of itself, with its keys.
    pub(super) async fn discover(&self) -> Result<CoreProviderMetadata, OidcError> {
        let issuer = IssuerUrl::new(self.settings.issuer.clone())
            .map_err(|error| OidcError::Description(error.to_string()))?;
        let http = |request: HttpRequest| {
            let asking = self.asking.clone();
            async move { asking.ask(request).await }
        };
        let found = CoreProviderMetadata::discover_async(issuer, &http).await;
        let metadata = found.map_err(|error| match error {
            DiscoveryError::Request(error) => OidcError::Outbound(error),
            DiscoveryError::Response(status, ..) => OidcError::Description(format!(
                "its description, at {}/.well-known/openid-configuration, is answered with the status {status}",
                self.settings.issuer.trim_end_matches('/')
            )),
            DiscoveryError::Parse(_) => {
                OidcError::Description("its description cannot be read".to_owned())
            }
            other => OidcError::Description(other.to_string()),
        })?;
        // Nor may what it names be asked without TLS.
        self.asking.allows(metadata.authorization_endpoint().as_str())?;
        let token = metadata.token_endpoint();
        let token =
            token.ok_or_else(|| OidcError::Description("it has no token endpoint".to_owned()))?;
        self.asking.allows(token.as_str())?;
        if metadata.jwks().keys().is_empty() {
            return Err(OidcError::Description("it has no keys".to_owned()));
        }
        Ok(metadata)
    }

    /// The same, as it was said lately; or `anew`.
    async fn described(
        &self,
        known: &Descriptions,
        anew: bool,
    ) -> Result<Arc<CoreProviderMetadata>, OidcError> {
        let fits = |one: &&Described| {
            !anew
                && one.settings == *self.settings
                && (0..KNOWN_FOR).contains(&(self.now.0 - one.at.0))
        };
        if let Some(found) = lock(&known.0).get(&self.id).filter(fits) {
            return Ok(Arc::clone(&found.metadata));
        }
        let metadata = Arc::new(self.discover().await?);
        let settings = self.settings.clone();
        let described = Described { metadata: Arc::clone(&metadata), settings, at: self.now };
        lock(&known.0).insert(self.id, described);
        Ok(metadata)
    }

    fn client(&self, metadata: &CoreProviderMetadata, redirect: &str) -> Result<Client, OidcError> {
        let secret = self.secret.map(|secret| ClientSecret::new(secret.expose_secret().clone()));
        let id = ClientId::new(self.settings.client_id.clone());
        let redirect = RedirectUrl::new(redirect.to_owned())
            .map_err(|error| OidcError::Description(error.to_string()))?;
        let methods = metadata.token_endpoint_auth_methods_supported();
        // Without a word it is by the header (OpenID Connect Discovery section 3).
        let in_body = methods.is_some_and(|methods| {
            !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
                && methods.contains(&CoreClientAuthMethod::ClientSecretPost)
        });
        let how = if in_body { AuthType::RequestBody } else { AuthType::BasicAuth };
        let client = CoreClient::from_provider_metadata(metadata.clone(), id, secret);
        Ok(client.set_redirect_uri(redirect).set_auth_type(how))
    }

    /// Where a browser goes, and what has to be known when it comes back.
    pub(super) async fn begin(
        &self,
        known: &Descriptions,
        origin: &str,
        account: Option<AccountId>,
    ) -> Result<(String, Begun), OidcError> {
        let metadata = self.described(known, false).await?;
        let redirect = format!("{origin}/sign-in/back");
        let client = self.client(&metadata, &redirect)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        // The page that it leads back to is told what for.
        let what = if account.is_some() { "link" } else { "in" };
        let state = move || CsrfToken::new(format!("{what}.{}", CsrfToken::new_random().secret()));
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let mut asked = client.authorize_url(flow, state, Nonce::new_random);
        for scope in &self.settings.scopes {
            asked = asked.add_scope(Scope::new(scope.clone()));
        }
        let (address, state, nonce) = asked.set_pkce_challenge(challenge).url();
        let begun = Begun {
            provider: self.id,
            account,
            at: self.now,
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            redirect,
        };
        Ok((address.to_string(), begun))
    }

    /// Who it is that a browser comes back with.
    pub(super) async fn end(
        &self,
        known: &Descriptions,
        begun: &Begun,
        returned: Returned,
    ) -> Result<Vouched, OidcError> {
        let same = |a: &str, b: &str| {
            use sha2::{Digest as _, Sha256};
            // Of equal length, and nothing is learned from how long it takes to compare them.
            Sha256::digest(a) == Sha256::digest(b)
        };
        let other_issuer = returned.issuer.is_some_and(|one| one != self.settings.issuer);
        if !same(&begun.state, &returned.state) || other_issuer {
            return Err(OidcError::Mismatch);
        }
        let metadata = self.described(known, false).await?;
        let client = self.client(&metadata, &begun.redirect)?;
        let http = |request: HttpRequest| {
            let asking = self.asking.clone();
            async move { asking.ask(request).await }
        };
        let exchange = client
            .exchange_code(AuthorizationCode::new(returned.code))
            .map_err(|error| OidcError::Description(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(begun.verifier.clone()));
        let answer = exchange.request_async(&http).await.map_err(|error| match error {
            RequestTokenError::Request(error) => OidcError::Outbound(error),
            RequestTokenError::ServerResponse(said) => OidcError::Refused(short(
                &said.error_description().cloned().unwrap_or_else(|| said.error().to_string()),
            )),
            _ => OidcError::Refused("what it answers cannot be read".to_owned()),
        })?;
        let token = answer
            .id_token()
            .ok_or_else(|| OidcError::Claims("it sends no ID token".to_owned()))?;
        let nonce = Nonce::new(begun.nonce.clone());
        let mut metadata = metadata;
        let mut verified = self.verified(&client, token, answer.access_token(), &nonce);
        if matches!(&verified, Err(ClaimsVerificationError::SignatureVerification(_))) {
            // It may have changed its keys.
            metadata = self.described(known, true).await?;
            let client = self.client(&metadata, &begun.redirect)?;
            verified = self.verified(&client, token, answer.access_token(), &nonce);
        }
        let subject = verified.map_err(|error| {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            OidcError::Claims(short(&source.unwrap_or_else(|| error.to_string())))
        })?;
        // Verified above.
        let mut claims = payload(&token.to_string())
            .ok_or_else(|| OidcError::Claims("it cannot be read".to_owned()))?;
        if let Some(endpoint) = metadata.userinfo_endpoint() {
            let access = answer.access_token().secret();
            self.more(endpoint.as_str(), access, &subject, &mut claims).await?;
        }
        self.vouched(subject, &claims)
    }

    /// Who it is by an ID token, if that is good and belongs to the access token.
    fn verified(
        &self,
        client: &Client,
        token: &CoreIdToken,
        access: &AccessToken,
        nonce: &Nonce,
    ) -> Result<String, ClaimsVerificationError> {
        let verifier = self.verifier(client);
        let claims = token.claims(&verifier, nonce)?;
        // The library leaves this one to us (OpenID Connect Core section 3.1.3.7, step 5).
        if claims.authorized_party().is_some_and(|azp| **azp != self.settings.client_id) {
            let message = "it was made for another client (azp)".to_owned();
            return Err(ClaimsVerificationError::InvalidAudience(message));
        }
        if let Some(hash) = claims.access_token_hash() {
            let real = token.signing_alg().ok().zip(token.signing_key(&verifier).ok());
            let real = real.and_then(|(algorithm, key)| {
                AccessTokenHash::from_token(access, algorithm, key).ok()
            });
            if real.as_ref() != Some(hash) {
                let message = "its tokens do not belong together".to_owned();
                return Err(ClaimsVerificationError::Other(message));
            }
        }
        Ok(claims.subject().to_string())
    }

    fn verifier<'v>(&self, client: &'v Client) -> CoreIdTokenVerifier<'v> {
        use CoreJwsSigningAlgorithm as A;
        let now = self.now.0 / 1000;
        let at = |seconds: i64| chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        client
            .id_token_verifier()
            .set_allowed_algs([
                A::RsaSsaPkcs1V15Sha256,
                A::RsaSsaPkcs1V15Sha384,
                A::RsaSsaPkcs1V15Sha512,
                A::RsaSsaPssSha256,
                A::RsaSsaPssSha384,
                A::RsaSsaPssSha512,
                A::EcdsaP256Sha256,
                A::EcdsaP384Sha384,
                A::EdDsa,
            ])
            .set_time_fn(move || at(now - LEEWAY))
            .set_issue_time_verifier_fn(move |issued| {
                if issued > at(now + LEEWAY) {
                    Err("it is from the future; compare the clocks".to_owned())
                } else if issued < at(now - OLDEST) {
                    Err("it is too old".to_owned())
                } else {
                    Ok(())
                }
            })
    }

    /// What else the provider says about the person where it is asked for it.
    async fn more(
        &self,
        endpoint: &str,
        access: &str,
        subject: &str,
        claims: &mut serde_json::Map<String, Value>,
    ) -> Result<(), OidcError> {
        let request = Request::get(endpoint)
            .header(header::AUTHORIZATION, format!("Bearer {access}"))
            .header(header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|error| OidcError::Description(error.to_string()))?;
        let answer = self.asking.ask(request).await?;
        let said: Option<Value> = serde_json::from_slice(answer.body()).ok();
        let Some(Value::Object(said)) = said.filter(|_| answer.status().is_success()) else {
            // Not all providers have anything to add.
            return Ok(());
        };
        if said.get("sub").and_then(Value::as_str) != Some(subject) {
            return Err(OidcError::Claims("it speaks of two people".to_owned()));
        }
        for (name, value) in said {
            claims.entry(name).or_insert(value);
        }
        Ok(())
    }

    fn vouched(
        &self,
        subject: String,
        claims: &serde_json::Map<String, Value>,
    ) -> Result<Vouched, OidcError> {
        if let Some(required) = &self.settings.requires
            && !claims.get(&required.claim).is_some_and(|said| says(said, &required.value))
        {
            return Err(OidcError::Required(required.clone()));
        }
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(short);
        let name = text("preferred_username").or_else(|| text("email"));
        let display = text("name").or_else(|| name.clone());
        Ok(Vouched {
            provider: self.id,
            label: text("email").or_else(|| name.clone()).unwrap_or_else(|| short(&subject)),
            name: name.unwrap_or_default(),
            display: display.unwrap_or_default(),
            groups: Vec::new(),
            subject,
        })
    }
}

/// Whether a claim is a value, or a list with it.
pub(super) fn says(said: &Value, value: &str) -> bool {
    match said {
        Value::String(text) => text == value,
        Value::Bool(_) | Value::Number(_) => {
            let text = said.to_string();
            text == value
        }
        Value::Array(list) => list.iter().any(|one| !one.is_array() && says(one, value)),
        Value::Null | Value::Object(_) => false,
    }
}

/// The claims of a token, which was verified.
fn payload(token: &str) -> Option<serde_json::Map<String, Value>> {
    let middle = token.split('.').nth(1)?;
    let bytes = data_encoding::BASE64URL_NOPAD.decode(middle.as_bytes()).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// What others say, on one line that can be shown.
pub(super) fn short(text: &(impl AsRef<str> + ?Sized)) -> String {
    text.as_ref().chars().filter(|c| !c.is_control()).take(200).collect()
}
