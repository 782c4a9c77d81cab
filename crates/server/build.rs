//! Builds the UI's files into the program, if they have been made.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let built = here.join("../../ui/dist");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", built.display());
    let mut list = String::from("static EMBEDDED: &[(&str, &[u8])] = &[\n");
    if built.is_dir() {
        add(&fs::canonicalize(&built)?, "", &mut list)?;
    }
    list.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("ui.rs"), list)
}

fn add(folder: &Path, within: &str, list: &mut String) -> io::Result<()> {
    let mut items = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    items.sort_by_key(fs::DirEntry::file_name);
    for item in items {
        let path = format!("{within}{}", item.file_name().to_string_lossy());
        if item.file_type()?.is_dir() {
            add(&item.path(), &format!("{path}/"), list)?;
        } else {
            let from = item.path();
            writeln!(list, "    ({path:?}, include_bytes!({from:?})),")
                .map_err(io::Error::other)?;
        }
    }
    Ok(())
}
