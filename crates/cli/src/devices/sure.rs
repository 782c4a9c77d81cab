//! Being sure: what hangs on a thing is said, and its name is typed, or given with `--confirm`.

use super::args::Sure;
use crate::{
    ask,
    report::{Failure, say},
};
use patchbay_model::{ApiError, DependantEffect, ErrorCode, PowerGuard};

/// What was typed or given, if a name is wanted.
pub(super) async fn sure(guard: &PowerGuard, given: &Sure) -> Result<Option<String>, Failure> {
    if guard.name.is_none() {
        return Ok(None);
    }
    say(&guard.title);
    say(&guard.meaning);
    for one in &guard.dependants {
        let effect = match one.effect {
            DependantEffect::GoesDown => "goes down",
            DependantEffect::LosesOne => "loses one of several",
            DependantEffect::Stops => "stops",
            DependantEffect::CutsOff => "is cut off",
        };
        say(&format!("  {}: {effect} ({})", one.name, one.detail));
    }
    match &guard.name {
        Some(name) => named(name, given).await.map(Some),
        None => Ok(None),
    }
}

/// The name of something that has to be typed.
pub(super) async fn named(name: &str, given: &Sure) -> Result<String, Failure> {
    if let Some(given) = &given.confirm {
        return Ok(given.clone());
    }
    if !ask::somebody_is_there() {
        let error =
            ApiError::new(ErrorCode::Invalid, "Nobody is there to be asked. Nothing was done.");
        return Err(error.next(format!("Say --confirm {name} if that is what you want.")).into());
    }
    let label = format!("Type {name} to go on: ");
    let typed = tokio::task::spawn_blocking(move || ask::shown(&label)).await.ok().flatten();
    typed.ok_or_else(|| ApiError::new(ErrorCode::Cancelled, "Nothing was done.").into())
}
