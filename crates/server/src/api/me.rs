//! The person who is signed in, and their own account.

use super::{
    Answered, Api,
    input::Sent,
    policy::{Myself, Somebody},
    route::{Baked, Nothing, Told},
    wire,
};
use crate::http::forget_cookie;
use patchbay_model::Secret;
use patchbay_team_store::Node;
use std::sync::Arc;

pub(super) async fn look(api: Arc<Api>, who: Somebody, (): ()) -> Answered<Told<wire::Me>> {
    Ok(Told(api.me(&who.caller)?))
}

pub(super) async fn nodes(api: Arc<Api>, _: Somebody, (): ()) -> Answered<Told<Vec<wire::Node>>> {
    let nodes = api.team.nodes().await?.into_iter();
    Ok(Told(nodes.map(|Node { url, fingerprint }| wire::Node { url, fingerprint }).collect()))
}

pub(super) async fn sign_out(api: Arc<Api>, who: Myself, (): ()) -> Answered<Baked<Nothing>> {
    api.team.sign_out(who.caller(), who.sign_in).await?;
    Ok(Baked(Nothing, vec![forget_cookie()]))
}

pub(super) async fn rename(
    api: Arc<Api>,
    who: Myself,
    Sent(asked): Sent<wire::Display>,
) -> Answered<Told<wire::Me>> {
    api.team.set_display(who.caller(), &asked.display, who.entry(&api)).await?;
    Ok(Told(api.me(who.caller())?))
}

pub(super) async fn join(
    api: Arc<Api>,
    who: Myself,
    Sent(asked): Sent<wire::Link>,
) -> Answered<Told<wire::Me>> {
    api.team.join_with(who.caller(), asked.token.expose_secret()).await?;
    Ok(Told(api.me(who.caller())?))
}

pub(super) async fn change_password(
    api: Arc<Api>,
    who: Myself,
    Sent(asked): Sent<wire::NewPassword>,
) -> Answered<Told<wire::Ended>> {
    let entry = who.entry(&api);
    let both = (&asked.current, &asked.new);
    let ended = api.team.change_password(who.caller(), who.sign_in, both, entry).await?;
    Ok(Told(wire::Ended { ended }))
}

pub(super) async fn begin_totp(api: Arc<Api>, who: Myself, (): ()) -> Answered<Told<wire::Totp>> {
    let key = api.team.begin_totp(who.caller()).await?;
    let name = api.me(who.caller())?.name;
    Ok(Told(wire::Totp {
        uri: key.uri(&api.name, &name).expose_secret().clone(),
        secret: key.text().expose_secret().clone(),
    }))
}

pub(super) async fn confirm_totp(
    api: Arc<Api>,
    who: Myself,
    Sent(asked): Sent<wire::Code>,
) -> Answered<Told<wire::RecoveryCodes>> {
    let codes = api.team.confirm_totp(who.caller(), &asked.code, who.entry(&api)).await?;
    Ok(Told(shown(&codes)))
}

pub(super) async fn end_totp(
    api: Arc<Api>,
    who: Myself,
    Sent(asked): Sent<wire::Code>,
) -> Answered<Nothing> {
    api.team.end_totp(who.caller(), &asked.code, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn renew_recovery_codes(
    api: Arc<Api>,
    who: Myself,
    Sent(asked): Sent<wire::Code>,
) -> Answered<Told<wire::RecoveryCodes>> {
    let entry = who.entry(&api);
    let codes = api.team.renew_recovery_codes(who.caller(), &asked.code, entry).await?;
    Ok(Told(shown(&codes)))
}

fn shown(codes: &[Secret<String>]) -> wire::RecoveryCodes {
    let recovery_codes = codes.iter().map(|code| code.expose_secret().clone()).collect();
    wire::RecoveryCodes { recovery_codes }
}
