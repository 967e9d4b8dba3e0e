//! What the shop promises its customers.

mod customers;
mod limit;

use ch02_readiness::net::TcpListener;
use ch02_readiness::shop::Shop;
use customers::{Customer, WATCHDOG, door};
use ledger::{Ledger, Recorder};
use std::io;
use std::net::SocketAddrV4;
use std::os::fd::{AsFd, AsRawFd};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than any test takes: a garment that is being cleaned stays so.
const LONG: Duration = Duration::from_secs(60 * 60);

/// A shop with a clerk in a thread of its own, and a ledger that tells what the clerk does.
struct Open {
    addr: SocketAddrV4,
    recorder: Recorder,
}

fn open(takes: Duration) -> Open {
    let recorder = Recorder::new();
    let _heard = recorder.enter();
    let (door, addr) = door();
    leave_little_room(&door);
    let mut shop = Shop::open(door, takes).unwrap();
    let heard = recorder.clone();
    thread::spawn(move || {
        let _heard = heard.enter();
        loop {
            shop.turn().unwrap();
        }
    });
    Open { addr, recorder }
}

/// Lets the kernel take few bytes for a customer who does not listen.
fn leave_little_room(door: &TcpListener) {
    let (fd, few) = (door.as_fd().as_raw_fd(), 4096);
    let size = size_of_val(&few) as libc::socklen_t;
    // SAFETY: the kernel reads `size` bytes at the pointer, and `few` outlives the call.
    let outcome = unsafe {
        let value = (&raw const few).cast();
        libc::setsockopt(fd, libc::SOL_SOCKET, libc::SO_SNDBUF, value, size)
    };
    assert_eq!(outcome, 0, "{}", io::Error::last_os_error());
}

impl Open {
    fn enters(&self) -> Customer {
        Customer::enters(self.addr)
    }

    /// Looks at the ledger again and again until it says so.
    fn until(&self, so: impl Fn(&Ledger) -> bool) {
        let start = Instant::now();
        while !so(&self.recorder.ledger()) {
            assert!(start.elapsed() < WATCHDOG, "{}", self.recorder.ledger());
            thread::yield_now();
        }
    }

    /// Sooner or later the clerk wakes up once for each question and for nothing else.
    fn wakes_only_for_who_talks(&self) {
        let mut customer = self.enters();
        let mut wake_ups = || {
            let before = self.recorder.ledger().count("unpark");
            for _ in 0..100 {
                assert_eq!(customer.asks("STATUS 0"), "ERROR there is no ticket 0");
            }
            self.recorder.ledger().count("unpark") - before
        };
        // What has happened before may still have to be told.
        let mut seen = Vec::new();
        while seen.last() != Some(&100) {
            assert!(seen.len() < 20, "wake-ups for 100 questions each: {seen:?}");
            seen.push(wake_ups());
        }
    }
}

/// Is the clerk waiting for somebody to listen?
fn is_kept_waiting(ledger: &Ledger) -> bool {
    ledger.iter().any(|e| e.verb == "rearm" && e.text("interest") == Some("write"))
}

#[test]
fn a_garment_comes_back_clean_and_not_early() {
    let takes = Duration::from_millis(20);
    let mut ann = open(takes).enters();
    let start = Instant::now();
    assert_eq!(ann.asks("DROP silk shirt"), "TICKET 1");
    assert_eq!(ann.asks("PICKUP 1"), "READY 1 silk shirt");
    assert!(start.elapsed() >= takes);
    assert_eq!(ann.asks("PICKUP 1"), "ERROR ticket 1 has been picked up");
    assert_eq!(ann.asks("PICKUP 2"), "ERROR there is no ticket 2");
}

#[test]
fn a_customer_can_ask_how_far_a_garment_is() {
    let mut ann = open(LONG).enters();
    assert_eq!(ann.asks("DROP silk shirt"), "TICKET 1");
    assert_eq!(ann.asks("STATUS 1"), "STATUS 1 CLEANING");
    let mut ben = open(Duration::ZERO).enters();
    assert_eq!(ben.asks("DROP wool coat"), "TICKET 1");
    assert_eq!(ben.asks("STATUS 1"), "STATUS 1 READY");
    assert_eq!(ben.asks("PICKUP 1"), "READY 1 wool coat");
    assert_eq!(ben.asks("STATUS 1"), "ERROR ticket 1 has been picked up");
}

#[test]
fn answers_come_in_the_order_of_the_lines_and_bye_is_the_last() {
    let mut ann = open(Duration::ZERO).enters();
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
    let mut ann = open(LONG).enters();
    b"DROP silk shirt\n".chunks(1).for_each(|byte| ann.says(byte));
    assert_eq!(ann.hears(), "TICKET 1");
}

#[test]
fn a_customer_who_says_no_more_hears_everything_and_half_a_line_is_no_request() {
    let mut ann = open(Duration::from_millis(20)).enters();
    ann.says("DROP shirt\nPICKUP 1\nDROP coat\nBYE");
    ann.says_no_more();
    assert_eq!(ann.hears_the_rest(), ["TICKET 1", "READY 1 shirt", "TICKET 2"]);
}

#[test]
fn a_hundred_customers_wait_and_the_next_one_is_served() {
    let shop = open(LONG);
    let mut waiting = [(); 100].map(|()| shop.enters());
    for (n, customer) in waiting.iter_mut().enumerate() {
        let ticket = n + 1;
        customer.says(format!("DROP sock\nPICKUP {ticket}\n"));
        assert_eq!(customer.hears(), format!("TICKET {ticket}"));
    }
    assert_eq!(shop.enters().asks("STATUS 100"), "STATUS 100 CLEANING");
    assert!(waiting.iter_mut().all(Customer::has_heard_nothing));
}

#[test]
fn a_hundred_customers_get_each_their_own_garment() {
    let shop = open(Duration::from_millis(20));
    let mut customers = [(); 100].map(|()| shop.enters());
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
    let shop = open(Duration::ZERO);
    let mut ann = shop.enters();
    ann.says("DROP silk shirt\nPICKUP 1\nBYE\n");
    assert_eq!(ann.hears_the_rest(), ["TICKET 1", "READY 1 silk shirt", "BYE"]);
    let mut ben = shop.enters();
    assert_eq!(ben.asks("PICKUP 1"), "ERROR ticket 1 has been picked up");
}

#[test]
fn of_two_customers_with_one_ticket_one_gets_the_garment() {
    let shop = open(Duration::from_millis(20));
    let [mut ann, mut ben] = [(); 2].map(|()| shop.enters());
    assert_eq!(ann.asks("DROP shirt"), "TICKET 1");
    ann.says("PICKUP 1\n");
    ben.says("PICKUP 1\n");
    let mut heard = [ann.hears(), ben.hears()];
    heard.sort();
    assert_eq!(heard, ["ERROR ticket 1 has been picked up", "READY 1 shirt"]);
}

#[test]
fn a_customer_who_vanishes_while_waiting_leaves_the_garment_and_is_forgotten() {
    let shop = open(LONG);
    let mut ann = shop.enters();
    ann.says("DROP silk shirt\nPICKUP 1\n");
    assert_eq!(ann.hears(), "TICKET 1");
    ann.vanishes();
    let mut ben = shop.enters();
    assert_eq!(ben.asks("STATUS 1"), "STATUS 1 CLEANING");
    // epoll tells of her unasked; kqueue does not, and she is forgotten when the shirt is clean.
    if cfg!(target_os = "linux") {
        shop.until(|ledger| ledger.count("close") == 1);
    }
    shop.wakes_only_for_who_talks();
}

#[test]
fn a_garment_that_cannot_be_handed_over_goes_back_on_the_rack() {
    let shop = open(Duration::ZERO);
    let coat = "x".repeat(1000);
    let mut ann = shop.enters();
    for ticket in 1..=1000 {
        assert_eq!(ann.asks(&format!("DROP {coat}")), format!("TICKET {ticket}"));
    }
    // He does not listen, so sooner or later there is no room for what he is told.
    let mut ben = shop.enters();
    ben.says((1..=1000).map(|ticket| format!("PICKUP {ticket}\n")).collect::<String>());
    shop.until(is_kept_waiting);
    ben.vanishes();
    shop.until(|ledger| ledger.count("close") == 1);

    let his = shop.recorder.ledger().by("customer 2").filter(|e| e.verb == "write");
    let mut sent: i64 = his.iter().filter_map(|entry| entry.number("bytes")).sum();
    for ticket in 1..=1000 {
        sent -= format!("READY {ticket} {coat}\n").len() as i64;
        let status = ann.asks(&format!("STATUS {ticket}"));
        if sent >= 0 {
            assert_eq!(status, format!("ERROR ticket {ticket} has been picked up"));
        } else {
            assert_eq!(status, format!("STATUS {ticket} READY"));
        }
    }
    assert!(sent < 0, "there was room for everything");
}

#[test]
fn a_customer_who_does_not_listen_keeps_nobody_waiting_and_hears_it_all_later() {
    let shop = open(Duration::ZERO);
    let coat = "x".repeat(1000);
    let says = (1..=2000).map(|ticket| format!("DROP {coat}\nPICKUP {ticket}\n"));
    let mut ann = shop.enters();
    let talking = ann.keeps_saying(says.collect());
    shop.until(is_kept_waiting);
    shop.wakes_only_for_who_talks();
    for ticket in 1..=2000 {
        assert_eq!(ann.hears(), format!("TICKET {ticket}"));
        assert_eq!(ann.hears(), format!("READY {ticket} {coat}"));
    }
    talking.join().unwrap();
}

#[test]
fn a_thousand_customers_who_say_nothing_wake_nobody() {
    limit::raise_to(2_200);
    let shop = open(LONG);
    let _idle: Vec<_> = (0..1000).map(|_| shop.enters()).collect();
    shop.wakes_only_for_who_talks();
}

#[test]
fn customers_who_wait_wake_nobody_even_if_they_talk_or_say_no_more() {
    let shop = open(LONG);
    let [mut ann, mut ben] = [(); 2].map(|()| shop.enters());
    ann.says("DROP shirt\nPICKUP 1\n");
    assert_eq!(ann.hears(), "TICKET 1");
    ann.says("DROP coat\n");
    ben.says("DROP sock\nPICKUP 2\n");
    assert_eq!(ben.hears(), "TICKET 2");
    ben.says_no_more();
    shop.wakes_only_for_who_talks();
    assert!(ann.has_heard_nothing() && ben.has_heard_nothing());
}
