//! Without a sign-in: what the server is, coming in.

use super::{
    Answered, Api, Refusal,
    input::{At, Sent},
    openapi,
    policy::Stranger,
    route::{Baked, Told},
    wire,
};
use crate::{
    Caller, Peer, Proof,
    http::{forget_acting_cookie, token_cookie},
    team::{Credentials, Newcomer, SIGN_IN_LASTS, Welcome},
};
use axum::http::HeaderValue;
use patchbay_model::{ApiError, OrganisationId, Secret};
use patchbay_team::entity::{Change, Organisation, Policy};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// The most characters of a password that are judged.
const JUDGED: usize = 200;

pub(super) async fn info(api: Arc<Api>, _: Stranger, (): ()) -> Answered<Told<wire::ServerInfo>> {
    Ok(Told(wire::ServerInfo {
        name: api.name.clone(),
        version: env!("CARGO_PKG_VERSION"),
        set_up: api.team.known.directory().accounts().next().is_some(),
        fingerprint: api.fingerprint.clone(),
    }))
}

pub(super) async fn document(
    _: Arc<Api>,
    _: Stranger,
    (): (),
) -> Answered<Told<serde_json::Value>> {
    Ok(Told(openapi::document().clone()))
}

pub(super) async fn judge(
    api: Arc<Api>,
    _: Stranger,
    Sent(asked): Sent<wire::ToJudge>,
) -> Answered<Told<wire::PassphraseStrength>> {
    Ok(Told(api.team.judge(asked.password.expose_secret(), &asked.name, JUDGED).into()))
}

impl From<patchbay_model::PassphraseStrength> for wire::PassphraseStrength {
    fn from(judged: patchbay_model::PassphraseStrength) -> Self {
        let patchbay_model::PassphraseStrength { score, bits, label, guess_time, hint } = judged;
        Self { score, bits, label, guess_time, hint }
    }
}

pub(super) async fn set_up(
    api: Arc<Api>,
    stranger: Stranger,
    Sent(asked): Sent<wire::SetUp>,
) -> Answered<Baked<Told<wire::SignedIn>>> {
    let wire::SetUp { token, name, display, password, organisation } = asked;
    let token = token.expose_secret();
    // Who has no link learns nothing of names that are taken.
    api.team.invitation(token)?;
    check_organisation(&api, &organisation)?;
    let newcomer = Newcomer { name, display, password };
    let welcome = api.team.set_up(token, newcomer, &organisation, &stranger.visitor).await?;
    signed_in(&api, &stranger, welcome)
}

/// What is wrong with the name of the organisation is not said of the name of the person.
fn check_organisation(api: &Api, name: &str) -> Result<(), ApiError> {
    let id = OrganisationId::new();
    let name = name.trim().to_owned();
    let organisation = Organisation {
        id,
        name,
        members: BTreeSet::new(),
        created: api.team.now(),
        policy: Policy::default(),
    };
    let checked = api.team.known.directory().check(&Change::PutOrganisation(organisation));
    checked.map_err(|error| error.api_error().on("organisation"))
}

pub(super) async fn sign_in(
    api: Arc<Api>,
    stranger: Stranger,
    Sent(asked): Sent<wire::SignIn>,
) -> Answered<Baked<Told<wire::SignedIn>>> {
    let wire::SignIn { name, password, code } = asked;
    let shown = Credentials { name, password, code };
    let welcome = api.team.sign_in(shown, &stranger.visitor).await;
    signed_in(&api, &stranger, welcome.map_err(Refusal::at_the_door)?)
}

pub(super) async fn join(
    api: Arc<Api>,
    stranger: Stranger,
    Sent(asked): Sent<wire::Join>,
) -> Answered<Baked<Told<wire::SignedIn>>> {
    let wire::Join { token, name, display, password } = asked;
    let newcomer = Newcomer { name, display, password };
    let welcome = api.team.join(token.expose_secret(), newcomer, &stranger.visitor).await?;
    signed_in(&api, &stranger, welcome)
}

pub(super) async fn invitation(
    api: Arc<Api>,
    _: Stranger,
    At(token): At<String>,
) -> Answered<Told<wire::InvitationLook>> {
    let found = api.team.invitation(&token)?;
    let directory = api.team.known.directory();
    let organisation = found.organisation.and_then(|id| directory.organisation(id));
    let by = found.by.and_then(|id| directory.account(id));
    let role = found.role.and_then(|id| directory.role(id));
    Ok(Told(wire::InvitationLook {
        organisation: organisation.map(|one| one.name.clone()),
        by: by.map(|one| one.display.clone()),
        role: role.map(|one| one.name.clone()),
        expires: found.expires,
    }))
}

/// What somebody who was let in is told of themselves.
pub(super) fn enter(
    api: &Api,
    stranger: &Stranger,
    welcome: &Welcome,
) -> Result<wire::Me, ApiError> {
    let Peer { address, request, .. } = stranger.peer;
    let proof = Proof::SignIn(welcome.sign_in);
    api.me(&Caller { account: welcome.account, proof, address, request })
}

/// The cookies of somebody who was let in, and is themselves from then on.
pub(super) fn let_in(token: &Secret<String>) -> Vec<HeaderValue> {
    let lasts = Duration::from_millis(SIGN_IN_LASTS.unsigned_abs());
    vec![token_cookie(token, lasts), forget_acting_cookie()]
}

pub(super) fn signed_in(
    api: &Api,
    stranger: &Stranger,
    welcome: Welcome,
) -> Answered<Baked<Told<wire::SignedIn>>> {
    let account = enter(api, stranger, &welcome)?;
    let token = welcome.token;
    if stranger.peer.web {
        return Ok(Baked(Told(wire::SignedIn { token: None, account }), let_in(&token)));
    }
    let token = Some(token.expose_secret().clone());
    Ok(Baked(Told(wire::SignedIn { token, account }), Vec::new()))
}
