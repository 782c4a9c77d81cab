//! Machines come in from a table and go out as an archive and back.

use crate::steps::{App, PASSPHRASE};
use std::fs;

const TABLE: &str = "Name,Address,Port,User,Folder\n\
    web-01,10.1.0.1,22,ops,racks\n\
    web-02,10.1.0.2,2222,ops,racks\n\
    alone,10.9.0.9,22,root,\n";
const TREE: &str = "[data-testid=tree]";

#[tokio::test(flavor = "multi_thread")]
async fn a_table_comes_in_and_a_folder_goes_out_encrypted_and_comes_back() {
    let app = App::start(&[]).await;
    let window = &app.window;
    app.create_vault().await;

    app.choose("Import…").await;
    app.accessible("import").await;
    window.click_text("[data-testid=import] button", "Paste…").await.unwrap();
    window.paste("[data-testid=import-text]", TABLE).await.unwrap();
    window.click("[data-testid=import-read]").await.unwrap();
    window.wait_text("[data-testid=import-hosts]", "web-02").await.unwrap();
    window.wait_text("[data-testid=import]", "3 found").await.unwrap();
    window.find("[data-testid=import-columns]").await.unwrap();
    app.accessible("a table that was read").await;
    window.click("[data-testid=import-apply]").await.unwrap();
    window.wait_text("[data-testid=import]", "Imported 3 machines").await.unwrap();
    for name in ["racks", "alone"] {
        window.wait_text(TREE, name).await.unwrap();
    }
    app.accessible("what was imported").await;

    let archive = app.home().join("racks.patchbay-archive");
    window.click_text("[data-testid=tree-row]", "racks").await.unwrap();
    app.choose("Export…").await;
    window.wait_text("[data-testid=export-dialog]", "“racks”").await.unwrap();
    window.fill("[data-testid=export-passphrase]", "an archive of racks").await.unwrap();
    window.fill("[data-testid=export-again]", "an archive of racks").await.unwrap();
    window.fill("[data-testid=export-own]", PASSPHRASE).await.unwrap();
    app.accessible("export").await;
    app.file_dialog_answers(&archive).await;
    window.click("[data-testid=export-confirm]").await.unwrap();
    window.wait_text("[data-testid=exported]", "2 machines, 1 folder").await.unwrap();
    app.accessible("what was exported").await;
    window.click_text("[data-testid=exported] button", "Close").await.unwrap();
    let bytes = fs::read(&archive).unwrap();
    for word in ["web-01", "10.1.0.2", "racks"] {
        let found = bytes.windows(word.len()).any(|window| window == word.as_bytes());
        assert!(!found, "the archive holds {word} for everybody");
    }

    window.click_text("[data-testid=tree-row]", "racks").await.unwrap();
    app.choose("Delete…").await;
    window.click("[data-testid=delete-confirm]").await.unwrap();
    let gone = "return !document.querySelector('[data-testid=tree]').innerText.includes('racks')";
    window.wait_true(gone).await.unwrap();

    app.choose("Import…").await;
    window.click_text("[data-testid=import] button", "A file").await.unwrap();
    window.fill("[data-testid=import-path]", archive.to_str().unwrap()).await.unwrap();
    window.click("[data-testid=import-read]").await.unwrap();
    window.fill("[data-testid=import-password]", "not this one").await.unwrap();
    window.press("Enter").await.unwrap();
    window.wait_text("[data-testid=import]", "The password does not open the file.").await.unwrap();
    app.accessible("an archive that is locked").await;
    window.fill("[data-testid=import-password]", "an archive of racks").await.unwrap();
    window.press("Enter").await.unwrap();
    window.wait_text("[data-testid=import-hosts]", "web-02").await.unwrap();
    window.click("[data-testid=import-apply]").await.unwrap();
    window.wait_text("[data-testid=import]", "Imported 2 machines").await.unwrap();
    window.wait_text(TREE, "racks").await.unwrap();
}
