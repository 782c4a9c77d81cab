//! A real team server, in a process of its own, with people in it.
//!
//! It is filled over plain HTTP, as from behind a proxy, and goes on with TLS where somebody else is to reach it.

mod http;

use crate::Error;
pub(crate) use http::{Http, request};
use patchbay_testkit::{TeamServer, binary_beside, current_user};
use serde_json::{Value, json};
use std::time::Instant;

/// What everybody signs in with.
pub(crate) const PASSWORD: &str = "four patch cables humming";
/// Has it take plain HTTP from this computer.
const PLAIN: [&str; 2] = ["--behind-proxy", "127.0.0.0/8"];
const ROOM: [&str; 2] = ["--connections", "20000"];

/// The server; it ends when this is dropped.
pub(crate) struct Server {
    pub(crate) port: u16,
    process: TeamServer,
}

/// Somebody who is signed in.
pub(crate) struct Person {
    pub(crate) token: String,
    http: Http,
}

impl Server {
    /// Starts a new one with plain HTTP; on SQLite unless a PostgreSQL database is named.
    pub(crate) async fn start(database: Option<&str>) -> Result<Self, Error> {
        let binary = binary_beside(&std::env::current_exe()?, "patchbay-server");
        let mut options = [PLAIN, ROOM].concat();
        options.extend(database.into_iter().flat_map(|database| ["--database", database]));
        let process = TeamServer::start(binary, &options).await.map_err(|error| {
            format!("patchbay-server does not serve ({error}): build the whole workspace")
        })?;
        Ok(Self { port: process.port(), process })
    }

    /// Stops it, and starts it again with TLS and its own certificate.
    pub(crate) async fn with_tls(self) -> Result<Self, Error> {
        let process = self.process.again(&ROOM).await?;
        Ok(Self { process, ..self })
    }

    /// Ends it at once, whatever it is doing.
    pub(crate) async fn kill(&mut self) -> Result<(), Error> {
        Ok(self.process.kill().await?)
    }

    /// Ends it in good order.
    pub(crate) async fn end(&mut self) -> Result<(), Error> {
        Ok(self.process.stop().await?)
    }

    /// Starts it again, with plain HTTP and on SQLite, after it has ended; and how many milliseconds it took until it served.
    pub(crate) async fn again(self) -> Result<(Self, f64), Error> {
        let begin = Instant::now();
        let process = self.process.again(&[PLAIN, ROOM].concat()).await?;
        Ok((Self { process, ..self }, begin.elapsed().as_secs_f64() * 1000.0))
    }

    /// The first person, with an organisation whose folder's id comes along.
    pub(crate) async fn set_up(&self) -> Result<(Person, Value), Error> {
        let body = json!({ "token": self.process.set_up_token(), "name": "owner", "display": "Owner", "password": PASSWORD,
            "organisation": "Lab" });
        let mut owner = self.enter("setup", &body).await?;
        let me = owner.ask("GET /api/v1/me", None).await?;
        Ok((owner, me.pointer("/organisations/0/id").cloned().ok_or("no organisation")?))
    }

    /// Somebody who joins with a role of this name.
    pub(crate) async fn join(
        &self,
        host: &mut Person,
        organisation: &Value,
        role: &str,
        name: &str,
        display: &str,
    ) -> Result<Person, Error> {
        let at = format!("/api/v1/organisations/{}", organisation.as_str().ok_or("no id")?);
        let roles = host.ask(&format!("GET {at}/roles"), None).await?;
        let roles = roles.as_array().ok_or("no roles")?;
        let role = roles.iter().find(|one| one.get("name").is_some_and(|name| name == role));
        let role = role.and_then(|role| role.get("id")).ok_or("no such role")?;
        let asked = json!({ "role": role, "days": 1 });
        let made = host.ask(&format!("POST {at}/invitations"), Some(&asked)).await?;
        let body = json!({ "token": made.get("token"), "name": name, "display": display, "password": PASSWORD });
        self.enter("join", &body).await
    }

    async fn enter(&self, route: &str, body: &Value) -> Result<Person, Error> {
        let mut http = Http::connect(self.port).await?;
        let line = format!("POST /api/v1/{route}");
        let answer = http.ask(&request(&line, None, Some(body))).await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        let token = answer.get("token").and_then(Value::as_str).ok_or("no token")?.to_owned();
        Ok(Person { token, http })
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Person {
    /// The same sign-in over a connection of its own.
    pub(crate) async fn again(&self, port: u16) -> Result<Self, Error> {
        Ok(Self { token: self.token.clone(), http: Http::connect(port).await? })
    }

    pub(crate) async fn ask(&mut self, line: &str, body: Option<&Value>) -> Result<Value, Error> {
        let answer = self.http.ask(&request(line, Some(&self.token), body)).await?;
        if answer.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(&answer)?) }
    }

    pub(crate) async fn rpc(&mut self, command: &str, arguments: Value) -> Result<Value, Error> {
        self.ask(&format!("POST /api/rpc/{command}"), Some(&arguments)).await
    }

    /// Saves a machine in a folder; its id.
    pub(crate) async fn machine(&mut self, parent: &Value, draft: Value) -> Result<Value, Error> {
        let saved = self.rpc("entry_save", json!({ "id": null, "parent": parent, "draft": draft }));
        saved.await?.get("id").cloned().ok_or_else(|| "no machine".into())
    }

    /// Saves a machine that is reached by SSH on this computer, with a key that goes with it.
    pub(crate) async fn ssh(
        &mut self,
        parent: &Value,
        name: &str,
        port: u16,
        key: &str,
    ) -> Result<Value, Error> {
        let draft = json!({ "id": null, "name": name, "user": current_user()?, "kind": "key", "password": null,
            "privateKey": key, "passphrase": null, "certificate": null, "agentFingerprint": null });
        let identity = self.rpc("identity_save", json!({ "draft": draft })).await?;
        let settings = json!({ "port": port, "identities": [identity.get("id")] });
        let draft = json!({ "name": name, "address": "127.0.0.1", "settings": settings });
        self.machine(parent, draft).await
    }

    /// Opens a session with a machine and trusts what it shows; its id once it is open.
    pub(crate) async fn open(&mut self, machine: &Value) -> Result<Value, Error> {
        let target = json!({ "kind": "entry", "id": machine });
        let size = json!({ "cols": 80, "rows": 24, "width": 0, "height": 0 });
        let wanted = json!({ "target": target, "size": size, "attempt": null });
        let id = self.rpc("session_open", wanted).await?.get("id").cloned().ok_or("no session")?;
        loop {
            let all = self.rpc("session_list", json!({})).await?;
            let mut all = all.as_array().into_iter().flatten();
            let own = all.find(|one| one.get("id") == Some(&id)).ok_or("the session is gone")?;
            match own.pointer("/state/kind").and_then(Value::as_str) {
                Some("open") => return Ok(id),
                Some("hostKey") => {
                    let answer = json!({ "id": id, "answer": { "kind": "trust" } });
                    // Whoever asks twice is told that it is decided.
                    let _decided = self.rpc("session_host_key", answer).await;
                }
                Some("closed") => return Err(own.to_string().into()),
                // It is on the way, and what follows is an answer that takes a moment.
                _ => patchbay_testkit::moment().await,
            }
        }
    }
}
