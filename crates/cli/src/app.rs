//! The services, and unlocking the vault once something needs it.

use crate::{args::Options, ask, names, report::Failure, stdin::Unbuffered};
use patchbay_core::{Core, CoreConfig, Ctx};
use patchbay_model::{ApiError, ErrorCode, Secret, TreeRows, VaultStatus};
use serde::de::DeserializeOwned;
use std::io::Read;

/// Wrong passphrases before it gives up.
const TRIES: u32 = 3;
/// Longer lines are no passphrase.
const LONGEST_PASSPHRASE: usize = 4 * 1024;

/// What the subcommands work with.
pub(crate) struct App {
    pub(crate) ctx: Ctx,
    pub(crate) options: Options,
}

impl App {
    /// The services, with the vault still locked.
    pub(crate) fn new(options: Options) -> Result<Self, Failure> {
        let mut config = CoreConfig::of_this_computer()?;
        config.vault_path.clone_from(&options.vault);
        Ok(Self { ctx: Ctx::person(Core::new(config)), options })
    }

    /// Runs a command; if it turns out to need the vault, unlocks it first.
    pub(crate) async fn call(&self, name: &str, args: &str) -> Result<String, ApiError> {
        match patchbay_commands::dispatch(&self.ctx, name, args).await {
            Err(error) if error.code == ErrorCode::VaultLocked => {
                self.unlock().await?;
                patchbay_commands::dispatch(&self.ctx, name, args).await
            }
            done => done,
        }
    }

    /// The same, with the result as a type. Where a machine's cluster asks for a second factor, the person is asked first.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        name: &str,
        args: &serde_json::Value,
    ) -> Result<T, ApiError> {
        let result = match (self.call(name, &args.to_string()).await, args.get("entry")) {
            // It was refused at the door: nothing was done yet.
            (Err(error), Some(entry))
                if error.code == ErrorCode::NeedsCode && ask::somebody_is_there() =>
            {
                self.sign_in(entry, error).await?;
                self.call(name, &args.to_string()).await?
            }
            (result, _) => result?,
        };
        serde_json::from_str(&result).map_err(|error| {
            ApiError::new(
                ErrorCode::Internal,
                format!("The result of “{name}” is not understood: {error}."),
            )
            .next("Please report it.")
        })
    }

    /// All machines.
    pub(crate) async fn machines(&self) -> Result<Vec<names::Machine>, ApiError> {
        let rows: TreeRows = self.ask("tree_load", &serde_json::json!({})).await?;
        Ok(names::machines(&rows))
    }

    /// The machine of a name.
    pub(crate) async fn machine(&self, name: &str) -> Result<names::Machine, ApiError> {
        names::resolve(&self.machines().await?, name)
    }

    /// Asks for the code of a second factor and signs in at a machine's cluster with it. Each code is sent once.
    pub(crate) async fn sign_in(
        &self,
        entry: &serde_json::Value,
        asked: ApiError,
    ) -> Result<(), ApiError> {
        let mut problem = asked;
        for _ in 0..TRIES {
            crate::report::say(&problem.message);
            let asking = || ask::secret("Code of the authenticator app, or a recovery key: ");
            let typed = tokio::task::spawn_blocking(asking).await.ok().flatten();
            let Some(code) = typed else { return Err(problem) };
            let args = serde_json::json!({ "entry": entry, "code": code.expose_secret() });
            problem = match self.call("management_sign_in", &args.to_string()).await {
                Err(error) if error.code == ErrorCode::NeedsCode => error,
                done => return done.map(drop),
            };
        }
        Err(problem)
    }

    async fn unlock(&self) -> Result<(), ApiError> {
        if let Ok(passphrase) = std::env::var("PATCHBAY_PASSPHRASE") {
            return self.unlock_with(&Secret::new(passphrase)).await;
        }
        if self.options.passphrase_stdin {
            return self.unlock_with(&first_line()?).await;
        }
        let status = patchbay_commands::dispatch(&self.ctx, "vault_status", "").await?;
        let keyring = serde_json::from_str(&status).is_ok_and(|status: VaultStatus| status.keyring);
        if keyring
            && patchbay_commands::dispatch(&self.ctx, "vault_unlock_keyring", "").await.is_ok()
        {
            return Ok(());
        }
        if !ask::somebody_is_there() {
            return Err(ask::no_passphrase());
        }
        let mut tries = 1;
        loop {
            let typed = tokio::task::spawn_blocking(|| ask::secret("Passphrase of the vault: "))
                .await
                .ok()
                .flatten();
            let passphrase = typed.ok_or_else(ask::no_passphrase)?;
            match self.unlock_with(&passphrase).await {
                Err(error) if error.code == ErrorCode::WrongPassphrase && tries < TRIES => {
                    crate::report::say(&error.to_string());
                    tries += 1;
                }
                done => return done,
            }
        }
    }

    async fn unlock_with(&self, passphrase: &Secret<String>) -> Result<(), ApiError> {
        self.ctx.core.vault().unlock(passphrase).await.map(drop).map_err(ApiError::from)
    }
}

/// Up to the first line's end and not a byte further: what follows is the remote command's input.
fn first_line() -> Result<Secret<String>, ApiError> {
    let unusable = || {
        ApiError::new(
            ErrorCode::Invalid,
            "Standard input does not begin with a line that is a passphrase.",
        )
    };
    let mut line = Vec::new();
    let mut input = Unbuffered;
    let mut byte = [0];
    while input.read(&mut byte).is_ok_and(|count| count == 1)
        && byte != [b'\n']
        && line.len() < LONGEST_PASSPHRASE
    {
        line.extend(byte);
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    String::from_utf8(line)
        .ok()
        .filter(|line| !line.is_empty())
        .map(Secret::new)
        .ok_or_else(unusable)
}
