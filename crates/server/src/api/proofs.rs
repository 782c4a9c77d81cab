//! What proves who somebody is: sign-ins and tokens.

use super::{
    Answered, Api,
    input::{At, Sent},
    policy::{Myself, Somebody},
    route::{Baked, Nothing, Told},
    wire,
};
use crate::{http::forget_cookie, team::NewToken};
use patchbay_model::{SignInId, TokenId};
use std::sync::Arc;

pub(super) async fn sign_ins(
    api: Arc<Api>,
    who: Somebody,
    (): (),
) -> Answered<Told<Vec<wire::SignInInfo>>> {
    let (directory, now) = (api.team.known.directory(), api.team.now());
    let own = directory.sign_ins_of(who.caller.account);
    let good = own.filter(|one| directory.stands(one, now));
    let mut list: Vec<_> = good.map(|one| api.sign_in_info(one, who.caller.proof)).collect();
    list.sort_by_key(|one| std::cmp::Reverse((one.last_used, one.created, one.id)));
    Ok(Told(list))
}

pub(super) async fn end_sign_in(
    api: Arc<Api>,
    who: Myself,
    At(id): At<SignInId>,
) -> Answered<Baked<Nothing>> {
    api.team.sign_out(who.caller(), id).await?;
    Ok(Baked(Nothing, (id == who.sign_in).then(forget_cookie).into_iter().collect()))
}

pub(super) async fn end_other_sign_ins(
    api: Arc<Api>,
    who: Myself,
    (): (),
) -> Answered<Told<wire::Ended>> {
    let entry = who.entry(&api);
    let ended = api.team.end_other_sign_ins(who.caller(), who.sign_in, entry).await?;
    Ok(Told(wire::Ended { ended }))
}

pub(super) async fn tokens(
    api: Arc<Api>,
    who: Somebody,
    (): (),
) -> Answered<Told<Vec<wire::ApiTokenInfo>>> {
    let directory = api.team.known.directory();
    let tokens = directory.tokens_of(who.caller.account);
    Ok(Told(tokens.map(|one| api.token_info(one)).collect()))
}

pub(super) async fn create_token(
    api: Arc<Api>,
    who: Myself,
    Sent(asked): Sent<wire::WantedToken>,
) -> Answered<Told<wire::NewApiToken>> {
    let wire::WantedToken { name, permissions, networks, expires } = asked;
    let wanted = NewToken { name, permissions, networks, expires };
    let (token, kept) = api.team.create_token(who.caller(), &wanted, who.entry(&api)).await?;
    let token = token.expose_secret().clone();
    Ok(Told(wire::NewApiToken { token, info: api.token_info(&kept) }))
}

pub(super) async fn delete_token(
    api: Arc<Api>,
    who: Myself,
    At(id): At<TokenId>,
) -> Answered<Nothing> {
    api.team.revoke_token(who.caller(), id).await?;
    Ok(Nothing)
}
