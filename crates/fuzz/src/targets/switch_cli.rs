//! What a switch says at its command line (`device_switch::cli`): the bytes as lines, and those as a configuration. The first line
//! names the platform; a line of `=====` ends an answer.

use patchbay_device_switch::{
    Plan, Wish,
    cli::{Platform, Screen, prompt},
};

/// No line has anything but text in it, every VLAN has a number, ports and VLANs name each other, and what is planned of it is
/// typed in lines of their own. Understood is a configuration with ports.
pub(crate) fn run(data: &[u8]) -> bool {
    let mut screen = Screen::default();
    let (first, second) = data.split_at(data.len() / 2);
    if screen.push(first) || screen.push(second) {
        return false;
    }
    let text = screen.text();
    let controls = |c: char| c.is_ascii_control() && c != '\n' && c != '\t';
    assert!(!text.contains(controls), "a control character is left");
    assert!(text.ends_with(&screen.tail()), "the last line is another one");
    let _name = prompt(&screen.tail());
    let (name, rest) = text.split_once('\n').unwrap_or_default();
    let Some(platform) = Platform::ALL.into_iter().find(|one| one.title() == name.trim()) else {
        return false;
    };
    let answers: Vec<String> = rest.split("\n=====\n").map(str::to_owned).collect();
    let Ok(reading) = platform.read(&answers) else { return false };
    let _about = platform.about("admin@sw1", rest);
    let config = reading.config;
    for (id, vlan) in &config.vlans {
        assert!((1..=4094).contains(id), "VLAN {id}");
        let known = |at: &u32| config.ports.values().any(|port| port.bridge_port == Some(*at));
        assert!(vlan.egress.iter().all(known), "a port that is not there");
        assert!(vlan.untagged.is_subset(&vlan.egress), "without a tag, and not at all");
    }
    let wishes: Vec<Wish> = config
        .ports
        .iter()
        .take(4)
        .flat_map(|(at, port)| {
            let (port, up) = (*at, !port.up);
            [Wish::Up { port, up }, Wish::Alias { port, alias: "x".to_owned() }]
        })
        .collect();
    if let Ok(plan) = Plan::new(config, &wishes)
        && let Ok(lines) = platform.commands(plan.before(), plan.after())
    {
        assert!(lines.iter().all(|line| !line.contains(char::is_control)), "more than a line");
    }
    true
}
