//! One-time passwords of an authenticator app (RFC 6238): SHA-1, six digits, thirty seconds, as all apps know them.

use crate::{TeamError, random};
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use patchbay_model::{Secret, Timestamp};
use sha1::Sha1;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Seconds that a one-time password stands for.
pub const STEP_SECONDS: i64 = 30;
/// Clocks may be so many steps apart (RFC 6238 section 5.2).
const DRIFT: i64 = 1;
const DIGITS: usize = 6;
/// As long as the hash (RFC 4226 section 4, R6).
const KEY: usize = 20;

/// The key that an authenticator app and the server share.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpKey(Zeroizing<[u8; KEY]>);

impl TotpKey {
    /// A new one.
    pub fn generate() -> Result<Self, TeamError> {
        random::array().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The key with these bytes, as they were sealed.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The bytes, to be sealed.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8; KEY] {
        &self.0
    }

    /// For people who type it into their app: base32.
    #[must_use]
    pub fn text(&self) -> Secret<String> {
        Secret::new(BASE32_NOPAD.encode(self.0.as_slice()))
    }

    /// For the QR code that an app scans: `otpauth://totp/…`. The issuer is what the app shows the server as.
    #[must_use]
    pub fn uri(&self, issuer: &str, account: &str) -> Secret<String> {
        let (issuer, account, key) = (escaped(issuer), escaped(account), self.text());
        Secret::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
            key.expose_secret()
        ))
    }

    /// The time step that a one-time password counts for; none if it does not count.
    ///
    /// `last` is the step of the one that was taken last: neither it nor one before it counts again. The caller keeps what
    /// is returned before it lets the person in.
    #[must_use]
    pub fn check(&self, typed: &str, now: Timestamp, last: i64) -> Option<i64> {
        let typed: Vec<u8> = typed.bytes().filter(|byte| *byte != b' ').take(DIGITS + 1).collect();
        let typed: [u8; DIGITS] = typed.try_into().ok()?;
        let step = step_of(now);
        let mut taken = None;
        // All are compared, so that the time does not tell how the clocks differ.
        for candidate in [step - DRIFT, step + DRIFT, step] {
            let is_it = bool::from(self.code::<DIGITS>(candidate).ct_eq(&typed));
            if is_it && candidate > last {
                taken = Some(candidate);
            }
        }
        taken
    }

    /// What an authenticator app shows at that time.
    #[must_use]
    pub fn shown(&self, now: Timestamp) -> Secret<String> {
        let digits = self.code::<DIGITS>(step_of(now));
        Secret::new(digits.iter().map(|digit| char::from(*digit)).collect())
    }

    /// RFC 4226 section 5.3.
    fn code<const N: usize>(&self, step: i64) -> [u8; N] {
        // A shorter key is filled up with zeros to the block of the hash (RFC 2104).
        let mut block = Zeroizing::new([0; 64]);
        block.iter_mut().zip(self.0.iter()).for_each(|(to, from)| *to = *from);
        let mut mac = <Hmac<Sha1> as KeyInit>::new((&*block).into());
        mac.update(&step.to_be_bytes());
        let hash: [u8; 20] = mac.finalize().into_bytes().into();
        let offset = usize::from(hash.last().copied().unwrap_or(0) & 15);
        let word = hash.get(offset..).and_then(|rest| rest.first_chunk::<4>()).copied();
        let mut number = u32::from_be_bytes(word.unwrap_or_default()) & 0x7fff_ffff;
        let mut digits = [b'0'; N];
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
        }
        digits
    }
}

impl fmt::Debug for TotpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpKey(…)")
    }
}

const fn step_of(now: Timestamp) -> i64 {
    now.0.div_euclid(1000 * STEP_SECONDS)
}

/// Percent-encoding (RFC 3986 section 2): all but the unreserved.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn key() -> TotpKey {
        TotpKey::from_slice(b"12345678901234567890").unwrap()
    }

    fn text(digits: &[u8]) -> String {
        String::from_utf8(digits.to_vec()).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1000)
    }

    /// RFC 6238 appendix B, the rows of SHA-1.
    #[test]
    fn codes_are_those_of_rfc_6238() {
        for (seconds, expected) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(text(&key().code::<8>(step_of(at(seconds)))), expected);
            let six = expected.get(2..).unwrap();
            assert_eq!(key().check(six, at(seconds), 0), Some(seconds / 30), "{six}");
        }
    }

    /// RFC 4226 appendix D.
    #[test]
    fn codes_are_those_of_rfc_4226() {
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (step, expected) in (0..).zip(expected) {
            assert_eq!(text(&key().code::<6>(step)), expected);
        }
    }

    #[test]
    fn a_code_counts_once_and_none_before_it_counts_again() {
        let now = at(1_234_567_890);
        let step = step_of(now);
        let typed = |step: i64| text(&key().code::<6>(step));
        assert_eq!(key().check(&typed(step), now, 0), Some(step));
        assert_eq!(key().check(&typed(step), now, step), None);
        assert_eq!(key().check(&typed(step - 1), now, step), None);
        assert_eq!(key().check(&typed(step + 1), now, step), Some(step + 1));
        assert_eq!(key().check(&typed(step), now, step + 1), None);
    }

    #[test]
    fn clocks_may_be_one_step_apart() {
        let now = at(1_234_567_890);
        let step = step_of(now);
        for (away, counts) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let typed = text(&key().code::<6>(step + away));
            assert_eq!(key().check(&typed, now, 0).is_some(), counts, "{away}");
        }
    }

    #[test]
    fn a_code_is_six_digits_with_spaces_anywhere() {
        let now = at(59);
        assert_eq!(key().check("287 082", now, 0), Some(1));
        assert_eq!(key().check(" 287082 ", now, 0), Some(1));
        for bad in ["", "28708", "2870821", "94287082", "287O82", "２８７０８２"] {
            assert_eq!(key().check(bad, now, 0), None, "{bad}");
        }
    }

    #[test]
    fn apps_are_told_everything_they_need() {
        assert_eq!(key().text().expose_secret(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            key().uri("Night & Day", "ann@example.org").expose_secret(),
            "otpauth://totp/Night%20%26%20Day:ann%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Night%20%26%20Day&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(format!("{:?}", TotpKey::generate().unwrap()), "TotpKey(…)");
        assert!(TotpKey::generate().unwrap() != TotpKey::generate().unwrap());
        assert!(TotpKey::from_slice(&[0; 19]).is_none());
    }

    proptest! {
        /// Whatever is typed and when: what is taken is later than what was taken before, so nothing is taken twice.
        #[test]
        fn what_is_taken_is_always_later(tries: Vec<(i64, i64)>) {
            let mut last = 0;
            for (seconds, away) in tries {
                let now = at(1_000_000 + seconds.rem_euclid(300));
                let typed = text(&key().code::<6>(step_of(now) + away.rem_euclid(5) - 2));
                if let Some(step) = key().check(&typed, now, last) {
                    prop_assert!(step > last);
                    last = step;
                }
            }
        }

        #[test]
        fn garbage_is_refused_without_a_panic(typed: String, now in -1_i64 << 52..1 << 52) {
            let _ = key().check(&typed, Timestamp(now), 0);
        }
    }
}
