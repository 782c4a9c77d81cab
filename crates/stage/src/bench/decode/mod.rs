//! How much of the processors it takes to draw what a desktop's server sends.

mod player;
mod rdp;
mod recording;
mod viewers;

use super::{
    ROUNDS,
    figure::{Better, Figure},
};
use crate::Error;
use patchbay_testkit::Screen;
use player::Taken;
use recording::{Recording, SCENES};
use viewers::Viewer;

const OTHERS: [&str; 2] = ["vnc-decode-all-vnc-rs", "vnc-decode-all-novnc"];

pub(crate) const NAMES: &[&str] = &[
    "vnc-decode-office",
    "vnc-decode-scroll",
    "vnc-decode-video",
    "vnc-decode-zrle",
    "vnc-decode-jpeg",
    OTHERS[0],
    OTHERS[1],
    rdp::BITMAPS,
    rdp::REMOTE_FX,
];

pub(crate) async fn take(name: &str) -> Result<Vec<Figure>, Error> {
    let mut figures = Vec::new();
    if NAMES.iter().any(|figure| figure.starts_with("vnc") && figure.contains(name)) {
        figures.extend(vnc(name).await?);
    }
    for figure in [rdp::BITMAPS, rdp::REMOTE_FX] {
        if figure.contains(name) {
            figures.push(rdp::take(figure).await?);
        }
    }
    Ok(figures)
}

/// Each recording against TigerVNC's viewer; and all of them that the others can show against those.
async fn vnc(name: &str) -> Result<Vec<Figure>, Error> {
    let others = OTHERS.map(|figure| figure.contains(name));
    let mut recordings: Vec<(&'static str, Recording)> = Vec::new();
    for scene in SCENES {
        if scene.name.contains(name) || others.contains(&true) {
            recordings.push((scene.name, scene.record().await?));
        }
    }
    // Larger than the desktop, so that nothing of a window is outside.
    let screen = Screen::start(1400, 950).await?;
    let mut figures = Vec::new();
    for (figure, recording) in recordings.iter().filter(|(figure, _)| figure.contains(name)) {
        let one = std::slice::from_ref(recording);
        figures.push(beside(figure, &screen, one, Viewer::TigerVnc).await?);
    }
    let recordings: Vec<Recording> = recordings.into_iter().map(|(_, it)| it).collect();
    if others[0] {
        figures.push(beside(OTHERS[0], &screen, &recordings, Viewer::VncRs).await?);
    }
    if others[1] {
        // Not every system has a browser that runs by itself: the rest is worth having without it.
        match beside(OTHERS[1], &screen, &recordings, Viewer::NoVnc).await {
            Ok(figure) => figures.push(figure),
            Err(error) => eprintln!("bench: {} is left out: {error}", OTHERS[1]),
        }
    }
    Ok(figures)
}

/// Processor seconds for all recordings that the peer can show.
async fn beside(
    name: &'static str,
    screen: &Screen,
    recordings: &[Recording],
    peer: Viewer,
) -> Result<Figure, Error> {
    let shown: Vec<_> = recordings.iter().filter(|recording| peer.shows(recording)).collect();
    let (mut ours, mut peers) = (vec![], vec![]);
    let (mut our_wall, mut peer_wall) = (0.0, 0.0);
    for _ in 0..ROUNDS {
        for (viewer, seconds, wall) in
            [(Viewer::Ours, &mut ours, &mut our_wall), (peer, &mut peers, &mut peer_wall)]
        {
            let mut sum = Taken::default();
            for recording in &shown {
                let taken = viewer.look(screen, recording).await?;
                sum.processor += taken.processor;
                sum.wall += taken.wall;
            }
            seconds.push(sum.processor * 1000.0);
            *wall += sum.wall / ROUNDS as f64;
        }
    }
    let peer = peer.name();
    eprintln!("bench: {name} on the clock, mean: ours {our_wall:.2} s, {peer} {peer_wall:.2} s");
    let figure = Figure { name, unit: "ms", better: Better::Lower, ours, peer, peers };
    eprintln!("bench: taken: {figure}");
    Ok(figure)
}
