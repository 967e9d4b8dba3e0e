//! What the shop promises its customers.

mod customers;

use ch01_blocking::shop::Shop;
use customers::{Customer, door};
use std::io::Write;
use std::net::SocketAddrV4;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// Longer than any test takes: a garment that is being cleaned stays so.
const LONG: Duration = Duration::from_secs(60 * 60);

fn one_clerk(takes: Duration) -> SocketAddrV4 {
    let (door, addr) = door();
    thread::spawn(move || Shop::new(takes).one_clerk(&door));
    addr
}

fn thread_per_customer(takes: Duration) -> SocketAddrV4 {
    let (door, addr) = door();
    thread::spawn(move || Arc::new(Shop::new(takes)).thread_per_customer(&door));
    addr
}

#[test]
fn a_garment_comes_back_clean_and_not_early() {
    for takes in [2, 20].map(Duration::from_millis) {
        let mut ann = Customer::enters(one_clerk(takes));
        let start = Instant::now();
        assert_eq!(ann.asks("DROP silk shirt"), "TICKET 1");
        assert_eq!(ann.asks("PICKUP 1"), "READY 1 silk shirt");
        assert!(start.elapsed() >= takes);
        assert_eq!(ann.asks("PICKUP 1"), "ERROR ticket 1 has been picked up");
        assert_eq!(ann.asks("PICKUP 2"), "ERROR there is no ticket 2");
    }
}

#[test]
fn answers_come_in_the_order_of_the_lines_and_bye_is_the_last() {
    let mut ann = Customer::enters(one_clerk(Duration::ZERO));
    ann.says("DROP shirt\nDROP coat\r\nPICKUP 2\nPICKUP\n\nPICKUP 1\nBYE\nDROP sock\n");
    let answers = [
        "TICKET 1",
        "TICKET 2",
        "READY 2 coat",
        "ERROR PICKUP needs a ticket number",
        "ERROR sorry, we do not do that here",
        "READY 1 shirt",
        "BYE",
    ];
    assert_eq!(ann.hears_the_rest(), answers);
}

#[test]
fn a_line_may_come_a_byte_at_a_time() {
    let mut ann = Customer::enters(one_clerk(LONG));
    b"DROP silk shirt\n".chunks(1).for_each(|byte| ann.says(byte));
    assert_eq!(ann.hears(), "TICKET 1");
}

#[test]
fn a_customer_who_says_no_more_hears_everything_and_half_a_line_is_no_request() {
    let mut ann = Customer::enters(one_clerk(Duration::from_millis(20)));
    ann.says("DROP shirt\nPICKUP 1\nDROP coat\nBYE");
    ann.says_no_more();
    assert_eq!(ann.hears_the_rest(), ["TICKET 1", "READY 1 shirt", "TICKET 2"]);
}

#[test]
fn a_customer_may_say_thousands_of_lines_and_hears_an_answer_to_each() {
    let mut ann = Customer::enters(one_clerk(Duration::ZERO));
    let coat = "x".repeat(1000);
    let says = (1..=2000).map(|ticket| format!("DROP {coat}\nPICKUP {ticket}\n"));
    let talking = ann.keeps_saying(says.collect());
    for ticket in 1..=2000 {
        assert_eq!(ann.hears(), format!("TICKET {ticket}"));
        assert_eq!(ann.hears(), format!("READY {ticket} {coat}"));
    }
    talking.join().unwrap();
}

#[test]
fn one_clerk_serves_the_second_customer_after_the_first_has_left() {
    let addr = one_clerk(LONG);
    let mut ann = Customer::enters(addr);
    assert_eq!(ann.asks("DROP shirt"), "TICKET 1");
    let mut ben = Customer::enters(addr);
    ben.says("DROP coat\n");
    for ticket in 2..100 {
        assert_eq!(ann.asks("DROP sock"), format!("TICKET {ticket}"));
    }
    assert!(ben.has_heard_nothing());
    assert_eq!(ann.asks("BYE"), "BYE");
    assert_eq!(ben.hears(), "TICKET 100");
}

#[test]
fn one_clerk_outlives_a_customer_who_vanishes() {
    let addr = one_clerk(LONG);
    let mut ann = Customer::enters(addr);
    assert_eq!(ann.asks("DROP shirt"), "TICKET 1");
    ann.vanishes();
    assert_eq!(Customer::enters(addr).asks("DROP coat"), "TICKET 2");
}

#[test]
fn a_clerk_for_every_customer_serves_one_while_another_waits() {
    let addr = thread_per_customer(LONG);
    let mut ann = Customer::enters(addr);
    assert_eq!(ann.asks("DROP shirt"), "TICKET 1");
    ann.says("PICKUP 1\n");
    let mut ben = Customer::enters(addr);
    assert_eq!(ben.asks("DROP coat"), "TICKET 2");
    let mut cat = Customer::enters(addr);
    assert_eq!(cat.asks("DROP sock"), "TICKET 3");
    assert_eq!(ben.asks("DROP sock"), "TICKET 4");
    assert!(ann.has_heard_nothing());
}

#[test]
fn a_garment_that_was_handed_over_does_not_come_back() {
    let addr = one_clerk(Duration::ZERO);
    let mut ann = Customer::enters(addr);
    ann.says("DROP silk shirt\nPICKUP 1\nBYE\n");
    assert_eq!(ann.hears_the_rest(), ["TICKET 1", "READY 1 silk shirt", "BYE"]);
    let mut ben = Customer::enters(addr);
    assert_eq!(ben.asks("PICKUP 1"), "ERROR ticket 1 has been picked up");
}

#[test]
fn of_two_customers_with_one_ticket_one_gets_the_garment() {
    let addr = thread_per_customer(Duration::from_millis(20));
    let [mut ann, mut ben] = [(); 2].map(|()| Customer::enters(addr));
    assert_eq!(ann.asks("DROP shirt"), "TICKET 1");
    ann.says("PICKUP 1\n");
    ben.says("PICKUP 1\n");
    let mut heard = [ann.hears(), ben.hears()];
    heard.sort();
    assert_eq!(heard, ["ERROR ticket 1 has been picked up", "READY 1 shirt"]);
}

#[test]
fn a_garment_that_cannot_be_handed_over_goes_back_on_the_rack() {
    let (door, addr) = door();
    let shop = Shop::new(Duration::ZERO);
    let mut ann = Customer::enters(addr);
    ann.says("DROP silk shirt\nBYE\n");
    shop.serve(&door.accept().unwrap());

    let mut ben = Customer::enters(addr);
    let mut line = &door.accept().unwrap();
    ben.says("PICKUP 1\n");
    ben.vanishes();
    // Once that is known here, nothing can be said to him; what he said can still be read.
    while line.write(b"").is_ok() {
        thread::yield_now();
    }
    shop.serve(line);

    let mut cat = Customer::enters(addr);
    cat.says("PICKUP 1\nBYE\n");
    shop.serve(&door.accept().unwrap());
    assert_eq!(cat.hears(), "READY 1 silk shirt");
}
