//! What a command is about, as far as its arguments and the sessions and runs of the member say so; and the reason that an
//! organisation may demand before it runs.
//!
//! Nothing else of the arguments is looked at or written down: they may hold secrets.

use super::{Member, Team};
use patchbay_core::sync::read;
use patchbay_model::{ApiError, ErrorCode, NodeId, OrganisationId};
use patchbay_team::audit;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The longest reason that is kept, in characters.
const LONGEST: usize = 500;
/// Names in one entry.
const MOST_NAMES: usize = 10;

/// What a command is about.
#[derive(Debug, Default)]
pub(crate) struct Concern {
    /// A thing, by its id.
    object: Option<String>,
    /// What it is called, where an entry has to say so because it may be gone afterwards.
    called: Option<String>,
    /// The organisations it concerns, each with its machines, if it is about several.
    organisations: BTreeMap<OrganisationId, Vec<NodeId>>,
    /// Nothing is written down: an earlier step of the same was, or it concerns the member alone.
    quiet: bool,
}

impl Concern {
    /// Asked before the command runs: what it is about may be gone afterwards.
    pub(crate) async fn of(team: &Team, member: &Member, command: &str, args: &str) -> Self {
        match command {
            "recording_search" => return Self::of_search(team, member, args),
            _ if command.starts_with("run_") => {
                let mut new = Self::default();
                for machine in machines(member, command, args).await {
                    if let Some(organisation) = team.shared_by(*machine.as_bytes()) {
                        new.organisations.entry(organisation).or_default().push(machine);
                    }
                }
                return new;
            }
            _ => {}
        }
        let object = object(args);
        // A session is told by the machine it is with: nobody knows it by its own id later.
        let machine = object.as_deref().and_then(|id| machine_of(member, id));
        let object = machine.map(|id| id.to_string()).or(object);
        let id = object.as_deref().and_then(|id| id.parse::<NodeId>().ok());
        let organisation = id.and_then(|id| team.shared_by(*id.as_bytes()));
        let called = match (organisation, id) {
            (Some(organisation), Some(id)) if command.starts_with("recording_") => {
                team.recording_called(organisation, *id.as_bytes())
            }
            (Some(organisation), Some(id)) if command == "session_hand_out" => {
                team.names(organisation, &[id])
            }
            _ => None,
        };
        let quiet = command == "recording_read" && is_later_part(args);
        let organisations = organisation.map(|id| (id, Vec::new())).into_iter().collect();
        Self { object, called, organisations, quiet }
    }

    /// Who looks for text in an organisation's recordings sees lines of them.
    fn of_search(team: &Team, member: &Member, args: &str) -> Self {
        let args: Value = serde_json::from_str(args).unwrap_or_default();
        let goes_on = args.get("from").is_some_and(|from| !from.is_null());
        let only = args.get("id").and_then(Value::as_str);
        let organisations: BTreeMap<_, _> = match only {
            Some(id) => {
                let id = id.parse::<NodeId>().ok();
                let found = id.and_then(|id| team.shared_by(*id.as_bytes()));
                found.map(|organisation| (organisation, Vec::new())).into_iter().collect()
            }
            None => member.seat.reviewed().into_iter().map(|id| (id, Vec::new())).collect(),
        };
        let quiet = goes_on || organisations.is_empty();
        Self { object: only.map(str::to_owned), called: None, organisations, quiet }
    }

    /// An entry for each organisation, or one if there is none.
    pub(crate) fn entries(&self, team: &Team, entry: &audit::Entry) -> Vec<audit::Entry> {
        if self.quiet {
            return Vec::new();
        }
        let entry = audit::Entry {
            object: self.object.clone(),
            detail: entry.detail.clone().or_else(|| self.called.clone()),
            ..entry.clone()
        };
        if self.organisations.is_empty() {
            return vec![entry];
        }
        let one = |(organisation, machines): (&OrganisationId, &Vec<NodeId>)| audit::Entry {
            organisation: Some(*organisation),
            object: match machines[..] {
                [machine] => Some(machine.to_string()),
                _ => entry.object.clone(),
            },
            detail: entry.detail.clone().or_else(|| team.names(*organisation, machines)),
            ..entry.clone()
        };
        self.organisations.iter().map(one).collect()
    }
}

impl Team {
    /// The reason that was given, if any.
    ///
    /// # Errors
    /// [`ErrorCode::NeedsReason`] if an organisation that this concerns asks for one, and none was given that is long enough.
    pub(crate) fn reason(&self, concern: &Concern, args: &str) -> Result<Option<String>, ApiError> {
        let args: Value = serde_json::from_str(args).unwrap_or_default();
        let given = args.get("reason").and_then(Value::as_str).map(str::trim);
        let given = given.filter(|reason| !reason.is_empty());
        let length = given.map_or(0, |reason| reason.chars().count());
        let directory = self.known.directory();
        let asking = concern.organisations.keys().filter_map(|id| directory.organisation(*id));
        let asking = asking.max_by_key(|organisation| organisation.policy.ask_reason);
        if let Some(asking) = asking.filter(|one| length < usize::from(one.policy.ask_reason)) {
            let least = asking.policy.ask_reason;
            let characters =
                if least == 1 { "1 character" } else { &format!("{least} characters") };
            let message = format!("“{}” wants to know why, in at least {characters}.", asking.name);
            return Err(ApiError::new(ErrorCode::NeedsReason, message)
                .next("Say why: it is written into the audit log.")
                .on("reason"));
        }
        if length > LONGEST {
            let message = format!("A reason has {LONGEST} characters at most.");
            return Err(ApiError::new(ErrorCode::Invalid, message).on("reason"));
        }
        Ok(given.map(str::to_owned))
    }

    /// What some machines are called.
    fn names(&self, organisation: OrganisationId, machines: &[NodeId]) -> Option<String> {
        let items = self.known.space(patchbay_team::entity::Space::Organisation(organisation));
        let items = read(&items);
        let names: Vec<&str> =
            machines.iter().filter_map(|id| items.node(*id)).map(|node| node.name()).collect();
        let (shown, more) = names.split_at(names.len().min(MOST_NAMES));
        match (shown.join(", "), more.len()) {
            (none, _) if none.is_empty() => None,
            (names, 0) => Some(names),
            (names, more) => Some(format!("{names} and {more} more")),
        }
    }
}

/// The machine that a session is with.
fn machine_of(member: &Member, session: &str) -> Option<NodeId> {
    let session = session.parse().ok()?;
    let sessions = member.core.sessions().list();
    sessions.into_iter().find(|one| one.id == session)?.target.machine()
}

/// The machines of a run: those that it is about to have, or those of one there is.
async fn machines(member: &Member, command: &str, args: &str) -> Vec<NodeId> {
    let args: Value = serde_json::from_str(args).unwrap_or_default();
    let (asks, about) = match command {
        "run_start" => ("run_targets", json!({ "targets": args.get("targets") })),
        _ => ("run_get", json!({ "id": args.get("id") })),
    };
    let told = patchbay_commands::dispatch(&member.ctx(), asks, &about.to_string()).await;
    // What cannot be told is refused by the command itself, with what is wrong.
    let told = told.ok().and_then(|told| serde_json::from_str::<Value>(&told).ok());
    let told = told.unwrap_or_default();
    let list = told.get("machines").unwrap_or(&told).as_array().cloned().unwrap_or_default();
    let id = |one: &Value| one.get("id").unwrap_or(one).as_str()?.parse().ok();
    list.iter().filter_map(id).collect()
}

/// Whether it goes on with a recording whose beginning was read before.
fn is_later_part(args: &str) -> bool {
    let args: Value = serde_json::from_str(args).unwrap_or_default();
    args.get("from").and_then(Value::as_u64).is_some_and(|from| from > 0)
}

/// The id of what a command is about.
pub(crate) fn object(args: &str) -> Option<String> {
    let args: Value = serde_json::from_str(args).ok()?;
    let places =
        ["/id", "/target/id", "/target/kind", "/nodes/0", "/from/session", "/place/session"];
    places
        .iter()
        .find_map(|place| args.pointer(place)?.as_str())
        .map(|id| id.chars().take(64).collect())
}
