//! What a conserver says of a console (`engine_line::conserver::Info`), and what comes from the console through it.

use super::text;
use bytes::BytesMut;
use patchbay_engine_line::conserver::{Console, Info};

/// Who is said to be there stands in the line, and a console is called what it says. Of what a console says no more is shown than
/// came, answers are no longer, and it makes no difference where the stream is cut.
pub(crate) fn run(data: &[u8]) -> bool {
    let (mut shown, mut wire) = (BytesMut::new(), BytesMut::new());
    Console::default().hear(data, &mut shown, &mut wire);
    assert!(shown.len() <= data.len() && wire.len() <= data.len(), "more than came");
    let (mut piecemeal, mut answers) = (BytesMut::new(), BytesMut::new());
    let mut console = Console::default();
    for byte in data {
        console.hear(&[*byte], &mut piecemeal, &mut answers);
    }
    assert_eq!((shown, wire), (piecemeal, answers), "a cut made a difference");

    let line = text(data);
    let Some(info) = Info::of(&line) else { return false };
    assert!(line.starts_with(&info.name) && info.is_called(&info.name), "{line:?}");
    assert!(info.writer.is_none_or(|who| line.contains(&who)), "{line:?}");
    assert!(info.watchers <= line.len(), "{line:?}");
    true
}
