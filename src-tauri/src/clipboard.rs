//! The clipboard, on a thread of its own.
//!
//! On X11 and Wayland whoever copies serves the text for as long as it may be pasted, so the handle must live on. A
//! copied secret is taken back after a while, unless something else was copied since. Beside it X11 and Wayland have the
//! primary selection: what was marked last in any program, for the middle mouse button.

use patchbay_model::Secret;
use std::io;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long a copied secret can be pasted.
pub(crate) const KEEPS_SECRET: Duration = Duration::from_secs(30);
/// How long the end of the app waits for the clipboard to be cleared.
const AT_EXIT: Duration = Duration::from_secs(1);

/// Why the clipboard did not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct ClipboardError(String);

/// What a clipboard can do; the desktop's own, or a test's.
pub(crate) trait Board {
    fn text(&mut self) -> Result<String, ClipboardError>;
    fn set(&mut self, text: &str, secret: bool) -> Result<(), ClipboardError>;
    /// HTML for programs that take it, text for the others.
    fn set_html(&mut self, html: &str, text: &str) -> Result<(), ClipboardError>;
    /// The picture that was copied; nothing if it is none.
    fn picture(&mut self) -> Result<Option<Picture>, ClipboardError>;
    /// A picture, as red, green, blue and alpha of each pixel.
    fn set_picture(&mut self, picture: &Picture) -> Result<(), ClipboardError>;
    fn clear(&mut self) -> Result<(), ClipboardError>;
    /// The primary selection; empty where there is none.
    fn selection(&mut self) -> Result<String, ClipboardError>;
    /// Makes text the primary selection, where there is one.
    fn select(&mut self, text: &str) -> Result<(), ClipboardError>;
}

/// A picture.
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Red, green, blue and alpha of each pixel, row by row.
    pub(crate) rgba: Vec<u8>,
}

enum Job {
    Copy { text: Secret<String>, secret: bool, done: oneshot::Sender<Result<(), ClipboardError>> },
    CopyHtml { html: String, text: String, done: oneshot::Sender<Result<(), ClipboardError>> },
    CopyPicture(Picture, oneshot::Sender<Result<(), ClipboardError>>),
    Read(oneshot::Sender<Result<String, ClipboardError>>),
    ReadPicture(oneshot::Sender<Result<Option<Picture>, ClipboardError>>),
    Select(String, oneshot::Sender<Result<(), ClipboardError>>),
    ReadSelection(oneshot::Sender<Result<String, ClipboardError>>),
    Forget(Sender<()>),
}

/// A handle to the clipboard's thread.
#[derive(Clone, Debug)]
pub(crate) struct Clipboard(Sender<Job>);

impl Clipboard {
    /// The desktop's clipboard; it is opened at the first use.
    pub(crate) fn start() -> io::Result<Self> {
        Self::with(KEEPS_SECRET, || {
            arboard::Clipboard::new()
                .map(Desktop)
                .map_err(|error| ClipboardError(error.to_string()))
        })
    }

    fn with<B: Board>(
        keeps_secret: Duration,
        open: impl Fn() -> Result<B, ClipboardError> + Send + 'static,
    ) -> io::Result<Self> {
        let (jobs, inbox) = mpsc::channel();
        let name = std::thread::Builder::new().name("clipboard".to_owned());
        name.spawn(move || Keeper { open, board: None, secret: None, keeps_secret }.run(&inbox))?;
        Ok(Self(jobs))
    }

    /// Copies text that may stay.
    pub(crate) async fn copy(&self, text: String) -> Result<(), ClipboardError> {
        self.put(Secret::new(text), false).await
    }

    /// Copies HTML, and text for programs that take no HTML.
    pub(crate) async fn copy_html(&self, html: String, text: String) -> Result<(), ClipboardError> {
        self.ask(|done| Job::CopyHtml { html, text, done }).await
    }

    /// Copies a picture.
    pub(crate) async fn copy_picture(&self, picture: Picture) -> Result<(), ClipboardError> {
        self.ask(|done| Job::CopyPicture(picture, done)).await
    }

    /// Copies text that is taken back after [`KEEPS_SECRET`].
    pub(crate) async fn copy_secret(&self, text: Secret<String>) -> Result<(), ClipboardError> {
        self.put(text, true).await
    }

    async fn put(&self, text: Secret<String>, secret: bool) -> Result<(), ClipboardError> {
        self.ask(|done| Job::Copy { text, secret, done }).await
    }

    async fn ask<T>(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<T, ClipboardError>>) -> Job,
    ) -> Result<T, ClipboardError> {
        let (done, answer) = oneshot::channel();
        self.0.send(job(done)).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// The text in the clipboard; empty if it holds something else.
    pub(crate) async fn read(&self) -> Result<String, ClipboardError> {
        self.ask(Job::Read).await
    }

    /// The picture in the clipboard; nothing if it holds something else.
    pub(crate) async fn picture(&self) -> Result<Option<Picture>, ClipboardError> {
        self.ask(Job::ReadPicture).await
    }

    /// Makes text the primary selection; does nothing on systems without one.
    pub(crate) async fn select(&self, text: String) -> Result<(), ClipboardError> {
        self.ask(|done| Job::Select(text, done)).await
    }

    /// The primary selection; empty on systems without one, or if it is no text.
    pub(crate) async fn selection(&self) -> Result<String, ClipboardError> {
        self.ask(Job::ReadSelection).await
    }

    /// Takes a copied secret back now; blocks for a moment at most.
    pub(crate) fn forget(&self) {
        let (done, answer) = mpsc::channel();
        if self.0.send(Job::Forget(done)).is_ok() && answer.recv_timeout(AT_EXIT).is_err() {
            tracing::warn!("the clipboard did not answer at the end");
        }
    }
}

fn gone() -> ClipboardError {
    ClipboardError("its thread ended".to_owned())
}

struct Keeper<B, F> {
    open: F,
    board: Option<B>,
    /// What was copied and when to take it back.
    secret: Option<(Secret<String>, Instant)>,
    keeps_secret: Duration,
}

impl<B: Board, F: Fn() -> Result<B, ClipboardError>> Keeper<B, F> {
    fn run(mut self, inbox: &mpsc::Receiver<Job>) {
        loop {
            let job = match &self.secret {
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some((_, until)) => {
                    inbox.recv_timeout(until.saturating_duration_since(Instant::now()))
                }
            };
            match job {
                Ok(job) => self.work(job),
                Err(RecvTimeoutError::Timeout) => self.take_back(),
                Err(RecvTimeoutError::Disconnected) => return self.take_back(),
            }
        }
    }

    /// An answer that nobody waits for any more is no error.
    fn work(&mut self, job: Job) {
        match job {
            Job::Copy { text, secret, done } => {
                let copied = self.board().and_then(|board| board.set(text.expose_secret(), secret));
                if copied.is_ok() {
                    let until = Instant::now() + self.keeps_secret;
                    self.secret = secret.then_some((text, until));
                }
                let _ = done.send(copied);
            }
            Job::CopyHtml { html, text, done } => {
                let copied = self.board().and_then(|board| board.set_html(&html, &text));
                if copied.is_ok() {
                    self.secret = None;
                }
                let _ = done.send(copied);
            }
            Job::CopyPicture(picture, done) => {
                let copied = self.board().and_then(|board| board.set_picture(&picture));
                if copied.is_ok() {
                    self.secret = None;
                }
                let _ = done.send(copied);
            }
            Job::Read(done) => {
                let _ = done.send(self.board().and_then(Board::text));
            }
            Job::ReadPicture(done) => {
                let _ = done.send(self.board().and_then(Board::picture));
            }
            Job::Select(text, done) => {
                let _ = done.send(self.board().and_then(|board| board.select(&text)));
            }
            Job::ReadSelection(done) => {
                let _ = done.send(self.board().and_then(Board::selection));
            }
            Job::Forget(done) => {
                self.take_back();
                // Dropping the handle passes what is left to a clipboard that outlives the app.
                self.board = None;
                let _ = done.send(());
            }
        }
    }

    fn take_back(&mut self) {
        let Some((secret, _)) = self.secret.take() else { return };
        let cleared = self.board().and_then(|board| {
            let ours = board.text()? == *secret.expose_secret();
            if ours { board.clear() } else { Ok(()) }
        });
        if let Err(error) = cleared {
            tracing::warn!(%error, "a copied secret may still be in the clipboard");
        }
    }

    fn board(&mut self) -> Result<&mut B, ClipboardError> {
        if self.board.is_none() {
            self.board = Some((self.open)()?);
        }
        self.board.as_mut().ok_or_else(gone)
    }
}

struct Desktop(arboard::Clipboard);

impl Board for Desktop {
    fn text(&mut self) -> Result<String, ClipboardError> {
        text_of(self.0.get().text())
    }

    fn set(&mut self, text: &str, secret: bool) -> Result<(), ClipboardError> {
        let set = self.0.set();
        let set = if secret { without_history(set) } else { set };
        set.text(text).map_err(|error| ClipboardError(error.to_string()))
    }

    fn set_html(&mut self, html: &str, text: &str) -> Result<(), ClipboardError> {
        self.0.set_html(html, Some(text)).map_err(|error| ClipboardError(error.to_string()))
    }

    fn picture(&mut self) -> Result<Option<Picture>, ClipboardError> {
        match self.0.get_image() {
            Ok(arboard::ImageData { width, height, bytes }) => {
                Ok(Some(Picture { width, height, rgba: bytes.into_owned() }))
            }
            // One that cannot be read is none that can be passed on.
            Err(arboard::Error::ContentNotAvailable | arboard::Error::ConversionFailure) => {
                Ok(None)
            }
            Err(error) => Err(ClipboardError(error.to_string())),
        }
    }

    fn set_picture(&mut self, picture: &Picture) -> Result<(), ClipboardError> {
        let Picture { width, height, rgba } = picture;
        let image = arboard::ImageData { width: *width, height: *height, bytes: rgba.into() };
        self.0.set_image(image).map_err(|error| ClipboardError(error.to_string()))
    }

    fn clear(&mut self) -> Result<(), ClipboardError> {
        self.0.clear().map_err(|error| ClipboardError(error.to_string()))
    }

    #[cfg(target_os = "linux")]
    fn selection(&mut self) -> Result<String, ClipboardError> {
        use arboard::{GetExtLinux as _, LinuxClipboardKind};
        match self.0.get().clipboard(LinuxClipboardKind::Primary).text() {
            Err(arboard::Error::ClipboardNotSupported) => Ok(String::new()),
            other => text_of(other),
        }
    }

    #[cfg(target_os = "linux")]
    fn select(&mut self, text: &str) -> Result<(), ClipboardError> {
        use arboard::{LinuxClipboardKind, SetExtLinux as _};
        match self.0.set().clipboard(LinuxClipboardKind::Primary).text(text) {
            // A desktop without one; middle clicks get what was selected here last.
            Err(arboard::Error::ClipboardNotSupported) => Ok(()),
            other => other.map_err(|error| ClipboardError(error.to_string())),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn selection(&mut self) -> Result<String, ClipboardError> {
        Ok(String::new())
    }

    #[cfg(not(target_os = "linux"))]
    fn select(&mut self, _text: &str) -> Result<(), ClipboardError> {
        Ok(())
    }
}

fn text_of(read: Result<String, arboard::Error>) -> Result<String, ClipboardError> {
    match read {
        Err(arboard::Error::ContentNotAvailable) => Ok(String::new()),
        other => other.map_err(|error| ClipboardError(error.to_string())),
    }
}

/// Asks clipboard histories not to keep it.
fn without_history(set: arboard::Set<'_>) -> arboard::Set<'_> {
    #[cfg(target_os = "macos")]
    use arboard::SetExtApple as _;
    #[cfg(target_os = "linux")]
    use arboard::SetExtLinux as _;
    #[cfg(target_os = "windows")]
    use arboard::SetExtWindows as _;
    #[cfg(target_os = "windows")]
    let set = set.exclude_from_cloud();
    set.exclude_from_history()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<String>>>);

    impl Board for Memory {
        fn text(&mut self) -> Result<String, ClipboardError> {
            Ok(self.0.lock().unwrap().last().cloned().unwrap_or_default())
        }
        fn set(&mut self, text: &str, _secret: bool) -> Result<(), ClipboardError> {
            self.0.lock().unwrap().push(text.to_owned());
            Ok(())
        }
        fn set_html(&mut self, _html: &str, text: &str) -> Result<(), ClipboardError> {
            self.set(text, false)
        }
        fn picture(&mut self) -> Result<Option<Picture>, ClipboardError> {
            Ok(None)
        }
        fn set_picture(&mut self, picture: &Picture) -> Result<(), ClipboardError> {
            let Picture { width, height, .. } = picture;
            self.0.lock().unwrap().push(format!("{width}×{height}"));
            Ok(())
        }
        fn clear(&mut self) -> Result<(), ClipboardError> {
            self.set("", false)
        }
        fn selection(&mut self) -> Result<String, ClipboardError> {
            Ok(self.0.lock().unwrap().first().cloned().unwrap_or_default())
        }
        fn select(&mut self, text: &str) -> Result<(), ClipboardError> {
            self.0.lock().unwrap().insert(0, text.to_owned());
            Ok(())
        }
    }

    fn board(keeps_secret: Duration) -> (Clipboard, Memory) {
        let memory = Memory::default();
        let inside = memory.clone();
        (Clipboard::with(keeps_secret, move || Ok(inside.clone())).unwrap(), memory)
    }

    #[tokio::test]
    async fn a_secret_is_taken_back() {
        let (clipboard, _) = board(Duration::from_millis(20));
        clipboard.copy_secret("hunter2".to_owned().into()).await.unwrap();
        while !clipboard.read().await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_somebody_else_copied_stays() {
        let (clipboard, memory) = board(Duration::from_secs(600));
        clipboard.copy_secret("hunter2".to_owned().into()).await.unwrap();
        memory.clone().set("a shopping list", false).unwrap();
        clipboard.forget();
        assert_eq!(clipboard.read().await.unwrap(), "a shopping list");
    }

    #[tokio::test]
    async fn plain_text_stays_and_the_end_takes_a_secret_back() {
        let (clipboard, _) = board(Duration::from_secs(600));
        clipboard.copy("plain".to_owned()).await.unwrap();
        clipboard.forget();
        assert_eq!(clipboard.read().await.unwrap(), "plain");
        clipboard.copy_secret("hunter2".to_owned().into()).await.unwrap();
        clipboard.forget();
        assert_eq!(clipboard.read().await.unwrap(), "");
    }

    #[tokio::test]
    async fn what_is_marked_does_not_take_the_place_of_what_was_copied() {
        let (clipboard, _) = board(KEEPS_SECRET);
        clipboard.copy("copied".to_owned()).await.unwrap();
        clipboard.select("marked".to_owned()).await.unwrap();
        assert_eq!(clipboard.read().await.unwrap(), "copied");
        assert_eq!(clipboard.selection().await.unwrap(), "marked");
    }

    #[tokio::test]
    async fn no_clipboard_is_an_error_each_time() {
        let none = || Err::<Memory, _>(ClipboardError("there is none".to_owned()));
        let clipboard = Clipboard::with(KEEPS_SECRET, none).unwrap();
        assert!(clipboard.copy("x".to_owned()).await.is_err());
        assert_eq!(clipboard.read().await.unwrap_err().to_string(), "there is none");
        clipboard.forget();
    }
}
