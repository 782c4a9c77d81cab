//! Which database.

use sqlx::postgres::PgConnectOptions;
use std::fmt;
use std::path::PathBuf;

/// Where a server keeps its data.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// A file, which is made if it is not there.
    Sqlite(PathBuf),
    /// `postgres://name:password@host:port/database`; the tables are made if they are not there.
    Postgres(String),
}

/// A URL may hold a password, so nothing shows more of it than where it leads.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(url) => match url.parse::<PgConnectOptions>() {
                Ok(options) => {
                    let database = options.get_database().unwrap_or_default();
                    write!(f, "PostgreSQL at {}/{database}", options.get_host())
                }
                Err(_) => f.write_str("PostgreSQL"),
            },
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for url in [
            "postgres://team:hunter2@db.example:5432/patchbay?sslmode=require&password=hunter2",
            "postgres://team:hunter2@db.example",
            "postgres://team:hunter2/hunter2@db.example/patchbay",
            "postgres://team:hunter2?hunter2@db.example/patchbay",
            "postgres://team:hunter2@hunter2@db.example/patchbay",
        ] {
            let shown = format!("{0} {0:?}", Place::Postgres(url.to_owned()));
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
}
