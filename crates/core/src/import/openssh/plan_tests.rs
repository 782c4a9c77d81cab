#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::{
    super::known::Known,
    plan::{Planned, Planner},
    read,
    resolve::Resolver,
    tokens::Surroundings,
};
use patchbay_model::{ImportRemark, Jump, NodeId};
use std::collections::HashMap;

fn plan(text: &str, aliases: &[&str], known: Vec<Known>) -> (Vec<Planned>, Vec<ImportRemark>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config");
    std::fs::write(&path, text).unwrap();
    let config = read::read(&path, directory.path()).unwrap();
    let around = Surroundings {
        home: directory.path().to_owned(),
        user: "me".into(),
        host_name: "desk".into(),
        environment: HashMap::new(),
    };
    let mut resolver = Resolver::new(&config, &around);
    let aliases: Vec<String> = aliases.iter().map(|alias| (*alias).to_owned()).collect();
    Planner::new(&mut resolver, known).plan(&aliases)
}

/// “name -> jump -> its jump”, for each machine.
fn ways(planned: &[Planned]) -> Vec<String> {
    fn way(planned: &[Planned], start: usize) -> String {
        let mut at = &planned[start];
        let mut names = vec![at.draft.name.clone()];
        while let Some(Jump::Through { entry }) = &at.draft.settings.jump {
            let Some(next) = planned.iter().find(|other| other.id == *entry) else {
                names.push("(there)".into());
                break;
            };
            names.push(next.draft.name.clone());
            at = next;
        }
        names.join(" -> ")
    }
    (0..planned.len()).map(|start| way(planned, start)).collect()
}

#[test]
fn jump_hosts_are_linked_and_made_once() {
    let text =
        "Host web db\n ProxyJump bastion\nHost bastion\n HostName gate.example.com\n User ops\n";
    let (planned, remarks) = plan(text, &["web", "db"], Vec::new());
    assert_eq!(ways(&planned), ["web -> bastion", "db -> bastion", "bastion"]);
    assert_eq!(planned[2].draft.address, "gate.example.com");
    assert_eq!(planned[2].draft.settings.user.as_deref(), Some("ops"));
    assert_eq!(remarks, []);
    let (planned, _) = plan(text, &["bastion", "web"], Vec::new());
    assert_eq!(
        ways(&planned),
        ["bastion", "web -> bastion"],
        "one that is picked is the one that is linked"
    );
}

#[test]
fn a_list_is_a_chain_and_a_jump_hosts_own_jump_counts() {
    let (planned, _) =
        plan("Host a\n ProxyJump one,two\nHost one\n ProxyJump zero\n", &["a"], Vec::new());
    assert_eq!(
        ways(&planned),
        ["a -> two -> one -> zero", "one -> zero", "zero", "two -> one -> zero"]
    );
    let (planned, _) =
        plan("Host a\n ProxyJump x,y\nHost b\n ProxyJump y\n", &["a", "b"], Vec::new());
    let ways = ways(&planned);
    assert!(ways.contains(&"a -> y -> x".to_owned()), "{ways:?}");
    assert!(ways.contains(&"b -> y (jump host)".to_owned()), "straight, not as for a: {ways:?}");
}

#[test]
fn another_user_or_port_is_another_machine() {
    let text = "Host a\n ProxyJump root@gate:2222\nHost b\n ProxyJump gate\nHost gate\n User ops\n";
    let (planned, _) = plan(text, &["a", "b", "gate"], Vec::new());
    assert_eq!(ways(&planned), ["a -> root@gate", "b -> gate", "gate", "root@gate"]);
    assert_eq!(planned[3].draft.settings.port, Some(2222));
}

#[test]
fn jump_hosts_that_are_there_are_used_and_not_made_again() {
    let gate = Known {
        id: NodeId::new(),
        name: "The gate".into(),
        protocol: patchbay_model::Protocol::Ssh,
        address: "gate".into(),
        own_user: None,
        user: None,
        port: 22,
        jump: None,
        chained: false,
    };
    let (planned, _) = plan("Host web a\n ProxyJump gate\n", &["web", "a"], vec![gate.clone()]);
    assert_eq!(ways(&planned), ["web -> (there)", "a -> (there)"]);
    assert_eq!(planned[0].draft.settings.jump, Some(Jump::Through { entry: gate.id }));
}

#[test]
fn circles_are_cut_and_said() {
    let (planned, remarks) =
        plan("Host a\n ProxyJump b\nHost b\n ProxyJump a\n", &["a", "b"], Vec::new());
    assert_eq!(ways(&planned), ["a -> b", "b"]);
    assert_eq!(remarks.len(), 1);
    let (planned, remarks) = plan("Host *\n ProxyJump gate\nHost gate\n", &["gate"], Vec::new());
    assert_eq!(ways(&planned), ["gate"]);
    assert!(remarks[0].reason.contains("through itself"), "{remarks:?}");
    let endless: String = (0..50).map(|n| format!("Host h{n}\n ProxyJump h{}\n", n + 1)).collect();
    let (_, remarks) = plan(&endless, &["h0"], Vec::new());
    assert!(!remarks.is_empty());
}

#[test]
fn a_small_file_does_not_become_a_thousand_ways() {
    // As many jumps as machines, for each machine: what a list says is worked out once, and lists are short.
    let list: Vec<String> = (0..16).map(|n| format!("j{n}")).collect();
    let mut text = format!("Host *\n ProxyJump {}\n", list.join(","));
    let aliases: Vec<String> = (0..300).map(|n| format!("a{n}")).collect();
    text.extend(aliases.iter().map(|alias| format!("Host {alias}\n")));
    let picked: Vec<&str> = aliases.iter().map(String::as_str).collect();
    let (planned, _) = plan(&text, &picked, Vec::new());
    assert_eq!(planned.len(), 316);
    let long = text.replacen("ProxyJump ", "ProxyJump j16,", 1);
    let (planned, remarks) = plan(&long, &picked, Vec::new());
    assert_eq!(planned.len(), 300);
    assert!(remarks.is_empty(), "said by the resolver, once for the line");
}

#[test]
fn long_paths_for_many_hosts_do_not_take_all_memory() {
    let mut text = String::from("Host *\n");
    text.extend((0..100).map(|n| format!(" IdentityFile {n}{}\n", "x".repeat(8_000))));
    let aliases: Vec<String> = (0..200).map(|n| format!("a{n}")).collect();
    text.extend(aliases.iter().map(|alias| format!("Host {alias}\n")));
    let picked: Vec<&str> = aliases.iter().map(String::as_str).collect();
    let (planned, remarks) = plan(&text, &picked, Vec::new());
    assert!(planned.len() < 50, "{} machines of 800 kB", planned.len());
    assert!(remarks[0].reason.contains("left out"), "{remarks:?}");
}
