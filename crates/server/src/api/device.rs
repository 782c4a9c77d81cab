//! Programs without a browser, and the people who let them in.

use super::{
    Answered, Api,
    input::Sent,
    open::enter,
    policy::{Myself, Stranger},
    route::{Nothing, Told},
    wire,
};
use crate::team::{HANDOFF_LASTS, INTERVAL, Polled, Visitor};
use std::sync::Arc;

pub(super) async fn begin(
    api: Arc<Api>,
    stranger: Stranger,
    Sent(asked): Sent<wire::DeviceBegin>,
) -> Answered<Told<wire::DeviceBegun>> {
    let called = asked.client.map(|client| client.trim().to_owned());
    let client = called.filter(|client| !client.is_empty()).unwrap_or(stranger.visitor.client);
    let begun = api.team.begin_handoff(&Visitor { client, ..stranger.visitor }).await?;
    Ok(Told(wire::DeviceBegun {
        device_code: begun.secret.expose_secret().clone(),
        // By the name that the program has for this server; others were refused before.
        link: format!("{}/device#{}", stranger.peer.origin(), begun.code),
        user_code: begun.code,
        expires: begun.expires,
        expires_in: u32::try_from(HANDOFF_LASTS / 1_000).unwrap_or(u32::MAX),
        interval: INTERVAL,
    }))
}

pub(super) async fn poll(
    api: Arc<Api>,
    stranger: Stranger,
    Sent(asked): Sent<wire::DevicePoll>,
) -> Answered<Told<wire::DevicePolled>> {
    let secret = asked.device_code.expose_secret();
    let told = |state| wire::DevicePolled { state, token: None, account: None };
    Ok(Told(match api.team.poll_handoff(secret, &stranger.visitor).await? {
        Polled::Waiting => told(wire::DeviceState::Waiting),
        Polled::Denied => told(wire::DeviceState::Denied),
        Polled::In(welcome) => wire::DevicePolled {
            state: wire::DeviceState::SignedIn,
            token: Some(welcome.token.expose_secret().clone()),
            account: Some(enter(&api, &stranger, &welcome)?),
        },
    }))
}

pub(super) async fn withdraw(
    api: Arc<Api>,
    _: Stranger,
    Sent(asked): Sent<wire::DevicePoll>,
) -> Answered<Nothing> {
    api.team.withdraw_handoff(asked.device_code.expose_secret()).await?;
    Ok(Nothing)
}

pub(super) async fn look(
    api: Arc<Api>,
    who: Myself,
    Sent(asked): Sent<wire::UserCode>,
) -> Answered<Told<wire::DeviceLook>> {
    let entry = who.entry(&api);
    let found = api.team.look_at_handoff(who.caller(), &asked.user_code, entry).await?;
    Ok(Told(wire::DeviceLook {
        user_code: found.code,
        client: found.client,
        same_address: found.address == who.caller().address.to_string(),
        address: found.address,
        created: found.created,
        expires: found.expires,
    }))
}

pub(super) async fn answer(
    api: Arc<Api>,
    who: Myself,
    Sent(asked): Sent<wire::DeviceAnswer>,
) -> Answered<Nothing> {
    let (code, entry) = (&asked.user_code, who.entry(&api));
    api.team.answer_handoff(who.caller(), code, asked.allow, entry).await?;
    Ok(Nothing)
}
