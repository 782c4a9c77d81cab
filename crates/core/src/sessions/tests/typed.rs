//! A password typed once serves the other connections of the machine, as long as one of them is there.

use super::*;
use patchbay_model::{PromptId, SessionTarget};

const ASKED: &str = "is used again";

impl World {
    async fn open_as(&self, target: fn(crate::Authorized<NodeId>) -> OpenTarget) -> SessionId {
        let target = target(self.fixture.ctx.authorize(self.machine, Right::Use).unwrap());
        self.fixture.core.sessions().open(target, SIZE, None).await.unwrap().id
    }

    fn answer(&self, id: SessionId, prompt: PromptId, text: &str) {
        self.fixture.core.sessions().answer(id, prompt, Some(vec![secret(text)])).unwrap();
    }

    fn password(&self) -> String {
        self.server.account().unwrap().password().to_owned()
    }

    /// Opens a terminal, trusts the host key and types the password.
    async fn typed(&self) -> SessionId {
        let id = self.open().await;
        self.question(id).await;
        self.decide(id, HostKeyAnswer::Trust).unwrap();
        let prompt = self.prompt(id).await;
        self.answer(id, prompt.id, &self.password());
        id
    }

    fn used_again(&self, id: SessionId) -> bool {
        let log = self.info(id).log.join("\n");
        assert!(!log.contains(&self.password()), "no secret in the log");
        log.contains(ASKED)
    }
}

#[tokio::test]
async fn files_and_tunnels_do_not_ask_again_while_a_session_is_there() {
    if !root_or_skip("checking passwords needs PAM") {
        return;
    }
    let world = World::with(Sshd::builder().login(Login::Password), false).await;
    let sessions = world.fixture.core.sessions();
    let first = world.typed().await;
    world.opened(first).await;
    assert!(!world.used_again(first));

    let files = world.open_as(OpenTarget::Files).await;
    world.opened(files).await;
    assert!(world.used_again(files), "{:#?}", world.info(files).log);
    // The terminal may go: the files are there.
    sessions.close(first).unwrap();
    let tunnels = world.open_as(OpenTarget::Tunnels).await;
    assert!(matches!(world.info(tunnels).target, SessionTarget::Tunnels { .. }));
    world.opened(tunnels).await;
    assert!(world.used_again(tunnels));

    sessions.close(files).unwrap();
    sessions.disconnect(tunnels).unwrap();
    world.closed(tunnels).await;
    let last = world.open().await;
    assert!(!world.prompt(last).await.again, "nothing is left of the machine, and nothing typed");
    assert!(!world.used_again(last));
}

#[tokio::test]
async fn locking_forgets_and_a_password_that_has_changed_is_asked_for() {
    if !root_or_skip("checking passwords needs PAM") {
        return;
    }
    let world = World::with(Sshd::builder().login(Login::Password), false).await;
    let first = world.typed().await;
    world.opened(first).await;

    // What is kept has become wrong: it is tried once, and then the person is asked.
    let typed = &world.fixture.core.sessions.typed;
    typed.spoil_for_test();
    let second = world.open_as(OpenTarget::Files).await;
    let prompt = world.prompt(second).await;
    assert!(prompt.again && world.used_again(second));
    world.answer(second, prompt.id, &world.password());
    world.opened(second).await;
    let third = world.open_as(OpenTarget::Files).await;
    world.opened(third).await;
    assert!(world.used_again(third), "the new one has let somebody in");

    world.fixture.core.vault().lock(LockReason::Person, false);
    assert!(world.fixture.core.sessions().is_running(first), "sessions go on");
    world.fixture.unlock().await;
    let fourth = world.open().await;
    world.prompt(fourth).await;
    assert!(!world.used_again(fourth));
}

#[tokio::test]
async fn a_code_of_the_moment_is_asked_for_each_time() {
    if !root_or_skip("checking codes needs PAM") {
        return;
    }
    let world = World::with(Sshd::builder().login(Login::PasswordAndTotp), false).await;
    let first = world.typed().await;
    let next = |id: SessionId, before: Option<PromptId>| {
        world.until(id, move |info| match &info.state {
            SessionState::Asking { prompt } if Some(prompt.id) != before => Some(prompt.clone()),
            SessionState::Closed { reason } => panic!("closed: {reason:?}"),
            _ => None,
        })
    };
    let code = loop {
        let prompt = next(first, None).await;
        if prompt.questions[0].label.contains("One-time") {
            break prompt;
        }
    };
    world.answer(first, code.id, &world.server.account().unwrap().totp().unwrap());
    world.opened(first).await;

    let second = world.open_as(OpenTarget::Tunnels).await;
    let prompt = world.prompt(second).await;
    assert!(prompt.questions[0].label.contains("One-time"), "{prompt:?}");
    assert!(world.used_again(second), "the password is");
}
