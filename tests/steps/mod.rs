//! The steps stories are made of: what a person does in the window or in a browser.

pub mod canvas;
mod front;
mod team;

pub use front::Front;
pub(crate) use front::in_both_fronts;

use front::Beneath;
use patchbay_testkit::{KeyPair, Sshd, Window};
use serde_json::{Value, json};
use std::{fs, path::Path};
use tempfile::TempDir;

/// Good enough for a vault.
pub const PASSPHRASE: &str = "seven blue cables behind rack nine";
/// What the terminal shows.
pub const TERMINAL: &str = ".xterm-rows";

/// A page of the app, and what is beneath it.
pub struct App {
    pub window: Window,
    pub front: Front,
    beneath: Beneath,
    home: TempDir,
}

impl App {
    /// From the first screen to an empty vault, as a newcomer goes.
    pub async fn create_vault(&self) {
        let window = &self.window;
        window.find("[data-testid=first-run]").await.unwrap();
        self.accessible("first run").await;
        window.fill("[data-testid=passphrase]", PASSPHRASE).await.unwrap();
        window.fill("[data-testid=passphrase-again]", PASSPHRASE).await.unwrap();
        window.click("[data-testid=recovery-kept]").await.unwrap();
        window.click("[data-testid=create]").await.unwrap();
        window.find("[data-testid=start-page]").await.unwrap();
        self.accessible("start page").await;
    }

    /// Leaves everything as it is, so that nobody else gets at it: locks the vault, or signs out.
    pub async fn lock(&self) {
        if self.front == Front::Window {
            self.call("vault_lock", json!({ "closeSessions": false })).await;
            self.window.wait_text("[data-testid=lock-screen]", "is locked").await.unwrap();
        } else {
            self.choose("Sign out").await;
            self.window.find("[data-testid=sign-in]").await.unwrap();
        }
    }

    /// Comes back.
    pub async fn unlock(&self) {
        if self.front == Front::Window {
            self.window.fill("[data-testid=unlock-passphrase]", PASSPHRASE).await.unwrap();
            self.window.click("[data-testid=unlock]").await.unwrap();
        } else {
            self.window.fill("[data-testid=sign-in-name]", "ada").await.unwrap();
            self.window.fill("[data-testid=sign-in-password]", PASSPHRASE).await.unwrap();
            self.window.click("[data-testid=sign-in-go]").await.unwrap();
        }
        self.window.find("[data-testid=tree]").await.unwrap();
    }

    /// Fails if axe finds anything on the screen that somebody could not use. What a program writes into a terminal is not ours.
    pub async fn accessible(&self, screen: &str) {
        let axe = fs::read_to_string("ui/node_modules/axe-core/axe.min.js").unwrap();
        let script = format!("{axe};\n{}", include_str!("axe.js"));
        let found = self.window.run_async(&script, vec![]).await.unwrap();
        assert_eq!(found, json!([]), "{screen}");
    }

    /// Runs a command the way the page does.
    pub async fn call(&self, name: &str, args: Value) -> Value {
        let result = self.ask(name, args).await;
        assert!(result.get("error").is_none(), "{name}: {result}");
        result["ok"].clone()
    }

    /// Runs a command the way the page does; what came of it is `ok` or `error`.
    pub async fn ask(&self, name: &str, args: Value) -> Value {
        let arguments = vec![json!(name), json!(args.to_string())];
        self.window.run_async(include_str!("call.js"), arguments).await.unwrap()
    }

    /// Adds a machine on loopback with an identity of its own and returns its id.
    pub async fn add_machine(
        &self,
        name: &str,
        port: u16,
        identity: Value,
        settings: Value,
    ) -> Value {
        let entry = json!({ "name": name });
        self.add(Value::Null, entry, port, identity, settings).await["id"].clone()
    }

    /// Adds a desktop on loopback with an identity of its own and returns its id.
    pub async fn add_desktop(
        &self,
        name: &str,
        protocol: &str,
        port: u16,
        identity: Value,
        settings: Value,
    ) -> Value {
        let entry = json!({ "name": name, "protocol": protocol });
        self.add(Value::Null, entry, port, identity, settings).await["id"].clone()
    }

    async fn add(
        &self,
        parent: Value,
        entry: Value,
        port: u16,
        identity: Value,
        settings: Value,
    ) -> Value {
        let name = entry["name"].as_str().unwrap_or_default();
        let mut draft = json!({ "id": null, "name": format!("{name} identity"), "user": null, "kind": "password", "password": null,
            "privateKey": null, "passphrase": null, "certificate": null, "agentFingerprint": null });
        merge(&mut draft, identity);
        let identity = self.call("identity_save", json!({ "draft": draft })).await;
        let mut all = json!({ "port": port, "identities": [identity["id"]] });
        merge(&mut all, settings);
        let mut draft = json!({ "address": "127.0.0.1", "settings": all });
        merge(&mut draft, entry);
        self.call("entry_save", json!({ "id": null, "parent": parent, "draft": draft })).await
    }

    /// Adds a folder to the tree and returns its id.
    pub async fn add_folder(&self, name: &str) -> Value {
        let draft = json!({ "name": name });
        self.call("folder_save", json!({ "id": null, "parent": null, "draft": draft })).await["id"]
            .clone()
    }

    /// Takes the keyboard back from a desktop, by Ctrl and Alt together.
    pub async fn leave_desktop(&self) {
        let script = "for (const kind of ['keydown', 'keyup'])
            for (const [key, code] of [['Control', 'ControlLeft'], ['Alt', 'AltLeft']])
                document.activeElement.dispatchEvent(new KeyboardEvent(kind, { key, code, bubbles: true }))";
        self.window.run(script, vec![]).await.unwrap();
        let left = "return !document.activeElement.matches('[data-remote-keys]')";
        let gone = self.window.wait_true(left).await;
        assert!(gone.is_ok(), "it keeps the keyboard: {}", self.window.page_text().await);
    }

    /// Picks what is called so in the palette.
    pub async fn choose(&self, name: &str) {
        self.window.press("Control+Shift+p").await.unwrap();
        self.window.fill("[data-testid=palette-input]", name).await.unwrap();
        self.window.wait_text("[data-testid=palette-item]", name).await.unwrap();
        self.window.press("Enter").await.unwrap();
    }

    /// Types a path on the machine's side of the files page.
    pub async fn go_to_folder(&self, folder: &Path) {
        self.window.click("[data-testid=files-machine]").await.unwrap();
        self.window.press("Control+l").await.unwrap();
        let path = folder.to_str().unwrap();
        self.window.find("[data-testid=path-field]").await.unwrap();
        self.window.press("Control+a").await.unwrap();
        self.window.type_keys(path).await.unwrap();
        self.window.press("Enter").await.unwrap();
        let name = folder.file_name().unwrap().to_str().unwrap();
        let way = "[data-files-side=machine] [aria-current=location]";
        self.window.wait_text(way, name).await.unwrap();
    }

    /// Finds a machine in the palette and connects.
    pub async fn connect(&self, machine: &str) {
        self.choose(machine).await;
        self.window.wait_text("[role=tab][aria-selected=true]", machine).await.unwrap();
    }

    /// Accepts the key of a machine that is not known yet.
    pub async fn trust(&self) {
        self.window.wait_text("[data-testid=trust-card]", "is not known yet").await.unwrap();
        self.window.click("[data-testid=trust]").await.unwrap();
    }

    /// The desktop's file dialog is no part of the page: whatever asks for a file next is told this one.
    pub async fn file_dialog_answers(&self, path: &Path) {
        let script = "const [path] = arguments; const real = window.fetch; \
            window.fetch = (input, init) => { \
              if (typeof init?.body !== 'string' || !init.body.includes('\"host_pick_file\"')) return real(input, init); \
              window.fetch = real; \
              const headers = { 'Tauri-Response': 'ok', 'Content-Type': 'application/json' }; \
              return Promise.resolve(new Response(JSON.stringify({ path }), { headers })); }";
        self.window.run(script, vec![json!(path.to_str().unwrap())]).await.unwrap();
    }

    /// Answers the prompt that asks for `label`.
    pub async fn answer(&self, label: &str, answer: &str) {
        self.window.wait_text("[data-testid=prompt-card]", label).await.unwrap();
        self.window.fill("[data-testid=prompt-answer-0]", answer).await.unwrap();
        self.window.click("[data-testid=prompt-send]").await.unwrap();
    }

    /// Types a command whose output cannot be mistaken for its echo, and reads it.
    pub async fn works(&self, word: &str) {
        // The prompt of a shell, of root or of anybody else.
        let ready = "return /[#$] *$/.test(document.querySelector('.xterm-rows')?.innerText.trimEnd() ?? '') \
            && !!document.activeElement?.closest('.xterm')";
        if self.window.wait_true(ready).await.is_err() {
            let focus = "return document.activeElement?.outerHTML.slice(0, 200) ?? 'nothing'";
            let focus = self.window.run(focus, vec![]).await.unwrap();
            let page = self.window.page_text().await;
            panic!("no prompt to type {word} at; {focus} has the keyboard; the page says: {page}");
        }
        self.window.type_keys(&format!("echo {word}-$((6*7))\n")).await.unwrap();
        self.window.wait_text(TERMINAL, &format!("{word}-42")).await.unwrap();
    }
}

/// A server and the key that it lets in.
pub struct Server {
    pub sshd: Sshd,
    key: KeyPair,
    _keys: TempDir,
}

impl Server {
    /// Starts one.
    pub async fn start() -> Self {
        let keys = tempfile::tempdir().unwrap();
        let key = KeyPair::ed25519(keys.path(), "id").unwrap();
        let sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
        Self { sshd, key, _keys: keys }
    }

    /// An identity for it.
    pub fn identity(&self) -> Value {
        json!({ "kind": "key", "privateKey": self.key.private, "user": self.sshd.user() })
    }

    /// Adds it to the tree and returns its id.
    pub async fn add_to(&self, app: &App, name: &str) -> Value {
        app.add_machine(name, self.sshd.port(), self.identity(), json!({})).await
    }

    /// A file in the home folder of whoever signs in.
    pub fn home(&self, name: &str) -> std::path::PathBuf {
        self.sshd.dir().join("home").join(name)
    }

    /// How often somebody signed in.
    pub fn sign_ins(&self) -> usize {
        self.sshd.log().matches("Accepted publickey").count()
    }
}

fn merge(base: &mut Value, more: Value) {
    if let (Some(base), Value::Object(more)) = (base.as_object_mut(), more) {
        base.extend(more);
    }
}
