//! The direction of dependencies, as ARCHITECTURE.md draws it, checked against `cargo metadata`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use serde_json::Value;
use std::{collections::BTreeMap, process::Command};

/// Each crate and the crates of the workspace it may depend on. Test-only dependencies are not counted.
const ALLOWED: &[(&str, &[&str])] = &[
    ("patchbay-model", &[]),
    ("patchbay-vault", &["model"]),
    ("patchbay-lock", &[]),
    ("patchbay-store", &["model", "vault", "lock"]),
    ("patchbay-session", &["model"]),
    ("patchbay-engine-ssh", &["model", "session"]),
    ("patchbay-engine-local", &["model", "session"]),
    ("patchbay-engine-line", &["model", "session"]),
    ("patchbay-engine-rdp", &["model", "session", "tls"]),
    ("patchbay-engine-vnc", &["model", "session", "tls"]),
    ("patchbay-device-redfish", &["model", "tls", "https"]),
    ("patchbay-device-proxmox", &["model", "session", "tls", "https"]),
    ("patchbay-device-ipmi", &["model", "session"]),
    ("patchbay-tls", &[]),
    ("patchbay-https", &[]),
    ("patchbay-device-snmp", &["model", "device-switch"]),
    ("patchbay-device-switch", &[]),
    ("patchbay-sftp", &[]),
    ("patchbay-exchange", &["model"]),
    (
        "patchbay-core",
        &[
            "model",
            "vault",
            "store",
            "session",
            "sftp",
            "engine-ssh",
            "engine-local",
            "engine-line",
            "engine-rdp",
            "engine-vnc",
            "exchange",
            "team-client",
            "tls",
            "device-ipmi",
            "device-proxmox",
            "device-redfish",
            "device-snmp",
            "device-switch",
        ],
    ),
    ("patchbay-commands", &["model", "vault", "session", "core"]),
    ("patchbay-stream", &["model", "session"]),
    ("patchbay", &["model", "session", "core", "commands", "stream"]),
    ("patchbay-team", &["model", "vault"]),
    ("patchbay-team-client", &["model", "session", "tls", "https"]),
    ("patchbay-team-store", &["model", "team", "lock"]),
    (
        "patchbay-server",
        &[
            "model",
            "vault",
            "session",
            "stream",
            "core",
            "commands",
            "store",
            "team",
            "team-store",
            "tls",
        ],
    ),
    ("patchbay-cli", &["model", "session", "core", "commands"]),
    ("patchbay-testkit", &[]),
    (
        "patchbay-fuzz",
        &[
            "model",
            "vault",
            "store",
            "session",
            "sftp",
            "exchange",
            "engine-ssh",
            "engine-line",
            "engine-rdp",
            "engine-vnc",
            "device-redfish",
            "device-snmp",
            "device-switch",
            "device-ipmi",
            "core",
            "commands",
            "team",
            "team-client",
            "device-proxmox",
        ],
    ),
    (
        "patchbay-stage",
        &[
            "testkit",
            "model",
            "session",
            "core",
            "commands",
            "device-ipmi",
            "device-snmp",
            "engine-rdp",
            "engine-vnc",
        ],
    ),
    ("xtask", &[]),
];

#[test]
fn layering_follows_the_architecture() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--locked"])
        .output()
        .unwrap();
    let metadata: Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let mut found = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let dependencies: Vec<String> = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|dependency| dependency["kind"].is_null() && dependency["path"].is_string())
            .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
            .collect();
        found.insert(package["name"].as_str().unwrap().to_owned(), dependencies);
    }
    let allowed: BTreeMap<_, _> = ALLOWED.iter().copied().collect();
    for (name, dependencies) in &found {
        let allowed = allowed.get(name.as_str()).unwrap_or_else(|| {
            panic!("{name} is not in the drawing: add it to ARCHITECTURE.md and here")
        });
        for dependency in dependencies {
            let short = dependency.trim_start_matches("patchbay-");
            assert!(allowed.contains(&short), "{name} must not depend on {dependency}");
        }
    }
    assert_eq!(found.len(), allowed.len(), "the drawing names a crate that does not exist");
}

/// Tauri's own API is known to the host module of the UI and to nothing else.
#[test]
fn layering_only_the_host_module_imports_tauri() {
    let mut folders = vec![std::path::PathBuf::from("ui/src")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(&folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.starts_with("ui/src/lib/host") {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                assert!(
                    !text.contains("@tauri-apps/"),
                    "{} imports @tauri-apps: go through lib/host",
                    path.display()
                );
                files += 1;
            }
        }
    }
    assert!(files > 10, "the UI's sources were not found");
}
