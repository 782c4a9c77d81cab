//! Snippets: commands with parameters, kept in the vault.

use crate::{Secret, SnippetId};
use serde::{Deserialize, Serialize};
use specta::Type;
use std::collections::BTreeMap;

/// What a parameter takes.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ParameterKind {
    /// One line.
    #[default]
    Text,
    /// A whole number.
    Number {
        /// The least.
        min: Option<i32>,
        /// The most.
        max: Option<i32>,
    },
    /// One of these.
    Choice {
        /// What there is to choose from.
        options: Vec<String>,
    },
    /// One line that is asked for every time: never kept, never shown.
    Secret,
}

/// A parameter: what a `{{name}}` in the text stands for.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct SnippetParameter {
    /// Letters, digits, `_` and `-`, as in the text.
    pub name: String,
    /// What a person is asked; empty is the name.
    pub label: String,
    /// What it takes.
    pub takes: ParameterKind,
    /// Filled in beforehand; always empty for a secret.
    pub default: String,
    /// Whether it must not be empty.
    pub required: bool,
    /// Put in as it is, and not quoted for a POSIX shell.
    pub raw: bool,
}

/// What a person edits of a snippet.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct SnippetDraft {
    /// Shown in lists and in the palette.
    pub name: String,
    /// What it is for; one line.
    pub description: String,
    /// The text, with `{{name}}` where parameters go and `\{{` for two braces as they are.
    pub body: String,
    /// In the order they are asked for.
    pub parameters: Vec<SnippetParameter>,
    /// Whether Enter follows in a terminal, so that it runs at once.
    pub append_enter: bool,
}

/// A snippet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Snippet {
    /// Its id.
    pub id: SnippetId,
    /// The fields a person edits.
    #[serde(flatten)]
    pub draft: SnippetDraft,
}

/// What is filled in, by name of the parameter. One that is not named has its default.
pub type SnippetValues = BTreeMap<String, Secret<String>>;

/// What is wrong with what was filled in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ValueProblem {
    /// The parameter.
    pub name: String,
    /// What is wrong and what to do, as sentences.
    pub message: String,
}

/// A snippet as it would be sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SnippetPreview {
    /// The text; dots stand for secrets, and what is not filled in yet stands as in the snippet.
    pub text: String,
    /// Why it cannot be sent yet.
    pub problems: Vec<ValueProblem>,
}
