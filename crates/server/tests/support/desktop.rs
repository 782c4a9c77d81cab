//! The desktop app without its window: a vault of its own, commands as the page gives them, and all that comes back.

use futures_util::{sink, stream};
use patchbay_commands::joined;
use patchbay_core::{Core, CoreConfig, Ctx, SystemClock, workspaces::Relay};
use patchbay_model::{ApiError, AppEvent, Attachment};
use patchbay_session::{FromViewer, TerminalInput, ToViewer};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::mpsc, task::JoinHandle};

const PATIENCE: Duration = Duration::from_secs(30);
const PASSPHRASE: &str = "correct horse battery staple patchbay";

/// Somebody at their own computer.
pub(crate) struct Desktop {
    pub(crate) ctx: Ctx,
    /// Every byte that came to the page.
    pub(crate) received: Arc<Mutex<Vec<u8>>>,
    pub(crate) events: Arc<Mutex<Vec<AppEvent>>>,
    listening: JoinHandle<()>,
    folder: Option<tempfile::TempDir>,
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Desktop {
    /// With a new vault, open.
    pub(crate) async fn open() -> Self {
        let desktop = Self::at(tempfile::tempdir().unwrap());
        desktop.get("vault_propose_recovery_key", json!({})).await;
        desktop.get("vault_create", json!({ "passphrase": PASSPHRASE })).await;
        desktop
    }

    fn at(folder: tempfile::TempDir) -> Self {
        let core = Core::new(CoreConfig {
            data_dir: folder.path().join("data"),
            config_dir: folder.path().join("config"),
            vault_path: None,
            home: folder.path().to_path_buf(),
            user_name: "me".into(),
            host_name: "here".into(),
            shell: None,
            version: "0.0.0".into(),
            cheap_key_derivation: true,
            served: None,
            clock: Arc::new(SystemClock::default()),
        });
        core.sessions().set_stream_url("ws://127.0.0.1:1/stream");
        let (received, events) =
            (Arc::<Mutex<Vec<u8>>>::default(), Arc::<Mutex<Vec<_>>>::default());
        let mut told = core.events();
        let (heard, kept) = (Arc::clone(&received), Arc::clone(&events));
        let listening = tokio::spawn(async move {
            while let Ok(event) = told.recv().await {
                heard.lock().unwrap().extend(serde_json::to_vec(&event).unwrap());
                kept.lock().unwrap().push(event);
            }
        });
        Self { ctx: Ctx::person(core), received, events, listening, folder: Some(folder) }
    }

    /// Ends the app and starts it again; the vault is locked then.
    pub(crate) fn restarted(mut self) -> Self {
        let folder = self.folder.take().unwrap();
        self.ctx.core.vault().lock(patchbay_model::LockReason::Person, true);
        drop(self);
        Self::at(folder)
    }

    pub(crate) async fn unlock(&self) {
        let unlock = json!({ "passphrase": PASSPHRASE });
        // The app that was ended lets go of the vault once the last of its tasks is over.
        self.until("the open vault", async |me| {
            me.ask("vault_unlock", unlock.clone()).await.is_ok()
        })
        .await;
    }

    pub(crate) async fn ask(&self, name: &str, args: Value) -> Result<Value, ApiError> {
        let answer = joined::dispatch(&self.ctx, name, &args.to_string()).await;
        let bytes = match &answer {
            Ok(text) => text.clone().into_bytes(),
            Err(error) => serde_json::to_vec(error).unwrap(),
        };
        self.received.lock().unwrap().extend(bytes);
        answer.map(|text| serde_json::from_str(&text).unwrap())
    }

    /// What comes of it, which has to go well.
    pub(crate) async fn get(&self, name: &str, args: Value) -> Value {
        self.ask(name, args).await.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) async fn refused(&self, name: &str, args: Value) -> ApiError {
        match self.ask(name, args).await {
            Err(error) => error,
            Ok(answer) => panic!("{name} was done: {answer}"),
        }
    }

    pub(crate) async fn until(&self, what: &str, mut so: impl AsyncFnMut(&Self) -> bool) {
        let looking = async {
            while !so(self).await {
                patchbay_testkit::moment().await;
            }
        };
        let seen = tokio::time::timeout(PATIENCE, looking).await;
        assert!(seen.is_ok(), "waited in vain for {what}: {:?}", self.workspaces().await);
    }

    pub(crate) async fn workspaces(&self) -> Value {
        self.ask("workspace_list", json!({})).await.unwrap_or(Value::Null)
    }

    /// Waits until the only workspace stands like this, and gives it.
    pub(crate) async fn stands(&self, state: &str) -> Value {
        self.until(state, async |me| me.workspaces().await[0]["state"] == state).await;
        self.workspaces().await[0].clone()
    }

    pub(crate) async fn names(&self) -> Vec<String> {
        let rows = self.get("tree_load", json!({})).await;
        serde_json::from_value(rows["names"].clone()).unwrap()
    }

    /// The id of a row of the tree.
    pub(crate) async fn node(&self, name: &str) -> Value {
        let at = self.names().await.iter().position(|one| one == name).unwrap();
        self.get("tree_load", json!({})).await["ids"][at].clone()
    }

    /// Opens a terminal at a machine, trusts its key, and waits until it is there.
    pub(crate) async fn terminal(&self, machine: &Value) -> Value {
        let size = json!({ "cols": 80, "rows": 24, "width": 0, "height": 0 });
        let target = json!({ "kind": "entry", "id": machine });
        let open = json!({ "target": target, "size": size, "attempt": null });
        let session = self.get("session_open", open).await;
        self.opens(&session).await;
        session
    }

    /// Opens a terminal at a machine of a team server from here.
    pub(crate) async fn direct_terminal(&self, machine: &Value) -> Value {
        let size = json!({ "cols": 80, "rows": 24, "width": 0, "height": 0 });
        let open = json!({ "id": machine, "size": size, "attempt": null });
        self.get("session_open_direct", open).await
    }

    /// Trusts the key of a session's machine, and waits until it is open. Gives how often a key was asked about.
    pub(crate) async fn opens(&self, session: &Value) -> usize {
        let id = session["id"].clone();
        let mut asked = 0;
        self.until("the session", async |me| {
            let all = me.get("session_list", json!({})).await;
            let one = all.as_array().unwrap().iter().find(|one| one["id"] == id).unwrap();
            match one["state"]["kind"].as_str().unwrap() {
                "open" => return true,
                "hostKey" => {
                    let answer = json!({ "id": id, "answer": { "kind": "trust" } });
                    // Whoever asks twice is told that it is decided.
                    let answered = me.ask("session_host_key", answer).await;
                    asked += usize::from(answered.is_ok());
                }
                "closed" => panic!("{one}"),
                _ => {}
            }
            false
        })
        .await;
        asked
    }

    /// Types into a session of this computer, and waits until this is on its screen.
    pub(crate) async fn types(&self, session: &Value, text: &str, awaited: &str) {
        let id = serde_json::from_value(session["id"].clone()).unwrap();
        let handle = self.ctx.core.sessions().handle(id).unwrap();
        let viewer = handle.output.attach(0);
        handle.input.send(TerminalInput::Bytes(text.as_bytes().to_vec().into())).await.unwrap();
        let mut shown = Vec::new();
        let seeing = async {
            while !String::from_utf8_lossy(&shown).contains(awaited) {
                if let ToViewer::Output { bytes, .. } = viewer.next().await.expect("it goes on") {
                    self.received.lock().unwrap().extend(&bytes);
                    shown.extend_from_slice(&bytes);
                }
            }
        };
        tokio::time::timeout(PATIENCE, seeing).await.unwrap();
    }

    /// Fails if a part of this private key has come to the page.
    pub(crate) fn never_saw(&self, key: &str) {
        let received = String::from_utf8_lossy(&self.received.lock().unwrap()).into_owned();
        let lines = key.lines().filter(|line| !line.starts_with("-----"));
        for line in lines.map(|line| &line[..line.len().min(40)]).filter(|line| line.len() > 20) {
            // What its two halves begin with is public, and in every key of this kind.
            let public = key.lines().take(3).any(|known| known.starts_with(line));
            assert!(public || !received.contains(line), "a part of the key came to the page");
        }
    }

    /// Reaches the bytes of a session as the window's own stream server does.
    pub(crate) async fn attach(&self, id: &Value) -> Viewer {
        let attached = self.get("session_attach", json!({ "id": id })).await;
        let Attachment { url, token } = serde_json::from_value(attached).unwrap();
        assert_eq!(url, "ws://127.0.0.1:1/stream", "the page goes to nobody but its own app");
        let workspaces = self.ctx.core.workspaces();
        let ticket = workspaces.redeem(&token).unwrap();
        assert!(workspaces.redeem(&token).is_none(), "good once");
        let relay = workspaces.stream(&ticket, 0).await.unwrap();
        Viewer::new(relay, Arc::clone(&self.received))
    }
}

/// A page that shows a terminal.
pub(crate) struct Viewer {
    pub(crate) say: mpsc::Sender<bytes::Bytes>,
    hear: mpsc::Receiver<bytes::Bytes>,
    received: Arc<Mutex<Vec<u8>>>,
    shown: Vec<u8>,
}

impl Viewer {
    fn new(relay: Relay, received: Arc<Mutex<Vec<u8>>>) -> Self {
        let (say, said) = mpsc::channel(16);
        let (heard, hear) = mpsc::channel(1024);
        let sink = Box::pin(sink::unfold(heard, async |heard: mpsc::Sender<_>, bytes| {
            heard.send(bytes).await.map_err(std::io::Error::other)?;
            Ok::<_, std::io::Error>(heard)
        }));
        let source = Box::pin(stream::unfold(said, async |mut said: mpsc::Receiver<_>| {
            let bytes = said.recv().await?;
            Some((Ok::<_, std::io::Error>(Some(bytes)), said))
        }));
        tokio::spawn(async move { relay.carry(sink, source).await });
        Self { say, hear, received, shown: Vec::new() }
    }

    pub(crate) async fn say(&self, text: &str) {
        let input = FromViewer::Input(text.as_bytes().to_vec().into());
        self.say.send(input.encode()).await.unwrap();
    }

    /// Waits until this is on the screen.
    pub(crate) async fn sees(&mut self, text: &str) {
        let seeing = async {
            while !String::from_utf8_lossy(&self.shown).contains(text) {
                let bytes = self.hear.recv().await.expect("it goes on");
                self.received.lock().unwrap().extend(&bytes);
                if let Ok(ToViewer::Output { bytes, .. }) = ToViewer::decode(bytes) {
                    self.shown.extend_from_slice(&bytes);
                }
            }
        };
        tokio::time::timeout(PATIENCE, seeing).await.unwrap();
    }

    /// Waits until nothing comes any more.
    pub(crate) async fn ends(&mut self) {
        while self.hear.recv().await.is_some() {}
    }
}
