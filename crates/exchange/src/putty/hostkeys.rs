//! PuTTY's cache of host keys (`type@port:host`, numbers in hexadecimal) as OpenSSH writes keys.

use crate::Found;
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};

/// Longer numbers are no keys: RSA of 16,384 bits.
const LONGEST: usize = 2 * 2048 + 2;

/// Takes over one key, or says why not.
pub(super) fn add(file: &str, line: u32, name: &str, value: &str, found: &mut Found) {
    if name.trim().is_empty() {
        return;
    }
    match named(name).and_then(|(kind, host)| Ok((host, line_of(kind, value.trim())?))) {
        Ok((host, key)) => found.host_key(&host, &key, line),
        Err(reason) => found.skip(file, line, name, reason),
    }
}

/// The kind of key, and the name as `known_hosts` has it.
fn named(name: &str) -> Result<(&str, String), &'static str> {
    let odd = "The name of this host key is not understood.";
    let (kind, rest) = name.split_once('@').ok_or(odd)?;
    let (port, host) = rest.split_once(':').ok_or(odd)?;
    let port: u16 = port.parse().map_err(|_| odd)?;
    let host = host.trim_start_matches('[').trim_end_matches(']').to_lowercase();
    let fits = |c: char| c.is_alphanumeric() || "-_.:%".contains(c);
    if host.is_empty() || !host.chars().all(fits) {
        return Err(odd);
    }
    Ok((kind, if port == 22 { host } else { format!("[{host}]:{port}") }))
}

fn line_of(kind: &str, value: &str) -> Result<String, &'static str> {
    let odd = "This host key is not understood.";
    let parts: Vec<&str> = value.split(',').collect();
    let mut blob = Vec::new();
    let algorithm = match (kind, parts.as_slice()) {
        ("rsa2", [exponent, modulus]) => {
            string(&mut blob, b"ssh-rsa");
            mpint(&mut blob, &number(exponent).ok_or(odd)?);
            mpint(&mut blob, &number(modulus).ok_or(odd)?);
            "ssh-rsa"
        }
        ("ssh-ed25519", [x, y]) => {
            string(&mut blob, b"ssh-ed25519");
            string(&mut blob, &edwards(&number(x).ok_or(odd)?, &number(y).ok_or(odd)?).ok_or(odd)?);
            "ssh-ed25519"
        }
        (algorithm, [curve, x, y]) if algorithm.strip_prefix("ecdsa-sha2-") == Some(curve) => {
            let size = match *curve {
                "nistp256" => 32,
                "nistp384" => 48,
                "nistp521" => 66,
                _ => return Err(odd),
            };
            let mut point = vec![4];
            for number in [number(x), number(y)] {
                point.extend(padded(&number.ok_or(odd)?, size).ok_or(odd)?);
            }
            string(&mut blob, algorithm.as_bytes());
            string(&mut blob, curve.as_bytes());
            string(&mut blob, &point);
            algorithm
        }
        ("dss" | "rsa" | "ssh-ed448", _) => {
            return Err("Host keys of this kind are not accepted any more.");
        }
        _ => return Err(odd),
    };
    Ok(format!("{algorithm} {}", BASE64.encode(&blob)))
}

/// A number in hexadecimal, big end first, without zeros before it.
fn number(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim().strip_prefix("0x")?;
    if digits.is_empty() || digits.len() > LONGEST {
        return None;
    }
    let even =
        if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("0{digits}") };
    let bytes = HEXLOWER_PERMISSIVE.decode(even.as_bytes()).ok()?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    Some(bytes.into_iter().skip(zeros).collect())
}

fn padded(number: &[u8], size: usize) -> Option<Vec<u8>> {
    let zeros = size.checked_sub(number.len())?;
    Some(std::iter::repeat_n(0, zeros).chain(number.iter().copied()).collect())
}

/// A point of Curve25519 as RFC 8032 encodes it: y, little end first, with the lowest bit of x on top.
fn edwards(x: &[u8], y: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = padded(y, 32)?;
    bytes.reverse();
    let odd = x.last().is_some_and(|byte| byte & 1 == 1);
    if let Some(top) = bytes.last_mut() {
        *top |= u8::from(odd) << 7;
    }
    Some(bytes)
}

fn string(blob: &mut Vec<u8>, bytes: &[u8]) {
    // Numbers are bounded above, so the length fits.
    blob.extend(u32::try_from(bytes.len()).unwrap_or_default().to_be_bytes());
    blob.extend(bytes);
}

/// RFC 4251 section 5: a zero before numbers whose first bit is set.
fn mpint(blob: &mut Vec<u8>, number: &[u8]) {
    let sign = number.first().is_some_and(|byte| byte & 0x80 != 0);
    let bytes: Vec<u8> = sign.then_some(0).into_iter().chain(number.iter().copied()).collect();
    string(blob, &bytes);
}
