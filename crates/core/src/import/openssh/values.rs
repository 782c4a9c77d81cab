//! Values of single settings, as ssh_config(5) writes them.

use crate::tree::MOST_JUMPS;

/// One jump of `ProxyJump`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct JumpHost {
    pub(super) user: Option<String>,
    /// An alias or an address.
    pub(super) host: String,
    pub(super) port: Option<u16>,
}

pub(super) fn port(value: &str) -> Result<u16, String> {
    match value.parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err("The port is not a number from 1 to 65535.".to_owned()),
    }
}

pub(super) fn yes(value: &str) -> Result<bool, String> {
    match value {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err("It is neither yes nor no.".to_owned()),
    }
}

/// The time formats of sshd_config(5): numbers, each with an optional unit.
pub(super) fn seconds(value: &str) -> Result<u32, String> {
    let not_a_time = || "It is not a time.".to_owned();
    let mut total: u32 = 0;
    let mut rest = value;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let number: u32 = number.parse().map_err(|_| not_a_time())?;
        let unit = tail.chars().next();
        let factor = match unit {
            None | Some('s' | 'S') => 1,
            Some('m' | 'M') => 60,
            Some('h' | 'H') => 3_600,
            Some('d' | 'D') => 86_400,
            Some('w' | 'W') => 604_800,
            Some(_) => return Err(not_a_time()),
        };
        total = number
            .checked_mul(factor)
            .and_then(|part| total.checked_add(part))
            .ok_or_else(not_a_time)?;
        rest = tail.split_at(unit.map_or(0, char::len_utf8)).1;
    }
    if value.is_empty() { Err(not_a_time()) } else { Ok(total) }
}

/// `none`, or `[user@]host[:port]` and `ssh://[user@]host[:port]` separated by commas, in dialing order.
pub(super) fn proxy_jump(value: &str) -> Result<Vec<JumpHost>, String> {
    if value.eq_ignore_ascii_case("none") {
        return Ok(Vec::new());
    }
    if value.split(',').nth(MOST_JUMPS).is_some() {
        return Err(format!("There are more than {MOST_JUMPS} jump hosts in a row."));
    }
    value.split(',').map(jump_host).collect()
}

fn jump_host(text: &str) -> Result<JumpHost, String> {
    let unusable = || format!("“{text}” is not a jump host.");
    let (plain, uri) = match text.strip_prefix("ssh://") {
        Some(rest) => (rest.trim_end_matches('/'), true),
        None => (text, false),
    };
    // The last @, since a user name may hold one.
    let (user, place) = match plain.rsplit_once('@') {
        Some((user, place)) => (Some(user), place),
        None => (None, plain),
    };
    let (host, port_text) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']').ok_or_else(unusable)?;
            (host, after.strip_prefix(':'))
        }
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    if host.is_empty() || user.is_some_and(str::is_empty) {
        return Err(unusable());
    }
    let port = match port_text {
        None => None,
        Some("") if uri => None,
        Some(text) => Some(port(text)?),
    };
    Ok(JumpHost { user: user.map(str::to_owned), host: host.to_owned(), port })
}

/// The jump of a `ProxyCommand` that does what `ProxyJump` does: `ssh gate -W %h:%p`, and as it was before there was
/// `-W`, `ssh gate nc %h %p`. Any other command, and any option that a jump has no word for, is none.
pub(super) fn jump_of_command(words: &[String]) -> Option<String> {
    /// Options without a value that change nothing about where it leads.
    const HARMLESS: &str = "qTaxnNC46kv";
    let words: Vec<&str> =
        words.iter().map(String::as_str).filter(|word| *word != "exec").collect();
    let (program, mut rest) = words.split_first()?;
    let base = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
    if !["ssh", "ssh.exe"].contains(&base(program).as_str()) {
        return None;
    }
    let (mut host, mut user, mut at, mut passes_on) = (None, None, None, false);
    while let Some((word, after)) = rest.split_first() {
        rest = after;
        let Some(options) = word.strip_prefix('-') else {
            if host.is_none() {
                host = Some(*word);
                continue;
            }
            passes_on |= is_netcat(&base(word), rest);
            rest = &[];
            continue;
        };
        let letter = options.chars().next()?;
        if options.chars().all(|letter| HARMLESS.contains(letter)) {
            continue;
        }
        let glued = options.split_at_checked(letter.len_utf8())?.1;
        let value = if glued.is_empty() {
            let (value, after) = rest.split_first()?;
            rest = after;
            *value
        } else {
            glued
        };
        match letter {
            'W' if ["%h:%p", "[%h]:%p"].contains(&value) => passes_on = true,
            'l' => user = Some(value),
            'p' => at = Some(port(value).ok()?),
            _ => return None,
        }
    }
    let (named, host) = match host?.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, host?),
    };
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    if !passes_on || host.is_empty() || !plain(host) || !named.or(user).is_none_or(plain) {
        return None;
    }
    let user = named.or(user).map(|user| format!("{user}@")).unwrap_or_default();
    Some(format!("{user}{host}{}", at.map(|port| format!(":{port}")).unwrap_or_default()))
}

/// Whether a command on the gate passes bytes on to the machine.
fn is_netcat(program: &str, arguments: &[&str]) -> bool {
    let own = |word: &&&str| !word.starts_with("2>") && **word != "/dev/null";
    let arguments: Vec<&str> = arguments.iter().filter(own).copied().collect();
    let ends = arguments.split_last_chunk::<2>();
    ["nc", "netcat", "ncat"].contains(&program)
        && ends.is_some_and(|(options, [host, port])| {
            let timing = |word: &&str| {
                word.starts_with("-w") || word.starts_with("-q") || word.parse::<u32>().is_ok()
            };
            (*host, *port) == ("%h", "%p") && options.iter().all(timing)
        })
}
