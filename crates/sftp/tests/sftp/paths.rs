use crate::server::Server;
use patchbay_sftp::{Attributes, FileKind, OpenOptions, SftpError, StatusCode};
use std::os::unix::fs::MetadataExt;

#[tokio::test]
async fn openssh_offers_all_extensions() {
    let server = Server::start().await;
    let found = server.client.extensions();
    assert!(found.posix_rename && found.statvfs && found.hardlink && found.fsync);
    assert!(found.lsetstat && found.limits);
    let limits = server.client.limits();
    assert_eq!((limits.packet, limits.read, limits.write), (262_144, 261_120, 261_120));
}

#[tokio::test]
async fn rename_refuses_what_exists_and_replace_does_not() {
    let server = Server::start().await;
    server.put(b"a", b"new");
    server.put(b"b", b"old");
    let refused = server.client.rename(b"a", b"b").await.unwrap_err();
    assert!(refused.is(StatusCode::Failure), "{refused}");
    assert_eq!(server.content(b"b"), b"old");
    server.client.replace(b"a", b"b").await.unwrap();
    assert_eq!(server.content(b"b"), b"new");
    assert!(!server.path(b"a").exists());
}

#[tokio::test]
async fn replace_works_in_steps_without_the_extension() {
    let server = Server::with(&["-P", "posix-rename"]).await;
    assert!(!server.client.extensions().posix_rename);
    server.put(b"a", b"new");
    server.put(b"b", b"old");
    server.client.replace(b"a", b"b").await.unwrap();
    assert_eq!(server.content(b"b"), b"new");
    server.client.replace(b"b", b"c").await.unwrap();
    assert_eq!(std::fs::read_dir(server.folder.path()).unwrap().count(), 1);
    // What is there is not lost when nothing can take its place, be it gone or the same file.
    let gone = server.client.replace(b"gone", b"c").await.unwrap_err();
    assert!(gone.is(StatusCode::NoSuchFile), "{gone}");
    server.client.replace(b"c", b"./c").await.unwrap_err();
    assert_eq!(server.content(b"c"), b"new");
}

#[tokio::test]
async fn links_point_where_they_should() {
    let server = Server::start().await;
    server.put(b"target", b"12");
    server.client.symlink(b"target", b"link").await.unwrap();
    assert_eq!(std::fs::read_link(server.path(b"link")).unwrap().to_str(), Some("target"));
    assert_eq!(server.client.read_link(b"link").await.unwrap(), b"target");
    assert_eq!(server.client.stat(b"link").await.unwrap().kind(), FileKind::File);
    assert_eq!(server.client.lstat(b"link").await.unwrap().kind(), FileKind::Link);
    assert!(server.client.read_link(b"target").await.is_err());
    let times = Attributes { times: Some((1_000, 2_000)), ..Attributes::default() };
    server.client.set_link_attributes(b"link", &times).await.unwrap();
    assert_eq!(server.client.lstat(b"link").await.unwrap().times, Some((1_000, 2_000)));
    assert_ne!(server.client.stat(b"link").await.unwrap().times, Some((1_000, 2_000)));
}

#[tokio::test]
async fn a_hard_link_is_the_same_file() {
    let server = Server::start().await;
    server.put(b"a", b"1");
    server.client.hardlink(b"a", b"b").await.unwrap();
    let inode = |name| std::fs::metadata(server.path(name)).unwrap().ino();
    assert_eq!(inode(b"a"), inode(b"b"));
    assert!(server.client.hardlink(b"a", b"b").await.is_err());
}

#[tokio::test]
async fn permissions_times_and_sizes_are_set() {
    let server = Server::start().await;
    server.put(b"file", b"12345");
    let wanted = Attributes {
        size: Some(3),
        permissions: Some(0o640),
        times: Some((1_000_000_000, 1_234_567_890)),
        owner: None,
    };
    server.client.set_attributes(b"file", &wanted).await.unwrap();
    let found = server.client.stat(b"file").await.unwrap();
    assert_eq!((found.size, found.times), (wanted.size, wanted.times));
    assert_eq!(found.permissions, Some(0o100_640));
    let real = std::fs::metadata(server.path(b"file")).unwrap();
    assert_eq!((real.mtime(), real.mode()), (1_234_567_890, 0o100_640));
    assert_eq!(found.owner, Some((real.uid(), real.gid())));
}

#[tokio::test]
async fn the_space_of_a_file_system_is_told() {
    let server = Server::start().await;
    let space = server.client.statvfs(b".").await.unwrap();
    assert!(space.block_size >= 512 && space.blocks >= space.free);
    assert!(space.free >= space.available && space.longest_name >= 100 && !space.read_only);
}

#[tokio::test]
async fn owners_have_names() {
    let server = Server::start().await;
    if !server.client.extensions().users_groups_by_id {
        let none = server.client.users_groups(&[0], &[]).await.unwrap_err();
        assert_eq!(none, SftpError::NotOffered("users-groups-by-id@openssh.com"));
        return;
    }
    let mut users = vec![4_000_000_000; 300];
    users.push(0);
    let found = server.client.users_groups(&users, &[0]).await.unwrap();
    assert_eq!(found.users.len(), 301);
    assert_eq!((&found.users[0], &found.users[300]), (&None, &Some(b"root".to_vec())));
    assert_eq!(found.groups.len(), 1);
}

#[tokio::test]
async fn refusals_say_which() {
    let server = Server::with(&["-R"]).await;
    let missing = server.client.stat(b"missing").await.unwrap_err();
    assert!(missing.is(StatusCode::NoSuchFile), "{missing}");
    server.put(b"file", b"");
    let denied = server.client.open(b"file", OpenOptions::write()).await.unwrap_err();
    assert!(denied.is(StatusCode::PermissionDenied), "{denied}");
    let denied = server.client.remove_file(b"file").await.unwrap_err();
    assert!(denied.is(StatusCode::PermissionDenied), "{denied}");
}

#[tokio::test]
async fn what_no_server_takes_is_not_sent() {
    let server = Server::start().await;
    assert_eq!(server.client.stat(b"a\0b").await.unwrap_err(), SftpError::NulInPath);
    let long = vec![b'x'; 300_000];
    assert_eq!(server.client.stat(&long).await.unwrap_err(), SftpError::TooLong);
    let bare = Server::with(&["-P", "statvfs,fsync,copy-data"]).await;
    let missing = bare.client.statvfs(b".").await.unwrap_err();
    assert_eq!(missing, SftpError::NotOffered("statvfs@openssh.com"));
    bare.client.stat(b".").await.unwrap();
}

#[tokio::test]
async fn paths_are_made_absolute() {
    let server = Server::start().await;
    let root = server.folder.path().canonicalize().unwrap();
    let found = server.client.realpath(b".").await.unwrap();
    assert_eq!(found, root.as_os_str().as_encoded_bytes());
    if server.client.extensions().expand_path {
        assert!(server.client.expand_path(b"~/x").await.unwrap().ends_with(b"/x"));
    }
}
