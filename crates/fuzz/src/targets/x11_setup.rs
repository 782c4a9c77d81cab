//! The beginning of an X11 connection (`engine_ssh::forward::x11`), which a program on a machine writes.

use patchbay_engine_ssh::forward::{Read, x11};

/// No more is asked for than is bounded, and with another cookie it is the beginning of a connection still.
pub(crate) fn run(data: &[u8]) -> bool {
    match x11::setup(data) {
        None => false,
        Some(Read::More(more)) => {
            assert!(more > 0 && data.len() + more <= 12 + 2 * 256, "{more}");
            false
        }
        Some(Read::Done(setup)) => {
            for cookie in [None, Some(&[7_u8; 16][..])] {
                let changed = setup.with(cookie);
                assert!(matches!(x11::setup(&changed), Some(Read::Done(_))), "{changed:?}");
            }
            true
        }
    }
}
