//! Who has control: given by the owner, asked for and given back by guests, and the owner's again at any time.

use super::{Team, why::no_guest};
use crate::{
    Caller,
    team::{
        Visitor,
        alter::{about, conflict, saying},
        not_found,
    },
};
use patchbay_model::{ApiError, ErrorCode, GuestId, SessionId, ShareId};
use patchbay_team::audit;
use std::time::Duration;
use tokio::time::Instant;

/// How often a guest may change their mind about wanting control.
const THINK: Duration = Duration::from_secs(1);

/// What a guest wants of control.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wish {
    /// To have it.
    Ask,
    /// Not any more.
    Withdraw,
    /// To give it back.
    GiveBack,
}

impl Team {
    /// Gives control to a guest, or takes it back.
    pub(crate) async fn give_control(
        &self,
        caller: &Caller,
        session: SessionId,
        to: Option<GuestId>,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.opened(caller, session)?;
        let Some(id) = to else { return self.take_control(session, entry).await };
        let (name, link) = self.may_have(session, id)?;
        let entry = saying(about(&entry, "share", link), format!("control to {name}"));
        // Before anything can be done with it.
        self.write_down(vec![entry]).await?;
        self.may_have(session, id)?;
        let mut state = self.sharing.lock();
        if let Some(shared) = state.shared.get_mut(&session) {
            let number = shared.guests.iter().find(|guest| guest.id == id).map(|one| one.number);
            shared.hand_to(number.ok_or_else(|| not_found("guest"))?);
        }
        state.settle(session);
        Ok(())
    }

    /// The name of a guest whom control can be given to.
    fn may_have(&self, session: SessionId, id: GuestId) -> Result<(String, ShareId), ApiError> {
        let state = self.sharing.lock();
        let shared = state.shared.get(&session);
        let guest = shared.and_then(|shared| shared.guests.iter().find(|guest| guest.id == id));
        let guest = guest.ok_or_else(|| not_found("guest"))?;
        if guest.may_control {
            return Ok((guest.name.clone(), guest.link));
        }
        Err(conflict(format!("{} came by a link that only lets look.", guest.name))
            .next("Send them one that lets control.")
            .on("guest"))
    }

    /// At once, whatever becomes of the audit log.
    async fn take_control(&self, session: SessionId, entry: audit::Entry) -> Result<(), ApiError> {
        let from = {
            let mut state = self.sharing.lock();
            let Some(shared) = state.shared.get_mut(&session) else { return Ok(()) };
            let Some(from) = shared.holder().map(|one| (one.name.clone(), one.link)) else {
                return Ok(());
            };
            shared.hand_to(0);
            state.settle(session);
            from
        };
        let (name, link) = from;
        let entry = saying(about(&entry, "share", link), format!("control back from {name}"));
        self.write_down(vec![entry]).await
    }

    /// A guest asks for control, or gives it back.
    pub(crate) async fn wish(
        &self,
        key: &str,
        wish: Wish,
        visitor: &Visitor,
    ) -> Result<(), ApiError> {
        let hash = self.guest_key(key, visitor)?;
        let entry = {
            let mut state = self.sharing.lock();
            let (shared, at) = state.by_key(&hash).ok_or_else(no_guest)?;
            let session = shared.session;
            let holder = shared.floor.holder();
            let guest = shared.guests.get_mut(at).ok_or_else(no_guest)?;
            match wish {
                Wish::Ask if !guest.may_control => {
                    return Err(conflict("Your link only lets you look.")
                        .next("Ask whoever sent it for one that lets you control."));
                }
                Wish::Ask if guest.number == holder => return Ok(()),
                Wish::Ask | Wish::Withdraw => {
                    let asks = wish == Wish::Ask;
                    if guest.asks == asks {
                        return Ok(());
                    }
                    if guest.asked.is_some_and(|asked| asked.elapsed() < THINK) {
                        let message = "You changed your mind just now.";
                        return Err(ApiError::new(ErrorCode::Throttled, message)
                            .next("Wait a second.")
                            .retry());
                    }
                    (guest.asks, guest.asked) = (asks, Some(Instant::now()));
                    state.settle(session);
                    return Ok(());
                }
                Wish::GiveBack if guest.number != holder => return Ok(()),
                Wish::GiveBack => {
                    let entry = self.by_guest(guest, "share.control");
                    let entry = saying(entry, format!("control back from {}", guest.name));
                    shared.hand_to(0);
                    state.settle(session);
                    entry
                }
            }
        };
        self.write_down(vec![entry]).await
    }
}
