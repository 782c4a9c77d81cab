//! What a server says of a console in a line (`info`).

/// A console and who is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Info {
    /// What the server calls it.
    pub name: String,
    /// Its other names.
    aliases: Vec<String>,
    /// Who may type, as `user@host`.
    pub writer: Option<String>,
    /// How many only look on.
    pub watchers: usize,
    /// Whether the line to it is open.
    pub up: bool,
    /// Whether somebody may type at all.
    pub writable: bool,
}

impl Info {
    /// `name:host,pid,port:what is behind it:who:up or down:rw or ro:log,…:break:auto:aliases:…`. Programs and IPv6 addresses
    /// have colons of their own, so what is known is looked for.
    #[must_use]
    pub fn of(line: &str) -> Option<Self> {
        let (name, rest) = line.split_once(':')?;
        let marks = ["up", "down", "init"].into_iter().flat_map(|state| {
            ["rw", "ro"].map(|may| (format!(":{state}:{may}:"), state == "up", may == "rw"))
        });
        let found = marks.filter_map(|(mark, up, may)| Some((rest.find(&mark)?, mark, up, may)));
        let (at, mark, up, writable) = found.min_by_key(|(at, ..)| *at)?;
        let (before, after) = (rest.get(..at)?, rest.get(at + mark.len()..)?);
        let who = |kind: &str| before.rfind(kind).and_then(|at| before.get(at + 1..));
        let people = who(":w@").or_else(|| who(":r@")).or_else(|| who(":s@")).unwrap_or_default();
        let (mut writer, mut watchers) = (None, 0);
        for person in people.split(',').filter(|person| !person.is_empty()) {
            match person.strip_prefix("w@").and_then(|person| person.rsplit_once('@')) {
                Some((who, _idle)) => writer = Some(who.to_owned()),
                None => watchers += 1,
            }
        }
        let aliases = after.split(':').nth(3).unwrap_or_default().split(',');
        Some(Self {
            name: name.to_owned(),
            aliases: aliases.filter(|one| !one.is_empty()).map(str::to_owned).collect(),
            writer,
            watchers,
            up,
            writable,
        })
    }

    /// Whether it is meant by this name; the server goes by the first that only begins so.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let same = |own: &String| own.eq_ignore_ascii_case(name);
        same(&self.name) || self.aliases.iter().any(same)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Info;

    /// As conserver 8.2.7 says it.
    const REST: &str =
        "/var/log/box.log,log,noact,nobrk,notask,0,11:1:noautoup:db,db-1:ixon,login::0:\\n";

    #[test]
    fn a_line_says_who_is_there() {
        let line = |who: &str| format!("box:vm,19020,41327:|:cat,19023,/dev/pts/2,12:{who}:{REST}");
        let free = Info::of(&line(":up:rw").replace(",12::", ",12:")).unwrap();
        assert_eq!((free.name.as_str(), free.writer, free.watchers), ("box", None, 0));
        assert!(free.up && free.writable);
        let taken = Info::of(&line("w@ops@localhost@1,r@eva@::1@7@rw:up:rw")).unwrap();
        assert_eq!((taken.writer.as_deref(), taken.watchers), (Some("ops@localhost"), 1));
        let far = Info::of(&line("w@ops@2001:db8::7@1:down:ro")).unwrap();
        assert_eq!(far.writer.as_deref(), Some("ops@2001:db8::7"));
        assert!(!far.up && !far.writable);
        let looks = Info::of(&line("r@ops@localhost@1@ro:up:rw")).unwrap();
        assert_eq!((looks.writer, looks.watchers), (None, 1));
        assert!(Info::of("nothing: of the kind").is_none());
    }

    #[test]
    fn a_name_that_only_begins_so_is_another_console() {
        let info = Info::of(&format!("box:vm,1,2:/:/dev/ttyS0,9600n,3::up:rw:{REST}")).unwrap();
        assert!(info.is_called("box") && info.is_called("db-1") && info.is_called("BOX"));
        assert!(!info.is_called("bo") && !info.is_called("db-"));
    }
}
