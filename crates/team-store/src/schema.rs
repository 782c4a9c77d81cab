//! The tables, and how older ones become these.

use crate::connection::Connection;
use crate::{StoreError, dialect};

/// "PBTM": what `file` and others can tell a server's SQLite database by.
pub(crate) const APPLICATION_ID: i32 = 0x5042_544d;

/// Each version of the tables as what makes it out of the one before, the first out of nothing. `INT8` and `BYTEA` are
/// PostgreSQL's names; `dialect.rs` knows SQLite's.
pub(crate) const VERSIONS: &[&[&str]] = &[VERSION_1, VERSION_2, VERSION_3, VERSION_4, VERSION_5];

/// The newest version.
pub(crate) const NEWEST: i64 = 5;

/// Every table with content, in an order in which rows can be put in: what is referred to comes first. A copy takes
/// them all but `state` and `revisions`, which say where one database stands, and `nodes`, which is of the moment.
pub(crate) const CONTENT: &[&str] = &[
    "accounts",
    "recovery_codes",
    "sign_ins",
    "tokens",
    "organisations",
    "organisation_members",
    "account_groups",
    "group_members",
    "roles",
    "grants",
    "invitations",
    "handoffs",
    "providers",
    "links",
    "passkeys",
    "items",
    "audit",
    "checkpoints",
    "numbers",
    "settings",
];

const VERSION_1: &[&str] = &[
    // One row. `lineage` is another after a restore, so that nodes do not compare revisions of two histories.
    "CREATE TABLE state (one INT8 PRIMARY KEY CHECK (one = 1), version INT8 NOT NULL, \
        revision INT8 NOT NULL, directory INT8 NOT NULL, lineage BYTEA NOT NULL)",
    "CREATE TABLE accounts (id BYTEA PRIMARY KEY, name TEXT NOT NULL UNIQUE, display TEXT NOT NULL, \
        password TEXT, totp BYTEA, totp_step INT8 NOT NULL, operator INT8 NOT NULL, \
        suspended INT8 NOT NULL, created INT8 NOT NULL)",
    "CREATE TABLE recovery_codes (account BYTEA NOT NULL REFERENCES accounts ON DELETE CASCADE, \
        hash BYTEA NOT NULL, PRIMARY KEY (account, hash))",
    "CREATE TABLE sign_ins (id BYTEA PRIMARY KEY, \
        account BYTEA NOT NULL REFERENCES accounts ON DELETE CASCADE, hash BYTEA NOT NULL UNIQUE, \
        created INT8 NOT NULL, last_used INT8 NOT NULL, expires INT8 NOT NULL, \
        address TEXT NOT NULL, client TEXT NOT NULL)",
    "CREATE TABLE tokens (id BYTEA PRIMARY KEY, \
        account BYTEA NOT NULL REFERENCES accounts ON DELETE CASCADE, name TEXT NOT NULL, \
        hash BYTEA NOT NULL UNIQUE, permissions INT8 NOT NULL, networks TEXT NOT NULL, \
        created INT8 NOT NULL, expires INT8, last_used INT8, last_address TEXT)",
    "CREATE TABLE organisations (id BYTEA PRIMARY KEY, name TEXT NOT NULL UNIQUE, \
        created INT8 NOT NULL)",
    "CREATE TABLE organisation_members (\
        organisation BYTEA NOT NULL REFERENCES organisations ON DELETE CASCADE, \
        account BYTEA NOT NULL REFERENCES accounts ON DELETE CASCADE, \
        PRIMARY KEY (organisation, account))",
    "CREATE TABLE account_groups (id BYTEA PRIMARY KEY, \
        organisation BYTEA NOT NULL REFERENCES organisations ON DELETE CASCADE, \
        name TEXT NOT NULL, UNIQUE (organisation, name))",
    "CREATE TABLE group_members (\
        member_of BYTEA NOT NULL REFERENCES account_groups ON DELETE CASCADE, \
        account BYTEA NOT NULL REFERENCES accounts ON DELETE CASCADE, \
        PRIMARY KEY (member_of, account))",
    "CREATE TABLE roles (id BYTEA PRIMARY KEY, \
        organisation BYTEA REFERENCES organisations ON DELETE CASCADE, name TEXT NOT NULL, \
        permissions INT8 NOT NULL, UNIQUE (organisation, name))",
    // Roles that every server has are in no table, so `role` refers to none.
    "CREATE TABLE grants (id BYTEA PRIMARY KEY, \
        organisation BYTEA NOT NULL REFERENCES organisations ON DELETE CASCADE, \
        account BYTEA REFERENCES accounts ON DELETE CASCADE, \
        given_group BYTEA REFERENCES account_groups ON DELETE CASCADE, \
        node BYTEA, role BYTEA NOT NULL, created INT8 NOT NULL)",
    "CREATE TABLE invitations (id BYTEA PRIMARY KEY, \
        organisation BYTEA REFERENCES organisations ON DELETE CASCADE, hash BYTEA NOT NULL UNIQUE, \
        role BYTEA, made_by BYTEA REFERENCES accounts ON DELETE CASCADE, expires INT8 NOT NULL)",
    "CREATE TABLE items (space BYTEA NOT NULL, kind INT8 NOT NULL, id BYTEA NOT NULL, \
        field INT8 NOT NULL, version INT8 NOT NULL, sealed BYTEA NOT NULL, \
        PRIMARY KEY (space, kind, id, field))",
    "CREATE TABLE audit (seq INT8 PRIMARY KEY, at INT8 NOT NULL, actor INT8 NOT NULL, \
        account BYTEA, token BYTEA, action TEXT NOT NULL, object TEXT, address TEXT, reason TEXT, \
        outcome INT8 NOT NULL, detail TEXT, previous BYTEA NOT NULL, hash BYTEA NOT NULL)",
    "CREATE TABLE checkpoints (seq INT8 NOT NULL, hash BYTEA NOT NULL, at INT8 NOT NULL, \
        signature BYTEA NOT NULL, PRIMARY KEY (seq, at))",
    // What nodes tell each other: what each of the last revisions changed.
    "CREATE TABLE revisions (revision INT8 PRIMARY KEY, directory INT8 NOT NULL, items BYTEA)",
    "CREATE TABLE numbers (what INT8 NOT NULL, id BYTEA NOT NULL, number INT8 NOT NULL, \
        PRIMARY KEY (what, id), UNIQUE (what, number))",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value BYTEA NOT NULL)",
    "CREATE INDEX recovery_codes_account ON recovery_codes (account)",
    "CREATE INDEX sign_ins_account ON sign_ins (account)",
    "CREATE INDEX tokens_account ON tokens (account)",
    "CREATE INDEX organisation_members_account ON organisation_members (account)",
    "CREATE INDEX group_members_account ON group_members (account)",
    "CREATE INDEX grants_organisation ON grants (organisation)",
    "CREATE INDEX grants_account ON grants (account)",
    "CREATE INDEX grants_group ON grants (given_group)",
];

/// Whom a record concerns, and the rules of organisations.
const VERSION_2: &[&str] = &[
    "ALTER TABLE audit ADD COLUMN organisation BYTEA",
    // For pages of what concerns one of these, newest first.
    "CREATE INDEX audit_organisation ON audit (organisation, seq)",
    "CREATE INDEX audit_account ON audit (account, seq)",
    "CREATE INDEX audit_object ON audit (object, seq)",
    // How long a reason has to be at least; 0 asks for none.
    "ALTER TABLE organisations ADD COLUMN ask_reason INT8 NOT NULL DEFAULT 0",
    "ALTER TABLE organisations ADD COLUMN record INT8 NOT NULL DEFAULT 0",
    // In days; 0 is for ever.
    "ALTER TABLE organisations ADD COLUMN keep_days INT8 NOT NULL DEFAULT 0",
];

/// Further ways to sign in.
const VERSION_3: &[&str] = &[
    "CREATE TABLE handoffs (id BYTEA PRIMARY KEY, hash BYTEA NOT NULL UNIQUE, \
        code TEXT NOT NULL UNIQUE, address TEXT NOT NULL, client TEXT NOT NULL, \
        created INT8 NOT NULL, expires INT8 NOT NULL, denied INT8 NOT NULL, \
        allowed BYTEA REFERENCES accounts ON DELETE CASCADE)",
    "CREATE TABLE providers (id BYTEA PRIMARY KEY, kind INT8 NOT NULL, \
        name TEXT NOT NULL UNIQUE, settings BYTEA NOT NULL, disabled INT8 NOT NULL, \
        created INT8 NOT NULL)",
    "CREATE TABLE links (id BYTEA PRIMARY KEY, \
        account BYTEA NOT NULL REFERENCES accounts ON DELETE CASCADE, \
        provider BYTEA NOT NULL REFERENCES providers ON DELETE CASCADE, \
        subject TEXT NOT NULL, label TEXT NOT NULL, created INT8 NOT NULL, \
        UNIQUE (provider, subject))",
    "CREATE TABLE passkeys (id BYTEA PRIMARY KEY, \
        account BYTEA NOT NULL REFERENCES accounts ON DELETE CASCADE, name TEXT NOT NULL, \
        credential BYTEA NOT NULL UNIQUE, public_key BYTEA NOT NULL, counter INT8 NOT NULL, \
        challenge INT8 NOT NULL, created INT8 NOT NULL, last_used INT8)",
    "CREATE INDEX handoffs_allowed ON handoffs (allowed)",
    "CREATE INDEX links_account ON links (account)",
    "CREATE INDEX passkeys_account ON passkeys (account)",
];

/// Those who run the server see it as somebody else does; what members' own computers may have of an organisation.
const VERSION_4: &[&str] = &[
    // A sign-in that was begun by another ends with it. A copy puts rows in any order, so it is looked at when all are there.
    "ALTER TABLE sign_ins ADD COLUMN acting BYTEA \
        REFERENCES sign_ins ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
    "CREATE INDEX sign_ins_acting ON sign_ins (acting)",
    "ALTER TABLE audit ADD COLUMN acting_as BYTEA",
    "CREATE INDEX audit_acting_as ON audit (acting_as, seq)",
    "ALTER TABLE organisations ADD COLUMN keep_offline INT8 NOT NULL DEFAULT 1",
    "ALTER TABLE organisations ADD COLUMN direct INT8 NOT NULL DEFAULT 0",
];

/// Where nodes are.
const VERSION_5: &[&str] =
    &["CREATE TABLE nodes (url TEXT PRIMARY KEY, fingerprint TEXT, seen INT8 NOT NULL)"];

/// Brings the tables to the newest version. Another node may be doing the same.
pub(crate) async fn migrate(on: &mut Connection<'_>) -> Result<(), StoreError> {
    dialect::alone(on).await?;
    let found = version(on).await?;
    if found > NEWEST {
        return Err(StoreError::TooNew { found, known: NEWEST });
    }
    upgrade(on, found, NEWEST).await
}

/// The version of the tables; 0 if there are none.
pub(crate) async fn version(on: &mut Connection<'_>) -> Result<i64, StoreError> {
    if !dialect::has_table(on, "state").await? {
        return Ok(0);
    }
    let rows = on.rows("SELECT version FROM state", &[]).await?;
    rows.first()
        .ok_or_else(|| StoreError::Damaged("it does not say its version".to_owned()))?
        .get(0)
}

/// From one version to a later one.
pub(crate) async fn upgrade(on: &mut Connection<'_>, from: i64, to: i64) -> Result<(), StoreError> {
    let steps = (1..).zip(VERSIONS.iter()).filter(|(number, _)| *number > from && *number <= to);
    for (number, statements) in steps {
        for statement in *statements {
            dialect::define(on, statement).await?;
        }
        if number == 1 {
            let state = "INSERT INTO state (one, version, revision, directory, lineage) \
                VALUES (1, 1, 0, 0, $1)";
            on.run(state, &[patchbay_model::AccountId::new().as_bytes().into()]).await?;
        }
        on.run("UPDATE state SET version = $1", &[number.into()]).await?;
    }
    Ok(())
}
