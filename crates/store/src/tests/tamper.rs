//! A vault that somebody changed on purpose, row by row, and what a stolen one tells.

use super::*;
use crate::{StoreError, sqlite};
use sqlx::SqliteConnection;
use std::fs;

/// Runs SQL on a closed vault, as someone who stole it would.
async fn meddle(path: &Path, statements: &[&str]) {
    let mut connection: SqliteConnection = sqlite::writer(path).await.unwrap();
    for statement in statements {
        let query = sqlx::AssertSqlSafe((*statement).to_owned());
        sqlx::query(query).execute(&mut connection).await.unwrap();
    }
    sqlite::close(path, connection).await.unwrap();
}

fn node(number: u32, text: &str) -> Change {
    put(Kind::Node, number, Field::Main, text.as_bytes())
}

fn hex(number: u32) -> String {
    id(number).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The vault must be refused as damaged, and be left as it is.
async fn refused(path: &Path, recovery: &RecoveryKey, what: &str) {
    let before = fs::read(path).unwrap();
    let result = match VaultFile::open(path).await {
        Ok(file) => file.unlock(UnlockWith::Recovery(recovery)).await.map(drop),
        Err(error) => Err(error),
    };
    assert!(matches!(result, Err(StoreError::Damaged { .. })), "{what}: {result:?}");
    assert!(fs::read(path).unwrap() == before, "{what}: the file was written to");
}

#[tokio::test]
async fn rows_cannot_be_swapped_moved_left_out_or_invented() {
    let (_folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    let nodes =
        vec![node(1, "web-01"), node(2, "db-01"), put(Kind::Node, 1, Field::Password, b"x")];
    vault.apply(nodes).await.unwrap();
    drop((vault, file));
    let good = fs::read(&path).unwrap();
    let (one, two) = (hex(1), hex(2));
    let row = format!("id = x'{one}' AND field = 0");
    for sql in [
        format!(
            "UPDATE items SET sealed = (SELECT sealed FROM items WHERE id = x'{two}') WHERE {row}"
        ),
        format!("UPDATE items SET id = x'{}' WHERE {row}", hex(7)),
        format!("UPDATE items SET kind = 2 WHERE {row}"),
        format!("UPDATE items SET field = 3 WHERE {row}"),
        format!("UPDATE items SET version = version + 1 WHERE {row}"),
        format!("UPDATE items SET changed_at = changed_at + 1 WHERE {row}"),
        format!("UPDATE items SET sealed = zeroblob(0) WHERE {row}"),
        format!("UPDATE items SET kind = 300 WHERE {row}"),
        format!("UPDATE items SET id = x'00' WHERE {row}"),
        format!("DELETE FROM items WHERE {row}"),
        "DELETE FROM items".to_owned(),
        format!(
            "INSERT INTO items SELECT kind, x'{}', field, version, changed_at, sealed FROM items WHERE {row}",
            hex(9)
        ),
        "UPDATE manifest SET sealed = zeroblob(200)".to_owned(),
        "DELETE FROM manifest".to_owned(),
        "DELETE FROM header".to_owned(),
        "UPDATE header SET recovery = passphrase".to_owned(),
        "UPDATE header SET format = 2".to_owned(),
        "PRAGMA user_version = 0".to_owned(),
        "CREATE TABLE more (a)".to_owned(),
        "CREATE VIEW more AS SELECT * FROM items".to_owned(),
        "CREATE TRIGGER more AFTER INSERT ON items BEGIN DELETE FROM items; END".to_owned(),
        "CREATE INDEX more ON items (changed_at)".to_owned(),
    ] {
        fs::write(&path, &good).unwrap();
        meddle(&path, &[&sql]).await;
        refused(&path, &recovery, &sql).await;
    }
    // Two rows that trade places, both in full.
    fs::write(&path, &good).unwrap();
    let swap = [
        format!("UPDATE items SET id = x'{}' WHERE {row}", hex(8)),
        format!("UPDATE items SET id = x'{one}' WHERE id = x'{two}'"),
        format!("UPDATE items SET id = x'{two}' WHERE id = x'{}'", hex(8)),
    ];
    meddle(&path, &swap.each_ref().map(String::as_str)).await;
    refused(&path, &recovery, "swapped").await;

    fs::write(&path, &good).unwrap();
    meddle(&path, &["PRAGMA user_version = 99"]).await;
    let newer = VaultFile::open(&path).await;
    assert!(matches!(newer, Err(StoreError::TooNew { found: 99, .. })));
    fs::write(&path, &good).unwrap();
    assert_eq!(everything(&reopen(&path, &recovery).await.1).await.unwrap().len(), 3);
}

#[tokio::test]
async fn no_single_row_can_be_put_back_from_an_earlier_time() {
    let (folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    vault.apply(vec![node(1, "old"), node(2, "gone"), node(3, "same")]).await.unwrap();
    drop((vault, file));
    let old = folder.path().join("old.db");
    fs::copy(&path, &old).unwrap();

    let (file, vault) = reopen(&path, &recovery).await;
    vault
        .apply(vec![node(1, "new"), Change::Delete { kind: Kind::Node, id: id(2) }])
        .await
        .unwrap();
    vault.apply(vec![node(4, "later")]).await.unwrap();
    vault.replace_recovery_key(&recovery).await.unwrap();
    drop((vault, file));
    let good = fs::read(&path).unwrap();

    let attach = format!("ATTACH '{}' AS old", old.display());
    let (one, two) = (hex(1), hex(2));
    for sql in [
        format!("REPLACE INTO items SELECT * FROM old.items WHERE id = x'{one}'"),
        format!("INSERT INTO items SELECT * FROM old.items WHERE id = x'{two}'"),
        "REPLACE INTO items SELECT * FROM old.items".to_owned(),
        "REPLACE INTO manifest SELECT * FROM old.manifest".to_owned(),
        "REPLACE INTO header SELECT * FROM old.header".to_owned(),
    ] {
        fs::write(&path, &good).unwrap();
        meddle(&path, &[&attach, &sql]).await;
        refused(&path, &recovery, &sql).await;
    }
    // Even with the list of that time, as long as one row is of another.
    fs::write(&path, &good).unwrap();
    let mixed = [
        attach.as_str(),
        "REPLACE INTO manifest SELECT * FROM old.manifest",
        "REPLACE INTO items SELECT * FROM old.items",
    ];
    meddle(&path, &mixed).await;
    refused(&path, &recovery, "old list, one row too many").await;
}

#[tokio::test]
async fn a_deleted_item_that_is_made_again_does_not_reuse_its_version() {
    let (folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    vault.apply(vec![node(1, "first")]).await.unwrap();
    drop((vault, file));
    let old = folder.path().join("old.db");
    fs::copy(&path, &old).unwrap();
    let (file, vault) = reopen(&path, &recovery).await;
    vault.apply(vec![Change::Delete { kind: Kind::Node, id: id(1) }]).await.unwrap();
    vault.apply(vec![node(1, "second")]).await.unwrap();
    drop((vault, file));
    let attach = format!("ATTACH '{}' AS old", old.display());
    meddle(&path, &[&attach, "REPLACE INTO items SELECT * FROM old.items"]).await;
    refused(&path, &recovery, "the first life of an item").await;
}

#[tokio::test]
async fn a_header_that_makes_guessing_cheap_is_refused() {
    use crate::header::Header;
    use crate::vault::VaultError;
    let (_folder, path) = place();
    let (file, vault, _) = new_vault(&path).await;
    drop((vault, file));
    let mut connection = sqlite::writer(&path).await.unwrap();
    let mut header = Header::read(&path, &mut connection).await.unwrap();
    // One pass instead of three, with a checksum that fits.
    header.passphrase[5] = 1;
    header.write(&path, &mut connection).await.unwrap();
    sqlite::close(&path, connection).await.unwrap();
    let refused = VaultFile::open(&path).await;
    assert!(matches!(refused, Err(StoreError::Vault(VaultError::WeakCost))), "{refused:?}");
}

#[tokio::test]
async fn a_stolen_vault_tells_no_names() {
    let (_folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    let words =
        ["web-frankfurt", "10.20.30.40", "deploy-user", "tag-production", "notes: call Ann"];
    let nodes = words.iter().zip(0..).map(|(word, n)| node(n, word));
    vault.apply(nodes.collect()).await.unwrap();
    vault
        .apply(vec![put(Kind::IdentitySecret, 1, Field::Password, b"hunter2-password")])
        .await
        .unwrap();
    vault.apply(vec![node(0, "web-frankfurt again")]).await.unwrap();
    let tells_nothing = || {
        let mut seen = 0;
        for suffix in ["", "-wal", "-shm", "-journal", ".lock"] {
            let Ok(bytes) = fs::read(patchbay_lock::beside(&path, suffix)) else { continue };
            seen += 1;
            let secrets = words.iter().map(|word| word.as_bytes());
            for word in
                secrets.chain([b"hunter2-password".as_slice(), b"ledger mango", b"frankfurt"])
            {
                let found = bytes.windows(word.len()).any(|window| window == word);
                assert!(!found, "{:?} in {suffix}", String::from_utf8_lossy(word));
            }
        }
        seen
    };
    assert!(tells_nothing() >= 3, "the file, its log and its lock were there to look at");
    vault.rekey(&passphrase("ledger mango"), &recovery).await.unwrap();
    tells_nothing();
    drop((vault, file));
    tells_nothing();
}

#[tokio::test]
async fn what_is_deleted_leaves_nothing_behind_even_sealed() {
    let (_folder, path) = place();
    let (file, vault, _) = new_vault(&path).await;
    vault.apply(vec![node(1, &"x".repeat(9000)), node(2, "stays")]).await.unwrap();
    drop((vault, file));
    let mut connection = sqlite::immutable(&path).await.unwrap();
    let query = format!("SELECT substr(sealed, 5000, 64) FROM items WHERE id = x'{}'", hex(1));
    let sealed: Vec<u8> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(&mut connection).await.unwrap();
    sqlite::close(&path, connection).await.unwrap();
    let there = || fs::read(&path).unwrap().windows(64).any(|window| window == sealed);
    assert!(there());
    let file = VaultFile::open(&path).await.unwrap();
    let vault = file.unlock(UnlockWith::Passphrase(&passphrase("ledger mango"))).await.unwrap();
    vault.apply(vec![Change::Delete { kind: Kind::Node, id: id(1) }]).await.unwrap();
    drop((vault, file));
    assert!(!there());
}
