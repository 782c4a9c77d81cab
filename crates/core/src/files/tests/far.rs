//! Long files that are written far away, over several channels.

use super::*;
use patchbay_testkit::noise;

const FAR: Fault = Fault::Delay(Duration::from_millis(10));
const LONG: usize = 40 << 20;

/// How many channels for files the server has opened.
fn channels(world: &World) -> usize {
    world.server.as_ref().unwrap().log().matches("subsystem 'sftp'").count()
}

impl World {
    /// Begins to write a long file on the machine.
    fn put_long(&self, machine: FilePlace) -> TaskId {
        let (source, folder) = (self.folder("from"), self.folder("to"));
        fs::write(self.path("from/long"), noise(LONG, 3)).unwrap();
        self.copy((HERE, &[&format!("{source}/long")]), (machine, &folder), Conflict::Ask)
    }

    fn is_whole(&self) -> bool {
        fs::read(self.path("from/long")).unwrap() == fs::read(self.path("to/long")).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_several_and_gives_them_back() {
    let (world, machine) = World::wired(FAR).await;
    let id = world.put_long(machine);
    world.done(id).await;
    assert!(world.is_whole());
    assert_eq!(channels(&world), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_wants_only_one_gets_the_file_over_that() {
    let server = Sshd::builder().option("MaxSessions 1");
    let (world, machine) = World::served(FAR, server).await;
    let id = world.put_long(machine);
    world.done(id).await;
    assert!(world.is_whole());
    assert_eq!(channels(&world), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_off_it_goes_on_behind_what_is_surely_there() {
    let (world, machine) = World::wired(FAR).await;
    let id = world.put_long(machine);
    let mut events = world.fixture.core.events();
    while world.task(id, |_| true).await.bytes_done < 4e6 {
        let _changed = events.recv().await;
    }
    world.wire().set(Fault::Cut { after: 6 << 20, times: 3 });
    world.done(id).await;
    assert!(world.wire().cuts() > 0);
    assert!(world.is_whole());
}
