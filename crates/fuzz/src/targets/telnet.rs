//! What a Telnet server sends (`engine_line::Telnet`): options, questions and data in any order.

use bytes::BytesMut;
use patchbay_engine_line::{Keys, Telnet, TelnetOptions};
use patchbay_model::{LineEnding, LocalEcho, TerminalSize};

const USER: &str = "ops";
const TYPE: &str = "xterm-256color";

fn fresh() -> Telnet {
    let keys = Keys { enter: LineEnding::CrLf, echo: LocalEcho::Auto };
    let options =
        TelnetOptions { terminal_type: TYPE.to_owned(), user: Some(USER.to_owned()), keys };
    let mut telnet = Telnet::new(options, TerminalSize { cols: 80, rows: 24, width: 0, height: 0 });
    telnet.start(&mut BytesMut::new());
    telnet
}

/// What is shown is no longer than what came, answers are no longer than questions can make them, and it makes no
/// difference where the stream is cut. Understood is what is answered or shown whole.
pub(crate) fn run(data: &[u8]) -> bool {
    let (mut shown, mut wire) = (BytesMut::new(), BytesMut::new());
    fresh().hear(data, &mut shown, &mut wire);
    assert!(shown.len() <= data.len(), "more is shown than came");
    // The shortest question has six bytes and the longest answer not many more; an option has three for nine and a size.
    assert!(wire.len() <= data.len() * 8, "{} bytes are answered by {}", data.len(), wire.len());

    let (mut piecemeal, mut answers) = (BytesMut::new(), BytesMut::new());
    let mut telnet = fresh();
    for byte in data {
        telnet.hear(&[*byte], &mut piecemeal, &mut answers);
    }
    assert_eq!((shown.clone(), wire.clone()), (piecemeal, answers), "a cut made a difference");
    !wire.is_empty() || (!data.is_empty() && shown == data)
}
