//! A vault with as many machines as anybody has. How fast that is says `bench unlock`.

use super::*;

#[tokio::test]
async fn a_hundred_thousand_items_are_written_and_read_in_one_go() {
    let (_folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    let text =
        |n: u32| format!(r#"{{"name":"web-{n}","address":"10.0.0.{n}","notes":"{:0>250}"}}"#, n);
    let changes = (0..100_000).map(|n| put(Kind::Node, n, Field::Main, text(n).as_bytes()));
    vault.apply(changes.collect()).await.unwrap();
    drop((vault, file));
    let file = VaultFile::open(&path).await.unwrap();
    let vault = file.unlock(UnlockWith::Recovery(&recovery)).await.unwrap();
    let items = vault.load(Kind::Node).await.unwrap();
    assert_eq!(items.len(), 100_000);
    let first = items.iter().find(|item| item.id == id(77_777)).unwrap();
    assert_eq!(first.data.as_slice(), text(77_777).as_bytes());
    vault.apply(vec![put(Kind::Node, 5, Field::Main, b"changed")]).await.unwrap();
    let changed = vault.get(Kind::Node, id(5), Field::Main).await.unwrap().unwrap();
    assert_eq!(changed.as_slice(), b"changed");
}
