//! RRE (RFC 6143 section 7.7.3) and `CoRRE`: a background and rectangles on it, each of one colour.

use crate::{
    VncError,
    input::{Input, Step},
};
use patchbay_session::desktop::{Rect, Screen};

/// How many rectangles are to come; none before the background was read.
#[derive(Default)]
pub(crate) struct Rre {
    left: Option<u32>,
}

impl Rre {
    /// `compact` is `CoRRE`: places and sizes take a byte each.
    pub(crate) fn decode(
        &mut self,
        compact: bool,
        input: &mut Input<'_>,
        rect: Rect,
        screen: &Screen,
    ) -> Result<Step, VncError> {
        let mut left = match self.left {
            Some(left) => left,
            None => {
                let mut ahead = *input;
                let (Some(count), Some([red, green, blue, _])) = (ahead.u32(), ahead.array())
                else {
                    return Ok(Step::More(8));
                };
                *input = ahead;
                screen.draw(|canvas| canvas.fill(rect, [red, green, blue]))?;
                count
            }
        };
        screen.draw(|canvas| -> Result<(), VncError> {
            while left > 0 {
                let Some((part, colour)) = part(compact, input) else { break };
                let (Some(x), Some(y)) = (rect.x.checked_add(part.x), rect.y.checked_add(part.y))
                else {
                    return Err(VncError::protocol("an RRE rectangle lies outside"));
                };
                if !rect.size().rect().contains(part) {
                    return Err(VncError::protocol("an RRE rectangle lies outside"));
                }
                canvas.fill(Rect { x, y, ..part }, colour)?;
                left -= 1;
            }
            Ok(())
        })?;
        self.left = Some(left).filter(|left| *left > 0);
        Ok(if left == 0 { Step::Done } else { Step::More(if compact { 8 } else { 12 }) })
    }
}

fn part(compact: bool, input: &mut Input<'_>) -> Option<(Rect, [u8; 3])> {
    let mut ahead = *input;
    let [red, green, blue, _] = ahead.array()?;
    let mut next = || if compact { ahead.u8().map(u16::from) } else { ahead.u16() };
    let rect = Rect::new(next()?, next()?, next()?, next()?);
    *input = ahead;
    Some((rect, [red, green, blue]))
}
