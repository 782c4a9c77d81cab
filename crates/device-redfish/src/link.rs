//! Where a resource is.

use std::fmt;

/// A longer one is no link.
const LONGEST: usize = 1_024;

/// The path of a resource on the machine that was asked, and never anything elsewhere.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Link(String);

impl Link {
    /// The service root (DSP0266 section 6.4).
    #[must_use]
    pub fn root() -> Self {
        Self("/redfish/v1/".to_owned())
    }

    /// Reads the `@odata.id` of a link or the `target` of an action: a path on the same machine (DSP0266 section 8.3), with
    /// a fragment cut off. What names a host, another path than below `/redfish/`, or anything that is no plain path, is
    /// refused.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let path = text.split('#').next().unwrap_or_default();
        let plain =
            path.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"<>`{}".contains(&byte));
        let route = path.split('?').next().unwrap_or_default();
        let below = route.starts_with("/redfish/") && !route.contains("//");
        let straight = !route.split('/').any(|part| part == ".." || part == ".");
        (plain && below && straight && path.len() <= LONGEST).then(|| Self(path.to_owned()))
    }

    /// Reads a `Location` header. Machines write whole URIs there, with the name that they have for themselves; only its
    /// path counts, and it is asked of the machine that is already connected.
    #[must_use]
    pub fn located(text: &str) -> Option<Self> {
        match text.split_once("://") {
            Some((_, rest)) => Self::parse(rest.find('/').and_then(|at| rest.get(at..))?),
            None => Self::parse(text),
        }
    }

    /// The path, as it is asked for.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its last part: the id of a resource that does not say another.
    #[must_use]
    pub fn name(&self) -> &str {
        let route = self.0.split('?').next().unwrap_or_default();
        route.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
    }

    /// This one with more parameters of a query.
    pub(crate) fn with_query(&self, query: &str) -> Self {
        let sign = if self.0.contains('?') { '&' } else { '?' };
        Self(format!("{}{sign}{query}", self.0))
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Link;

    #[test]
    fn a_link_leads_to_nowhere_else() {
        for good in [
            "/redfish/v1",
            "/redfish/v1/Systems/1?$skip=2",
            "/redfish/v1/Chassis/1/Thermal#/Fans/0",
        ] {
            assert!(Link::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "https://elsewhere.example/redfish/v1/Systems/1",
            "//elsewhere.example/redfish/v1",
            "/redfish//elsewhere.example",
            "/redfish/v1/../../etc",
            "/rest/v1",
            "redfish/v1",
            "/redfish/v1/a b",
            "/redfish/v1/\r\nHost: x",
            "/redfish/v1/é",
        ] {
            assert_eq!(Link::parse(bad), None, "{bad:?}");
        }
        assert_eq!(Link::parse(&format!("/redfish/{}", "x".repeat(2_000))), None);
    }

    #[test]
    fn of_a_location_the_path_counts() {
        let there = Link::parse("/redfish/v1/TaskService/Tasks/7");
        assert_eq!(Link::located("https://bmc.example:443/redfish/v1/TaskService/Tasks/7"), there);
        assert_eq!(Link::located("/redfish/v1/TaskService/Tasks/7"), there);
        assert_eq!(Link::located("https://elsewhere.example"), None);
        assert_eq!(there.as_ref().map(Link::name), Some("7"));
    }
}
