//! Somebody who is signed in: reading, changing, and the session that ends with them.

use crate::{
    Link, Place, RedfishError, Said, Vendor,
    json::{at, flag, link, text},
    task::Sent,
    wire::{Answer, Ask, Wire},
};
use bytes::Bytes;
use data_encoding::BASE64;
use hyper::{
    Method,
    header::{self, HeaderName, HeaderValue},
};
use patchbay_model::Secret;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

const TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
/// Of one request.
const MOST_REDIRECTS: usize = 3;

/// What a machine has at a link.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Resource {
    /// Where.
    pub(crate) link: Link,
    /// Which state of it this is (RFC 9110 section 8.8.3).
    pub(crate) etag: Option<String>,
    /// All of it.
    pub(crate) body: Value,
}

/// How a client shows who it is.
enum Auth {
    Basic,
    Session { token: Secret<String>, link: Option<Link> },
}

/// Somebody who is signed in at a management controller. Dropping it ends the session there, in the background;
/// [`Client::close`] waits for that.
pub struct Client {
    wire: Arc<Wire>,
    user: String,
    password: Secret<String>,
    root: Value,
    vendor: Vendor,
    auth: Mutex<Auth>,
    /// Held by whoever begins a session in place of one that has ended.
    renewing: tokio::sync::Mutex<()>,
    /// The account itself, where the machine wants its password changed first.
    own_account: Option<Link>,
    /// Which system is meant, by its id; none if there is only one.
    system: Option<String>,
    /// Where the system is, once it was found.
    pub(crate) found_system: Mutex<Option<Link>>,
    /// What the last look at the state saw.
    pub(crate) seen: Mutex<Option<Resource>>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("at", &self.at())
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Looks what is there, and signs in: with a session (DSP0266 section 13.3.4), or with the password at every request
    /// where there are none. `system` is the id of the one that is meant where a controller has several.
    ///
    /// # Errors
    /// If nobody answers, not the one who is trusted, no Redfish service, or if it lets this one not in.
    pub async fn sign_in(
        place: Place,
        user: &str,
        password: Secret<String>,
        system: Option<String>,
    ) -> Result<Self, RedfishError> {
        let wire = Arc::new(Wire::new(place));
        let root = read_root(&wire).await?;
        let mut client = Self {
            vendor: Vendor::of(&root),
            wire,
            user: user.to_owned(),
            password,
            root,
            auth: Mutex::new(Auth::Basic),
            renewing: tokio::sync::Mutex::new(()),
            own_account: None,
            system,
            found_system: Mutex::new(None),
            seen: Mutex::new(None),
        };
        let (auth, own_account) = client.begin().await?;
        client.auth = Mutex::new(auth);
        client.own_account = own_account;
        if !client.has_session() {
            // Where nothing begins, a wrong password shows at the first thing that not everybody may read.
            client.systems().await?;
        }
        Ok(client)
    }

    /// Host and port.
    #[must_use]
    pub fn at(&self) -> String {
        self.wire.place.authority()
    }

    /// Whose machine it is, as far as it matters.
    #[must_use]
    pub const fn vendor(&self) -> Vendor {
        self.vendor
    }

    /// Which version of the protocol it speaks, as it says.
    #[must_use]
    pub fn version(&self) -> Option<String> {
        text(&self.root, &["RedfishVersion"])
    }

    /// Whether there is a session, and not the password at every request.
    #[must_use]
    pub fn has_session(&self) -> bool {
        matches!(*self.auth.lock().unwrap_or_else(PoisonError::into_inner), Auth::Session { .. })
    }

    /// The service root.
    pub(crate) const fn root(&self) -> &Value {
        &self.root
    }

    pub(crate) fn wanted_system(&self) -> Option<&str> {
        self.system.as_deref()
    }

    /// Whether members of a collection come with it when asked for (DSP0266 section 7.3.2).
    pub(crate) fn expands(&self) -> bool {
        flag(&self.root, &["ProtocolFeaturesSupported", "ExpandQuery", "NoLinks"]) == Some(true)
    }

    /// Gives the machine the new password that it asks for before anything else (DSP0266 section 13.5). Sign in anew with it.
    ///
    /// # Errors
    /// If it did not ask, or does not take this one.
    pub async fn change_demanded_password(&self, new: &Secret<String>) -> Result<(), RedfishError> {
        let Some(account) = &self.own_account else {
            let why = "The machine does not ask for another password.";
            return Err(RedfishError::Invalid(why.to_owned()));
        };
        let body = json!({ "Password": new.expose_secret() });
        self.send(Method::PATCH, account, None, Some(&body)).await.map(drop)
    }

    /// Whether the machine wants another password before anything else.
    #[must_use]
    pub const fn must_change_password(&self) -> bool {
        self.own_account.is_some()
    }

    /// Reads a resource.
    ///
    /// # Errors
    /// If there is no answer, or the machine says no.
    pub(crate) async fn get(&self, link: &Link) -> Result<Resource, RedfishError> {
        let answer = self.read(link, None).await?;
        self.resource(link, &answer)
    }

    /// Reads a resource, or says that it is as it was.
    pub(crate) async fn get_if_new(
        &self,
        old: &Resource,
    ) -> Result<Option<Resource>, RedfishError> {
        let answer = self.read(&old.link, old.etag.as_deref()).await?;
        if answer.status == 304 { Ok(None) } else { self.resource(&old.link, &answer).map(Some) }
    }

    fn resource(&self, link: &Link, answer: &Answer) -> Result<Resource, RedfishError> {
        let body: Value = serde_json::from_slice(&answer.body).map_err(|_| self.strange())?;
        if !body.is_object() {
            return Err(self.strange());
        }
        let etag = answer.header(header::ETAG).map(str::to_owned);
        let etag = etag.or_else(|| text(&body, &["@odata.etag"]));
        Ok(Resource { link: link.clone(), etag, body })
    }

    fn strange(&self) -> RedfishError {
        RedfishError::NotRedfish { at: self.at(), why: "its answer is no JSON object".to_owned() }
    }

    async fn read(&self, link: &Link, etag: Option<&str>) -> Result<Answer, RedfishError> {
        let mut headers = Vec::new();
        if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            headers.push((header::IF_NONE_MATCH, etag));
        }
        let mut link = link.clone();
        for _ in 0..MOST_REDIRECTS {
            let ask =
                Ask { method: Method::GET, link: &link, headers: headers.clone(), body: None };
            let answer = self.ask(ask).await?;
            match answer.status {
                200..=299 | 304 => return Ok(answer),
                301 | 302 | 307 | 308 => {
                    let to = answer.header(header::LOCATION).and_then(Link::located);
                    link = to.ok_or_else(|| self.leads_away())?;
                }
                status => return Err(self.judge(status, &answer.body)),
            }
        }
        Err(self.leads_away())
    }

    /// Reads, whatever the status.
    pub(crate) async fn raw(&self, link: &Link) -> Result<Answer, RedfishError> {
        self.ask(Ask { method: Method::GET, link, headers: Vec::new(), body: None }).await
    }

    fn leads_away(&self) -> RedfishError {
        RedfishError::NotRedfish { at: self.at(), why: "it leads elsewhere".to_owned() }
    }

    /// Changes properties of a resource. Where the machine has etags, only in the state that was read.
    pub(crate) async fn patch(
        &self,
        resource: &Resource,
        body: &Value,
    ) -> Result<Sent, RedfishError> {
        // RFC 9110 section 13.1.1 compares strongly, so that a weak one never fits.
        let strong = resource.etag.as_deref().filter(|etag| etag.starts_with('"'));
        let sent = self.send(Method::PATCH, &resource.link, strong, Some(body)).await;
        match sent {
            // Compared with something else than what it handed out, or it insists on a condition. Nothing was done yet.
            Err(error) if error.is_refused(&[412]) && strong.is_some() => {
                self.send(Method::PATCH, &resource.link, None, Some(body)).await
            }
            Err(error) if error.is_refused(&[412, 428]) => {
                self.send(Method::PATCH, &resource.link, Some("*"), Some(body)).await
            }
            sent => sent,
        }
    }

    pub(crate) async fn post(&self, link: &Link, body: &Value) -> Result<Sent, RedfishError> {
        self.send(Method::POST, link, None, Some(body)).await
    }

    pub(crate) async fn delete(&self, link: &Link) -> Result<Sent, RedfishError> {
        self.send(Method::DELETE, link, None, None).await
    }

    /// Sends a change, once.
    async fn send(
        &self,
        method: Method,
        link: &Link,
        etag: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Sent, RedfishError> {
        let etag = etag.and_then(|etag| HeaderValue::from_str(etag).ok());
        let headers = etag.into_iter().map(|etag| (header::IF_MATCH, etag)).collect();
        let body = body.map(|body| Bytes::from(body.to_string()));
        let answer = self.ask(Ask { method, link, headers, body }).await?;
        match answer.status {
            200..=299 => Ok(Sent::of(&answer)),
            status => Err(self.judge(status, &answer.body)),
        }
    }

    /// Asks as whoever is signed in. A session that the machine has ended is begun anew once: it refused, so nothing was done.
    async fn ask(&self, mut ask: Ask<'_>) -> Result<Answer, RedfishError> {
        let used = self.credential()?;
        ask.headers.push(used.clone());
        let answer = self.wire.ask(&ask).await?;
        if answer.status != 401 || !self.has_session() {
            return Ok(answer);
        }
        ask.headers.pop();
        ask.headers.push(self.renewed(&used).await?);
        self.wire.ask(&ask).await
    }

    /// Another session in place of one that has ended: one for all who find out at the same time.
    async fn renewed(
        &self,
        used: &(HeaderName, HeaderValue),
    ) -> Result<(HeaderName, HeaderValue), RedfishError> {
        let _alone = self.renewing.lock().await;
        let now = self.credential()?;
        if now != *used {
            return Ok(now);
        }
        let (auth, _) = self.begin().await?;
        *self.auth.lock().unwrap_or_else(PoisonError::into_inner) = auth;
        self.credential()
    }

    fn judge(&self, status: u16, body: &[u8]) -> RedfishError {
        Said::read(body).judge(status, &self.at(), &self.user)
    }

    /// Begins a session, if the machine has them.
    async fn begin(&self) -> Result<(Auth, Option<Link>), RedfishError> {
        // DSP0266 section 13.3.4.2 wants this link readable before anybody is signed in.
        let Some(sessions) = link(&self.root, &["Links", "Sessions"]) else {
            return Ok((Auth::Basic, None));
        };
        let body = json!({ "UserName": self.user, "Password": self.password.expose_secret() });
        let body = Some(Bytes::from(body.to_string()));
        let ask = Ask { method: Method::POST, link: &sessions, headers: Vec::new(), body };
        let answer = match self.wire.ask(&ask).await {
            // What was to be done with the session has not been asked for yet.
            Err(RedfishError::Lost { at, why }) => {
                return Err(RedfishError::Unreachable { at, why });
            }
            answer => answer?,
        };
        match answer.status {
            200..=299 => {}
            404 | 405 | 501 => return Ok((Auth::Basic, None)),
            status => return Err(self.judge(status, &answer.body)),
        }
        let Some(token) = answer.header(TOKEN) else { return Ok((Auth::Basic, None)) };
        let token = Secret::new(token.to_owned());
        let link = answer.header(header::LOCATION).and_then(Link::located);
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let link = link.or_else(|| Link::parse(at(&body, &["@odata.id"]).as_str()?));
        let said = Said::of(&body).0.into_iter().find(|said| said.key == "PasswordChangeRequired");
        let own = said.and_then(|said| said.arguments.first().and_then(|at| Link::located(at)));
        Ok((Auth::Session { token, link }, own))
    }

    fn credential(&self) -> Result<(HeaderName, HeaderValue), RedfishError> {
        let unreadable = |_| RedfishError::Invalid("The sign-in is not readable.".to_owned());
        let (name, line) = match &*self.auth.lock().unwrap_or_else(PoisonError::into_inner) {
            Auth::Session { token, .. } => (TOKEN, Zeroizing::new(token.expose_secret().clone())),
            Auth::Basic => {
                let pair =
                    Zeroizing::new(format!("{}:{}", self.user, self.password.expose_secret()));
                let coded = Zeroizing::new(BASE64.encode(pair.as_bytes()));
                (header::AUTHORIZATION, Zeroizing::new(format!("Basic {}", *coded)))
            }
        };
        let mut value = HeaderValue::from_str(&line).map_err(unreadable)?;
        value.set_sensitive(true);
        Ok((name, value))
    }

    /// Ends the session.
    ///
    /// # Errors
    /// If the machine did not end it.
    pub async fn close(self) -> Result<(), RedfishError> {
        match self.leave() {
            Some((link, credential)) => end(&self.wire, &link, credential).await,
            None => Ok(()),
        }
    }

    /// What it takes to end the session, once.
    fn leave(&self) -> Option<(Link, (HeaderName, HeaderValue))> {
        let credential = self.credential().ok()?;
        let mut auth = self.auth.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *auth, Auth::Basic) {
            Auth::Session { link: Some(link), .. } => Some((link, credential)),
            Auth::Session { link: None, .. } | Auth::Basic => None,
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let Some((link, credential)) = self.leave() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let wire = Arc::clone(&self.wire);
        runtime.spawn(async move {
            if let Err(error) = end(&wire, &link, credential).await {
                tracing::debug!(%error, "a session of a management controller was not ended");
            }
        });
    }
}

async fn end(
    wire: &Wire,
    link: &Link,
    credential: (HeaderName, HeaderValue),
) -> Result<(), RedfishError> {
    let ask = Ask { method: Method::DELETE, link, headers: vec![credential], body: None };
    let answer = wire.ask(&ask).await?;
    match answer.status {
        // One that the machine has ended itself is over too.
        200..=299 | 401 | 404 | 410 => Ok(()),
        status => Err(Said::read(&answer.body).judge(status, &wire.place.authority(), "")),
    }
}

/// The service root, which everybody may read.
async fn read_root(wire: &Wire) -> Result<Value, RedfishError> {
    let strange =
        |why: &str| RedfishError::NotRedfish { at: wire.place.authority(), why: why.to_owned() };
    let link = Link::root();
    let ask = Ask { method: Method::GET, link: &link, headers: Vec::new(), body: None };
    let answer = wire.ask(&ask).await?;
    if answer.status != 200 {
        return Err(strange(&format!("{link} answers {}", answer.status)));
    }
    let root: Value = serde_json::from_slice(&answer.body).map_err(|_| strange("no JSON came"))?;
    if text(&root, &["RedfishVersion"]).is_none() && !at(&root, &["Systems"]).is_object() {
        return Err(strange("it has no service root"));
    }
    Ok(root)
}
