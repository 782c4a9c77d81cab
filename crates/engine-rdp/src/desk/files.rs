//! Files on the clipboard of an open desktop.

use super::{Desk, end::End};
use crate::channels::files;
use ironrdp_cliprdr::{
    CliprdrClient,
    pdu::{FileContentsFlags, FileContentsRequest, FileContentsResponse},
};
use patchbay_session::desktop::{
    CopiedFile, DesktopEvent, LentFile, MOST_FILE_PIECE, Piece, ReadPiece,
};
use std::sync::Arc;

impl Desk {
    /// These are on the clipboard there; none: something else is.
    pub(super) async fn copied_there(&mut self, files: Vec<CopiedFile>) -> Result<(), End> {
        let (lists, some) = self.lists;
        if files.is_empty() && !some {
            return Ok(());
        }
        self.lists = (lists.wrapping_add(1), !files.is_empty());
        self.tell(DesktopEvent::Files(files)).await
    }

    /// These were copied here. The far end reads them when somebody pastes there.
    pub(super) async fn lend(&mut self, lent: Vec<LentFile>) -> Result<(), End> {
        if !(self.clipboard && self.files) {
            return Ok(());
        }
        let Some(told) = files::descriptors(&lent) else { return Ok(()) };
        self.copied_there(Vec::new()).await?;
        self.copied = None;
        self.lent = Arc::new(lent);
        self.with_clipboard(|board| board.initiate_file_copy(told)).await
    }

    /// Answers what the far end asks of one of ours.
    pub(super) async fn lend_piece(&mut self, request: FileContentsRequest) -> Result<(), End> {
        let (lent, id) = (Arc::clone(&self.lent), request.stream_id);
        let reading = move || {
            let file = usize::try_from(request.index).ok().and_then(|at| lent.get(at));
            files::answer(file, &request)
        };
        // A disk that takes its time holds up this desktop and no other.
        let read = tokio::task::spawn_blocking(reading).await;
        let answer = read.unwrap_or_else(|_| FileContentsResponse::new_error(id));
        self.with_clipboard(|board| board.submit_file_contents(answer)).await
    }

    /// Asks for a piece of one of theirs.
    pub(super) async fn read_piece(&mut self, wanted: ReadPiece) -> Result<(), End> {
        let ReadPiece { wish, list, file, from, length } = wanted;
        let (lists, some) = self.lists;
        let Some(index) = i32::try_from(file).ok().filter(|_| some && list == lists) else {
            return self.tell(DesktopEvent::Piece(Piece { wish, bytes: None })).await;
        };
        let request = FileContentsRequest {
            stream_id: wish,
            index,
            flags: FileContentsFlags::RANGE,
            position: from,
            requested_size: length.min(MOST_FILE_PIECE),
            data_id: None,
        };
        let Some(board) = self.stage.get_svc_processor_mut::<CliprdrClient>() else {
            return Ok(());
        };
        match board.request_file_contents(request) {
            Ok(messages) => {
                let frame = self.stage.process_svc_processor_messages(messages);
                self.send(frame.map_err(super::decoding)?).await
            }
            // Whoever waits is told by the channel: one that cannot be asked for is no fault of the connection.
            Err(error) => {
                tracing::debug!(%error, "a piece of a file was not asked for");
                Ok(())
            }
        }
    }
}
