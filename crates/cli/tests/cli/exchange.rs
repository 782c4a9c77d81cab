//! Import and export from a shell.

use crate::support::Home;
use serde_json::json;

const TABLE: &str = "Groups,Label,Hostname/IP,Port,Username,Password,Protocol\n\
    Lab,web,192.0.2.1,2222,deploy,hunter2,ssh\n,desk,192.0.2.2,,,,spice\n";

#[tokio::test]
async fn a_table_comes_in_and_an_archive_goes_out_and_in_again() {
    let home = Home::with_vault().await;
    let file = |name: &str| home.dir.path().join(name).display().to_string();
    let (table, archive, secret) = (file("hosts.csv"), file("all.patchbay-archive"), file("pass"));
    std::fs::write(&table, TABLE).unwrap();
    std::fs::write(&secret, "a passphrase of its own\n").unwrap();

    let dry = home.run(&["import", &table, "--dry-run"]);
    assert_eq!(dry.code, 0, "{dry:?}");
    assert!(dry.out.contains("Lab/web") && dry.out.contains("is not supported yet"), "{dry:?}");
    assert!(!dry.out.contains("hunter2"), "{dry:?}");
    assert_eq!(home.json(&["list", "--json"]), json!([]));

    let done = home.json(&["import", &table, "--json"]);
    assert_eq!((&done["machines"], &done["folders"]), (&json!(1), &json!(1)));
    let again = home.run(&["import", &table]);
    assert!(again.out.contains("there already") && again.code == 0, "{again:?}");

    let export = ["export", &archive, "--format", "archive", "--archive-passphrase", &secret];
    let out = home.run(&export);
    assert_eq!(out.code, 0, "{out:?}");
    let refused = home.run(&export);
    assert!(refused.code == 1 && refused.err.contains("there already"), "{refused:?}");

    let other = Home::with_vault().await;
    let locked = other.run(&["import", &archive]);
    assert!(locked.code == 1 && locked.err.contains("--file-password"), "{locked:?}");
    let came = other.run(&["import", &archive, "--file-password", &secret]);
    assert!(came.out.contains("1 machines, 1 folders"), "{came:?}");
    let shown = other.run(&["show", "web"]);
    assert!(shown.out.contains("2222") && shown.out.contains("deploy"), "{shown:?}");

    let config = file("config");
    let out = home.run(&["export", &config, "--format", "ssh-config", "--folder", "Lab"]);
    assert_eq!(out.code, 0, "{out:?}");
    assert!(std::fs::read_to_string(&config).unwrap().contains("HostName 192.0.2.1"));
}

#[tokio::test]
async fn what_cannot_be_read_is_said() {
    let home = Home::with_vault().await;
    let path = home.dir.path().join("x").display().to_string();
    std::fs::write(&path, [0, 1, 2]).unwrap();
    let run = home.run(&["import", &path]);
    assert!(run.code == 1 && run.err.contains("no format that is understood"), "{run:?}");
    let run = home.run(&["import", &path, "--format", "mremoteng"]);
    assert!(run.code == 1 && run.err.contains("mRemoteNG"), "{run:?}");
    assert_eq!(home.run(&["import", &path, "--format", "nonsense"]).code, 2);
}
