//! Pictures between the system's clipboard and that of a desktop.
//!
//! The page says when, as with text; the pictures do not pass through it. Deliberately absent: whether they may go at all,
//! which the core knows.

use crate::bridge::Shell;
use crate::clipboard::Picture;
use crate::host::no_clipboard;
use patchbay_core::sessions::CopiedPicture;
use patchbay_model::{ApiError, SessionId};
use serde::{Deserialize, Serialize};

/// A session that shows a desktop.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfDesktop {
    id: SessionId,
}

/// Whether a picture was passed on.
#[derive(Serialize)]
pub(crate) struct Passed {
    passed: bool,
}

/// Puts the picture that was copied last on a desktop into the system's clipboard.
pub(crate) async fn take_picture(shell: &Shell, of: OfDesktop) -> Result<Passed, ApiError> {
    let copied = shell.ctx.core.sessions().copied_picture(of.id).await?;
    let Some(CopiedPicture { width, height, rgba }) = copied else {
        return Ok(Passed { passed: false });
    };
    let (Ok(width), Ok(height)) = (usize::try_from(width), usize::try_from(height)) else {
        return Ok(Passed { passed: false });
    };
    let copying = shell.clipboard.copy_picture(Picture { width, height, rgba });
    copying.await.map_err(no_clipboard)?;
    Ok(Passed { passed: true })
}

/// Offers the picture in the system's clipboard to a desktop, if there is one and it can be pasted there.
pub(crate) async fn offer_picture(shell: &Shell, of: OfDesktop) -> Result<Passed, ApiError> {
    let sessions = shell.ctx.core.sessions();
    // Nobody looks into the clipboard for a desktop that may not have what is in it.
    if !sessions.takes_pictures(of.id)? {
        return Ok(Passed { passed: false });
    }
    let here = shell.clipboard.picture().await.map_err(no_clipboard)?;
    let Some(Picture { width, height, rgba }) = here else {
        return Ok(Passed { passed: false });
    };
    let (Ok(width), Ok(height)) = (u32::try_from(width), u32::try_from(height)) else {
        return Ok(Passed { passed: false });
    };
    let passed = sessions.offer_picture(of.id, CopiedPicture { width, height, rgba }).await?;
    Ok(Passed { passed })
}
