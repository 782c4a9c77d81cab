//! What a machine's own shell does sooner with its files than the wire: copying one where its SFTP server cannot, and
//! the SHA-256 of one.
//!
//! Whether there is a POSIX shell with these commands is asked once for each connection; wherever it is not certain that
//! shell and SFTP server mean the same file, the answer is that it cannot be done, and the bytes go over the wire. The
//! login shell, whichever it is, is only asked to start `sh`, which reads everything else, names too, from its input.
//! Deliberately absent: any other command, and anything that changes a file which is not a fresh part.

use super::{
    disk::{Node, Part},
    machine::Machine,
    problem,
};
use crate::CoreError;
use patchbay_engine_ssh::{CommandInput, Commands};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::OnceCell,
    time::{MissedTickBehavior, interval, timeout},
};

/// Asks what there is. Every login shell understands it, also one that is not of POSIX.
const PROBE: &str = "sh -c 'printf patchbay; for c in cp sha256sum shasum sha256; do \
    command -v $c >/dev/null 2>&1 && printf \" %s\" $c; done; echo'";
/// Some machines look for their users' homes before they answer. Asked once.
const PROBING: Duration = Duration::from_secs(10);
/// What a command may write: a hash, and what start-up files print before it.
const MOST_OUTPUT: usize = 16 * 1024;
/// How often it is looked how far a copy is.
const LOOKS: Duration = Duration::from_millis(400);
/// The script's word for: the shell does not see the part that the SFTP server has made.
const ANOTHER_PLACE: u32 = 90;

/// The shell behind a connection for files.
#[derive(Clone, Debug)]
pub(crate) struct Shell(Arc<Behind>);

#[derive(Debug)]
struct Behind {
    commands: Commands,
    can: OnceCell<Can>,
    /// It turned out to be of no use.
    off: AtomicBool,
}

/// What it can do.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Can {
    copy: bool,
    /// The command that hashes its input.
    hash: Option<&'static str>,
}

/// What became of a copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Copied {
    Whole,
    /// The bytes have to go over the wire, from the first one on.
    No,
}

impl Shell {
    pub(crate) fn new(commands: Commands) -> Self {
        Self(Arc::new(Behind { commands, can: OnceCell::new(), off: AtomicBool::new(false) }))
    }

    /// Whoever else needs channels of the connection.
    pub(crate) fn commands(&self) -> Commands {
        self.0.commands.clone()
    }

    async fn can(&self) -> Can {
        if self.0.off.load(Ordering::Relaxed) {
            return Can::default();
        }
        *self.0.can.get_or_init(|| self.probe()).await
    }

    async fn probe(&self) -> Can {
        let asking = self.0.commands.run(PROBE, CommandInput::Nothing, MOST_OUTPUT);
        match timeout(PROBING, asking).await {
            Ok(Ok(answered)) if answered.status == Some(0) => understood(&answered.output),
            _ => Can::default(),
        }
    }

    /// Lets `sh` run a script; gives its exit status and what it wrote.
    async fn script(&self, script: Vec<u8>) -> Option<(u32, Vec<u8>)> {
        let running = self.0.commands.run("sh", CommandInput::Open(script), MOST_OUTPUT).await;
        let Ok(answered) = running else {
            // Refused by now, or the connection is gone and with it all of this.
            self.0.off.store(true, Ordering::Relaxed);
            return None;
        };
        Some((answered.status?, answered.output))
    }
}

impl Machine {
    /// Whether its shell may copy.
    pub(super) async fn shell_copies(&self) -> bool {
        self.shell.can().await.copy
    }

    /// Has the shell copy a file into a new part, and tells how much it has copied each time.
    pub(super) async fn shell_copy(
        &self,
        path: &[u8],
        part: &Part,
        node: &Node,
        told: impl Fn(usize),
    ) -> Result<Copied, CoreError> {
        let turn = Arc::clone(&part.turn).acquire_owned().await;
        let _turn = turn.map_err(|_| CoreError::Internal("a file cannot be written".to_owned()))?;
        part.reached.store(0, Ordering::Relaxed);
        // Made here, so that it is new, and nobody else may read it.
        let made = self.create(&part.path).await?;
        made.close().await.map_err(|error| self.problem(&part.path, "written")(error))?;
        let (Some(from), Some(to)) = (self.quoted(path).await?, self.quoted(&part.path).await?)
        else {
            return Ok(Copied::No);
        };
        let copying = self.shell.script(copy_script(&from, &to));
        let reached = AtomicU64::new(0);
        let looking = async {
            let mut ticks = interval(LOOKS);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                if let Ok(Some(now)) = self.look_at_link(&part.path).await {
                    step(&reached, now.size.min(node.size), &told);
                }
            }
        };
        let done = tokio::select! {
            done = copying => done,
            () = looking => None,
        };
        match done {
            Some((0, _)) => {}
            Some((ANOTHER_PLACE, _)) => {
                self.shell.0.off.store(true, Ordering::Relaxed);
                return Ok(Copied::No);
            }
            _ => return Ok(Copied::No),
        }
        let there = self.look_at_link(&part.path).await?;
        if there.is_none_or(|there| there.size < node.size) {
            return Err(problem::shorter(path));
        }
        self.dress(&part.path, node.looks()).await?;
        step(&reached, node.size, &told);
        Ok(Copied::Whole)
    }

    /// The SHA-256 of a file by the machine's own command; nothing if that cannot be had.
    pub(super) async fn shell_hash(&self, path: &[u8]) -> Result<Option<[u8; 32]>, CoreError> {
        let Some(command) = self.shell.can().await.hash else { return Ok(None) };
        let Some(path) = self.quoted(path).await? else { return Ok(None) };
        let answered = self.shell.script(hash_script(command, &path)).await;
        Ok(answered.filter(|(status, _)| *status == 0).and_then(|(_, output)| hash_of(&output)))
    }

    /// A path from the root on, as `sh` takes it for one word.
    async fn quoted(&self, path: &[u8]) -> Result<Option<Vec<u8>>, CoreError> {
        if path.starts_with(b"/") {
            return Ok(quote(path));
        }
        Ok(quote(&self.absolute(Some(path)).await?).filter(|path| path.starts_with(b"'/")))
    }
}

/// Tells what has come since the last time.
fn step(reached: &AtomicU64, now: u64, told: impl Fn(usize)) {
    let new = now.saturating_sub(reached.fetch_max(now, Ordering::Relaxed));
    if new > 0 {
        told(usize::try_from(new).unwrap_or(usize::MAX));
    }
}

/// What the probe said.
fn understood(output: &[u8]) -> Can {
    let mut words = last_line(output).split(|byte| *byte == b' ');
    if words.next() != Some(b"patchbay") {
        return Can::default();
    }
    let mut can = Can::default();
    for word in words {
        let hash = match word {
            b"cp" => {
                can.copy = true;
                continue;
            }
            b"sha256sum" => "sha256sum",
            b"shasum" => "shasum -a 256",
            b"sha256" => "sha256 -q",
            _ => return Can::default(),
        };
        can.hash.get_or_insert(hash);
    }
    can
}

/// A hash alone in its line, or followed by what `sha256sum` calls its input.
fn hash_of(output: &[u8]) -> Option<[u8; 32]> {
    let (digits, rest) = last_line(output).split_at_checked(64)?;
    if !matches!(rest, b"" | b"  -" | b" *-") || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(hash)
}

/// Start-up files may have printed something before it.
fn last_line(output: &[u8]) -> &[u8] {
    let output = output.strip_suffix(b"\n").unwrap_or(output);
    output.rsplit(|byte| *byte == b'\n').next().unwrap_or_default()
}

/// One word for a POSIX shell, whatever its bytes; none has a NUL.
fn quote(word: &[u8]) -> Option<Vec<u8>> {
    if word.contains(&0) {
        return None;
    }
    let mut quoted = vec![b'\''];
    for byte in word {
        match byte {
            b'\'' => quoted.extend_from_slice(br"'\''"),
            byte => quoted.push(*byte),
        }
    }
    quoted.push(b'\'');
    Some(quoted)
}

/// The part is there and still empty, or else the shell is in another place than the SFTP server.
fn copy_script(from: &[u8], to: &[u8]) -> Vec<u8> {
    let looks = [b"[ -f ".as_slice(), to, b" ] && [ ! -s ", to, b" ] || exit 90\n"].concat();
    let copies = [b"cp -- ".as_slice(), from, b" ", to, b" </dev/null >/dev/null"].concat();
    script(&looks, &copies)
}

fn hash_script(command: &str, path: &[u8]) -> Vec<u8> {
    script(b"", &[command.as_bytes(), b" <", path].concat())
}

/// Runs a command until it ends or the input does: that is how a shell notices that nobody waits for it any more. All of
/// it is one compound command, so that the shell has read it before it begins, and the input is left to the watcher.
fn script(first: &[u8], command: &[u8]) -> Vec<u8> {
    [
        b"{\nexec 2>/dev/null\n".as_slice(),
        first,
        b"exec 3<&0\n",
        command,
        b" 3<&- & p=$!\n{ read x <&3; kill $p; } >/dev/null & w=$!\nexec 3<&-\nwait $p; s=$?\nkill $w\nexit $s\n}\n",
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_are_one_word_each() {
        assert_eq!(quote(b"/a b").unwrap(), b"'/a b'");
        assert_eq!(quote(b"/it's\n$(x)\\\xff").unwrap(), b"'/it'\\''s\n$(x)\\\xff'");
        assert_eq!(quote(b"/a\0b"), None);
    }

    #[test]
    fn what_a_machine_can_do_is_read_strictly() {
        let all = Can { copy: true, hash: Some("sha256sum") };
        assert_eq!(understood(b"welcome\npatchbay cp sha256sum shasum\n"), all);
        assert_eq!(understood(b"patchbay shasum\n").hash, Some("shasum -a 256"));
        assert_eq!(understood(b"patchbay sha256").hash, Some("sha256 -q"));
        for other in
            [&b""[..], b"\n", b"patchbay cp ;", b"patchbay: no such command", b"\0\0\0\x05"]
        {
            assert_eq!(understood(other), Can::default(), "{other:?}");
        }
    }

    #[test]
    fn a_hash_is_read_strictly() {
        let hash = [b"0f".repeat(32), b"  -\n".to_vec()].concat();
        assert_eq!(hash_of(&hash), Some([0x0f; 32]));
        assert_eq!(hash_of(&[b"hello\n".to_vec(), b"0F".repeat(32)].concat()), Some([0x0f; 32]));
        for other in [
            b"0f".repeat(31),
            [b"0g".repeat(32), b"\n".to_vec()].concat(),
            [b"0f".repeat(32), b"0f".to_vec()].concat(),
            [b"+f".repeat(32), b"  -".to_vec()].concat(),
            [b"0f".repeat(32), b"\nlogout\n".to_vec()].concat(),
            Vec::new(),
        ] {
            assert_eq!(hash_of(&other), None, "{other:?}");
        }
    }
}
