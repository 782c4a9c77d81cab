//! Serving the tunnels of a machine for as long as its connection lasts.

use super::{
    far::Far,
    machine::{Machine, Serving},
};
use crate::tell::Tells as _;
use patchbay_engine_ssh::forward::{ForwardLink, Listening, Traffic, serve_local};
use patchbay_model::{ApiError, CloseReason, Tunnel, TunnelId, TunnelKind, TunnelState};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

const SECOND: Duration = Duration::from_secs(1);

/// What carries the tunnels of a machine.
#[derive(Clone)]
pub(crate) enum Link {
    /// A connection of this computer's.
    Here(Arc<ForwardLink>),
    /// A session at a team server.
    There(Arc<Far>),
}

impl Machine {
    /// Serves whatever is wanted, for as long as `hold` does.
    pub(crate) async fn serve(
        self: &Arc<Self>,
        link: Link,
        hold: impl Future<Output = CloseReason>,
    ) -> CloseReason {
        let mut ticks = tokio::time::interval(SECOND);
        let reason = {
            let mut hold = std::pin::pin!(hold);
            loop {
                self.begin(&link);
                tokio::select! {
                    reason = &mut hold => break reason,
                    () = self.woken.notified() => {}
                    _ = ticks.tick() => self.tick(),
                }
            }
        };
        let serving: Vec<Serving> = {
            let mut live = self.live();
            live.rows.iter_mut().filter_map(|row| row.serving.take()).collect()
        };
        for one in serving {
            one.stop.cancel();
            let _failed = one.task.await;
        }
        if let Link::Here(link) = link {
            link.close().await;
        }
        reason
    }

    /// Starts what is wanted and not served yet.
    fn begin(self: &Arc<Self>, link: &Link) {
        let mut live = self.live();
        let mut began = false;
        for row in live.rows.iter_mut().filter(|row| row.wanted() && row.serving.is_none()) {
            if matches!(row.state, TunnelState::Failed { .. } | TunnelState::Stopped) {
                continue;
            }
            let stop = CancellationToken::new();
            let one = One {
                machine: Arc::clone(self),
                link: link.clone(),
                tunnel: row.tunnel.clone(),
                stop: stop.clone(),
            };
            let (bound, traffic) = (row.bound.clone(), Arc::clone(&row.traffic));
            let task = tokio::spawn(async move {
                if let Err(error) = one.serve(bound, &traffic).await {
                    one.machine.refuse(one.tunnel.id, error);
                }
            });
            row.serving = Some(Serving { stop, task });
            began = true;
        }
        if began {
            self.tell(&live);
        }
    }

    /// A tunnel that cannot be, while the others go on.
    fn refuse(&self, id: TunnelId, error: ApiError) {
        let mut live = self.live();
        if let Some(row) = live.rows.iter_mut().find(|row| row.tunnel.id == id) {
            row.state = TunnelState::Failed { error };
            row.bound = None;
            row.listening.clear();
            row.serving = None;
        }
        self.tell(&live);
    }

    fn running(&self, id: TunnelId, listening: Vec<String>) {
        let mut live = self.live();
        if let Some(row) = live.rows.iter_mut().find(|row| row.tunnel.id == id && row.wanted()) {
            row.state = TunnelState::Running;
            row.listening = listening;
        }
        self.tell(&live);
    }
}

/// One tunnel while it is served.
struct One {
    machine: Arc<Machine>,
    link: Link,
    tunnel: Tunnel,
    stop: CancellationToken,
}

impl One {
    async fn serve(
        &self,
        bound: Option<Arc<Listening>>,
        traffic: &Arc<Traffic>,
    ) -> Result<(), ApiError> {
        let tunnel = &self.tunnel;
        let to = tunnel.to.as_ref();
        if let (TunnelKind::Remote, Some(to), Link::Here(link)) = (tunnel.kind, to, &self.link) {
            let listening = link.listen_there(&tunnel.listen).await;
            let listening = listening.map_err(|error| {
                let core = self.machine.core();
                let name = core.and_then(|core| core.tree().name(self.machine.entry));
                error.api_error(name.as_deref().unwrap_or("The machine"))
            })?;
            self.machine.running(tunnel.id, vec![listening.shown.clone()]);
            link.serve_remote(listening, to, traffic, &self.stop).await;
            return Ok(());
        }
        let bound = match bound {
            Some(bound) => bound,
            None => Arc::new(self.bind().await?),
        };
        self.machine.running(tunnel.id, bound.shown());
        match &self.link {
            Link::Here(link) => serve_local(link, &bound, to, traffic, &self.stop).await,
            Link::There(far) => serve_local(far, &bound, to, traffic, &self.stop).await,
        }
        Ok(())
    }

    /// After an attempt to connect had failed and the socket was given back.
    async fn bind(&self) -> Result<Listening, ApiError> {
        Listening::bind(&self.tunnel.listen).await.map_err(|error| match self.machine.core() {
            Some(core) => core.tunnels().explain(&error),
            None => error.api_error("this computer"),
        })
    }
}
