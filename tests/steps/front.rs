//! Where a story takes place, and what is beneath the page there.

use super::App;
use patchbay_testkit::{Browse, Launch, Screen, TeamServer, Window, binary_beside};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// What draws the UI.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Front {
    /// The real window, with a vault of its own.
    Window,
    /// Chromium, at the UI that a team server serves.
    Chromium,
}

/// What the page talks to.
pub(super) enum Beneath {
    /// This computer, and what starts the window again.
    Computer { screen: Box<Screen>, launch: Launch },
    /// A team server of the page's own.
    Server(TeamServer),
    /// The server of another page.
    Elsewhere,
}

/// Makes two tests of each story, which gets its front.
macro_rules! in_both_fronts {
    ($($story:ident),+ $(,)?) => {
        mod in_the_window {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                super::$story(crate::steps::Front::Window).await;
            })+
        }
        mod in_chromium {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                super::$story(crate::steps::Front::Chromium).await;
            })+
        }
    };
}
pub(crate) use in_both_fronts;

impl App {
    /// A page on an empty vault, or on a team server that was set up a moment ago.
    pub async fn open(front: Front) -> Self {
        match front {
            Front::Window => {
                let app = Self::start(&[]).await;
                app.create_vault().await;
                app
            }
            Front::Chromium => {
                let binary = binary_beside(&std::env::current_exe().unwrap(), "patchbay-server");
                let server = TeamServer::start(binary, &[]).await.unwrap();
                let (window, home) = browse(&server, &server.set_up_link(), false).await;
                let app = Self { window, front, home, beneath: Beneath::Server(server) };
                app.set_up().await;
                app
            }
        }
    }

    /// Starts the window with more environment than it needs by itself.
    pub async fn start(environment: &[(&str, &str)]) -> Self {
        let home = home();
        fs::create_dir_all(home.path().join(".ssh")).unwrap();
        let path = |name: &str| home.path().join(name).to_string_lossy().into_owned();
        let mut all = vec![
            ("PATCHBAY_DATA_DIR".to_owned(), path("data")),
            ("PATCHBAY_CONFIG_DIR".to_owned(), path("config")),
        ];
        all.extend(
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let launch = Launch {
            binary: env!("CARGO_BIN_EXE_patchbay").into(),
            home: home.path().to_path_buf(),
            environment: all,
        };
        let screen = Box::new(Screen::start(1280, 800).await.unwrap());
        let window = Window::open(&screen, &launch).await.unwrap();
        readable(&window).await;
        let beneath = Beneath::Computer { screen, launch };
        Self { window, front: Front::Window, home, beneath }
    }

    /// Closes the page and opens it again: the window on the same home, a browser at a computer that nobody has signed in from.
    pub async fn restart(self) -> Self {
        let Self { window, front, home, beneath } = self;
        window.close().await.unwrap();
        let (window, home) = match &beneath {
            Beneath::Computer { screen, launch } => {
                (Window::open(screen, launch).await.unwrap(), home)
            }
            Beneath::Server(server) => browse(server, &server.origin(), false).await,
            Beneath::Elsewhere => panic!("only a page that has a server starts again"),
        };
        Self { window, front, home, beneath }
    }

    /// Starts the team server that the page came from anew, while the page stays open.
    pub async fn serve_anew(self) -> Self {
        let Self { window, front, home, beneath } = self;
        let Beneath::Server(server) = beneath else { panic!("the page has no server") };
        let server = server.again(&[]).await.unwrap();
        Self { window, front, home, beneath: Beneath::Server(server) }
    }

    /// Somebody else opens an address of the page's server, in a browser that writes down all that it receives.
    pub async fn visitor(&self, address: &str) -> Self {
        let (window, home) = browse(self.server(), address, true).await;
        Self { window, front: Front::Chromium, home, beneath: Beneath::Elsewhere }
    }

    /// The team server that the page came from.
    pub fn server(&self) -> &TeamServer {
        let Beneath::Server(server) = &self.beneath else { panic!("the page has no server") };
        server
    }

    /// Closes the page; its server, if it has one, and its folder.
    pub async fn close(self) -> (Option<TeamServer>, TempDir) {
        self.window.close().await.unwrap();
        let Beneath::Server(server) = self.beneath else { return (None, self.home) };
        (Some(server), self.home)
    }

    /// Where everything that is kept lies.
    pub fn kept(&self) -> PathBuf {
        match &self.beneath {
            Beneath::Server(server) => server.data(),
            _ => self.home().to_path_buf(),
        }
    }

    /// A folder of the page's own: the home folder of whoever sits before the window.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// A program that runs on the display of the window.
    pub fn program(&self, name: &str) -> std::process::Command {
        let mut command = std::process::Command::new(name);
        if let Beneath::Computer { screen, .. } = &self.beneath {
            command.envs(screen.environment());
        }
        command
    }
}

fn home() -> TempDir {
    tempfile::Builder::new().prefix("pbstory").tempdir().unwrap()
}

async fn browse(server: &TeamServer, address: &str, records: bool) -> (Window, TempDir) {
    let home = home();
    let browse = Browse {
        home: home.path().to_path_buf(),
        address: address.to_owned(),
        certificate: server.certificate(),
        records,
    };
    let window = Window::browse(&browse).await.unwrap();
    readable(&window).await;
    (window, home)
}

/// Drawn as elements, a terminal's text can be read from outside.
async fn readable(window: &Window) {
    let dom = "localStorage.setItem('patchbay.terminal-renderer', 'dom')";
    window.run(dom, vec![]).await.unwrap();
}
