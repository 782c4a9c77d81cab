//! What sensors measure in (table 43-15).

/// By number.
const UNITS: [&str; 93] = [
    "",
    "°C",
    "°F",
    "K",
    "V",
    "A",
    "W",
    "J",
    "C",
    "VA",
    "nit",
    "lm",
    "lx",
    "cd",
    "kPa",
    "psi",
    "N",
    "CFM",
    "RPM",
    "Hz",
    "µs",
    "ms",
    "s",
    "min",
    "h",
    "d",
    "weeks",
    "mil",
    "in",
    "ft",
    "in³",
    "ft³",
    "mm",
    "cm",
    "m",
    "cm³",
    "m³",
    "l",
    "fl oz",
    "rad",
    "sr",
    "revolutions",
    "cycles",
    "gravities",
    "oz",
    "lb",
    "ft·lb",
    "oz·in",
    "G",
    "Gb",
    "H",
    "mH",
    "F",
    "µF",
    "Ω",
    "S",
    "mol",
    "Bq",
    "ppm",
    "",
    "dB",
    "dBA",
    "dBC",
    "Gy",
    "Sv",
    "K colour",
    "bits",
    "kb",
    "Mb",
    "Gb",
    "bytes",
    "KB",
    "MB",
    "GB",
    "words",
    "dwords",
    "qwords",
    "lines",
    "hits",
    "misses",
    "retries",
    "resets",
    "overruns",
    "underruns",
    "collisions",
    "packets",
    "messages",
    "characters",
    "errors",
    "correctable errors",
    "uncorrectable errors",
    "fatal errors",
    "grams",
];

const RATES: [&str; 8] = ["", "/µs", "/ms", "/s", "/min", "/h", "/d", ""];

/// A unit from three bytes of a record.
pub(crate) fn unit(flags: u8, base: u8, modifier: u8) -> String {
    let name = |number: u8| UNITS.get(usize::from(number)).copied().unwrap_or_default();
    let percent = if flags & 1 != 0 { "%" } else { "" };
    let rate = RATES.get(usize::from(flags >> 3 & 7)).copied().unwrap_or_default();
    match flags >> 1 & 3 {
        1 => format!("{percent}{}/{}{rate}", name(base), name(modifier)),
        2 => format!("{percent}{}·{}{rate}", name(base), name(modifier)),
        _ => format!("{percent}{}{rate}", name(base)),
    }
}

#[cfg(test)]
mod tests {
    use super::unit;

    #[test]
    fn units() {
        assert_eq!(unit(0, 1, 0), "°C");
        assert_eq!(unit(0, 18, 0), "RPM");
        assert_eq!(unit(1, 0, 0), "%");
        assert_eq!(unit(0b0001_1000, 70, 0), "bytes/s");
        assert_eq!(unit(0b010, 4, 5), "V/A");
        assert_eq!(unit(0, 92, 0), "grams");
        assert_eq!(unit(0, 200, 0), "");
    }
}
