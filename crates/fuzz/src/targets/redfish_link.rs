//! Where a management controller says that something is.

use super::text;
use patchbay_device_redfish::Link;

/// Whatever is written, a link is a plain path below `/redfish/` on the same machine.
pub(crate) fn run(data: &[u8]) -> bool {
    let text = text(data);
    let found = [Link::parse(&text), Link::located(&text)];
    for link in found.iter().flatten() {
        let path = link.as_str();
        assert!(path.starts_with("/redfish/") && !path.contains(['#', '\\', ' ']), "{path:?}");
        assert!(
            path.is_ascii() && !path.split('?').next().unwrap_or_default().contains("//"),
            "{path:?}"
        );
        assert_eq!(Link::parse(path).as_ref(), Some(link), "{path:?}");
    }
    found.iter().any(Option::is_some)
}
