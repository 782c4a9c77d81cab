//! What a snippet must be like to be kept.

use super::body::{Piece, is_built_in, is_name, pieces, problem};
use crate::{
    CoreError,
    tree::{check_line, check_name, shown},
};
use patchbay_model::{ParameterKind, SnippetDraft, SnippetParameter};
use std::collections::HashSet;

/// Longer texts are files.
const LONGEST_BODY: usize = 64 * 1024;
const LONGEST_LINE: usize = 500;
const MOST_PARAMETERS: usize = 32;
const MOST_OPTIONS: usize = 200;

/// The draft, tidied up, or what is wrong with it.
pub(super) fn check(mut draft: SnippetDraft) -> Result<SnippetDraft, CoreError> {
    draft.name = check_name(&draft.name)?;
    draft.description = one_line("description", "The description", &draft.description)?;
    draft.body = draft.body.replace("\r\n", "\n").trim_end().to_owned();
    body(&draft.body)?;
    if draft.parameters.len() > MOST_PARAMETERS {
        let message = format!("There are more than {MOST_PARAMETERS} parameters.");
        return Err(CoreError::invalid("parameters", message, "Leave some out."));
    }
    let mut seen = HashSet::new();
    for (at, parameter) in draft.parameters.iter_mut().enumerate() {
        tidy(at, parameter)?;
        if !seen.insert(parameter.name.clone()) {
            return Err(CoreError::invalid(
                &format!("parameters.{at}.name"),
                format!("There are two parameters called “{}”.", parameter.name),
                "Give one of them another name.",
            ));
        }
    }
    holes(&draft)?;
    Ok(draft)
}

fn body(body: &str) -> Result<(), CoreError> {
    if body.is_empty() {
        return Err(CoreError::invalid("body", "The text is empty.", "Type what it is to run."));
    }
    if body.len() > LONGEST_BODY {
        return Err(CoreError::invalid(
            "body",
            "The text is longer than 64 KiB.",
            "Copy it to the machine as a file and run that.",
        ));
    }
    if body.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(CoreError::invalid(
            "body",
            "The text holds control characters, which a terminal would take for keys.",
            "Type it anew, or paste it from a plain text.",
        ));
    }
    Ok(())
}

/// Every hole has a parameter, and every parameter a hole.
fn holes(draft: &SnippetDraft) -> Result<(), CoreError> {
    let mut used = HashSet::new();
    for piece in pieces(&draft.body) {
        let Piece::Hole(hole) = piece else { continue };
        used.insert(hole);
        if !is_built_in(hole) && !draft.parameters.iter().any(|parameter| parameter.name == hole) {
            return Err(CoreError::invalid(
                "body",
                format!("“{{{{{hole}}}}}” is not one of the parameters."),
                format!(
                    "Add it below, or write \\{{{{{hole}}}}} if the text is to hold the braces."
                ),
            ));
        }
    }
    let unused =
        draft.parameters.iter().position(|parameter| !used.contains(parameter.name.as_str()));
    if let Some((at, parameter)) = unused.and_then(|at| Some((at, draft.parameters.get(at)?))) {
        return Err(CoreError::invalid(
            &format!("parameters.{at}.name"),
            format!("The text does not use “{}”.", parameter.name),
            format!("Write {{{{{}}}}} where it goes, or remove the parameter.", parameter.name),
        ));
    }
    Ok(())
}

fn tidy(at: usize, parameter: &mut SnippetParameter) -> Result<(), CoreError> {
    let field = |name: &str| format!("parameters.{at}.{name}");
    parameter.name = parameter.name.trim().to_owned();
    if !is_name(&parameter.name) || parameter.name.len() > 60 || parameter.name == "machine" {
        return Err(CoreError::invalid(
            &field("name"),
            format!("“{}” cannot name a parameter.", shown(&parameter.name)),
            "A name has letters, digits, _ and -, and begins with a letter; machine is taken.",
        ));
    }
    parameter.label = one_line(&field("label"), "The question", &parameter.label)?;
    match &mut parameter.takes {
        ParameterKind::Text => {}
        // Kept, it would be in every list of snippets.
        ParameterKind::Secret => parameter.default.clear(),
        ParameterKind::Number { min, max } => {
            if min.zip(*max).is_some_and(|(min, max)| min > max) {
                return Err(CoreError::invalid(
                    &field("takes"),
                    "The least is more than the most.",
                    "Swap them.",
                ));
            }
        }
        ParameterKind::Choice { options } => {
            let list = options.iter().map(|option| option.trim().to_owned());
            *options = list.filter(|option| !option.is_empty()).collect();
            let different: HashSet<&String> = options.iter().collect();
            if options.is_empty() || options.len() > MOST_OPTIONS || different.len() < options.len()
            {
                return Err(CoreError::invalid(
                    &field("takes"),
                    format!("A choice has from 1 to {MOST_OPTIONS} different answers."),
                    "Write one a line.",
                ));
            }
        }
    }
    if !parameter.default.is_empty()
        && let Some(message) = problem(parameter, &parameter.default)
    {
        return Err(CoreError::invalid(
            &field("default"),
            "This cannot be filled in beforehand.",
            message,
        ));
    }
    Ok(())
}

fn one_line(field: &str, what: &str, text: &str) -> Result<String, CoreError> {
    let text = text.trim();
    check_line(field, what, text)?;
    if text.chars().count() > LONGEST_LINE {
        let message = format!("{what} is longer than {LONGEST_LINE} characters.");
        return Err(CoreError::invalid(field, message, "Shorten it."));
    }
    Ok(text.to_owned())
}
