//! A real desktop is recorded, and played.

use super::*;
use patchbay_model::{RecordMode, RecordingState};

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_ends_with_the_picture_that_was_there_last() {
    let server = Vnc::builder("VncAuth").start().await.unwrap();
    server.run("xsetroot", &["-solid", "#336699"]).unwrap();
    let fixture = Fixture::open().await;
    let settings =
        Settings { record: Some(RecordMode::OutputAndKeys), ..password(&fixture, "test").await };
    let machine = add(&fixture, wall(server.port(), settings)).await;
    let id = open(&fixture, machine).await;
    opened(&fixture, id).await;
    let sessions = fixture.core.sessions();
    let now = sessions.info(id).unwrap().recording.unwrap();
    assert!(now.problem.is_none() && !now.keys, "what is typed is not recorded: {now:?}");
    let desktop = handle(&fixture, id);
    for colour in ["#336699", "#aa3311", "#104010", "#f0f0f0", "#000080"] {
        fixture.clock.advance(Duration::from_secs(6));
        server.run("xsetroot", &["-solid", colour]).unwrap();
        let expected = server.seen().unwrap();
        Seen::until(&desktop.hub.attach(), |seen| seen.rgb() == expected).await;
    }
    fixture.clock.advance(Duration::from_secs(6));
    let size = Size::new(800, 500);
    desktop.input.send(DesktopInput::Resize { size, scale: 100 }).await.unwrap();
    server.run("xsetroot", &["-mod", "5", "7", "-fg", "#ff8800", "-bg", "#003344"]).unwrap();
    Seen::until(&desktop.hub.attach(), |seen| seen.size == size).await;
    let expected = server.seen().unwrap();
    Seen::until(&desktop.hub.attach(), |seen| seen.rgb() == expected).await;
    let typed = patchbay_session::desktop::Key { keysym: 0x61, scancode: 0x1E, down: true };
    desktop.input.send(DesktopInput::Key(typed)).await.unwrap();
    sessions.disconnect(id).unwrap();
    assert_eq!(closed(&fixture, id).await, CloseReason::ByPerson);

    let vault = fixture.ctx.authorize_vault(Right::View).unwrap();
    let recordings = fixture.core.recordings();
    let all = recordings.list(&vault).await.unwrap();
    let [info] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((info.state, info.machine), (RecordingState::Whole, Some(machine)));
    assert_eq!((info.desktop, info.cols, info.rows, info.keys), (true, 640, 480, false));
    assert_eq!(info.length, 36_000);

    let through = recordings.play(&vault, info.id).await.unwrap();
    let times: Vec<u32> = (0..=36).map(|second| second * 1_000).collect();
    let mut played = Vec::new();
    for at in &times {
        recordings.show(&vault, through.player, *at).await.unwrap();
        played.push(shown(&fixture, through.player).await);
    }
    assert!(played.last().unwrap() == &(size, expected), "the end is what the screen showed");
    let jumping = recordings.play(&vault, info.id).await.unwrap();
    for (at, played) in times.iter().zip(&played).rev() {
        recordings.show(&vault, jumping.player, *at).await.unwrap();
        assert!(shown(&fixture, jumping.player).await == *played, "going to {at}");
    }
}

/// The picture of a player.
async fn shown(fixture: &Fixture, player: SessionId) -> (Size, Vec<u8>) {
    let hub = fixture.core.recordings().played(player).unwrap().desktop.unwrap().hub;
    // What a viewer is sent first is all of it.
    let screen = hub.screen().unwrap();
    let pixels = screen.read(screen.size().rect()).unwrap();
    (screen.size(), pixels.chunks(4).flat_map(|pixel| pixel[..3].to_vec()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_starts_and_stops_while_it_is_open() {
    let server = Vnc::builder("None").start().await.unwrap();
    let fixture = Fixture::open().await;
    let settings = Settings { weak_sign_in: Some(true), ..Settings::default() };
    let id = open(&fixture, add(&fixture, wall(server.port(), settings)).await).await;
    opened(&fixture, id).await;
    let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let sessions = fixture.core.sessions();
    assert!(sessions.info(id).unwrap().recording.is_none());
    let viewer = handle(&fixture, id).hub.attach();
    Seen::until(&viewer, |seen| seen.size == Size::new(640, 480)).await;
    let started = sessions.record(&vault, id, true).await.unwrap().recording.unwrap();
    assert!(!started.keys);
    assert_eq!(sessions.record(&vault, id, true).await.unwrap().recording.unwrap(), started);
    assert!(sessions.stop_recording(id).await.unwrap().recording.is_none());
    let all = fixture.core.recordings().list(&vault).await.unwrap();
    assert_eq!((all.len(), all[0].state), (1, RecordingState::Whole));
    // One that was short has its picture all the same.
    let play = fixture.core.recordings().play(&vault, all[0].id).await.unwrap();
    fixture.core.recordings().show(&vault, play.player, 0).await.unwrap();
    assert_eq!(shown(&fixture, play.player).await.0, Size::new(640, 480));
}
