//! "Cancel it!", and "how long will you hold on to it?", at the counter.

mod clients;
mod customers;
mod run;

use ch08_messages::both::join;
use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::timer::{sleep, sleep_until};
use ch08_messages::yield_now::yield_now;
use clients::{Client, open, until_inside};
use customers::Customer;
use ledger::{Ledger, Recorder};
use std::net::SocketAddrV4;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// Does this in a shop, by a virtual clock, with two customers who have each brought something.
fn with_two<F: Future<Output = ()>>(what: impl FnOnce(Client, Client) -> F) {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(async {
        let (_shop, addr) = open(MINUTE);
        let [mut ann, mut ben] = [enters(addr).await, enters(addr).await];
        assert_eq!(ann.asks("DROP silk shirt").await, "TICKET 1");
        assert_eq!(ben.asks("DROP wool coat").await, "TICKET 2");
        what(ann, ben).await;
    });
}

async fn enters(addr: SocketAddrV4) -> Client {
    Client::enters(addr).await
}

/// How many timers were given up before they came due.
fn given_up(ledger: &Ledger) -> usize {
    ledger.iter().filter(|e| e.verb == "disarm" && e.number("timer").is_some()).count()
}

/// How many timers are set.
fn left(ledger: &Ledger) -> usize {
    ledger.count("timer") - ledger.count("due") - given_up(ledger)
}

#[test]
fn a_ticket_that_is_cancelled_is_so_for_everybody_and_for_ever() {
    with_two(async |mut ann, mut ben| {
        assert_eq!(ann.asks("CANCEL 1").await, "CANCELLED 1");
        for _ in 0..2 {
            for client in [&mut ann, &mut ben] {
                let error = "ERROR ticket 1 has been cancelled";
                assert_eq!(client.asks("STATUS 1").await, "STATUS 1 CANCELLED");
                assert_eq!(client.asks("PICKUP 1").await, error);
                assert_eq!(client.asks("CANCEL 1").await, error);
                assert_eq!(client.asks("HOLD 1 5m").await, error);
                // The other ticket is another matter.
                assert!(client.asks("STATUS 2").await.starts_with("STATUS 2 "));
            }
            sleep(10 * MINUTE).await;
        }
        assert_eq!(ann.asks("DROP hat").await, "TICKET 3");
    });
}

#[test]
fn anybody_who_knows_the_number_may_cancel() {
    with_two(async |mut ann, mut ben| {
        assert_eq!(ben.asks("CANCEL 1").await, "CANCELLED 1");
        assert_eq!(ann.asks("PICKUP 1").await, "ERROR ticket 1 has been cancelled");
    });
}

#[test]
fn there_is_nothing_to_cancel_when_it_is_clean_picked_up_or_was_never_there() {
    with_two(async |mut ann, mut ben| {
        assert_eq!(ann.asks("CANCEL 3").await, "ERROR there is no ticket 3");
        assert_eq!(ann.asks("CANCEL 0").await, "ERROR there is no ticket 0");
        sleep(2 * MINUTE).await;
        let error = "ERROR ticket 1 is clean, it is too late";
        assert_eq!(ann.asks("CANCEL 1").await, error);
        // And it is still there.
        assert_eq!(ann.asks("STATUS 1").await, "STATUS 1 READY");
        assert_eq!(ann.asks("PICKUP 1").await, "READY 1 silk shirt");
        let error = "ERROR ticket 1 has been picked up";
        assert_eq!(ben.asks("CANCEL 1").await, error);
        assert_eq!(ben.asks("HOLD 1 5m").await, error);
    });
}

#[test]
fn whoever_waits_for_a_garment_hears_at_once_that_it_was_cancelled() {
    with_two(async |mut ann, mut ben| {
        ann.says("STATUS 1\nPICKUP 1\nSTATUS 2").await;
        assert_eq!(ann.hears().await, "STATUS 1 CLEANING");
        let start = now();
        assert_eq!(ben.asks("CANCEL 1").await, "CANCELLED 1");
        assert_eq!(ann.hears().await, "ERROR ticket 1 has been cancelled");
        assert_eq!(ann.hears().await, "STATUS 2 CLEANING");
        assert_eq!(now(), start);
    });
}

#[test]
fn everybody_who_waits_hears_of_it() {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(async {
        let (shop, addr) = open(MINUTE);
        let mut ben = enters(addr).await;
        assert_eq!(ben.asks("DROP silk shirt").await, "TICKET 1");
        assert_eq!(ben.asks("DROP wool coat").await, "TICKET 2");
        assert_eq!(ben.asks("HOLD 2 1s").await, "HELD 2 1s");
        let start = now();
        let mut waiting = Vec::new();
        for n in 0..20 {
            let mut client = enters(addr).await;
            client.says(&format!("STATUS 1\nPICKUP {}", n % 2 + 1)).await;
            assert_eq!(client.hears().await, "STATUS 1 CLEANING");
            waiting.push(client);
        }
        // Some leave, and are nobody's business any more.
        waiting.truncate(15);
        assert_eq!(ben.asks("CANCEL 1").await, "CANCELLED 1");
        for (n, client) in waiting.iter_mut().enumerate() {
            if n % 2 == 0 {
                assert_eq!(client.hears().await, "ERROR ticket 1 has been cancelled");
            }
        }
        assert_eq!(now(), start);
        for (n, client) in waiting.iter_mut().enumerate() {
            if n % 2 == 1 {
                assert_eq!(client.hears_later().await, "EXPIRED 2");
            }
        }
        assert_eq!(now(), start + MINUTE / 60);
        drop(waiting);
        until_inside(&shop, 1).await;
    });
}

#[test]
fn a_garment_that_is_held_on_to_is_there_until_then_and_not_a_moment_longer() {
    with_two(async |mut ann, mut ben| {
        let start = now();
        assert_eq!(ann.asks("HOLD 1 5m").await, "HELD 1 5m");
        assert_eq!(ben.asks("HOLD 2 300s").await, "HELD 2 300s");
        sleep_until(start + 5 * MINUTE - Duration::from_nanos(1)).await;
        assert_eq!(ann.asks("STATUS 1").await, "STATUS 1 READY");
        assert_eq!(ann.asks("PICKUP 1").await, "READY 1 silk shirt");
        sleep_until(start + 6 * MINUTE).await;
        assert_eq!(ben.asks("PICKUP 2").await, "EXPIRED 2");
        for _ in 0..2 {
            assert_eq!(ben.asks("STATUS 2").await, "STATUS 2 EXPIRED");
            assert_eq!(ben.asks("CANCEL 2").await, "EXPIRED 2");
            assert_eq!(ben.asks("HOLD 2 5m").await, "EXPIRED 2");
            assert_eq!(ann.asks("PICKUP 2").await, "EXPIRED 2");
            sleep(10 * MINUTE).await;
        }
        // What was picked up does not expire.
        assert_eq!(ann.asks("PICKUP 1").await, "ERROR ticket 1 has been picked up");
        assert_eq!(ann.asks("STATUS 1").await, "ERROR ticket 1 has been picked up");
    });
}

#[test]
fn without_a_word_a_garment_is_held_on_to_for_ever() {
    with_two(async |mut ann, _ben| {
        sleep(365 * 24 * 60 * MINUTE).await;
        assert_eq!(ann.asks("PICKUP 1").await, "READY 1 silk shirt");
    });
}

#[test]
fn a_garment_may_expire_while_it_is_being_cleaned_and_whoever_waits_hears_it_then() {
    with_two(async |mut ann, mut ben| {
        let start = now();
        assert_eq!(ann.asks("HOLD 1 30s").await, "HELD 1 30s");
        assert_eq!(ann.asks_and_waits("PICKUP 1").await, "EXPIRED 1");
        assert_eq!(now(), start + MINUTE / 2);
        assert_eq!(ben.asks("STATUS 1").await, "STATUS 1 EXPIRED");
        assert_eq!(ben.asks_and_waits("PICKUP 2").await, "READY 2 wool coat");
    });
}

#[test]
fn the_last_word_counts_whether_it_is_sooner_or_later() {
    with_two(async |mut ann, mut ben| {
        let start = now();
        assert_eq!(ann.asks("HOLD 1 2m").await, "HELD 1 2m");
        assert_eq!(ben.asks("HOLD 1 10m").await, "HELD 1 10m");
        assert_eq!(ann.asks("HOLD 2 10m").await, "HELD 2 10m");
        assert_eq!(ben.asks("HOLD 2 2m").await, "HELD 2 2m");
        sleep_until(start + 3 * MINUTE).await;
        assert_eq!(ann.asks("STATUS 1").await, "STATUS 1 READY");
        assert_eq!(ann.asks("STATUS 2").await, "STATUS 2 EXPIRED");
        // The time runs from when it was said.
        assert_eq!(ann.asks("HOLD 1 10m").await, "HELD 1 10m");
        sleep_until(start + 12 * MINUTE).await;
        assert_eq!(ann.asks("STATUS 1").await, "STATUS 1 READY");
        sleep_until(start + 14 * MINUTE).await;
        assert_eq!(ann.asks("STATUS 1").await, "STATUS 1 EXPIRED");
    });
}

#[test]
fn no_time_at_all_and_a_time_that_nobody_lives_to_see() {
    with_two(async |mut ann, mut ben| {
        assert_eq!(ann.asks("HOLD 1 0s").await, "HELD 1 0s");
        assert_eq!(ann.asks("STATUS 1").await, "STATUS 1 EXPIRED");
        let words = ["4294967295h", "4294967295ms", "0000000001m", "4294967295h"];
        for time in words {
            let held = format!("HELD 2 {time}");
            assert_eq!(ben.asks(&format!("HOLD 2 {time}")).await, held);
        }
        sleep(1000 * MINUTE).await;
        assert_eq!(ben.asks("PICKUP 2").await, "READY 2 wool coat");
    });
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn nothing_is_left_of_a_garment_that_was_cancelled_has_expired_or_was_picked_up() {
    type Story = &'static [(&'static str, &'static str)];
    let stories: [(Story, usize); 6] = [
        (&[("CANCEL 1", "CANCELLED 1")], 1),
        (&[("HOLD 1 5m", "HELD 1 5m"), ("CANCEL 1", "CANCELLED 1")], 2),
        // It expires first, and is cleaned no more.
        (&[("HOLD 1 30s", "HELD 1 30s"), ("PICKUP 1", "EXPIRED 1")], 1),
        // It is picked up, and need not expire.
        (&[("HOLD 1 5m", "HELD 1 5m"), ("PICKUP 1", "READY 1 shirt")], 1),
        (
            &[
                ("HOLD 1 5m", "HELD 1 5m"),
                ("HOLD 1 7m", "HELD 1 7m"),
                ("HOLD 1 6m", "HELD 1 6m"),
                ("PICKUP 1", "READY 1 shirt"),
            ],
            3,
        ),
        (&[("PICKUP 1", "READY 1 shirt")], 0),
    ];
    for (story, timers_given_up) in stories {
        let recorder = Recorder::new();
        let _recording = recorder.enter();
        EventLoop::with_clock(Clock::Virtual).unwrap().block_on(async {
            let (_shop, addr) = open(MINUTE);
            let mut ann = enters(addr).await;
            assert_eq!(ann.asks("DROP shirt").await, "TICKET 1");
            for (says, hears) in story {
                assert_eq!(ann.asks_and_waits(says).await, *hears);
            }
            // The aborted have their last turn.
            yield_now().await;
            yield_now().await;
            let ledger = recorder.ledger();
            assert_eq!(given_up(&ledger), timers_given_up, "{ledger}");
            assert_eq!(left(&ledger), 0, "{ledger}");
        });
    }
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_ticket_that_is_held_on_to_a_thousand_times_has_one_timer() {
    let recorder = Recorder::new();
    let _recording = recorder.enter();
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(async {
        let (_shop, addr) = open(MINUTE);
        let mut ann = enters(addr).await;
        assert_eq!(ann.asks("DROP shirt").await, "TICKET 1");
        for _ in 0..1000 {
            assert_eq!(ann.asks("HOLD 1 5m").await, "HELD 1 5m");
        }
        yield_now().await;
        let ledger = recorder.ledger();
        // That, and the one of the cleaning.
        assert_eq!(left(&ledger), 2);
        assert!(ledger.count("timer") > 900);
    });
}

#[test]
fn a_garment_that_expires_in_somebodys_hands_is_theirs_if_they_take_it() {
    // The rack's own tests say what happens if they do not.
    with_two(async |mut ann, mut ben| {
        // It is clean in the very turn in which it expires.
        assert_eq!(ann.asks("HOLD 1 60s").await, "HELD 1 60s");
        let (heard, ()) = join(ann.asks_and_waits("PICKUP 1"), sleep(5 * MINUTE)).await;
        let either = ["READY 1 silk shirt", "EXPIRED 1"];
        assert!(either.contains(&heard.as_str()), "{heard}");
        let after = ben.asks("STATUS 1").await;
        let picked_up = "ERROR ticket 1 has been picked up";
        let told = if heard == either[0] { picked_up } else { "STATUS 1 EXPIRED" };
        assert_eq!(after, told);
    });
}

#[test]
fn customers_who_cancel_and_vanish_disturb_nobody() {
    let addr = customers::open(Duration::from_secs(3600));
    let mut ann = Customer::enters(addr);
    for round in 0..50 {
        let ticket = 2 * round + 1;
        assert_eq!(ann.asks("DROP shirt"), format!("TICKET {ticket}"));
        assert_eq!(ann.asks("DROP coat"), format!("TICKET {}", ticket + 1));
        let [mut ben, mut cleo] = [(); 2].map(|()| Customer::enters(addr));
        cleo.says(format!("STATUS {ticket}\nPICKUP {ticket}\n"));
        assert_eq!(cleo.hears(), format!("STATUS {ticket} CLEANING"));
        ben.says(format!("HOLD {ticket} 1h\nCANCEL {ticket}\nPICKUP {}\n", ticket + 1));
        ben.vanishes();
        // Either Ben was heard, or he was not.
        let outcome = ann.asks(&format!("CANCEL {ticket}"));
        let either = [
            format!("CANCELLED {ticket}"),
            format!("ERROR ticket {ticket} has been cancelled"),
        ];
        assert!(either.contains(&outcome), "{outcome}");
        assert_eq!(cleo.hears(), either[1]);
        let status = format!("STATUS {}", ticket + 1);
        assert_eq!(ann.asks(&status), format!("{status} CLEANING"));
    }
}

#[test]
fn nonsense_about_times_and_numbers_is_answered() {
    let mut ann = Customer::enters(customers::open(Duration::from_secs(3600)));
    assert_eq!(ann.asks("DROP shirt"), "TICKET 1");
    for time in
        ["", " ", " 5", " s", " -5s", " 1.5h", " 5 s", " 5S", " 5d", " 4294967296s"]
    {
        let error = "ERROR HOLD needs a time, such as 30s or 5m";
        assert_eq!(ann.asks(&format!("HOLD 1{time}")), error, "{time:?}");
    }
    for ticket in ["", " ", " 5m", " one 5m", " -1 5m", " 18446744073709551616 5m"] {
        let error = "ERROR HOLD needs a ticket number";
        assert_eq!(ann.asks(&format!("HOLD{ticket}")), error, "{ticket:?}");
    }
    for ticket in ["", " shirt", " 1 2", " 1s"] {
        let error = "ERROR CANCEL needs a ticket number";
        assert_eq!(ann.asks(&format!("CANCEL{ticket}")), error, "{ticket:?}");
    }
    assert_eq!(ann.asks("STATUS 1"), "STATUS 1 CLEANING");
}
