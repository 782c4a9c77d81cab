#![allow(clippy::unwrap_used, clippy::panic)]
use super::*;
use proptest::prelude::*;
use std::net::Ipv4Addr;

fn address(number: u32) -> IpAddr {
    Ipv4Addr::from_bits(number).into()
}

fn stranger(name: &str, from: u32) -> Try<'_> {
    Try { name, address: address(from), place: Place::Stranger }
}

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOME: u32 = 0xc000_0201;

fn wait(refused: Result<Charge, TeamError>) -> i64 {
    match refused {
        Err(TeamError::TooManyTries { wait }) => wait.as_millis() as i64,
        other => panic!("{other:?}"),
    }
}

#[test]
fn ten_thousand_tries_at_once_from_as_many_addresses_get_five_through() {
    let mut throttle = Throttle::new();
    let now = Timestamp(0);
    let through =
        (0..10_000).filter(|from| throttle.begin(&stranger("ann", *from), now).is_ok()).count();
    assert_eq!(through, 5);
}

/// The attack of section 5: it goes on for hours, and the person comes and goes.
#[test]
fn an_attack_gets_a_few_tries_a_minute_and_locks_nobody_out() {
    let mut throttle = Throttle::new();
    let phone = Try { address: address(77), place: Place::Device([5; 32]), ..stranger("ann", 0) };
    let office = Try { place: Place::Address, ..stranger("ann", 78) };
    let arrived = throttle.begin(&stranger("ann", HOME), Timestamp(0)).unwrap();
    throttle.succeeded(arrived);
    let mut through = 0;
    let tries = 10_000;
    for number in 0..tries {
        let now = Timestamp(i64::from(number) * 720);
        // However the name is written.
        let name = ["ann", "ANN", " Ann "].get(number as usize % 3).unwrap();
        through += i64::from(throttle.begin(&stranger(name, 1000 + number), now).is_ok());
        if number % 50 == 0 {
            for who in [&phone, &office, &stranger("Ann", HOME)] {
                let let_in = throttle.begin(who, now).unwrap();
                throttle.succeeded(let_in);
            }
        }
    }
    let minutes = i64::from(tries) * 720 / MINUTE;
    assert!(through <= 5 + 5 + 2 * minutes, "{through} in {minutes} minutes");
    assert!(through >= minutes, "strangers are slowed down and not locked out: {through}");
}

#[test]
fn each_wrong_try_makes_the_wait_longer_up_to_half_a_minute() {
    let mut throttle = Throttle::new();
    let mut now = Timestamp(0);
    let mut waits = Vec::new();
    for from in 0..12 {
        if let Err(TeamError::TooManyTries { wait }) = throttle.begin(&stranger("ann", from), now) {
            waits.push(wait.as_secs());
            now.0 += wait.as_millis() as i64;
            let _wrong = throttle.begin(&stranger("ann", from), now).unwrap();
        }
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
    // Asking too early makes nothing longer.
    for from in 100..200 {
        assert_eq!(wait(throttle.begin(&stranger("ann", from), now)), 30 * SECOND);
    }
    now.0 += 30 * SECOND;
    assert!(throttle.begin(&stranger("ann", 300), now).is_ok());
}

#[test]
fn one_address_cannot_try_one_password_on_everybody() {
    let mut throttle = Throttle::new();
    let now = Timestamp(0);
    let names: Vec<String> = (0..1000).map(|number| format!("person{number}")).collect();
    let through = |throttle: &mut Throttle, from: IpAddr| {
        let who = |name| Try { name, address: from, place: Place::Stranger };
        names.iter().filter(|name| throttle.begin(&who(name), now).is_ok()).count()
    };
    assert_eq!(through(&mut throttle, address(1)), 20);
    // A person's IPv6 network is one address, and an IPv4 address written as IPv6 is the same.
    assert_eq!(through(&mut throttle, "::ffff:0.0.0.1".parse().unwrap()), 0);
    let mut throttle = Throttle::new();
    assert_eq!(through(&mut throttle, "2001:db8::1".parse().unwrap()), 20);
    assert_eq!(through(&mut throttle, "2001:db8::ffff:2".parse().unwrap()), 0);
    assert!(throttle.begin(&stranger("zoe", 5), now).is_ok());
    // Who is known there is not slowed down by the others behind the same address.
    let who = Try { name: "ann", address: "2001:db8::3".parse().unwrap(), place: Place::Address };
    assert!(throttle.begin(&who, now).is_ok());
}

#[test]
fn whoever_has_been_let_in_is_known_there_alone() {
    let mut throttle = Throttle::new();
    let now = Timestamp(0);
    let arrived = throttle.begin(&stranger("ann", HOME), now).unwrap();
    throttle.succeeded(arrived);
    for from in 1000..1100 {
        drop(throttle.begin(&stranger("ann", from), now));
    }
    assert!(wait(throttle.begin(&stranger("ann", 1), now)) > 0);
    assert!(throttle.begin(&stranger("ann", HOME), now).is_ok());
    // There, too, tries are counted, and only there.
    let more = (0..100).filter(|_| throttle.begin(&stranger("ann", HOME), now).is_ok()).count();
    assert_eq!(more, 9);
    let phone = Try { place: Place::Device([1; 32]), ..stranger("ann", HOME) };
    assert!(throttle.begin(&phone, now).is_ok());
    let tablet = Try { place: Place::Device([2; 32]), ..stranger("ann", HOME) };
    assert!(throttle.begin(&tablet, now).is_ok());
}

#[test]
fn what_is_right_or_undecided_does_not_count() {
    let mut throttle = Throttle::new();
    let now = Timestamp(0);
    for from in 0..100 {
        let charge = throttle.begin(&stranger("ann", from), now).unwrap();
        throttle.undecided(charge);
        let charge = throttle.begin(&stranger("bob", from), now).unwrap();
        throttle.succeeded(charge);
    }
    // What is right gives back its own count and none of the others'.
    for from in 200..204 {
        let _wrong = throttle.begin(&stranger("eve", from), now).unwrap();
    }
    for from in 300..310 {
        let charge = throttle.begin(&stranger("eve", from), now).unwrap();
        throttle.succeeded(charge);
    }
    let _wrong = throttle.begin(&stranger("eve", 400), now).unwrap();
    assert_eq!(wait(throttle.begin(&stranger("eve", 401), now)), SECOND);
}

#[test]
fn wrong_tries_are_forgotten_one_a_minute() {
    let mut throttle = Throttle::new();
    for from in 0..10 {
        drop(throttle.begin(&stranger("ann", from), Timestamp(i64::from(from) * 40 * SECOND)));
    }
    let last = 9 * 40 * SECOND;
    assert_eq!(wait(throttle.begin(&stranger("ann", 50), Timestamp(last))), 30 * SECOND);
    let later = Timestamp(last + 10 * MINUTE);
    let through =
        (100..200).filter(|from| throttle.begin(&stranger("ann", *from), later).is_ok()).count();
    assert_eq!(through, 5);
}

#[test]
fn a_clock_that_was_set_back_keeps_nobody_waiting() {
    let mut throttle = Throttle::new();
    for from in 0..100 {
        drop(throttle.begin(&stranger("ann", from), Timestamp(1000 * MINUTE)));
    }
    let back = Timestamp(MINUTE);
    assert!(wait(throttle.begin(&stranger("ann", 1), back)) <= 30 * SECOND);
    assert!(throttle.begin(&stranger("ann", 1), Timestamp(MINUTE + 30 * SECOND)).is_ok());
}

#[test]
fn memory_is_bounded_and_a_flood_of_names_frees_nobody() {
    let mut throttle = Throttle::new();
    let size = |throttle: &Throttle| {
        [&throttle.names, &throttle.addresses, &throttle.known].map(|one| one.rows.capacity())
    };
    let before = size(&throttle);
    for from in 0..10 {
        drop(throttle.begin(&stranger("ann", from), Timestamp(0)));
    }
    for number in 0..100_000 {
        let name = format!("nobody{number}");
        drop(throttle.begin(&stranger(&name, 5000 + number), Timestamp(0)));
        if let Ok(charge) = throttle
            .begin(&Try { place: Place::Address, ..stranger(&name, 5000 + number) }, Timestamp(0))
        {
            throttle.succeeded(charge);
        }
    }
    assert!(wait(throttle.begin(&stranger("ann", 999), Timestamp(0))) > 0);
    assert_eq!(size(&throttle), before);
    assert_eq!(throttle.seen.len(), ROWS);
    let bytes = 3 * ROWS * size_of::<Count>() + ROWS * size_of::<u64>();
    assert!(bytes < 1 << 20, "{bytes}");
}

proptest! {
    /// However an attacker spreads the tries over time and addresses, in any quarter of an hour few get through.
    #[test]
    fn no_rhythm_beats_the_wait(pauses in proptest::collection::vec(0_i64..90 * SECOND, 1..400)) {
        let mut throttle = Throttle::new();
        let mut now = 0;
        let mut through = Vec::new();
        for (from, pause) in (0_u32..).zip(pauses) {
            now += pause;
            if throttle.begin(&stranger("ann", from), Timestamp(now)).is_ok() {
                through.push(now);
            }
        }
        for start in &through {
            let within = through.iter().filter(|at| (*start..start + 15 * MINUTE).contains(*at));
            prop_assert!(within.count() <= 10 + 3 * 15);
        }
    }

    #[test]
    fn any_time_and_name_is_borne(name: String, times: Vec<i64>) {
        let mut throttle = Throttle::new();
        for (from, now) in (0_u32..).zip(times) {
            if let Err(TeamError::TooManyTries { wait }) = throttle.begin(&stranger(&name, from), Timestamp(now)) {
                prop_assert!(wait.as_millis() <= LONGEST as u128);
            }
        }
    }
}
