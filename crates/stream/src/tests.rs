#![allow(clippy::unwrap_used, clippy::panic)]
//! With a viewer in the place of a WebSocket.

use super::*;
use futures_util::{SinkExt as _, sink, stream};
use patchbay_session::desktop::{FromDesktopViewer, Pixels, Screen, Size, ToDesktopViewer};
use std::pin::pin;

type Said = Result<Option<Bytes>, StreamError>;
/// What a viewer says, and what it is shown.
type Viewer = (mpsc::UnboundedSender<Said>, mpsc::UnboundedReceiver<Frame>);

fn line() -> (Arc<Output>, Line, mpsc::Receiver<TerminalInput>) {
    let output = Output::new(patchbay_session::CAPACITY);
    let (input, told) = mpsc::channel(8);
    (Arc::clone(&output), Line::Terminal { output, input }, told)
}

fn served(
    line: Line,
    alive: Option<KeepAlive>,
) -> (Viewer, impl Future<Output = Result<(), StreamError>>) {
    let (say, source) = mpsc::unbounded_channel();
    let (show, shown) = mpsc::unbounded_channel();
    let carried = async move {
        let sink = sink::unfold(show, |show, frame| async move {
            show.send(frame).map_err(StreamError::socket)?;
            Ok(show)
        });
        carry(pin!(sink), pin!(said(source)), line, 0, alive).await
    };
    ((say, shown), carried)
}

fn said(source: mpsc::UnboundedReceiver<Said>) -> impl Stream<Item = Said> {
    stream::unfold(source, |mut source| async move { Some((source.recv().await?, source)) })
}

const EVERY: Duration = Duration::from_secs(20);

#[tokio::test(start_paused = true)]
async fn who_answers_no_ping_is_gone() {
    let (_output, line, _told) = line();
    let ((_say, mut shown), carried) = served(line, Some(KeepAlive(EVERY)));
    let began = Instant::now();
    assert!(matches!(carried.await, Err(StreamError::Silent)));
    assert_eq!(began.elapsed(), EVERY * 5 / 2);
    let mut pings = 0;
    while let Some(frame) = shown.recv().await {
        pings += usize::from(frame == Frame::Ping);
    }
    assert_eq!(pings, 2);
}

#[tokio::test(start_paused = true)]
async fn who_answers_stays_and_nobody_is_asked_where_that_is_not_wanted() {
    for alive in [Some(KeepAlive(EVERY)), None] {
        let (output, line, _told) = line();
        let ((say, mut shown), carried) = served(line, alive);
        let mut carried = pin!(carried);
        let answering = async {
            let mut pings = 0;
            while let Some(frame) = shown.recv().await {
                if frame == Frame::Ping {
                    pings += 1;
                    say.send(Ok(None)).unwrap();
                }
            }
            pings
        };
        let hour = async {
            tokio::time::sleep(Duration::from_secs(3590)).await;
            output.close();
        };
        let (ended, pings, ()) = tokio::join!(&mut carried, answering, hour);
        ended.unwrap();
        assert_eq!(pings, if alive.is_some() { 179 } else { 0 });
    }
}

#[tokio::test]
async fn a_greeting_comes_first() {
    for first in [None, Some(FromViewer::Input(Bytes::from_static(b"ls")).encode())] {
        let (say, source) = mpsc::unbounded_channel();
        say.send(Ok(first)).unwrap();
        assert!(matches!(greeting(&mut pin!(said(source))).await, Err(StreamError::Greeting)));
    }
    let (say, source) = mpsc::unbounded_channel();
    let hello = FromViewer::Hello { resume: 7, token: "token".to_owned().into() };
    say.send(Ok(Some(hello.encode()))).unwrap();
    let (resume, token) = greeting(&mut pin!(said(source))).await.unwrap();
    assert_eq!((resume, token.expose_secret().as_str()), (7, "token"));
}

/// A viewer far away asks for packed pixels, and gets them.
#[tokio::test]
async fn a_desktops_pixels_are_packed_for_who_asks() {
    let hub = DesktopHub::new();
    let screen = Screen::new();
    screen.resize(Size::new(100, 100)).unwrap();
    hub.show(screen);
    for packed in [false, true] {
        let (input, _told) = mpsc::channel(8);
        let line = Line::Desktop { hub: Arc::clone(&hub), input };
        let ((say, mut shown), carried) = served(line, None);
        say.send(Ok(FromDesktopViewer::Packed(packed).encode())).unwrap();
        say.send(Ok(FromDesktopViewer::Again.encode())).unwrap();
        let looking = async {
            // The first picture may be on its way before the wish is heard; the one that is asked for again is not.
            let mut frames = 0;
            loop {
                let Some(Frame::Message(bytes)) = shown.recv().await else { panic!("no frame") };
                match ToDesktopViewer::decode(bytes).unwrap() {
                    ToDesktopViewer::Frame { pixels: Pixels::Zlib(_), .. } => return true,
                    ToDesktopViewer::Frame { .. } if !packed => return false,
                    ToDesktopViewer::FrameEnd(id) => {
                        frames += 1;
                        assert!(frames < 3, "nothing is packed");
                        say.send(Ok(FromDesktopViewer::Ack(id).encode())).unwrap();
                    }
                    _ => {}
                }
            }
        };
        tokio::select! {
            ended = carried => panic!("{ended:?}"),
            seen = looking => assert_eq!(seen, packed),
        }
    }
}

/// Somebody who may type while it is said so, and is waited for or not.
struct Sometimes {
    may: std::sync::atomic::AtomicBool,
    waited_for: bool,
}

impl Viewing for Sometimes {
    fn is_waited_for(&self) -> bool {
        self.waited_for
    }

    fn may_type(&self, input: &TerminalInput) -> bool {
        matches!(input, TerminalInput::Bytes(_))
            && self.may.load(std::sync::atomic::Ordering::Relaxed)
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_viewer_may_not_say_goes_nowhere_and_a_flood_is_heard_at_a_pace() {
    let (output, line, mut told) = line();
    let viewing = Sometimes { may: false.into(), waited_for: false };
    let (say, source) = mpsc::unbounded_channel::<Said>();
    let sink = sink::drain().sink_map_err(|never| match never {});
    let (sink, source) = (pin!(sink), pin!(said(source)));
    let mut carried = pin!(carry_for(&viewing, sink, source, line, 0, None));
    let typed = |text: &'static str| {
        say.send(Ok(Some(FromViewer::Input(Bytes::from_static(text.as_bytes())).encode())))
            .unwrap();
    };
    let began = Instant::now();
    for _ in 0..1_000 {
        typed("rm -rf /\n");
    }
    typed("last");
    // All of it was heard once time has passed, and nothing came of it.
    let heard = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        viewing.may.store(true, std::sync::atomic::Ordering::Relaxed);
        typed("ls\n");
        told.recv().await
    };
    let Some(TerminalInput::Bytes(first)) = (tokio::select! {
        _ = &mut carried => panic!("it ended"),
        first = heard => first,
    }) else {
        panic!("bytes");
    };
    assert_eq!(first, "ls\n");
    assert!(began.elapsed() >= Duration::from_secs(2));
    // A writer is not held up by who shows nothing.
    let much = Bytes::from(vec![b'x'; 3 * patchbay_session::CAPACITY]);
    tokio::select! {
        _ = &mut carried => panic!("it ended"),
        () = output.push(much) => {}
    }
}
