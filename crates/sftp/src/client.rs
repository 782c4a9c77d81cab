//! The client: two tasks over a pair of streams, and requests to them.
//!
//! Deliberately absent: where the streams come from. Over SSH they are a channel with the subsystem `sftp`.

use crate::{
    Extensions, Limits, SftpError,
    answer::{Answer, Expect},
    codec::Draft,
    greeting,
    handle::Handle,
    link::Link,
    receive, transmit,
};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::io::{AsyncRead, AsyncWrite, BufReader};

/// What the caller decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// How long a request waits after it was made, or after the last byte that came, whichever is later.
    pub request_timeout: Duration,
    /// The most names one listing may have, so that a server cannot go on for ever.
    pub most_names: usize,
}

impl Default for Options {
    /// 30 seconds, and a million names.
    fn default() -> Self {
        Self { request_timeout: Duration::from_secs(30), most_names: 1_000_000 }
    }
}

/// A connection to an SFTP server. Cheap to clone; it ends with the last clone, and open files, transfers and listings
/// hold one each.
#[derive(Clone, Debug)]
pub struct Client(Arc<Owner>);

#[derive(Debug)]
struct Owner {
    link: Arc<Link>,
    extensions: Extensions,
    options: Options,
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.link.end(SftpError::Closed);
    }
}

impl Client {
    /// Greets the server (section 4 of the draft) and asks for its limits if it offers that. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`SftpError::NotSftp`], [`SftpError::UnsupportedVersion`], [`SftpError::TimedOut`] after
    /// [`Options::request_timeout`], or that the connection ended.
    pub async fn start<R, W>(reader: R, mut writer: W, options: Options) -> Result<Self, SftpError>
    where
        R: AsyncRead + Unpin + Send + 'static,
        W: AsyncWrite + Unpin + Send + 'static,
    {
        let mut reader = BufReader::with_capacity(receive::BUFFER, reader);
        let bears = options.request_timeout;
        let extensions = greeting::greet(&mut reader, &mut writer, bears).await?;
        let (link, frames) = Link::new(bears);
        tokio::spawn(receive::run(Arc::clone(&link), reader));
        tokio::spawn(transmit::run(Arc::clone(&link), frames, writer));
        let client = Self(Arc::new(Owner { link, extensions, options }));
        if extensions.limits {
            client.ask_limits().await?;
        }
        Ok(client)
    }

    /// `limits@openssh.com`; a server that offers it and then refuses is taken to have none.
    async fn ask_limits(&self) -> Result<(), SftpError> {
        let asked = Draft::extended("limits@openssh.com");
        match self.ask(asked, Expect::Extended, &[]).await {
            Ok(answer) => {
                let limits = self.or_end(Limits::decode(answer.extended()?))?;
                self.link().set_limits(limits);
                Ok(())
            }
            Err(SftpError::Status { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// What the server offers beyond version 3.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.0.extensions
    }

    /// How much goes into one packet.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.link().limits()
    }

    /// Resolves with the reason when the connection ends; [`SftpError::Closed`] also when the last clone is dropped,
    /// which this does not hold up.
    pub fn closed(&self) -> impl Future<Output = SftpError> + Send + use<> {
        let link = Arc::clone(self.link());
        async move {
            link.closing.cancelled().await;
            link.reason()
        }
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.link().closing.is_cancelled()
    }

    pub(crate) fn options(&self) -> &Options {
        &self.0.options
    }

    pub(crate) fn link(&self) -> &Arc<Link> {
        &self.0.link
    }

    pub(crate) async fn ask(
        &self,
        draft: Draft,
        expect: Expect,
        handles: &[&Handle],
    ) -> Result<Answer, SftpError> {
        self.link().send(draft, expect, handles).await?.answer().await
    }

    /// For requests that are answered by how they went.
    pub(crate) async fn demand(&self, draft: Draft, handles: &[&Handle]) -> Result<(), SftpError> {
        self.ask(draft, Expect::Done, handles).await?.done()
    }

    /// An answer that makes no sense ends the client also if it is looked at no sooner than here.
    pub(crate) fn or_end<T>(&self, decoded: Result<T, SftpError>) -> Result<T, SftpError> {
        if let Err(error) = &decoded {
            self.link().end(error.clone());
        }
        decoded
    }
}
