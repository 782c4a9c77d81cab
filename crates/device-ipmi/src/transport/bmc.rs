//! A BMC: one session, opened when it is needed and kept alive, one command at a time.

use super::{Bmcs, Link, Options, Request};
use crate::{IpmiError, Login};
use std::{
    net::SocketAddr,
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

const APP: u8 = 6;
const GET_DEVICE_ID: u8 = 1;
const NO_PRIVILEGE: u8 = 0xd4;

/// A BMC and who signs in there. Clones share the session; it ends when the last of them is dropped.
#[derive(Clone, Debug)]
pub struct Bmc(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bmcs: Bmcs,
    address: SocketAddr,
    login: Login,
    options: Options,
    link: Mutex<Option<Link>>,
}

impl Bmc {
    pub(super) fn new(bmcs: Bmcs, address: SocketAddr, login: Login, options: Options) -> Self {
        let inner = Arc::new(Inner { bmcs, address, login, options, link: Mutex::new(None) });
        if let Some(silence) = options.keep_alive {
            tokio::spawn(keep_alive(Arc::downgrade(&inner), silence));
        }
        Self(inner)
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// How it is talked to.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// Opens a session of its own, beside that of the commands.
    pub(crate) async fn open_link(&self) -> Result<Link, IpmiError> {
        let mut tried = Vec::new();
        loop {
            let before = tried.len();
            let mailbox = self.0.bmcs.mailbox(self.0.address)?;
            match Link::open(mailbox, &self.0.login, &self.0.options, &mut tried).await {
                Err(IpmiError::Silent) if tried.len() > before => {}
                result => return result,
            }
        }
    }

    /// Ends the session, so that the BMC has room for others. The next command opens a new one.
    pub async fn close(&self) {
        self.0.link.lock().await.take();
    }

    /// Tells the BMC something any client may know of, and gives the data of its answer.
    ///
    /// # Errors
    /// As for every command; [`IpmiError::NotKnown`] if the answer was lost.
    pub async fn raw(&self, request: &Request) -> Result<Vec<u8>, IpmiError> {
        self.send(request).await
    }

    /// Tells the BMC something and gives the data of its answer. What may be told again is told over a new session if the
    /// BMC has forgotten the old one.
    pub(crate) async fn send(&self, request: &Request) -> Result<Vec<u8>, IpmiError> {
        let mut link = self.0.link.lock().await;
        if request.once {
            self.prove(&mut link).await?;
        }
        let mut fresh = link.is_none();
        loop {
            let open = match link.as_mut() {
                Some(open) => open,
                None => link.insert(self.open_link().await?),
            };
            match open.command(request, &self.0.options).await {
                Ok(reply) if reply.code == 0 => return Ok(reply.data),
                Ok(reply) if reply.code == NO_PRIVILEGE => {
                    return Err(IpmiError::Privilege(self.0.options.privilege));
                }
                Ok(reply) => {
                    return Err(IpmiError::Refused { command: request.name, code: reply.code });
                }
                Err(IpmiError::Silent) => {
                    link.take();
                    if request.once {
                        return Err(IpmiError::NotKnown { command: request.name, power: None });
                    }
                    if fresh {
                        return Err(IpmiError::Silent);
                    }
                    fresh = true;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Makes sure of a session that works, so that a command that is told once does not go into one that is forgotten.
    async fn prove(&self, link: &mut Option<Link>) -> Result<(), IpmiError> {
        if let Some(open) = link.as_mut() {
            match open.command(&sign_of_life(), &self.0.options).await {
                Ok(_) => return Ok(()),
                Err(IpmiError::Silent) => *link = None,
                Err(error) => return Err(error),
            }
        }
        *link = Some(self.open_link().await?);
        Ok(())
    }
}

fn sign_of_life() -> Request {
    Request::again("get device id", APP, GET_DEVICE_ID, &[])
}

/// Uses an open session after each silence. A session that is gone is left to the next command.
async fn keep_alive(bmc: Weak<Inner>, silence: Duration) {
    let mut next = Instant::now() + silence;
    loop {
        sleep_until(next).await;
        let Some(bmc) = bmc.upgrade() else { return };
        next = Instant::now() + silence;
        // One that is locked is in use.
        let Ok(mut link) = bmc.link.try_lock() else { continue };
        let Some(open) = link.as_mut() else { continue };
        if open.heard.elapsed() < silence {
            next = open.heard + silence;
        } else if open.command(&sign_of_life(), &bmc.options).await.is_err() {
            link.take();
        }
    }
}
