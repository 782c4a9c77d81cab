//! How hard a passphrase is to guess for someone who has the file.

use patchbay_model::PassphraseStrength;
use zxcvbn::{Entropy, Score};

/// Guesses a second against a stolen file. Argon2id at the floor allows far fewer on one computer; this is many of them.
const GUESSES_PER_SECOND_LOG10: f64 = 4.0;

/// Judges a passphrase. A score of 3 or more may be used for a vault.
#[must_use]
pub fn strength(passphrase: &str) -> PassphraseStrength {
    let entropy = zxcvbn::zxcvbn(passphrase, &["patchbay", "vault", "passphrase"]);
    let score = u8::from(entropy.score());
    let label = match entropy.score() {
        Score::Four => "Very strong",
        Score::Three => "Strong",
        Score::Two => "Fair",
        _ => "Weak",
    };
    let log10 = entropy.guesses_log10().max(0.0);
    PassphraseStrength {
        score,
        bits: (log10 * std::f64::consts::LOG2_10) as u32,
        label: label.to_owned(),
        guess_time: format!("{} to guess offline", duration(log10 - GUESSES_PER_SECOND_LOG10)),
        hint: if score >= 3 { String::new() } else { hint(passphrase, &entropy) },
    }
}

fn hint(passphrase: &str, entropy: &Entropy) -> String {
    let general = "Use a few words that nobody else would put together.";
    if passphrase.is_empty() {
        return general.to_owned();
    }
    let feedback = entropy.feedback();
    let warning = feedback.and_then(|f| f.warning()).map(|w| w.to_string());
    let advice = feedback.and_then(|f| f.suggestions().first()).map(ToString::to_string);
    let said: Vec<String> = warning.into_iter().chain(advice).collect();
    if said.is_empty() { general.to_owned() } else { said.join(" ") }
}

/// Plain words for ten to the power of so many seconds.
fn duration(seconds_log10: f64) -> String {
    const STEPS: [(f64, &str); 6] = [
        (1.0, "second"),
        (60.0, "minute"),
        (3_600.0, "hour"),
        (86_400.0, "day"),
        (2_629_800.0, "month"),
        (31_557_600.0, "year"),
    ];
    let seconds = 10_f64.powf(seconds_log10);
    if seconds < 1.0 {
        return "less than a second".to_owned();
    }
    if seconds >= 100.0 * 31_557_600.0 {
        return "centuries".to_owned();
    }
    let (unit, name) =
        STEPS.into_iter().rev().find(|(unit, _)| seconds >= *unit).unwrap_or((1.0, "second"));
    let count = (seconds / unit).floor();
    if count <= 1.0 {
        format!("a {name}").replace("a hour", "an hour")
    } else {
        format!("{count} {name}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_passphrases_are_weak_and_say_why() {
        for weak in ["", "password", "12345678", "patchbay", "qwertyuiop", "P@ssw0rd"] {
            let judged = strength(weak);
            assert!(judged.score < 2, "{weak}: {judged:?}");
            assert_eq!(judged.label, "Weak");
            assert!(!judged.hint.is_empty());
        }
        assert_eq!(strength("").bits, 0);
        assert_eq!(strength("password").guess_time, "less than a second to guess offline");
    }

    #[test]
    fn unlikely_words_are_strong_and_need_no_hint() {
        let judged = strength("ledger mango offset walrus");
        assert_eq!((judged.score, judged.label.as_str()), (4, "Very strong"));
        assert!(judged.bits > 50);
        assert_eq!(judged.guess_time, "centuries to guess offline");
        assert!(judged.hint.is_empty());
    }

    #[test]
    fn more_of_a_passphrase_is_never_slow() {
        assert_eq!(strength(&"ß🦊x".repeat(100_000)).label, "Weak");
    }

    #[test]
    fn durations_read_like_speech() {
        let said = |seconds: f64| duration(seconds.log10());
        assert_eq!(said(0.5), "less than a second");
        assert_eq!(said(1.5), "a second");
        assert_eq!(said(45.0), "45 seconds");
        assert_eq!(said(4_000.0), "an hour");
        assert_eq!(said(900_000.0), "10 days");
        assert_eq!(said(1e8), "3 years");
        assert_eq!(said(1e12), "centuries");
    }
}
