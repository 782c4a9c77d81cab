//! What clients write, read with care: each field says itself what is wrong with it.

use super::refusal::Refusal;
use serde_json::{Map, Value};

/// Types of entries.
const TYPES: [&str; 4] = ["server", "pve-shell", "pve-lxc", "pve-qemu"];
/// Fields of an entry.
const FIELDS: [&str; 8] =
    ["name", "type", "icon", "folderId", "organizationId", "config", "renderer", "identities"];
/// The longest word of a renderer.
const LONGEST_WORD: usize = 64;

/// What an entry is to be. The outer `None` is a field that is not there, the inner one `null`.
#[derive(Clone, Default, PartialEq, Debug)]
pub(super) struct Wish {
    pub(super) name: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) icon: Option<Option<String>>,
    pub(super) folder: Option<Option<i64>>,
    pub(super) organisation: Option<Option<i64>>,
    pub(super) config: Option<Map<String, Value>>,
    pub(super) renderer: Option<Option<String>>,
    pub(super) identities: Option<Vec<i64>>,
}

impl Wish {
    pub(super) fn read(body: &Value) -> Result<Self, Refusal> {
        only(body, &FIELDS)?;
        let kind = text(body, "type")?.flatten();
        if let Some(kind) = &kind
            && !TYPES.contains(&kind.as_str())
        {
            return Err(Refusal::malformed(format!("type must be one of {}", TYPES.join(", "))));
        }
        let name = match text(body, "name")? {
            Some(None) => return Err(Refusal::malformed("name must be a string")),
            name => name.flatten(),
        };
        let config = match body.get("config") {
            None => None,
            Some(Value::Object(config)) => Some(config.clone()),
            Some(_) => return Err(Refusal::malformed("config must be an object")),
        };
        let renderer = text(body, "renderer")?;
        if renderer.iter().flatten().any(|text| text.len() > LONGEST_WORD) {
            return Err(Refusal::malformed("renderer is too long"));
        }
        Ok(Self {
            name,
            kind,
            icon: text(body, "icon")?,
            folder: number(body, "folderId")?,
            organisation: number(body, "organizationId")?,
            config,
            renderer,
            identities: numbers(body, "identities")?,
        })
    }
}

/// Entries to import.
#[derive(Debug)]
pub(super) struct Batch {
    /// Each as it was read, under the name to tell it by.
    pub(super) entries: Vec<(String, Result<Wish, Refusal>)>,
    /// The folder of those that name none.
    pub(super) folder: Option<Option<i64>>,
}

impl Batch {
    /// A list, an object with a list of `servers`, one entry, or an object with an entry under each name.
    pub(super) fn read(body: Value) -> Result<Self, Refusal> {
        let (list, folder) = match body {
            Value::Array(list) => (list, None),
            Value::Object(mut object) => {
                if let Some(Value::Array(servers)) = object.get_mut("servers") {
                    let servers = std::mem::take(servers);
                    (servers, number(&Value::Object(object), "folderId")?)
                } else if object.contains_key("name") || object.contains_key("config") {
                    (vec![Value::Object(object)], None)
                } else {
                    (object.into_iter().map(named).collect(), None)
                }
            }
            _ => {
                return Err(Refusal::malformed(
                    "The body must be an array or an object of entries",
                ));
            }
        };
        let entries = list.into_iter().map(|mut one| {
            let name = one.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            lift(&mut one);
            (name, Wish::read(&one))
        });
        Ok(Self { entries: entries.collect(), folder })
    }
}

fn named((name, mut entry): (String, Value)) -> Value {
    if let Value::Object(fields) = &mut entry {
        fields.entry("name").or_insert(Value::String(name));
    }
    entry
}

/// Parsers write address and port beside the name: they belong into the config, which goes before them.
fn lift(entry: &mut Value) {
    let Value::Object(fields) = entry else { return };
    let beside: Vec<_> = ["ip", "port", "protocol"]
        .iter()
        .filter_map(|key| fields.remove(*key).map(|value| (*key, value)))
        .collect();
    let config = fields.entry("config").or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(config) = config {
        for (key, value) in beside {
            config.entry(key).or_insert(value);
        }
        config.entry("protocol").or_insert_with(|| Value::String("ssh".to_owned()));
    }
}

/// Where an entry is to go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Reposition {
    pub(super) after: bool,
    pub(super) target: Option<i64>,
    pub(super) folder: Option<Option<i64>>,
    pub(super) organisation: Option<Option<i64>>,
}

impl Reposition {
    pub(super) fn read(body: &Value) -> Result<Self, Refusal> {
        only(body, &["placement", "targetId", "folderId", "organizationId"])?;
        let after = match text(body, "placement")?.flatten().as_deref() {
            Some("after") => true,
            Some("before") => false,
            Some(_) => return Err(Refusal::malformed("placement must be one of before, after")),
            None => return Err(Refusal::malformed("placement is required")),
        };
        Ok(Self {
            after,
            target: number(body, "targetId")?.flatten(),
            folder: number(body, "folderId")?,
            organisation: number(body, "organizationId")?,
        })
    }
}

/// The body of a request.
pub(super) fn json(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal::malformed(format!("The body is not JSON: {error}")))
}

fn only(body: &Value, known: &[&str]) -> Result<(), Refusal> {
    let Value::Object(fields) = body else {
        return Err(Refusal::malformed("The body must be an object"));
    };
    match fields.keys().find(|field| !known.contains(&field.as_str())) {
        None => Ok(()),
        Some(field) => {
            let field: String = field.chars().filter(|c| !c.is_control()).take(64).collect();
            Err(Refusal::malformed(format!("{field} is not allowed")))
        }
    }
}

/// A text, or `null`.
pub(super) fn text(body: &Value, field: &str) -> Result<Option<Option<String>>, Refusal> {
    match body.get(field) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(None)),
        Some(Value::String(text)) => Ok(Some(Some(text.clone()))),
        Some(_) => Err(Refusal::malformed(format!("{field} must be a string"))),
    }
}

/// A whole number, or `null`.
fn number(body: &Value, field: &str) -> Result<Option<Option<i64>>, Refusal> {
    match body.get(field) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(None)),
        Some(value) => match whole(value) {
            Some(number) => Ok(Some(Some(number))),
            None => Err(Refusal::malformed(format!("{field} must be a number"))),
        },
    }
}

/// A list of whole numbers.
pub(super) fn numbers(body: &Value, field: &str) -> Result<Option<Vec<i64>>, Refusal> {
    let refused = || Refusal::malformed(format!("{field} must be an array of numbers"));
    match body.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(list)) => {
            list.iter().map(whole).collect::<Option<Vec<i64>>>().map(Some).ok_or_else(refused)
        }
        Some(_) => Err(refused()),
    }
}

/// A whole number; also as text, as shells write it.
pub(super) fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
