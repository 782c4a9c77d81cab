//! A route: where it is, who may call it, what it takes and answers, and what runs.

use super::{
    Answered, Api, Refusal, Served,
    input::{Input, Takes},
    policy::{Admits, Policy},
};
use crate::{
    Caller, Peer,
    http::{Credential, Door, Failure},
};
use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, RawPathParams, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::MethodFilter,
};
use futures_util::{FutureExt, future::BoxFuture};
use patchbay_model::ErrorCode;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;

/// The longest name of a client that is looked at.
const LONGEST_CLIENT: usize = 400;

/// A method.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Verb {
    pub(super) const fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
            Self::Patch => MethodFilter::PATCH,
            Self::Delete => MethodFilter::DELETE,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Patch => "patch",
            Self::Delete => "delete",
        }
    }
}

type Run = Box<dyn Fn(Arc<Api>, Asked) -> BoxFuture<'static, Served> + Send + Sync>;

/// A route.
pub(super) struct Route {
    pub(super) verb: Verb,
    /// Below [`super::ROOT`].
    pub(super) path: &'static str,
    /// Unlike that of every other; in the audit log it is what was done.
    pub(super) action: &'static str,
    pub(super) policy: Policy,
    /// One line about it.
    pub(super) summary: &'static str,
    pub(super) takes: fn(&mut SchemaGenerator) -> Takes,
    pub(super) answers: fn(&mut SchemaGenerator) -> Option<Schema>,
    /// What the body of an answer is.
    pub(super) answer_kind: &'static str,
    /// It reads its body while it comes.
    flows: bool,
    run: Run,
}

/// A request, as far as it was looked at.
pub(super) struct Asked {
    pub(super) peer: Peer,
    pub(super) action: &'static str,
    /// Who asks; not looked for where nobody has to be signed in.
    pub(super) caller: Option<Caller>,
    pub(super) credential: Option<Credential>,
    pub(super) body: Bytes,
    /// The body of a route that reads it while it comes; taken once.
    pub(super) flow: Mutex<Option<Body>>,
    pub(super) query: String,
    /// Cancelled when the server is told to end.
    pub(super) drain: CancellationToken,
    headers: HeaderMap,
    params: Vec<(String, String)>,
}

/// A route of the table.
pub(super) fn route<P, I, A, F, Fut>(
    verb: Verb,
    path: &'static str,
    action: &'static str,
    _policy: P,
    run: F,
    summary: &'static str,
) -> Route
where
    P: Admits,
    I: Input,
    A: Answers,
    F: Fn(Arc<Api>, P::Who, I) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Answered<A>> + Send + 'static,
{
    let run = move |api: Arc<Api>, asked: Asked| {
        async move {
            // Who may not call it at all learns nothing of what it takes.
            let who = P::admit(&api, &asked)?;
            let input = I::take(&asked)?;
            run(api, who, input).await.map(Answers::respond)
        }
        .boxed()
    };
    Route {
        verb,
        path,
        action,
        policy: P::POLICY,
        summary,
        takes: I::describe,
        answers: A::schema,
        answer_kind: A::KIND,
        flows: I::FLOWS,
        run: Box::new(run),
    }
}

impl Route {
    pub(super) async fn serve(&self, api: Arc<Api>, request: Request) -> Served {
        let asked = self.asked(request).await?;
        let caller = asked.caller;
        let organisation = asked.param("organisation").and_then(|id| id.parse().ok());
        let served = (self.run)(Arc::clone(&api), asked).await;
        // What was tried and not allowed is written down as what was done is.
        if let (Err(refusal), Some(caller)) = (&served, caller)
            && self.verb != Verb::Get
            && refusal.code() == ErrorCode::NotAllowed
        {
            api.team.note_refused(&caller, self.action, organisation, &refusal.0.error).await?;
        }
        served
    }

    async fn asked(&self, request: Request) -> Result<Asked, Refusal> {
        let (mut parts, body) = request.into_parts();
        let peer = Peer::from_request_parts(&mut parts, &()).await?;
        let (credential, caller) = match self.policy {
            // A token that is good no more is no reason not to be let in.
            Policy::Anyone => (Credential::of(&parts.headers).unwrap_or_default(), None),
            Policy::Guest => (None, self.caller(&mut parts).await.unwrap_or(None)),
            _ => (None, self.caller(&mut parts).await?),
        };
        let door = parts.extensions.get::<Arc<Door>>();
        let drain = door.map(|door| door.drain.clone()).unwrap_or_default();
        let params = RawPathParams::from_request_parts(&mut parts, &()).await.map_err(|_| {
            Failure::invalid(StatusCode::BAD_REQUEST, "The address is not UTF-8.", "")
        })?;
        let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let params = params.collect();
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let headers = std::mem::take(&mut parts.headers);
        let (flow, body) = if self.flows { (Some(body), Body::empty()) } else { (None, body) };
        let body = Bytes::from_request(Request::from_parts(parts, body), &()).await;
        let body = body.map_err(|_| {
            Failure::invalid(
                StatusCode::BAD_REQUEST,
                "The request broke off in the middle.",
                "Send it again.",
            )
        })?;
        let action = self.action;
        let flow = Mutex::new(flow);
        Ok(Asked { peer, action, caller, credential, body, flow, query, drain, headers, params })
    }

    async fn caller(&self, parts: &mut Parts) -> Result<Option<Caller>, Refusal> {
        Ok(<Caller as OptionalFromRequestParts<()>>::from_request_parts(parts, &()).await?)
    }
}

impl Asked {
    /// What stands in the path in place of a name in braces.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(its, _)| its == name).map(|(_, value)| value.as_str())
    }

    /// Of what stands in the path in place of names, the last (0), the one before it (1), and so on.
    pub(super) fn param_from_end(&self, before: usize) -> Option<&str> {
        self.params.iter().nth_back(before).map(|(_, value)| value.as_str())
    }

    /// Of the page that asks.
    pub(super) fn origin(&self) -> Option<String> {
        let origin = self.headers.get(header::ORIGIN)?;
        origin.to_str().ok().map(str::to_owned)
    }

    pub(super) fn is_json(&self) -> bool {
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
        kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
    }

    /// What a request was made with, as `Firefox on Linux`.
    pub(super) fn client(&self) -> String {
        let agent = self.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        client(agent.unwrap_or_default())
    }
}

/// What a client is, from what it calls itself. Every browser claims to be most of the others, and names itself last.
fn client(agent: &str) -> String {
    let agent: String = agent.chars().take(LONGEST_CLIENT).collect();
    let first = |known: &[(&'static str, &'static str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    let browser = first(&[
        ("Patchbay", "Patchbay"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("macOS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, _) => {
            let own = agent.split(['/', ' ']).next().unwrap_or_default();
            if own.is_empty() { "Unknown".to_owned() } else { own.chars().take(40).collect() }
        }
    }
}

/// What a handler answers with.
pub(super) trait Answers {
    /// What the body is, as an HTTP client is told.
    const KIND: &'static str = "application/json";
    /// Of the body; none if there is none.
    fn schema(schemas: &mut SchemaGenerator) -> Option<Schema>;
    fn respond(self) -> Response;
}

/// JSON.
pub(super) struct Told<T>(pub(super) T);

/// No body: 204.
pub(super) struct Nothing;

/// With cookies, if it is for a browser.
pub(super) struct Baked<A>(pub(super) A, pub(super) Vec<HeaderValue>);

impl<T: Serialize + JsonSchema> Answers for Told<T> {
    fn schema(schemas: &mut SchemaGenerator) -> Option<Schema> {
        Some(schemas.subschema_for::<T>())
    }

    fn respond(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl Answers for Nothing {
    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        None
    }

    fn respond(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl<A: Answers> Answers for Baked<A> {
    fn schema(schemas: &mut SchemaGenerator) -> Option<Schema> {
        A::schema(schemas)
    }

    fn respond(self) -> Response {
        let mut response = self.0.respond();
        for cookie in self.1 {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::client;

    #[test]
    fn clients_are_called_by_what_people_call_them() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 Safari/537.36 Edg/139.0",
                "Edge on Windows",
            ),
            ("curl/8.9.1", "curl"),
            ("", "Unknown"),
        ] {
            assert_eq!(client(agent), name);
        }
    }
}
