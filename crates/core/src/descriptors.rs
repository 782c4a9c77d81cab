//! Room for many sessions at once: systems let a program open few files at first, and more if it asks.

/// What is asked for: a thousand sessions take about two thousand. More would make programs slow that close
/// everything they might have inherited.
#[cfg(unix)]
const WANTED: u64 = 8192;

/// Raises this process's own limit of open files and connections, as far as the system lets it. Without that, the
/// thousandth session could not be opened. Windows has no such limit.
pub fn make_room() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let now = getrlimit(Resource::Nofile);
        let wanted = now.maximum.map_or(WANTED, |most| most.min(WANTED));
        if now.current.is_some_and(|current| current < wanted)
            && let Err(error) =
                setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: now.maximum })
        {
            tracing::warn!(%error, "the limit of open files stays as it is");
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use rustix::process::{Resource, getrlimit};

    #[test]
    fn there_is_room_for_a_thousand_sessions() {
        super::make_room();
        let limit = getrlimit(Resource::Nofile);
        let most = limit.maximum.unwrap_or(u64::MAX).min(super::WANTED);
        assert!(limit.current.is_none_or(|current| current >= most), "{limit:?}");
    }
}
