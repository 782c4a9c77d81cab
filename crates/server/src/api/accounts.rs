//! Accounts, for those who run the server.

use super::{
    Answered, Api,
    input::{At, Sent},
    policy::{Somebody, Stranger},
    route::{Baked, Nothing, Told},
    wire,
};
use crate::{
    Acting, Caller, Proof,
    http::{acting_cookie, forget_acting_cookie},
    team::{Asking, not_found},
};
use patchbay_model::{AccountId, LinkId, PasskeyId};
use std::sync::Arc;

pub(super) async fn list(
    api: Arc<Api>,
    _: Somebody,
    (): (),
) -> Answered<Told<Vec<wire::AccountInfo>>> {
    let directory = api.team.known.directory();
    let mut accounts: Vec<_> =
        directory.accounts().map(|account| api.account_info(account)).collect();
    accounts.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Told(accounts))
}

pub(super) async fn change(
    api: Arc<Api>,
    who: Somebody,
    (At(id), Sent(asked)): (At<AccountId>, Sent<wire::AccountChange>),
) -> Answered<Told<wire::AccountInfo>> {
    let wanted = (asked.operator, asked.suspended);
    api.team.set_account(&who.caller, id, wanted, who.entry(&api)).await?;
    let directory = api.team.known.directory();
    let account = directory.account(id).ok_or_else(|| not_found("account"))?;
    Ok(Told(api.account_info(account)))
}

pub(super) async fn reset_password(
    api: Arc<Api>,
    who: Somebody,
    (At(id), Sent(asked)): (At<AccountId>, Sent<wire::GivenPassword>),
) -> Answered<Nothing> {
    api.team.reset_password(&who.caller, id, &asked.password, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn reset_totp(
    api: Arc<Api>,
    who: Somebody,
    At(id): At<AccountId>,
) -> Answered<Nothing> {
    api.team.reset_totp(&who.caller, id, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn act_as(
    api: Arc<Api>,
    who: Somebody,
    (At(id), Sent(asked)): (At<AccountId>, Sent<wire::ActAs>),
) -> Answered<Baked<Told<wire::SignedIn>>> {
    let wire::ActAs { reason, password, code } = asked;
    let asking = Asking { reason, password: password.unwrap_or_default(), code };
    let (visitor, entry) = (&who.stranger.visitor, who.entry(&api));
    let welcome = api.team.act_as(&who.caller, id, &asking, visitor, entry).await?;
    let acting = Acting { sign_in: welcome.sign_in, operator: who.caller.account };
    let proof = Proof::Acting(acting);
    let account = api.me(&Caller { account: welcome.account, proof, ..who.caller })?;
    if who.stranger.peer.web {
        let cookie = acting_cookie(&welcome.token);
        return Ok(Baked(Told(wire::SignedIn { token: None, account }), vec![cookie]));
    }
    let token = Some(welcome.token.expose_secret().clone());
    Ok(Baked(Told(wire::SignedIn { token, account }), Vec::new()))
}

pub(super) async fn end_acting(
    api: Arc<Api>,
    stranger: Stranger,
    (): (),
) -> Answered<Baked<Nothing>> {
    if let Some(hash) = &stranger.visitor.device {
        api.team.end_acting(hash, &stranger.visitor).await?;
    }
    Ok(Baked(Nothing, vec![forget_acting_cookie()]))
}

pub(super) async fn ways(
    api: Arc<Api>,
    _: Somebody,
    At(id): At<AccountId>,
) -> Answered<Told<wire::AccountWays>> {
    let directory = api.team.known.directory();
    let account = directory.account(id).ok_or_else(|| not_found("account"))?;
    Ok(Told(wire::AccountWays {
        password: account.password.is_some(),
        links: api.links_of(id),
        passkeys: api.passkeys_of(id),
    }))
}

pub(super) async fn remove_link(
    api: Arc<Api>,
    who: Somebody,
    (At(id), At(link)): (At<AccountId>, At<LinkId>),
) -> Answered<Nothing> {
    api.team.remove_link(&who.caller, id, link, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn remove_passkey(
    api: Arc<Api>,
    who: Somebody,
    (At(id), At(passkey)): (At<AccountId>, At<PasskeyId>),
) -> Answered<Nothing> {
    api.team.remove_passkey_of(&who.caller, id, passkey, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn delete(
    api: Arc<Api>,
    who: Somebody,
    At(id): At<AccountId>,
) -> Answered<Nothing> {
    api.team.delete_account(&who.caller, id, who.entry(&api)).await?;
    Ok(Nothing)
}
