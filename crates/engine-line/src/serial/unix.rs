//! Having a port to oneself, on Unix.

use super::SerialError;
use rustix::{
    fs::{FlockOperation, flock},
    termios::{ControlModes, ioctl_tiocexcl, ioctl_tiocnxcl},
};
use std::{
    fs::File,
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
};

/// The lock that programs for serial lines agree on, and the driver's own, which keeps out those that do not.
pub(super) struct Held(File);

/// Takes the lock.
pub(super) fn hold(path: &Path) -> io::Result<Held> {
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let file = File::options().read(true).write(true).custom_flags(flags).open(path)?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    Ok(Held(file))
}

impl Held {
    /// From here on the driver lets nobody else open it (but root).
    pub(super) fn exclude(&self) {
        if let Err(error) = ioctl_tiocexcl(&self.0) {
            tracing::debug!(%error, "the port could not be made exclusive");
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // A device that was unplugged has nothing to give back.
        let _gone = ioctl_tiocnxcl(&self.0);
    }
}

/// Consoles have no carrier to wait for, and losing one is no hang-up.
pub(super) fn ignore_carrier(settings: &mut serial2_tokio::Settings) {
    settings.as_termios_mut().c_cflag |= ControlModes::CLOCAL.bits();
}

pub(super) fn explain(path: &Path, error: &io::Error) -> SerialError {
    let port = path.display().to_string();
    match error.kind() {
        io::ErrorKind::NotFound => SerialError::Missing { port },
        io::ErrorKind::PermissionDenied => SerialError::Denied { port, group: group_of(path) },
        io::ErrorKind::ResourceBusy | io::ErrorKind::WouldBlock => SerialError::Busy { port },
        _ => match error.raw_os_error().map(rustix::io::Errno::from_raw_os_error) {
            // A node whose device is not there.
            Some(rustix::io::Errno::NXIO | rustix::io::Errno::NODEV | rustix::io::Errno::IO) => {
                SerialError::Missing { port }
            }
            Some(rustix::io::Errno::NOTTY) => SerialError::NoPort { port },
            _ => SerialError::Other { port, reason: error.to_string() },
        },
    }
}

/// The group that may read and write a port, if the group may.
fn group_of(path: &Path) -> Option<String> {
    let about = std::fs::metadata(path).ok()?;
    if about.mode() & 0o060 != 0o060 || about.gid() == 0 {
        return None;
    }
    let groups = std::fs::read_to_string("/etc/group").ok()?;
    group_named(&groups, about.gid())
}

fn group_named(groups: &str, gid: u32) -> Option<String> {
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let number: u32 = fields.nth(1)?.parse().ok()?;
        (number == gid && !name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::group_named;

    #[test]
    fn a_group_is_found_by_its_number() {
        let groups = "root:x:0:\nbroken\ndialout:x:20:me\n";
        assert_eq!(group_named(groups, 20).as_deref(), Some("dialout"));
        assert_eq!(group_named(groups, 7), None);
    }
}
