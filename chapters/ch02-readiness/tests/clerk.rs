//! What the clerk does, and does not do, as the ledger tells it.

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
        loop {
            let ledger = self.recorder.ledger();
            if so(&ledger) {
                return;
            }
            // A clerk who never rests would fill the memory before a minute is over.
            let in_vain = start.elapsed() > WATCHDOG || ledger.len() > 200_000;
            assert!(!in_vain, "{} entries, and it does not say so", ledger.len());
            thread::yield_now();
        }
    }

    fn wake_ups(&self) -> usize {
        self.recorder.ledger().count("unpark")
    }

    /// Sooner or later the clerk sleeps through a thousand questions to the shop next door.
    fn rests(&self) {
        let mut next_door = open(LONG).enters();
        let mut woken = Vec::new();
        while woken.last() != Some(&0) {
            assert!(woken.len() < 5, "woken with nothing to do: {woken:?} times");
            let before = self.wake_ups();
            for _ in 0..1000 {
                assert_eq!(next_door.asks("STATUS 0"), "ERROR there is no ticket 0");
            }
            woken.push(self.wake_ups() - before);
        }
    }
}

/// Is the clerk waiting for somebody to listen?
fn is_kept_waiting(ledger: &Ledger) -> bool {
    ledger.iter().any(|e| e.verb == "rearm" && e.text("interest") == Some("write"))
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_customer_who_vanishes_while_waiting_leaves_the_garment_and_is_forgotten() {
    let shop = open(LONG);
    let mut ann = shop.enters();
    ann.says("DROP silk shirt\nPICKUP 1\n");
    assert_eq!(ann.hears(), "TICKET 1");
    ann.vanishes();
    let mut ben = shop.enters();
    assert_eq!(ben.asks("STATUS 1"), "STATUS 1 CLEANING");
    // epoll tells of her unasked; with kqueue she is forgotten when the shirt is clean.
    if cfg!(target_os = "linux") {
        shop.until(|ledger| ledger.count("close") == 1);
    }
    shop.rests();
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
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
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_customer_who_does_not_listen_keeps_nobody_waiting_and_hears_it_all_later() {
    let shop = open(Duration::ZERO);
    let coat = "x".repeat(1000);
    let says = (1..=2000).map(|ticket| format!("DROP {coat}\nPICKUP {ticket}\n"));
    let mut ann = shop.enters();
    let talking = ann.keeps_saying(says.collect());
    shop.until(is_kept_waiting);
    shop.rests();
    assert_eq!(shop.enters().asks("STATUS 0"), "ERROR there is no ticket 0");
    for ticket in 1..=2000 {
        assert_eq!(ann.hears(), format!("TICKET {ticket}"));
        assert_eq!(ann.hears(), format!("READY {ticket} {coat}"));
    }
    talking.join().unwrap();
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_question_wakes_the_clerk_once_and_a_thousand_who_say_nothing_never_do() {
    limit::raise_to(2_200);
    let shop = open(LONG);
    let _idle: Vec<_> = (0..1000).map(|_| shop.enters()).collect();
    let mut ann = shop.enters();
    assert_eq!(ann.asks("STATUS 0"), "ERROR there is no ticket 0");
    shop.rests();
    let before = shop.wake_ups();
    for _ in 0..100 {
        assert_eq!(ann.asks("STATUS 0"), "ERROR there is no ticket 0");
    }
    assert_eq!(shop.wake_ups() - before, 100);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_garment_wakes_the_clerk_once_when_it_is_clean() {
    let shop = open(Duration::from_millis(20));
    let mut ann = shop.enters();
    assert_eq!(ann.asks("STATUS 0"), "ERROR there is no ticket 0");
    let before = shop.wake_ups();
    ann.says("DROP shirt\nPICKUP 1\n");
    assert_eq!([ann.hears(), ann.hears()], ["TICKET 1", "READY 1 shirt"]);
    assert_eq!(shop.wake_ups() - before, 2, "once to hear her, once when it is clean");
    assert_eq!(shop.recorder.ledger().count("due"), 1);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn customers_who_wait_wake_nobody_even_if_they_talk_or_say_no_more() {
    let shop = open(LONG);
    let [mut ann, mut ben] = [(); 2].map(|()| shop.enters());
    ann.says("DROP shirt\nPICKUP 1\n");
    assert_eq!(ann.hears(), "TICKET 1");
    ann.says("DROP coat\n");
    ben.says("DROP sock\nPICKUP 2\n");
    assert_eq!(ben.hears(), "TICKET 2");
    ben.says_no_more();
    shop.rests();
    assert!(ann.has_heard_nothing() && ben.has_heard_nothing());
}
