//! The text of a snippet: where its holes are, and filling them.
//!
//! A hole is `{{name}}`, with no blanks: templates of other programs (`{{.Names}}`, `{{ json . }}`) stay as they are.

use patchbay_model::{
    ParameterKind, Secret, SnippetDraft, SnippetParameter, SnippetValues, ValueProblem,
};

/// Stands for a secret where text is shown.
const DOTS: &str = "••••••";

/// What `{{machine.…}}` stands for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) user: String,
}

impl Facts {
    fn get(&self, name: &str) -> Option<&str> {
        match name.strip_prefix("machine.")? {
            "name" => Some(&self.name),
            "address" => Some(&self.address),
            "user" => Some(&self.user),
            _ => None,
        }
    }
}

/// A part of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Hole(&'a str),
}

/// The parts of a text, in order.
pub(super) fn pieces(body: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = body;
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|rest| rest.find("{{")).map(|at| at + from) {
        let (before, after) =
            (rest.get(..at).unwrap_or_default(), rest.get(at + 2..).unwrap_or_default());
        if let Some(before) = before.strip_suffix('\\') {
            pieces.push(Piece::Text(before));
            rest = rest.get(at..).unwrap_or_default();
            from = 2;
            continue;
        }
        let name = after.split_once("}}").map(|(name, _)| name).filter(|name| is_hole(name));
        let Some(name) = name else {
            // The second brace may begin a hole: `{{{name}}`.
            from = at + 1;
            continue;
        };
        pieces.push(Piece::Text(before));
        pieces.push(Piece::Hole(name));
        rest = after.get(name.len() + 2..).unwrap_or_default();
        from = 0;
    }
    pieces.push(Piece::Text(rest));
    pieces.retain(|piece| *piece != Piece::Text(""));
    pieces
}

/// Whether this may name a parameter.
pub(super) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn is_hole(text: &str) -> bool {
    is_name(text.strip_prefix("machine.").unwrap_or(text))
}

/// Whether a hole is one that every text may have.
pub(super) fn is_built_in(hole: &str) -> bool {
    Facts::default().get(hole).is_some()
}

/// Whether the text asks anything of the machine.
pub(crate) fn needs_machine(body: &str) -> bool {
    pieces(body).iter().any(|piece| matches!(piece, Piece::Hole(name) if is_built_in(name)))
}

/// A text with its holes filled.
pub(super) struct Filled {
    /// To be sent.
    pub(super) text: String,
    /// To be shown.
    pub(super) shown: String,
    /// It holds a secret.
    pub(super) secret: bool,
    /// What cannot be filled in like this.
    pub(super) problems: Vec<ValueProblem>,
}

/// Fills the holes.
pub(super) fn fill(draft: &SnippetDraft, values: &SnippetValues, facts: Option<&Facts>) -> Filled {
    let problems: Vec<ValueProblem> = draft
        .parameters
        .iter()
        .filter_map(|parameter| {
            let message = problem(parameter, value(parameter, values))?;
            Some(ValueProblem { name: parameter.name.clone(), message })
        })
        .collect();
    let mut filled = Filled { text: String::new(), shown: String::new(), secret: false, problems };
    for piece in pieces(&draft.body) {
        match piece {
            Piece::Text(text) => filled.push(text),
            Piece::Hole(hole) => filled.hole(draft, hole, values, facts),
        }
    }
    filled
}

impl Filled {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.shown.push_str(text);
    }

    fn hole(
        &mut self,
        draft: &SnippetDraft,
        hole: &str,
        values: &SnippetValues,
        facts: Option<&Facts>,
    ) {
        if is_built_in(hole) {
            return match facts.and_then(|facts| facts.get(hole)) {
                Some(fact) => self.push(&quoted(fact)),
                None => self.push(&format!("{{{{{hole}}}}}")),
            };
        }
        let Some(parameter) = draft.parameters.iter().find(|parameter| parameter.name == hole)
        else {
            return self.push(&format!("{{{{{hole}}}}}"));
        };
        let value = value(parameter, values);
        let put = if parameter.raw || value.is_empty() { value.to_owned() } else { quoted(value) };
        self.text.push_str(&put);
        if self.problems.iter().any(|problem| problem.name == hole) {
            self.shown.push_str(&format!("{{{{{hole}}}}}"));
        } else if parameter.takes == ParameterKind::Secret && !value.is_empty() {
            self.secret = true;
            self.shown.push_str(DOTS);
        } else {
            self.shown.push_str(&put);
        }
    }
}

/// A text with one parameter filled in.
#[must_use]
pub fn filled_with(body: &str, name: &str, value: &str) -> String {
    let parameter = SnippetParameter { name: name.to_owned(), ..SnippetParameter::default() };
    let draft = SnippetDraft {
        body: body.to_owned(),
        parameters: vec![parameter],
        ..SnippetDraft::default()
    };
    let values = SnippetValues::from([(name.to_owned(), Secret::new(value.to_owned()))]);
    fill(&draft, &values, None).text
}

fn value<'a>(parameter: &'a SnippetParameter, values: &'a SnippetValues) -> &'a str {
    values.get(&parameter.name).map_or(&parameter.default, |value| value.expose_secret())
}

/// What is wrong with a value. It is not repeated: it may be a secret.
pub(super) fn problem(parameter: &SnippetParameter, value: &str) -> Option<String> {
    if value.is_empty() {
        return parameter.required.then(|| "Fill this in.".to_owned());
    }
    if value.len() > super::LONGEST_VALUE {
        return Some(format!("This is longer than {} characters.", super::LONGEST_VALUE));
    }
    if value.chars().any(char::is_control) {
        return Some("This holds a line end or another control character. Take it out.".to_owned());
    }
    match &parameter.takes {
        ParameterKind::Text | ParameterKind::Secret => None,
        ParameterKind::Number { min, max } => number_problem(value, *min, *max),
        ParameterKind::Choice { options } => (!options.iter().any(|option| option == value))
            .then(|| "Choose one of the list.".to_owned()),
    }
}

fn number_problem(value: &str, min: Option<i32>, max: Option<i32>) -> Option<String> {
    let Ok(number) = value.parse::<i64>() else {
        return Some("This is no whole number.".to_owned());
    };
    let low = min.is_some_and(|min| number < i64::from(min));
    let high = max.is_some_and(|max| number > i64::from(max));
    let range = match (min, max) {
        (Some(min), Some(max)) => format!("a number from {min} to {max}"),
        (Some(min), None) => format!("{min} or more"),
        (None, Some(max)) => format!("{max} or less"),
        (None, None) => return None,
    };
    (low || high).then(|| format!("Type {range}."))
}

/// For a POSIX shell (POSIX.1-2024 XCU 2.2.2): as it is where nothing in it means anything to one.
pub(super) fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn holes_are_found_and_other_templates_left_alone() {
        use Piece::{Hole, Text};
        assert_eq!(pieces("a {{b}} c"), [Text("a "), Hole("b"), Text(" c")]);
        assert_eq!(pieces("{{a}}{{machine.name}}"), [Hole("a"), Hole("machine.name")]);
        assert_eq!(
            pieces(r"docker ps --format '{{.Names}}'"),
            [Text("docker ps --format '{{.Names}}'")]
        );
        assert_eq!(pieces("{{ json . }} {{"), [Text("{{ json . }} {{")]);
        assert_eq!(pieces(r"\{{end}} {{x}}"), [Text("{{end}} "), Hole("x")]);
        assert_eq!(pieces("${{{x}}}"), [Text("${"), Hole("x"), Text("}")]);
        assert_eq!(pieces("é{{ü}}{{x}}"), [Text("é{{ü}}"), Hole("x")]);
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn values_are_quoted_for_a_shell() {
        assert_eq!(quoted("/var/log/syslog.1"), "/var/log/syslog.1");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted("*"), "'*'");
        assert_eq!(quoted("größe"), "'größe'");
    }

    fn parameter(name: &str, takes: ParameterKind) -> SnippetParameter {
        SnippetParameter { name: name.into(), takes, ..SnippetParameter::default() }
    }

    #[test]
    fn filling() {
        let draft = SnippetDraft {
            body: "curl -u {{user}}:{{pw}} {{raw}} {{machine.address}} {{opt}}.".into(),
            parameters: vec![
                SnippetParameter { default: "me".into(), ..parameter("user", ParameterKind::Text) },
                SnippetParameter { required: true, ..parameter("pw", ParameterKind::Secret) },
                SnippetParameter { raw: true, ..parameter("raw", ParameterKind::Text) },
                parameter("opt", ParameterKind::Number { min: Some(1), max: Some(9) }),
            ],
            ..SnippetDraft::default()
        };
        let facts =
            Facts { name: "web".into(), address: "fe80::1%eth 0".into(), user: "root".into() };
        let values = |list: &[(&str, &str)]| -> SnippetValues {
            list.iter()
                .map(|(name, value)| ((*name).into(), Secret::new((*value).into())))
                .collect()
        };
        let filled = fill(&draft, &values(&[("pw", "a b"), ("raw", "$(id)")]), Some(&facts));
        assert_eq!(filled.text, "curl -u me:'a b' $(id) 'fe80::1%eth 0' .");
        assert_eq!(filled.shown, "curl -u me:•••••• $(id) 'fe80::1%eth 0' .");
        assert!(filled.secret && filled.problems.is_empty());
        let wrong = fill(&draft, &values(&[("opt", "12")]), None);
        let names: Vec<&str> = wrong.problems.iter().map(|problem| problem.name.as_str()).collect();
        assert_eq!(names, ["pw", "opt"]);
        assert_eq!(wrong.problems[1].message, "Type a number from 1 to 9.");
        assert_eq!(wrong.shown, "curl -u me:{{pw}}  {{machine.address}} {{opt}}.");
        let injected = fill(&draft, &values(&[("pw", "x\ny"), ("user", "'; reboot #")]), None);
        assert_eq!(injected.problems[0].name, "pw");
        assert!(injected.text.contains(r"''\''; reboot #'"), "{}", injected.text);
    }
}
