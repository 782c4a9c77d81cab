//! Tasks: what a change runs as, after it was accepted. Only the exit status says whether it was done.

use crate::{
    Client, Node, ProxmoxError,
    answer::{is_changed, words},
    call::Call,
};
use serde::Deserialize;
use std::{fmt, str::FromStr, time::Duration};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// A longer one is none.
const LONGEST: usize = 512;
/// The first look is soon, because most tasks are short.
const SOON: Duration = Duration::from_millis(100);
const LATE: Duration = Duration::from_secs(2);
/// Looks that may fail one after the other while a node cannot be reached; at [`LATE`] that is half a minute.
const MISSED: u32 = 15;
/// Lines of a log that are fetched at a time.
const LINES: u64 = 500;
/// Lines of a log that a failure shows.
const TAIL: usize = 10;

/// The name of a task: `UPID:node:pid:pstart:start:kind:about:user:` (`PVE::Tools::upid_decode`).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Upid {
    text: String,
    /// Where it runs.
    pub node: Node,
    /// When it was started, in seconds since the Unix epoch.
    pub started: i64,
    /// `qmstart`, `vzdump` and the like.
    pub kind: String,
    /// A guest's number, a storage's name; may be empty.
    pub about: String,
    /// `user@realm`, or `user@realm!token`.
    pub user: String,
}

impl Upid {
    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Upid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Upid {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "That is no name of a task.";
        if text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(WRONG);
        }
        let parts: Vec<&str> = text.split(':').collect();
        let [first, node, pid, pstart, started, kind, about, user, last] = *parts.as_slice() else {
            return Err(WRONG);
        };
        let hex = |text: &str, most: usize| {
            let fits = (8..=most).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            if fits { i64::from_str_radix(text, 16).map_err(|_| WRONG) } else { Err(WRONG) }
        };
        hex(pid, 8)?;
        hex(pstart, 9)?;
        let started = hex(started, 8)?;
        if first != "UPID" || !last.is_empty() || kind.is_empty() || user.is_empty() {
            return Err(WRONG);
        }
        Ok(Self {
            text: text.to_owned(),
            node: node.parse().map_err(|_| WRONG)?,
            started,
            kind: kind.to_owned(),
            about: about.to_owned(),
            user: user.to_owned(),
        })
    }
}

/// How a task ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Exit {
    /// As it should.
    Good,
    /// As it should, with warnings in its log.
    Warnings,
    /// Not as it should; in its own words.
    Failed(String),
}

impl Exit {
    /// What an exit status says.
    #[must_use]
    pub fn of(status: &str) -> Self {
        if status == "OK" {
            Self::Good
        } else if status.starts_with("WARNINGS:") {
            Self::Warnings
        } else {
            Self::Failed(words(status))
        }
    }
}

/// What a task has come to meanwhile.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TaskNews {
    /// New lines of its log, in order, made fit to be shown.
    pub lines: Vec<String>,
    /// How much of it is done, from 0 to 1, if the new lines say so.
    pub done: Option<f64>,
}

/// A task in the list of recent ones.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Task {
    /// Its name.
    pub upid: Upid,
    /// When it ended, in seconds since the Unix epoch; nothing while it runs.
    pub ended: Option<u64>,
    /// How it ended; nothing while it runs.
    pub exit: Option<Exit>,
}

#[derive(Deserialize)]
struct Listed {
    upid: String,
    #[serde(default, deserialize_with = "crate::lenient::de_count")]
    endtime: Option<u64>,
    #[serde(default)]
    status: Option<String>,
}

#[derive(Deserialize)]
struct Status {
    status: String,
    #[serde(default)]
    exitstatus: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    #[serde(default, deserialize_with = "crate::lenient::de_count")]
    n: Option<u64>,
    #[serde(default)]
    t: String,
}

impl Client {
    /// Follows a task to its end. `told` hears of its log as it grows. If `cancel` is cancelled, the task is ended on the
    /// server and followed on until it has ended. Whoever drops this stops looking, and the task goes on.
    ///
    /// # Errors
    /// [`ProxmoxError::TaskFailed`] if it fails, [`ProxmoxError::ChangedMeanwhile`] if that is why,
    /// [`ProxmoxError::Cancelled`] if it was cancelled and ended by that; if it
    /// cannot be looked at any more.
    pub async fn follow(
        &self,
        upid: &Upid,
        cancel: &CancellationToken,
        mut told: impl FnMut(TaskNews) + Send,
    ) -> Result<Exit, ProxmoxError> {
        let mut log = Log::default();
        let (mut wait, mut missed, mut cancelled) = (SOON, 0, false);
        loop {
            let looked = async {
                if cancel.is_cancelled() && !cancelled {
                    self.ask::<serde::de::IgnoredAny>(&stop(upid)).await?;
                    cancelled = true;
                }
                // The status first: what is in the log by then is all of it.
                let status: Status = self.ask(&status(upid)).await?;
                self.read_log(upid, &mut log, &mut told).await?;
                Ok::<_, ProxmoxError>(status)
            };
            match looked.await {
                Ok(Status { status, exitstatus }) if status != "running" => {
                    return ended(upid, &exitstatus.unwrap_or_default(), cancelled, log);
                }
                Ok(_) => missed = 0,
                Err(error) if error.is_passing() && missed < MISSED => missed += 1,
                Err(error) => return Err(error),
            }
            tokio::select! {
                () = sleep(wait) => wait = (wait * 3 / 2).min(LATE),
                () = cancel.cancelled(), if !cancel.is_cancelled() => {}
            }
        }
    }

    /// Follows a task without a word on the way.
    ///
    /// # Errors
    /// As [`Self::follow`].
    pub async fn finish(&self, upid: &Upid) -> Result<Exit, ProxmoxError> {
        self.follow(upid, &CancellationToken::new(), |_| {}).await
    }

    async fn read_log(
        &self,
        upid: &Upid,
        log: &mut Log,
        told: &mut (impl FnMut(TaskNews) + Send),
    ) -> Result<(), ProxmoxError> {
        loop {
            let lines: Vec<Line> = self.ask(&log_from(upid, log.seen)).await?;
            let whole = lines.len() as u64 >= LINES;
            let news = log.add(lines);
            if news.lines.is_empty() {
                return Ok(());
            }
            told(news);
            if !whole {
                return Ok(());
            }
        }
    }

    /// Recent tasks of all nodes, the youngest first.
    ///
    /// # Errors
    /// If there is no answer, or the server says no.
    pub async fn tasks(&self) -> Result<Vec<Task>, ProxmoxError> {
        let listed: Vec<Listed> = self.ask(&recent()).await?;
        // One that is not understood hides no other.
        Ok(listed.into_iter().filter_map(Task::of).collect())
    }
}

impl Task {
    fn of(listed: Listed) -> Option<Self> {
        let upid = listed.upid.parse().ok()?;
        let exit = listed.status.filter(|_| listed.endtime.is_some());
        Some(Self { upid, ended: listed.endtime, exit: exit.as_deref().map(Exit::of) })
    }
}

fn ended(upid: &Upid, status: &str, cancelled: bool, log: Log) -> Result<Exit, ProxmoxError> {
    match Exit::of(status) {
        Exit::Failed(_) if cancelled => Err(ProxmoxError::Cancelled),
        Exit::Failed(why) if is_changed(&why) => Err(ProxmoxError::ChangedMeanwhile),
        Exit::Failed(why) => Err(ProxmoxError::TaskFailed {
            kind: upid.kind.clone(),
            about: upid.about.clone(),
            node: upid.node.to_string(),
            why: if why.is_empty() { "it ended without a word".to_owned() } else { why },
            log: log.tail,
        }),
        good => Ok(good),
    }
}

/// How much of a log has been read.
#[derive(Default)]
struct Log {
    seen: u64,
    tail: Vec<String>,
}

impl Log {
    fn add(&mut self, lines: Vec<Line>) -> TaskNews {
        let mut news = TaskNews::default();
        for line in lines {
            // A log that has nothing yet says so in a line of its own.
            if line.n.is_none_or(|number| number <= self.seen) || line.t == "no content" {
                continue;
            }
            self.seen += 1;
            let text: String = words_of_line(&line.t);
            news.done = percent(&text).or(news.done);
            news.lines.push(text);
        }
        self.tail.extend(news.lines.iter().cloned());
        let old = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..old);
        news
    }
}

fn words_of_line(line: &str) -> String {
    patchbay_session::text::on_one_line(line).take(1_000).collect()
}

/// What a line of a log says of progress, from 0 to 1: `INFO:  12% (1.2 GiB of 10.0 GiB) in 3s` of a backup,
/// `transferred 1.0 GiB of 32.0 GiB (3.12%)` of a copy.
#[must_use]
pub fn percent(line: &str) -> Option<f64> {
    let (before, _) = line.split_once('%')?;
    let start = before.rfind(|c: char| !c.is_ascii_digit() && c != '.').map_or(0, |at| at + 1);
    let number: f64 = before.get(start..)?.parse().ok()?;
    (0.0..=100.0).contains(&number).then_some(number / 100.0)
}

pub(crate) fn status(upid: &Upid) -> Call {
    Call::get(&["nodes", upid.node.as_str(), "tasks", upid.as_str(), "status"])
}

pub(crate) fn log_from(upid: &Upid, start: u64) -> Call {
    let call = Call::get(&["nodes", upid.node.as_str(), "tasks", upid.as_str(), "log"]);
    call.with("start", start).with("limit", LINES)
}

pub(crate) fn stop(upid: &Upid) -> Call {
    Call::delete(&["nodes", upid.node.as_str(), "tasks", upid.as_str()])
}

pub(crate) fn recent() -> Call {
    Call::get(&["cluster", "tasks"])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const GOOD: &str = "UPID:pve1:0000A1B2:0000C3D4:65D3A1B0:qmstart:100:root@pam!lab:";

    #[test]
    fn a_name_says_what_it_is_of() {
        let upid: Upid = GOOD.parse().unwrap();
        assert_eq!(upid.node.as_str(), "pve1");
        assert_eq!((upid.started, upid.kind.as_str()), (0x65d3_a1b0, "qmstart"));
        assert_eq!((upid.about.as_str(), upid.user.as_str()), ("100", "root@pam!lab"));
        assert_eq!(upid.to_string(), GOOD);
        let empty = "UPID:pve1:0000A1B2:10000C3D4:65D3A1B0:aptupdate::root@pam:";
        assert_eq!(empty.parse::<Upid>().unwrap().about, "");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for wrong in [
            "",
            "UPID",
            "UPID:pve1:0000A1B2:0000C3D4:65D3A1B0:qmstart:100:root@pam",
            "UPID:pve1:0000A1B2:0000C3D4:65D3A1B0:qmstart:100:root@pam::",
            "UPID:../x:0000A1B2:0000C3D4:65D3A1B0:qmstart:100:root@pam:",
            "UPID:pve1:A1B2:0000C3D4:65D3A1B0:qmstart:100:root@pam:",
            "UPID:pve1:0000A1B2:0000C3D4:+5D3A1B0:qmstart:100:root@pam:",
            "UPID:pve1:0000A1B2:0000C3D4:65D3A1B0::100:root@pam:",
            "UPID:pve1:0000A1B2:0000C3D4:65D3A1B0:qmstart:100::",
            "UPID:pve1:0000A1B2:0000C3D4:65D3A1B0:qm start:100:root@pam:",
            &GOOD.replace("100", &"1".repeat(600)),
        ] {
            assert!(wrong.parse::<Upid>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_log_says_how_far_it_is() {
        for (line, done) in [
            ("INFO:  12% (1.2 GiB of 10.0 GiB) in 3s", Some(0.12)),
            ("transferred 1.0 GiB of 32.0 GiB (3.125%)", Some(0.03125)),
            ("100%", Some(1.0)),
            ("INFO: 900% of nothing", None),
            ("a % b", None),
            ("%", None),
            ("é%", None),
            ("1.2.3%", None),
            ("TASK OK", None),
        ] {
            assert_eq!(percent(line), done, "{line}");
        }
    }

    #[test]
    fn a_line_is_told_once_and_the_end_of_a_log_is_kept() {
        let mut log = Log::default();
        let line = |n: u64, t: &str| Line { n: Some(n), t: t.to_owned() };
        assert_eq!(log.add(vec![line(1, "no content")]), TaskNews::default());
        let news = log.add(vec![line(1, "a\u{1b}[2J"), line(2, "50%")]);
        assert_eq!(news, TaskNews { lines: vec!["a[2J".into(), "50%".into()], done: Some(0.5) });
        assert_eq!(log.add(vec![line(2, "50%")]), TaskNews::default());
        log.add((3..40).map(|n| line(n, &n.to_string())).collect());
        assert_eq!((log.seen, log.tail.len()), (39, TAIL));
        assert_eq!(log.tail.last().map(String::as_str), Some("39"));
    }

    #[test]
    fn an_exit_status_is_good_or_not() {
        assert_eq!(Exit::of("OK"), Exit::Good);
        assert_eq!(Exit::of("WARNINGS: 2"), Exit::Warnings);
        assert_eq!(
            Exit::of("VM is locked (backup)\n"),
            Exit::Failed("VM is locked (backup)".into())
        );
    }
}
