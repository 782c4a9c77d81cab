#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::{Format, Options, read as read_format};
use proptest::prelude::*;

fn file(text: &str) -> Vec<File> {
    vec![File { name: "hosts.csv".into(), bytes: text.as_bytes().to_vec() }]
}

fn parsed(text: &str) -> Found {
    read_format(Format::Csv, &file(text), &Options::default()).unwrap()
}

#[test]
fn the_table_of_termius() {
    let found = parsed(
        "Groups,Label,Tags,Hostname/IP,Protocol,Port,Username,Password,SSH_KEY\n\
         Production/Web,web-1,\"nginx,prod\",192.0.2.11,ssh,2222,deploy,hunter2,\n\
         Production,db-1,,192.0.2.21,,,postgres,,\n\
         ,switch,,192.0.2.254,telnet,23,,,\n\
         ,bad,,192.0.2.7,ssh,99999,,,\n\
         ,,,,,,,,\n\
         ,nowhere,,,ssh,,,,\n",
    );
    let web = &found.machines[0];
    assert_eq!((web.draft.name.as_str(), web.draft.address.as_str()), ("web-1", "192.0.2.11"));
    assert_eq!(web.draft.settings.port, Some(2222));
    assert_eq!(web.draft.tags, ["nginx", "prod"]);
    assert_eq!(web.sign_ins, Some(vec![0]));
    let folder = &found.folders[web.folder.unwrap()];
    assert_eq!(folder.draft.name, "Web");
    assert_eq!(found.folders[folder.parent.unwrap()].draft.name, "Production");
    assert_eq!(found.machines[2].protocol, Protocol::Telnet);
    assert_eq!(found.machines.len(), 3);
    let skipped: Vec<_> = found.skipped.iter().map(|one| (one.line, one.what.as_str())).collect();
    assert_eq!(skipped, [(5, "bad"), (7, "nowhere")]);
    let table = found.table.unwrap();
    assert!(table.columns.header);
    assert!(!format!("{table:?}").contains("hunter2"));
}

#[test]
fn without_a_header_the_cells_tell() {
    let found = parsed("web;web.example.net;22\ndb;db.example.net;2222\n");
    assert_eq!(found.machines[1].draft.settings.port, Some(2222));
    assert_eq!(found.machines[1].draft.name, "db");
    assert!(!found.table.unwrap().columns.header);
}

#[test]
fn a_person_decides_what_the_columns_are() {
    let columns = Columns {
        header: true,
        columns: vec![None, Some(Column::Address), Some(Column::Password)],
    };
    let options = Options { columns: Some(columns), ..Options::default() };
    let found =
        read_format(Format::Csv, &file("x,y,z\n1,host.example,s3cret\n"), &options).unwrap();
    assert_eq!(found.machines[0].draft.name, "host.example");
    assert!(found.machines[0].sign_ins.is_some());
    assert!(!format!("{:?}", found.table).contains("s3cret"));
}

#[test]
fn a_table_without_addresses_asks() {
    let found = parsed("a,b\nc,d\n");
    assert!(found.machines.is_empty());
    assert_eq!(found.table.unwrap().names, ["Column 1", "Column 2"]);
}

#[test]
fn what_a_spreadsheet_would_run_is_guarded() {
    let row = Row { name: "=HYPERLINK(\"x\")".into(), address: "h".into(), ..Row::default() };
    let text = String::from_utf8(write(&[row], false).to_vec()).unwrap();
    assert!(text.contains("\"'=HYPERLINK(\"\"x\"\")\""), "{text}");
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        name in "[^\\p{C}\\p{Z}][^\\p{C}]{0,20}[^\\p{C}\\p{Z}]",
        folders in proptest::collection::vec("[^\\p{C}\\p{Z}]{1,8}", 0..4),
        notes in "[=+@'-]?[^\\p{C}\\p{Z}\r]([^\\p{C}\r]|\n){0,20}[^\\p{C}\\p{Z}]",
        password in "[=+@'-]?[^\\p{C}]{1,12}",
        port in 1_u16..,
    ) {
        let row = Row {
            folders: folders.clone(), name: name.clone(), protocol: "SSH".into(), address: "192.0.2.1".into(), port: Some(port),
            user: "-u".into(), tags: vec!["a".into(), "b".into()], notes: notes.clone(), mac: String::new(),
            password: Some(Secret::new(password.clone())),
        };
        let bytes = write(&[row], true);
        let files = [File { name: "x.csv".into(), bytes: bytes.to_vec() }];
        let found = read_format(Format::Csv, &files, &Options::default()).unwrap();
        let machine = &found.machines[0];
        prop_assert_eq!(&machine.draft.name, &name);
        prop_assert_eq!(&machine.draft.notes, &notes);
        prop_assert_eq!(machine.draft.settings.port.unwrap_or(22), port);
        prop_assert_eq!(machine.draft.settings.user.as_deref(), Some("-u"));
        let mut names = Vec::new();
        let mut at = machine.folder;
        while let Some(folder) = at {
            names.insert(0, found.folders[folder].draft.name.clone());
            at = found.folders[folder].parent;
        }
        prop_assert_eq!(names, folders);
        let SignIn::Draft(draft) = &found.sign_ins[0] else { panic!("a password") };
        prop_assert_eq!(draft.password.as_ref().unwrap().expose_secret(), &password);
    }
}
