//! Work that goes on after a request was accepted (DSP0266 section 12.2: asynchronous operations).

use crate::{
    Client, Link, RedfishError, Said,
    json::{at, number, text},
    wire::Answer,
};
use hyper::header;
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// A machine that asks to be left alone for longer is asked all the same.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How to wait for what takes its time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// Between two looks.
    pub every: Duration,
    /// In all.
    pub limit: Duration,
}

/// What a change led to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sent {
    /// It is done.
    Done {
        /// What was made, if anything was.
        made: Option<Link>,
    },
    /// It was accepted, and this task does it: follow it with [`Client::follow`].
    Task(Link),
}

impl Sent {
    pub(crate) fn of(answer: &Answer) -> Self {
        let located = answer.header(header::LOCATION).and_then(Link::located);
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let is_task = answer.status == 202 || is_task(&body);
        let own = || Link::parse(at(&body, &["@odata.id"]).as_str()?);
        match located.or_else(own) {
            Some(link) if is_task => Self::Task(link),
            made => Self::Done { made },
        }
    }
}

/// Whether a task goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TaskPhase {
    /// It does, or has not begun.
    Running,
    /// It has done what it should.
    Done,
    /// It ended otherwise.
    Failed,
}

/// A task at one moment.
#[derive(Clone, PartialEq, Debug)]
pub struct Task {
    /// What it is.
    pub name: String,
    /// Whether it goes on.
    pub phase: TaskPhase,
    /// As the machine calls it: `Running`, `Completed`, `Exception`.
    pub state: String,
    /// How much is done, if it says so.
    pub percent: Option<u8>,
    /// What it says.
    pub said: Said,
}

fn is_task(body: &Value) -> bool {
    text(body, &["@odata.type"]).is_some_and(|kind| kind.starts_with("#Task."))
        || at(body, &["TaskState"]).is_string()
}

impl Task {
    /// Reads the answer of a task monitor or of a task itself: machines hand out either. A monitor answers 202 as long as
    /// the task runs, and then what the request would have been answered.
    #[must_use]
    pub fn of(status: u16, body: &Value) -> Self {
        let said = Said::of(body);
        let name = text(body, &["Name"]).or_else(|| text(body, &["Id"])).unwrap_or_default();
        let state = text(body, &["TaskState"]);
        let is_well = text(body, &["TaskStatus"]).is_none_or(|health| health != "Critical");
        let phase = match (state.as_deref(), status) {
            (_, 400..) => TaskPhase::Failed,
            (Some("Completed"), _) if is_well => TaskPhase::Done,
            (Some("Completed" | "Killed" | "Exception" | "Cancelled"), _) => TaskPhase::Failed,
            (Some(_), _) | (None, 202) => TaskPhase::Running,
            (None, _) => TaskPhase::Done,
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is 0 to 100"
        )]
        let percent =
            number(body, &["PercentComplete"]).map(|percent| percent.clamp(0.0, 100.0) as u8);
        let percent = if phase == TaskPhase::Done { Some(100) } else { percent };
        let state = state.unwrap_or_else(|| match phase {
            TaskPhase::Running => "Running".to_owned(),
            TaskPhase::Done => "Completed".to_owned(),
            TaskPhase::Failed => format!("{status}"),
        });
        Self { name, phase, state, percent, said }
    }
}

impl Client {
    /// Waits until a task has ended, and tells how far it is whenever that is another. An accepted request is no success:
    /// only what the task says at its end is. Dropping this stops looking, and not the task.
    ///
    /// # Errors
    /// If it failed, does not end in time, or cannot be looked at any more.
    pub async fn follow(
        &self,
        task: &Link,
        waiting: &Waiting,
        mut progress: impl FnMut(&Task),
    ) -> Result<Task, RedfishError> {
        let end = Instant::now() + waiting.limit;
        let mut last: Option<Task> = None;
        loop {
            let looked = timeout_at(end, self.look_at(task)).await;
            let (now, pause) = match looked {
                Ok(looked) => looked?,
                Err(_) => return Err(late(last)),
            };
            if last.as_ref() != Some(&now) {
                progress(&now);
            }
            match now.phase {
                TaskPhase::Done => return Ok(now),
                TaskPhase::Failed => {
                    let Task { name, state, said, .. } = now;
                    let name = if name.is_empty() { task.name().to_owned() } else { name };
                    return Err(RedfishError::TaskFailed { name, state, said });
                }
                TaskPhase::Running => last = Some(now),
            }
            let pause =
                pause.map_or(waiting.every, |pause| pause.max(waiting.every).min(LONGEST_PAUSE));
            if Instant::now() + pause >= end {
                return Err(late(last));
            }
            sleep(pause).await;
        }
    }

    /// Follows what a change led to, if it led to a task.
    ///
    /// # Errors
    /// As [`Client::follow`].
    pub async fn finish(
        &self,
        sent: Sent,
        waiting: &Waiting,
        progress: impl FnMut(&Task),
    ) -> Result<(), RedfishError> {
        match sent {
            Sent::Done { .. } => Ok(()),
            Sent::Task(task) => self.follow(&task, waiting, progress).await.map(drop),
        }
    }

    async fn look_at(&self, task: &Link) -> Result<(Task, Option<Duration>), RedfishError> {
        let answer = self.raw(task).await?;
        let pause = answer.header(header::RETRY_AFTER).and_then(|text| text.trim().parse().ok());
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if matches!(answer.status, 404 | 410) {
            // A monitor may be gone once its task has ended (DSP0266 section 12.2), and then nobody knows how.
            let what = format!("task {} any more, and did not say how it ended", task.name());
            return Err(RedfishError::Missing { at: self.at(), what });
        }
        Ok((Task::of(answer.status, &body), pause.map(Duration::from_secs)))
    }
}

fn late(last: Option<Task>) -> RedfishError {
    let now = last.map_or_else(String::new, |task| match task.percent {
        Some(percent) => format!("it is {} at {percent} %", task.state),
        None => format!("it is {}", task.state),
    });
    let now = if now.is_empty() { "nothing was heard of it".to_owned() } else { now };
    RedfishError::Waited { what: "the task had ended".to_owned(), now }
}

#[cfg(test)]
mod tests {
    use super::{Task, TaskPhase};
    use serde_json::json;

    #[test]
    fn a_monitor_and_a_task_say_how_far_it_is() {
        let phase = |status, body| Task::of(status, &body).phase;
        assert_eq!(phase(202, json!({})), TaskPhase::Running);
        assert_eq!(
            phase(202, json!({"TaskState": "Running", "PercentComplete": 40})),
            TaskPhase::Running
        );
        assert_eq!(
            Task::of(200, &json!({"TaskState": "Running", "PercentComplete": 900})).percent,
            Some(100)
        );
        assert_eq!(
            phase(200, json!({"TaskState": "Completed", "TaskStatus": "OK"})),
            TaskPhase::Done
        );
        assert_eq!(
            phase(200, json!({"TaskState": "Completed", "TaskStatus": "Critical"})),
            TaskPhase::Failed
        );
        assert_eq!(phase(200, json!({"TaskState": "Exception"})), TaskPhase::Failed);
        assert_eq!(phase(204, json!(null)), TaskPhase::Done);
        assert_eq!(phase(400, json!({"error": {}})), TaskPhase::Failed);
    }
}
