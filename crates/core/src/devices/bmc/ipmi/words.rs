//! What numbers and states mean.

use patchbay_model::Severity;

/// Who has which number at IANA (<https://www.iana.org/assignments/enterprise-numbers>), of those who make controllers.
const MANUFACTURERS: [(u32, &str); 15] = [
    (2, "IBM"),
    (9, "Cisco"),
    (11, "HP"),
    (42, "Sun Microsystems"),
    (111, "Oracle"),
    (343, "Intel"),
    (674, "Dell"),
    (2_011, "Huawei"),
    (7_244, "Quanta"),
    (10_368, "Fujitsu"),
    (10_876, "Supermicro"),
    (19_046, "Lenovo"),
    (37_945, "Inspur"),
    (47_196, "HPE"),
    (47_488, "Insyde"),
];

/// The name of a manufacturer, if it is one of the usual.
pub(super) fn manufacturer(number: u32) -> Option<&'static str> {
    MANUFACTURERS.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
}

/// How bad a state is, by the words that the specification has for it (tables 42-2 and 42-3).
pub(super) fn severity(state: &str) -> Severity {
    // What has a bad word in it and is none.
    const GOOD: [&str; 6] = [
        "not exceeded",
        "deasserted",
        "from critical",
        "transition to ok",
        "fault status",
        "identify",
    ];
    const WARNING: [&str; 16] = [
        "non-critical",
        "predictive",
        "correctable",
        "degraded",
        "redundancy lost",
        "non-redundant: sufficient",
        "lags",
        "throttled",
        "almost full",
        "intrusion",
        "violation",
        "invalid",
        "no bootable",
        "disabled",
        "rebuild",
        "unavailable",
    ];
    const CRITICAL: [&str; 27] = [
        "uncorrectable",
        "fault",
        "fail",
        "error",
        "non-recoverable",
        "critical",
        "ac lost",
        "out-of-range",
        "insufficient",
        "limit exceeded",
        "trip",
        "ierr",
        "overtemperature",
        "hang",
        "parity",
        "perr",
        "serr",
        "fatal",
        "nmi",
        "heartbeat lost",
        "communication lost",
        "timer expired",
        "log full",
        "off-line",
        "incompatib",
        "240va power down",
        "interlock power down",
    ];
    let state = state.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| state.contains(word));
    if has(&GOOD) || state == "parity check in progress" {
        return Severity::Good;
    }
    // Before those words that are in it.
    if has(&["uncorrectable", "non-redundant: insufficient"]) {
        return Severity::Critical;
    }
    if has(&WARNING) {
        return Severity::Warning;
    }
    if has(&CRITICAL) { Severity::Critical } else { Severity::Good }
}

#[cfg(test)]
mod tests {
    use super::severity;
    use patchbay_model::Severity::{Critical, Good, Warning};

    #[test]
    fn how_bad_states_are() {
        for (state, wanted) in [
            ("Presence detected", Good),
            ("Power Supply AC lost", Critical),
            ("Predictive failure", Warning),
            ("Correctable ECC", Warning),
            ("Uncorrectable ECC", Critical),
            ("Upper Non-critical going high", Warning),
            ("Upper Critical going high", Critical),
            ("Lower Non-recoverable going low", Critical),
            ("Limit Not Exceeded", Good),
            ("Redundancy Lost", Warning),
            ("Non-Redundant: Insufficient Resources", Critical),
            ("Drive Fault", Critical),
            ("Parity Check In Progress", Good),
            ("OS graceful shutdown", Good),
            ("General Chassis intrusion", Warning),
            ("Predictive Failure Deasserted", Good),
            ("Fully Redundant", Good),
            ("Transition to Non-critical from more severe", Warning),
            ("S5/G2: soft-off", Good),
        ] {
            assert_eq!(severity(state), wanted, "{state}");
        }
    }
}
