//! The serial ports of this computer.

use patchbay_model::SerialPortInfo;
use std::path::{Path, PathBuf};

/// More of them than a list can use.
const MOST_PORTS: usize = 256;

/// The ports there are, by name.
pub async fn list() -> Vec<SerialPortInfo> {
    let found = tokio::task::spawn_blocking(|| {
        let mut paths = serial2_tokio::SerialPort::available_ports().unwrap_or_else(|error| {
            tracing::debug!(%error, "the serial ports cannot be listed");
            Vec::new()
        });
        paths.sort_by_key(|path| by_number(path));
        paths.truncate(MOST_PORTS);
        paths
            .iter()
            .map(|path| SerialPortInfo {
                path: path.display().to_string(),
                description: description(path).unwrap_or_default(),
            })
            .collect()
    });
    found.await.unwrap_or_default()
}

/// Whether there is a serial port of this name. Only looks: opening one may reset what is plugged into it.
pub async fn exists(name: &str) -> bool {
    let path = device(name);
    let there = tokio::task::spawn_blocking(move || is_device(&path));
    there.await.unwrap_or(false)
}

/// The path of a port: `ttyUSB0` is short for `/dev/ttyUSB0`.
pub(crate) fn device(name: &str) -> PathBuf {
    let name = name.trim();
    if cfg!(unix) && !name.contains('/') { Path::new("/dev").join(name) } else { name.into() }
}

/// Whether a path is that of a device, and not of a file that happens to be there.
#[cfg(unix)]
pub(crate) fn is_device(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::metadata(path).is_ok_and(|about| about.file_type().is_char_device())
}

/// Whether a path is that of a device, and not of a file that happens to be there.
#[cfg(not(unix))]
pub(crate) fn is_device(path: &Path) -> bool {
    let known = serial2_tokio::SerialPort::available_ports().unwrap_or_default();
    known.iter().any(|each| each.as_os_str().eq_ignore_ascii_case(path.as_os_str()))
}

/// `ttyS10` after `ttyS9`.
fn by_number(path: &Path) -> (String, u64) {
    let name = path.display().to_string();
    let stem = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let number = name.get(stem.len()..).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    (stem.to_owned(), number)
}

/// What is plugged in, as it calls itself.
#[cfg(target_os = "linux")]
fn description(path: &Path) -> Option<String> {
    let class = Path::new("/sys/class/tty").join(path.file_name()?).join("device");
    let mut at = std::fs::canonicalize(class).ok()?;
    // The port of a USB adapter lies a few levels below the adapter.
    for _ in 0..4 {
        let product = at.join("product");
        if let Ok(text) = std::fs::read_to_string(product) {
            // From the device: it is not trusted to be fit to be shown.
            let clean: String = text.trim().chars().filter(|c| !c.is_control()).take(80).collect();
            return Some(clean);
        }
        at = at.parent()?.to_path_buf();
    }
    None
}

/// Elsewhere the name has to do.
#[cfg(not(target_os = "linux"))]
fn description(_: &Path) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::{by_number, device};
    use std::path::{Path, PathBuf};

    #[test]
    fn ports_are_counted_and_not_spelled() {
        let mut paths = ["/dev/ttyS10", "/dev/ttyUSB0", "/dev/ttyS9"].map(PathBuf::from);
        paths.sort_by_key(|path| by_number(path));
        assert_eq!(paths, ["/dev/ttyS9", "/dev/ttyS10", "/dev/ttyUSB0"].map(PathBuf::from));
    }

    #[cfg(unix)]
    #[test]
    fn names_without_a_folder_are_devices() {
        assert_eq!(device(" ttyUSB0 "), Path::new("/dev/ttyUSB0"));
        assert_eq!(device("/dev/serial/by-id/x"), Path::new("/dev/serial/by-id/x"));
    }
}
