//! What the shop promises about notes and machines.

mod by_hand;
mod clients;
mod run;

use by_hand::ask;
use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::mpsc::channel;
use ch08_messages::semaphore::Semaphore;
use ch08_messages::shop::Shop;
use ch08_messages::shop::cleaning::clean;
use ch08_messages::timeout::timeout;
use ch08_messages::timer::sleep;
use clients::{Client, open_shop};
use run::in_time;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const ANY: usize = usize::MAX;

fn on_a_loop<F: Future>(work: F) -> F::Output {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(async {
        // By this clock, when nothing can go on any more, it is over at once.
        timeout(1000 * HOUR, work).await.expect("somebody waits for ever")
    })
}

#[test]
fn a_note_reaches_a_garment_in_the_machine_and_is_said_when_it_is_handed_over() {
    on_a_loop(async {
        let (_shop, addr) = open_shop(Shop::new(HOUR));
        let mut ann = Client::enters(addr).await;
        assert_eq!(ann.asks("DROP silk shirt").await, "TICKET 1");
        assert_eq!(ann.asks("NOTE 1 no perchloroethylene").await, "NOTED 1");
        assert_eq!(ann.asks("NOTE  1  no starch, please ").await, "NOTED 1");
        assert_eq!(ann.asks("STATUS 1").await, "STATUS 1 CLEANING");
        assert_eq!(
            ann.asks_and_waits("PICKUP 1").await,
            "READY 1 silk shirt (no perchloroethylene, no starch, please)"
        );
    });
}

#[test]
fn a_note_reaches_a_garment_that_waits_for_a_machine() {
    on_a_loop(async {
        let (_shop, addr) = open_shop(Shop::with(HOUR, 1, ANY));
        let mut ann = Client::enters(addr).await;
        assert_eq!(ann.asks("DROP silk shirt").await, "TICKET 1");
        assert_eq!(ann.asks("DROP wool coat").await, "TICKET 2");
        assert_eq!(ann.asks("NOTE 2 by hand").await, "NOTED 2");
        assert_eq!(ann.asks("STATUS 2").await, "STATUS 2 QUEUED");
        assert_eq!(ann.asks_and_waits("PICKUP 2").await, "READY 2 wool coat (by hand)");
        assert_eq!(ann.asks_and_waits("PICKUP 1").await, "READY 1 silk shirt");
    });
}

#[test]
fn anybody_who_knows_the_ticket_may_send_a_note() {
    on_a_loop(async {
        let (_shop, addr) = open_shop(Shop::new(HOUR));
        let (mut ann, mut ben) = (Client::enters(addr).await, Client::enters(addr).await);
        assert_eq!(ann.asks("DROP silk shirt").await, "TICKET 1");
        assert_eq!(ben.asks("NOTE 1 from Ben").await, "NOTED 1");
        assert_eq!(ann.asks_and_waits("PICKUP 1").await, "READY 1 silk shirt (from Ben)");
    });
}

#[test]
fn a_note_for_a_garment_that_is_not_being_cleaned_hears_why() {
    on_a_loop(async {
        let (_shop, addr) = open_shop(Shop::new(HOUR));
        let mut ann = Client::enters(addr).await;
        for ticket in 1..=4 {
            assert_eq!(ann.asks("DROP shirt").await, format!("TICKET {ticket}"));
        }
        assert_eq!(ann.asks("NOTE 9 x").await, "ERROR there is no ticket 9");
        assert_eq!(ann.asks("CANCEL 1").await, "CANCELLED 1");
        assert_eq!(ann.asks("NOTE 1 x").await, "ERROR ticket 1 has been cancelled");
        assert_eq!(ann.asks("HOLD 2 500ms").await, "HELD 2 500ms");
        assert_eq!(ann.asks_and_waits("PICKUP 3").await, "READY 3 shirt");
        assert_eq!(ann.asks("NOTE 2 x").await, "EXPIRED 2");
        assert_eq!(ann.asks("NOTE 3 x").await, "ERROR ticket 3 has been picked up");
        assert_eq!(ann.asks("NOTE 4 x").await, "ERROR ticket 4 is clean, it is too late");
        assert_eq!(ann.asks_and_waits("PICKUP 4").await, "READY 4 shirt");
    });
}

#[test]
fn a_note_that_makes_no_sense_hears_so() {
    on_a_loop(async {
        let (_shop, addr) = open_shop(Shop::new(HOUR));
        let mut ann = Client::enters(addr).await;
        assert_eq!(ann.asks("DROP shirt").await, "TICKET 1");
        assert_eq!(ann.asks("NOTE").await, "ERROR NOTE needs a ticket number");
        assert_eq!(ann.asks("NOTE shirt x").await, "ERROR NOTE needs a ticket number");
        assert_eq!(ann.asks("NOTE 1").await, "ERROR NOTE needs a note");
        assert_eq!(ann.asks("NOTE 1  ").await, "ERROR NOTE needs a note");
        assert_eq!(ann.asks("NOTES 1 x").await, "ERROR sorry, we do not do that here");
        assert_eq!(ann.asks_and_waits("PICKUP 1").await, "READY 1 shirt");
    });
}

#[test]
fn a_garment_heeds_eight_notes_and_no_more_and_they_keep_their_order() {
    on_a_loop(async {
        let (_shop, addr) = open_shop(Shop::new(HOUR));
        let mut ann = Client::enters(addr).await;
        assert_eq!(ann.asks("DROP shirt").await, "TICKET 1");
        // All at once: there is room for one in the channel, so the others wait for it.
        let notes: Vec<String> = (1..=10).map(|n| format!("NOTE 1 {n}")).collect();
        ann.says(&notes.join("\n")).await;
        for _ in 0..8 {
            assert_eq!(ann.hears().await, "NOTED 1");
        }
        for _ in 0..2 {
            let heard = ann.hears().await;
            assert_eq!(heard, "ERROR ticket 1 has as many notes as we heed");
        }
        assert_eq!(
            ann.asks_and_waits("PICKUP 1").await,
            "READY 1 shirt (1, 2, 3, 4, 5, 6, 7, 8)"
        );
    });
}

#[test]
fn many_who_send_notes_at_once_are_all_heard_or_told() {
    on_a_loop(async {
        let (_shop, addr) = open_shop(Shop::new(HOUR));
        let mut all = Vec::new();
        for _ in 0..20 {
            all.push(Client::enters(addr).await);
        }
        assert_eq!(all[0].asks("DROP shirt").await, "TICKET 1");
        for one in &mut all {
            one.says("NOTE 1 x").await;
        }
        let mut noted = 0;
        for one in &mut all {
            match one.hears().await.as_str() {
                "NOTED 1" => noted += 1,
                other => assert_eq!(other, "ERROR ticket 1 has as many notes as we heed"),
            }
        }
        assert_eq!(noted, 8);
        let ready = all[0].asks_and_waits("PICKUP 1").await;
        assert_eq!(ready, "READY 1 shirt (x, x, x, x, x, x, x, x)");
    });
}

/// Two notes come at once, and in the same turn something ends the cleaning, before the garment has
/// heeded the first. The second, which waits for that, is sent back.
fn note_and_end(end: &str, ends_first: bool, expected: &str) {
    on_a_loop(async {
        let (_shop, addr) = open_shop(Shop::new(HOUR));
        let (mut ann, mut ben) = (Client::enters(addr).await, Client::enters(addr).await);
        // The kernel may bring what they say in different turns. Then they try again.
        for ticket in 1..=200 {
            assert_eq!(ann.asks("DROP shirt").await, format!("TICKET {ticket}"));
            let status = ben.asks(&format!("STATUS {ticket}")).await;
            assert_eq!(status, format!("STATUS {ticket} CLEANING"));
            let end = format!("{end}\n").replace('#', &ticket.to_string());
            let notes = format!("NOTE {ticket} one\nNOTE {ticket} two");
            if ends_first {
                ben.says(end.trim()).await;
                ann.says(&notes).await;
            } else {
                ann.says(&notes).await;
                ben.says(end.trim()).await;
            }
            let heard = [ann.hears().await, ann.hears().await];
            ben.hears().await;
            let (noted, why) =
                (format!("NOTED {ticket}"), expected.replace('#', &ticket.to_string()));
            if heard == [noted.clone(), why.clone()] {
                return;
            }
            let apart = [[noted.clone(), noted], [why.clone(), why]];
            assert!(apart.contains(&heard), "after {end}: {heard:?}");
        }
        panic!("they never came in one turn");
    });
}

#[test]
fn a_note_that_waits_while_the_garment_is_cancelled_or_expires_hears_why() {
    note_and_end("CANCEL #", false, "ERROR ticket # has been cancelled");
    // Here a task does it, which has its first turn one turn later, before the garment has its.
    note_and_end("HOLD # 0ms", true, "EXPIRED #");
}

#[test]
fn a_note_that_was_accepted_in_the_turn_in_which_the_garment_is_clean_is_heeded() {
    on_a_loop(async {
        let (sender, receiver) = channel(1);
        let machines = Rc::new(Semaphore::new(1));
        let mut cleaning =
            Box::pin(clean(HOUR, Rc::clone(&machines), Rc::default(), receiver));
        assert!(ask(&mut cleaning, Waker::noop()).is_pending());
        sleep(HOUR).await;
        sender.try_send("by hand".to_owned()).unwrap();
        let heeded = Poll::Ready(vec!["by hand".to_owned()]);
        assert_eq!(ask(&mut cleaning, Waker::noop()), heeded);
        assert_eq!(machines.available_permits(), 1);
        assert!(sender.is_closed());
    });
}

#[test]
fn with_one_machine_garments_are_cleaned_one_by_one_in_the_order_in_which_they_came() {
    on_a_loop(async {
        let (_shop, addr) = open_shop(Shop::with(HOUR, 1, ANY));
        let mut ann = Client::enters(addr).await;
        let start = now();
        ann.says("DROP shirt\nDROP coat\nDROP hat\nSTATUS 1\nSTATUS 2\nSTATUS 3").await;
        for ticket in 1..=3 {
            assert_eq!(ann.hears().await, format!("TICKET {ticket}"));
        }
        // None of them has had its first turn yet.
        for ticket in 1..=3 {
            assert_eq!(ann.hears().await, format!("STATUS {ticket} QUEUED"));
        }
        for (ticket, status) in [(1, "CLEANING"), (2, "QUEUED"), (3, "QUEUED")] {
            let said = format!("STATUS {ticket} {status}");
            assert_eq!(ann.asks(&format!("STATUS {ticket}")).await, said);
        }
        assert_eq!(ann.asks_and_waits("PICKUP 1").await, "READY 1 shirt");
        assert_eq!(ann.asks("STATUS 2").await, "STATUS 2 CLEANING");
        assert_eq!(ann.asks("STATUS 3").await, "STATUS 3 QUEUED");
        assert_eq!(ann.asks_and_waits("PICKUP 3").await, "READY 3 hat");
        assert!(now() - start >= 3 * HOUR, "two were in one machine");
        assert_eq!(ann.asks("STATUS 2").await, "STATUS 2 READY");
    });
}

#[test]
fn so_many_machines_clean_so_many_garments_at_once() {
    on_a_loop(async {
        let (_shop, addr) = open_shop(Shop::with(HOUR, 3, ANY));
        let mut ann = Client::enters(addr).await;
        for ticket in 1..=7 {
            assert_eq!(ann.asks("DROP shirt").await, format!("TICKET {ticket}"));
        }
        for hour in 1..=3 {
            let mut counts = [0; 3];
            for ticket in 1..=7 {
                let said = ann.asks(&format!("STATUS {ticket}")).await;
                let status = said.rsplit(' ').next().unwrap();
                let known = ["READY", "CLEANING", "QUEUED"];
                counts[known.iter().position(|known| *known == status).unwrap()] += 1;
            }
            let expected = [[0, 3, 4], [3, 3, 1], [6, 1, 0]][hour - 1];
            assert_eq!(counts, expected, "in hour {hour}");
            sleep(HOUR).await;
        }
    });
}

#[test]
fn a_garment_that_is_cancelled_in_line_or_in_the_machine_lets_the_next_one_in() {
    on_a_loop(async {
        let (_shop, addr) = open_shop(Shop::with(HOUR, 1, ANY));
        let mut ann = Client::enters(addr).await;
        for ticket in 1..=4 {
            assert_eq!(ann.asks("DROP shirt").await, format!("TICKET {ticket}"));
        }
        let start = now();
        assert_eq!(ann.asks("CANCEL 2").await, "CANCELLED 2");
        assert_eq!(ann.asks("CANCEL 1").await, "CANCELLED 1");
        // The third has been given the machine, perhaps before its turn; and it goes, too.
        assert_eq!(ann.asks("CANCEL 3").await, "CANCELLED 3");
        assert_eq!(ann.asks_and_waits("PICKUP 4").await, "READY 4 shirt");
        assert!(now() - start < 2 * HOUR, "it waited for a machine that was free");
        for ticket in 1..=3 {
            let status = ann.asks(&format!("STATUS {ticket}")).await;
            assert_eq!(status, format!("STATUS {ticket} CANCELLED"));
        }
    });
}

#[test]
fn a_garment_that_expires_in_line_lets_the_next_one_in() {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(in_time(async {
        let (_shop, addr) = open_shop(Shop::with(Duration::from_secs(2), 1, ANY));
        let mut ann = Client::enters(addr).await;
        for ticket in 1..=3 {
            assert_eq!(ann.asks("DROP shirt").await, format!("TICKET {ticket}"));
        }
        assert_eq!(ann.asks("HOLD 2 1s").await, "HELD 2 1s");
        assert_eq!(ann.asks_and_waits("PICKUP 2").await, "EXPIRED 2");
        assert_eq!(ann.asks_and_waits("PICKUP 3").await, "READY 3 shirt");
        assert_eq!(ann.asks_and_waits("PICKUP 1").await, "READY 1 shirt");
        assert_eq!(ann.asks("STATUS 2").await, "STATUS 2 EXPIRED");
    }));
}
