//! What a program asks a dynamic tunnel for (`engine_ssh::forward::socks`): the methods it offers, then its request.

use patchbay_engine_ssh::forward::{Read, socks};
use patchbay_model::TunnelEnd;

/// No more is asked for than a message can hold, what is asked for is enough, and a name is fit to be shown.
pub(crate) fn run(data: &[u8]) -> bool {
    let Some((greeting, rest)) = split(data, socks::methods) else { return false };
    assert!(greeting <= 2 + 255, "{greeting}");
    let Some((length, _)) = split(rest, socks::request) else { return false };
    assert!(length <= 5 + 255 + 2, "{length}");
    let whole = socks::request(rest.get(..length).unwrap_or_default());
    let fit = |address: &str| !address.is_empty() && !address.contains(char::is_control);
    assert!(
        matches!(&whole, Ok(Read::Done(TunnelEnd::Port { address, .. })) if fit(address)),
        "{whole:?}"
    );
    true
}

/// Reads as the tunnel does, just as much as is asked for; how much that was, and what is left.
fn split<T>(
    data: &[u8],
    decode: impl Fn(&[u8]) -> Result<Read<T>, socks::Refused>,
) -> Option<(usize, &[u8])> {
    let mut length = 0;
    loop {
        match decode(data.get(..length)?).ok()? {
            Read::Done(_) => return Some((length, data.get(length..)?)),
            Read::More(more) => {
                assert!(more > 0, "nothing more is asked for");
                length += more;
            }
        }
    }
}
