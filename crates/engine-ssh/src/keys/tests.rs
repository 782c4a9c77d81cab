#![allow(clippy::unwrap_used)]

use super::{certificate, inspect, read, rfc3339};
use patchbay_model::Secret;
use proptest::prelude::*;

#[test]
fn times_are_written_in_utc() {
    for (seconds, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_399, "2000-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (1_709_208_000, "2024-02-29T12:00:00Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ] {
        assert_eq!(rfc3339(seconds).as_deref(), Some(text));
    }
    assert_eq!(rfc3339(253_402_300_800), None);
    assert_eq!(rfc3339(u64::MAX - 1), None);
}

const PPK: &str = "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: aes256-cbc\nComment: c\nPublic-Lines: 2\n\
    AAAAC3NzaC1lZDI1NTE5AAAAIK2pr+Bfus1hvPof4Wb/plZCzSbqadHH0u+/f4ODtK\nnEAAAA\n\
    Key-Derivation: Argon2id\nArgon2-Memory: MEMORY\nArgon2-Passes: 1\nArgon2-Parallelism: 1\nArgon2-Salt: 00112233445566778899aabbccddeeff\n\
    Private-Lines: 1\nAAAAAAAAAAAAAAAAAAAAAA==\nPrivate-MAC: 00\n";

#[test]
fn a_file_cannot_ask_for_all_memory_or_all_time() {
    let word = Secret::new("x".to_owned());
    let text = Secret::new(PPK.replace("MEMORY", "4000000000"));
    assert!(read(&text, Some(&word)).unwrap_err().to_string().contains("memory"));
    let text = PPK.replace("MEMORY", "262144").replace("Passes: 1\n", "Passes: 1000\n");
    assert!(read(&Secret::new(text), Some(&word)).unwrap_err().to_string().contains("minutes"));
    // scrypt with N = 2^30, r = 2^20, p = 1 in an otherwise empty PKCS#8 file.
    let der = [
        &[0x06, 0x09, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b][..],
        &[
            0x30, 0x11, 0x04, 0x01, 0x00, 0x02, 0x04, 0x40, 0, 0, 0, 0x02, 0x03, 0x10, 0, 0, 0x02,
            0x01, 0x01,
        ],
    ]
    .concat();
    let refused = |der: &[u8]| {
        let text = block("ENCRYPTED PRIVATE KEY", der);
        read(&Secret::new(text), Some(&word)).unwrap_err().to_string()
    };
    assert!(refused(&der).contains("memory"));
    // The same in a sequence whose length takes three bytes: not understood, so not tried.
    let (oid, costs) = der.split_at(11);
    let none =
        [oid, &[0x30, 0x0b, 0x04, 0x00, 0x02, 0x01, 0x00, 0x02, 0x01, 0x08, 0x02, 0x01, 0x01]]
            .concat();
    assert!(refused(&none).contains("impossible"), "{}", refused(&none));
    let long = [oid, &[0x30, 0x83, 0x00, 0x00, 0x11], costs.split_at(2).1].concat();
    assert!(refused(&long).contains("not understood"), "{}", refused(&long));
}

fn block(label: &str, der: &[u8]) -> String {
    let body = data_encoding::BASE64.encode(der);
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

/// A number of an SSH key, of this many bytes.
fn long_number(length: usize) -> Vec<u8> {
    let mut field = u32::try_from(length).unwrap().to_be_bytes().to_vec();
    field.extend(std::iter::repeat_n(0x71, length));
    field
}

#[test]
fn an_rsa_key_cannot_be_so_long_that_trying_it_takes_for_ever() {
    use hmac::{Hmac, KeyInit, Mac};
    let named =
        |name: &str| [&u32::try_from(name.len()).unwrap().to_be_bytes(), name.as_bytes()].concat();
    let public = [named("ssh-rsa"), named("\u{3}"), long_number(8_000)].concat();
    let private =
        [long_number(8_000), long_number(4_000), long_number(4_000), long_number(4_000)].concat();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&[]).unwrap();
    for part in [&b"ssh-rsa"[..], b"none", b"", &public, &private] {
        mac.update(&u32::try_from(part.len()).unwrap().to_be_bytes());
        mac.update(part);
    }
    let text = format!(
        "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: \nPublic-Lines: 1\n{}\nPrivate-Lines: 1\n{}\nPrivate-MAC: {}\n",
        data_encoding::BASE64.encode(&public),
        data_encoding::BASE64.encode(&private),
        data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes()),
    );
    let refused = read(&Secret::new(text), None).unwrap_err().to_string();
    assert!(refused.contains("beyond 8192 bits"), "{refused}");
    let refused = read(&Secret::new(block("RSA PRIVATE KEY", &[0x30; 17_000])), None);
    assert!(refused.unwrap_err().to_string().contains("too long"));
}

#[test]
fn certificates_inside_certificates_do_not_overflow_the_stack() {
    let mut blob = Vec::new();
    for _ in 0..50_000 {
        blob.extend_from_slice(b"\0\0\0\x20ssh-ed25519-cert-v01@openssh.com\0\0\0\0");
        blob.extend_from_slice(&[0; 36]);
    }
    let line = format!("ssh-ed25519-cert-v01@openssh.com {}", data_encoding::BASE64.encode(&blob));
    assert!(certificate(&line).is_err());
    assert!(crate::hostkey::fingerprint(&line).is_err());
}

fn label() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "OPENSSH PRIVATE KEY",
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "DSA PRIVATE KEY",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,400}") {
        let _ = inspect(&Secret::new(text.clone()), None);
        let _ = certificate(&text);
        let _ = crate::hostkey::picture(&text);
    }

    #[test]
    fn any_bytes_in_a_block_are_read_or_refused(label in label(), bytes in prop::collection::vec(any::<u8>(), 0..300), headers in any::<bool>()) {
        let info = if headers { "Proc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,0011223344556677\n\n" } else { "" };
        let body = data_encoding::BASE64.encode(&bytes);
        let text = Secret::new(format!("-----BEGIN {label}-----\n{info}{body}\n-----END {label}-----\n"));
        let _ = inspect(&text, None);
        let _ = inspect(&text, Some(&Secret::new("x".to_owned())));
    }

    #[test]
    fn any_damage_to_an_openssh_key_is_survived(at in 0usize..300, byte in any::<u8>()) {
        const KEY: &str = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQQ/i+HCsmZZPy0JhtT64vW7EmeA1DeAM/VnPq3vAhu+xooJ7IMMK3lUHlBDosyvA2enNbCWyvNQc25dVt4oh9RhAAAAqHG7WMFxu1jBAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBD+L4cKyZlk/LQmG1Pri9bsSZ4DUN4Az9Wc+re8CG77GignsgwwreVQeUEOizK8DZ6c1sJbK81Bzbl1W3iiH1GEAAAAgLAmXR6IlN0SdiD6o8qr+vUr0mXLbajs/m0UlegElOmoAAAANcm9iZXJ0QGJic2RldgECAw==";
        let mut bytes = data_encoding::BASE64.decode(KEY.as_bytes()).unwrap();
        if let Some(old) = bytes.get_mut(at) {
            *old = byte;
        }
        let text = format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n", data_encoding::BASE64.encode(&bytes));
        let _ = inspect(&Secret::new(text), None);
    }

    #[test]
    fn any_change_to_a_putty_key_is_survived(at in 0usize..420, byte in 0u8..128) {
        let mut bytes = PPK.replace("MEMORY", "8").into_bytes();
        if let Some(old) = bytes.get_mut(at) {
            *old = byte;
        }
        let _ = inspect(&Secret::new(String::from_utf8(bytes).unwrap()), Some(&Secret::new("x".to_owned())));
    }
}
