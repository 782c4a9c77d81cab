//! Switches over their own command lines: a connection for every reading and every change, with the machine's own identities, jump
//! hosts and host keys, as a session of it would have.
//!
//! A change outlives the lock of the vault, so what it takes to connect again is kept with it: secrets as they were handed out,
//! and the host keys that were trusted then, and no others. Deliberately absent: prompts and platforms
//! (`patchbay-device-switch`), and answering anything that a switch asks.

mod errors;
mod link;
mod show;
#[cfg(all(test, unix))]
mod tests;

pub(super) use errors::{Problem, refused, told};

use super::{
    Devices,
    reach::{Asked, Trouble, Way},
    snmp::Cached,
};
use crate::{CoreError, runs::Nobody, sync};
use link::Link;
use patchbay_device_switch::{
    Config, Device, Plan,
    cli::{About, CliError, Platform, Reading, Revert, Session},
};
use patchbay_model::{
    EntryDraft, ErrorCode, ManagementId, ManagementWay, NodeId, PowerState, SwitchPlatform,
    Timestamp,
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How much later than we do a switch takes a change back by itself: reading and keeping it takes a while.
const MARGIN: Duration = Duration::from_secs(60);

/// What is kept between calls.
#[derive(Default)]
pub(crate) struct State(Mutex<HashMap<(NodeId, ManagementId), Arc<Kept>>>);

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("kept", &sync::lock(&self.0).len()).finish_non_exhaustive()
    }
}

impl State {
    /// The vault is locked: what was read goes.
    pub(super) fn rest(&self) {
        sync::lock(&self.0).clear();
    }

    /// What was read of a machine is not so any more.
    pub(super) fn outdated(&self, entry: NodeId) {
        sync::lock(&self.0).retain(|(of, _), _| *of != entry);
    }

    /// What is kept of a way, begun anew where the machine is another by now.
    fn of(&self, way: &Way) -> Arc<Kept> {
        let mut all = sync::lock(&self.0);
        let key = (way.entry, way.management.id);
        if let Some(kept) = all.get(&key).filter(|kept| kept.draft == way.draft) {
            return Arc::clone(kept);
        }
        let kept = Arc::new(Kept { draft: way.draft.clone(), read: Cached::default() });
        all.insert(key, Arc::clone(&kept));
        kept
    }
}

/// What is kept of one way.
struct Kept {
    draft: EntryDraft,
    read: Cached<Shown>,
}

/// A switch as it was read.
pub(super) struct Shown {
    read: Timestamp,
    about: About,
    platform: Platform,
    reading: Reading,
}

/// A switch at the other end of its command line.
pub(super) struct Cli {
    link: Link,
    platform: Platform,
    /// What a change of it is called there.
    name: String,
    /// Whether it takes changes back by itself, as it was read last.
    own_timer: AtomicBool,
    /// Whether it was told to.
    armed: AtomicBool,
}

impl Cli {
    async fn session(&self) -> Result<Session<tokio::io::DuplexStream>, Problem> {
        let stream = self.link.open().await?;
        Ok(Session::open(stream, self.platform, link::PATIENCE).await?)
    }

    async fn read(&self) -> Result<(About, Reading), Problem> {
        let mut session = self.session().await?;
        let reading = session.read().await?;
        self.own_timer.store(reading.own_timer, Ordering::SeqCst);
        Ok((session.about().clone(), reading))
    }

    pub(super) const fn platform(&self) -> Platform {
        self.platform
    }

    /// Whether the switch takes a change back by itself.
    pub(super) fn own_timer(&self) -> bool {
        self.own_timer.load(Ordering::SeqCst)
    }

    /// What is typed for a plan, without what goes before and after it. Its way back is tried as well: what could not be put
    /// back is not begun.
    pub(super) fn commands(&self, plan: &Plan) -> Result<Vec<String>, CliError> {
        self.platform.commands(plan.after(), plan.before())?;
        self.platform.commands(plan.before(), plan.after())
    }

    fn lines(&self, plan: &Plan, revert: Revert) -> Result<Vec<String>, CliError> {
        let commands = self.platform.commands(plan.before(), plan.after())?;
        Ok(Session::<tokio::io::DuplexStream>::lines(self.platform, &self.name, &commands, revert))
    }

    /// How many lines a plan has in all.
    pub(super) fn steps(&self, plan: &Plan) -> usize {
        self.lines(plan, Revert::Never).map_or(0, |lines| lines.len())
    }

    async fn applied(
        &self,
        plan: &Plan,
        within: Duration,
        go_on: &mut (dyn FnMut(usize) -> Result<(), Stopped> + Send),
    ) -> Result<(), Stopped> {
        let own = self.own_timer();
        let revert = if own { Revert::Within(within + MARGIN) } else { Revert::Never };
        let lines = self.lines(plan, revert).map_err(Problem::from)?;
        let mut session = self.session().await?;
        // The line that arms it may be the last that is heard of it.
        self.armed.store(own, Ordering::SeqCst);
        let done = session.change(&lines, go_on).await;
        if let Err(Stopped::Problem(Problem::Cli(CliError::Refused { command, .. }))) = &done
            && lines.first() == Some(command)
        {
            // Another one may have a timer running there, which is not ours to end.
            self.armed.store(false, Ordering::SeqCst);
        }
        done
    }

    async fn kept(&self, plan: &Plan) -> Result<(), Stopped> {
        let mut session = self.session().await?;
        if self.armed.load(Ordering::SeqCst) {
            session.confirm(&self.name).await?;
        }
        // Its timer may have run out just before: then there is nothing left to keep.
        let now = session.read().await?.config;
        if let Some(line) = plan.missing(&now).first() {
            return Err(Stopped::Why(format!("the switch has it no more: {}", line.text)));
        }
        session.save().await?;
        Ok(())
    }
}

/// Why a change did not come to its end.
enum Stopped {
    Problem(Problem),
    Why(String),
}

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<CliError> for Stopped {
    fn from(error: CliError) -> Self {
        Self::Problem(error.into())
    }
}

impl Stopped {
    fn text(self) -> String {
        match self {
            Self::Problem(problem) => problem.to_string(),
            Self::Why(why) => why,
        }
    }
}

impl Device for Cli {
    type Error = Problem;

    async fn config(&self) -> Result<Config, Problem> {
        Ok(Box::pin(self.read()).await?.1.config)
    }

    fn unanswered(error: &Problem) -> bool {
        error.unanswered()
    }

    async fn apply(
        &self,
        plan: &Plan,
        within: Duration,
        go_on: &mut (dyn FnMut(usize) -> Result<(), String> + Send),
    ) -> Result<(), String> {
        let mut go_on = |done: usize| go_on(done).map_err(Stopped::Why);
        Box::pin(self.applied(plan, within, &mut go_on)).await.map_err(Stopped::text)
    }

    async fn put_back(&self, back: &Plan) -> Result<(), Problem> {
        let lines = self.lines(back, Revert::Never)?;
        let mut session = Box::pin(self.session()).await?;
        match session.change(&lines, &mut |_| Ok::<_, Problem>(())).await {
            // It is read again.
            Err(error) if error.unanswered() => Ok(()),
            done => done,
        }
    }

    async fn keep(&self, plan: &Plan) -> Result<(), String> {
        Box::pin(self.kept(plan)).await.map_err(Stopped::text)?;
        self.armed.store(false, Ordering::SeqCst);
        Ok(())
    }

    async fn withdraw(&self) -> Result<(), Problem> {
        if !self.armed.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mut session = Box::pin(self.session()).await?;
        session.withdraw(&self.name).await?;
        Ok(())
    }
}

impl Devices<'_> {
    /// The switch at the other end of a way. Nothing is sent yet. `name` is what a change of it is called there.
    pub(super) async fn cli(&self, way: &Way, name: &str) -> Result<Arc<Cli>, CoreError> {
        self.cli_as(way, name, Arc::default()).await
    }

    async fn cli_as(
        &self,
        way: &Way,
        name: &str,
        nobody: Arc<Nobody>,
    ) -> Result<Arc<Cli>, CoreError> {
        let ManagementWay::Cli { platform } = &way.management.way else {
            return Err(CoreError::NotFound("command line of a switch"));
        };
        let link = Link::new(self.0, &way.route, nobody).await?;
        Ok(Arc::new(Cli {
            link,
            platform: platform_of(*platform),
            name: name.to_owned(),
            own_timer: AtomicBool::new(false),
            armed: AtomicBool::new(false),
        }))
    }

    /// Who is there.
    pub(super) async fn cli_status(&self, way: &Way) -> Result<Asked, Trouble> {
        let cli = self.cli(way, "").await?;
        let session = Box::pin(cli.session()).await.map_err(|problem| problem.trouble(way))?;
        let About { name, model, version } = session.about();
        let system = format!("{} {version}", cli.platform.title());
        let parts = [name.as_str(), system.trim(), model];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Ok(Asked { power: PowerState::Unknown, offers: Vec::new(), about: parts.join(", ") })
    }

    /// Puts the host key that is shown on record, if it is the one that was looked at.
    pub(super) async fn cli_trust(
        &self,
        way: &Way,
        fingerprint: &str,
        replace: bool,
    ) -> Result<(), CoreError> {
        let nobody = Arc::new(Nobody::trusting(fingerprint, replace));
        let cli = self.cli_as(way, "", nobody).await?;
        match cli.link.open().await {
            Err(Problem::Question(_)) => Err(CoreError::invalid(
                "fingerprint",
                format!("{} shows another host key by now.", way.machine()),
                "Look at it again.",
            )),
            // Nothing was put on record.
            Err(Problem::Reach(error)) if error.code == ErrorCode::HostKeyNotSaved => {
                Err(CoreError::Api(error))
            }
            // What is wrong beyond its host key is said by the way's status.
            _ => Ok(()),
        }
    }

    /// A switch as its command line tells it.
    pub(super) async fn cli_shown(
        &self,
        way: &Way,
        refresh: bool,
    ) -> Result<Arc<Shown>, CoreError> {
        let now = self.0.clock().now();
        let kept = self.state().cli.of(way);
        if let Some(fresh) = kept.read.fresh(now).filter(|_| !refresh) {
            return Ok(fresh);
        }
        let cli = self.cli(way, "").await?;
        let (about, reading) = Box::pin(cli.read()).await.map_err(|problem| told(way, problem))?;
        // Not if it was locked meanwhile.
        self.0.vault().unlocked()?;
        let shown = Shown { read: self.0.clock().wall(), about, platform: cli.platform, reading };
        Ok(kept.read.keep(now, shown))
    }
}

/// The same in the words of the crate that speaks it.
pub(super) const fn platform_of(platform: SwitchPlatform) -> Platform {
    match platform {
        SwitchPlatform::Junos => Platform::Junos,
        SwitchPlatform::Eos => Platform::Eos,
        SwitchPlatform::NxOs => Platform::NxOs,
        SwitchPlatform::IosXe => Platform::IosXe,
        SwitchPlatform::Os10 => Platform::Os10,
    }
}
