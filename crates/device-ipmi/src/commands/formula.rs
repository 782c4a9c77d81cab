//! From a sensor's byte to its value (sections 36.3 to 36.5).

/// `L((M·x + B·10^b)·10^r)`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Formula {
    /// 0: unsigned, 1: ones' complement, 2: two's complement.
    pub format: u8,
    /// What is done with the line: 0 nothing, 1 to 11 a function, 0x70 a line of its own for each value.
    pub linearization: u8,
    /// M.
    pub slope: i16,
    /// B.
    pub offset: i16,
    /// b.
    pub offset_exponent: i8,
    /// r.
    pub exponent: i8,
}

/// Ten bits with a sign: eight in one byte, two on top of another.
pub(crate) const fn ten_bits(low: u8, high: u8) -> i16 {
    let bits = i16::from_le_bytes([low, high >> 6]);
    if bits & 0x200 == 0 { bits } else { bits - 0x400 }
}

/// Four bits with a sign.
const fn four_bits(bits: u8) -> i8 {
    let bits = (bits & 0xf).cast_signed();
    if bits & 8 == 0 { bits } else { bits - 16 }
}

impl Formula {
    /// From six bytes of a record: linearization is not among them. `M`, `M` and tolerance, `B`, `B` and accuracy, accuracy,
    /// exponents.
    #[must_use]
    pub const fn of(format: u8, linearization: u8, bytes: [u8; 6]) -> Self {
        let [m, m_high, b, b_high, _accuracy, exponents] = bytes;
        Self {
            format,
            linearization: linearization & 0x7f,
            slope: ten_bits(m, m_high),
            offset: ten_bits(b, b_high),
            offset_exponent: four_bits(exponents),
            exponent: four_bits(exponents >> 4),
        }
    }

    /// Whether each value has a line of its own, which the BMC must be asked for.
    #[must_use]
    pub const fn is_non_linear(&self) -> bool {
        self.linearization == 0x70
    }

    /// The value of a byte; `None` where there is none, as 1/0, or where only the vendor knows.
    #[must_use]
    pub fn value(&self, raw: u8) -> Option<f64> {
        let x = match self.format {
            0 => f64::from(raw),
            1 if raw & 0x80 != 0 => f64::from(raw.cast_signed()) + 1.0,
            1 | 2 => f64::from(raw.cast_signed()),
            _ => return None,
        };
        let line = f64::from(self.slope) * x
            + f64::from(self.offset) * 10_f64.powi(self.offset_exponent.into());
        let line = line * 10_f64.powi(self.exponent.into());
        let value = match self.linearization {
            0 | 0x70 => line,
            1 => line.ln(),
            2 => line.log10(),
            3 => line.log2(),
            4 => line.exp(),
            5 => 10_f64.powf(line),
            6 => line.exp2(),
            7 => line.recip(),
            8 => line.powi(2),
            9 => line.powi(3),
            10 => line.sqrt(),
            11 => line.cbrt(),
            _ => return None,
        };
        value.is_finite().then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::Formula;

    fn formula(format: u8, linearization: u8, bytes: [u8; 6]) -> Formula {
        Formula::of(format, linearization, bytes)
    }

    #[test]
    fn lines() {
        let close = |a: Option<f64>, b: f64| (a.unwrap() - b).abs() < 1e-9;
        // A voltage: 0.0617 V each step.
        let volts = formula(0, 0, [0x69, 0x02, 0, 0, 0, 0xc0]);
        assert!(close(volts.value(0xc2), 0.0105 * 194.0), "{:?}", volts.value(0xc2));
        // A fan: 75 revolutions each step, none of them lost.
        assert!(close(formula(0, 0, [75, 0, 0, 0, 0, 0]).value(100), 7500.0));
        // Minus 5 degrees, as two's and as ones' complement.
        let degrees = |format| formula(format, 0, [1, 0, 0, 0, 0, 0]);
        assert!(close(degrees(2).value(0xfb), -5.0) && close(degrees(1).value(0xfa), -5.0));
        // M and B below zero, B of another magnitude.
        let odd = formula(0, 0, [0xff, 0xc0, 0xfe, 0xc0, 0, 0x01]);
        assert!(close(odd.value(3), -3.0 - 20.0), "{:?}", odd.value(3));
        assert_eq!(degrees(3).value(1), None, "no analogue reading");
    }

    #[test]
    fn curves() {
        let curve = |number| formula(0, number, [2, 0, 0, 0, 0, 0]);
        let values = [
            (1, 4.0_f64.ln()),
            (2, 4.0_f64.log10()),
            (3, 2.0),
            (4, 4.0_f64.exp()),
            (5, 10_000.0),
            (6, 16.0),
            (7, 0.25),
            (8, 16.0),
            (9, 64.0),
            (10, 2.0),
            (11, 4.0_f64.cbrt()),
            (0x70, 4.0),
        ];
        for (number, value) in values {
            assert!((curve(number).value(2).unwrap() - value).abs() < 1e-9, "{number}");
        }
        assert_eq!(curve(7).value(0), None, "1/0");
        assert_eq!(curve(0x71).value(1), None, "only the vendor knows");
    }
}
