//! A user name and a password as they are (`VeNCrypt`'s Plain, Tight's Unix login). Encryption is a matter of what carries
//! them.

use crate::{VncError, ask::Person, wire::Wire};
use zeroize::Zeroizing;

pub(super) async fn sign_in(wire: &mut Wire, person: &Person) -> Result<(), VncError> {
    let (user, password) = person.user_and_password().await?;
    let password = password.expose_secret();
    let mut message = Zeroizing::new(Vec::with_capacity(8 + user.len() + password.len()));
    for part in [user.as_str(), password] {
        message.extend(u32::try_from(part.len()).unwrap_or_default().to_be_bytes());
    }
    message.extend(user.as_bytes());
    message.extend(password.as_bytes());
    wire.write(&message).await
}
