//! When sign-ins and tokens were used last. It changes often and matters little: no audit, no revision.

use crate::connection::Connection;
use crate::{StoreError, revisions};
use patchbay_model::{SignInId, Timestamp, TokenId};

/// Something was used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Use {
    /// A sign-in.
    SignIn(SignInId, Timestamp),
    /// A token, and from where.
    Token(TokenId, Timestamp, String),
}

/// Writes uses down. What was deleted meanwhile, or used later, stays as it is.
pub(crate) async fn write(on: &mut Connection<'_>, uses: &[Use]) -> Result<(), StoreError> {
    revisions::queue(on).await?;
    for one in uses {
        match one {
            Use::SignIn(id, at) => {
                let sql = "UPDATE sign_ins SET last_used = $2 WHERE id = $1 AND last_used < $2";
                on.run(sql, &[id.as_bytes().into(), at.0.into()]).await?
            }
            Use::Token(id, at, address) => {
                let sql = "UPDATE tokens SET last_used = $2, last_address = $3 \
                    WHERE id = $1 AND (last_used IS NULL OR last_used < $2)";
                on.run(sql, &[id.as_bytes().into(), at.0.into(), address.into()]).await?
            }
        };
    }
    Ok(())
}
