//! Windows Terminal's `settings.json`: profiles whose command line runs ssh, also by way of another shell. The file may
//! hold comments and commas after the last element, as the program allows.

use crate::{ExchangeError, File, Found, JumpTo, Machine, Protocol, found::filled, text};
use patchbay_model::{EntryDraft, Settings};
use serde_json::Value;

const FORMAT: &str = "a settings file of Windows Terminal";
/// The source of profiles that are made of `~/.ssh/config`.
const FROM_OPENSSH: &str = "Windows.Terminal.SSH";
/// Shells that run each other.
const MOST_SHELLS: u32 = 4;

pub(crate) fn read(file: &File, found: &mut Found) -> Result<(), ExchangeError> {
    let text = plain_json(&text::decode(&file.bytes));
    let unreadable = |reason: String| ExchangeError::Unreadable { format: FORMAT, reason };
    let settings: Value = serde_json::from_str(&text).map_err(|error| {
        unreadable(format!("line {}, column {} is not understood.", error.line(), error.column()))
    })?;
    let profiles = settings.get("profiles");
    let profiles = profiles.ok_or_else(|| unreadable("it has no list of profiles.".into()))?;
    // A list, or an object with one; with defaults alone, the program adds its own profiles.
    let list = profiles.as_array().or_else(|| profiles.get("list").and_then(Value::as_array));
    let mut others = 0;
    for profile in list.map(Vec::as_slice).unwrap_or_default() {
        let text = |key: &str| profile.get(key).and_then(Value::as_str).unwrap_or_default();
        let (name, command) = (text("name"), text("commandline"));
        if text("source") == FROM_OPENSSH {
            let reason =
                "Windows Terminal takes it from the configuration of OpenSSH: import that one.";
            found.skip(&file.name, 0, name, reason);
            continue;
        }
        match ssh(command, 0) {
            None => others += 1,
            Some(Ok(line)) => add(&file.name, name, line, found),
            Some(Err(reason)) => found.skip(&file.name, 0, name, &reason),
        }
    }
    if found.machines.is_empty() {
        let what = format!("{others} profile{}", if others == 1 { "" } else { "s" });
        found.skip(&file.name, 0, &what, "No profile runs ssh, so there is no machine in it.");
    }
    Ok(())
}

/// What a command line says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Line {
    host: String,
    user: Option<String>,
    port: Option<u16>,
    keys: Vec<String>,
    jump: Option<String>,
    compression: bool,
    left_out: Vec<String>,
    command: Option<String>,
}

fn add(file: &str, name: &str, line: Line, found: &mut Found) {
    for option in &line.left_out {
        found.skip(file, 0, name, &format!("The option {option} is not taken over."));
    }
    let keys: Vec<usize> = line.keys.iter().map(|path| found.key_file(path, None)).collect();
    let jump = line.jump.as_deref().map(|jump| {
        // Of several the last one is what the machine is reached through.
        let last = jump.rsplit(',').next().unwrap_or(jump);
        let (user, rest) =
            last.rsplit_once('@').map_or((None, last), |(user, rest)| (filled(user), rest));
        let (host, port) = crate::found::host_and_port(rest);
        JumpTo::Named { host: host.to_owned(), port, user }
    });
    if line.jump.as_deref().is_some_and(|jump| jump.contains(',')) {
        found.skip(file, 0, name, "Only the last of its jump hosts is taken over.");
    }
    found.add(Machine {
        folder: None,
        protocol: Protocol::Ssh,
        draft: EntryDraft {
            name: filled(name).unwrap_or_else(|| line.host.clone()),
            address: line.host,
            settings: Settings {
                port: line.port.filter(|port| ![0, 22].contains(port)),
                user: line.user,
                compression: line.compression.then_some(true),
                start_command: line.command,
                ..Settings::default()
            },
            ..EntryDraft::default()
        },
        sign_ins: (!keys.is_empty()).then_some(keys),
        jump,
        place: (0, 0),
    });
}

/// `None` if the command is another program.
fn ssh(command: &str, shells: u32) -> Option<Result<Line, String>> {
    let words = words(command);
    let (program, arguments) = words.split_first()?;
    let program = program.rsplit(['\\', '/']).next()?.to_ascii_lowercase();
    let program = program.strip_suffix(".exe").unwrap_or(&program);
    if program == "ssh" {
        return Some(arguments_of_ssh(arguments));
    }
    let given = given_to(program, arguments)?;
    if shells >= MOST_SHELLS { None } else { ssh(&given, shells + 1) }
}

/// The first command that a shell is given to run.
fn given_to(shell: &str, arguments: &[String]) -> Option<String> {
    let lower: Vec<String> = arguments.iter().map(|word| word.to_ascii_lowercase()).collect();
    let after =
        |fits: &dyn Fn(&str) -> bool| lower.iter().position(|word| fits(word)).map(|at| at + 1);
    let from = match shell {
        // PowerShell takes any beginning of an option's name.
        "powershell" | "pwsh" => after(&|word| {
            word.strip_prefix(['-', '/'])
                .is_some_and(|name| !name.is_empty() && "command".starts_with(name))
        }),
        "cmd" => after(&|word| word == "/c" || word == "/k"),
        "bash" | "sh" | "zsh" => after(&|word| word.starts_with('-') && word.ends_with('c')),
        "wsl" => {
            let mut at = 0;
            while let Some(word) = lower.get(at).filter(|word| word.starts_with(['-', '~'])) {
                let takes_one = ["-d", "--distribution", "-u", "--user", "--cd", "--shell-type"];
                at += if takes_one.contains(&word.as_str()) { 2 } else { 1 };
            }
            Some(at)
        }
        _ => None,
    }?;
    // Blanks held the words together only for the shell.
    let all = arguments.get(from..)?.join(" ");
    let first = all.split([';', '&', '|']).map(str::trim).find(|part| !part.is_empty())?;
    Some(first.trim_matches(['\'', '{', '}']).trim().to_owned())
}

fn arguments_of_ssh(arguments: &[String]) -> Result<Line, String> {
    /// Options that take a value, ssh(1).
    const WITH_VALUE: &str = "BbcDEeFIiJLlmOopQRSWwP";
    let mut line = Line::default();
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let Some(options) = word.strip_prefix('-').filter(|options| !options.is_empty()) else {
            // Options may follow the host; the first other word begins the command.
            if !line.host.is_empty() {
                let command: Vec<&str> =
                    std::iter::once(word).chain(rest).map(String::as_str).collect();
                line.command = filled(&command.join(" "));
                break;
            }
            let target = word.strip_prefix("ssh://").unwrap_or(word);
            let (user, host) =
                target.rsplit_once('@').map_or((None, target), |(user, host)| (filled(user), host));
            let (host, port) = if word.starts_with("ssh://") {
                crate::found::host_and_port(host.trim_end_matches('/'))
            } else {
                (host, None)
            };
            line.host = host.to_owned();
            line.user = user.or(line.user);
            line.port = port.or(line.port);
            continue;
        };
        let mut letters = options.chars();
        while let Some(letter) = letters.next() {
            if !WITH_VALUE.contains(letter) {
                match letter {
                    'C' => line.compression = true,
                    't' | 'T' | '4' | '6' | 'q' | 'v' => {}
                    other => line.left_out.push(format!("-{other}")),
                }
                continue;
            }
            let glued = letters.as_str();
            let value =
                if glued.is_empty() { rest.next().map(String::as_str) } else { Some(glued) };
            let value = value.ok_or_else(|| format!("The option -{letter} has no value."))?;
            option(letter, value, &mut line)?;
            break;
        }
    }
    if line.host.is_empty() { Err("The command line names no host.".into()) } else { Ok(line) }
}

fn option(letter: char, value: &str, line: &mut Line) -> Result<(), String> {
    let port = |value: &str| value.parse().map_err(|_| "The port is no number.".to_owned());
    match letter {
        'p' => line.port = Some(port(value)?),
        'l' => line.user = filled(value),
        'i' => line.keys.push(value.to_owned()),
        'J' => line.jump = filled(value),
        'o' => {
            let (key, value) = value.split_once(['=', ' ']).unwrap_or((value, ""));
            match key.to_ascii_lowercase().as_str() {
                "port" => line.port = Some(port(value)?),
                "user" => line.user = filled(value),
                "identityfile" => line.keys.push(value.to_owned()),
                "proxyjump" => line.jump = filled(value),
                other => {
                    line.left_out.push(format!("-o {}", other.chars().take(40).collect::<String>()))
                }
            }
        }
        other => line.left_out.push(format!("-{other}")),
    }
    Ok(())
}

/// Words as Windows cuts a command line: quotes hold spaces together.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut begun, mut quoted) = (String::new(), false, false);
    for c in command.chars().take(32_768) {
        match c {
            '"' => {
                quoted = !quoted;
                begun = true;
            }
            c if c.is_whitespace() && !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// Without comments, and without commas before a closing bracket. Line ends stay, so that errors name the right line.
fn plain_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let (mut quoted, mut comma) = (false, None);
    while let Some(c) = chars.next() {
        if quoted {
            out.push(c);
            match c {
                '\\' => out.extend(chars.next()),
                '"' => quoted = false,
                _ => {}
            }
            continue;
        }
        match (c, chars.peek()) {
            ('/', Some('/')) => while chars.next_if(|c| *c != '\n').is_some() {},
            ('/', Some('*')) => {
                chars.next();
                let mut star = false;
                for c in chars.by_ref() {
                    if c == '\n' {
                        out.push(c);
                    }
                    if star && c == '/' {
                        break;
                    }
                    star = c == '*';
                }
            }
            (',', _) => {
                comma = Some(out.len());
                out.push(c);
            }
            (c, _) => {
                if matches!(c, ']' | '}')
                    && let Some(at) = comma
                {
                    out.replace_range(at..=at, " ");
                }
                if !c.is_whitespace() {
                    comma = None;
                }
                quoted = c == '"';
                out.push(c);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::{Format, Options, SignIn, read};

    #[test]
    fn profiles_that_run_ssh() {
        let text = r#"{
            // a comment with "quotes" and, commas
            "profiles": { "defaults": {}, "list": [
                { "name": "PowerShell", "commandline": "powershell.exe" },
                { "name": "WSL", "source": "Windows.Terminal.Wsl", },
                { "name": "web // 1", "commandline": "C:\\Windows\\System32\\OpenSSH\\ssh.exe -p 2222 -i \"C:\\my keys\\id\" -A -J a@gw:2200 deploy@192.0.2.1 tmux attach" },
                /* two
                   lines */
                { "name": "broken", "commandline": "ssh -p" },
            ], },
        }"#;
        let file = File { name: "settings.json".into(), bytes: text.into() };
        let found = read(Format::WindowsTerminal, &[file], &Options::default()).unwrap();
        assert_eq!(found.machines.len(), 1);
        let web = &found.machines[0];
        assert_eq!(
            (web.draft.name.as_str(), web.draft.address.as_str()),
            ("web // 1", "192.0.2.1")
        );
        assert_eq!(web.draft.settings.port, Some(2222));
        assert_eq!(web.draft.settings.user.as_deref(), Some("deploy"));
        assert_eq!(web.draft.settings.start_command.as_deref(), Some("tmux attach"));
        let SignIn::KeyFile { path, .. } = &found.sign_ins[0] else { panic!("a key file") };
        assert_eq!(path, "C:\\my keys\\id");
        assert_eq!(
            web.jump,
            Some(JumpTo::Named { host: "gw".into(), port: Some(2200), user: Some("a".into()) })
        );
        let skipped: Vec<_> = found.skipped.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(skipped, ["web // 1", "broken"]);
    }

    #[test]
    fn a_file_of_something_else() {
        let file = File { name: "x".into(), bytes: b"{\"a\":1}".to_vec() };
        assert!(read(Format::WindowsTerminal, &[file], &Options::default()).is_err());
    }

    fn parsed(text: &str) -> Found {
        let file = File { name: "settings.json".into(), bytes: text.into() };
        read(Format::WindowsTerminal, &[file], &Options::default()).unwrap()
    }

    #[test]
    fn ssh_by_way_of_another_shell() {
        let hosts = |command: &str| -> Vec<String> {
            let command = command.replace('\\', "\\\\").replace('"', "\\\"");
            let found = parsed(&format!(
                "{{\"profiles\":[{{\"name\":\"x\",\"commandline\":\"{command}\"}}]}}"
            ));
            let one = |machine: &Machine| {
                let settings = &machine.draft.settings;
                let user = settings.user.clone().unwrap_or_default();
                format!("{user}@{} {:?}", machine.draft.address, settings.port)
            };
            found.machines.iter().map(one).collect()
        };
        for command in [
            "powershell.exe -c ssh ops@192.0.2.1 -p 2222",
            "pwsh -NoLogo -NoExit -Command \"& { ssh -p 2222 ops@192.0.2.1 }\"",
            r"C:\Windows\System32\cmd.exe /k ssh -p2222 ops@192.0.2.1 && exit",
            "wsl -d Ubuntu-24.04 -- ssh -p 2222 ops@192.0.2.1",
            "wsl.exe ~ -e bash -lc \"ssh -p 2222 ops@192.0.2.1; exec bash\"",
        ] {
            assert_eq!(hosts(command), ["ops@192.0.2.1 Some(2222)"], "{command}");
        }
        for command in ["powershell.exe -NoExit", "cmd.exe /k title ssh", "wsl -d Debian", "bash"] {
            assert_eq!(hosts(command), [""; 0], "{command}");
        }
    }

    #[test]
    fn a_file_without_ssh_says_so() {
        let found = parsed(
            r#"{"profiles":{"defaults":{},"list":[{"name":"PowerShell"},
            {"name":"SSH - web","source":"Windows.Terminal.SSH"}]}}"#,
        );
        let skipped: Vec<_> = found.skipped.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(skipped, ["SSH - web", "1 profile"]);
        assert_eq!(parsed(r#"{"profiles":{"defaults":{}}}"#).skipped[0].what, "0 profiles");
    }
}
