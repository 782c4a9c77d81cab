//! Channels a server opens to us: to which of the doors that were asked for they belong. All others are refused.

use crate::text::phrase;
use russh::{
    Channel,
    client::{ChannelOpenHandle, Msg},
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use tokio::sync::mpsc;

/// Channels that wait to be looked at.
const WAITING: usize = 64;

/// What a server was asked to forward to us.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Door {
    /// Connections to a port of the machine, with the address as it was asked for.
    Port(String, u32),
    /// Connections to a Unix socket of the machine.
    Socket(String),
    /// Programs there that use the SSH agent here.
    Agent,
    /// Programs there that show something on the X server here.
    X11,
}

/// A channel a server wants to open.
pub(crate) struct Arrival {
    pub(crate) channel: Channel<Msg>,
    pub(crate) reply: ChannelOpenHandle,
    /// Who connected there, as the server says it; made safe to show.
    pub(crate) from: String,
}

/// The doors that are open.
#[derive(Default)]
pub(crate) struct Inbound(Mutex<HashMap<Door, mpsc::Sender<Arrival>>>);

impl Inbound {
    /// Opens a door; it closes when the receiver is dropped. `None` if it is open already.
    pub(crate) fn open(&self, door: Door) -> Option<mpsc::Receiver<Arrival>> {
        let mut doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        doors.retain(|_, sender| !sender.is_closed());
        if doors.contains_key(&door) {
            return None;
        }
        let (sender, receiver) = mpsc::channel(WAITING);
        doors.insert(door, sender);
        Some(receiver)
    }

    /// Gives a channel to whom it belongs; it is refused when it belongs to nobody or is one too many.
    pub(crate) fn arrive(
        &self,
        door: &Door,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        from: &str,
    ) {
        // Dropping what cannot be handed over refuses it.
        if let Some(sender) = self.sender(door)
            && let Ok(place) = sender.try_reserve()
        {
            place.send(Arrival { channel, reply, from: phrase(from) });
        }
    }

    fn sender(&self, door: &Door) -> Option<mpsc::Sender<Arrival>> {
        let doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |other: &Door| match (other, door) {
            // Some servers name the address they listen at and not the one that was asked for.
            (Door::Port(_, one), Door::Port(_, other)) => one == other,
            (one, other) => one == other,
        };
        doors
            .get(door)
            .or_else(|| doors.iter().find(|(other, _)| same(other)).map(|(_, sender)| sender))
            .cloned()
    }
}
