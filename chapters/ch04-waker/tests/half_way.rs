//! A visit may end anywhere, and a shop as well: no garment is lost, and none is given twice.

mod clerk;
mod customers;

use ch04_waker::shop::Shop;
use clerk::{ask, ask_until, leave_little_room};
use customers::{Customer, door};
use ledger::Ledger;
use std::pin::pin;
use std::time::Duration;

/// How many coats there are, each with a long name: there is no room for all of them on the way to
/// somebody who does not listen.
const COATS: u64 = 1000;

/// Whoever leaves first.
#[derive(Clone, Copy, PartialEq)]
enum Leaves {
    Ann,
    TheShop,
}

/// Ann asks for all the coats, and listens to nothing. After so many polls somebody leaves. Gives
/// how many coats she has been given, to their last letter.
fn given_when(leaves: Leaves, polls: usize) -> u64 {
    let coat = "x".repeat(1000);
    let (door, addr) = door();
    leave_little_room(&door);
    let shop = Shop::new(Duration::ZERO);

    let ((), ledger) = ledger::record(|| {
        let mut serving = pin!(shop.serve(&door));
        let mut ben = Customer::enters(addr);
        for ticket in 1..=COATS {
            ben.says(format!("DROP {coat}\n"));
            ask_until(serving.as_mut(), || !ben.has_heard_nothing());
            assert_eq!(ben.hears(), format!("TICKET {ticket}"));
        }
        let mut ann = Customer::enters(addr);
        ann.says((1..=COATS).map(|t| format!("PICKUP {t}\n")).collect::<String>());
        ask_until(serving.as_mut(), || shop.customers() == 2);
        for _ in 0..polls {
            assert!(ask(serving.as_mut()).is_pending());
        }
        if leaves == Leaves::Ann {
            ann.vanishes();
            ask_until(serving.as_mut(), || shop.customers() == 1);
        }
    });

    // The same shop, with the door opened anew.
    let given = given(&ledger, &coat);
    let mut serving = pin!(shop.serve(&door));
    let mut cleo = Customer::enters(addr);
    for ticket in 1..=COATS {
        cleo.says(format!("STATUS {ticket}\n"));
        ask_until(serving.as_mut(), || !cleo.has_heard_nothing());
        let status = cleo.hears();
        if ticket <= given {
            assert_eq!(status, format!("ERROR ticket {ticket} has been picked up"));
        } else {
            assert_eq!(status, format!("STATUS {ticket} READY"));
        }
    }
    given
}

/// How many coats the kernel has taken whole.
fn given(ledger: &Ledger, coat: &str) -> u64 {
    let hers = ledger.by("customer 2").filter(|entry| entry.verb == "write");
    let mut sent: i64 = hers.iter().filter_map(|entry| entry.number("bytes")).sum();
    let mut given = 0;
    while sent > 0 && given < COATS {
        sent -= format!("READY {} {coat}\n", given + 1).len() as i64;
        given += u64::from(sent >= 0);
    }
    given
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_garment_that_cannot_be_handed_over_goes_back_on_the_rack() {
    let given = given_when(Leaves::Ann, 300);
    assert!((1..COATS).contains(&given), "{given} of {COATS}: there was room for all");
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_visit_dropped_after_any_number_of_polls_leaves_the_rack_whole() {
    for polls in [0, 1, 300] {
        let given = given_when(Leaves::TheShop, polls);
        assert!(given < COATS, "there was room for all");
    }
}
