//! Values as the server's Perl writes them: numbers that are text, text that is a number, truths that are 0 and 1.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A number, whether it stands in quotes or not; nothing if it is none.
pub(crate) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Bool(yes) => Some(f64::from(u8::from(*yes))),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

/// A count: a number that is whole and not negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "within 0 and 2^53, and a fraction of a byte is none"
)]
pub(crate) fn count(value: &Value) -> Option<u64> {
    if let Some(count) = value.as_u64() {
        return Some(count);
    }
    number(value).filter(|number| (0.0..9.0e15).contains(number)).map(|number| number as u64)
}

/// Text, also where a number stands.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(u8::from(*yes).to_string()),
        _ => None,
    }
}

/// For `deserialize_with`.
pub(crate) fn de_number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    Value::deserialize(from).map(|value| number(&value))
}

/// For `deserialize_with`.
pub(crate) fn de_count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Value::deserialize(from).map(|value| count(&value))
}

/// For `deserialize_with`.
pub(crate) fn de_flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Value::deserialize(from).map(|value| number(&value).is_some_and(|number| number != 0.0))
}

/// For `deserialize_with`.
pub(crate) fn de_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Value::deserialize(from).map(|value| text(&value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_perl_writes_is_read() {
        for (value, number_of, count_of) in [
            (json!(5), Some(5.0), Some(5)),
            (json!("5900"), Some(5900.0), Some(5900)),
            (json!("0.25"), Some(0.25), Some(0)),
            (json!(true), Some(1.0), Some(1)),
            (json!(-1), Some(-1.0), None),
            (json!("nan"), None, None),
            (json!("x"), None, None),
            (json!(null), None, None),
            (json!([1]), None, None),
            (json!(1e300), Some(1e300), None),
            (
                json!(18_446_744_073_709_551_615_u64),
                Some(18_446_744_073_709_551_615.0),
                Some(u64::MAX),
            ),
        ] {
            assert_eq!((number(&value), count(&value)), (number_of, count_of), "{value}");
        }
        assert_eq!(text(&json!(42)).as_deref(), Some("42"));
        assert_eq!(text(&json!({})), None);
    }
}
