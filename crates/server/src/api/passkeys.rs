//! Passkeys: making them, signing in by them, and what people call them.

use super::{
    Answered, Api, Refusal,
    input::{At, Sent},
    open::signed_in,
    policy::{Myself, Somebody, Stranger},
    route::{Baked, Nothing, Told},
    wire,
};
use crate::team::{
    not_found,
    passkeys::{DEVICE_WITHIN, Page, Signed},
};
use data_encoding::BASE64URL_NOPAD;
use patchbay_model::PasskeyId;
use patchbay_team::passkey::ALGORITHMS;
use std::sync::Arc;

pub(super) async fn list(
    api: Arc<Api>,
    who: Somebody,
    (): (),
) -> Answered<Told<Vec<wire::PasskeyInfo>>> {
    Ok(Told(api.passkeys_of(who.caller.account)))
}

pub(super) async fn begin(api: Arc<Api>, who: Myself, (): ()) -> Answered<Told<wire::PasskeyMake>> {
    let page = Page::needed(&who.origin)?;
    let begun = api.team.challenge(Some(who.caller().account))?;
    let directory = api.team.known.directory();
    let account = directory.account(who.caller().account).ok_or_else(|| not_found("account"))?;
    let have = directory.passkeys_of(account.id);
    Ok(Told(wire::PasskeyMake {
        ticket: begun.ticket,
        challenge: begun.challenge,
        rp_id: page.server,
        rp_name: format!("Patchbay, {}", api.name),
        user_id: BASE64URL_NOPAD.encode(account.id.as_bytes()),
        user_name: account.name.clone(),
        user_display: account.display.clone(),
        algorithms: ALGORITHMS.to_vec(),
        have: have.map(|one| BASE64URL_NOPAD.encode(&one.credential)).collect(),
        timeout: DEVICE_WITHIN,
    }))
}

pub(super) async fn add(
    api: Arc<Api>,
    who: Myself,
    Sent(asked): Sent<wire::PasskeyMade>,
) -> Answered<Nothing> {
    let page = Page::needed(&who.origin)?;
    let wire::PasskeyMade { ticket, name, client_data, attestation } = asked;
    let (caller, entry) = (who.caller(), who.entry(&api));
    let made = (&*client_data.0, &*attestation.0);
    api.team.add_passkey(caller, &page, (&ticket, &name), made, entry).await?;
    Ok(Nothing)
}

pub(super) async fn rename(
    api: Arc<Api>,
    who: Myself,
    (At(id), Sent(asked)): (At<PasskeyId>, Sent<wire::PasskeyName>),
) -> Answered<Nothing> {
    api.team.rename_passkey(who.caller(), id, &asked.name, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn remove(api: Arc<Api>, who: Myself, At(id): At<PasskeyId>) -> Answered<Nothing> {
    api.team.remove_passkey(who.caller(), id, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn ask(
    api: Arc<Api>,
    stranger: Stranger,
    (): (),
) -> Answered<Told<wire::PasskeyAsk>> {
    let page = Page::needed(&stranger.peer.origin())?;
    let begun = api.team.challenge(None)?;
    let (ticket, challenge) = (begun.ticket, begun.challenge);
    Ok(Told(wire::PasskeyAsk { ticket, challenge, rp_id: page.server, timeout: DEVICE_WITHIN }))
}

pub(super) async fn sign_in(
    api: Arc<Api>,
    stranger: Stranger,
    Sent(asked): Sent<wire::PasskeySigned>,
) -> Answered<Baked<Told<wire::SignedIn>>> {
    let page = Page::needed(&stranger.peer.origin())?;
    let signed = Signed {
        ticket: asked.ticket,
        credential: asked.credential.0,
        client: asked.client_data.0,
        data: asked.authenticator_data.0,
        signature: asked.signature.0,
        user: asked.user.map(|user| user.0),
    };
    let welcome = api.team.sign_in_by_passkey(&page, &signed, &stranger.visitor).await;
    signed_in(&api, &stranger, welcome.map_err(Refusal::at_the_door)?)
}
