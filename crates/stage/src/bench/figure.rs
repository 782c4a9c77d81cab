//! One line of the report.

use std::fmt;

/// Which way is better.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Better {
    Lower,
    Higher,
}

/// What was measured of ours and of the peer.
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) better: Better,
    pub(crate) ours: Vec<f64>,
    pub(crate) peer: &'static str,
    pub(crate) peers: Vec<f64>,
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ours, peer) = (median(&self.ours), median(&self.peers));
        let ratio = if self.better == Better::Lower { peer / ours } else { ours / peer };
        write!(
            f,
            "bench {} ours={ours:.1}{unit} {}={peer:.1}{unit} ratio={ratio:.2}",
            self.name,
            self.peer,
            unit = self.unit
        )
    }
}

/// The middle value; NaN of none.
pub(crate) fn median(values: &[f64]) -> f64 {
    percentile(values, 50)
}

/// The value that so many per cent do not exceed; NaN of none.
pub(crate) fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len().saturating_sub(1) * percent).div_ceil(100);
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::{Better, Figure, percentile};

    #[test]
    fn the_ratio_says_how_many_times_better_ours_is() {
        let figure = |better| Figure {
            name: "x",
            unit: "ms",
            better,
            ours: vec![9.0, 2.0, 1.0],
            peer: "them",
            peers: vec![4.0],
        };
        assert_eq!(figure(Better::Lower).to_string(), "bench x ours=2.0ms them=4.0ms ratio=2.00");
        assert_eq!(figure(Better::Higher).to_string(), "bench x ours=2.0ms them=4.0ms ratio=0.50");
    }

    #[test]
    fn percentiles_of_a_hundred() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!((percentile(&values, 99), percentile(&values, 100)), (100.0, 100.0));
        assert!(percentile(&[], 50).is_nan());
    }
}
