//! A session channel (RFC 4254 section 6) on the machine, up to the moment something runs in it.

use crate::{Hop, SshError, Target, Waiting, dial, route::Route};
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf, client::Msg};
use std::time::Duration;
use tokio::time::timeout;

/// A login shell may be slow to start, but its channel is answered before it runs.
const LIMIT: Duration = Duration::from_secs(30);

/// russh does not hold a server to the channel's window.
const MOST_EARLY: usize = 1024 * 1024;

/// A channel in which something was started.
pub(crate) struct Started {
    pub read: ChannelReadHalf,
    pub write: ChannelWriteHalf<Msg>,
    /// Which of the wishes were granted.
    pub granted: Vec<bool>,
    /// What came before the last answer.
    pub early: Vec<ChannelMsg>,
}

/// The machine, as opposed to the jump hosts.
pub(crate) fn machine(target: &Target) -> Result<&Hop, SshError> {
    target.hops.last().ok_or_else(|| SshError::Internal("there is no hop".into()))
}

/// Opens the channel.
pub(crate) async fn open(route: &Route, hop: &Hop) -> Result<Channel<Msg>, SshError> {
    let link = route.last()?;
    match timeout(LIMIT, link.handle.channel_open_session()).await {
        Ok(Ok(channel)) => Ok(channel),
        Ok(Err(russh::Error::ChannelOpenFailure(_))) => {
            let why = link.shared.forward_refusal().filter(|s| !s.is_empty());
            Err(SshError::ShellRefused {
                what: why.map_or_else(|| "a session".into(), |w| format!("a session ({w})")),
            })
        }
        Ok(Err(_)) => Err(link.broke_off(Waiting::Shell)),
        Err(_) => Err(late(hop)),
    }
}

/// Waits for the answer to each request, in order: first those that may be refused, of which there are `wishes`, then
/// those that may not; `names` says what these were for.
pub(crate) async fn answers(
    route: &Route,
    hop: &Hop,
    channel: Channel<Msg>,
    wishes: usize,
    names: &[&str],
) -> Result<Started, SshError> {
    let (mut read, write) = channel.split();
    let mut early = Vec::new();
    let mut bytes = 0;
    let mut granted = Vec::with_capacity(wishes);
    let all = std::iter::repeat_n(None, wishes).chain(names.iter().map(Some));
    let waiting = async {
        for name in all {
            loop {
                match (read.wait().await, name) {
                    (Some(ChannelMsg::Success), Some(_)) => break,
                    (Some(answer @ (ChannelMsg::Success | ChannelMsg::Failure)), None) => {
                        granted.push(matches!(answer, ChannelMsg::Success));
                        break;
                    }
                    (Some(ChannelMsg::Failure | ChannelMsg::Close), name) => {
                        let what = name.map_or("a session", |name| *name);
                        return Err(SshError::ShellRefused { what: what.to_owned() });
                    }
                    (None, _) => return Err(route.last()?.broke_off(Waiting::Shell)),
                    (Some(other), _) => {
                        if let ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. } =
                            &other
                        {
                            bytes += data.len();
                        }
                        early.push(other);
                        if bytes > MOST_EARLY || early.len() > MOST_EARLY / 256 {
                            return Err(SshError::Flooded);
                        }
                    }
                }
            }
        }
        Ok(())
    };
    match timeout(LIMIT, waiting).await {
        Ok(done) => done?,
        Err(_) => return Err(late(hop)),
    }
    Ok(Started { read, write, granted, early })
}

fn late(hop: &Hop) -> SshError {
    SshError::TimedOut { address: dial::shown(hop), waiting: Waiting::Shell, after: LIMIT }
}
