//! Figures on a release build. Each is taken beside a named peer in the same run, alternating, and the median of at least five is printed:
//!
//! `bench NAME ours=<n><unit> <peer>=<n><unit> ratio=<n>`: the ratio says how many times better ours is, whichever way the unit points.

mod connections;
mod decode;
mod desktop;
mod figure;
mod files;
mod guests;
mod ipmi;
mod machine;
mod memory;
mod peers;
mod runs;
mod session;
mod snmp;
mod startup;
mod team;
mod terminal;
mod tree;
mod unlock;

use crate::Error;
use figure::Figure;

/// How often each side is measured.
const ROUNDS: usize = 5;

/// Takes every figure whose name contains `name`.
pub(crate) async fn run(name: &str) -> Result<(), Error> {
    let mut taken = 0;
    for group in Group::ALL {
        if group.names().iter().any(|figure| figure.contains(name)) {
            eprintln!("bench: {} ({})", group.names().join(", "), group.estimate());
            for figure in group.take(name).await? {
                println!("{figure}");
                taken += 1;
            }
        }
    }
    if taken == 0 { Err(format!("there is no figure called {name:?}").into()) } else { Ok(()) }
}

/// Figures that share their preparation.
#[derive(Clone, Copy)]
enum Group {
    Startup,
    Unlock,
    Tree,
    Guests,
    Terminal,
    Files,
    Connections,
    Desktop,
    Decode,
    Team,
    Ipmi,
    Snmp,
}

impl Group {
    const ALL: &[Self] = &[
        Self::Startup,
        Self::Unlock,
        Self::Tree,
        Self::Guests,
        Self::Terminal,
        Self::Files,
        Self::Connections,
        Self::Desktop,
        Self::Decode,
        Self::Team,
        Self::Ipmi,
        Self::Snmp,
    ];

    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Startup => &[
                "startup",
                "startup-memory-idle",
                "startup-memory-1-terminal",
                "startup-memory-20-terminals",
            ],
            Self::Unlock => &["unlock"],
            Self::Tree => &["tree"],
            Self::Guests => &["pve-tree"],
            Self::Terminal => &["terminal-throughput", "terminal-latency", "ctrl-c"],
            Self::Files => files::NAMES,
            Self::Connections => connections::NAMES,
            Self::Desktop => desktop::NAMES,
            Self::Decode => decode::NAMES,
            Self::Team => team::NAMES,
            Self::Ipmi => ipmi::NAMES,
            Self::Snmp => snmp::NAMES,
        }
    }

    const fn estimate(self) -> &'static str {
        match self {
            Self::Startup | Self::Terminal => "about 3 min",
            Self::Unlock | Self::Tree | Self::Guests => "about 1 min",
            Self::Files | Self::Snmp => "about 8 min",
            Self::Connections | Self::Desktop | Self::Ipmi => "about 4 min",
            Self::Decode => "about 10 min",
            Self::Team => "about 12 min",
        }
    }

    async fn take(self, name: &str) -> Result<Vec<Figure>, Error> {
        match self {
            Self::Startup => startup::take(name).await,
            Self::Unlock => unlock::take().await,
            Self::Tree => tree::take().await,
            Self::Guests => guests::take().await,
            Self::Terminal => terminal::take(name).await,
            Self::Files => files::take(name).await,
            Self::Connections => connections::take(name).await,
            Self::Desktop => desktop::take(name).await,
            Self::Decode => decode::take(name).await,
            Self::Team => team::take(name).await,
            Self::Ipmi => ipmi::take(name).await,
            Self::Snmp => snmp::take(name).await,
        }
    }
}
