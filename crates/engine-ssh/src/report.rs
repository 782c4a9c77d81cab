//! Progress of one hop, told to whoever waits for it.

use crate::text::plain;
use patchbay_model::{PromptKind, Question, Secret, Stage};
use patchbay_session::{Ask, Interaction, Progress};
use std::sync::Arc;

/// Where a hop's progress goes.
#[derive(Clone)]
pub(crate) struct Report {
    pub interaction: Arc<dyn Interaction>,
    pub machine: String,
}

impl Report {
    pub(crate) fn began(&self, stage: Stage, detail: impl Into<String>) {
        self.interaction.progress(Progress::Began {
            stage,
            machine: self.machine.clone(),
            detail: detail.into(),
        });
    }

    pub(crate) fn done(&self, stage: Stage, detail: impl Into<String>) {
        self.interaction.progress(Progress::Done { stage, detail: detail.into() });
    }

    pub(crate) fn note(&self, text: impl Into<String>) {
        self.interaction.progress(Progress::Note(text.into()));
    }

    pub(crate) fn banner(&self, text: &str) {
        let text = plain(text);
        if !text.trim().is_empty() {
            self.interaction.progress(Progress::Banner(text));
        }
    }

    /// Asks one thing of Patchbay's own.
    pub(crate) async fn ask_one(
        &self,
        kind: PromptKind,
        label: &str,
        echo: bool,
        again: bool,
        lasting: String,
    ) -> Option<Secret<String>> {
        let ask = Ask {
            kind,
            machine: self.machine.clone(),
            title: String::new(),
            instructions: String::new(),
            questions: vec![Question { label: label.to_owned(), echo }],
            again,
            lasting: Some(lasting),
        };
        self.ask(ask).await?.into_iter().next()
    }

    pub(crate) async fn ask(&self, ask: Ask) -> Option<Vec<Secret<String>>> {
        self.interaction.ask(ask).await
    }
}
