#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
//! Links and guests by a clock that the test winds.

use super::{Audience, MOST_GUESTS, MOST_LINKS, NewShare, Wish};
use crate::{
    Caller, Proof, RequestId,
    team::{
        Visitor,
        testing::{World, visitor},
    },
};
use patchbay_core::ManualClock;
use patchbay_model::{AccountId, ApiError, ErrorCode, GuestId, SessionId, ShareId};
use patchbay_session::{TerminalInput, desktop::DesktopInput};
use patchbay_team::{
    directory::{OPERATOR, OWNER},
    entity::{Account, Change, SignIn},
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

struct Scene {
    world: World,
    clock: ManualClock,
    session: SessionId,
    caller: Caller,
}

/// A link and its token.
type Made = (ShareId, String);

impl Scene {
    async fn new() -> Self {
        let clock = ManualClock::default();
        let world = World::at(Arc::new(clock.clone())).await;
        let caller = signed_in(&world, world.owner).await;
        let machine = World::machine("web", "192.0.2.1", None);
        let machine = world.save(world.owner, None, Some(world.root()), machine).await.unwrap();
        let session = world.session(world.owner, machine).await;
        Self { world, clock, session, caller }
    }

    async fn share(&self, may_control: bool, audience: Audience) -> Result<Made, ApiError> {
        self.share_for(may_control, audience, 60).await
    }

    async fn share_for(
        &self,
        may_control: bool,
        audience: Audience,
        minutes: u32,
    ) -> Result<Made, ApiError> {
        let team = &self.world.team;
        let wanted = NewShare { may_control, audience, minutes };
        let entry = team.note(&self.caller, "share.create");
        let made = team.create_share(&self.caller, self.session, wanted, entry).await;
        made.map(|(token, share)| (share.id, token.expose_secret().clone()))
    }

    async fn join(&self, token: &str, name: &str) -> Result<(GuestId, String), ApiError> {
        self.join_from(token, None, name, &visitor()).await
    }

    async fn join_from(
        &self,
        token: &str,
        caller: Option<&Caller>,
        name: &str,
        visitor: &Visitor,
    ) -> Result<(GuestId, String), ApiError> {
        let joined = self.world.team.join_share(token, caller, name, visitor).await?;
        Ok((joined.guest, joined.key.expose_secret().clone()))
    }

    async fn control(&self, guest: Option<GuestId>) -> Result<(), ApiError> {
        let team = &self.world.team;
        let entry = team.note(&self.caller, "share.control");
        team.give_control(&self.caller, self.session, guest, entry).await
    }

    fn tend(&self) -> usize {
        self.world.team.end_what_is_over(self.session).len()
    }

    async fn sees(&self, key: &str) -> Result<super::Seen, ApiError> {
        let drain = CancellationToken::new();
        self.world.team.guest_sees(key, None, &visitor(), &drain).await
    }

    fn present(&self) -> usize {
        self.world.team.sharing.present(self.session).guests.len()
    }
}

async fn signed_in(world: &World, account: AccountId) -> Caller {
    // Nobody shows a token here: any hash will do.
    let hash = patchbay_team::token::hash(&account.to_string());
    let sign_in = world.sign_in(account, hash, 1_000_000_000);
    let id = sign_in.id;
    let sign_in = SignIn { address: "127.0.0.1".to_owned(), ..sign_in };
    world.make(Change::PutSignIn(sign_in)).await;
    let (address, request) = (visitor().address, RequestId::new());
    Caller { account, proof: Proof::SignIn(id), address, request }
}

#[track_caller]
fn is<T>(result: Result<T, ApiError>, code: ErrorCode) -> ApiError {
    match result {
        Ok(_) => panic!("it was let through"),
        Err(error) => {
            assert_eq!(error.code, code, "{error:?}");
            error
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_until_it_expires_and_takes_its_guests_along() {
    let scene = Scene::new().await;
    let (_, short) = scene.share_for(false, Audience::Anybody, 5).await.unwrap();
    let (_, long) = scene.share_for(false, Audience::Anybody, 60).await.unwrap();
    let (_, bob) = scene.join(&short, "Bob").await.unwrap();
    let (_, eve) = scene.join(&long, "Eve").await.unwrap();
    scene.clock.advance(Duration::from_secs(5 * 60 - 1));
    scene.tend();
    assert!(scene.sees(&bob).await.is_ok());
    scene.clock.advance(Duration::from_secs(1));
    is(scene.join(&short, "Late").await, ErrorCode::NotFound);
    scene.tend();
    let why = is(scene.sees(&bob).await, ErrorCode::NotFound);
    assert_eq!(why.message, "The link has expired.");
    assert!(scene.sees(&eve).await.is_ok());
    for minutes in [0, 7 * 24 * 60 + 1, u32::MAX] {
        let wrong = scene.share_for(false, Audience::Anybody, minutes).await;
        assert_eq!(is(wrong, ErrorCode::Invalid).field.as_deref(), Some("minutes"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_and_guests_are_so_many_and_names_are_names() {
    let scene = Scene::new().await;
    let (_, token) = scene.share(true, Audience::Anybody).await.unwrap();
    for _ in 1..MOST_LINKS {
        scene.share(false, Audience::Anybody).await.unwrap();
    }
    is(scene.share(false, Audience::Anybody).await, ErrorCode::Conflict);
    let long = "x".repeat(41);
    for name in ["", "   ", "a\u{202e}b", "a\nb", "owner", "OWNER", "\u{200b}", &long, "\u{1b}[31m"]
    {
        let refused = is(scene.join(&token, name).await, ErrorCode::Invalid);
        assert_eq!(refused.field.as_deref(), Some("name"), "{name:?}");
    }
    for number in 0..MOST_GUESTS {
        scene.join(&token, &format!("Guest  {number}")).await.unwrap();
    }
    is(scene.join(&token, "guest 1").await, ErrorCode::Invalid);
    is(scene.join(&token, "One more").await, ErrorCode::Conflict);
    assert_eq!(scene.present(), MOST_GUESTS);
    let info = scene.world.member(scene.world.owner).await.core.sessions().info(scene.session);
    let sharing = info.unwrap().sharing.unwrap();
    assert_eq!((sharing.links, sharing.guests.len()), (20, MOST_GUESTS));
    assert_eq!(sharing.guests[3].name, "Guest 3");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_tokens_are_slowed_down_and_right_ones_of_others_are_not() {
    let scene = Scene::new().await;
    let (_, token) = scene.share(false, Audience::Anybody).await.unwrap();
    let from = |text: &str| Visitor { address: text.parse().unwrap(), ..visitor() };
    let (bad, good) = (from("192.0.2.66"), from("192.0.2.7"));
    let wrong = "pbl_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let mut throttled = 0;
    for _ in 0..40 {
        let code = scene.world.team.invited(wrong, &bad).unwrap_err().code;
        throttled += usize::from(code == ErrorCode::Throttled);
    }
    assert!(throttled > 30, "{throttled}");
    is(scene.world.team.invited(&token, &bad), ErrorCode::Throttled);
    assert!(scene.world.team.invited(&token, &good).is_ok());
    // A sign-in's or a script's token is none.
    for other in ["pbs_", "pbi_", "pbg_"] {
        is(scene.world.team.invited(&token.replace("pbl_", other), &good), ErrorCode::NotFound);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_for_people_with_accounts_are_for_them_alone_and_only_while_they_are_such() {
    let scene = Scene::new().await;
    let world = &scene.world;
    let bob = world.joins("bob", None).await;
    let (_, account) = scene.share(false, Audience::Account).await.unwrap();
    let (_, member) = scene.share(false, Audience::Organisation).await.unwrap();
    for token in [&account, &member] {
        is(scene.join(token, "Nobody").await, ErrorCode::NotAllowed);
    }
    let caller = signed_in(world, bob).await;
    let here = visitor();
    let (_, by_account) = scene.join_from(&account, Some(&caller), "", &here).await.unwrap();
    let (_, by_member) = scene.join_from(&member, Some(&caller), "x", &here).await.unwrap();
    let seen = scene.sees(&by_account).await.unwrap();
    assert!(seen.sharing.guests.iter().all(|guest| guest.name == "bob" && guest.known));
    // Out of the organisation, the account is still one.
    let mut lab = world.team.known.directory().organisation(world.organisation).unwrap().clone();
    lab.members.remove(&bob);
    world.make(Change::PutOrganisation(lab)).await;
    scene.tend();
    is(scene.sees(&by_member).await, ErrorCode::NotFound);
    assert!(scene.sees(&by_account).await.is_ok());
    is(scene.join_from(&member, Some(&caller), "", &here).await, ErrorCode::NotAllowed);
    let Proof::SignIn(id) = caller.proof else { panic!() };
    world.make(Change::DeleteSignIn(id)).await;
    scene.tend();
    is(scene.sees(&by_account).await, ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_owner_may_not_share_any_more_is_over() {
    let scene = Scene::new().await;
    let world = &scene.world;
    let carol = world.joins("carol", Some(OPERATOR)).await;
    let machine = World::machine("db", "192.0.2.2", None);
    let machine = world.save(world.owner, None, Some(world.root()), machine).await.unwrap();
    let session = world.session(carol, machine).await;
    let caller = signed_in(world, carol).await;
    let share = async || {
        let wanted = NewShare { may_control: false, audience: Audience::Anybody, minutes: 9 };
        let entry = world.team.note(&caller, "share.create");
        world.team.create_share(&caller, session, wanted, entry).await
    };
    // An operator uses it, and shares nothing.
    is(share().await, ErrorCode::NotAllowed);
    // Nobody shares what somebody else has opened.
    let others = Caller { account: scene.world.owner, ..caller };
    let wanted = NewShare { may_control: false, audience: Audience::Anybody, minutes: 9 };
    let entry = world.team.note(&others, "share.create");
    is(world.team.create_share(&others, session, wanted, entry).await, ErrorCode::NotFound);
    let grant = world.grant(carol, machine, OWNER).await;
    let token = share().await.unwrap().0;
    let (_, key) = scene.join(token.expose_secret(), "Bob").await.unwrap();
    world.make(Change::DeleteGrant(grant)).await;
    world.team.end_what_is_over(session);
    let why = is(scene.sees(&key).await, ErrorCode::NotFound);
    assert_eq!(why.message, "The session is not shared any more.");
    // Their own machine is theirs to share, until they are suspended.
    let own = world.save(carol, None, None, World::machine("own", "192.0.2.3", None)).await;
    let session = world.session(carol, own.unwrap()).await;
    let entry = world.team.note(&caller, "share.create");
    let made = world.team.create_share(&caller, session, wanted, entry.clone()).await.unwrap();
    let organisation = NewShare { audience: Audience::Organisation, ..wanted };
    is(world.team.create_share(&caller, session, organisation, entry).await, ErrorCode::Invalid);
    let (_, key) = scene.join(made.0.expose_secret(), "Bob").await.unwrap();
    let account = world.team.known.directory().account(carol).unwrap().clone();
    world.make(Change::PutAccount(Account { suspended: true, ..account })).await;
    world.team.end_what_is_over(session);
    is(scene.sees(&key).await, ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_has_control_at_a_time_and_the_owner_has_it_back_at_once() {
    let scene = Scene::new().await;
    let (_, looks) = scene.share(false, Audience::Anybody).await.unwrap();
    let (_, types) = scene.share(true, Audience::Anybody).await.unwrap();
    let (eve, eves) = scene.join(&looks, "Eve").await.unwrap();
    let (bob, bobs) = scene.join(&types, "Bob").await.unwrap();
    let team = &scene.world.team;
    let ticket = |key: &str, origin: Option<&str>| {
        let origin = origin.map(str::to_owned);
        team.guest_ticket(key, origin, &visitor()).unwrap().token
    };
    let stream = |key: &str| team.guest_stream(&ticket(key, None), None).unwrap();
    let (bob_looks, eve_looks) = (stream(&bobs), stream(&eves));
    let owner = team.sharing.owner(scene.session);
    let bytes = || TerminalInput::Bytes(bytes::Bytes::from_static(b"x"));
    let size = patchbay_model::TerminalSize { cols: 1, rows: 1, width: 0, height: 0 };
    let who = || {
        [&owner, &bob_looks.viewing, &eve_looks.viewing].map(|viewing| viewing.may_type(&bytes()))
    };
    assert_eq!(who(), [true, false, false]);
    is(scene.control(Some(eve)).await, ErrorCode::Conflict);
    is(team.wish(&eves, Wish::Ask, &visitor()).await, ErrorCode::Conflict);
    team.wish(&bobs, Wish::Ask, &visitor()).await.unwrap();
    is(team.wish(&bobs, Wish::Withdraw, &visitor()).await, ErrorCode::Throttled);
    assert!(team.sharing.present(scene.session).guests[1].asks);
    scene.control(Some(bob)).await.unwrap();
    assert_eq!(who(), [false, true, false]);
    assert!(!team.sharing.present(scene.session).guests[1].asks);
    assert!(owner.may_type(&TerminalInput::Resize(size)));
    assert!(!bob_looks.viewing.may_type(&TerminalInput::Resize(size)));
    assert!(!bob_looks.viewing.may_do(&DesktopInput::Quality(None)));
    assert!(bob_looks.viewing.may_do(&DesktopInput::Focus(true)));
    assert!(
        !owner.may_do(&DesktopInput::Focus(true)) && owner.may_do(&DesktopInput::Quality(None))
    );
    let args = json!({ "id": scene.session, "signal": "break" });
    is(
        crate::Service::rpc(
            &crate::Inside(Arc::clone(team)),
            &scene.caller,
            "session_signal",
            &args.to_string(),
        )
        .await,
        ErrorCode::Conflict,
    );
    scene.control(None).await.unwrap();
    assert_eq!(who(), [true, false, false]);
    scene.control(Some(bob)).await.unwrap();
    team.wish(&eves, Wish::GiveBack, &visitor()).await.unwrap();
    assert_eq!(who(), [false, true, false]);
    team.wish(&bobs, Wish::GiveBack, &visitor()).await.unwrap();
    assert_eq!(who(), [true, false, false]);
    // With its guest, control comes back.
    scene.control(Some(bob)).await.unwrap();
    let entry = team.note(&scene.caller, "guest.remove");
    team.remove_guest(&scene.caller, scene.session, bob, entry).await.unwrap();
    assert_eq!(who(), [true, false, false]);
    assert!(bob_looks.end.is_cancelled() && !eve_looks.end.is_cancelled());
    let again = is(scene.join(&types, "Bobby").await, ErrorCode::NotFound);
    assert_eq!(again.message, "You were removed from this session.");
    let entry = team.note(&scene.caller, "share.end");
    team.end_sharing(&scene.caller, scene.session, entry).await.unwrap();
    assert!(eve_looks.end.is_cancelled());
    assert_eq!(is(scene.sees(&eves).await, ErrorCode::NotFound).message, "The sharing was ended.");
    is(scene.join(&looks, "Eve").await, ErrorCode::NotFound);
    let info = scene.world.member(scene.world.owner).await.core.sessions().info(scene.session);
    assert_eq!(info.unwrap().sharing, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_good_once_for_one_page_and_not_after_its_guest() {
    let scene = Scene::new().await;
    let (_, token) = scene.share(false, Audience::Anybody).await.unwrap();
    let (_, key) = scene.join(&token, "Bob").await.unwrap();
    let team = &scene.world.team;
    let own = "https://patchbay.example";
    let ticket = || team.guest_ticket(&key, Some(own.to_owned()), &visitor()).unwrap().token;
    for wrong in [None, Some("https://evil.example"), Some("https://patchbay.example:8443")] {
        let ticket = ticket();
        assert!(team.guest_stream(&ticket, wrong).is_none());
        // It is worthless from then on.
        assert!(team.guest_stream(&ticket, Some(own)).is_none());
    }
    let used = ticket();
    let first = team.guest_stream(&used, Some(own)).unwrap();
    assert!(team.guest_stream(&used, Some(own)).is_none());
    // The oldest of many streams ends.
    let more: Vec<_> = (0..3).map(|_| team.guest_stream(&ticket(), Some(own)).unwrap()).collect();
    assert!(first.end.is_cancelled() && more.iter().all(|one| !one.end.is_cancelled()));
    let late = ticket();
    team.leave_share(&key, &visitor()).await.unwrap();
    assert!(more.iter().all(|one| one.end.is_cancelled()));
    assert!(team.guest_stream(&late, Some(own)).is_none());
    is(team.guest_ticket(&key, None, &visitor()), ErrorCode::NotFound);
    assert_eq!(scene.present(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_closed_is_shared_no_more() {
    let scene = Scene::new().await;
    let (id, token) = scene.share(false, Audience::Anybody).await.unwrap();
    let (_, key) = scene.join(&token, "Bob").await.unwrap();
    let team = &scene.world.team;
    let (seen, mut versions) = team.see(&team.guest_key(&key, &visitor()).unwrap()).unwrap();
    assert_eq!(seen.info.title, "web");
    scene
        .world
        .call(scene.world.owner, "session_close", json!({ "id": scene.session }))
        .await
        .unwrap();
    // Whoever waits for news hears it.
    let until_over = async { while versions.changed().await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(5), until_over).await.unwrap();
    let why = is(scene.sees(&key).await, ErrorCode::NotFound);
    assert_eq!(why.message, "The session was closed.");
    let entry = team.note(&scene.caller, "share.delete");
    is(team.delete_share(&scene.caller, scene.session, id, entry).await, ErrorCode::NotFound);
    let log = team.store.audit(1, 500).await.unwrap();
    let actions: Vec<_> = log.iter().map(|record| record.entry.action.as_str()).collect();
    for action in ["share.create", "share.join"] {
        assert!(actions.contains(&action), "{action} in {actions:?}");
    }
}
