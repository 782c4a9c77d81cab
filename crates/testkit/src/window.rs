//! The real window, driven through WebDriver (WebKitWebDriver on Linux) the way a person uses it: clicks and keys. A browser is
//! driven the same way (`browser.rs`).

use crate::{
    Screen, TestkitError,
    daemon::{Daemon, free_port},
};
use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource, KeyAction, KeyActions},
    elements::Element,
    key::Key,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::{
    net::{Ipv4Addr, TcpStream},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};
use tokio::time::{Instant, sleep, timeout};

/// How long anything may take before the test fails with what it was waiting for.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at a page.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What to start.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The app's binary.
    pub binary: PathBuf,
    /// A folder of its own for vault, settings and HOME.
    pub home: PathBuf,
    /// Further environment.
    pub environment: Vec<(String, String)>,
}

/// A window of the app, or of a browser, under WebDriver. It and the driver end when it is dropped.
#[derive(Debug)]
pub struct Window {
    client: Client,
    driver: Daemon,
}

impl Window {
    /// Starts the driver, which starts the app.
    ///
    /// # Errors
    /// When the driver or the app does not start within half a minute.
    pub async fn open(screen: &Screen, launch: &Launch) -> Result<Self, TestkitError> {
        let mut driver = Command::new("WebKitWebDriver");
        driver
            .arg("--host=127.0.0.1")
            .envs(screen.environment())
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("HOME", &launch.home)
            .env("XDG_CONFIG_HOME", launch.home.join(".config"))
            .env("XDG_DATA_HOME", launch.home.join(".local/share"))
            .env("XDG_CACHE_HOME", launch.home.join(".cache"))
            .env("PATCHBAY_NO_SINGLE_INSTANCE", "1")
            .envs(launch.environment.iter().map(|(name, value)| (name, value)));
        let options =
            json!({ "webkitgtk:browserOptions": { "binary": launch.binary, "args": [] } });
        Self::driven(driver, &launch.home.join("window.log"), options).await
    }

    /// Starts a WebDriver server, and has it start what these capabilities say. `log` takes what both write.
    pub(crate) async fn driven(
        mut driver: Command,
        log: &Path,
        capabilities: Value,
    ) -> Result<Self, TestkitError> {
        let port = free_port()?;
        driver.arg(format!("--port={port}")).process_group(0);
        let mut driver = Daemon::start(driver, log)?;
        let listens = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        driver.until("the WebDriver server to listen", PATIENCE, listens).await?;
        let Value::Object(capabilities) = capabilities else {
            return Err(TestkitError::waited("capabilities, which are an object"));
        };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let client = timeout(PATIENCE, builder.connect(&format!("http://127.0.0.1:{port}")))
            .await
            .map_err(|_| TestkitError::waited("the app's window"))?
            .map_err(|error| TestkitError::driver("opening a session", error))?;
        Ok(Self { client, driver })
    }

    /// Ends the app and waits until it is gone, so that its vault is free.
    ///
    /// # Errors
    /// When it does not end in time.
    pub async fn close(self) -> Result<(), TestkitError> {
        let apps = || children(self.driver.id());
        let running = apps();
        self.client
            .clone()
            .close()
            .await
            .map_err(|error| TestkitError::driver("closing", error))?;
        let deadline = Instant::now() + PATIENCE;
        while running
            .iter()
            .any(|app| Path::new(&format!("/proc/{app}")).exists() && apps().contains(app))
        {
            for app in &running {
                let _ = Command::new("kill").args(["-TERM", app]).stderr(Stdio::null()).status();
            }
            if Instant::now() > deadline {
                return Err(TestkitError::waited("the app to end"));
            }
            sleep(LOOK_AGAIN).await;
        }
        Ok(())
    }

    /// The element, as soon as it is there and shown.
    ///
    /// # Errors
    /// When it is not there in time.
    pub async fn find(&self, css: &str) -> Result<Element, TestkitError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Ok(element) = self.client.find(Locator::Css(css)).await
                && element.is_displayed().await.unwrap_or(false)
            {
                return Ok(element);
            }
            if Instant::now() > deadline {
                return Err(TestkitError::waited(format!(
                    "{css}; the page says: {}",
                    self.page_text().await
                )));
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    /// Clicks an element as soon as it is there and takes clicks.
    ///
    /// # Errors
    /// When it is not there in time.
    pub async fn click(&self, css: &str) -> Result<(), TestkitError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let element = self.find(css).await?;
            match element.click().await {
                Ok(()) => return Ok(()),
                Err(error) if Instant::now() > deadline => {
                    return Err(TestkitError::driver(css, error));
                }
                Err(_) => sleep(LOOK_AGAIN).await, // something floats over it, or it was drawn anew
            }
        }
    }

    /// Clicks the first element that a selector finds and whose text contains something.
    ///
    /// # Errors
    /// When it is not there in time.
    pub async fn click_text(&self, css: &str, part: &str) -> Result<(), TestkitError> {
        let script = "for (const e of document.querySelectorAll('[data-clicked]')) e.removeAttribute('data-clicked'); \
            const e = [...document.querySelectorAll(arguments[0])].find((e) => e.innerText.includes(arguments[1]) && e.getClientRects().length); \
            if (e) e.setAttribute('data-clicked', ''); return !!e";
        let there = self
            .wait_value(script, vec![json!(css), json!(part)], |value| value == &Value::Bool(true))
            .await;
        if there.is_err() {
            let page = self.page_text().await;
            return Err(TestkitError::waited(format!(
                "{css} with {part:?}; the page says: {page}"
            )));
        }
        self.click("[data-clicked]").await
    }

    /// Types into a field, in place of what it holds.
    ///
    /// # Errors
    /// When it is not there in time.
    pub async fn fill(&self, css: &str, text: &str) -> Result<(), TestkitError> {
        let field = self.find(css).await?;
        field.clear().await.map_err(|error| TestkitError::driver(css, error))?;
        field.send_keys(text).await.map_err(|error| TestkitError::driver(css, error))
    }

    /// Puts text into a field at once, as pasting does.
    ///
    /// # Errors
    /// When it is not there in time.
    pub async fn paste(&self, css: &str, text: &str) -> Result<(), TestkitError> {
        self.click(css).await?;
        let script = "document.querySelector(arguments[0]).select(); document.execCommand('insertText', false, arguments[1])";
        self.run(script, vec![json!(css), json!(text)]).await.map(drop)
    }

    /// Types wherever the focus is.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn type_keys(&self, text: &str) -> Result<(), TestkitError> {
        let element = self
            .client
            .active_element()
            .await
            .map_err(|error| TestkitError::driver("typing", error))?;
        element.send_keys(text).await.map_err(|error| TestkitError::driver("typing", error))
    }

    /// Presses a chord such as `Control+Shift+p` or `Escape`: the last key while the others are held.
    ///
    /// # Errors
    /// When the chord names a key that is not known, or the driver refuses.
    pub async fn press(&self, chord: &str) -> Result<(), TestkitError> {
        let keys = chord
            .split('+')
            .map(key)
            .collect::<Option<Vec<char>>>()
            .ok_or_else(|| TestkitError::waited(format!("a key called {chord}")))?;
        let down = keys.iter().map(|value| KeyAction::Down { value: *value });
        let up = keys.iter().rev().map(|value| KeyAction::Up { value: *value });
        let actions =
            down.chain(up).fold(KeyActions::new("keyboard".to_owned()), InputSource::then);
        self.client
            .perform_actions(actions)
            .await
            .map_err(|error| TestkitError::driver(chord, error))
    }

    /// Waits until an element's text contains something.
    ///
    /// # Errors
    /// When it does not in time; says what it held instead.
    pub async fn wait_text(&self, css: &str, part: &str) -> Result<String, TestkitError> {
        let script = "const e = document.querySelector(arguments[0]); return e ? e.innerText : ''";
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let found =
            self.wait_value(script, vec![json!(css)], |value| text(value).contains(part)).await;
        match found {
            Ok(value) => Ok(text(&value)),
            Err(last) => {
                let page = self.page_text().await;
                Err(TestkitError::waited(format!(
                    "{part:?} in {css}, which says {last}; the page says: {page}"
                )))
            }
        }
    }

    /// Waits until a script's value is true.
    ///
    /// # Errors
    /// When it is not in time.
    pub async fn wait_true(&self, script: &str) -> Result<(), TestkitError> {
        let done = self.wait_value(script, vec![], |value| value == &Value::Bool(true)).await;
        done.map(drop)
            .map_err(|last| TestkitError::waited(format!("{script} to be true, last {last}")))
    }

    async fn wait_value(
        &self,
        script: &str,
        arguments: Vec<Value>,
        done: impl Fn(&Value) -> bool,
    ) -> Result<Value, Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let value = self.run(script, arguments.clone()).await.unwrap_or(Value::Null);
            if done(&value) {
                return Ok(value);
            }
            if Instant::now() > deadline {
                return Err(value);
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    /// Runs a script in the page.
    ///
    /// # Errors
    /// When it throws.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value, TestkitError> {
        self.client
            .execute(script, arguments)
            .await
            .map_err(|error| TestkitError::driver("a script", error))
    }

    /// Runs a script that calls its last argument when it is done.
    ///
    /// # Errors
    /// When it throws.
    pub async fn run_async(
        &self,
        script: &str,
        arguments: Vec<Value>,
    ) -> Result<Value, TestkitError> {
        self.client
            .execute_async(script, arguments)
            .await
            .map_err(|error| TestkitError::driver("a script", error))
    }

    /// Loads the page anew, as a crash of the web process does.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn reload(&self) -> Result<(), TestkitError> {
        self.client.refresh().await.map_err(|error| TestkitError::driver("reloading", error))
    }

    /// Changes the window's size.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn resize(&self, width: u32, height: u32) -> Result<(), TestkitError> {
        self.client
            .set_window_rect(0, 0, width, height)
            .await
            .map_err(|error| TestkitError::driver("resizing", error))
    }

    /// Goes on in a window of the app that is not this one, as soon as there is one.
    ///
    /// # Errors
    /// When there is none in time.
    pub async fn go_to_other_window(&self) -> Result<(), TestkitError> {
        let deadline = Instant::now() + PATIENCE;
        // This one may be closed already.
        let this = self.client.window().await.ok();
        loop {
            let all = self.client.windows().await.unwrap_or_default();
            let other = all.into_iter().find(|window| Some(window) != this.as_ref());
            if let Some(other) = other
                && self.client.switch_to_window(other).await.is_ok()
            {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(TestkitError::waited("another window"));
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    /// All text of the page, for messages.
    pub async fn page_text(&self) -> String {
        let text = self.run("return document.body ? document.body.innerText : ''", vec![]).await;
        text.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// The underlying client, for what has no word here.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }
}

/// The processes that a process started and that still run, as proc(5) lists them.
fn children(parent: u32) -> Vec<String> {
    let list = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
    list.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

/// WebDriver's code points for keys that have none of their own.
fn key(name: &str) -> Option<char> {
    let special = match name {
        "Control" => Key::Control,
        "Shift" => Key::Shift,
        "Alt" => Key::Alt,
        "Meta" => Key::Meta,
        "Enter" => Key::Enter,
        "Escape" => Key::Escape,
        "Tab" => Key::Tab,
        "Delete" => Key::Delete,
        "Backspace" => Key::Backspace,
        "Up" => Key::Up,
        "Down" => Key::Down,
        "Left" => Key::Left,
        "Right" => Key::Right,
        "Home" => Key::Home,
        "End" => Key::End,
        "F2" => Key::F2,
        "F5" => Key::F5,
        "F10" => Key::F10,
        _ => {
            let mut characters = name.chars();
            return characters.next().filter(|_| characters.next().is_none());
        }
    };
    Some(special.into())
}

/// Where the binary named `name` of this build is: beside, or one above, the running one.
#[must_use]
pub fn binary_beside(current: &Path, name: &str) -> PathBuf {
    let folder = current.parent().unwrap_or(current);
    let folder = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
