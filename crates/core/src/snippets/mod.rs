//! Snippets: commands with parameters, kept in the vault, sent to terminals and run on machines.
//!
//! A filled text is made here and nowhere else, so that it is quoted by one rule, and so that a secret that was typed goes
//! to the far end without coming back to the page. Deliberately absent: running on many machines (`runs`).

mod body;
mod check;
#[cfg(test)]
mod tests;

pub use body::filled_with;
pub(crate) use body::{Facts, needs_machine};

use crate::{
    Authorized, Core, CoreError, WholeVault, sync,
    vault::{put, written},
};
use body::fill;
use bytes::Bytes;
use patchbay_model::{
    NodeId, Secret, SessionId, SessionState, SessionTarget, Snippet, SnippetDraft, SnippetId,
    SnippetPreview, SnippetValues, ValueProblem,
};
use patchbay_session::TerminalInput;
use patchbay_store::{Change, Field, Kind};

/// Longer values are files.
pub(crate) const LONGEST_VALUE: usize = 16 * 1024;
/// More are a mistake of a caller.
const MOST_SNIPPETS: usize = 5_000;

/// A filled text.
#[derive(Clone, Debug)]
pub(crate) struct FilledSnippet {
    pub(crate) text: Secret<String>,
    pub(crate) shown: String,
    /// It holds a secret, which must not stand where others may read it.
    pub(crate) secret: bool,
}

/// Snippets.
#[derive(Clone, Copy, Debug)]
pub struct Snippets<'a>(pub(crate) &'a Core);

impl Snippets<'_> {
    /// All snippets, by name.
    pub async fn list(&self, _vault: &Authorized<WholeVault>) -> Result<Vec<Snippet>, CoreError> {
        self.load().await
    }

    /// Adds a snippet, or changes the one of that id.
    pub async fn save(
        &self,
        _vault: &Authorized<WholeVault>,
        id: Option<SnippetId>,
        draft: SnippetDraft,
    ) -> Result<Snippet, CoreError> {
        let draft = check::check(draft)?;
        let unlocked = self.0.vault().unlocked()?;
        let _turn = unlocked.turn().await;
        let all = self.load().await?;
        if id.is_some_and(|id| !all.iter().any(|other| other.id == id)) {
            return Err(CoreError::NotFound("snippet"));
        }
        let wanted = draft.name.to_lowercase();
        if all.iter().any(|other| Some(other.id) != id && other.draft.name.to_lowercase() == wanted)
        {
            let message = format!("There is a snippet called “{}” already.", draft.name);
            return Err(CoreError::invalid("name", message, "Give it another name."));
        }
        if id.is_none() && all.len() >= MOST_SNIPPETS {
            let message = format!("There are {MOST_SNIPPETS} snippets already.");
            return Err(CoreError::invalid("name", message, "Delete some of them."));
        }
        let snippet = Snippet { id: id.unwrap_or_else(SnippetId::new), draft };
        let json = written(serde_json::to_vec(&snippet.draft))?;
        unlocked.vault().apply(vec![put(Kind::Snippet, *snippet.id.as_bytes(), json)]).await?;
        Ok(snippet)
    }

    /// Deletes a snippet.
    pub async fn delete(
        &self,
        _vault: &Authorized<WholeVault>,
        id: SnippetId,
    ) -> Result<(), CoreError> {
        self.get(id).await?;
        let gone = Change::Delete { kind: Kind::Snippet, id: *id.as_bytes() };
        Ok(self.0.vault().unlocked()?.vault().apply(vec![gone]).await?)
    }

    /// A snippet as it would be sent to a session, or to no machine in particular.
    pub async fn preview(
        &self,
        _vault: &Authorized<WholeVault>,
        id: SnippetId,
        values: &SnippetValues,
        session: Option<SessionId>,
    ) -> Result<SnippetPreview, CoreError> {
        let snippet = self.get(id).await?;
        let facts = session.map(|session| self.facts_of_session(session)).transpose()?;
        let filled = fill(&snippet.draft, values, facts.as_ref());
        Ok(SnippetPreview { text: filled.shown, problems: filled.problems })
    }

    /// Types a filled snippet into the terminal of a session. `bracketed` says that the program there knows pasted text
    /// from typed (xterm's mode 2004), so that line ends in it run nothing by themselves.
    pub async fn send(
        &self,
        _vault: &Authorized<WholeVault>,
        id: SnippetId,
        values: &SnippetValues,
        session: SessionId,
        bracketed: bool,
    ) -> Result<(), CoreError> {
        let snippet = self.get(id).await?;
        self.type_into(&snippet, values, session, bracketed).await
    }

    async fn type_into(
        &self,
        snippet: &Snippet,
        values: &SnippetValues,
        session: SessionId,
        bracketed: bool,
    ) -> Result<(), CoreError> {
        let facts = self.facts_of_session(session)?;
        let filled = self.filled(&snippet.draft, values, Some(&facts))?;
        let info = self.0.sessions().info(session)?;
        if !matches!(info.state, SessionState::Open)
            || matches!(info.target, SessionTarget::Files { .. })
        {
            return Err(CoreError::invalid(
                "session",
                format!("{} is not open for typing.", info.title),
                "Connect again, or choose another terminal.",
            ));
        }
        let bytes = typed(&filled, bracketed, snippet.draft.append_enter);
        let handle = self.0.sessions().handle(session)?;
        handle
            .input
            .send(TerminalInput::Bytes(bytes))
            .await
            .map_err(|_| CoreError::NotFound("session"))
    }

    /// Whether a snippet can be sent with nobody there to fill it in.
    pub(crate) async fn asks_for_nothing(&self, id: SnippetId) -> Result<(), CoreError> {
        let draft = self.get(id).await?.draft;
        if draft.parameters.iter().all(|each| !each.required || !each.default.is_empty()) {
            return Ok(());
        }
        Err(CoreError::invalid(
            "snippet",
            format!("“{}” asks for something, and nobody is there to answer.", draft.name),
            "Choose a snippet whose parameters are all filled in beforehand.",
        ))
    }

    /// Types a snippet into a terminal with what is filled in beforehand, and says what it is called.
    pub(crate) async fn send_plain(
        &self,
        id: SnippetId,
        session: SessionId,
    ) -> Result<String, CoreError> {
        let snippet = self.get(id).await?;
        self.type_into(&snippet, &SnippetValues::new(), session, false).await?;
        Ok(snippet.draft.name)
    }

    /// A filled snippet, or the first thing that is wrong with what was filled in.
    pub(crate) fn filled(
        &self,
        draft: &SnippetDraft,
        values: &SnippetValues,
        facts: Option<&Facts>,
    ) -> Result<FilledSnippet, CoreError> {
        let filled = fill(draft, values, facts);
        if let Some(ValueProblem { name, message }) = filled.problems.into_iter().next() {
            return Err(CoreError::invalid(
                &format!("values.{name}"),
                format!("“{name}” of the snippet “{}” is missing or does not fit.", draft.name),
                message,
            ));
        }
        Ok(FilledSnippet {
            text: Secret::new(filled.text),
            shown: filled.shown,
            secret: filled.secret,
        })
    }

    pub(crate) async fn get(&self, id: SnippetId) -> Result<Snippet, CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let data = unlocked.vault().get(Kind::Snippet, *id.as_bytes(), Field::Main).await?;
        let data = data.ok_or(CoreError::NotFound("snippet"))?;
        let draft = serde_json::from_slice(&data)
            .map_err(|error| CoreError::Internal(format!("a snippet cannot be read: {error}")))?;
        Ok(Snippet { id, draft })
    }

    /// What a machine's name, address and user are for a text.
    pub(crate) fn facts(&self, id: &Authorized<NodeId>) -> Result<Facts, CoreError> {
        let route = self.0.tree().route(id)?;
        let Some(machine) = route.last() else { return Err(CoreError::NotFound("machine")) };
        let unlocked = self.0.vault().unlocked()?;
        let identities = sync::read(unlocked.identities());
        let of_identity =
            || machine.identities.get().iter().find_map(|id| identities.get(id)?.user.clone());
        let user = machine.settings.user.value.clone().or_else(of_identity);
        Ok(Facts {
            name: machine.entry.draft.name.clone(),
            address: machine.entry.draft.address.clone(),
            user: user.unwrap_or_else(|| self.0.config().user_name.clone()),
        })
    }

    fn facts_of_session(&self, session: SessionId) -> Result<Facts, CoreError> {
        match self.0.sessions().info(session)?.target.machine() {
            Some(id) => {
                self.0.tree().require(id)?;
                // Who may type into the session may use its machine.
                self.facts(&Authorized::new(id, crate::Right::Use))
            }
            None => Ok(Facts {
                name: self.0.config().host_name.clone(),
                address: "localhost".to_owned(),
                user: self.0.config().user_name.clone(),
            }),
        }
    }

    async fn load(&self) -> Result<Vec<Snippet>, CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let items = unlocked.vault().load(Kind::Snippet).await?;
        let mut all: Vec<Snippet> = items
            .iter()
            .filter_map(|item| {
                let draft = serde_json::from_slice(&item.data);
                // One bad item must not keep the others from being used.
                let draft = draft.map_err(|_| tracing::warn!("a snippet cannot be read")).ok()?;
                Some(Snippet { id: SnippetId::from_bytes(item.id), draft })
            })
            .collect();
        all.sort_by_cached_key(|snippet| (snippet.draft.name.to_lowercase(), snippet.id));
        Ok(all)
    }
}

/// As a terminal sends it. A blank before a secret keeps it out of the history of shells that leave such lines out, as
/// `HISTCONTROL=ignorespace` of bash and `HIST_IGNORE_SPACE` of zsh say.
fn typed(filled: &FilledSnippet, bracketed: bool, enter: bool) -> Bytes {
    let text = filled.text.expose_secret();
    let mut out = String::with_capacity(text.len() + 16);
    if filled.secret {
        out.push(' ');
    }
    if bracketed {
        out.push_str("\x1b[200~");
    }
    out.push_str(&text.replace('\n', "\r"));
    if bracketed {
        out.push_str("\x1b[201~");
    }
    if enter {
        out.push('\r');
    }
    out.into()
}
