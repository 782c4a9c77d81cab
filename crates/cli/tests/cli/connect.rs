//! A terminal in a terminal.

use crate::support::{Home, program};
use patchbay_model::{EntryDraft, Protocol, Settings};
use patchbay_testkit::{SerialPair, Telnetd, root_or_skip, terminals_or_skip};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::{
    io::{Read, Write},
    sync::mpsc,
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(30);

/// The program in a pseudo-terminal, as a person has it before them.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    pieces: mpsc::Receiver<Vec<u8>>,
    shown: String,
    /// What was waited for lies before this.
    seen: usize,
}

impl Terminal {
    pub(crate) fn start(home: &Home, arguments: &[&str], without: &str) -> Self {
        let pair = native_pty_system().openpty(size(80, 24)).unwrap();
        let mut command = CommandBuilder::new(program());
        command.args(arguments);
        for (name, value) in home.environment() {
            command.env(name, value);
        }
        command.env_remove("SSH_AUTH_SOCK");
        command.env_remove("DBUS_SESSION_BUS_ADDRESS");
        command.env_remove(without);
        let child = pair.slave.spawn_command(command).unwrap();
        let mut screen = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let (to, pieces) = mpsc::channel();
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(count) = screen.read(&mut piece) {
                if count == 0 || to.send(piece[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, master: pair.master, keys, pieces, shown: String::new(), seen: 0 }
    }

    /// Waits until this appears after what was waited for last.
    pub(crate) fn until(&mut self, text: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.shown[self.seen..].find(text) {
                self.seen += at + text.len();
                return;
            }
            let left = end.saturating_duration_since(Instant::now());
            match self.pieces.recv_timeout(left) {
                Ok(piece) => self.shown.push_str(&String::from_utf8_lossy(&piece)),
                Err(_) => panic!("no {text:?} in {:?}", self.shown),
            }
        }
    }

    pub(crate) fn type_in(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    pub(crate) fn exit_code(mut self) -> u32 {
        self.child.wait().unwrap().exit_code()
    }
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

#[tokio::test]
async fn a_key_is_decided_about_and_the_shell_is_as_if_it_were_here() {
    if !terminals_or_skip("a key is decided about and the shell is as if it were here") {
        return;
    }
    let (home, server) = Home::with_machine().await;
    let mut terminal = Terminal::start(&home, &["connect", "box"], "");
    terminal.until("is not known yet");
    terminal.until(&server.host_key().fingerprint().unwrap());
    terminal.until("Trust it?");
    terminal.type_in("what?\n");
    terminal.until("Please write yes, once or no.");
    terminal.type_in("yes\n");
    terminal.until("ready> ");
    terminal.type_in("echo sum-$((6*7)); stty size\r");
    terminal.until("sum-42\r\n24 80");
    terminal.master.resize(size(100, 30)).unwrap();
    terminal.type_in("until [ \"$(stty size)\" = '30 100' ]; do :; done; echo resized-$((1+1))\r");
    terminal.until("resized-2");
    // Ctrl-C is the far end's. It is pressed once something runs: while a shell starts it, nobody may take the signal.
    terminal.type_in("sh -c 'echo asleep-$((1+1)); exec sleep 1000'\r");
    terminal.until("asleep-2");
    terminal.type_in("\u{3}");
    terminal.until("ready> ");
    terminal.type_in("exit 5\r");
    assert_eq!(terminal.exit_code(), 5);

    let mut again = Terminal::start(&home, &["connect", "box"], "");
    again.until("ready> ");
    again.type_in("\r~.");
    assert_eq!(again.exit_code(), 255);
}

#[tokio::test]
async fn the_passphrase_is_asked_for_where_somebody_can_answer() {
    if !terminals_or_skip("the passphrase is asked for where somebody can answer") {
        return;
    }
    let (home, server) = Home::with_machine().await;
    home.trust(&server);
    let mut terminal = Terminal::start(&home, &["connect", "box"], "PATCHBAY_PASSPHRASE");
    terminal.until("Passphrase of the vault:");
    terminal.type_in("wrong\n");
    terminal.until("does not open the vault");
    terminal.until("Passphrase of the vault:");
    terminal.type_in(&format!("{}\n", crate::support::PASSPHRASE));
    terminal.until("ready> ");
    assert!(!terminal.shown.contains(crate::support::PASSPHRASE), "it is not shown");
    terminal.type_in("exit\r");
    assert_eq!(terminal.exit_code(), 0);
}

#[tokio::test]
async fn telnet_is_a_terminal_like_any_other_and_a_break_can_be_sent() {
    if !root_or_skip("Telnet is a terminal like any other and a break can be sent") {
        return;
    }
    let server = Telnetd::start("exec env PS1='ready> ' sh -i").await.unwrap();
    let home = Home::with_vault().await;
    let settings = Settings { port: Some(server.port()), ..Settings::default() };
    home.add_draft(EntryDraft {
        name: "sw".into(),
        protocol: Protocol::Telnet,
        address: "127.0.0.1".into(),
        settings,
        ..EntryDraft::default()
    })
    .await;
    let shown = home.run(&["show", "sw"]).out;
    assert!(shown.contains("Telnet") && !shown.contains("Identities"), "{shown}");
    let refused = home.run(&["exec", "sw", "--", "true"]);
    assert_eq!(refused.code, 255);
    assert!(refused.err.contains("Telnet"), "{refused:?}");
    let mut terminal = Terminal::start(&home, &["connect", "sw"], "");
    terminal.until("ready> ");
    terminal.type_in("echo is-$TERM; stty size\r");
    terminal.until("is-xterm-256color\r\n24 80");
    terminal.type_in("sh -c 'echo asleep-$((1+1)); exec sleep 1000'\r");
    terminal.until("asleep-2");
    terminal.type_in("\r~B");
    terminal.until("ready> ");
    terminal.type_in("exit\r");
    assert_eq!(terminal.exit_code(), 0);
}

#[tokio::test]
async fn a_serial_line_that_is_not_there_says_so() {
    let mut pair = SerialPair::start().await.unwrap();
    let home = Home::with_vault().await;
    home.add_draft(EntryDraft {
        name: "console".into(),
        protocol: Protocol::Serial,
        address: pair.near().display().to_string(),
        ..EntryDraft::default()
    })
    .await;
    let shown = home.run(&["show", "console"]).out;
    assert!(shown.contains("115200") && shown.contains("8N1"), "{shown}");
    let mut terminal = Terminal::start(&home, &["connect", "console"], "");
    let far = std::fs::File::options().read(true).write(true).open(pair.far()).unwrap();
    // What came before the line was open is not shown: it may have been sent at another speed.
    terminal.type_in("\r");
    (&far).read_exact(&mut [0; 1]).unwrap();
    (&far).write_all(b"Router> ").unwrap();
    terminal.until("Router> ");
    // A pseudo-terminal takes breaks and does nothing with them.
    terminal.type_in("\r~B~.");
    assert_eq!(terminal.exit_code(), 255);
    pair.unplug();
    let mut terminal = Terminal::start(&home, &["connect", "console"], "");
    terminal.until("is not there");
    assert_eq!(terminal.exit_code(), 255);
}

#[cfg(unix)]
#[tokio::test]
async fn what_was_recorded_before_the_program_was_killed_can_be_played() {
    if !terminals_or_skip("what was recorded before the program was killed can be played") {
        return;
    }
    let (home, server) = Home::with_machine().await;
    home.trust(&server);
    home.record_always().await;
    let mut terminal = Terminal::start(&home, &["connect", "box"], "");
    terminal.until("This session is recorded.");
    terminal.until("ready> ");
    let recorded = || -> u64 {
        let files = std::fs::read_dir(home.vault.with_extension("recordings")).unwrap();
        files.map(|file| file.unwrap().metadata().unwrap().len()).sum()
    };
    // What was shown before a first growth of the file is in it after a second one at the latest.
    for (line, shown) in [("echo sum-$((6*7))\r", "sum-42"), ("echo on-$((6*8))\r", "on-48")] {
        let before = recorded();
        terminal.type_in(line);
        terminal.until(shown);
        let end = Instant::now() + PATIENCE;
        while recorded() == before {
            assert!(Instant::now() < end, "nothing was written after {shown}");
            std::thread::yield_now();
        }
    }
    let process = terminal.child.process_id().unwrap().to_string();
    let killed = std::process::Command::new("kill").args(["-9", &process]).status().unwrap();
    assert!(killed.success());
    assert_ne!(terminal.exit_code(), 0);

    let all = home.json(&["record", "list", "--json"]);
    assert_eq!(all[0]["state"], "interrupted", "{all}");
    let id = all[0]["id"].as_str().unwrap();
    let played = home.run(&["record", "play", id, "--speed", "1000"]);
    assert_eq!(played.code, 1, "{played:?}");
    assert!(played.err.contains("Patchbay was stopped at"), "{played:?}");
    assert!(played.out.contains("sum-42"), "{played:?}");
}
