//! The client configuration of OpenSSH, ssh_config(5).
//!
//! `read` turns files into steps, `resolve` answers for one alias, and `plan` makes entries of the answers. Deliberately
//! absent: `Match` blocks and the system-wide file; whatever is not taken over is listed with its line.

mod describe;
mod keywords;
mod lex;
mod pattern;
mod plan;
mod read;
mod resolve;
mod tokens;
mod values;

#[cfg(test)]
mod parser_tests;
#[cfg(test)]
mod plan_tests;

pub use describe::{Described, describe};
pub(super) use plan::{Planned, Planner};
pub(super) use read::{
    Config, LONGEST_REASON, LONGEST_REMARK_TEXT, Place, harmless, read, read_text as read_pasted,
};
pub(super) use resolve::{Resolved, Resolver};
pub(super) use tokens::Surroundings;

use patchbay_model::{EntryDraft, ImportRemark};
use std::path::Path;
use values::JumpHost;

/// One host found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    /// The alias in the file.
    pub alias: String,
    /// The entry that would be made; its identities and jump are made on import.
    pub draft: EntryDraft,
    /// Private key files it names.
    pub identity_files: Vec<String>,
    /// Certificate files it names.
    pub certificate_files: Vec<String>,
    /// Aliases or addresses it jumps through, first hop first.
    pub jumps: Vec<String>,
}

/// What is there to be picked from, and what is left out.
pub(super) fn offers(
    path: &Path,
    config: &Config,
    around: &Surroundings,
) -> (Vec<Offer>, Vec<ImportRemark>) {
    let mut resolver = Resolver::new(config, around);
    let (aliases, mut more) = resolver.aliases();
    let mut offers = Vec::with_capacity(aliases.len());
    for alias in aliases {
        if resolver.exhausted() {
            more = true;
            break;
        }
        let resolved = resolver.resolve(&alias);
        offers.push(offer(alias, &resolved));
    }
    let mut remarks = config.remarks.clone();
    remarks.extend(resolver.into_remarks());
    if more {
        remarks.push(ImportRemark {
            file: path.display().to_string(),
            line: 0,
            text: String::new(),
            reason: format!(
                "There is more than fits into one import: only the first {} hosts are shown.",
                offers.len()
            ),
        });
    }
    (offers, remarks)
}

fn offer(alias: String, resolved: &Resolved) -> Offer {
    let files = |named: &[(String, Place)]| named.iter().map(|(path, _)| path.clone()).collect();
    Offer {
        draft: plan::draft(&alias, resolved),
        identity_files: files(&resolved.identity_files),
        certificate_files: files(&resolved.certificate_files),
        jumps: resolved.jumps.iter().map(jump_text).collect(),
        alias,
    }
}

fn jump_text(jump: &JumpHost) -> String {
    let user = jump.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
    let port = jump.port.map(|port| format!(":{port}")).unwrap_or_default();
    if jump.host.contains(':') {
        format!("{user}[{}]{port}", jump.host)
    } else {
        format!("{user}{}{port}", jump.host)
    }
}
