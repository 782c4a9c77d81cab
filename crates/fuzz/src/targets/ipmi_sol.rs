//! Payloads of a serial console (`device_ipmi::SolLine`): the input is cut into them by their lengths.

use bytes::BytesMut;
use patchbay_device_ipmi::SolLine;

/// No more is shown than came, and each answer fits the BMC's packets. Understood is what shows something.
pub(crate) fn run(data: &[u8]) -> bool {
    const MOST: u16 = 64;
    let (mut line, mut shown, mut rest) = (SolLine::new(MOST), BytesMut::new(), data);
    line.typed(b"typed before anything came");
    while let Some((length, tail)) = rest.split_first() {
        let (payload, tail) = tail.split_at_checked((*length).into()).unwrap_or((tail, &[]));
        rest = tail;
        let _damaged = line.receive(payload, &mut shown);
        for _ in 0..3 {
            let Some(answer) = line.outgoing() else { break };
            assert!((4..=MOST.into()).contains(&answer.len()), "{} bytes", answer.len());
        }
    }
    assert!(shown.len() <= data.len(), "more is shown than came");
    !shown.is_empty()
}
