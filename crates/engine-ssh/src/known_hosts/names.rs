//! The first field of a line: names with wildcards and negation, or one hashed name.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use subtle::ConstantTimeEq;

/// Names a line is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Names {
    /// `|1|salt|hash`: HMAC-SHA1 of the name.
    Hashed { salt: Vec<u8>, hash: Vec<u8> },
    /// Patterns in lower case, each with whether it is negated.
    Patterns(Vec<(bool, String)>),
    /// A hash of a kind nobody writes: matches nothing.
    Unreadable,
}

impl Names {
    pub(super) fn parse(field: &str) -> Self {
        if let Some(hashed) = field.strip_prefix('|') {
            return Self::parse_hashed(hashed).unwrap_or(Self::Unreadable);
        }
        Self::Patterns(
            field
                .split(',')
                .filter(|name| !name.is_empty())
                .map(|name| match name.strip_prefix('!') {
                    Some(name) => (true, name.to_lowercase()),
                    None => (false, name.to_lowercase()),
                })
                .collect(),
        )
    }

    fn parse_hashed(field: &str) -> Option<Self> {
        let (salt, hash) = field.strip_prefix("1|")?.split_once('|')?;
        Some(Self::Hashed {
            salt: BASE64.decode(salt.as_bytes()).ok()?,
            hash: BASE64.decode(hash.as_bytes()).ok()?,
        })
    }

    /// Whether the line is about this name (`host` or `[host]:port`, in lower case).
    pub(super) fn matches(&self, name: &str) -> bool {
        match self {
            Self::Unreadable => false,
            Self::Hashed { salt, hash } => {
                let Ok(mut mac) = Hmac::<sha1::Sha1>::new_from_slice(salt) else { return false };
                mac.update(name.as_bytes());
                mac.finalize().into_bytes().as_slice().ct_eq(hash).into()
            }
            Self::Patterns(patterns) => {
                let mut found = false;
                for (negated, pattern) in patterns {
                    if wildcard(pattern, name) {
                        if *negated {
                            return false;
                        }
                        found = true;
                    }
                }
                found
            }
        }
    }
}

/// `*` is any text, `?` any character. Goes back to the last `*` only, so time is bounded by the product of the lengths.
pub(super) fn wildcard(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    let mut resume = None;
    loop {
        let (before_pattern, before_text) = (pattern.clone(), text.clone());
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                resume = Some((pattern.clone(), before_text.clone()));
                text = before_text;
            }
            (Some('?'), Some(_)) => {}
            (Some(p), Some(t)) if p == t => {}
            (_, None) => return before_pattern.clone().all(|c| c == '*'),
            _ => {
                let Some((after_star, mut from)) = resume.take() else { return false };
                if from.next().is_none() {
                    return false;
                }
                pattern = after_star.clone();
                text = from.clone();
                resume = Some((after_star, from));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::wildcard;

    #[test]
    fn wildcards() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("*", "", true),
            ("*", "anything", true),
            ("*.example.com", "a.b.example.com", true),
            ("*.example.com", "example.com", false),
            ("10.0.0.?", "10.0.0.7", true),
            ("10.0.0.?", "10.0.0.77", false),
            ("a*b*c", "axxbxxbc", true),
            ("a*b*c", "axxbxxbcd", false),
            ("[*]:2222", "[host]:2222", true),
            ("host", "hos", false),
            ("hos", "host", false),
        ] {
            assert_eq!(wildcard(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_do_not_take_for_ever() {
        assert!(!wildcard(&"*a".repeat(200), &"b".repeat(5_000)));
        assert!(wildcard(&"*a".repeat(50), &"ba".repeat(50)));
    }
}
