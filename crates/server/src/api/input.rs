//! What routes take: parts of the path, of the query, and a body.

use super::{Refusal, route::Asked};
use crate::http::Failure;
use axum::{
    body::Body,
    http::{StatusCode, Uri},
};
use patchbay_model::{ApiError, ErrorCode};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use std::{str::FromStr, sync::PoisonError};

/// What a route takes, for the OpenAPI document. Every `{name}` of a path is taken besides.
#[derive(Default)]
pub(super) struct Takes {
    pub(super) query: Option<Schema>,
    pub(super) body: Option<Schema>,
    /// The body is bytes of any kind.
    pub(super) flows: bool,
}

/// What a handler is given of a request.
pub(super) trait Input: Sized + Send + 'static {
    /// The body is read while it comes.
    const FLOWS: bool = false;
    fn take(asked: &Asked) -> Result<Self, Refusal>;
    fn describe(schemas: &mut SchemaGenerator) -> Takes;
}

/// The last part of the path that stands for something; of two, the one before it and the last.
pub(super) struct At<I>(pub(super) I);

/// A body of JSON.
pub(super) struct Sent<T>(pub(super) T);

/// What is behind `?`.
pub(super) struct Query<T>(pub(super) T);

/// A body of any kind and length, read while it comes.
pub(super) struct Flow(pub(super) Body);

impl Input for () {
    fn take(asked: &Asked) -> Result<Self, Refusal> {
        no_body(asked)
    }

    fn describe(_: &mut SchemaGenerator) -> Takes {
        Takes::default()
    }
}

impl<I: FromStr + Send + 'static> Input for At<I> {
    fn take(asked: &Asked) -> Result<Self, Refusal> {
        no_body(asked)?;
        at(asked)
    }

    fn describe(_: &mut SchemaGenerator) -> Takes {
        Takes::default()
    }
}

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Input for Sent<T> {
    fn take(asked: &Asked) -> Result<Self, Refusal> {
        if !asked.is_json() {
            return Err(Refusal(Failure::invalid(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "This takes JSON.",
                "Send the header Content-Type: application/json.",
            )));
        }
        let mut json = serde_json::Deserializer::from_slice(&asked.body);
        let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            malformed(Some(path.as_str()), &error.inner().to_string())
        })?;
        json.end().map_err(|error| malformed(None, &error.to_string()))?;
        // Serde would take the values of an array for those of the fields, one after the other.
        if !asked.body.trim_ascii_start().starts_with(b"{") {
            return Err(malformed(None, "it is no object"));
        }
        Ok(Self(read))
    }

    fn describe(schemas: &mut SchemaGenerator) -> Takes {
        Takes { body: Some(schemas.subschema_for::<T>()), ..Takes::default() }
    }
}

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Input for Query<T> {
    fn take(asked: &Asked) -> Result<Self, Refusal> {
        no_body(asked)?;
        let uri = Uri::try_from(format!("/?{}", asked.query));
        let read = uri.ok().map(|uri| axum::extract::Query::<T>::try_from_uri(&uri));
        match read {
            Some(Ok(axum::extract::Query(read))) => Ok(Self(read)),
            Some(Err(error)) => Err(malformed(None, &error.body_text())),
            None => Err(malformed(None, "it is no query")),
        }
    }

    fn describe(schemas: &mut SchemaGenerator) -> Takes {
        Takes { query: Some(schemas.root_schema_for::<T>()), ..Takes::default() }
    }
}

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Input for (Query<T>, Flow) {
    const FLOWS: bool = true;

    fn take(asked: &Asked) -> Result<Self, Refusal> {
        let query = Query::take(asked)?;
        let flow = asked.flow.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok((query, Flow(flow.unwrap_or_default())))
    }

    fn describe(schemas: &mut SchemaGenerator) -> Takes {
        Takes { flows: true, ..Query::<T>::describe(schemas) }
    }
}

impl<A, I> Input for (At<A>, At<I>)
where
    A: FromStr + Send + 'static,
    I: FromStr + Send + 'static,
{
    fn take(asked: &Asked) -> Result<Self, Refusal> {
        no_body(asked)?;
        Ok((parsed(asked.param_from_end(1))?, at(asked)?))
    }

    fn describe(_: &mut SchemaGenerator) -> Takes {
        Takes::default()
    }
}

impl<I, T> Input for (At<I>, Sent<T>)
where
    I: FromStr + Send + 'static,
    T: DeserializeOwned + JsonSchema + Send + 'static,
{
    fn take(asked: &Asked) -> Result<Self, Refusal> {
        // A wrong body is answered alike whether or not there is such a thing.
        let sent = Sent::take(asked)?;
        Ok((at(asked)?, sent))
    }

    fn describe(schemas: &mut SchemaGenerator) -> Takes {
        Sent::<T>::describe(schemas)
    }
}

fn at<I: FromStr>(asked: &Asked) -> Result<At<I>, Refusal> {
    parsed(asked.param_from_end(0))
}

fn parsed<I: FromStr>(part: Option<&str>) -> Result<At<I>, Refusal> {
    let id = part.and_then(|id| id.parse().ok());
    // What is no id at all is something that does not exist.
    let id = id.ok_or_else(|| {
        ApiError::new(ErrorCode::NotFound, "There is no such thing.")
            .next("It may have been deleted, or you may not see it any more.")
    })?;
    Ok(At(id))
}

/// What is sent where nothing is taken was meant for something else.
fn no_body(asked: &Asked) -> Result<(), Refusal> {
    if asked.body.is_empty() || asked.body.as_ref() == b"{}" {
        return Ok(());
    }
    Err(malformed(None, "nothing is taken here"))
}

/// What does not fit. The words of serde are kept as far as they name a field, and not a value: that may be a password.
fn malformed(path: Option<&str>, said: &str) -> Refusal {
    let named = ["missing field `", "unknown field `", "duplicate field `"];
    let named = named.iter().find_map(|start| {
        let at = said.find(start)?;
        said.get(at + start.len()..)?.split('`').next()
    });
    let path = path.filter(|path| path.starts_with(char::is_alphabetic));
    let field = named.or(path).map(|field| field.chars().take(64).collect::<String>());
    let what = said.split([':', ',', '(']).next().unwrap_or_default().trim();
    let what: String = what.chars().filter(|c| !c.is_control()).take(120).collect();
    let message = format!("The request is not what this takes: {what}.");
    let error = ApiError::new(ErrorCode::Invalid, message)
        .next("The document at /api/v1/openapi.json says what it takes.");
    let error = match field {
        Some(field) => error.on(field),
        None => error,
    };
    error.into()
}
