//! What answers the HTTP side: commands, events and streams of members.

use crate::{
    Answer, Caller, Gauge, Proof, Service, Stream, Watch,
    team::{Concern, Member, Policy, Team, Whose, object, policy},
};
use futures_util::FutureExt;
use patchbay_model::{AccountId, ApiError, ErrorCode};
use patchbay_team::{
    audit::{self, Actor, Outcome},
    permission::{Permission, Permissions},
};
use std::{net::IpAddr, sync::Arc};

/// The services of a team behind the HTTP side.
#[derive(Clone, Debug)]
pub struct Inside(pub Arc<Team>);

impl Inside {
    pub(crate) async fn member(&self, caller: &Caller) -> Result<Arc<Member>, ApiError> {
        self.0.member(Whose::of(caller)).await
    }

    async fn call(&self, caller: &Caller, command: &str, args: &str) -> Result<String, ApiError> {
        let policy = policy(command).ok_or_else(|| {
            ApiError::new(ErrorCode::NotFound, format!("There is no command “{command}”."))
        })?;
        if policy == Policy::AtHomeOnly {
            return Err(ApiError::new(
                ErrorCode::NotAllowed,
                format!("“{command}” concerns the computer a person sits at, which a team server is not."),
            )
            .next("Do it in Patchbay on your own computer."));
        }
        if matches!(command, "snippet_send" | "session_signal")
            && let Some(guest) = self.0.sharing.held_within(args)
        {
            let error =
                ApiError::new(ErrorCode::Conflict, format!("{guest} has control of the session."));
            return Err(error.next("Take control back first."));
        }
        let member = self.member(caller).await?;
        if policy == Policy::Runs {
            return patchbay_commands::dispatch(&member.ctx(), command, args).await;
        }
        // What it is about may be gone when it has run.
        let concern = Concern::of(&self.0, &member, command, args).await;
        let reason = match policy {
            Policy::Reasoned => self.0.reason(&concern, args)?,
            _ => None,
        };
        let result = patchbay_commands::dispatch(&member.ctx(), command, args).await;
        // Nothing is told that was not written down.
        let entry = self.entry(caller, command, result.as_ref().err());
        let entries = concern.entries(&self.0, &audit::Entry { reason, ..entry });
        if !entries.is_empty() {
            let turn = self.0.turn().await;
            self.0.commit(&turn, Vec::new(), Vec::new(), entries).await?;
        }
        result
    }

    pub(crate) async fn write_down(
        &self,
        caller: &Caller,
        command: &str,
        args: &str,
        failed: Option<&ApiError>,
    ) -> Result<(), ApiError> {
        let entry = audit::Entry { object: object(args), ..self.entry(caller, command, failed) };
        let turn = self.0.turn().await;
        self.0.commit(&turn, Vec::new(), Vec::new(), vec![entry]).await
    }

    fn entry(&self, caller: &Caller, command: &str, failed: Option<&ApiError>) -> audit::Entry {
        audit::Entry {
            outcome: if failed.is_some() { Outcome::Refused } else { Outcome::Done },
            detail: failed.map(|error| error.message.clone()),
            ..self.0.note(caller, &command.replace('_', "."))
        }
    }
}

impl Service for Inside {
    fn authenticate<'a>(
        &'a self,
        bearer: &'a str,
        address: IpAddr,
    ) -> Answer<'a, (AccountId, Proof)> {
        async move { self.0.whose(bearer, address) }.boxed()
    }

    fn rpc<'a>(
        &'a self,
        caller: &'a Caller,
        command: &'a str,
        args: &'a str,
    ) -> Answer<'a, String> {
        self.call(caller, command, args).boxed()
    }

    fn events<'a>(&'a self, caller: &'a Caller) -> Answer<'a, Watch> {
        async move {
            let member = self.member(caller).await?;
            let end = self.0.watch(caller.account, caller.proof);
            Ok(Watch { events: member.core.events(), end })
        }
        .boxed()
    }

    fn redeem(&self, token: &str, caller: Option<&Caller>, origin: Option<&str>) -> Option<Stream> {
        if let Some(stream) = self.0.guest_stream(token, origin) {
            return Some(stream);
        }
        let caller = caller?;
        let member = self.0.members.present(Whose::of(caller))?;
        let session = member.core.sessions().redeem(token)?;
        let viewing = self.0.sharing.owner(session.id);
        Some(Stream { session, viewing, end: self.0.watch(caller.account, caller.proof) })
    }

    fn ready(&self) -> Answer<'_, ()> {
        async move { self.0.store.ping().await.map_err(|error| error.api_error()) }.boxed()
    }

    fn operator(&self, caller: &Caller) -> bool {
        let directory = self.0.known.directory();
        directory.account(caller.account).is_some_and(|account| account.operator)
    }

    fn gauges(&self) -> Vec<Gauge> {
        let members = self.0.members.all();
        let sessions: u32 = members.iter().map(|member| member.core.sessions().running()).sum();
        let accounts = self.0.known.directory().accounts().count();
        vec![
            Gauge { name: "accounts", help: "Accounts.", value: number(accounts) },
            Gauge {
                name: "members_present",
                help: "Members whose services run on this node.",
                value: number(members.len()),
            },
            Gauge {
                name: "sessions",
                help: "Sessions that are connected or on the way.",
                value: f64::from(sessions),
            },
            Gauge {
                name: "guests",
                help: "Guests who look at shared sessions.",
                value: number(self.0.sharing.guests()),
            },
        ]
    }
}

/// What somebody may do at most with what proves them. Who acts as somebody else is shown none of that person's secrets.
pub(crate) const fn ceiling(proof: Proof) -> Permissions {
    match proof {
        Proof::SignIn(_) => Permissions::ALL,
        Proof::Token(_, permissions) => permissions,
        Proof::Acting(_) => Permissions::ALL.without(Permission::Reveal),
    }
}

pub(crate) const fn actor(caller: &Caller) -> Actor {
    let account = caller.account;
    match caller.proof {
        Proof::SignIn(_) => Actor::Account { account },
        Proof::Token(token, _) => Actor::Token { token, account },
        Proof::Acting(acting) => Actor::Account { account: acting.operator },
    }
}

/// As whom it was done, if not as the one who did it.
pub(crate) fn acting_as(caller: &Caller) -> Option<AccountId> {
    caller.proof.acting().map(|_| caller.account)
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
