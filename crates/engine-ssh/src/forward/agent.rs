//! The SSH agent of this computer, for programs on the machine (OpenSSH's PROTOCOL.agent, `auth-agent@openssh.com`).

use super::{Arrival, Flow, Traffic, remote};
use crate::{agent, held::Wire};
use patchbay_session::{Forwarded, Interaction, Progress};
use russh::keys::agent::AgentSessionBinding;
use std::{path::PathBuf, sync::Arc};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Connects every program that asks to the agent, and says each time that it was used. `binding` tells the agent which
/// server asks, so that it can keep to what its keys are allowed for.
pub(crate) async fn serve(
    mut arrivals: mpsc::Receiver<Arrival>,
    socket: Option<PathBuf>,
    binding: Option<AgentSessionBinding>,
    interaction: Arc<dyn Interaction>,
    stop: CancellationToken,
) {
    let near = || {
        let (socket, binding) = (socket.clone(), binding.clone());
        let interaction = Arc::clone(&interaction);
        async move {
            interaction.progress(Progress::Used(Forwarded::Agent));
            let mut agent =
                agent::open(socket.as_deref()).await.map_err(|error| error.to_string())?;
            if let Some(binding) = &binding {
                agent::bind(&mut agent, binding, true).await;
            }
            Ok(Box::new(agent.into_inner()) as Box<dyn Wire>)
        }
    };
    let (flow, traffic) = (Flow::new(), Arc::new(Traffic::default()));
    remote::serve(&mut arrivals, &flow, &traffic, &stop, "the SSH agent", near).await;
    if let Some(problem) = traffic.problem() {
        interaction.progress(Progress::Note(problem));
    }
}
