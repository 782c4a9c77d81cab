//! The file with the cookies of X servers (libXau's `Xauthority`).

/// The only kind of cookie that is passed on.
pub const MIT_MAGIC_COOKIE: &[u8] = b"MIT-MAGIC-COOKIE-1";
/// Bigger files are none of these.
pub const MOST_BYTES: u64 = 1024 * 1024;

/// Families of addresses (libXau's `Xauth.h`).
const LOCAL: u16 = 256;
const WILD: u16 = 65535;

/// The cookie for a display of this computer. What is damaged ends the file; what came before it counts.
#[must_use]
pub fn cookie(mut file: &[u8], display: u32, host: &[u8]) -> Option<Vec<u8>> {
    let number = display.to_string();
    let mut found: Option<(u8, &[u8])> = None;
    while let Some(entry) = next(&mut file) {
        let fits = (entry.number.is_empty() || entry.number == number.as_bytes())
            && entry.name == MIT_MAGIC_COOKIE
            && !entry.data.is_empty();
        let worth = match entry.family {
            LOCAL if entry.address == host => 3,
            WILD => 2,
            _ => 1,
        };
        // Of equals the first, as libXau has it.
        if fits && found.is_none_or(|(best, _)| worth > best) {
            found = Some((worth, entry.data));
        }
    }
    found.map(|(_, data)| data.to_vec())
}

struct Entry<'a> {
    family: u16,
    address: &'a [u8],
    number: &'a [u8],
    name: &'a [u8],
    data: &'a [u8],
}

fn next<'a>(file: &mut &'a [u8]) -> Option<Entry<'a>> {
    Some(Entry {
        family: short(file)?,
        address: counted(file)?,
        number: counted(file)?,
        name: counted(file)?,
        data: counted(file)?,
    })
}

fn short(file: &mut &[u8]) -> Option<u16> {
    let (bytes, rest) = file.split_first_chunk()?;
    *file = rest;
    Some(u16::from_be_bytes(*bytes))
}

fn counted<'a>(file: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::from(short(file)?);
    let (bytes, rest) = file.split_at_checked(length)?;
    *file = rest;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(family: u16, address: &str, number: &str, name: &[u8], data: &[u8]) -> Vec<u8> {
        let mut bytes = family.to_be_bytes().to_vec();
        for part in [address.as_bytes(), number.as_bytes(), name, data] {
            bytes.extend(u16::try_from(part.len()).unwrap_or(0).to_be_bytes());
            bytes.extend(part);
        }
        bytes
    }

    #[test]
    fn the_cookie_that_fits_best() {
        let mit = MIT_MAGIC_COOKIE;
        let file = [
            entry(LOCAL, "other", "0", mit, b"of another host"),
            entry(LOCAL, "here", "1", mit, b"of display 1"),
            entry(WILD, "", "", mit, b"of any"),
            entry(LOCAL, "here", "0", b"XDM-AUTHORIZATION-1", b"of another kind"),
            entry(LOCAL, "here", "0", mit, b"wanted"),
            entry(LOCAL, "here", "0", mit, b"too late"),
        ]
        .concat();
        let found = |display, host: &[u8]| cookie(&file, display, host);
        assert_eq!(found(0, b"here").as_deref(), Some(&b"wanted"[..]));
        assert_eq!(found(1, b"here").as_deref(), Some(&b"of display 1"[..]));
        assert_eq!(found(7, b"here").as_deref(), Some(&b"of any"[..]));
        for end in 0..file.len() {
            // Cut anywhere, it is read up to there.
            let _some = cookie(file.get(..end).unwrap_or_default(), 0, b"here");
        }
        assert_eq!(cookie(&[0xff; 40], 0, b"here"), None);
    }
}
