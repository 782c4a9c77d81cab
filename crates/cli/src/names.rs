//! Which machine is meant by a name.

use patchbay_model::{ApiError, ErrorCode, NodeId, TreeRows};

/// More candidates than this are not listed.
const MOST_CANDIDATES: usize = 10;

/// A machine as lists show it.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub(crate) struct Machine {
    pub(crate) id: NodeId,
    pub(crate) name: String,
    /// With the folders it is in.
    pub(crate) path: String,
    pub(crate) address: String,
    pub(crate) tags: Vec<String>,
}

/// The machines of a tree, in its order.
pub(crate) fn machines(rows: &TreeRows) -> Vec<Machine> {
    let mut folders: Vec<&str> = Vec::new();
    let mut machines = Vec::new();
    let columns = rows
        .ids
        .iter()
        .zip(&rows.depths)
        .zip(&rows.folders)
        .zip(&rows.names)
        .zip(&rows.addresses)
        .zip(&rows.tags);
    for (((((id, depth), folder), name), address), tags) in columns {
        folders.truncate(usize::from(*depth));
        if *folder == 1 {
            folders.push(name);
            continue;
        }
        let path = folders.iter().copied().chain([name.as_str()]).collect::<Vec<_>>().join("/");
        machines.push(Machine {
            id: *id,
            name: name.clone(),
            path,
            address: address.clone(),
            tags: tags.split(' ').filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
        });
    }
    machines
}

/// Those whose name, folder, address or tags contain the text, whatever the case.
pub(crate) fn filter(machines: Vec<Machine>, text: &str) -> Vec<Machine> {
    let wanted = text.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&wanted);
    machines
        .into_iter()
        .filter(|machine| {
            has(&machine.path) || has(&machine.address) || machine.tags.iter().any(|tag| has(tag))
        })
        .collect()
}

/// The one machine a name stands for.
pub(crate) fn resolve(machines: &[Machine], wanted: &str) -> Result<Machine, ApiError> {
    let lower = wanted.to_lowercase();
    let id = wanted.parse::<NodeId>().ok();
    let rules: [&dyn Fn(&Machine) -> bool; 4] = [
        &|machine| Some(machine.id) == id,
        &|machine| machine.name == wanted || machine.path == wanted,
        &|machine| machine.name.to_lowercase() == lower || machine.path.to_lowercase() == lower,
        &|machine| {
            machine.name.to_lowercase().starts_with(&lower)
                || machine.path.to_lowercase().starts_with(&lower)
        },
    ];
    for rule in rules {
        let found: Vec<&Machine> = machines.iter().filter(|machine| rule(machine)).collect();
        match found.as_slice() {
            [] => {}
            [machine] => return Ok((*machine).clone()),
            several => return Err(ambiguous(wanted, several)),
        }
    }
    Err(ApiError::new(ErrorCode::NotFound, format!("No machine is called “{wanted}”."))
        .next("“patchbay-cli list” shows all of them."))
}

fn ambiguous(wanted: &str, several: &[&Machine]) -> ApiError {
    let same_path = |path: &str| several.iter().filter(|machine| machine.path == path).count() > 1;
    let mut candidates: Vec<String> = several
        .iter()
        .take(MOST_CANDIDATES)
        .map(|machine| {
            // Two of the same name in one folder can only be told apart by their ids.
            if same_path(&machine.path) {
                format!("{} ({})", machine.path, machine.id)
            } else {
                machine.path.clone()
            }
        })
        .collect();
    if several.len() > MOST_CANDIDATES {
        candidates.push(format!("and {} more", several.len() - MOST_CANDIDATES));
    }
    let message = format!("“{wanted}” may be any of these: {}.", candidates.join(", "));
    ApiError::new(ErrorCode::Invalid, message)
        .next("Write more of the name, or its folder: Folder/Name.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::{Machine, filter, machines, resolve};
    use patchbay_model::{NodeId, TreeRows};

    fn tree() -> Vec<Machine> {
        let names = ["Production", "web-01", "Databases", "web-01", "db-01", "Web-02", "lab"];
        let depths = [0, 1, 1, 2, 2, 0, 0];
        let folders = [1, 0, 1, 0, 0, 0, 0];
        machines(&TreeRows {
            ids: names.map(|_| NodeId::new()).into(),
            depths: depths.into(),
            folders: folders.into(),
            names: names.map(str::to_owned).into(),
            addresses: names.map(|name| format!("{name}.example")).into(),
            tags: names
                .map(|name| if name == "lab" { "test spare".to_owned() } else { String::new() })
                .into(),
            ..TreeRows::default()
        })
    }

    #[test]
    fn folders_make_paths() {
        let paths: Vec<_> = tree().into_iter().map(|machine| machine.path).collect();
        assert_eq!(
            paths,
            [
                "Production/web-01",
                "Production/Databases/web-01",
                "Production/Databases/db-01",
                "Web-02",
                "lab"
            ]
        );
    }

    #[test]
    fn exact_then_without_case_then_the_beginning() {
        let tree = tree();
        let path = |wanted: &str| resolve(&tree, wanted).map(|machine| machine.path);
        assert_eq!(path("db-01").unwrap(), "Production/Databases/db-01");
        assert_eq!(path("DB-01").unwrap(), "Production/Databases/db-01");
        assert_eq!(path("web-02").unwrap(), "Web-02");
        assert_eq!(path("d").unwrap(), "Production/Databases/db-01");
        assert_eq!(path("Production/web-01").unwrap(), "Production/web-01");
        assert_eq!(path("production/data").unwrap_err().code, patchbay_model::ErrorCode::Invalid);
        let twins = path("web-01").unwrap_err().message;
        assert!(twins.contains("Production/web-01, Production/Databases/web-01"), "{twins}");
        assert_eq!(path(&tree[1].id.to_string()).unwrap(), "Production/Databases/web-01");
        assert!(path("nope").unwrap_err().message.contains("“nope”"));
    }

    #[test]
    fn filters_look_everywhere() {
        let names = |text: &str| {
            filter(tree(), text).into_iter().map(|machine| machine.name).collect::<Vec<_>>()
        };
        assert_eq!(names("databases"), ["web-01", "db-01"]);
        assert_eq!(names("SPARE"), ["lab"]);
        assert_eq!(names("lab.example"), ["lab"]);
    }
}
