//! Recordings: listing, playing those of terminals in this one, exporting.

use crate::{
    app::App,
    args::Record,
    report::{Failure, print, print_json, say},
};
use patchbay_model::{ApiError, ErrorCode, RecordingInfo, RecordingPart, RecordingState};
use patchbay_session::asciicast::{Event, Reader};
use serde_json::json;
use std::{
    fs::File,
    io::{BufReader, IsTerminal, Write},
    path::Path,
    time::Duration,
};
use tokio::time::Instant;

/// Leaves full-screen programs and whatever modes and colours the recording ended in.
const RESET: &str = "\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1006l\x1b[?2004l\x1b[?1l\x1b[?7h\x1b[?25h\
    \x1b>\x1b[!p\x1b[0m\x1b(B\x0f";

/// `record list | play | export`
pub(crate) async fn record(app: &App, command: &Record) -> Result<u8, Failure> {
    match command {
        Record::List => list(app).await,
        Record::Play { recording, speed, idle_limit } => {
            let pace = Pace { speed: *speed, idle_limit: idle_limit.map(Duration::from_secs_f64) };
            play(app, recording, &pace).await
        }
        Record::Export { recording, file } => export(app, recording, file).await,
    }
}

async fn all(app: &App) -> Result<Vec<RecordingInfo>, ApiError> {
    app.ask("recording_list", &json!({})).await
}

async fn list(app: &App) -> Result<u8, Failure> {
    let all = all(app).await?;
    if app.options.json {
        print_json(&all)?;
        return Ok(0);
    }
    let width = all.iter().map(|each| each.title.chars().count()).max().unwrap_or(0);
    for each in &all {
        let seconds = each.length / 1000;
        let kind = if each.desktop { "desktop " } else { "terminal" };
        let length = format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        let state = match each.state {
            RecordingState::Running => "  (going on)",
            RecordingState::Whole => "",
            RecordingState::Interrupted => "  (ended with Patchbay)",
            RecordingState::Damaged => "  (damaged)",
        };
        print(&format!(
            "{}  {kind}  {:width$}  {length}  {}{state}\n",
            each.id, each.title, each.subtitle
        ));
    }
    Ok(0)
}

/// The recording a person means: its id, its title, or the beginning of its title.
async fn resolve(app: &App, wanted: &str) -> Result<RecordingInfo, ApiError> {
    let all = all(app).await?;
    let lower = wanted.to_lowercase();
    let rules: [&dyn Fn(&RecordingInfo) -> bool; 3] = [
        &|each| each.id.to_string() == lower || each.title == wanted,
        &|each| each.title.to_lowercase() == lower,
        &|each| each.title.to_lowercase().starts_with(&lower),
    ];
    for rule in rules {
        let found: Vec<&RecordingInfo> = all.iter().filter(|each| rule(each)).collect();
        match found.as_slice() {
            [] => {}
            [one] => return Ok((*one).clone()),
            several => {
                let message = format!("{} recordings are called “{wanted}”.", several.len());
                return Err(ApiError::new(ErrorCode::Invalid, message)
                    .next("Give the id of one: “patchbay-cli record list” shows them."));
            }
        }
    }
    Err(ApiError::new(ErrorCode::NotFound, format!("No recording is called “{wanted}”."))
        .next("“patchbay-cli record list” shows all of them."))
}

async fn export(app: &App, wanted: &str, file: &Path) -> Result<u8, Failure> {
    let recording = resolve(app, wanted).await?;
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    let args = json!({ "id": recording.id, "path": path.to_string_lossy() });
    let missing: Option<String> = app.ask("recording_export", &args).await?;
    if let Some(missing) = missing {
        say(&format!("patchbay-cli: {missing}"));
        return Ok(crate::report::FAILED);
    }
    Ok(0)
}

/// How fast time passes.
struct Pace {
    speed: f64,
    idle_limit: Option<Duration>,
}

async fn play(app: &App, wanted: &str, pace: &Pace) -> Result<u8, Failure> {
    let file = Path::new(wanted);
    let mut stage = Stage { begun: Instant::now(), before: Duration::ZERO, due: Duration::ZERO };
    // What is a file is meant as one; titles with slashes or dots are rare, and ids help them.
    let (over, note) = if file.is_file() {
        play_file(file, pace, &mut stage).await?
    } else {
        play_stored(app, wanted, pace, &mut stage).await?
    };
    if std::io::stdout().is_terminal() {
        print(RESET);
        if !over {
            print("\r\n");
        }
    }
    match note {
        Some(note) => {
            say(&format!("patchbay-cli: {note}"));
            Ok(crate::report::FAILED)
        }
        None => Ok(0),
    }
}

/// Whether it was played to its end, and why that is not the end there should be.
type Played = (bool, Option<String>);

async fn play_file(file: &Path, pace: &Pace, stage: &mut Stage) -> Result<Played, Failure> {
    let refused = |what: String| {
        let message = format!("{} cannot be played: {what}.", file.display());
        ApiError::new(ErrorCode::Invalid, message).next("Files of asciicast 2 and 3 can be played.")
    };
    let opened = File::open(file).map_err(|error| refused(error.to_string()))?;
    let reader = Reader::new(BufReader::new(opened)).map_err(|error| refused(error.to_string()))?;
    fits(reader.header().cols, reader.header().rows);
    for event in reader {
        let (at, event) = match event {
            Ok(event) => event,
            Err(error) => {
                return Ok((true, Some(format!("{} ends here: {error}.", file.display()))));
            }
        };
        let text = if let Event::Output(text) = event { text } else { String::new() };
        if !stage.show(at, &text, pace).await {
            return Ok((false, None));
        }
    }
    Ok((true, None))
}

async fn play_stored(
    app: &App,
    wanted: &str,
    pace: &Pace,
    stage: &mut Stage,
) -> Result<Played, Failure> {
    let recording = resolve(app, wanted).await?;
    if recording.desktop {
        let message = format!("“{}” shows a desktop: no terminal can play it.", recording.title);
        let next = "Play it in Patchbay's window, or write it to a file with “patchbay-cli record export”.";
        return Err(ApiError::new(ErrorCode::Invalid, message).next(next).into());
    }
    fits(recording.cols, recording.rows);
    stage.begun = Instant::now();
    let mut from = 0;
    loop {
        let args = json!({ "id": recording.id, "from": from });
        let part: RecordingPart = app.ask("recording_read", &args).await?;
        for ((at, code), data) in part.times.iter().zip(part.codes.chars()).zip(&part.data) {
            let text = if code == 'o' { data.as_str() } else { "" };
            let at = Duration::from_millis(u64::from(*at));
            if !stage.show(at, text, pace).await {
                return Ok((false, None));
            }
        }
        match part.next {
            Some(next) => from = next,
            None => return Ok((true, part.broken)),
        }
    }
}

fn fits(cols: u16, rows: u16) {
    if !std::io::stdout().is_terminal() {
        return;
    }
    if let Ok((wide, high)) = crossterm::terminal::size()
        && (wide < cols || high < rows)
    {
        say(&format!(
            "It was recorded with {cols}×{rows} characters; this terminal has {wide}×{high}."
        ));
    }
}

/// Where playing is.
struct Stage {
    begun: Instant,
    /// The time of the last event, as it was recorded.
    before: Duration,
    /// When it is due, as it is played.
    due: Duration,
}

impl Stage {
    /// Shows something at its time; `false` if the person leaves before.
    async fn show(&mut self, at: Duration, text: &str, pace: &Pace) -> bool {
        let pause = at.saturating_sub(self.before);
        let pause = pace.idle_limit.map_or(pause, |limit| pause.min(limit));
        self.before = at;
        self.due += pause.div_f64(pace.speed);
        tokio::select! {
            biased;
            // Without signals it can be ended like any program.
            Ok(()) = tokio::signal::ctrl_c() => return false,
            () = tokio::time::sleep_until(self.begun + self.due) => {}
        }
        let mut out = std::io::stdout();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
    }
}
