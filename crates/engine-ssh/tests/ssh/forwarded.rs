//! What of this computer a terminal lends the machine: the agent and the X server.

use crate::person::{Person, Screen, key, target};
use patchbay_engine_ssh::{Display, Target};
use patchbay_session::{Forwarded, Progress};
use patchbay_testkit::{KeyPair, SshAgent, Sshd, XServer, terminals_or_skip};
use std::sync::Arc;

struct Machine {
    sshd: Sshd,
    pair: KeyPair,
    dir: tempfile::TempDir,
}

async fn machine(options: &[&str]) -> Machine {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let mut builder = Sshd::builder().authorized_key(&pair.public);
    for option in options {
        builder = builder.option(*option);
    }
    Machine { sshd: builder.start().await.unwrap(), pair, dir }
}

impl Machine {
    fn target(&self, agent: bool, x11: bool) -> Target {
        let mut target = target(&self.sshd, vec![key(&self.pair)]);
        let hop = target.hops.last_mut().unwrap();
        (hop.forward_agent, hop.forward_x11) = (agent, x11);
        hop.start_command = Some("exec /bin/sh".into());
        target
    }
}

fn count(person: &Arc<Person>, wanted: &Progress) -> usize {
    person.progress.lock().unwrap().iter().filter(|progress| *progress == wanted).count()
}

async fn prints(screen: &mut Screen, command: &str) -> String {
    // What is typed is echoed, so the mark is written another way than it is printed.
    screen.types(&format!("{command}; echo '<''end>'\r")).await;
    screen.until("<end>").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_if_it_is_switched_on() {
    if !terminals_or_skip("the agent if it is switched on") {
        return;
    }
    let machine = machine(&[]).await;
    let agent = SshAgent::start().await.unwrap();
    let lent = KeyPair::ed25519(machine.dir.path(), "lent").unwrap();
    agent.add(&lent).unwrap();
    let fingerprint = lent.fingerprint().unwrap();

    let person = Person::new();
    let on = Target { agent: Some(agent.socket().to_owned()), ..machine.target(true, false) };
    let mut screen = Screen::open(on, &person).await.unwrap();
    assert_eq!(count(&person, &Progress::Forwards(Forwarded::Agent)), 1);
    assert_eq!(count(&person, &Progress::Used(Forwarded::Agent)), 0);
    let shown = prints(&mut screen, "ssh-add -l").await;
    assert!(shown.contains(&fingerprint), "{shown}");
    assert_eq!(count(&person, &Progress::Used(Forwarded::Agent)), 1);
    // It signs as well: the machine signs in to itself with a key it does not have.
    let sign = "echo text | ssh-keygen -Y sign -n test -f lent.pub";
    let at = machine.dir.path().display();
    let shown = prints(&mut screen, &format!("cd {at} && {sign} 2>&1")).await;
    assert!(shown.contains("BEGIN SSH SIGNATURE"), "{shown}");
    assert_eq!(count(&person, &Progress::Used(Forwarded::Agent)), 2);

    let person = Person::new();
    let off = Target { agent: Some(agent.socket().to_owned()), ..machine.target(false, false) };
    let mut screen = Screen::open(off, &person).await.unwrap();
    let shown = prints(&mut screen, "echo [$SSH_AUTH_SOCK]").await;
    assert!(shown.contains("[]"), "{shown}");
    assert_eq!(count(&person, &Progress::Forwards(Forwarded::Agent)), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_wants_neither_gives_a_terminal_all_the_same() {
    if !terminals_or_skip("a server that wants neither gives a terminal all the same") {
        return;
    }
    let machine = machine(&["AllowAgentForwarding no", "X11Forwarding no"]).await;
    let person = Person::new();
    let display = Some(Display { name: ":99".into(), authority: None });
    let target = Target { display, ..machine.target(true, true) };
    let mut screen = Screen::open(target, &person).await.unwrap();
    let shown = prints(&mut screen, "echo [$SSH_AUTH_SOCK$DISPLAY]").await;
    assert!(shown.contains("[]"), "{shown}");
    let notes = person.notes();
    for what in ["agent", "X11"] {
        assert!(notes.contains(&format!("refuses {what} forwarding")), "{notes}");
    }
    // A display of another computer is not even asked for.
    let person = Person::new();
    let display = Some(Display { name: "far.example.com:0".into(), authority: None });
    let target = Target { display, ..machine.target(false, true) };
    let _screen = Screen::open(target, &person).await.unwrap();
    assert!(person.notes().contains("no X server of this computer"), "{}", person.notes());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_x_server_with_a_cookie_of_its_own() {
    if !terminals_or_skip("the X server with a cookie of its own") {
        return;
    }
    let machine = machine(&["X11Forwarding yes", "X11UseLocalhost yes"]).await;
    let server = XServer::start().await.unwrap();
    let person = Person::new();
    let display =
        Display { name: server.display().into(), authority: Some(server.authority().into()) };
    let target = Target { display: Some(display), ..machine.target(false, true) };
    let mut screen = Screen::open(target, &person).await.unwrap();
    assert_eq!(count(&person, &Progress::Forwards(Forwarded::X11)), 1);
    let shown = prints(&mut screen, "xdpyinfo | grep dimensions").await;
    assert!(shown.contains("640x480 pixels"), "{shown}");
    assert_eq!(count(&person, &Progress::Used(Forwarded::X11)), 1);
    // The real cookie is not what the machine was told.
    let real = std::process::Command::new("xauth")
        .arg("-f")
        .arg(server.authority())
        .arg("list")
        .output()
        .unwrap();
    let real = String::from_utf8(real.stdout).unwrap();
    let real = real.split_whitespace().last().unwrap();
    let shown = prints(&mut screen, "xauth list $DISPLAY").await;
    assert!(shown.contains("MIT-MAGIC-COOKIE-1") && !shown.contains(real), "{shown}");
    // Whoever does not know the made-up one is kept out, even with the real one.
    for wrong in ["00112233445566778899aabbccddeeff", real] {
        let spoil = format!("xauth add $DISPLAY . {wrong}; xdpyinfo 2>&1 | tail -n 3");
        let shown = prints(&mut screen, &spoil).await;
        assert!(shown.contains("unable to open display"), "{shown}");
    }
}
