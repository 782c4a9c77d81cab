//! What became of a link, or of somebody who came by one.

use patchbay_model::{ApiError, ErrorCode};

/// Why it is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Why {
    /// The owner ended the sharing.
    Ended,
    /// The owner took the link back.
    TakenBack,
    /// The link's time is up.
    Expired,
    /// The session was closed.
    Closed,
    /// The owner may not share it any more.
    NotAllowed,
    /// The owner threw the guest out.
    ThrownOut,
    /// The guest's account may not look any more.
    SignedOut,
    /// The guest was not heard of for a while.
    Away,
    /// The guest left.
    Left,
}

impl Why {
    /// In a record of the audit log, behind a name.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Ended => "the sharing was ended",
            Self::TakenBack => "the link was taken back",
            Self::Expired => "the link has expired",
            Self::Closed => "the session was closed",
            Self::NotAllowed => "its owner may not share it any more",
            Self::ThrownOut => "thrown out",
            Self::SignedOut => "the account may not look any more",
            Self::Away => "not heard of for a while",
            Self::Left => "left",
        }
    }

    /// To whoever shows a token of it.
    pub(super) fn error(self) -> ApiError {
        let (message, next) = match self {
            Self::Ended => ("The sharing was ended.", "Ask for another link to come again."),
            Self::TakenBack => ("The link was taken back.", "Ask for another one."),
            Self::Expired => ("The link has expired.", "Ask for another one."),
            Self::Closed => ("The session was closed.", "There is nothing to see any more."),
            Self::NotAllowed => {
                ("The session is not shared any more.", "Ask whoever sent you the link.")
            }
            Self::ThrownOut => {
                ("You were removed from this session.", "Ask whoever sent you the link.")
            }
            Self::SignedOut => (
                "Your account may not see this session any more.",
                "Sign in and open the link again.",
            ),
            Self::Away => ("You were away for too long.", "Open the link again."),
            Self::Left => ("You have left.", "Open the link again to come back."),
        };
        let error = ApiError::new(ErrorCode::NotFound, message).next(next);
        // The link itself is still good.
        if matches!(self, Self::SignedOut | Self::Away | Self::Left) {
            error.retry()
        } else {
            error
        }
    }
}

/// A link that is not known.
pub(super) fn no_link() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "This link leads to no session, or not any more.")
        .next("Ask whoever sent it for another one.")
}

/// A guest that is not known.
pub(super) fn no_guest() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "You are not at a shared session, or not any more.")
        .next("Open the link again.")
}
