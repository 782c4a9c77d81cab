//! Licences of everything that is linked in, and crates that must not come back, read from `cargo metadata`.

use crate::step::{self, Outcome, say};
use serde_json::Value;

/// Licences whose terms the product can meet by shipping their text.
const ALLOWED: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "CC0-1.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "MPL-2.0",
    "Unlicense",
    "BSL-1.0",
    "CDLA-Permissive-2.0",
    "NCSA",
    "OpenSSL",
    "bzip2-1.0.6",
];

/// A second crypto provider or TLS stack beside ring and rustls.
const BANNED: &[&str] = &["aws-lc-rs", "aws-lc-sys", "openssl", "openssl-sys", "native-tls"];

/// Fails with the list of offenders.
pub(crate) fn check() -> Outcome {
    let text = step::output("cargo", &["metadata", "--format-version", "1", "--locked"])
        .ok_or("`cargo metadata --locked` failed: is Cargo.lock up to date?")?;
    let metadata: Value =
        serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata
        .get("packages")
        .unwrap_or(&Value::Null)
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut offenders = Vec::new();
    for package in packages {
        let field = |name| package.get(name).and_then(Value::as_str).unwrap_or_default();
        let name = field("name");
        let licence = field("license");
        if BANNED.contains(&name) && is_built(name, field("version")) {
            offenders.push(format!("{name} is banned: one TLS and crypto provider, ring"));
        }
        if !acceptable(licence) {
            offenders.push(format!(
                "{name} {}: licence {licence:?} is not on the list",
                field("version")
            ));
        }
    }
    if !offenders.is_empty() {
        return Err(offenders.join("\n  "));
    }
    say(&format!("{} crates, every licence on the list", packages.len()));
    Ok(())
}

/// Whether a crate is linked in. `cargo metadata` also lists what only a feature of a crate that is not there would bring.
fn is_built(name: &str, version: &str) -> bool {
    let package = format!("{name}@{version}");
    let args =
        ["tree", "--workspace", "--locked", "--target", "all", "--edges", "no-dev", "--invert"];
    let args: Vec<&str> = args.into_iter().chain([package.as_str()]).collect();
    step::output("cargo", &args).is_none_or(|tree| !tree.trim().is_empty())
}

/// Whether an SPDX expression can be met: every part of `AND`, one part of `OR`. `/` is the old form of `OR`.
fn acceptable(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    split(&expression, " AND ").iter().all(|all| {
        let all = strip(all);
        split(all, " OR ").iter().any(|one| {
            let one = strip(one);
            if one.contains(" AND ") || one.contains(" OR ") {
                acceptable(one)
            } else {
                ALLOWED.contains(&one)
            }
        })
    })
}

/// Splits at a word, outside of parentheses.
fn split<'a>(expression: &'a str, word: &str) -> Vec<&'a str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, character) in expression.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ' ' if depth == 0
                && at >= start
                && expression.get(at..).is_some_and(|rest| rest.starts_with(word)) =>
            {
                parts.extend(expression.get(start..at));
                start = at + word.len();
            }
            _ => {}
        }
    }
    parts.extend(expression.get(start..));
    parts
}

/// Without the parentheses around the whole.
fn strip(expression: &str) -> &str {
    let trimmed = expression.trim();
    trimmed.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(trimmed).trim()
}

#[cfg(test)]
mod tests {
    use super::acceptable;

    #[test]
    fn one_of_or_and_all_of_and() {
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "MIT/Apache-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 AND (GPL-2.0 OR ISC)",
        ] {
            assert!(acceptable(good), "{good}");
        }
        for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND SSPL-1.0"] {
            assert!(!acceptable(bad), "{bad}");
        }
    }
}
