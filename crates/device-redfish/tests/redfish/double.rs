//! A double of ours. No real controller can be started here that has sessions, accounts, logs and tasks, or that loses answers on
//! purpose; what it serves is shaped as DMTF's published mockups (DSP2043) are.

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody, combinators::BoxBody};
use hyper::{
    Method, Request, Response,
    body::{Frame, Incoming},
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use patchbay_device_redfish::{Client, Place, RedfishError};
use patchbay_model::Secret;
use patchbay_tls::fingerprint;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
};

pub(crate) const USER: &str = "admin";
pub(crate) const PASSWORD: &str = "right";

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// With its query.
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// A whole answer.
    Whole(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// None: the connection ends.
    Lost,
    /// Part of one, and then the connection ends.
    Cut,
    /// None, and the connection stays.
    Stall,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::Whole(status, Vec::new(), body.to_string().into_bytes())
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self::Whole(status, Vec::new(), Vec::new())
    }

    /// A refusal with a message of a registry.
    pub(crate) fn refusal(status: u16, key: &str, text: &str) -> Self {
        let info =
            json!([{ "MessageId": format!("Base.1.8.{key}"), "Message": text, "MessageArgs": [] }]);
        let error = json!({ "code": "Base.1.8.GeneralError", "message": "See.", "@Message.ExtendedInfo": info });
        Self::json(status, &json!({ "error": error }))
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Whole(_, headers, _) = &mut self {
            headers.push((name, value.to_owned()));
        }
        self
    }
}

type Special = Box<dyn FnMut(&Asked, &mut BTreeMap<String, Value>) -> Option<Reply> + Send>;

/// What the double knows.
pub(crate) struct State {
    pub(crate) resources: BTreeMap<String, Value>,
    pub(crate) asked: Vec<Asked>,
    pub(crate) sessions: Vec<String>,
    made: usize,
    special: Vec<Special>,
}

/// The double; ends when it is dropped.
pub(crate) struct Double {
    port: u16,
    fingerprint: String,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Drop for Double {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Double {
    /// Starts one with a service root, sessions, and one system that is on.
    pub(crate) async fn start() -> Self {
        let own = rcgen::generate_simple_self_signed(["bmc".to_owned()]).unwrap();
        let der = own.cert.der().clone();
        let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![der.clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            resources: mockup(),
            asked: Vec::new(),
            sessions: Vec::new(),
            made: 0,
            special: Vec::new(),
        }));
        let serving = Arc::clone(&state);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, state) = (acceptor.clone(), Arc::clone(&serving));
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let service = service_fn(move |request| answer(request, Arc::clone(&state)));
                    let serving = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service);
                    let _ = serving.await;
                });
            }
        });
        Self { port, fingerprint: fingerprint(&der), state, task }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Puts a resource where it says that it is.
    pub(crate) fn put(&self, path: &str, mut body: Value) {
        body["@odata.id"] = path.into();
        self.state().resources.insert(path.to_owned(), body);
    }

    /// Puts a collection with these members, and each of them.
    pub(crate) fn collection(&self, path: &str, members: &[(&str, Value)]) {
        let links: Vec<_> =
            members.iter().map(|(id, _)| json!({ "@odata.id": format!("{path}/{id}") })).collect();
        for (id, body) in members {
            let mut body = body.clone();
            body["Id"] = (*id).into();
            self.put(&format!("{path}/{id}"), body);
        }
        self.put(path, json!({ "Members": links, "Members@odata.count": links.len() }));
    }

    /// Changes a resource.
    pub(crate) fn set(&self, path: &str, key: &str, value: Value) {
        self.state().resources.get_mut(path).unwrap()[key] = value;
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        self.state().resources[path].clone()
    }

    /// Answers otherwise than usual, wherever this says how.
    pub(crate) fn special(
        &self,
        special: impl FnMut(&Asked, &mut BTreeMap<String, Value>) -> Option<Reply> + Send + 'static,
    ) {
        self.state().special.push(Box::new(special));
    }

    /// Forgets what was asked.
    pub(crate) fn forget(&self) {
        self.state().asked.clear();
    }

    /// Method and path of all that was asked.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state().asked.iter().map(|one| format!("{} {}", one.method, one.path)).collect()
    }

    /// What was asked to be changed, sessions aside.
    pub(crate) fn changes(&self) -> Vec<(String, Value)> {
        let state = self.state();
        let changes = state.asked.iter().filter(|one| one.method != Method::GET);
        let changes = changes.filter(|one| !one.path.contains("SessionService"));
        changes.map(|one| (format!("{} {}", one.method, one.path), one.body.clone())).collect()
    }

    pub(crate) fn place(&self) -> Place {
        let mut place = Place::new("127.0.0.1".to_owned(), self.fingerprint.clone());
        place.port = self.port;
        place
    }

    pub(crate) async fn try_with(
        &self,
        place: Place,
        password: &str,
    ) -> Result<Client, RedfishError> {
        Client::sign_in(place, USER, Secret::new(password.to_owned()), None).await
    }

    pub(crate) async fn client(&self) -> Client {
        self.try_with(self.place(), PASSWORD).await.unwrap()
    }

    /// Somebody who does not wait for long.
    pub(crate) async fn hasty(&self) -> Client {
        let mut place = self.place();
        place.patience = Duration::from_secs(5);
        self.try_with(place, PASSWORD).await.unwrap()
    }
}

/// Shaped as `public-rackmount1` of DSP2043.
fn mockup() -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    let mut put = |path: &str, mut body: Value| {
        body["@odata.id"] = path.into();
        all.insert(path.to_owned(), body);
    };
    let link = |path: &str| json!({ "@odata.id": path });
    put(
        "/redfish/v1/",
        json!({
            "@odata.type": "#ServiceRoot.v1_15_0.ServiceRoot",
            "Id": "RootService",
            "RedfishVersion": "1.15.0",
            "Systems": link("/redfish/v1/Systems"),
            "Chassis": link("/redfish/v1/Chassis"),
            "Managers": link("/redfish/v1/Managers"),
            "AccountService": link("/redfish/v1/AccountService"),
            "UpdateService": link("/redfish/v1/UpdateService"),
            "Links": { "Sessions": link("/redfish/v1/SessionService/Sessions") },
        }),
    );
    put("/redfish/v1/Systems", json!({ "Members": [link("/redfish/v1/Systems/437XR1138R2")] }));
    put(
        "/redfish/v1/Systems/437XR1138R2",
        json!({
            "@odata.type": "#ComputerSystem.v1_20_0.ComputerSystem",
            "Id": "437XR1138R2",
            "Manufacturer": "Contoso",
            "Model": "3500RX",
            "SKU": "8675309",
            "SerialNumber": "437XR1138R2",
            "UUID": "38947555-7742-3448-3784-823347823834",
            "HostName": "web483",
            "Status": { "State": "Enabled", "Health": "OK", "HealthRollup": "Warning" },
            "PowerState": "On",
            "LastResetTime": "2026-01-01T10:00:00Z",
            "Links": {
                "Chassis": [link("/redfish/v1/Chassis/1U")],
                "ManagedBy": [link("/redfish/v1/Managers/BMC")],
            },
            "Actions": { "#ComputerSystem.Reset": {
                "target": "/redfish/v1/Systems/437XR1138R2/Actions/ComputerSystem.Reset",
                "ResetType@Redfish.AllowableValues": ["On", "ForceOff", "GracefulShutdown", "ForceRestart", "PowerCycle"],
            }},
        }),
    );
    put("/redfish/v1/Chassis", json!({ "Members": [link("/redfish/v1/Chassis/1U")] }));
    put("/redfish/v1/Chassis/1U", json!({ "Id": "1U" }));
    put("/redfish/v1/Managers", json!({ "Members": [link("/redfish/v1/Managers/BMC")] }));
    put(
        "/redfish/v1/Managers/BMC",
        json!({ "Id": "BMC", "ManagerType": "BMC", "FirmwareVersion": "1.45.455b66-rev4" }),
    );
    all
}

async fn answer(
    request: Request<Incoming>,
    state: Arc<Mutex<State>>,
) -> Result<Response<BoxBody<Bytes, io::Error>>, io::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let headers = head.headers.iter();
    let asked = Asked {
        method: head.method,
        path: head.uri.to_string(),
        headers: headers
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    let reply = state.lock().unwrap().reply(asked);
    let frames: Vec<Result<Frame<Bytes>, io::Error>>;
    let mut response = Response::builder();
    match reply {
        Reply::Lost => return Err(io::Error::other("lost on purpose")),
        Reply::Stall => return std::future::pending().await,
        Reply::Cut => {
            let part = Bytes::from_static(br#"{"PowerState": "O"#);
            frames = vec![Ok(Frame::data(part)), Err(io::Error::other("cut on purpose"))];
        }
        Reply::Whole(status, headers, body) => {
            response = response.status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            frames = vec![Ok(Frame::data(Bytes::from(body)))];
        }
    }
    let body = StreamBody::new(stream::iter(frames));
    Ok(response.body(BoxBody::new(body)).unwrap())
}

impl State {
    fn reply(&mut self, asked: Asked) -> Reply {
        self.asked.push(asked.clone());
        for special in &mut self.special {
            if let Some(reply) = special(&asked, &mut self.resources) {
                return reply;
            }
        }
        if asked.path == "/redfish/v1/SessionService/Sessions" && asked.method == Method::POST {
            return self.begin(&asked);
        }
        let token = asked.headers.get("x-auth-token");
        let known = token.is_some_and(|token| self.sessions.contains(token));
        let basic = asked
            .headers
            .get("authorization")
            .is_some_and(|basic| basic == "Basic YWRtaW46cmlnaHQ=");
        if !known && !basic && asked.path != "/redfish/v1/" {
            return Reply::refusal(401, "NoValidSession", "There is no valid session.");
        }
        if let Some(session) = asked.path.strip_prefix("/redfish/v1/SessionService/Sessions/") {
            self.sessions.retain(|known| !known.ends_with(&format!("-{session}")));
            return Reply::empty(204);
        }
        match asked.method {
            Method::GET => self.show(&asked),
            Method::PATCH => self.change(&asked),
            Method::POST if asked.path.contains("/Actions/") => Reply::empty(204),
            Method::POST => self.make(&asked),
            Method::DELETE if self.resources.remove(&asked.path).is_some() => Reply::empty(204),
            _ => Reply::empty(404),
        }
    }

    fn begin(&mut self, asked: &Asked) -> Reply {
        if asked.body != json!({ "UserName": USER, "Password": PASSWORD }) {
            return Reply::refusal(
                401,
                "ResourceAtUriUnauthorized",
                "Invalid username or password.",
            );
        }
        self.made += 1;
        self.sessions.push(format!("token-{}", self.made));
        // The name that a controller has for itself need not be the one that it was reached by.
        let at = format!("https://bmc.example/redfish/v1/SessionService/Sessions/{}", self.made);
        let reply = Reply::json(201, &json!({ "Id": self.made.to_string() }));
        reply.with("x-auth-token", &format!("token-{}", self.made)).with("location", &at)
    }

    fn show(&self, asked: &Asked) -> Reply {
        let path = asked.path.split("?$expand").next().unwrap();
        let Some(body) = self.resources.get(path) else { return Reply::empty(404) };
        let mut body = body.clone();
        if asked.path.contains("$expand") {
            for member in body["Members"].as_array_mut().unwrap() {
                *member = self.resources[member["@odata.id"].as_str().unwrap()].clone();
            }
        }
        let etag = etag(&body);
        if asked.headers.get("if-none-match") == Some(&etag) {
            return Reply::empty(304).with("etag", &etag);
        }
        Reply::json(200, &body).with("etag", &etag)
    }

    fn change(&mut self, asked: &Asked) -> Reply {
        let Some(resource) = self.resources.get_mut(&asked.path) else { return Reply::empty(404) };
        let fits = asked
            .headers
            .get("if-match")
            .is_none_or(|wanted| wanted == "*" || *wanted == etag(resource));
        if !fits {
            return Reply::refusal(412, "PreconditionFailed", "It has changed meanwhile.");
        }
        merge(resource, &asked.body);
        Reply::empty(204)
    }

    fn make(&mut self, asked: &Asked) -> Reply {
        let path = format!("{}/{}", asked.path, self.resources.len());
        let mut body = asked.body.clone();
        body["@odata.id"] = path.as_str().into();
        let Some(members) = self.resources.get_mut(&asked.path) else { return Reply::empty(404) };
        members["Members"].as_array_mut().unwrap().push(json!({ "@odata.id": path }));
        self.resources.insert(path.clone(), body.clone());
        Reply::json(201, &body).with("location", &path)
    }
}

/// Another for another state.
fn etag(body: &Value) -> String {
    let text = body.to_string();
    let sum =
        text.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    format!("\"{sum:x}\"")
}

fn merge(into: &mut Value, from: &Value) {
    match from.as_object() {
        Some(from) => from.iter().for_each(|(key, value)| merge(&mut into[key], value)),
        None => *into = from.clone(),
    }
}
