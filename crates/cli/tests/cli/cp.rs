//! Files to and from a machine.

use crate::support::Home;
use std::fs;

#[tokio::test(flavor = "multi_thread")]
async fn trees_go_there_and_come_back() {
    let (home, server) = Home::with_machine().await;
    home.trust(&server);
    let here = tempfile::tempdir().unwrap();
    let there = tempfile::tempdir().unwrap();
    fs::create_dir_all(here.path().join("site/img")).unwrap();
    fs::write(here.path().join("site/index.html"), "hello").unwrap();
    fs::write(here.path().join("site/img/dot"), vec![7; 300_000]).unwrap();
    let remote = |path: &str| format!("box:{}{path}", there.path().display());
    let local = |path: &str| here.path().join(path).display().to_string();

    let put = home.run(&["cp", &local("site"), &remote("")]);
    assert_eq!((put.code, put.err.as_str()), (0, ""));
    assert_eq!(fs::read(there.path().join("site/img/dot")).unwrap(), vec![7; 300_000]);
    fs::write(there.path().join("site/index.html"), "changed there").unwrap();

    fs::create_dir(here.path().join("back")).unwrap();
    let get = home.run(&["cp", &remote("/site/index.html"), &remote("/site/img"), &local("back")]);
    assert_eq!((get.code, get.err.as_str()), (0, ""));
    assert_eq!(fs::read_to_string(here.path().join("back/index.html")).unwrap(), "changed there");
    assert_eq!(fs::read(here.path().join("back/img/dot")).unwrap().len(), 300_000);

    let skip = home.run(&["cp", "--if-there", "skip", &local("site"), &remote("")]);
    assert_eq!(skip.code, 0, "{skip:?}");
    assert_eq!(fs::read_to_string(there.path().join("site/index.html")).unwrap(), "changed there");
    let over = home.run(&["cp", &local("site/index.html"), &remote("/site/")]);
    assert_eq!(over.code, 0, "{over:?}");
    assert_eq!(fs::read_to_string(there.path().join("site/index.html")).unwrap(), "hello");
    let json = home.json(&["cp", "--json", &local("site/index.html"), &remote("/site")]);
    assert_eq!(json["state"]["kind"], "done", "{json}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_copied_is_said() {
    let (home, server) = Home::with_machine().await;
    let here = tempfile::tempdir().unwrap();
    let folder = here.path().display().to_string();
    let unknown = home.run(&["cp", "box:/etc/hostname", &folder]);
    assert_eq!(unknown.code, 255, "nobody is there to trust the key: {unknown:?}");
    home.trust(&server);
    for (args, said) in [
        (["cp", "box:/nowhere/at/all", &folder], "is not on box"),
        (["cp", "box:/etc/hostname", "/nowhere/at/all"], "must be a folder"),
        (["cp", "nobody:/etc/hostname", &folder], "nobody"),
    ] {
        let run = home.run(&args);
        assert_eq!(run.code, 1, "{run:?}");
        assert!(run.err.contains(said), "{run:?}");
    }
    let mixed = home.run(&["cp", "box:/etc/hostname", &folder, "box:/tmp"]);
    assert!(mixed.code == 1 && mixed.err.contains("one machine at a time"), "{mixed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_may_get_another_name() {
    let (home, server) = Home::with_machine().await;
    home.trust(&server);
    let here = tempfile::tempdir().unwrap();
    let there = tempfile::tempdir().unwrap();
    fs::create_dir_all(here.path().join("site/img")).unwrap();
    fs::write(here.path().join("site/index"), "hello").unwrap();
    fs::write(here.path().join("site/img/dot"), vec![7; 300_000]).unwrap();
    let remote = |path: &str| format!("box:{}{path}", there.path().display());
    let local = |path: &str| here.path().join(path).display().to_string();
    let read = |path: &str| fs::read_to_string(path).unwrap();
    let copied = |args: &[&str]| {
        let run = home.run(&[&["cp"], args].concat());
        assert_eq!((run.code, run.err.as_str()), (0, ""));
    };

    copied(&[&local("site/index"), &remote("/start")]);
    assert_eq!(read(&there.path().join("start").display().to_string()), "hello");
    copied(&[&local("site"), &remote("/old site")]);
    assert_eq!(fs::read(there.path().join("old site/img/dot")).unwrap(), vec![7; 300_000]);
    copied(&[&remote("/start"), &local("beginning")]);
    assert_eq!(read(&local("beginning")), "hello");
    copied(&[&remote("/old site"), &local("copy")]);
    assert_eq!(read(&local("copy/index")), "hello");
    copied(&[&remote("/old site"), &remote("/new site")]);
    assert!(there.path().join("new site/img/dot").exists());

    // A file of that name is there by now, and a folder is gone into.
    fs::write(here.path().join("site/index"), "changed").unwrap();
    copied(&["--if-there", "skip", &local("site/index"), &remote("/start")]);
    assert_eq!(read(&there.path().join("start").display().to_string()), "hello");
    copied(&["--if-there", "keep-both", &local("site/index"), &remote("/start")]);
    assert_eq!(read(&there.path().join("start (2)").display().to_string()), "changed");
    copied(&[&local("site/index"), &remote("/start")]);
    assert_eq!(read(&there.path().join("start").display().to_string()), "changed");
    copied(&[&local("site/index"), &remote("/old site")]);
    assert_eq!(read(&there.path().join("old site/index").display().to_string()), "changed");

    for refused in [
        vec![local("site/index"), local("copy/index"), remote("/one")],
        vec![local("site/index"), remote("/no folder/")],
        vec![local("site/index"), remote("/no folder/name")],
    ] {
        let args: Vec<&str> = refused.iter().map(String::as_str).collect();
        let run = home.run(&[&["cp"], args.as_slice()].concat());
        assert!(run.code == 1 && run.err.contains("must be a folder"), "{run:?}");
    }
}
