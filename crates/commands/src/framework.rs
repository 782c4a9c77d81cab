//! How a command runs: JSON to arguments, the body on a task of its own, the result to JSON.

use patchbay_core::Ctx;
use patchbay_model::{ApiError, ErrorCode};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use specta::{Type, Types, datatype::DataType};
use std::future::Future;

/// Arguments of a command that takes none.
#[derive(Clone, Copy, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoArgs {}

/// What the list knows about a command beside how to run it.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) doc: String,
    pub(crate) args: DataType,
    pub(crate) result: DataType,
}

/// Runs a body. It gets its own task: a caller that stops listening does not cut a write in half, and a bug in one
/// command is an error and not the end of the process.
pub(crate) async fn run<A, R, F, Fut>(
    ctx: &Ctx,
    name: &str,
    args: &str,
    body: F,
) -> Result<String, ApiError>
where
    A: DeserializeOwned,
    R: Serialize + Send + 'static,
    F: Fn(Ctx, A) -> Fut,
    Fut: Future<Output = Result<R, ApiError>> + Send + 'static,
{
    let args = parse(name, args)?;
    let result = match tokio::spawn(body(ctx.clone(), args)).await {
        Ok(result) => result?,
        Err(stopped) => {
            tracing::error!(command = name, %stopped, "a command did not end");
            return Err(bug(name, "it stopped in the middle"));
        }
    };
    serde_json::to_string(&result).map_err(|error| bug(name, &error.to_string()))
}

/// Reads the arguments of a body, and no more.
pub(crate) fn check<A, F, Fut>(name: &str, args: &str, _body: F) -> Result<(), ApiError>
where
    A: DeserializeOwned,
    F: Fn(Ctx, A) -> Fut,
{
    parse::<A>(name, args).map(drop)
}

/// The types of a body, for bindings and lists.
pub(crate) fn shape<A, R, F, Fut>(
    types: &mut Types,
    name: &'static str,
    docs: &[&str],
    _body: F,
) -> Shape
where
    A: Type,
    R: Type,
    F: Fn(Ctx, A) -> Fut,
    Fut: Future<Output = Result<R, ApiError>>,
{
    let lines: Vec<&str> = docs.iter().map(|line| line.trim()).collect();
    Shape { name, doc: lines.join(" "), args: A::definition(types), result: R::definition(types) }
}

/// No such command.
pub(crate) fn unknown(name: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("There is no command “{name}”."))
        .next("“patchbay-cli list” shows all of them.")
}

fn bug(name: &str, what: &str) -> ApiError {
    ApiError::new(
        ErrorCode::Internal,
        format!("The command “{name}” failed inside Patchbay: {what}."),
    )
    .next("Please report it.")
}

fn parse<A: DeserializeOwned>(name: &str, args: &str) -> Result<A, ApiError> {
    let args = if args.trim().is_empty() { "{}" } else { args };
    let mut json = serde_json::Deserializer::from_str(args);
    let parsed = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        misfit(name, &path, &error.into_inner())
    })?;
    json.end().map_err(|error| misfit(name, ".", &error))?;
    // Serde would take the values of an array for those of the fields, one after the other.
    if !args.trim_start().starts_with('{') {
        let message = format!("The arguments of “{name}” must be a JSON object.");
        return Err(ApiError::new(ErrorCode::Invalid, message));
    }
    Ok(parsed)
}

/// What is wrong with the arguments, without repeating any value: it could be a secret.
fn misfit(name: &str, path: &str, error: &serde_json::Error) -> ApiError {
    let text = error.to_string();
    if error.is_syntax() || error.is_eof() {
        let place = format!("line {}, column {}", error.line(), error.column());
        return ApiError::new(
            ErrorCode::Invalid,
            format!("The arguments of “{name}” are not JSON ({place})."),
        );
    }
    for (start, problem) in [("unknown field `", "takes no"), ("missing field `", "needs")] {
        if let Some(field) = text.strip_prefix(start).and_then(|rest| rest.split('`').next()) {
            return ApiError::new(ErrorCode::Invalid, format!("“{name}” {problem} “{field}”."))
                .on(field);
        }
    }
    let field = path.rsplit('.').next().unwrap_or_default();
    let expected = text.rsplit_once("expected ").map_or("something else", |(_, rest)| rest);
    let expected = expected.rsplit_once(" at line ").map_or(expected, |(before, _)| before);
    if matches!(field, "" | "?") {
        return ApiError::new(
            ErrorCode::Invalid,
            format!("The arguments of “{name}” must be {expected}."),
        );
    }
    ApiError::new(
        ErrorCode::Invalid,
        format!("“{field}” does not fit: {} is expected.", plain(expected)),
    )
    .on(field)
}

/// Rust's names of numbers as people say them.
fn plain(expected: &str) -> &str {
    match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" => "a whole number",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use patchbay_model::{EntryDraft, Secret};

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Args {
        passphrase: Secret<String>,
        draft: Option<EntryDraft>,
    }

    fn refused(json: &str) -> ApiError {
        parse::<Args>("test", json).expect_err("refused")
    }

    #[test]
    fn the_field_is_named() {
        assert_eq!(refused(r#"{"passphrase":"a","nope":1}"#).field.as_deref(), Some("nope"));
        assert_eq!(refused("{}").field.as_deref(), Some("passphrase"));
        let port = refused(r#"{"passphrase":"a","draft":{"settings":{"port":70000}}}"#);
        assert_eq!(port.field.as_deref(), Some("port"));
        assert_eq!(
            port.message,
            "“port” does not fit: a whole number from 0 to 65535 is expected."
        );
    }

    #[test]
    fn values_are_not_repeated() {
        let error = refused(r#"{"passphrase":123456789}"#);
        assert!(!error.message.contains("123456789"), "{error}");
        assert_eq!(error.field.as_deref(), Some("passphrase"));
    }

    #[test]
    fn broken_json_is_said_to_be_broken() {
        assert!(refused("{").message.contains("not JSON"));
        assert!(refused(r#"{"passphrase":"a"} tail"#).message.contains("not JSON"));
        assert!(refused("[]").message.contains("arguments of “test”"));
    }

    #[test]
    fn what_fits_arrives() {
        let args: Args = parse("test", r#"{"passphrase":"a","draft":{"name":"web"}}"#).unwrap();
        assert_eq!(args.passphrase.expose_secret(), "a");
        assert_eq!(args.draft.unwrap().name, "web");
    }

    #[test]
    fn nothing_is_an_empty_object() {
        assert!(parse::<NoArgs>("test", " ").is_ok());
        assert!(parse::<NoArgs>("test", "{}").is_ok());
        assert_eq!(parse::<NoArgs>("test", "[]").unwrap_err().code, ErrorCode::Invalid);
        assert_eq!(parse::<NoArgs>("test", r#"{"x":1}"#).unwrap_err().field.as_deref(), Some("x"));
    }
}
