//! A garment in one clerk's hands, wanted by another customer. A test program of its own: its
//! ledger hears every thread.

mod customers;

use ch01_blocking::shop::Shop;
use customers::{Customer, door};
use ledger::Recorder;
use std::io::Write;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// More garments, with names as long as can be, than the kernel keeps for who does not listen.
const GARMENTS: usize = 9_000;

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn who_asks_for_a_garment_in_a_clerks_hands_gets_it_if_it_comes_back() {
    let recorder = Recorder::new();
    recorder.install().unwrap();
    let (door, addr) = door();
    thread::spawn(move || Arc::new(Shop::new(Duration::ZERO)).thread_per_customer(&door));

    let mut ann = Customer::enters(addr);
    let name = "x".repeat(1_000);
    let dropping = ann.keeps_saying(format!("DROP {name}\n").repeat(GARMENTS));
    for ticket in 1..=GARMENTS {
        assert_eq!(ann.hears(), format!("TICKET {ticket}"));
    }
    dropping.join().unwrap();
    ann.keeps_asking_and_never_listens(
        (1..=GARMENTS).map(|n| format!("PICKUP {n}\n")).collect(),
    );

    // While the clerk still gets on with Ann, no thousand others are served without a word to her;
    // and until she has asked, the clerk waits for her with empty hands.
    let mut carl = Customer::enters(addr);
    let mut rests = || {
        let anns = || recorder.ledger().by("customer 1");
        for _ in 0..1_000 {
            let before = anns().count("write");
            for _ in 0..1_000 {
                carl.asks("?");
            }
            let anns = anns();
            let last = anns.entries().last().cloned().expect("the clerk has heard Ann");
            if let (true, Some(ticket)) =
                (anns.count("write") == before, last.number("ticket"))
            {
                return ticket;
            }
        }
        panic!("the clerk never stands still with a garment");
    };
    let in_hands = rests();
    let mut ben = Customer::enters(addr);
    assert!(ben.asks("?").starts_with("ERROR sorry"));
    ben.says(format!("PICKUP {in_hands}\n"));
    assert_eq!(rests(), in_hands, "the clerk still stands there with it");
    assert!(ben.has_heard_nothing(), "nobody knows yet whose it is");
    ann.vanishes();
    assert_eq!(ben.hears(), format!("READY {in_hands} {name}"));
}

impl Customer {
    fn keeps_asking_and_never_listens(&self, words: String) {
        let mut line = self.line().try_clone().unwrap();
        // When she has vanished, what is left to say is of no interest.
        thread::spawn(move || line.write_all(words.as_bytes()));
    }
}
