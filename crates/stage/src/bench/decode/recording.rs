//! What a real server (TigerVNC's) sent of a desktop on which something goes on, taken with the encodings that our client
//! asks for.

use crate::Error;
use patchbay_engine_vnc::Client;
use patchbay_session::desktop::Screen;
use patchbay_testkit::Vnc;
use std::{
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::Command,
    time::{sleep, timeout},
};

pub(super) const SIZE: (u16, u16) = (1280, 800);
/// How long something goes on.
const LENGTH: Duration = Duration::from_secs(12);
/// How long one waits for anything of it.
const PATIENCE: Duration = Duration::from_secs(60);
/// Names a folder in which recordings are kept, for those who want to see where time goes.
const KEEP: &str = "PATCHBAY_RECORD";

const RAW: i32 = 0;
const COPY_RECT: i32 = 1;
const TIGHT: i32 = 7;
const ZRLE: i32 = 16;
/// Compress quickly, as our client asks for on a fast link.
const QUICKLY: i32 = -256 + 1;
/// JPEG of quality 8, as our client asks for on a slower one.
const JPEG: i32 = -32 + 8;

/// Red, green, blue and a byte without meaning, as our client has it; without the head of the message.
const FORMAT: [u8; 16] = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0];

/// Windows moved over each other, and text typed.
const OFFICE: &str = r##"
xsetroot -solid '#35506b'
convert -size 700x480 -seed 3 plasma:tan-gold -blur 0x2 "$SCENE/picture.png"
display -title shown -geometry +520+260 "$SCENE/picture.png" &
xterm -fa 'DejaVu Sans Mono' -fs 10 -geometry 90x30+20+20 -T typed -e cat &
xterm -fa 'DejaVu Sans Mono' -fs 10 -geometry 80x40+420+60 -T listed -e sh -c 'ls -l /usr/bin | head -38; exec cat' &
window() { xdotool search --sync --onlyvisible --name "^$1" | head -1; }
shown=$(window shown) typed=$(window typed) listed=$(window listed)
moved() { for n in $(seq "$@"); do echo windowmove "$listed" $((420 + n)) $((60 + n / 2)) sleep 0.016; done; }
touch "$SCENE/ready"
while :; do
  xdotool windowraise "$typed" mousemove 60 100
  xdotool type --delay 8 'The machines of the second row follow. '
  xdotool key Return windowraise "$listed" $(moved 0 6 240) $(moved 240 -6 0)
  xdotool $(for n in $(seq 6); do for each in "$shown" "$typed" "$listed"; do echo windowraise "$each" sleep 0.05; done; done)
done
"##;

/// A terminal that scrolls as fast as the server keeps up with.
const SCROLL: &str = r#"
touch "$SCENE/ready"
exec xterm -fa 'DejaVu Sans Mono' -fs 10 -geometry 156x48+0+0 -e perl -e '
  $| = 1; srand 7; my @words = map { join "", map { chr 97 + rand 26 } 1 .. 2 + rand 9 } 1 .. 400;
  for (my $n = 0;; $n++) {
    printf "\e[3%dm%06d\e[0m %s\n", 1 + $n % 6, $n, join " ", map { $words[rand @words] } 1 .. 18;
    select undef, undef, undef, 0.02 if $n % 3 == 0;
  }'
"#;

/// A picture of which every pixel changes, 25 times a second.
const VIDEO: &str = r#"
xsetroot -solid black
convert -size 960x540 -seed 5 plasma:tomato-steelblue -blur 0x3 "$SCENE/still.miff"
for n in $(seq 10 33); do
  convert "$SCENE/still.miff" -roll +$((n * 14))+$((n * 3)) -modulate 100,100,$((100 + n)) -seed $n -attenuate 0.15 \
    +noise Gaussian -depth 8 "$SCENE/frame-$n.miff"
done
touch "$SCENE/ready"
exec animate -delay 4 -loop 0 -geometry +160+130 "$SCENE"/frame-*.miff
"#;

/// Something that goes on, and how it is sent.
pub(super) struct Scene {
    pub(super) name: &'static str,
    script: &'static str,
    encodings: &'static [i32],
}

/// All that is recorded.
pub(super) const SCENES: &[Scene] = &[
    Scene {
        name: "vnc-decode-office",
        script: OFFICE,
        encodings: &[TIGHT, ZRLE, COPY_RECT, RAW, QUICKLY],
    },
    Scene {
        name: "vnc-decode-scroll",
        script: SCROLL,
        encodings: &[TIGHT, ZRLE, COPY_RECT, RAW, QUICKLY],
    },
    Scene {
        name: "vnc-decode-video",
        script: VIDEO,
        encodings: &[TIGHT, ZRLE, COPY_RECT, RAW, QUICKLY],
    },
    Scene { name: "vnc-decode-zrle", script: SCROLL, encodings: &[ZRLE, RAW, QUICKLY] },
    Scene {
        name: "vnc-decode-jpeg",
        script: VIDEO,
        encodings: &[TIGHT, COPY_RECT, RAW, QUICKLY, JPEG],
    },
];

/// What the server sent.
pub(super) struct Recording {
    /// From its description of the desktop on.
    pub(super) opening: Vec<u8>,
    /// Updates and nothing else, from the first on.
    pub(super) updates: Vec<u8>,
    /// Where each of them ends.
    pub(super) ends: Vec<usize>,
    /// Whether some of it are JPEG pictures.
    pub(super) pictures: bool,
}

impl Scene {
    /// Has it go on, and records it. One update is asked for at a time, so that what is there at the end is whole.
    pub(super) async fn record(&self) -> Result<Recording, Error> {
        let vnc = Vnc::builder("None").size(SIZE.0, SIZE.1).start().await?;
        let folder = tempfile::tempdir()?;
        let _going_on = Command::new("sh")
            .args(["-c", self.script])
            .env("DISPLAY", vnc.display())
            .env("SCENE", folder.path())
            .env_remove("XAUTHORITY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let begin = Instant::now();
        while !folder.path().join("ready").exists() {
            if begin.elapsed() > PATIENCE {
                return Err(format!("nothing goes on for {}", self.name).into());
            }
            sleep(Duration::from_millis(50)).await;
        }
        let mut stream = TcpStream::connect(("127.0.0.1", vnc.port())).await?;
        stream.set_nodelay(true)?;
        sign_in(&mut stream).await?;
        stream.write_all(&self.wishes()).await?;
        let opening = opening();
        // It only has to know where an update ends.
        let mut client = Client::new(Screen::new(), false);
        client.receive(&opening)?;
        let (mut updates, mut ends, mut done, mut asked) = (Vec::new(), Vec::new(), 0, 0);
        let begin = Instant::now();
        let mut room = vec![0; 1 << 20];
        while begin.elapsed() < LENGTH || asked > client.tally().updates {
            while asked <= client.tally().updates && begin.elapsed() < LENGTH {
                stream.write_all(&request(asked > 0)).await?;
                asked += 1;
                if asked > 1 {
                    ends.push(done);
                }
            }
            let came = timeout(PATIENCE, stream.read(&mut room)).await??;
            if came == 0 {
                return Err("the server hung up while it was recorded".into());
            }
            updates.extend_from_slice(room.get(..came).unwrap_or_default());
            loop {
                done += client.receive(updates.get(done..).unwrap_or_default())?;
                while client.event().is_some() {}
                drop(client.answers());
                if client.needs() > 0 {
                    break;
                }
            }
        }
        let tally = client.tally();
        eprintln!(
            "bench: {} has {} updates, {:.1} MiB, {:.1} megapixels",
            self.name,
            tally.updates,
            updates.len() as f64 / f64::from(1 << 20),
            tally.pixels as f64 / 1e6
        );
        if done < updates.len() {
            return Err("the recording ends within an update".into());
        }
        if let Some(folder) = std::env::var_os(KEEP) {
            let all = [opening.as_slice(), &updates].concat();
            std::fs::write(std::path::Path::new(&folder).join(self.name), all)?;
        }
        ends.push(done);
        Ok(Recording { opening, updates, ends, pictures: tally.pictures > 0 })
    }

    /// `SetPixelFormat` and `SetEncodings`.
    fn wishes(&self) -> Vec<u8> {
        let mut out = vec![0; 4];
        out.extend(FORMAT);
        out.extend([2, 0]);
        out.extend(u16::try_from(self.encodings.len()).unwrap_or_default().to_be_bytes());
        self.encodings.iter().for_each(|encoding| out.extend(encoding.to_be_bytes()));
        out
    }
}

/// Version 3.8, no security, shared.
async fn sign_in(stream: &mut TcpStream) -> Result<(), Error> {
    let mut version = [0; 12];
    stream.read_exact(&mut version).await?;
    stream.write_all(b"RFB 003.008\n").await?;
    let types = stream.read_u8().await?;
    stream.read_exact(&mut vec![0; types.into()]).await?;
    stream.write_all(&[1]).await?;
    if stream.read_u32().await? != 0 {
        return Err("the server let nobody in".into());
    }
    stream.write_all(&[1]).await?;
    let mut described = [0; 24];
    stream.read_exact(&mut described).await?;
    let [.., a, b, c, d] = described;
    stream.read_exact(&mut vec![0; u32::from_be_bytes([a, b, c, d]).try_into()?]).await?;
    Ok(())
}

/// `ServerInit` of a server that has our format from the start.
fn opening() -> Vec<u8> {
    let name = b"bench";
    let mut out = Vec::new();
    out.extend(SIZE.0.to_be_bytes());
    out.extend(SIZE.1.to_be_bytes());
    out.extend(FORMAT);
    out.extend([0, 0, 0, 5]);
    out.extend(name);
    out
}

/// `FramebufferUpdateRequest` of all of it.
fn request(incremental: bool) -> Vec<u8> {
    let mut out = vec![3, u8::from(incremental), 0, 0, 0, 0];
    out.extend(SIZE.0.to_be_bytes());
    out.extend(SIZE.1.to_be_bytes());
    out
}
