//! The frames of a terminal of Proxmox VE, and the greeting before it (`device_proxmox::termproxy`).

use bytes::{Bytes, BytesMut};
use patchbay_device_proxmox::termproxy::{Frame, Greeting, NoFrame};

fn frames<'a>(parts: impl Iterator<Item = &'a [u8]>) -> (Vec<Frame>, Result<(), NoFrame>) {
    let (mut bytes, mut all) = (BytesMut::new(), Vec::new());
    for part in parts {
        bytes.extend_from_slice(part);
        loop {
            match Frame::take(&mut bytes) {
                Ok(Some(frame)) => all.push(frame),
                Ok(None) => break,
                Err(error) => return (all, Err(error)),
            }
        }
    }
    (all, Ok(()))
}

fn greeted<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Result<(bool, Vec<u8>), NoFrame> {
    let (mut greeting, mut whole, mut rest) = (Greeting::default(), false, Vec::new());
    for part in parts {
        let mut part = Bytes::copy_from_slice(part);
        whole = greeting.hear(&mut part)?;
        rest.extend_from_slice(&part);
    }
    Ok((whole, rest))
}

/// It makes no difference where it is cut, and a frame that is written is read as the same.
pub(crate) fn run(data: &[u8]) -> bool {
    let whole = frames(std::iter::once(data));
    let greeting = greeted(std::iter::once(data));
    for size in [1, 2, 7] {
        assert_eq!(frames(data.chunks(size)), whole, "in parts of {size}");
        if !data.is_empty() {
            assert_eq!(greeted(data.chunks(size)), greeting, "in parts of {size}");
        }
    }
    for frame in &whole.0 {
        let mut written = BytesMut::from(frame.encode().as_slice());
        assert_eq!(Frame::take(&mut written), Ok(Some(frame.clone())));
        assert!(written.is_empty());
    }
    !whole.0.is_empty() && whole.1.is_ok()
}
