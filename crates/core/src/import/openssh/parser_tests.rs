//! The parser against OpenSSH's own: for every alias both must come to the same values.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::{
    read::{self, Config, Place},
    resolve::{Resolved, Resolver},
    tokens::Surroundings,
    values::JumpHost,
};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::Command,
};

fn around() -> Surroundings {
    // ssh takes both from the account and not from the environment.
    let passwd = Command::new("sh").args(["-c", "id -un; cd ~ && pwd"]).output().unwrap();
    let text = String::from_utf8(passwd.stdout).unwrap();
    let mut lines = text.lines();
    Surroundings {
        user: lines.next().unwrap().to_owned(),
        home: PathBuf::from(lines.next().unwrap()),
        host_name: "desk.example.com".into(),
        environment: HashMap::from([("KEYS".to_owned(), "/keys".to_owned())]),
    }
}

fn load(directory: &Path, text: &str) -> Config {
    let path = directory.join("config");
    std::fs::write(&path, text).unwrap();
    read::read(&path, &around().home).unwrap()
}

fn resolved(text: &str, alias: &str) -> Resolved {
    let directory = tempfile::tempdir().unwrap();
    let config = load(directory.path(), text);
    let around = around();
    Resolver::new(&config, &around).resolve(alias)
}

fn aliases(config: &Config) -> Vec<String> {
    Resolver::new(config, &around()).aliases().0
}

fn reasons(config: &Config) -> Vec<(u32, String)> {
    config.remarks.iter().map(|remark| (remark.line, remark.reason.clone())).collect()
}

/// What `ssh -G` says, keyword by keyword.
fn ssh_says(file: &Path, alias: &str) -> HashMap<String, Vec<String>> {
    let output =
        Command::new("ssh").arg("-F").arg(file).args(["-G", "--", alias]).output().unwrap();
    assert!(output.status.success(), "ssh -G {alias}: {}", String::from_utf8_lossy(&output.stderr));
    let mut said: HashMap<String, Vec<String>> = HashMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        if let Some((keyword, value)) = line.split_once(' ') {
            said.entry(keyword.to_owned()).or_default().push(value.to_owned());
        }
    }
    said
}

fn paths(files: &[(String, Place)]) -> Vec<String> {
    files.iter().map(|(path, _)| path.clone()).collect()
}

fn shown(jump: &JumpHost) -> String {
    let user = jump.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
    let port = jump.port.map(|port| format!(":{port}")).unwrap_or_default();
    if jump.host.contains(':') {
        return format!("{user}[{}]{port}", jump.host);
    }
    format!("{user}{}{port}", jump.host)
}

/// Compares every alias, and some that only wildcards take in.
fn compare(directory: &Path, text: &str, more: &[&str]) {
    let config = load(directory, text);
    let around = around();
    let mut resolver = Resolver::new(&config, &around);
    let (found, _) = resolver.aliases();
    assert!(!found.is_empty());
    for alias in found.iter().map(String::as_str).chain(more.iter().copied()) {
        let ours = resolver.resolve(alias);
        let theirs = ssh_says(&directory.join("config"), alias);
        let one = |keyword: &str| theirs.get(keyword).map(|values| values[0].clone());
        assert_eq!(Some(ours.host_name), one("hostname"), "{alias}: HostName");
        assert_eq!(
            ours.user.clone().unwrap_or_else(|| around.user.clone()),
            one("user").unwrap(),
            "{alias}: User"
        );
        assert_eq!(ours.port.unwrap_or(22).to_string(), one("port").unwrap(), "{alias}: Port");
        let jumps: Vec<_> = ours.jumps.iter().map(shown).collect();
        let theirs_jump = one("proxyjump").filter(|jump| jump != "none").unwrap_or_default();
        assert_eq!(jumps.join(","), theirs_jump, "{alias}: ProxyJump");
        let files = |keyword: &str| -> Vec<String> {
            let named = theirs.get(keyword).cloned().unwrap_or_default();
            named
                .into_iter()
                .map(|file| file.replace('~', &around.home.to_string_lossy()))
                .collect()
        };
        if !ours.identity_files.is_empty() {
            assert_eq!(paths(&ours.identity_files), files("identityfile"), "{alias}: IdentityFile");
        }
        assert_eq!(
            paths(&ours.certificate_files),
            files("certificatefile"),
            "{alias}: CertificateFile"
        );
        if let Some(seconds) = ours.connect_timeout {
            assert_eq!(
                seconds.to_string(),
                one("connecttimeout").unwrap(),
                "{alias}: ConnectTimeout"
            );
        }
        if let Some(seconds) = ours.keep_alive {
            assert_eq!(
                seconds.to_string(),
                one("serveraliveinterval").unwrap(),
                "{alias}: ServerAliveInterval"
            );
        }
        if let Some(on) = ours.compression {
            assert_eq!(
                if on { "yes" } else { "no" },
                one("compression").unwrap(),
                "{alias}: Compression"
            );
        }
    }
}

#[test]
fn agrees_with_openssh() {
    let directory = tempfile::tempdir().unwrap();
    let inner = directory.path().join("conf.d");
    std::fs::create_dir(&inner).unwrap();
    std::fs::write(
        inner.join("10-web.conf"),
        "Host web-0? !web-02\n  User included\n  Port 2201\nHost inner\n  HostName 10.9.9.9\n",
    )
    .unwrap();
    std::fs::write(inner.join("20-db.conf"), "User=late\nHost db\n\tPort 5022\n").unwrap();
    std::fs::write(inner.join(".hidden.conf"), "User hidden\n").unwrap();
    std::fs::write(
        directory.path().join("only-for-web"),
        "IdentityFile ~/.ssh/only_web\nHost ghost db\n  User ghost\n",
    )
    .unwrap();
    let top = directory.path().display();
    compare(
        directory.path(),
        &format!(
            r#"
# what everybody has
IdentityFile ~/.ssh/id_first
IdentityFile ~/.ssh/id_first
CompreSSion yes

Host bastion jump
    HostName "bastion.Example.com"
    User = gate
    Port=2222
    ProxyJump none

Host web-01 web-02 "web.03"
    HostName %h.internal%%x
    Include "{top}/only-for-web"
    User web
    CertificateFile ~/.ssh/web-cert.pub
    CertificateFile /etc/keys/other-cert.pub

Include {top}/conf.d/*.conf {top}/not-there

Host db
    HostName 2001:db8::5
    ProxyJump ops@bastion:2222,inner
    ConnectTimeout 1m30s

Host six
    ProxyJump [2001:db8::1]:99
Host uri
    ProxyJump ssh://me@jumper:2022
Host command
    ProxyCommand nc %h %p
    ProxyJump bastion
Host command-none
    ProxyCommand none
    ProxyJump bastion

Host web-* !web-02
    ProxyJump bastion
    ServerAliveInterval 20

Match all
    User everybody
    Port 2022

Host *
    User nobody
    IdentityFile "/spaced dir/key # no comment" # comment
    ServerAliveInterval 15
    ProxyJump other
"#
        ),
        &["web-09", "unheard-of", "WEB-01"],
    );
}

#[test]
fn only_names_that_a_host_line_spells_out_and_reaches() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("inner"), "Host a b\nHost never\n").unwrap();
    let inner = directory.path().join("inner");
    let text = format!("Host a *.b !c\n Include {}\nHost x !x\nHost d a\n", inner.display());
    let config = load(directory.path(), &text);
    assert_eq!(aliases(&config), ["a", "d"]);
}

#[test]
fn tokens_of_file_names() {
    let home = around().home.display().to_string();
    let found = resolved(
        "Host web\n HostName web.example.com\n User ann\n Port 2200\n IdentityFile %d/.ssh/%r@%h:%p-%n-%L\n IdentityFile ${KEYS}/a%%b\n IdentityFile ~\n",
        "web",
    );
    assert_eq!(
        paths(&found.identity_files),
        [format!("{home}/.ssh/ann@web.example.com:2200-web-desk"), "/keys/a%b".to_owned(), home]
    );
}

#[test]
fn what_is_not_taken_over_is_listed_with_its_line() {
    let directory = tempfile::tempdir().unwrap();
    let config = load(
        directory.path(),
        "Host web\n  ControlMaster yes\n  Frobnicate 1\n  User \"x\n  Port\nMatch user root\n  User root\nHost z\n Port http\n HostName a b\n",
    );
    let lines: Vec<_> = reasons(&config).into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6, 10]);
    assert!(reasons(&config)[1].1.contains("not known"));
    assert_eq!(config.remarks[0].text, "ControlMaster yes");
    let around = around();
    let mut resolver = Resolver::new(&config, &around);
    assert_eq!(resolver.resolve("web").user, None, "a Match block counts for nobody");
    assert_eq!(resolver.resolve("z").port, None);
    assert_eq!(resolver.resolve("z").host_name, "z");
    let late = resolver.into_remarks();
    assert_eq!(late.len(), 1, "said once, however often it is met");
    assert_eq!(late[0].line, 9);
}

#[test]
fn loops_depth_and_size_are_bounded() {
    let directory = tempfile::tempdir().unwrap();
    let own = directory.path().join("config");
    let config = load(directory.path(), &format!("Host a\nInclude {}\nHost b\n", own.display()));
    assert_eq!(aliases(&config), ["a", "b"]);
    assert!(reasons(&config)[0].1.contains("includes itself"));

    for depth in 0..40 {
        let next = directory.path().join(format!("deep{}", depth + 1));
        std::fs::write(
            directory.path().join(format!("deep{depth}")),
            format!("Include {}\nHost h{depth}\n", next.display()),
        )
        .unwrap();
    }
    let config = load(directory.path(), &format!("Include {}/deep0\n", directory.path().display()));
    assert!(reasons(&config)[0].1.contains("16 deep"));
    assert!(aliases(&config).len() <= 16);

    let config = load(directory.path(), &"Host x\n".repeat(200_000));
    assert!(reasons(&config)[0].1.contains("100,000"));

    std::fs::write(&own, vec![b'a'; 3 * 1024 * 1024]).unwrap();
    assert!(read::read(&own, directory.path()).is_err());
    assert!(read::read(Path::new("/dev/zero"), directory.path()).is_err());
    let config = load(directory.path(), "Include /dev/zero\n");
    assert!(reasons(&config)[0].1.contains("regular file"));
}

#[test]
fn tokens_do_not_stand_for_megabytes() {
    let alias = "a".repeat(4_000);
    let text = format!(
        "Host {alias}\n IdentityFile {}\n HostName {}\n",
        "%n".repeat(3_000),
        "%h".repeat(3_000)
    );
    let resolved = resolved(&text, &alias);
    assert_eq!(resolved.identity_files, []);
    assert_eq!(resolved.host_name, alias);
}

#[test]
fn reasons_hold_nothing_that_acts_on_a_screen() {
    let directory = tempfile::tempdir().unwrap();
    let config = load(directory.path(), "Host a\n ProxyJump \u{1b}[31m@,x\u{202e}\n");
    let around = around();
    let mut resolver = Resolver::new(&config, &around);
    resolver.resolve("a");
    let remarks = resolver.into_remarks();
    assert!(remarks[0].reason.contains("not a jump host"), "{remarks:?}");
    assert!(!remarks[0].reason.contains(['\u{1b}', '\u{202e}']), "{remarks:?}");
}

#[test]
fn a_pattern_costs_what_it_takes() {
    let (pattern, alias) = (format!("*{}b", "a".repeat(4_000)), "a".repeat(8_000));
    assert!(super::pattern::cost(&pattern, &alias) > 1_000_000);
    assert!(super::pattern::cost("*.example.com", "web-01.example.com") < 100);
}

#[test]
fn binary_is_survived() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config");
    let bytes: Vec<u8> = (0..200_000_u32)
        .map(|n| u8::try_from(n.wrapping_mul(2_654_435_761) >> 24).unwrap())
        .collect();
    std::fs::write(&path, bytes).unwrap();
    let config = read::read(&path, directory.path()).unwrap();
    assert!(!config.remarks.is_empty());
    assert!(config.remarks.iter().all(|remark| !remark.text.contains('\u{1b}')));
}

#[test]
fn many_aliases_and_patterns_end_in_time() {
    let directory = tempfile::tempdir().unwrap();
    let text: String = (0..50_000).map(|n| format!("Host h{n} *a*a*a*a{n}\n")).collect();
    let config = load(directory.path(), &text);
    let around = around();
    let mut resolver = Resolver::new(&config, &around);
    assert_eq!(resolver.aliases().0.len(), 10_000);
    resolver.spend(u64::MAX);
    assert!(resolver.exhausted());
    let started = std::time::Instant::now();
    let _found = resolver.resolve("h49999");
    assert!(started.elapsed().as_secs() < 2, "one alias costs no more than one walk over the file");
}

#[test]
fn a_command_that_is_a_jump_is_a_jump() {
    let jump = |command: &str| {
        let found = resolved(&format!("Host a\n ProxyCommand {command}\n"), "a");
        found.jumps.iter().map(shown).collect::<Vec<_>>().join(",")
    };
    for (command, host) in [
        ("ssh -W %h:%p gate", "gate"),
        ("ssh gate -q -W [%h]:%p", "gate"),
        ("/usr/bin/ssh -qaxT -p 2222 -l ops gate -W %h:%p", "ops@gate:2222"),
        (
            "exec ssh -p2222 ops@gate.example.com nc -w 30 %h %p 2>/dev/null",
            "ops@gate.example.com:2222",
        ),
        ("C:\\Windows\\System32\\OpenSSH\\ssh.exe gate -W %h:%p", "gate"),
        ("ssh gate netcat -q0 %h %p", "gate"),
    ] {
        assert_eq!(jump(command), host, "{command}");
    }
    for command in [
        "nc %h %p",
        "ssh -W localhost:2222 gate",
        "ssh gate",
        "ssh -o ProxyCommand=x gate -W %h:%p",
        "ssh -i key gate -W %h:%p",
        "ssh gate nc -X connect -x p:1 %h %p",
        "ssh %h -W %h:%p",
        "ssh 'a;b' -W %h:%p",
        "ssh gate sh -c x",
        "ssh -W",
        "ssh -",
    ] {
        assert_eq!(jump(command), "", "{command}");
    }
}
