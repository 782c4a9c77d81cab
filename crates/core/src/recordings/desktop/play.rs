//! Players: each shows one recording on a desktop of its own, at the time that it is told.

use super::{
    super::{Recordings, broken, file::Chunks, stored::Over},
    reader::Reader,
};
use crate::{
    Authorized, CoreError, WholeVault,
    sessions::{DesktopHandle, SessionHandle},
    sync,
};
use patchbay_model::{
    Attachment, RecordingId, RecordingMoment, RecordingPicture, RecordingPlay, SessionId,
};
use patchbay_session::{
    Output,
    desktop::{BYTES, DesktopEvent, DesktopHub, Region, Screen, Size, Update, Watcher},
};
use std::{
    collections::VecDeque,
    fmt, io,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::mpsc, task::spawn_blocking};

/// Players at once; the oldest makes room.
const MOST: usize = 4;
/// Shorter pauses are none, in milliseconds.
const PAUSE: u32 = 3_000;
/// Pauses that are told: beyond that the last ones are left out.
const MOST_PAUSES: usize = 10_000;
/// A small picture is no larger.
const SMALL: Size = Size::new(640, 400);

/// The players there are, oldest first.
#[derive(Default)]
pub(in super::super) struct Playing(Mutex<VecDeque<(SessionId, Arc<Player>)>>);

impl fmt::Debug for Playing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Playing").field("players", &sync::lock(&self.0).len()).finish()
    }
}

struct Player {
    recording: RecordingId,
    over: Option<Over>,
    file: PathBuf,
    hub: Arc<DesktopHub>,
    stage: Mutex<Stage>,
}

/// The picture is made behind the scene, so that nobody sees how.
struct Stage {
    reader: Reader,
    behind: Watcher,
    scene: Arc<Screen>,
}

impl Recordings<'_> {
    /// Opens a recording of a desktop to be played.
    pub async fn play(
        &self,
        _vault: &Authorized<WholeVault>,
        id: RecordingId,
    ) -> Result<RecordingPlay, CoreError> {
        let vault = self.open()?;
        let stored = self.one(&*vault, id).await?;
        if !stored.desktop {
            return Err(CoreError::invalid(
                "id",
                format!("{} is a recording of a terminal.", stored.title),
                "Play it as one.",
            ));
        }
        let sealer = stored.sealer(vault.id(), id)?;
        let file = self.file(&*vault, id, &stored);
        let (running, from) = (self.is_running(id), file.clone());
        let reading = spawn_blocking(move || Reader::new(Chunks::open(&from, sealer)?, running));
        let reader = done(reading.await, &file)?;
        let (mut pauses_from, mut pauses_to) = reader.index().pauses(PAUSE);
        pauses_from.truncate(MOST_PAUSES);
        pauses_to.truncate(MOST_PAUSES);
        let length = reader.index().length();
        let hub = DesktopHub::new();
        let scene = Screen::new();
        hub.show(Arc::clone(&scene));
        let behind = reader.painter().screen().watch();
        let stage = Mutex::new(Stage { reader, behind, scene });
        let player = Arc::new(Player { recording: id, over: stored.over, file, hub, stage });
        let name = SessionId::new();
        let mut playing = sync::lock(&self.0.recordings.playing.0);
        if playing.len() >= MOST
            && let Some((_, oldest)) = playing.pop_front()
        {
            oldest.hub.close();
        }
        playing.push_back((name, player));
        Ok(RecordingPlay { player: name, length, pauses_from, pauses_to })
    }

    /// A way for the webview to reach the picture of a player.
    pub fn attach(
        &self,
        _vault: &Authorized<WholeVault>,
        player: SessionId,
    ) -> Result<Attachment, CoreError> {
        self.player(player)?;
        self.0.sessions().ticket(player)
    }

    /// Shows a time, in milliseconds from the beginning.
    pub async fn show(
        &self,
        _vault: &Authorized<WholeVault>,
        player: SessionId,
        at: u32,
    ) -> Result<RecordingMoment, CoreError> {
        let player = self.player(player)?;
        let running = self.is_running(player.recording);
        let file = player.file.clone();
        done(spawn_blocking(move || player.show(at, running)).await, &file)
    }

    /// A small picture of about a time, no larger than this; nothing while there is none.
    pub async fn picture(
        &self,
        _vault: &Authorized<WholeVault>,
        player: SessionId,
        at: u32,
        most: (u16, u16),
    ) -> Result<Option<RecordingPicture>, CoreError> {
        let player = self.player(player)?;
        let most = Size::new(most.0.min(SMALL.width), most.1.min(SMALL.height));
        let file = player.file.clone();
        let making = move || sync::lock(&player.stage).reader.small(at, most);
        let Some((size, pixels)) = done(spawn_blocking(making).await, &file)? else {
            return Ok(None);
        };
        let attachment = self.0.files().lend_bytes(pixels).await?;
        Ok(Some(RecordingPicture { attachment, width: size.width, height: size.height }))
    }

    /// A player is not needed any more. One that is gone already is fine.
    pub fn leave(&self, player: SessionId) {
        sync::lock(&self.0.recordings.playing.0).retain(|(name, left)| {
            let stays = *name != player;
            if !stays {
                left.hub.close();
            }
            stays
        });
    }

    /// The vault is locked: nothing is played any more.
    pub(crate) fn stop_playing(&self) {
        let all = std::mem::take(&mut *sync::lock(&self.0.recordings.playing.0));
        all.iter().for_each(|(_, player)| player.hub.close());
    }

    /// The picture of a player, as that of a session.
    pub(crate) fn played(&self, id: SessionId) -> Option<SessionHandle> {
        let player = self.player(id).ok()?;
        // Nobody listens to what is done in a recording.
        let (input, _) = mpsc::channel(1);
        let (done, _) = mpsc::channel(1);
        let desktop = DesktopHandle { hub: Arc::clone(&player.hub), input: done };
        Some(SessionHandle {
            id,
            output: Output::new(0),
            input,
            desktop: Some(desktop),
            files: None,
            tunnels: None,
        })
    }

    fn player(&self, id: SessionId) -> Result<Arc<Player>, CoreError> {
        let playing = sync::lock(&self.0.recordings.playing.0);
        let found = playing.iter().find(|(name, _)| *name == id);
        found.map(|(_, player)| Arc::clone(player)).ok_or(CoreError::NotFound("player"))
    }
}

impl Player {
    fn show(&self, at: u32, running: bool) -> io::Result<RecordingMoment> {
        let mut stage = sync::lock(&self.stage);
        let Stage { reader, behind, scene } = &mut *stage;
        if at >= reader.index().length() {
            reader.grow(running)?;
        }
        reader.show(at)?;
        let mut changed = Region::default();
        while let Some(update) = behind.try_next() {
            match update {
                // What cannot be shown was refused when it was read.
                Update::Resized(size) => scene.resize(size).map_err(io::Error::other)?,
                Update::Damage(region) => changed.extend(&region),
                Update::Over => break,
            }
        }
        let painted = reader.painter().screen();
        let parts: Vec<_> = changed
            .rects()
            .iter()
            .filter_map(|rect| Some((*rect, painted.read(*rect)?)))
            .filter(|(rect, pixels)| pixels.len() == rect.pixels() * BYTES)
            .collect();
        let drawn = scene
            .draw(|canvas| parts.iter().try_for_each(|(rect, pixels)| canvas.put(*rect, pixels)));
        drawn.map_err(io::Error::other)?;
        let painter = reader.painter();
        if self.hub.cursor() != painter.cursor {
            self.hub.tell(DesktopEvent::Cursor(painter.cursor.clone()));
        }
        if let Some((x, y)) = painter.pointer {
            self.hub.tell(DesktopEvent::PointerMoved { x, y });
        }
        Ok(RecordingMoment {
            next: reader.next(),
            length: reader.index().length(),
            broken: self.broken(reader, at, running),
        })
    }

    /// Why there is not all that should be seen here, or nothing behind it.
    fn broken(&self, reader: &Reader, at: u32, running: bool) -> Option<String> {
        let place = |at: u32| Duration::from_millis(at.into());
        if let Some(torn) = reader.torn() {
            return broken(super::super::file::End::Damaged, self.over, 0, place(torn));
        }
        let end = reader.end().filter(|_| !running && at >= reader.index().length())?;
        let reached = u32::try_from(reader.index().entries().len()).unwrap_or(u32::MAX);
        broken(end, self.over, reached, place(reader.index().length()))
    }
}

fn done<T>(
    done: Result<io::Result<T>, tokio::task::JoinError>,
    path: &std::path::Path,
) -> Result<T, CoreError> {
    done.map_err(|stopped| CoreError::Internal(stopped.to_string()))?
        .map_err(|source| CoreError::File { action: "Reading", path: path.to_owned(), source })
}
