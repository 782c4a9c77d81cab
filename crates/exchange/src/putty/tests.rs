#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use crate::{ExchangeError, File, Format, Found, JumpTo, Options, Protocol, SignIn, read};

const EXPORT: &str = r#"Windows Registry Editor Version 5.00

[HKEY_CURRENT_USER\Software\SimonTatham\PuTTY]

[HKEY_CURRENT_USER\Software\SimonTatham\PuTTY\Sessions]

[HKEY_CURRENT_USER\Software\SimonTatham\PuTTY\Sessions\Default%20Settings]
"Present"=dword:00000001
"HostName"=""
"Protocol"="ssh"

[HKEY_CURRENT_USER\Software\SimonTatham\PuTTY\Sessions\web%20%231%20%f6]
"Present"=dword:00000001
"HostName"="web-01.example.net"
"Protocol"="ssh"
"PortNumber"=dword:000008ae
"UserName"="deploy"
"PublicKeyFile"="C:\\Users\\ops\\keys\\work \"old\".ppk"
"ProxyMethod"=dword:00000006
"ProxyHost"="bastion"
"ProxyPort"=dword:00000050
"ProxyUsername"="jump"
"PingInterval"=dword:00000001
"PingIntervalSecs"=dword:0000001e
"Compression"=dword:00000001
"PortForwardings"="L8080=db:80"
"Wordness0"=hex:00,00,\
  01,02

[HKEY_CURRENT_USER\Software\SimonTatham\PuTTY\Sessions\bastion]
"HostName"="root@192.0.2.1"
"Protocol"="ssh"
"PortNumber"=dword:00000016

[HKEY_CURRENT_USER\Software\SimonTatham\PuTTY\Sessions\console]
"HostName"="unused"
"SerialLine"="COM3"
"Protocol"="serial"

[HKEY_CURRENT_USER\Software\SimonTatham\PuTTY\SshHostKeys]
"ssh-ed25519@22:web-01.example.net"="0x0,0x1"
"dss@22:old"="0x1,0x2"
"#;

fn utf16(text: &str) -> Vec<u8> {
    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

fn parsed(bytes: Vec<u8>) -> Result<Found, ExchangeError> {
    read(Format::Putty, &[File { name: "putty.reg".into(), bytes }], &Options::default())
}

#[test]
fn sessions_of_a_registry_export() {
    for bytes in [utf16(EXPORT), EXPORT.replace('\n', "\r\n").into_bytes()] {
        let found = parsed(bytes).unwrap();
        assert_eq!(found.machines.len(), 3);
        let web = &found.machines[0];
        assert_eq!(web.draft.name, "web #1 ö");
        assert_eq!(web.draft.settings.port, Some(2222));
        assert_eq!(web.draft.settings.keep_alive, Some(90));
        assert_eq!(web.draft.settings.compression, Some(true));
        let jump = JumpTo::Named { host: "bastion".into(), port: None, user: Some("jump".into()) };
        assert_eq!(web.jump, Some(jump));
        let SignIn::KeyFile { path, .. } = &found.sign_ins[0] else { panic!("a key file") };
        assert_eq!(path, "C:\\Users\\ops\\keys\\work \"old\".ppk");
        let bastion = &found.machines[1].draft;
        assert_eq!((bastion.address.as_str(), bastion.settings.port), ("192.0.2.1", None));
        assert_eq!(bastion.settings.user.as_deref(), Some("root"));
        assert_eq!(found.machines[2].protocol, Protocol::Serial);
        assert_eq!(found.machines[2].draft.address, "COM3");
        let reasons: Vec<_> = found.skipped.iter().map(|one| one.reason.as_str()).collect();
        assert_eq!(
            reasons,
            [
                "Its port forwardings are not taken over.",
                "Host keys of this kind are not accepted any more."
            ]
        );
        assert_eq!(found.host_keys.len(), 1);
    }
}

#[test]
fn other_exports_are_refused() {
    let other =
        "Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\Software\\X]\n\"a\"=\"b\"\n";
    assert!(matches!(parsed(other.into()), Err(ExchangeError::Unreadable { .. })));
    assert!(matches!(parsed(b"hello".to_vec()), Err(ExchangeError::Unreadable { .. })));
}

#[test]
fn the_folder_of_unix() {
    let file = |name: &str, text: &str| File { name: name.into(), bytes: text.into() };
    let files = [
        file(
            "sessions/db%2001",
            "HostName=db.example.net\nPortNumber=22\nProtocol=ssh\nUserName=\n",
        ),
        file("sessions/router", "HostName=192.0.2.254\nPortNumber=23\nProtocol=telnet\n"),
        file("sshhostkeys", "rsa2@2222:db.example.net 0x10001,0xc0ffee\nssh-rsa garbage\n"),
        file("randomseed", "\u{1}\u{2}"),
    ];
    let found = read(Format::Putty, &files, &Options::default()).unwrap();
    assert_eq!(found.machines[0].draft.name, "db 01");
    assert_eq!(found.machines[1].protocol, Protocol::Telnet);
    assert_eq!(found.host_keys[0].host, "[db.example.net]:2222");
    assert_eq!(found.host_keys[0].key, "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAABADA/+4=");
    assert_eq!(found.skipped.len(), 1);
}
