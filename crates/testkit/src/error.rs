//! What can go wrong while a test sets its stage.

use std::{fmt::Display, io, process::ExitStatus};

/// A peer, a display or the window did not do what the test needs.
#[derive(Debug, thiserror::Error)]
pub enum TestkitError {
    /// A program could not be started.
    #[error("{program} cannot be started: {error}")]
    Start {
        /// Which one.
        program: String,
        /// Why.
        error: io::Error,
    },
    /// A program failed.
    #[error("{program} ended with {status}")]
    Failed {
        /// Which one.
        program: String,
        /// How.
        status: ExitStatus,
    },
    /// A program ended without a word.
    #[error("{0} started and said nothing")]
    Silent(String),
    /// Something did not happen in time.
    #[error("waited in vain for {0}")]
    Waited(String),
    /// A file could not be written or read.
    #[error("{doing}: {error}")]
    File {
        /// What was tried.
        doing: String,
        /// Why it failed.
        error: io::Error,
    },
    /// The window driver refused.
    #[error("{doing}: {error}")]
    Driver {
        /// What was tried.
        doing: String,
        /// What it said.
        error: String,
    },
}

impl TestkitError {
    pub(crate) fn start(program: impl Into<String>, error: io::Error) -> Self {
        Self::Start { program: program.into(), error }
    }

    pub(crate) fn failed(program: impl Into<String>, status: ExitStatus) -> Self {
        Self::Failed { program: program.into(), status }
    }

    pub(crate) fn silent(program: impl Into<String>) -> Self {
        Self::Silent(program.into())
    }

    pub(crate) fn waited(what: impl Into<String>) -> Self {
        Self::Waited(what.into())
    }

    pub(crate) fn file(doing: impl Into<String>, error: io::Error) -> Self {
        Self::File { doing: doing.into(), error }
    }

    pub(crate) fn driver(doing: impl Into<String>, error: impl Display) -> Self {
        Self::Driver { doing: doing.into(), error: error.to_string() }
    }
}
