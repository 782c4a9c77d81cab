//! Providers that know who people are: signing in by them, linking them, and configuring them.

use super::{
    Answered, Api, Refusal,
    input::{At, Sent},
    open::{enter, let_in, signed_in},
    policy::{Myself, Somebody, Stranger},
    route::{Baked, Nothing, Told},
    wire,
};
use crate::team::{
    Welcome, not_found,
    passkeys::Page,
    providers::{Entered, Returned, Wanted, Whole},
};
use patchbay_model::{ApiError, LinkId, ProviderId, Secret};
use patchbay_team::entity::ProviderKind;
use std::sync::Arc;

pub(super) async fn ways(api: Arc<Api>, stranger: Stranger, (): ()) -> Answered<Told<wire::Ways>> {
    let directory = api.team.known.directory();
    let buttons =
        directory.providers().filter(|one| one.kind == ProviderKind::Oidc && !one.disabled);
    let providers = buttons.map(|one| wire::Way { id: one.id, name: one.name.clone() }).collect();
    let passkeys = Page::of(&stranger.peer.origin()).is_some();
    Ok(Told(wire::Ways { providers, passkeys }))
}

pub(super) async fn begin(
    api: Arc<Api>,
    stranger: Stranger,
    At(id): At<ProviderId>,
) -> Answered<Told<wire::OidcBegun>> {
    let (address, ticket) = api.team.begin_oidc(id, &stranger.peer.origin(), None).await?;
    Ok(Told(wire::OidcBegun { address, ticket }))
}

pub(super) async fn end(
    api: Arc<Api>,
    stranger: Stranger,
    Sent(asked): Sent<wire::OidcReturn>,
) -> Answered<Baked<Told<wire::Entered>>> {
    let (ticket, returned) = returned(asked);
    let entered = api.team.end_oidc(&ticket, returned, &stranger.visitor).await;
    match entered.map_err(Refusal::at_the_door)? {
        Entered::In(welcome) => entered_by(&api, &stranger, &welcome),
        Entered::Halfway(ticket) => {
            let halfway = wire::Entered { token: None, account: None, ticket: Some(ticket) };
            Ok(Baked(Told(halfway), Vec::new()))
        }
    }
}

fn returned(asked: wire::OidcReturn) -> (String, Returned) {
    let wire::OidcReturn { ticket, code, state, iss } = asked;
    (ticket, Returned { code: code.expose_secret().clone(), state, issuer: iss })
}

fn entered_by(
    api: &Api,
    stranger: &Stranger,
    welcome: &Welcome,
) -> Answered<Baked<Told<wire::Entered>>> {
    let account = Some(enter(api, stranger, welcome)?);
    let (token, cookies) = if stranger.peer.web {
        (None, let_in(&welcome.token))
    } else {
        (Some(welcome.token.expose_secret().clone()), Vec::new())
    };
    Ok(Baked(Told(wire::Entered { token, account, ticket: None }), cookies))
}

pub(super) async fn second(
    api: Arc<Api>,
    stranger: Stranger,
    Sent(asked): Sent<wire::SecondStep>,
) -> Answered<Baked<Told<wire::SignedIn>>> {
    let welcome = api.team.second_step(&asked.ticket, &asked.code, &stranger.visitor).await;
    signed_in(&api, &stranger, welcome.map_err(Refusal::at_the_door)?)
}

pub(super) async fn links(api: Arc<Api>, who: Somebody, (): ()) -> Answered<Told<wire::Links>> {
    let directory = api.team.known.directory();
    let open = directory.providers().filter(|one| !one.disabled);
    let providers = open.map(|one| wire::Linkable {
        id: one.id,
        name: one.name.clone(),
        directory: one.kind == ProviderKind::Ldap,
    });
    let links = api.links_of(who.caller.account);
    Ok(Told(wire::Links { links, providers: providers.collect() }))
}

pub(super) async fn begin_link(
    api: Arc<Api>,
    who: Myself,
    At(id): At<ProviderId>,
) -> Answered<Told<wire::OidcBegun>> {
    let (origin, account) = (&who.origin, who.caller().account);
    let (address, ticket) = api.team.begin_oidc(id, origin, Some(account)).await?;
    Ok(Told(wire::OidcBegun { address, ticket }))
}

pub(super) async fn end_link(
    api: Arc<Api>,
    who: Myself,
    Sent(asked): Sent<wire::OidcReturn>,
) -> Answered<Nothing> {
    let (ticket, returned) = returned(asked);
    api.team.link_oidc(who.caller(), &ticket, returned, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn link_directory(
    api: Arc<Api>,
    who: Myself,
    (At(id), Sent(asked)): (At<ProviderId>, Sent<wire::DirectoryProof>),
) -> Answered<Nothing> {
    let typed = (asked.name.as_str(), &asked.password);
    api.team.link_ldap(who.caller(), id, typed, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn unlink(api: Arc<Api>, who: Myself, At(id): At<LinkId>) -> Answered<Nothing> {
    api.team.unlink(who.caller(), id, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn list(
    api: Arc<Api>,
    _: Somebody,
    (): (),
) -> Answered<Told<Vec<wire::ProviderInfo>>> {
    let directory = api.team.known.directory();
    let all: Result<Vec<_>, ApiError> =
        directory.providers().map(|one| info(&api, one.id)).collect();
    Ok(Told(all?))
}

fn info(api: &Api, id: ProviderId) -> Result<wire::ProviderInfo, ApiError> {
    let directory = api.team.known.directory();
    let provider = directory.provider(id).ok_or_else(|| not_found("provider"))?;
    let Whole { settings, secret } = api.team.provider(id)?;
    Ok(wire::ProviderInfo {
        id,
        name: provider.name.clone(),
        disabled: provider.disabled,
        settings,
        has_secret: secret.is_some(),
        links: directory.count_links(id),
        created: provider.created,
    })
}

fn wanted(asked: wire::ProviderDraft) -> Wanted {
    let wire::ProviderDraft { name, disabled, settings, secret } = asked;
    Wanted { name, disabled, whole: Whole { settings, secret } }
}

pub(super) async fn create(
    api: Arc<Api>,
    who: Somebody,
    Sent(asked): Sent<wire::ProviderDraft>,
) -> Answered<Told<wire::ProviderInfo>> {
    let id = api.team.put_provider(&who.caller, None, wanted(asked), who.entry(&api)).await?;
    Ok(Told(info(&api, id)?))
}

pub(super) async fn change(
    api: Arc<Api>,
    who: Somebody,
    (At(id), Sent(asked)): (At<ProviderId>, Sent<wire::ProviderDraft>),
) -> Answered<Told<wire::ProviderInfo>> {
    let entry = who.entry(&api);
    let id = api.team.put_provider(&who.caller, Some(id), wanted(asked), entry).await?;
    Ok(Told(info(&api, id)?))
}

pub(super) async fn delete(
    api: Arc<Api>,
    who: Somebody,
    At(id): At<ProviderId>,
) -> Answered<Nothing> {
    api.team.delete_provider(&who.caller, id, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn attempt(
    api: Arc<Api>,
    who: Somebody,
    Sent(asked): Sent<wire::ProviderTrial>,
) -> Answered<Told<wire::TrialSaid>> {
    let wire::ProviderTrial { id, settings, secret, name, password } = asked;
    let password = password.unwrap_or_else(|| Secret::new(String::new()));
    let name = name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let typed = name.map(|name| (name, &password));
    let whole = Whole { settings, secret };
    let trial = api.team.try_provider(id, whole, &who.origin, typed).await?;
    Ok(Told(wire::TrialSaid { says: trial.says, problem: trial.problem }))
}
