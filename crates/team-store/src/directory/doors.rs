//! Further ways to sign in: programs that ask to be let in, providers, links to them, and passkeys.

use crate::StoreError;
use crate::connection::Connection;
use crate::value::Row;
use patchbay_model::{AccountId, HandoffId, LinkId, PasskeyId, ProviderId, Timestamp};
use patchbay_team::entity::{Answer, Change, Handoff, Link, Passkey, Provider, ProviderKind};

pub(super) const HANDOFFS: &str = "SELECT id, hash, code, address, client, created, expires, \
    denied, allowed FROM handoffs ORDER BY id";

pub(super) fn handoff(row: &Row) -> Result<Change, StoreError> {
    let allowed = row.exact_or_none(8)?.map(AccountId::from_bytes);
    let denied = row.flag(7)?;
    Ok(Change::PutHandoff(Handoff {
        id: HandoffId::from_bytes(row.exact(0)?),
        hash: row.exact(1)?,
        code: row.get(2)?,
        address: row.get(3)?,
        client: row.get(4)?,
        created: Timestamp(row.get(5)?),
        expires: Timestamp(row.get(6)?),
        answer: match allowed {
            _ if denied => Answer::Denied,
            Some(account) => Answer::Allowed(account),
            None => Answer::Waiting,
        },
    }))
}

pub(super) async fn put_handoff(
    on: &mut Connection<'_>,
    handoff: &Handoff,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO handoffs \
        (id, hash, code, address, client, created, expires, denied, allowed) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET \
        hash = excluded.hash, code = excluded.code, address = excluded.address, \
        client = excluded.client, created = excluded.created, expires = excluded.expires, \
        denied = excluded.denied, allowed = excluded.allowed";
    let allowed = match &handoff.answer {
        Answer::Allowed(account) => Some(account.as_bytes().as_slice()),
        Answer::Waiting | Answer::Denied => None,
    };
    let values = [
        handoff.id.as_bytes().into(),
        (&handoff.hash).into(),
        (&handoff.code).into(),
        (&handoff.address).into(),
        (&handoff.client).into(),
        handoff.created.0.into(),
        handoff.expires.0.into(),
        (handoff.answer == Answer::Denied).into(),
        allowed.into(),
    ];
    on.run(sql, &values).await.map(drop)
}

pub(super) const PROVIDERS: &str =
    "SELECT id, kind, name, settings, disabled, created FROM providers ORDER BY id";

pub(super) fn provider(row: &Row) -> Result<Change, StoreError> {
    let kind: u8 = row.small(1)?;
    Ok(Change::PutProvider(Provider {
        id: ProviderId::from_bytes(row.exact(0)?),
        kind: match kind {
            1 => ProviderKind::Oidc,
            2 => ProviderKind::Ldap,
            _ => return Err(StoreError::Damaged("the kind of a provider is none".to_owned())),
        },
        name: row.get(2)?,
        settings: row.get(3)?,
        disabled: row.flag(4)?,
        created: Timestamp(row.get(5)?),
    }))
}

pub(super) async fn put_provider(
    on: &mut Connection<'_>,
    provider: &Provider,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO providers (id, kind, name, settings, disabled, created) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET \
        kind = excluded.kind, name = excluded.name, settings = excluded.settings, \
        disabled = excluded.disabled, created = excluded.created";
    let kind: u8 = match provider.kind {
        ProviderKind::Oidc => 1,
        ProviderKind::Ldap => 2,
    };
    let values = [
        provider.id.as_bytes().into(),
        kind.into(),
        (&provider.name).into(),
        provider.settings.as_slice().into(),
        provider.disabled.into(),
        provider.created.0.into(),
    ];
    on.run(sql, &values).await.map(drop)
}

pub(super) const LINKS: &str =
    "SELECT id, account, provider, subject, label, created FROM links ORDER BY id";

pub(super) fn link(row: &Row) -> Result<Change, StoreError> {
    Ok(Change::PutLink(Link {
        id: LinkId::from_bytes(row.exact(0)?),
        account: AccountId::from_bytes(row.exact(1)?),
        provider: ProviderId::from_bytes(row.exact(2)?),
        subject: row.get(3)?,
        label: row.get(4)?,
        created: Timestamp(row.get(5)?),
    }))
}

pub(super) async fn put_link(on: &mut Connection<'_>, link: &Link) -> Result<(), StoreError> {
    let sql = "INSERT INTO links (id, account, provider, subject, label, created) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET \
        account = excluded.account, provider = excluded.provider, subject = excluded.subject, \
        label = excluded.label, created = excluded.created";
    let values = [
        link.id.as_bytes().into(),
        link.account.as_bytes().into(),
        link.provider.as_bytes().into(),
        (&link.subject).into(),
        (&link.label).into(),
        link.created.0.into(),
    ];
    on.run(sql, &values).await.map(drop)
}

pub(super) const PASSKEYS: &str = "SELECT id, account, name, credential, public_key, counter, \
    challenge, created, last_used FROM passkeys ORDER BY id";

pub(super) fn passkey(row: &Row) -> Result<Change, StoreError> {
    Ok(Change::PutPasskey(Passkey {
        id: PasskeyId::from_bytes(row.exact(0)?),
        account: AccountId::from_bytes(row.exact(1)?),
        name: row.get(2)?,
        credential: row.get(3)?,
        key: row.get(4)?,
        counter: row.get(5)?,
        challenge: Timestamp(row.get(6)?),
        created: Timestamp(row.get(7)?),
        last_used: row.get::<Option<i64>>(8)?.map(Timestamp),
    }))
}

pub(super) async fn put_passkey(
    on: &mut Connection<'_>,
    passkey: &Passkey,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO passkeys (id, account, name, credential, public_key, counter, \
        challenge, created, last_used) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
        ON CONFLICT (id) DO UPDATE SET account = excluded.account, name = excluded.name, \
        credential = excluded.credential, public_key = excluded.public_key, \
        counter = excluded.counter, challenge = excluded.challenge, \
        created = excluded.created, last_used = excluded.last_used";
    let values = [
        passkey.id.as_bytes().into(),
        passkey.account.as_bytes().into(),
        (&passkey.name).into(),
        passkey.credential.as_slice().into(),
        passkey.key.as_slice().into(),
        passkey.counter.into(),
        passkey.challenge.0.into(),
        passkey.created.0.into(),
        passkey.last_used.map(|at| at.0).into(),
    ];
    on.run(sql, &values).await.map(drop)
}
