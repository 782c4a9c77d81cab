//! Changes of what is kept about people. What depends on what is deleted goes by the tables' references, but for roles.

use super::doors;
use crate::connection::Connection;
use crate::revisions::ItemId;
use crate::value::Value;
use crate::{StoreError, items};
use patchbay_model::AccountId;
use patchbay_team::entity::{
    Account, ApiToken, Change, Grant, Group, Invitation, Organisation, RecoveryCode, Role, SignIn,
    Space, Subject,
};
use std::collections::BTreeSet;

/// Makes a change, and says which items went with it.
pub(crate) async fn write(
    on: &mut Connection<'_>,
    change: &Change,
) -> Result<Vec<ItemId>, StoreError> {
    match change {
        Change::PutAccount(account) => put_account(on, account).await?,
        Change::DeleteAccount(id) => {
            delete(on, "DELETE FROM accounts WHERE id = $1", id.as_bytes()).await?;
            return items::clear(on, Space::Personal(*id)).await;
        }
        Change::PutRecoveryCodes(account, codes) => put_codes(on, *account, codes).await?,
        Change::DeleteRecoveryCode(RecoveryCode { account, hash }) => {
            let sql = "DELETE FROM recovery_codes WHERE account = $1 AND hash = $2";
            on.run(sql, &[account.as_bytes().into(), hash.into()]).await?;
        }
        Change::PutSignIn(sign_in) => put_sign_in(on, sign_in).await?,
        Change::DeleteSignIn(id) => {
            delete(on, "DELETE FROM sign_ins WHERE id = $1", id.as_bytes()).await?;
        }
        Change::PutToken(token) => put_token(on, token).await?,
        Change::DeleteToken(id) => {
            delete(on, "DELETE FROM tokens WHERE id = $1", id.as_bytes()).await?;
        }
        Change::PutOrganisation(organisation) => put_organisation(on, organisation).await?,
        Change::DeleteOrganisation(id) => {
            delete(on, "DELETE FROM organisations WHERE id = $1", id.as_bytes()).await?;
            return items::clear(on, Space::Organisation(*id)).await;
        }
        Change::PutGroup(group) => put_group(on, group).await?,
        Change::DeleteGroup(id) => {
            delete(on, "DELETE FROM account_groups WHERE id = $1", id.as_bytes()).await?;
        }
        Change::PutRole(role) => put_role(on, role).await?,
        Change::DeleteRole(id) => {
            delete(on, "DELETE FROM grants WHERE role = $1", id.as_bytes()).await?;
            delete(on, "DELETE FROM invitations WHERE role = $1", id.as_bytes()).await?;
            delete(on, "DELETE FROM roles WHERE id = $1", id.as_bytes()).await?;
        }
        Change::PutGrant(grant) => put_grant(on, grant).await?,
        Change::DeleteGrant(id) => {
            delete(on, "DELETE FROM grants WHERE id = $1", id.as_bytes()).await?;
        }
        Change::PutInvitation(invitation) => put_invitation(on, invitation).await?,
        Change::DeleteInvitation(id) => {
            delete(on, "DELETE FROM invitations WHERE id = $1", id.as_bytes()).await?;
        }
        Change::PutHandoff(handoff) => doors::put_handoff(on, handoff).await?,
        Change::DeleteHandoff(id) => {
            delete(on, "DELETE FROM handoffs WHERE id = $1", id.as_bytes()).await?;
        }
        Change::PutProvider(provider) => doors::put_provider(on, provider).await?,
        Change::DeleteProvider(id) => {
            delete(on, "DELETE FROM providers WHERE id = $1", id.as_bytes()).await?;
        }
        Change::PutLink(link) => doors::put_link(on, link).await?,
        Change::DeleteLink(id) => {
            delete(on, "DELETE FROM links WHERE id = $1", id.as_bytes()).await?;
        }
        Change::PutPasskey(passkey) => doors::put_passkey(on, passkey).await?,
        Change::DeletePasskey(id) => {
            delete(on, "DELETE FROM passkeys WHERE id = $1", id.as_bytes()).await?;
        }
    }
    Ok(Vec::new())
}

async fn delete(
    on: &mut Connection<'_>,
    sql: &'static str,
    id: &[u8; 16],
) -> Result<(), StoreError> {
    on.run(sql, &[id.into()]).await.map(drop)
}

async fn put_account(on: &mut Connection<'_>, account: &Account) -> Result<(), StoreError> {
    let sql = "INSERT INTO accounts \
        (id, name, display, password, totp, totp_step, operator, suspended, created) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET \
        name = excluded.name, display = excluded.display, password = excluded.password, \
        totp = excluded.totp, totp_step = excluded.totp_step, operator = excluded.operator, \
        suspended = excluded.suspended, created = excluded.created";
    let values = [
        account.id.as_bytes().into(),
        (&account.name).into(),
        (&account.display).into(),
        account.password.as_deref().into(),
        account.totp.as_deref().into(),
        account.totp_step.into(),
        account.operator.into(),
        account.suspended.into(),
        account.created.0.into(),
    ];
    on.run(sql, &values).await.map(drop)
}

async fn put_codes(
    on: &mut Connection<'_>,
    account: AccountId,
    codes: &[RecoveryCode],
) -> Result<(), StoreError> {
    delete(on, "DELETE FROM recovery_codes WHERE account = $1", account.as_bytes()).await?;
    for code in codes {
        let sql = "INSERT INTO recovery_codes (account, hash) VALUES ($1, $2)";
        on.run(sql, &[account.as_bytes().into(), (&code.hash).into()]).await?;
    }
    Ok(())
}

async fn put_sign_in(on: &mut Connection<'_>, sign_in: &SignIn) -> Result<(), StoreError> {
    let sql = "INSERT INTO sign_ins \
        (id, account, hash, created, last_used, expires, address, client, acting) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET \
        account = excluded.account, hash = excluded.hash, created = excluded.created, \
        last_used = excluded.last_used, expires = excluded.expires, address = excluded.address, \
        client = excluded.client, acting = excluded.acting";
    let values = [
        sign_in.id.as_bytes().into(),
        sign_in.account.as_bytes().into(),
        (&sign_in.hash).into(),
        sign_in.created.0.into(),
        sign_in.last_used.0.into(),
        sign_in.expires.0.into(),
        (&sign_in.address).into(),
        (&sign_in.client).into(),
        optional(sign_in.acting.as_ref().map(|id| id.as_bytes())),
    ];
    on.run(sql, &values).await.map(drop)
}

async fn put_token(on: &mut Connection<'_>, token: &ApiToken) -> Result<(), StoreError> {
    let sql = "INSERT INTO tokens (id, account, name, hash, permissions, networks, created, \
        expires, last_used, last_address) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
        ON CONFLICT (id) DO UPDATE SET account = excluded.account, name = excluded.name, \
        hash = excluded.hash, permissions = excluded.permissions, networks = excluded.networks, \
        created = excluded.created, expires = excluded.expires, last_used = excluded.last_used, \
        last_address = excluded.last_address";
    let networks = serde_json::Value::from(token.networks.clone()).to_string();
    let values = [
        token.id.as_bytes().into(),
        token.account.as_bytes().into(),
        (&token.name).into(),
        (&token.hash).into(),
        token.permissions.bits().into(),
        (&networks).into(),
        token.created.0.into(),
        token.expires.map(|at| at.0).into(),
        token.last_used.map(|at| at.0).into(),
        token.last_address.as_deref().into(),
    ];
    on.run(sql, &values).await.map(drop)
}

async fn put_organisation(
    on: &mut Connection<'_>,
    organisation: &Organisation,
) -> Result<(), StoreError> {
    let id = organisation.id.as_bytes();
    let sql = "INSERT INTO organisations \
        (id, name, created, ask_reason, record, keep_days, keep_offline, direct) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, created = excluded.created, \
        ask_reason = excluded.ask_reason, record = excluded.record, \
        keep_days = excluded.keep_days, keep_offline = excluded.keep_offline, \
        direct = excluded.direct";
    let values = [
        id.into(),
        (&organisation.name).into(),
        organisation.created.0.into(),
        organisation.policy.ask_reason.into(),
        (organisation.policy.record as u8).into(),
        i64::from(organisation.policy.keep_days).into(),
        organisation.policy.keep_offline.into(),
        organisation.policy.direct.into(),
    ];
    on.run(sql, &values).await?;
    let members = Members {
        list: "SELECT account FROM organisation_members WHERE organisation = $1",
        add: "INSERT INTO organisation_members (organisation, account) VALUES ($1, $2)",
        remove: "DELETE FROM organisation_members WHERE organisation = $1 AND account = $2",
    };
    let removed = members.put(on, id, &organisation.members).await?;
    // Who is no member has nothing there.
    for account in &removed {
        let values = [id.into(), account.into()];
        let groups = "DELETE FROM group_members WHERE account = $2 AND member_of IN \
            (SELECT id FROM account_groups WHERE organisation = $1)";
        on.run(groups, &values).await?;
        on.run("DELETE FROM grants WHERE organisation = $1 AND account = $2", &values).await?;
        let links = "DELETE FROM invitations WHERE organisation = $1 AND made_by = $2";
        on.run(links, &values).await?;
    }
    Ok(())
}

/// The members of something.
struct Members {
    list: &'static str,
    add: &'static str,
    remove: &'static str,
}

impl Members {
    /// Makes them these, and says who is no longer among them.
    async fn put(
        &self,
        on: &mut Connection<'_>,
        of: &[u8; 16],
        members: &BTreeSet<AccountId>,
    ) -> Result<Vec<[u8; 16]>, StoreError> {
        let rows = on.rows(self.list, &[of.into()]).await?;
        let before = rows.iter().map(|row| row.exact(0)).collect::<Result<BTreeSet<_>, _>>()?;
        let after: BTreeSet<[u8; 16]> = members.iter().map(|id| *id.as_bytes()).collect();
        let removed: Vec<_> = before.difference(&after).copied().collect();
        for account in &removed {
            on.run(self.remove, &[of.into(), account.into()]).await?;
        }
        for account in after.difference(&before) {
            on.run(self.add, &[of.into(), account.into()]).await?;
        }
        Ok(removed)
    }
}

async fn put_group(on: &mut Connection<'_>, group: &Group) -> Result<(), StoreError> {
    let id = group.id.as_bytes();
    let sql = "INSERT INTO account_groups (id, organisation, name) VALUES ($1, $2, $3) \
        ON CONFLICT (id) DO UPDATE SET organisation = excluded.organisation, name = excluded.name";
    on.run(sql, &[id.into(), group.organisation.as_bytes().into(), (&group.name).into()]).await?;
    let members = Members {
        list: "SELECT account FROM group_members WHERE member_of = $1",
        add: "INSERT INTO group_members (member_of, account) VALUES ($1, $2)",
        remove: "DELETE FROM group_members WHERE member_of = $1 AND account = $2",
    };
    members.put(on, id, &group.members).await.map(drop)
}

async fn put_role(on: &mut Connection<'_>, role: &Role) -> Result<(), StoreError> {
    let sql = "INSERT INTO roles (id, organisation, name, permissions) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (id) DO UPDATE SET organisation = excluded.organisation, \
        name = excluded.name, permissions = excluded.permissions";
    let values = [
        role.id.as_bytes().into(),
        optional(role.organisation.as_ref().map(|id| id.as_bytes())),
        (&role.name).into(),
        role.permissions.bits().into(),
    ];
    on.run(sql, &values).await.map(drop)
}

async fn put_grant(on: &mut Connection<'_>, grant: &Grant) -> Result<(), StoreError> {
    let sql = "INSERT INTO grants (id, organisation, account, given_group, node, role, created) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET \
        organisation = excluded.organisation, account = excluded.account, \
        given_group = excluded.given_group, node = excluded.node, role = excluded.role, \
        created = excluded.created";
    let (account, group) = match &grant.subject {
        Subject::Account(id) => (Some(id.as_bytes()), None),
        Subject::Group(id) => (None, Some(id.as_bytes())),
        Subject::Everyone => (None, None),
    };
    let values = [
        grant.id.as_bytes().into(),
        grant.organisation.as_bytes().into(),
        optional(account),
        optional(group),
        optional(grant.node.as_ref().map(|id| id.as_bytes())),
        grant.role.as_bytes().into(),
        grant.created.0.into(),
    ];
    on.run(sql, &values).await.map(drop)
}

async fn put_invitation(
    on: &mut Connection<'_>,
    invitation: &Invitation,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO invitations (id, organisation, hash, role, made_by, expires) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET \
        organisation = excluded.organisation, hash = excluded.hash, role = excluded.role, \
        made_by = excluded.made_by, expires = excluded.expires";
    let values = [
        invitation.id.as_bytes().into(),
        optional(invitation.organisation.as_ref().map(|id| id.as_bytes())),
        (&invitation.hash).into(),
        optional(invitation.role.as_ref().map(|id| id.as_bytes())),
        optional(invitation.by.as_ref().map(|id| id.as_bytes())),
        invitation.expires.0.into(),
    ];
    on.run(sql, &values).await.map(drop)
}

fn optional(id: Option<&[u8; 16]>) -> Value<'_> {
    id.map(<[u8; 16]>::as_slice).into()
}
