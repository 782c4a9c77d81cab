//! Looking into answers. Machines leave out, misspell and mistype what the schemas ask for, so each property is looked up by
//! itself, and one that is wrong is one that is not there.

use crate::Link;
use serde_json::Value;

/// Of a text that is kept, in characters.
const LONGEST: usize = 2_000;

/// What is below these keys, or null.
pub(crate) fn at<'a>(value: &'a Value, keys: &[&str]) -> &'a Value {
    const NOTHING: &Value = &Value::Null;
    keys.iter().fold(value, |value, key| value.get(key).unwrap_or(NOTHING))
}

/// A text that is not empty, without what would act on a terminal.
pub(crate) fn text(value: &Value, keys: &[&str]) -> Option<String> {
    clean(at(value, keys).as_str()?)
}

/// What a text says, if it says anything.
pub(crate) fn clean(text: &str) -> Option<String> {
    let plain = text.chars().filter(|c| *c == '\n' || !acts(*c)).take(LONGEST);
    let plain: String = plain.collect();
    let plain = plain.trim();
    (!plain.is_empty()).then(|| plain.to_owned())
}

/// Whether a character acts on a screen: a control character, or one that turns the direction of writing round (Unicode's
/// property Bidi_Control).
fn acts(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns
}

/// A number, also one that is written as text.
pub(crate) fn number(value: &Value, keys: &[&str]) -> Option<f64> {
    let found = at(value, keys);
    let number = found.as_f64().or_else(|| found.as_str()?.trim().parse().ok())?;
    number.is_finite().then_some(number)
}

/// A count, also one that is written as text or with a point.
pub(crate) fn count(value: &Value, keys: &[&str]) -> Option<u64> {
    let found = at(value, keys);
    found.as_u64().or_else(|| found.as_str()?.trim().parse().ok()).or_else(|| {
        let number = number(value, keys)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is within")]
        (0.0..9e15).contains(&number).then_some(number as u64)
    })
}

pub(crate) fn flag(value: &Value, keys: &[&str]) -> Option<bool> {
    at(value, keys).as_bool()
}

/// Where a link leads; none if there is none, or it leads elsewhere.
pub(crate) fn link(value: &Value, keys: &[&str]) -> Option<Link> {
    Link::parse(at(at(value, keys), &["@odata.id"]).as_str()?)
}

/// The links of a list.
pub(crate) fn links<'a>(value: &'a Value, keys: &[&str]) -> impl Iterator<Item = Link> + 'a {
    list(value, keys).filter_map(|one| link(one, &[]))
}

/// What is in a list.
pub(crate) fn list<'a>(value: &'a Value, keys: &[&str]) -> impl Iterator<Item = &'a Value> + 'a {
    at(value, keys).as_array().into_iter().flatten()
}

/// The texts of a list.
pub(crate) fn texts(value: &Value, keys: &[&str]) -> Vec<String> {
    list(value, keys).filter_map(|one| text(one, &[])).take(200).collect()
}
