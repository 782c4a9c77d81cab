//! A browser, Chromium under chromedriver, without a screen and with a profile of its own; and all bytes that it received.

use crate::{TestkitError, Window, daemon::run};
use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::Command,
};

/// Runs without a graphics card and as root, looks for nothing on the internet, and begins with what tests ask for.
const ALWAYS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
];

/// What to start a browser with.
#[derive(Clone, Debug)]
pub struct Browse {
    /// A folder of its own.
    pub home: PathBuf,
    /// The page to begin with.
    pub address: String,
    /// A certificate (PEM): whoever has its key is believed, besides those whom the system trusts.
    pub certificate: PathBuf,
    /// Writes down all bytes that it receives; see [`Received`].
    pub records: bool,
}

impl Window {
    /// Opens a browser at a page.
    ///
    /// # Errors
    /// When the driver or the browser does not start within half a minute, or nothing answers at the address.
    pub async fn browse(browse: &Browse) -> Result<Self, TestkitError> {
        let home = &browse.home;
        let mut arguments = ALWAYS.map(str::to_owned).to_vec();
        // The page has 1280×800 of it.
        arguments.push("--window-size=1280,943".to_owned());
        arguments.push(format!("--user-data-dir={}", home.join("profile").display()));
        arguments
            .push(format!("--ignore-certificate-errors-spki-list={}", pin(&browse.certificate)?));
        if browse.records {
            arguments.push(format!("--log-net-log={}", Received::log(home).display()));
            arguments.push("--net-log-capture-mode=Everything".to_owned());
        }
        let mut driver = Command::new("chromedriver");
        driver.env("HOME", home);
        let capabilities = json!({ "goog:chromeOptions": { "args": arguments } });
        let window = Self::driven(driver, &home.join("browser.log"), capabilities).await?;
        let gone = window.client().goto(&browse.address).await;
        gone.map_err(|error| TestkitError::driver(&browse.address, error))?;
        Ok(window)
    }
}

/// What Chromium knows a certificate's key by: the SHA-256 of its SubjectPublicKeyInfo, in base 64.
fn pin(certificate: &Path) -> Result<String, TestkitError> {
    let mut openssl = Command::new("openssl");
    let key = run(openssl.args(["x509", "-noout", "-pubkey", "-in"]).arg(certificate), None)?;
    let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a directory", e))?;
    let file = dir.path().join("key.der");
    let mut openssl = Command::new("openssl");
    run(openssl.args(["pkey", "-pubin", "-outform", "DER", "-out"]).arg(&file), Some(&key))?;
    let said = run(Command::new("openssl").args(["dgst", "-sha256", "-r"]).arg(&file), None)?;
    let digest = said.split_whitespace().next().unwrap_or_default();
    let digest = HEXLOWER.decode(digest.as_bytes());
    digest.map(|digest| BASE64.encode(&digest)).map_err(|_| TestkitError::silent("openssl"))
}

/// All that a browser received while it ran, as it wrote down itself below its encryption and packing: Chromium's network log
/// in the capture mode "Everything", with the bytes of sockets inside of TLS, bodies as pages read them, and headers.
#[derive(Debug)]
pub struct Received {
    /// What came one after the other, by where it came from and at which step it was seen.
    streams: BTreeMap<(u64, u64), Vec<u8>>,
    /// The log as it is, with what came in other ways, such as headers of HTTP/2.
    text: Vec<u8>,
}

impl Received {
    fn log(home: &Path) -> PathBuf {
        home.join("network.json")
    }

    /// Reads what a browser with `records` wrote into its folder. It has to be closed: it writes the last of it at its end.
    ///
    /// # Errors
    /// When there is no such log, or it has no end.
    pub fn read(home: &Path) -> Result<Self, TestkitError> {
        let path = Self::log(home);
        let failed = |error| TestkitError::file(format!("read {}", path.display()), error);
        let text = fs::read(&path).map_err(failed)?;
        if !text.trim_ascii_end().ends_with(b"\n}") {
            return Err(TestkitError::waited(format!("the end of {}", path.display())));
        }
        let mut streams = BTreeMap::<_, Vec<u8>>::new();
        // A line about what numbers mean, one that begins the list of events, and one for each of them.
        let mut lines = BufReader::new(text.as_slice()).lines();
        let meanings = lines.next().unwrap_or_else(|| Ok(String::new())).map_err(failed)?;
        let sent = sending(&meanings);
        for line in lines.skip(1) {
            let line = line.map_err(failed)?;
            let Ok(event) = serde_json::from_str::<Value>(line.trim_end_matches(',')) else {
                continue;
            };
            let number = |at| event.pointer(at).and_then(Value::as_u64).unwrap_or_default();
            let bytes = event.pointer("/params/bytes").and_then(Value::as_str);
            let bytes = bytes.and_then(|bytes| BASE64.decode(bytes.as_bytes()).ok());
            let kind = number("/type");
            if let (Some(bytes), false) = (bytes, sent.contains(&kind)) {
                streams.entry((number("/source/id"), kind)).or_default().extend(bytes);
            }
        }
        Ok(Self { streams, text })
    }

    /// Whether this came, in whatever way.
    #[must_use]
    pub fn holds(&self, what: &str) -> bool {
        let what = what.as_bytes();
        let mut all = self.streams.values().chain([&self.text]);
        !what.is_empty() && all.any(|bytes| bytes.windows(what.len()).any(|part| part == what))
    }
}

/// The numbers of events that have bytes which went out.
fn sending(meanings: &str) -> Vec<u64> {
    let whole = format!("{}}}", meanings.trim_end_matches(','));
    let meanings = serde_json::from_str::<Value>(&whole).unwrap_or_default();
    let kinds = meanings.pointer("/constants/logEventTypes").and_then(Value::as_object);
    let sent = kinds.into_iter().flatten().filter(|(name, _)| name.contains("SENT"));
    sent.filter_map(|(_, number)| number.as_u64()).collect()
}
