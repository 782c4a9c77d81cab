//! System packages: what is needed, and getting it from the system's own package manager.

use crate::step::{self, Outcome, say};

/// What the packages are for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Compiling and running the app.
    Build,
    /// Also the real servers, the virtual display and the window driver.
    Test,
    /// Also the programs that figures are taken beside.
    Bench,
}

/// Debian and Ubuntu names. WebKitGTK and GTK come with the first.
const DEBIAN_BUILD: &[&str] = &[
    "build-essential",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "libayatana-appindicator3-dev",
    "librsvg2-dev",
    "patchelf",
    "file",
];

const DEBIAN_TEST: &[&str] = &[
    "webkit2gtk-driver",
    "xvfb",
    "xauth",
    "dbus",
    "gnome-keyring",
    "libgl1-mesa-dri",
    "libegl1",
    "imagemagick",
    "xdotool",
    "x11-utils",
    "x11-xserver-utils",
    "fonts-dejavu-core",
    "openssh-server",
    "openssh-client",
    "libpam-oath",
    "oathtool",
    "putty-tools",
    "inetutils-telnetd",
    "socat",
    "conserver-server",
    "openssl",
    "tigervnc-standalone-server",
    "tigervnc-tools",
    "tightvncserver",
    "xfonts-base",
    "x11vnc",
    "websockify",
    "xclip",
    "qemu-system-x86",
    "xterm",
    "xrdp",
    "xorgxrdp",
    "fuse3",
    "freerdp2-shadow-x11",
    "winpr-utils",
    "postgresql",
    "slapd",
    "snmp",
    "snmpd",
    "python3-venv",
    "openipmi",
    "ipmitool",
];

/// A browser and its WebDriver server, where there is no such server yet: not all systems have them under these names.
const DEBIAN_BROWSER: &[&str] = &["chromium", "chromium-driver"];

const DEBIAN_BENCH: &[&str] = &[
    "remmina",
    "keepassxc",
    "tigervnc-viewer",
    "freerdp2-x11",
    "chromium",
    "novnc",
    "freeipmi-tools",
];

const FEDORA_BUILD: &[&str] = &[
    "gcc",
    "gcc-c++",
    "make",
    "pkgconf-pkg-config",
    "webkit2gtk4.1-devel",
    "libappindicator-gtk3-devel",
    "librsvg2-devel",
    "patchelf",
    "file",
];

const ARCH_BUILD: &[&str] =
    &["base-devel", "webkit2gtk-4.1", "libappindicator-gtk3", "librsvg", "patchelf", "file"];

/// Installs what is missing; instant when nothing is.
pub(crate) fn install(need: Need) -> Outcome {
    if !cfg!(target_os = "linux") {
        return Ok(()); // the webview is part of the system there
    }
    if step::output("dpkg-query", &["--version"]).is_some() {
        return debian(need);
    }
    if step::output("rpm", &["--version"]).is_some()
        && step::output("dnf", &["--version"]).is_some()
    {
        let missing = missing(FEDORA_BUILD, |name| step::output("rpm", &["-q", name]).is_some());
        return get(&missing, &["dnf", "install", "-y"], need);
    }
    if step::output("pacman", &["--version"]).is_some() {
        let missing = missing(ARCH_BUILD, |name| step::output("pacman", &["-Q", name]).is_some());
        return get(&missing, &["pacman", "-S", "--needed", "--noconfirm"], need);
    }
    say(
        "unknown system: install GTK 3 and WebKitGTK 4.1 with their headers yourself if the build asks for them",
    );
    Ok(())
}

fn missing<'a>(names: &[&'a str], installed: impl Fn(&str) -> bool) -> Vec<&'a str> {
    names.iter().copied().filter(|name| !installed(name)).collect()
}

fn debian(need: Need) -> Outcome {
    let mut names: Vec<&str> = match need {
        Need::Build => DEBIAN_BUILD.to_vec(),
        Need::Test => [DEBIAN_BUILD, DEBIAN_TEST].concat(),
        Need::Bench => [DEBIAN_BUILD, DEBIAN_TEST, DEBIAN_BENCH].concat(),
    };
    if need != Need::Build && step::output("chromedriver", &["--version"]).is_none() {
        names.extend(DEBIAN_BROWSER);
    }
    let list = step::output("dpkg-query", &["-W", "-f", "${Package} ${db:Status-Status}\n"])
        .unwrap_or_default();
    let missing =
        missing(&names, |name| list.lines().any(|line| line == format!("{name} installed")));
    if missing.is_empty() {
        return Ok(());
    }
    as_root(&["apt-get", "update", "-q"])?;
    get(&missing, &["apt-get", "install", "-y", "-q", "--no-install-recommends"], need)
}

fn get(missing: &[&str], command: &[&str], need: Need) -> Outcome {
    if need != Need::Build && command.first() != Some(&"apt-get") {
        say(
            "the tests' servers and window driver are installed by themselves on Debian and Ubuntu only; see CONTRIBUTING.md",
        );
    }
    if missing.is_empty() {
        return Ok(());
    }
    step::timed(
        &format!("installing {} system packages: {}", missing.len(), missing.join(" ")),
        "about 2 min",
        || as_root(&[command, missing].concat()),
    )
}

/// Runs a command as root: directly, or through sudo.
fn as_root(command: &[&str]) -> Outcome {
    let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
    let Some((program, arguments)) = command.split_first() else { return Ok(()) };
    if step::output("id", &["-u"]).is_some_and(|id| id.trim() == "0") {
        return step::run_in(".".as_ref(), program, arguments, &quiet);
    }
    if step::output("sudo", &["--version"]).is_some() {
        return step::run_in(".".as_ref(), "sudo", command, &quiet);
    }
    Err(format!(
        "these packages are missing and only root can install them. Run as root: {}",
        command.join(" ")
    ))
}
