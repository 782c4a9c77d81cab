//! Private keys as the usual tools write them.

use patchbay_engine_ssh::{
    SshError, hostkey,
    keys::{KeyAlgorithm, check_pair, generate, inspect, inspect_certificate},
};
use patchbay_model::Secret;
use patchbay_testkit::{KeyPair, daemon::run};
use std::{path::Path, process::Command};

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

/// Reads it with the right passphrase and finds the public key that belongs to it; says what is wrong with others.
fn reads(what: &str, text: &str, passphrase: &str, public: &str) {
    let right = Some(secret(passphrase)).filter(|_| !passphrase.is_empty());
    let info =
        inspect(&secret(text), right.as_ref()).unwrap_or_else(|e| panic!("{what}: {e}\n{text}"));
    let blob = |line: &str| line.split_ascii_whitespace().take(2).collect::<Vec<_>>().join(" ");
    assert_eq!(blob(&info.openssh), blob(public), "{what}");
    if passphrase.is_empty() {
        // A passphrase that is not needed does no harm, nor do Windows' line ends and blank lines around.
        let windows = format!("\r\n{}\r\n", text.replace('\n', "\r\n"));
        assert!(inspect(&secret(&windows), Some(&secret("needless"))).is_ok(), "{what}");
    } else {
        assert_eq!(
            inspect(&secret(text), None).unwrap_err(),
            SshError::KeyPassphraseNeeded,
            "{what}"
        );
        assert_eq!(
            inspect(&secret(text), Some(&secret("wrong"))).unwrap_err(),
            SshError::KeyPassphraseWrong,
            "{what}"
        );
    }
}

const KINDS: &[(&str, &[&str])] = &[
    ("ed25519", &["-t", "ed25519"]),
    ("p256", &["-t", "ecdsa", "-b", "256"]),
    ("p384", &["-t", "ecdsa", "-b", "384"]),
    ("p521", &["-t", "ecdsa", "-b", "521"]),
    ("rsa", &["-t", "rsa", "-b", "2048"]),
];

#[test]
fn written_by_ssh_keygen() {
    let dir = tempfile::tempdir().unwrap();
    for (name, kind) in KINDS {
        for format in ["RFC4716", "PEM", "PKCS8"] {
            for passphrase in ["", "let me in"] {
                let file = format!("{name}-{format}-{}", passphrase.len());
                let arguments = [*kind, &["-m", format, "-a", "2"]].concat();
                let pair = KeyPair::generate(dir.path(), &file, &arguments, passphrase).unwrap();
                reads(&file, &pair.private, passphrase, &pair.public);
            }
        }
    }
    for cipher in [
        "aes128-ctr",
        "aes256-cbc",
        "aes256-gcm@openssh.com",
        "chacha20-poly1305@openssh.com",
        "3des-cbc",
    ] {
        let pair = KeyPair::generate(
            dir.path(),
            cipher,
            &["-t", "ed25519", "-Z", cipher, "-a", "2"],
            "p w",
        )
        .unwrap();
        if cipher == "3des-cbc" {
            assert!(inspect(&secret(&pair.private), Some(&secret("p w"))).is_err());
        } else {
            reads(cipher, &pair.private, "p w", &pair.public);
        }
    }
}

#[test]
fn written_by_puttygen() {
    let dir = tempfile::tempdir().unwrap();
    let word = dir.path().join("passphrase");
    std::fs::write(&word, "let me in").unwrap();
    let none = dir.path().join("none");
    std::fs::write(&none, "").unwrap();
    for (name, kind) in KINDS {
        let pair = KeyPair::generate(dir.path(), name, kind, "").unwrap();
        for version in ["2", "3"] {
            for (passphrase, file) in [("", &none), ("let me in", &word)] {
                let text = puttygen(
                    dir.path(),
                    &pair.path,
                    file,
                    &["--ppk-param", &format!("version={version},time=5")],
                );
                assert!(text.starts_with(&format!("PuTTY-User-Key-File-{version}: ")));
                reads(&format!("{name} ppk {version}"), &text, passphrase, &pair.public);
            }
        }
    }
}

fn puttygen(dir: &Path, key: &Path, passphrase: &Path, arguments: &[&str]) -> String {
    let out = dir.join("out.ppk");
    run(
        Command::new("puttygen")
            .arg(key)
            .args(["-O", "private", "-q", "-o"])
            .arg(&out)
            .arg("--new-passphrase")
            .arg(passphrase)
            .args(arguments),
        None,
    )
    .unwrap();
    std::fs::read_to_string(out).unwrap()
}

#[test]
fn written_by_openssl() {
    let dir = tempfile::tempdir().unwrap();
    for (name, kind) in KINDS {
        let pair = if *name == "ed25519" {
            made_by_openssl(dir.path())
        } else {
            KeyPair::generate(dir.path(), name, &[*kind, &["-m", "PKCS8"]].concat(), "").unwrap()
        };
        let openssl = |arguments: &[&str]| {
            run(Command::new("openssl").args(arguments).arg("-in").arg(&pair.path), None).unwrap()
        };
        reads(name, &openssl(&["pkcs8", "-topk8", "-nocrypt"]), "", &pair.public);
        // Deriving keys is slow on purpose, so not every kind with every way.
        let mut encryptions = vec![&["-v2", "aes256"][..]];
        if *name == "ed25519" {
            encryptions.push(&["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"]);
            encryptions.push(&["-scrypt", "-scrypt_N", "1024"]);
        }
        for encryption in encryptions {
            let text =
                openssl(&[&["pkcs8", "-topk8", "-passout", "pass:let me in"], encryption].concat());
            reads(&format!("{name} {encryption:?}"), &text, "let me in", &pair.public);
        }
        if *name == "ed25519" {
            continue;
        }
        // The traditional formats, with the encryption of old.
        let traditional = if *name == "rsa" { ["rsa", "-traditional"] } else { ["ec", "-noout"] };
        let traditional = if *name == "rsa" { &traditional[..] } else { &traditional[..1] };
        for cipher in ["-aes128", "-aes192", "-aes256", "-des3"] {
            let text = openssl(&[traditional, &[cipher, "-passout", "pass:let me in"]].concat());
            assert!(text.contains("DEK-Info"), "{text}");
            reads(&format!("{name} {cipher}"), &text, "let me in", &pair.public);
        }
    }
    let text =
        run(Command::new("openssl").args(["ecparam", "-name", "prime256v1", "-genkey"]), None)
            .unwrap();
    assert!(text.contains("EC PARAMETERS"));
    inspect(&secret(&text), None).unwrap();
}

/// An Ed25519 key as PKCS#8, which ssh-keygen does not write; its public half is the end of what OpenSSL says.
fn made_by_openssl(dir: &Path) -> KeyPair {
    let path = dir.join("ed25519");
    let out = path.to_str().unwrap();
    run(Command::new("openssl").args(["genpkey", "-algorithm", "ed25519", "-out", out]), None)
        .unwrap();
    let spki = run(Command::new("openssl").args(["pkey", "-pubout", "-in", out]), None).unwrap();
    let base64: String = spki.lines().filter(|line| !line.starts_with("--")).collect();
    let der = data_encoding::BASE64.decode(base64.as_bytes()).unwrap();
    let mut blob = b"\0\0\0\x0bssh-ed25519\0\0\0\x20".to_vec();
    blob.extend_from_slice(&der[der.len() - 32..]);
    let public = format!("ssh-ed25519 {}", data_encoding::BASE64.encode(&blob));
    KeyPair { private: std::fs::read_to_string(&path).unwrap(), path, public }
}

#[test]
fn what_cannot_be_used_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let dsa = KeyPair::generate(dir.path(), "dsa", &["-t", "dsa"], "").unwrap();
    let unsupported = |text: &str| match inspect(&secret(text), None) {
        Err(SshError::KeyUnsupported { reason }) => reason,
        other => panic!("{other:?}\n{text}"),
    };
    assert!(unsupported(&dsa.private).contains("DSA"));
    let tiny = run(Command::new("openssl").args(["genrsa", "-traditional", "512"]), None).unwrap();
    assert!(unsupported(&tiny).contains("512 bits"));
    let ed448 =
        run(Command::new("openssl").args(["genpkey", "-algorithm", "ed448"]), None).unwrap();
    unsupported(&ed448);
    let curve = run(
        Command::new("openssl").args(["ecparam", "-name", "secp256k1", "-genkey", "-noout"]),
        None,
    )
    .unwrap();
    unsupported(&curve);

    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let unreadable = |text: &str| match inspect(&secret(text), None) {
        Err(SshError::KeyUnreadable { reason }) => reason,
        other => panic!("{other:?}\n{text}"),
    };
    assert!(unreadable(&pair.public).contains("public key"));
    assert!(unreadable("").contains("empty"));
    assert!(unreadable("my key").contains("BEGIN"));
    assert!(unreadable(&pair.private[..pair.private.len() / 2]).contains("last line"));
    assert!(unreadable(&"x".repeat(300_000)).contains("too long"));
}

#[test]
fn certificates_are_described() {
    let dir = tempfile::tempdir().unwrap();
    let (authority, pair) =
        (KeyPair::ed25519(dir.path(), "ca").unwrap(), KeyPair::ed25519(dir.path(), "k").unwrap());
    let other = KeyPair::ed25519(dir.path(), "o").unwrap();
    let text = authority
        .certify(
            &pair,
            &["-I", "alice@example", "-n", "alice,root", "-V", "20240229120000Z:20991231235959Z"],
        )
        .unwrap();
    let info = inspect_certificate(&text).unwrap();
    assert_eq!(
        (info.key_id.as_str(), info.principals),
        ("alice@example", vec!["alice".to_owned(), "root".into()])
    );
    assert_eq!(info.valid_from.as_deref(), Some("2024-02-29T12:00:00Z"));
    assert_eq!(info.valid_until.as_deref(), Some("2099-12-31T23:59:59Z"));
    assert_eq!(info.authority, authority.fingerprint().unwrap());
    assert!(check_pair(&secret(&pair.private), None, &text).is_ok());
    assert!(matches!(
        check_pair(&secret(&other.private), None, &text),
        Err(SshError::CertificateUnusable { .. })
    ));
    let forever = authority.certify(&pair, &["-I", "x"]).unwrap();
    let info = inspect_certificate(&forever).unwrap();
    assert_eq!((info.valid_from, info.valid_until, info.principals.len()), (None, None, 0));
    assert!(matches!(inspect_certificate(&pair.public), Err(SshError::CertificateUnusable { .. })));
}

#[test]
fn new_keys_are_what_ssh_keygen_takes() {
    let dir = tempfile::tempdir().unwrap();
    for (algorithm, kind) in
        [(KeyAlgorithm::Ed25519, "ED25519"), (KeyAlgorithm::EcdsaP256, "ECDSA")]
    {
        for passphrase in ["", "let me in"] {
            let word = secret(passphrase);
            let made = generate(algorithm, "me@here", Some(&word)).unwrap();
            let path = dir.path().join(format!("{kind}{}", passphrase.len()));
            std::fs::write(&path, made.private_key.expose_secret()).unwrap();
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
                .unwrap();
            let public = run(
                Command::new("ssh-keygen").args(["-y", "-P", passphrase, "-f"]).arg(&path),
                None,
            )
            .unwrap();
            assert_eq!(public.trim(), made.public_key.openssh);
            reads(kind, made.private_key.expose_secret(), passphrase, &public);
        }
    }
}

#[test]
fn pictures_are_those_of_ssh_keygen() {
    let dir = tempfile::tempdir().unwrap();
    for (name, kind) in KINDS {
        let pair = KeyPair::generate(dir.path(), name, kind, "").unwrap();
        let listed =
            run(Command::new("ssh-keygen").arg("-lvf").arg(pair.public_path()), None).unwrap();
        let (line, picture) = listed.split_once('\n').unwrap();
        assert_eq!(hostkey::picture(&pair.public).unwrap(), picture.trim_end());
        assert_eq!(hostkey::fingerprint(&pair.public).unwrap(), line.split(' ').nth(1).unwrap());
        assert_eq!(
            hostkey::algorithm(&pair.public).unwrap(),
            pair.public.split(' ').next().unwrap()
        );
        let info = inspect(&secret(&pair.private), None).unwrap();
        assert_eq!(info.fingerprint, hostkey::fingerprint(&pair.public).unwrap());
        let bits: u32 = line.split(' ').next().unwrap().parse().unwrap();
        assert_eq!(info.bits, Some(bits).filter(|_| *name != "ed25519"));
    }
}
