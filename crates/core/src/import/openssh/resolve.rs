//! What a configuration says about one alias: for each setting the first value counts, as in OpenSSH.
//!
//! Files are not touched here, and nothing is looked up.

use super::{
    keywords::Setting,
    pattern,
    read::{Config, Place, Step},
    tokens::{self, Surroundings, Tokens},
    values::{JumpHost, port, proxy_jump, seconds, yes},
};
use crate::tunnels::{check_tunnels, written};
use patchbay_model::{ApiError, ImportRemark, Tunnel, TunnelKind};
use std::collections::HashSet;

/// About as many bytes as one takes.
const TUNNEL: usize = 512;
/// As many as a machine may have.
const MOST_TUNNELS: usize = 64;
/// As OpenSSH.
const MOST_FILES_OF_A_KIND: usize = 100;
const MOST_ALIASES: usize = 10_000;
/// Steps taken in all, so that a file made to be slow is not.
const MOST_WORK: u64 = 400_000_000;
/// What a byte that is kept counts, in steps: a few megabytes of configuration must not become gigabytes of machines.
const STEPS_PER_BYTE: u64 = 16;

/// The effective values of an alias. `None` is ssh's default.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::import) struct Resolved {
    pub(in crate::import) host_name: String,
    pub(in crate::import) user: Option<String>,
    pub(in crate::import) port: Option<u16>,
    /// With `~` and tokens resolved, and where each is named.
    pub(in crate::import) identity_files: Vec<(String, Place)>,
    /// With `~` and tokens resolved, and where each is named.
    pub(in crate::import) certificate_files: Vec<(String, Place)>,
    /// In dialing order.
    pub(in crate::import::openssh) jumps: Vec<JumpHost>,
    /// The line that names the jumps.
    pub(in crate::import) jumps_at: Option<Place>,
    pub(in crate::import) connect_timeout: Option<u32>,
    pub(in crate::import) keep_alive: Option<u32>,
    pub(in crate::import) compression: Option<bool>,
    pub(in crate::import) forward_agent: Option<bool>,
    pub(in crate::import) forward_x11: Option<bool>,
    /// Every one that is named.
    pub(in crate::import) tunnels: Vec<Tunnel>,
}

impl Resolved {
    /// About how much memory it takes.
    fn bytes(&self) -> usize {
        let files = self.identity_files.iter().chain(&self.certificate_files);
        let of_files = files.map(|(path, place)| path.len() + place.text.len());
        let of_jumps = self
            .jumps
            .iter()
            .map(|jump| jump.host.len() + jump.user.as_ref().map_or(0, String::len));
        let of_tunnels = self.tunnels.len() * TUNNEL;
        of_files.chain(of_jumps).sum::<usize>() + self.host_name.len() + of_tunnels
    }
}

/// Answers for one configuration after the other alias, and counts the work.
pub(in crate::import) struct Resolver<'a> {
    config: &'a Config,
    around: &'a Surroundings,
    work: u64,
    remarks: Vec<ImportRemark>,
    remarked: HashSet<(Place, String)>,
}

impl<'a> Resolver<'a> {
    pub(in crate::import) fn new(config: &'a Config, around: &'a Surroundings) -> Self {
        Self { config, around, work: 0, remarks: Vec::new(), remarked: HashSet::new() }
    }

    /// What could not be taken over, found while resolving.
    pub(in crate::import) fn into_remarks(self) -> Vec<ImportRemark> {
        self.remarks
    }

    /// Every name a `Host` line spells out and reaches, in the order of the file. The second value tells that the file
    /// has more than fit.
    pub(in crate::import) fn aliases(&mut self) -> (Vec<String>, bool) {
        let mut decided = HashSet::new();
        let mut reached = Vec::new();
        for (patterns, alias, inside) in named(self.config) {
            if decided.contains(alias) {
                continue;
            }
            self.spend(patterns.iter().map(|pattern| pattern::cost(pattern, alias)).sum());
            if self.exhausted() {
                return (reached, true);
            }
            // Inside an included file it depends on where the file is included.
            let reaches =
                pattern::host_matches(patterns, alias) && (!inside || self.is_reached(alias));
            if reaches || inside {
                decided.insert(alias);
            }
            if reaches {
                if reached.len() == MOST_ALIASES {
                    return (reached, true);
                }
                reached.push(alias.to_owned());
            }
        }
        (reached, false)
    }

    /// Whether a `Host` line that names the alias counts for it. One inside a file that is only included for others
    /// does not.
    fn is_reached(&mut self, alias: &str) -> bool {
        let config = self.config;
        let mut scope = Scope::new();
        for step in &config.steps {
            let named = matches!(step, Step::Host(patterns) if patterns.iter().any(|pattern| pattern == alias));
            let cost = scope.step(step, alias);
            self.spend(cost);
            if named && scope.active {
                return true;
            }
        }
        false
    }

    /// Counts work that was done.
    pub(in crate::import) fn spend(&mut self, work: u64) {
        self.work = self.work.saturating_add(work);
    }

    /// Counts bytes that were put aside.
    pub(in crate::import) fn keep(&mut self, bytes: usize) {
        self.spend(STEPS_PER_BYTE.saturating_mul(bytes as u64));
    }

    /// Begins to count anew, for work of another kind.
    pub(in crate::import) const fn rest(&mut self) {
        self.work = 0;
    }

    /// Whether all the work one configuration is worth has been done.
    pub(in crate::import) const fn exhausted(&self) -> bool {
        self.work > MOST_WORK
    }

    /// The effective values of an alias.
    pub(in crate::import) fn resolve(&mut self, alias: &str) -> Resolved {
        let mut scope = Scope::new();
        let mut first = First::default();
        let config = self.config;
        for step in &config.steps {
            let cost = scope.step(step, alias);
            self.spend(cost);
            if let (Step::Set(setting, value, place), true) = (step, scope.active) {
                self.spend(value.len() as u64);
                if let Err(reason) = first.set(*setting, value, place) {
                    self.remark(place, reason);
                }
            }
        }
        self.finish(alias, first)
    }

    fn finish(&mut self, alias: &str, first: First) -> Resolved {
        let host_name = first.host_name.map_or_else(
            || alias.to_owned(),
            |(pattern, place)| {
                tokens::host_name(&pattern, alias).unwrap_or_else(|reason| {
                    self.remark(&place, reason);
                    alias.to_owned()
                })
            },
        );
        let host_name = host_name.to_lowercase();
        let values = Tokens {
            around: self.around,
            alias,
            host: &host_name,
            port: first.port.unwrap_or(22),
            user: first.user.as_deref().unwrap_or(&self.around.user),
        };
        let mut refused = Vec::new();
        let mut files = |named: &[(String, Place)]| {
            let mut paths = Vec::new();
            for (text, place) in named {
                match values.file(text) {
                    Ok(path) => paths.push((path, place.clone())),
                    Err(reason) => refused.push((place.clone(), reason)),
                }
            }
            paths
        };
        let identity_files = files(&first.identity_files);
        let certificate_files = files(&first.certificate_files);
        for (place, reason) in refused {
            self.remark(&place, reason);
        }
        let (jumps, jumps_at) = match first.way {
            Some(Way::Jumps(jumps, place)) => (jumps, Some(place)),
            Some(Way::Command) | None => (Vec::new(), None),
        };
        let resolved = Resolved {
            host_name,
            user: first.user,
            port: first.port,
            identity_files,
            certificate_files,
            jumps,
            jumps_at,
            connect_timeout: first.connect_timeout.flatten(),
            keep_alive: first.keep_alive,
            compression: first.compression,
            forward_agent: first.forward_agent,
            forward_x11: first.forward_x11,
            tunnels: first.tunnels,
        };
        self.keep(resolved.bytes());
        resolved
    }

    fn remark(&mut self, place: &Place, reason: String) {
        if self.remarked.insert((place.clone(), reason.clone())) {
            self.remarks.push(place.remark(reason));
        }
    }
}

/// Every concrete pattern with the line it is in, and whether that line is in an included file.
fn named(config: &Config) -> impl Iterator<Item = (&[String], &str, bool)> {
    let mut depth = 0_usize;
    config
        .steps
        .iter()
        .filter_map(move |step| {
            match step {
                Step::Enter => depth += 1,
                Step::Leave => depth = depth.saturating_sub(1),
                Step::Host(patterns) => return Some((patterns.as_slice(), depth > 0)),
                Step::Nobody | Step::Everybody | Step::Set(..) => {}
            }
            None
        })
        .flat_map(|(patterns, inside)| {
            let concrete = patterns.iter().filter(|pattern| pattern::is_concrete(pattern));
            concrete.map(move |alias| (patterns, alias.as_str(), inside))
        })
}

/// Whether the lines being read count.
struct Scope {
    active: bool,
    /// Inside a file that was included where the lines did not count: nothing in it does.
    never: bool,
    around: Vec<(bool, bool)>,
}

impl Scope {
    const fn new() -> Self {
        Self { active: true, never: false, around: Vec::new() }
    }

    /// Takes a step and tells what it cost.
    fn step(&mut self, step: &Step, alias: &str) -> u64 {
        match step {
            Step::Host(patterns) => {
                self.active = !self.never && pattern::host_matches(patterns, alias);
                return patterns.iter().map(|pattern| pattern::cost(pattern, alias)).sum();
            }
            Step::Nobody => self.active = false,
            Step::Everybody => self.active = !self.never,
            Step::Set(..) => {}
            Step::Enter => {
                self.around.push((self.active, self.never));
                self.never |= !self.active;
            }
            Step::Leave => {
                if let Some((active, never)) = self.around.pop() {
                    self.active = active;
                    self.never = never;
                }
            }
        }
        1
    }
}

/// How the machine is reached: whichever of `ProxyJump` and `ProxyCommand` comes first.
enum Way {
    Jumps(Vec<JumpHost>, Place),
    Command,
}

/// The first value of each setting.
#[derive(Default)]
struct First {
    host_name: Option<(String, Place)>,
    user: Option<String>,
    port: Option<u16>,
    identity_files: Vec<(String, Place)>,
    certificate_files: Vec<(String, Place)>,
    way: Option<Way>,
    connect_timeout: Option<Option<u32>>,
    keep_alive: Option<u32>,
    compression: Option<bool>,
    forward_agent: Option<bool>,
    forward_x11: Option<bool>,
    tunnels: Vec<Tunnel>,
}

impl First {
    /// Takes a value in, unless there is one. An error is why it is unusable; ssh would not start with it.
    fn set(&mut self, setting: Setting, value: &str, place: &Place) -> Result<(), String> {
        match setting {
            Setting::HostName => {
                self.host_name.get_or_insert_with(|| (value.to_owned(), place.clone()));
            }
            Setting::User => {
                self.user.get_or_insert_with(|| value.to_owned());
            }
            Setting::Port => {
                let port = port(value)?;
                self.port.get_or_insert(port);
            }
            Setting::IdentityFile => add_file(&mut self.identity_files, value, place)?,
            Setting::CertificateFile => add_file(&mut self.certificate_files, value, place)?,
            Setting::ProxyCommand => {
                self.way.get_or_insert(Way::Command);
            }
            Setting::ProxyJump => {
                let jumps = proxy_jump(value)?;
                self.way.get_or_insert_with(|| Way::Jumps(jumps, place.clone()));
            }
            Setting::ConnectTimeout => {
                let seconds = if value == "none" { None } else { Some(seconds(value)?) };
                self.connect_timeout.get_or_insert(seconds);
            }
            Setting::ServerAliveInterval => {
                let seconds = seconds(value)?;
                self.keep_alive.get_or_insert(seconds);
            }
            Setting::Compression => {
                let on = yes(value)?;
                self.compression.get_or_insert(on);
            }
            Setting::ForwardAgent => {
                let on = yes(value)?;
                self.forward_agent.get_or_insert(on);
            }
            Setting::ForwardX11 => {
                let on = yes(value)?;
                self.forward_x11.get_or_insert(on);
            }
            Setting::Forward(kind) => self.forward(kind, value)?,
        }
        Ok(())
    }
}

impl First {
    /// All of them count, and not only the first.
    fn forward(&mut self, kind: TunnelKind, value: &str) -> Result<(), String> {
        if self.tunnels.len() >= MOST_TUNNELS {
            return Err(format!("There are more than {MOST_TUNNELS} tunnels for one host."));
        }
        // ssh(1) starts them with each session.
        let tunnel = Tunnel { with_session: true, ..written::tunnel(kind, value)? };
        let mut all = self.tunnels.clone();
        all.push(tunnel);
        self.tunnels = check_tunnels(all).map_err(|error| ApiError::from(error).message)?;
        Ok(())
    }
}

fn add_file(files: &mut Vec<(String, Place)>, value: &str, place: &Place) -> Result<(), String> {
    if files.iter().any(|(known, _)| known == value) || value.eq_ignore_ascii_case("none") {
        return Ok(());
    }
    if files.len() >= MOST_FILES_OF_A_KIND {
        return Err("There are more than 100 files for one host.".to_owned());
    }
    files.push((value.to_owned(), place.clone()));
    Ok(())
}
