//! Who may call a route. A handler takes what its policy admits, and gets it from nowhere else.

use super::{Api, Refusal, route::Asked};
use crate::{
    Caller, Peer, Proof, Team,
    team::{
        Visitor,
        alter::forbidden,
        rights::{must_administer, must_be_able, must_be_oneself, must_operate, organisation},
    },
};
use patchbay_model::{ApiError, ErrorCode, OrganisationId, SessionId, SignInId};
use patchbay_team::{audit, token};
use tokio_util::sync::CancellationToken;

/// Who may call a route.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Policy {
    /// Nobody has to be signed in.
    Anyone,
    /// Whoever is signed in, by whatever.
    Known,
    /// The same, and nobody who acts as somebody else: it is about the caller's own account.
    Own,
    /// Whoever has signed in, and no token; nobody who acts as somebody else.
    Person,
    /// Who runs the server; tokens of theirs that may administer.
    Operator,
    /// Members of the organisation in the path, and who runs the server.
    Member,
    /// Members; no token that may not administer. What else is asked for depends on the body.
    Giver,
    /// Who has the session in the path open; nobody who acts as somebody else.
    Opener,
    /// Whoever has a link to a session, or came by one: what is sent says so. Who has signed in is known besides; nobody who acts as
    /// somebody else.
    Guest,
    /// Who administers the organisation in the path, and who runs the server; tokens of theirs that may administer.
    Administrator,
}

/// A policy as a type: what it admits is what its handlers take.
pub(super) trait Admits: Copy + Send + Sync + 'static {
    const POLICY: Policy;
    /// Who was admitted.
    type Who: Send;
    fn admit(api: &Api, asked: &Asked) -> Result<Self::Who, Refusal>;
}

macro_rules! policies {
    ($($name:ident($who:ty) = $admit:expr;)+) => {$(
        #[derive(Clone, Copy)]
        pub(super) struct $name;

        impl Admits for $name {
            const POLICY: Policy = Policy::$name;
            type Who = $who;
            fn admit(api: &Api, asked: &Asked) -> Result<$who, Refusal> {
                let admit: fn(&Team, &Asked) -> Result<$who, ApiError> = $admit;
                Ok(admit(&api.team, asked)?)
            }
        }
    )+};
}

policies! {
    Anyone(Stranger) = |_, asked| Ok(stranger(asked));
    Known(Somebody) = |_, asked| somebody(asked);
    Own(Somebody) = |_, asked| {
        let who = somebody(asked)?;
        must_be_oneself(&who.caller)?;
        Ok(who)
    };
    Person(Myself) = |_, asked| {
        let who = somebody(asked)?;
        must_be_oneself(&who.caller)?;
        match who.caller.proof {
            Proof::SignIn(sign_in) => Ok(Myself { origin: who.origin.clone(), who, sign_in }),
            Proof::Token(..) | Proof::Acting(_) => Err(forbidden("This is for people who have signed in, and not for tokens.")
                .next("Sign in.")),
        }
    };
    Operator(Somebody) = |team, asked| {
        let who = somebody(asked)?;
        must_operate(&team.known.directory(), &who.caller)?;
        Ok(who)
    };
    Member(Within) = |team, asked| within(team, asked);
    Giver(Within) = |team, asked| {
        let within = within(team, asked)?;
        must_be_able(&within.caller)?;
        Ok(within)
    };
    Opener(Opened) = |team, asked| {
        let Somebody { caller, action, .. } = somebody(asked)?;
        must_be_oneself(&caller)?;
        let id = asked.param("session").and_then(|id| id.parse().ok());
        // What is no id at all is a session that does not exist.
        let session = id.unwrap_or_else(|| SessionId::from_bytes([0; 16]));
        team.opened(&caller, session)?;
        Ok(Opened { caller, session, action })
    };
    Guest(Visiting) = |_, asked| {
        asked.caller.as_ref().map_or(Ok(()), must_be_oneself)?;
        let Stranger { visitor, .. } = stranger(asked);
        let (caller, origin) = (asked.caller, asked.origin());
        Ok(Visiting { visitor, caller, origin, drain: asked.drain.clone() })
    };
    Administrator(Within) = |team, asked| {
        let within = within(team, asked)?;
        must_administer(&team.known.directory(), &within.caller, within.organisation)?;
        Ok(within)
    };
}

/// Somebody who need not be signed in.
pub(super) struct Stranger {
    pub(super) visitor: Visitor,
    pub(super) peer: Peer,
}

/// Somebody who is signed in.
pub(super) struct Somebody {
    pub(super) caller: Caller,
    /// Where this server is, as the caller calls it.
    pub(super) origin: String,
    /// From where the caller comes, and with what.
    pub(super) stranger: Stranger,
    action: &'static str,
}

/// A person who has signed in.
pub(super) struct Myself {
    who: Somebody,
    pub(super) sign_in: SignInId,
    /// Where this server is, as the caller calls it.
    pub(super) origin: String,
}

/// Somebody who has a session open.
pub(super) struct Opened {
    pub(super) caller: Caller,
    pub(super) session: SessionId,
    action: &'static str,
}

/// Somebody who has a link to a session, or came by one.
pub(super) struct Visiting {
    pub(super) visitor: Visitor,
    pub(super) caller: Option<Caller>,
    /// Of the page that asks; a program has none.
    pub(super) origin: Option<String>,
    /// Cancelled when the server is told to end.
    pub(super) drain: CancellationToken,
}

/// Somebody in an organisation.
pub(super) struct Within {
    pub(super) caller: Caller,
    pub(super) organisation: OrganisationId,
    action: &'static str,
}

impl Somebody {
    /// What is written down of what they do.
    pub(super) fn entry(&self, api: &Api) -> audit::Entry {
        api.team.note(&self.caller, self.action)
    }
}

impl Myself {
    pub(super) fn entry(&self, api: &Api) -> audit::Entry {
        self.who.entry(api)
    }

    pub(super) const fn caller(&self) -> &Caller {
        &self.who.caller
    }
}

impl Opened {
    pub(super) fn entry(&self, api: &Api) -> audit::Entry {
        api.team.note(&self.caller, self.action)
    }
}

impl Within {
    pub(super) fn entry(&self, api: &Api) -> audit::Entry {
        let organisation = Some(self.organisation);
        audit::Entry { organisation, ..api.team.note(&self.caller, self.action) }
    }
}

fn stranger(asked: &Asked) -> Stranger {
    let address = asked.peer.address;
    let device = asked.credential.as_ref().map(|token| token::hash(token.0.expose_secret()));
    let visitor = Visitor { address, client: asked.client(), device };
    Stranger { visitor, peer: asked.peer.clone() }
}

fn somebody(asked: &Asked) -> Result<Somebody, ApiError> {
    let caller = asked.caller.ok_or_else(|| {
        ApiError::new(ErrorCode::SignedOut, "Nobody is signed in.").next("Sign in.")
    })?;
    let (origin, stranger) = (asked.peer.origin(), stranger(asked));
    Ok(Somebody { caller, origin, stranger, action: asked.action })
}

fn within(team: &Team, asked: &Asked) -> Result<Within, ApiError> {
    let Somebody { caller, action, .. } = somebody(asked)?;
    let id = asked.param("organisation").and_then(|id| id.parse().ok());
    // What is no id at all is an organisation that does not exist.
    let id = id.unwrap_or_else(|| OrganisationId::from_bytes([0; 16]));
    organisation(&team.known.directory(), &caller, id)?;
    Ok(Within { caller, organisation: id, action })
}
