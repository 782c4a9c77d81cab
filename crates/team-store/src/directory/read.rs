//! Everything that is kept about people, as the changes that make it out of nothing.

use super::doors;
use crate::StoreError;
use crate::connection::Connection;
use crate::value::Row;
use patchbay_model::{
    AccountId, GrantId, GroupId, InvitationId, NodeId, OrganisationId, RoleId, SignInId, Timestamp,
    TokenId,
};
use patchbay_team::entity::{
    Account, ApiToken, Change, Grant, Group, Invitation, Organisation, Policy, Record,
    RecoveryCode, Role, SignIn, Subject,
};
use patchbay_team::permission::Permissions;
use std::collections::{BTreeMap, BTreeSet};

type Id = [u8; 16];

/// In an order in which each refers to what came before.
pub(crate) async fn all(on: &mut Connection<'_>) -> Result<Vec<Change>, StoreError> {
    let mut all = accounts(on).await?;
    all.extend(recovery_codes(on).await?);
    all.extend(organisations(on).await?);
    all.extend(groups(on).await?);
    all.extend(each(on, ROLES, role).await?);
    all.extend(each(on, GRANTS, grant).await?);
    all.extend(each(on, INVITATIONS, invitation).await?);
    all.extend(each(on, SIGN_INS, sign_in).await?);
    all.extend(each(on, TOKENS, token).await?);
    all.extend(each(on, doors::HANDOFFS, doors::handoff).await?);
    all.extend(each(on, doors::PROVIDERS, doors::provider).await?);
    all.extend(each(on, doors::LINKS, doors::link).await?);
    all.extend(each(on, doors::PASSKEYS, doors::passkey).await?);
    Ok(all)
}

async fn each(
    on: &mut Connection<'_>,
    sql: &'static str,
    read: fn(&Row) -> Result<Change, StoreError>,
) -> Result<Vec<Change>, StoreError> {
    on.rows(sql, &[]).await?.iter().map(read).collect()
}

async fn accounts(on: &mut Connection<'_>) -> Result<Vec<Change>, StoreError> {
    let sql = "SELECT id, name, display, password, totp, totp_step, operator, suspended, created \
        FROM accounts ORDER BY id";
    each(on, sql, |row| {
        Ok(Change::PutAccount(Account {
            id: AccountId::from_bytes(row.exact(0)?),
            name: row.get(1)?,
            display: row.get(2)?,
            password: row.get(3)?,
            totp: row.get(4)?,
            totp_step: row.get(5)?,
            operator: row.flag(6)?,
            suspended: row.flag(7)?,
            created: Timestamp(row.get(8)?),
        }))
    })
    .await
}

async fn recovery_codes(on: &mut Connection<'_>) -> Result<Vec<Change>, StoreError> {
    let sql = "SELECT account, hash FROM recovery_codes ORDER BY account, hash";
    let mut codes: BTreeMap<AccountId, Vec<RecoveryCode>> = BTreeMap::new();
    for row in on.rows(sql, &[]).await? {
        let account = AccountId::from_bytes(row.exact(0)?);
        codes.entry(account).or_default().push(RecoveryCode { account, hash: row.exact(1)? });
    }
    Ok(codes.into_iter().map(|(account, codes)| Change::PutRecoveryCodes(account, codes)).collect())
}

/// Who belongs to what.
async fn members(
    on: &mut Connection<'_>,
    sql: &'static str,
) -> Result<BTreeMap<Id, BTreeSet<AccountId>>, StoreError> {
    let mut members: BTreeMap<Id, BTreeSet<AccountId>> = BTreeMap::new();
    for row in on.rows(sql, &[]).await? {
        members.entry(row.exact(0)?).or_default().insert(AccountId::from_bytes(row.exact(1)?));
    }
    Ok(members)
}

async fn organisations(on: &mut Connection<'_>) -> Result<Vec<Change>, StoreError> {
    let sql = "SELECT organisation, account FROM organisation_members";
    let mut members = members(on, sql).await?;
    let sql = "SELECT id, name, created, ask_reason, record, keep_days, keep_offline, direct \
        FROM organisations ORDER BY id";
    let rows = on.rows(sql, &[]).await?;
    let read = |row: &Row| {
        let id: Id = row.exact(0)?;
        Ok(Change::PutOrganisation(Organisation {
            id: OrganisationId::from_bytes(id),
            name: row.get(1)?,
            members: members.remove(&id).unwrap_or_default(),
            created: Timestamp(row.get(2)?),
            policy: policy(row)?,
        }))
    };
    rows.iter().map(read).collect()
}

fn policy(row: &Row) -> Result<Policy, StoreError> {
    let unknown = || StoreError::Damaged("the rules of an organisation cannot be read".to_owned());
    Ok(Policy {
        ask_reason: row.small(3)?,
        record: Record::from_number(row.small(4)?).ok_or_else(unknown)?,
        keep_days: u16::try_from(row.get::<i64>(5)?).map_err(|_| unknown())?,
        keep_offline: row.flag(6)?,
        direct: row.flag(7)?,
    })
}

async fn groups(on: &mut Connection<'_>) -> Result<Vec<Change>, StoreError> {
    let mut members = members(on, "SELECT member_of, account FROM group_members").await?;
    let sql = "SELECT id, organisation, name FROM account_groups ORDER BY id";
    let rows = on.rows(sql, &[]).await?;
    let read = |row: &Row| {
        let id: Id = row.exact(0)?;
        Ok(Change::PutGroup(Group {
            id: GroupId::from_bytes(id),
            organisation: OrganisationId::from_bytes(row.exact(1)?),
            name: row.get(2)?,
            members: members.remove(&id).unwrap_or_default(),
        }))
    };
    rows.iter().map(read).collect()
}

const ROLES: &str = "SELECT id, organisation, name, permissions FROM roles ORDER BY id";

fn role(row: &Row) -> Result<Change, StoreError> {
    Ok(Change::PutRole(Role {
        id: RoleId::from_bytes(row.exact(0)?),
        organisation: row.exact_or_none(1)?.map(OrganisationId::from_bytes),
        name: row.get(2)?,
        permissions: Permissions::from_bits(row.small(3)?),
    }))
}

const GRANTS: &str = "SELECT id, organisation, account, given_group, node, role, created \
    FROM grants ORDER BY id";

fn grant(row: &Row) -> Result<Change, StoreError> {
    let account = row.exact_or_none(2)?.map(AccountId::from_bytes);
    let group = row.exact_or_none(3)?.map(GroupId::from_bytes);
    Ok(Change::PutGrant(Grant {
        id: GrantId::from_bytes(row.exact(0)?),
        organisation: OrganisationId::from_bytes(row.exact(1)?),
        subject: account
            .map(Subject::Account)
            .or(group.map(Subject::Group))
            .unwrap_or(Subject::Everyone),
        node: row.exact_or_none(4)?.map(NodeId::from_bytes),
        role: RoleId::from_bytes(row.exact(5)?),
        created: Timestamp(row.get(6)?),
    }))
}

const INVITATIONS: &str =
    "SELECT id, organisation, hash, role, made_by, expires FROM invitations ORDER BY id";

fn invitation(row: &Row) -> Result<Change, StoreError> {
    Ok(Change::PutInvitation(Invitation {
        id: InvitationId::from_bytes(row.exact(0)?),
        organisation: row.exact_or_none(1)?.map(OrganisationId::from_bytes),
        hash: row.exact(2)?,
        role: row.exact_or_none(3)?.map(RoleId::from_bytes),
        by: row.exact_or_none(4)?.map(AccountId::from_bytes),
        expires: Timestamp(row.get(5)?),
    }))
}

/// Those first that others were begun by.
const SIGN_INS: &str = "SELECT id, account, hash, created, last_used, expires, address, client, \
    acting FROM sign_ins ORDER BY acting IS NOT NULL, id";

fn sign_in(row: &Row) -> Result<Change, StoreError> {
    Ok(Change::PutSignIn(SignIn {
        id: SignInId::from_bytes(row.exact(0)?),
        account: AccountId::from_bytes(row.exact(1)?),
        hash: row.exact(2)?,
        created: Timestamp(row.get(3)?),
        last_used: Timestamp(row.get(4)?),
        expires: Timestamp(row.get(5)?),
        address: row.get(6)?,
        client: row.get(7)?,
        acting: row.exact_or_none(8)?.map(SignInId::from_bytes),
    }))
}

const TOKENS: &str = "SELECT id, account, name, hash, permissions, networks, created, expires, \
    last_used, last_address FROM tokens ORDER BY id";

fn token(row: &Row) -> Result<Change, StoreError> {
    let networks: String = row.get(5)?;
    let networks = serde_json::from_str(&networks)
        .map_err(|_| StoreError::Damaged("the networks of a token cannot be read".to_owned()))?;
    Ok(Change::PutToken(ApiToken {
        id: TokenId::from_bytes(row.exact(0)?),
        account: AccountId::from_bytes(row.exact(1)?),
        name: row.get(2)?,
        hash: row.exact(3)?,
        permissions: Permissions::from_bits(row.small(4)?),
        networks,
        created: Timestamp(row.get(6)?),
        expires: row.get::<Option<i64>>(7)?.map(Timestamp),
        last_used: row.get::<Option<i64>>(8)?.map(Timestamp),
        last_address: row.get(9)?,
    }))
}
