//! Arguments of commands (`commands`): a name on the first line, JSON after it. No command is run.

use super::text;
use patchbay_commands::{check, names};
use serde::de::IgnoredAny;
use serde_json::Value;

/// What no message may repeat: the seeds have it where passwords and keys are.
const SECRET: &str = "hunter2";

/// Arguments are taken or refused in words that repeat no value, and taken alike however the JSON is laid out.
pub(crate) fn run(data: &[u8]) -> bool {
    let text = text(data);
    let (name, args) = text.split_once('\n').unwrap_or((&text, ""));
    let result = check(name, args);
    if let Err(error) = &result {
        let longest = 300 + 2 * name.len() + args.len();
        assert!(error.message.len() <= longest, "{}", error.message);
        // The name of a command or of a field is repeated. What is no JSON as a whole may have any name in it.
        let named = name.contains(SECRET)
            || serde_json::from_str(args).map_or(error.field.is_some(), |json| is_key(&json));
        assert!(named || !error.message.contains(SECRET), "{}", error.message);
    }
    if result.is_ok() {
        assert!(names().contains(&name));
        let is_json = serde_json::from_str::<IgnoredAny>(args).is_ok();
        assert!(is_json || args.trim().is_empty(), "taken, and no JSON: {args}");
        // Fields that are not known may hold what no `Value` does: numbers beyond all bounds, a thousand brackets.
        if let Ok(json) = serde_json::from_str::<Value>(args) {
            assert!(check(name, &json.to_string()).is_ok(), "{json}");
        }
    }
    result.is_ok()
}

/// Whether the secret is in the name of a field, which messages do repeat.
fn is_key(json: &Value) -> bool {
    match json {
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| name.contains(SECRET) || is_key(value))
        }
        Value::Array(values) => values.iter().any(is_key),
        _ => false,
    }
}
