//! What the routes are, as an OpenAPI 3.1 document: made from the table, and from the types that are read and written.

use super::{ROOT, input::Takes, policy::Policy, route::Route, table::table};
use schemars::{
    Schema, SchemaGenerator,
    generate::{Contract, SchemaSettings},
};
use serde_json::{Map, Value, json};
use std::sync::OnceLock;

/// The document.
pub(super) fn document() -> &'static Value {
    static MADE: OnceLock<Value> = OnceLock::new();
    MADE.get_or_init(|| make(&table()))
}

fn make(routes: &[Route]) -> Value {
    let (mut read, mut written) =
        (generator(Contract::Deserialize), generator(Contract::Serialize));
    let mut paths: Map<String, Value> = Map::new();
    for route in routes {
        let path = paths.entry(format!("{ROOT}{}", route.path)).or_insert_with(|| json!({}));
        if let Value::Object(path) = path {
            let described = operation(route, &mut read, &mut written);
            path.insert(route.verb.name().to_owned(), described);
        }
    }
    let mut schemas = read.take_definitions(true);
    schemas.extend(written.take_definitions(true));
    schemas.insert("Error".to_owned(), error());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Patchbay team server",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "People and permissions of a team server. Times are milliseconds since 1970, ids are UUIDs.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "`pbs_…` of a sign-in or `pbt_…` of a script." },
                "cookie": { "type": "apiKey", "in": "cookie", "name": crate::http::COOKIE },
            },
        },
    })
}

fn generator(contract: Contract) -> SchemaGenerator {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.contract = contract;
    settings.meta_schema = None;
    settings.into_generator()
}

fn operation(route: &Route, read: &mut SchemaGenerator, written: &mut SchemaGenerator) -> Value {
    let Takes { query, body, flows } = (route.takes)(read);
    let mut parameters: Vec<Value> = in_path(route.path).collect();
    parameters.extend(query.iter().flat_map(in_query));
    let mut responses = Map::new();
    match (route.answers)(written) {
        Some(schema) => responses.insert(
            "200".to_owned(),
            json!({ "description": "Done.", "content": { route.answer_kind: { "schema": schema } } }),
        ),
        None => responses.insert("204".to_owned(), json!({ "description": "Done." })),
    };
    for (status, said) in refusals(route.policy, body.is_some()) {
        let content =
            json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } });
        responses.insert((*status).to_owned(), json!({ "description": said, "content": content }));
    }
    let mut operation = json!({
        "operationId": route.action,
        "summary": route.summary,
        "description": who(route.policy),
        "parameters": parameters,
        "responses": responses,
        "security": if matches!(route.policy, Policy::Anyone | Policy::Guest) { json!([]) } else { json!([{ "token": [] }, { "cookie": [] }]) },
    });
    let content = match body {
        _ if flows => Some(json!({
            "application/octet-stream": { "schema": { "type": "string", "format": "binary" } },
        })),
        body => body.map(|schema| json!({ "application/json": { "schema": schema } })),
    };
    if let (Some(content), Value::Object(operation)) = (content, &mut operation) {
        operation.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
    }
    operation
}

const fn who(policy: Policy) -> &'static str {
    match policy {
        Policy::Anyone => "For anybody.",
        Policy::Known => "For whoever is signed in, tokens included.",
        Policy::Own => {
            "For whoever is signed in, tokens included, and not for those who act as somebody else."
        }
        Policy::Person => {
            "For people who have signed in, and not for tokens or those who act as somebody else."
        }
        Policy::Operator => {
            "For those who run the server, and tokens of theirs that may administer."
        }
        Policy::Member => "For members of the organisation and those who run the server.",
        Policy::Giver => {
            "For members of the organisation and those who run the server; tokens have to be such that may administer."
        }
        Policy::Opener => {
            "For whoever has the session open, and not for those who act as somebody else."
        }
        Policy::Guest => {
            "For anybody with a link to a session, or the key that joining by one gave."
        }
        Policy::Administrator => {
            "For those who administer the whole organisation or run the server; tokens have to be such that may administer."
        }
    }
}

fn refusals(
    policy: Policy,
    body: bool,
) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    const ALL: [(&str, &str); 8] = [
        ("400", "The request is not what this takes; `field` says what of it."),
        ("401", "Nobody is signed in."),
        ("403", "Not allowed, or what was typed is wrong."),
        ("404", "There is no such thing, or not for the caller."),
        ("409", "It is in use, or was changed meanwhile."),
        ("415", "The body is not JSON."),
        ("429", "Too many tries; later it may work."),
        ("502", "A provider that knows who people are could not be asked."),
    ];
    ALL.iter().filter(move |(status, _)| match *status {
        "401" => true,
        "403" => policy != Policy::Anyone,
        "415" => body,
        "502" => matches!(policy, Policy::Anyone | Policy::Person),
        _ => true,
    })
}

fn in_path(path: &'static str) -> impl Iterator<Item = Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.map(|name| {
        let schema = match name {
            "token" => json!({ "type": "string" }),
            _ => json!({ "type": "string", "format": "uuid" }),
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    })
}

/// Each property of the query's type is a parameter.
fn in_query(query: &Schema) -> Vec<Value> {
    let required = query.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let properties = query.get("properties").and_then(Value::as_object);
    let parameter = |(name, schema): (&String, &Value)| {
        let required = required.iter().any(|one| one == name);
        json!({ "name": name, "in": "query", "required": required, "schema": schema })
    };
    properties.into_iter().flatten().map(parameter).collect()
}

/// What every error is: `crate::http::Failure`.
fn error() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "required": ["error", "requestId"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message", "nextStep", "retryable"],
                "properties": {
                    "code": text,
                    "message": text,
                    "nextStep": text,
                    "field": { "type": ["string", "null"] },
                    "retryable": { "type": "boolean" },
                },
            },
            "requestId": text,
        },
    })
}
