//! What can go wrong with files, as people read it.

use super::names;
use crate::{CoreError, tree::shown};
use patchbay_model::{ApiError, ErrorCode};
use patchbay_sftp::{SftpError, StatusCode};
use std::{io, path::Path};

/// A problem of a machine with a path. `doing` completes "could not be …": "read", "written".
pub(crate) fn of_machine(machine: &str, path: &[u8], doing: &str, error: &SftpError) -> CoreError {
    let path = short(path);
    let api = match error {
        SftpError::Status { code: StatusCode::NoSuchFile, .. } => {
            ApiError::new(ErrorCode::NotFound, format!("{path} is not on {machine}."))
                .next("Look again: it may have been moved or deleted.")
        }
        SftpError::Status { code: StatusCode::PermissionDenied, .. } => ApiError::new(
            ErrorCode::Storage,
            format!("{path} could not be {doing}: {machine} denies permission."),
        )
        .next("Sign in as a user who may, or change the permissions."),
        SftpError::Status { code: StatusCode::Failure, message } => ApiError::new(
            ErrorCode::Storage,
            format!("{path} could not be {doing}: {machine} says “{}”.", shown(message)),
        )
        .next("Check the space that is left there, and that nothing of that name is in the way."),
        SftpError::Status { code: StatusCode::Unsupported, .. } => ApiError::new(
            ErrorCode::Protocol,
            format!("{path} could not be {doing}: the SFTP server of {machine} cannot do that."),
        ),
        SftpError::NotOffered(_)
        | SftpError::TooManyNames(_)
        | SftpError::NulInPath
        | SftpError::TooLong => {
            ApiError::new(ErrorCode::Protocol, format!("{path} could not be {doing}: {error}."))
        }
        other => {
            ApiError::new(ErrorCode::Disconnected, format!("{path} could not be {doing}: {other}."))
                .next("Connect again and try once more.")
                .retry()
        }
    };
    CoreError::Api(Box::new(api))
}

/// A problem of this computer with a path.
pub(super) fn of_here(path: &Path, doing: &str, error: &io::Error) -> CoreError {
    let path = short(&names::of_path(path));
    let api = match error.kind() {
        io::ErrorKind::NotFound => {
            ApiError::new(ErrorCode::NotFound, format!("{path} is not on this computer."))
                .next("Look again: it may have been moved or deleted.")
        }
        io::ErrorKind::PermissionDenied => ApiError::new(
            ErrorCode::Storage,
            format!("{path} could not be {doing}: this computer denies permission."),
        )
        .next("Choose another folder, or change its permissions."),
        io::ErrorKind::StorageFull => ApiError::new(
            ErrorCode::Storage,
            format!("{path} could not be {doing}: the disk of this computer is full."),
        )
        .next("Make room and try again."),
        io::ErrorKind::AlreadyExists => in_the_way(&path),
        _ => ApiError::new(ErrorCode::Storage, format!("{path} could not be {doing}: {error}."))
            .next("Check the disk and the rights to the file."),
    };
    CoreError::Api(Box::new(api))
}

/// Whether the connection is gone, and with it everything that is under way over it.
pub(super) fn is_lost(error: &CoreError) -> bool {
    matches!(error, CoreError::Api(api) if api.code == ErrorCode::Disconnected)
}

/// The source has lost some of its end meanwhile.
pub(super) fn shorter(path: &[u8]) -> CoreError {
    let message = format!("{} became shorter while it was copied.", short(path));
    let api = ApiError::new(ErrorCode::Storage, message);
    CoreError::Api(Box::new(api.next("Copy it again.")))
}

/// Something of that name is there already.
pub(super) fn exists(path: &[u8]) -> CoreError {
    CoreError::Api(Box::new(in_the_way(&short(path))))
}

fn in_the_way(path: &str) -> ApiError {
    ApiError::new(ErrorCode::Invalid, format!("There is already something called {path}."))
        .next("Choose another name.")
}

/// A path as a message names it: of a long one the end, which says more.
pub(super) fn short(path: &[u8]) -> String {
    const MOST: usize = 56;
    let text = names::text(path);
    match text.char_indices().nth_back(MOST) {
        Some((at, _)) => shown(&format!("…{}", text.get(at..).unwrap_or_default())),
        None => shown(&text),
    }
}
