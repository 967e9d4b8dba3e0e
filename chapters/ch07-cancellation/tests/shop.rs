//! What the shop promises its customers.

mod customers;

use customers::{Customer, open};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than any test takes: a garment that is being cleaned stays so.
const LONG: Duration = Duration::from_secs(60 * 60);

#[test]
fn a_garment_comes_back_clean_and_not_early() {
    for takes in [2, 20].map(Duration::from_millis) {
        let mut ann = Customer::enters(open(takes));
        let start = Instant::now();
        assert_eq!(ann.asks("DROP silk shirt"), "TICKET 1");
        assert_eq!(ann.asks("PICKUP 1"), "READY 1 silk shirt");
        assert!(start.elapsed() >= takes);
        assert_eq!(ann.asks("PICKUP 1"), "ERROR ticket 1 has been picked up");
        assert_eq!(ann.asks("PICKUP 2"), "ERROR there is no ticket 2");
    }
}

#[test]
fn a_customer_can_ask_how_far_a_garment_is() {
    let mut ann = Customer::enters(open(LONG));
    assert_eq!(ann.asks("DROP silk shirt"), "TICKET 1");
    assert_eq!(ann.asks("STATUS 1"), "STATUS 1 CLEANING");
    let mut ben = Customer::enters(open(Duration::ZERO));
    assert_eq!(ben.asks("DROP wool coat"), "TICKET 1");
    assert_eq!(ben.asks("STATUS 1"), "STATUS 1 READY");
    assert_eq!(ben.asks("PICKUP 1"), "READY 1 wool coat");
    assert_eq!(ben.asks("STATUS 1"), "ERROR ticket 1 has been picked up");
}

#[test]
fn answers_come_in_the_order_of_the_lines_and_bye_is_the_last() {
    let mut ann = Customer::enters(open(Duration::ZERO));
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
    let mut ann = Customer::enters(open(LONG));
    b"DROP silk shirt\n".chunks(1).for_each(|byte| ann.says(byte));
    assert_eq!(ann.hears(), "TICKET 1");
}

#[test]
fn a_customer_who_says_no_more_hears_everything_and_half_a_line_is_no_request() {
    let mut ann = Customer::enters(open(Duration::from_millis(20)));
    ann.says("DROP shirt\nPICKUP 1\nDROP coat\nBYE");
    ann.says_no_more();
    assert_eq!(ann.hears_the_rest(), ["TICKET 1", "READY 1 shirt", "TICKET 2"]);
}

#[test]
fn a_hundred_customers_wait_and_the_next_one_is_served() {
    let addr = open(LONG);
    let mut waiting = [(); 100].map(|()| Customer::enters(addr));
    for (n, customer) in waiting.iter_mut().enumerate() {
        let ticket = n + 1;
        customer.says(format!("DROP sock\nPICKUP {ticket}\n"));
        assert_eq!(customer.hears(), format!("TICKET {ticket}"));
    }
    assert_eq!(Customer::enters(addr).asks("STATUS 100"), "STATUS 100 CLEANING");
    assert!(waiting.iter_mut().all(Customer::has_heard_nothing));
}

#[test]
fn a_hundred_customers_get_each_their_own_garment() {
    let addr = open(Duration::from_millis(20));
    let mut customers = [(); 100].map(|()| Customer::enters(addr));
    for (n, customer) in customers.iter_mut().enumerate() {
        customer.says(format!("DROP garment {n}\n"));
    }
    let tickets = customers.each_mut().map(Customer::hears);
    for (customer, ticket) in customers.iter_mut().zip(&tickets) {
        customer.says(ticket.replace("TICKET", "PICKUP") + "\n");
    }
    for (n, (customer, ticket)) in customers.iter_mut().zip(&tickets).enumerate() {
        let ready = format!("{} garment {n}", ticket.replace("TICKET", "READY"));
        assert_eq!(customer.hears(), ready);
    }
}

#[test]
fn a_garment_that_was_handed_over_does_not_come_back() {
    let addr = open(Duration::ZERO);
    let mut ann = Customer::enters(addr);
    ann.says("DROP silk shirt\nPICKUP 1\nBYE\n");
    assert_eq!(ann.hears_the_rest(), ["TICKET 1", "READY 1 silk shirt", "BYE"]);
    let mut ben = Customer::enters(addr);
    assert_eq!(ben.asks("PICKUP 1"), "ERROR ticket 1 has been picked up");
}

#[test]
fn of_two_customers_with_one_ticket_one_gets_the_garment() {
    let addr = open(Duration::from_millis(20));
    let [mut ann, mut ben] = [(); 2].map(|()| Customer::enters(addr));
    assert_eq!(ann.asks("DROP shirt"), "TICKET 1");
    ann.says("PICKUP 1\n");
    ben.says("PICKUP 1\n");
    let mut heard = [ann.hears(), ben.hears()];
    heard.sort();
    assert_eq!(heard, ["ERROR ticket 1 has been picked up", "READY 1 shirt"]);
}

#[test]
fn a_customer_who_never_stops_talking_does_not_keep_others_waiting() {
    let addr = open(LONG);
    let flood = TcpStream::connect(addr).unwrap();
    let [mut talks, mut listens] = [(); 2].map(|()| flood.try_clone().unwrap());
    thread::spawn(move || while talks.write_all(&[b'\n'; 65_536]).is_ok() {});
    listens.read_exact(&mut [0]).unwrap();
    thread::spawn(move || io::copy(&mut listens, &mut io::sink()));

    let mut ann = Customer::enters(addr);
    for ticket in 1..=100 {
        assert_eq!(ann.asks("DROP sock"), format!("TICKET {ticket}"));
    }
    flood.shutdown(Shutdown::Both).unwrap();
}
