//! A vault with as many machines as anybody has.

use super::*;
use std::time::Instant;

/// Prints what each step takes. The limits are loose: this is an unoptimised build on a busy computer.
#[tokio::test]
async fn a_hundred_thousand_items_are_written_and_read_in_one_go() {
    let (_folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    let text =
        |n: u32| format!(r#"{{"name":"web-{n}","address":"10.0.0.{n}","notes":"{:0>250}"}}"#, n);
    let changes = (0..100_000).map(|n| put(Kind::Node, n, Field::Main, text(n).as_bytes()));
    let changes: Vec<Change> = changes.collect();
    let timed = |what: &str, since: Instant| {
        let took = since.elapsed();
        println!("100,000 items: {what} took {took:?}");
        took.as_secs()
    };
    let started = Instant::now();
    vault.apply(changes).await.unwrap();
    assert!(timed("writing", started) < 60);
    let started = Instant::now();
    drop((vault, file));
    timed("closing", started);
    let started = Instant::now();
    let file = VaultFile::open(&path).await.unwrap();
    timed("opening", started);
    let started = Instant::now();
    let vault = file.unlock(UnlockWith::Recovery(&recovery)).await.unwrap();
    timed("unlocking", started);
    let started = Instant::now();
    let items = vault.load(Kind::Node).await.unwrap();
    assert!(timed("reading", started) < 30);
    assert_eq!(items.len(), 100_000);
    let first = items.iter().find(|item| item.id == id(77_777)).unwrap();
    assert_eq!(first.data.as_slice(), text(77_777).as_bytes());
    let started = Instant::now();
    vault.apply(vec![put(Kind::Node, 5, Field::Main, b"changed")]).await.unwrap();
    assert!(timed("changing one", started) < 10, "one change must not cost as much as all rows");
}
