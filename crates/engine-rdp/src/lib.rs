//! Remote desktops by RDP (MS-RDPBCGR), with IronRDP's sub-crates for the protocol's structures and decoders.
//!
//! The stream is connected already, whatever carries it. Here are: what security is agreed on ([`connect`]), TLS with the
//! certificate judged before anything of the person is sent, signing in (NLA by CredSSP with NTLM), and the open desktop
//! on a thread of its own. Deliberately absent: dialling, and dialling again after a redirection or a loss (the error says
//! where to); Kerberos and smart cards; the security of RDP before TLS; UDP transports; RemoteApp; printers.

mod channels;
mod config;
mod desk;
pub mod dib;
mod error;
pub mod guard;
mod input;
mod joined;
mod nla;
mod opening;
mod paint;
mod resume;
pub mod text;
mod tls;
mod wire;

pub use error::{RdpError, Redirection, Refusal, Waiting};
pub use resume::Resume;

use futures_util::FutureExt;
use patchbay_model::Secret;
use patchbay_session::{
    Interaction,
    desktop::{Desktop, Size},
};
use std::{panic::AssertUnwindSafe, path::PathBuf, sync::Arc};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

/// What to connect to, as whom, and what is shared.
#[derive(Clone, Debug)]
pub struct RdpOptions {
    /// What people call the machine.
    pub machine: String,
    /// Its address, as it was typed.
    pub address: String,
    /// Its port, for the records of certificates and for people.
    pub port: u16,
    /// Who signs in. Asked for if the server wants to know and it is not given.
    pub user: Option<String>,
    /// The Windows domain; a user name of the form `DOMAIN\name` or `name@domain` says it as well.
    pub domain: Option<String>,
    /// Tried once. When it is refused the server closes the connection, and the caller may connect again without one,
    /// so that it is asked for.
    pub password: Option<Secret<String>>,
    /// What was given over an earlier connection was refused: the person is asked again, and told so.
    pub refused: bool,
    /// How large the desktop should be, in pixels. Each side is brought within 200 to 8192, and widths are even
    /// (MS-RDPEDISP section 2.2.2.2.1).
    pub size: Size,
    /// How large things on it should be drawn, in percent; brought within 100 to 500.
    pub scale: u16,
    /// A Windows keyboard layout (its language identifier); the server's own if not given.
    pub keyboard_layout: Option<u32>,
    /// Whether what is copied goes both ways.
    pub clipboard: bool,
    /// Whether sound is played here.
    pub audio: bool,
    /// A folder of this computer that the machine may use.
    pub drive: Option<Drive>,
    /// Whether to go on with a server that shows its own window to sign in, instead of asking first (NLA).
    pub allow_without_nla: bool,
}

/// A folder that the machine may use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drive {
    /// How the machine shows it.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Whether the machine may change what is in it.
    pub writable: bool,
}

/// Opens a desktop over a connected stream. Cancelling `cancel` gives up, and closes the desktop once it is open. Must be
/// called within a Tokio runtime that lives as long as the desktop: it drives the stream.
///
/// # Errors
/// When there is no desktop; [`RdpError::Redirected`] says where to connect instead.
pub async fn connect(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    options: RdpOptions,
    interaction: Arc<dyn Interaction>,
    cancel: CancellationToken,
) -> Result<Desktop, RdpError> {
    connect_again(stream, options, interaction, cancel, &Resume::default()).await
}

/// As [`connect`], going on where the connection before it ended: with its session after a loss, or where the server
/// sent it ([`RdpError::Redirected`]).
///
/// # Errors
/// When there is no desktop; [`RdpError::Redirected`] says where to connect instead, with the same `resume`.
pub async fn connect_again(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    options: RdpOptions,
    interaction: Arc<dyn Interaction>,
    cancel: CancellationToken,
    resume: &Resume,
) -> Result<Desktop, RdpError> {
    // What the server sends is decoded on the way: a decoder's panic must end this attempt and nothing else.
    let opening = AssertUnwindSafe(opening::open(stream, &options, interaction.as_ref(), resume));
    let joined = tokio::select! {
        () = cancel.cancelled() => return Err(RdpError::Cancelled),
        opened = opening.catch_unwind() => opened.unwrap_or_else(|_| Err(RdpError::decoder()))?,
    };
    desk::start(joined, &options, cancel, resume)
}
