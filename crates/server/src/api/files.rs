//! Files of a machine for whoever has no disk beside the server: a browser, a script. They are passed on while they come, however
//! long they are.

use super::{
    Answered, Api, Refusal,
    input::{Flow, Query},
    policy::Opened,
    route::{Answers, Told},
    wire,
};
use crate::{
    http::Failure,
    team::{Member, alter::conflict},
};
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt as _, stream};
use patchbay_core::{
    Authorized, Right,
    files::{Incoming, Outgoing},
};
use patchbay_model::{ApiError, ErrorCode, FilePlace, NodeId, SessionTarget};
use patchbay_team::audit;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::{Schema, SchemaGenerator, json_schema};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// How long nothing may come of a file that is sent.
const SILENCE: Duration = Duration::from_secs(60);
/// Characters of a path in the audit log.
const LONGEST: usize = 400;
/// What stands as it is in a name of a header (RFC 8187 section 3.2.1).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A file, as it is.
pub(super) struct Sending(Outgoing);

pub(super) async fn download(
    api: Arc<Api>,
    who: Opened,
    Query(asked): Query<wire::FileAt>,
) -> Answered<Sending> {
    let (member, machine, place) = opened(&api, &who, Right::View)?;
    let file = member.core.files().send_out(&place, &asked.path).await.map_err(ApiError::from)?;
    note(&api, &who, machine, &asked.path).await?;
    Ok(Sending(file))
}

pub(super) async fn upload(
    api: Arc<Api>,
    who: Opened,
    (Query(asked), flow): (Query<wire::FileTo>, Flow),
) -> Answered<Told<wire::Written>> {
    let (member, machine, place) = opened(&api, &who, Right::Edit)?;
    let files = member.core.files();
    let file = files.take_in(&place, &asked.path, asked.replace).await.map_err(ApiError::from)?;
    let end = api.team.watch(who.caller.account, who.caller.proof);
    let written = tokio::select! {
        written = take(file, flow) => written?,
        () = end.cancelled() => {
            return Err(conflict("You may not work with this machine any more.").into());
        }
    };
    note(&api, &who, machine, &asked.path).await?;
    Ok(Told(wire::Written { size: written.size }))
}

/// Whose services reach which machine's files, if that is what the session has open.
fn opened(
    api: &Api,
    who: &Opened,
    right: Right,
) -> Result<(Arc<Member>, NodeId, Authorized<FilePlace>), ApiError> {
    let member = api.team.opened(&who.caller, who.session)?;
    let info = member.core.sessions().info(who.session).map_err(ApiError::from)?;
    let SessionTarget::Files { id } = info.target else {
        return Err(conflict("The session has no files open.")
            .next("Open one whose target is {\"kind\": \"files\"}."));
    };
    let place = FilePlace::Machine { session: who.session };
    let place = member.ctx().authorize_files(place, right).map_err(ApiError::from)?;
    Ok((member, id, place))
}

/// Writes down which file of which machine it was.
async fn note(api: &Api, who: &Opened, machine: NodeId, path: &str) -> Result<(), ApiError> {
    let object = Some(machine.to_string());
    let organisation = api.team.session_organisation(&who.caller, who.session)?;
    let detail = Some(path.chars().take(LONGEST).collect());
    api.team.write_entry(audit::Entry { object, organisation, detail, ..who.entry(api) }).await
}

async fn take(mut file: Incoming, flow: Flow) -> Result<patchbay_model::FileEntry, Refusal> {
    let mut bytes = flow.0.into_data_stream();
    while let Some(next) = timeout(SILENCE, bytes.next()).await.map_err(|_| slow())? {
        let next = next.map_err(|_| {
            let next = "Send it again.";
            Failure::invalid(StatusCode::BAD_REQUEST, "The file broke off in the middle.", next)
        })?;
        file.write(next).await.map_err(ApiError::from)?;
    }
    Ok(file.finish().await.map_err(ApiError::from)?)
}

fn slow() -> Refusal {
    let error = ApiError::new(ErrorCode::TimedOut, "Nothing of the file came for a minute.");
    Refusal(Failure::new(StatusCode::REQUEST_TIMEOUT, error.next("Send it again.").retry()))
}

impl Answers for Sending {
    const KIND: &'static str = "application/octet-stream";

    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        Some(json_schema!({ "type": "string", "format": "binary" }))
    }

    fn respond(self) -> Response {
        let Outgoing { name, size, .. } = &self.0;
        let name = utf8_percent_encode(name, PLAIN);
        let name = HeaderValue::try_from(format!("attachment; filename*=UTF-8''{name}"));
        let size = HeaderValue::from(*size);
        let bytes = stream::try_unfold(self.0, async |mut file| {
            Ok::<_, patchbay_core::CoreError>(file.next().await?.map(|bytes: Bytes| (bytes, file)))
        });
        let mut response = Body::from_stream(bytes).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(Self::KIND));
        headers.insert(header::CONTENT_LENGTH, size);
        if let Ok(name) = name {
            headers.insert(header::CONTENT_DISPOSITION, name);
        }
        response
    }
}
