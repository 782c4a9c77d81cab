//! The team server's package for Debian and Ubuntu: one program, its unit and its options.
//!
//! Not the bundler's work, which packs desktop apps. Deliberately absent: other systems; there the program alone does.

use crate::{
    build::{self, Profile},
    packages,
    step::{self, Outcome, say},
    ui,
};
use std::{fs, io, path::Path};

const PACKAGING: &str = "crates/server/packaging";

/// Builds it and says where it is.
pub(crate) fn server() -> Outcome {
    packages::install(packages::Need::Build)?;
    ui::build()?;
    build::workspace(Profile::Release)?;
    let target = format!("{}/release/bundle/deb", build::target());
    let root = format!("{target}/patchbay-server");
    let failed = |error: io::Error| format!("the package could not be laid out: {error}");
    lay_out(Path::new(&root), &Profile::Release.binary("patchbay-server")).map_err(failed)?;
    let depends = depends(&root).map_err(failed)?;
    let depends = depends.ok_or("dpkg-shlibdeps does not say what the server needs")?;
    fs::write(format!("{root}/DEBIAN/control"), control(&depends)?).map_err(failed)?;
    step::run("dpkg-deb", &["--build", "--root-owner-group", &root, &target])?;
    fs::remove_dir_all(&root).map_err(failed)?;
    say(&format!("the team server's package is in {target}"));
    Ok(())
}

/// Puts every file where it will be.
fn lay_out(root: &Path, binary: &str) -> io::Result<()> {
    if root.exists() {
        fs::remove_dir_all(root)?;
    }
    let unit = format!("{PACKAGING}/patchbay-server.service");
    let options = format!("{PACKAGING}/default");
    let places = [
        (binary, "usr/bin/patchbay-server"),
        (&unit, "usr/lib/systemd/system/patchbay-server.service"),
        (&options, "etc/default/patchbay-server"),
        ("LICENSE", "usr/share/doc/patchbay-server/copyright"),
    ];
    for (from, to) in places {
        copy(Path::new(from), &root.join(to))?;
    }
    for script in ["postinst", "prerm", "postrm"] {
        let from = format!("{PACKAGING}/debian/{script}");
        copy(Path::new(&from), &root.join("DEBIAN").join(script))?;
    }
    fs::write(root.join("DEBIAN/conffiles"), "/etc/default/patchbay-server\n")
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).map(drop)
}

fn control(depends: &str) -> Result<String, String> {
    let architecture = step::output("dpkg", &["--print-architecture"]);
    let architecture = architecture.ok_or("dpkg does not say its architecture")?;
    Ok(format!(
        "Package: patchbay-server\n\
         Version: {}\n\
         Architecture: {}\n\
         Maintainer: Patchbay contributors <https://github.com/patchbay-app/patchbay>\n\
         Section: net\n\
         Priority: optional\n\
         Depends: {depends}, ca-certificates\n\
         Homepage: https://github.com/patchbay-app/patchbay\n\
         Description: team server of Patchbay\n \
         Shares machines without sharing their secrets: terminals, desktops and files\n \
         of every machine, from the desktop or a browser.\n",
        env!("CARGO_PKG_VERSION"),
        architecture.trim(),
    ))
}

/// The libraries that it was linked with, as Debian calls them. `dpkg-shlibdeps` wants a source package around it.
fn depends(root: &str) -> io::Result<Option<String>> {
    let source = Path::new(root).join("debian");
    fs::create_dir_all(&source)?;
    fs::write(source.join("control"), "Source: patchbay-server\n\nPackage: patchbay-server\n")?;
    let program = "usr/bin/patchbay-server";
    let found = step::output("env", &["-C", root, "dpkg-shlibdeps", "-O", program]);
    fs::remove_dir_all(source)?;
    Ok(found.and_then(|found| found.trim().strip_prefix("shlibs:Depends=").map(str::to_owned)))
}
