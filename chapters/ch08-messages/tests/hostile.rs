//! What the shop does with customers who are no help, as the ledger tells it.

mod customers;
mod limit;

use ch08_messages::net::TcpListener;
use customers::{Customer, WATCHDOG, open_with};
use ledger::{Ledger, Recorder};
use std::io::{self, Write};
use std::mem;
use std::net::{Shutdown, SocketAddrV4, TcpStream};
use std::os::fd::{AsFd, AsRawFd};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than any test takes: a garment that is being cleaned stays so.
const LONG: Duration = Duration::from_secs(60 * 60);

/// A shop, and a ledger that tells what its clerk does.
struct Open {
    addr: SocketAddrV4,
    recorder: Recorder,
}

fn open(takes: Duration) -> Open {
    let recorder = Recorder::new();
    let heard = recorder.clone();
    let addr = open_with(takes, move |door| {
        // For as long as the clerk lives, and that is for ever.
        mem::forget(heard.enter());
        leave_little_room(door);
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
            let in_vain = start.elapsed() > WATCHDOG || ledger.len() > 400_000;
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
    ledger.iter().any(|e| e.verb == "wait" && e.text("to") == Some("write"))
}

#[test]
fn a_garment_whose_owner_has_vanished_is_there_for_whoever_has_the_ticket() {
    let shop = open(Duration::from_millis(30));
    let mut ann = shop.enters();
    ann.says("DROP silk shirt\nPICKUP 1\n");
    assert_eq!(ann.hears(), "TICKET 1");
    ann.vanishes();
    let mut ben = shop.enters();
    // Ann was first, and is told first; but she has gone, and it hangs on the rack again.
    assert_eq!(ben.asks("PICKUP 1"), "READY 1 silk shirt");
    assert_eq!(ben.asks("PICKUP 1"), "ERROR ticket 1 has been picked up");
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_customer_who_vanishes_while_waiting_disturbs_nobody() {
    let shop = open(LONG);
    let mut ann = shop.enters();
    ann.says("DROP silk shirt\nPICKUP 1\n");
    assert_eq!(ann.hears(), "TICKET 1");
    ann.vanishes();
    assert_eq!(shop.enters().asks("STATUS 1"), "STATUS 1 CLEANING");
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

    // Ann is the first task; then come the garments, a thousand.
    let his = shop.recorder.ledger().by("task 1002").filter(|e| e.verb == "write");
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
fn a_thousand_customers_who_say_nothing_never_wake_the_clerk() {
    limit::raise_to(2_400);
    let shop = open(LONG);
    let _idle: Vec<_> = (0..1000).map(|_| shop.enters()).collect();
    let mut ann = shop.enters();
    assert_eq!(ann.asks("STATUS 0"), "ERROR there is no ticket 0");
    shop.rests();
    let before = shop.recorder.ledger().len();
    for _ in 0..100 {
        assert_eq!(ann.asks("STATUS 0"), "ERROR there is no ticket 0");
    }
    // A hundred questions cost some hundred entries, however many others are there.
    let entries = shop.recorder.ledger().len() - before;
    assert!(entries < 100 * 25, "{entries} entries");
    shop.rests();
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_garment_is_waited_for_with_one_timer() {
    let shop = open(Duration::from_millis(20));
    let mut ann = shop.enters();
    ann.says("DROP shirt\nPICKUP 1\n");
    assert_eq!([ann.hears(), ann.hears()], ["TICKET 1", "READY 1 shirt"]);
    let ledger = shop.recorder.ledger();
    assert_eq!((ledger.count("timer"), ledger.count("due")), (1, 1), "{ledger}");
    shop.rests();
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn customers_who_wait_let_the_clerk_rest_even_if_they_talk_or_say_no_more() {
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

#[test]
fn many_customers_who_never_stop_talking_keep_nobody_waiting() {
    let shop = open_with(LONG, |_| ());
    let floods: Vec<_> = (0..8).map(|_| TcpStream::connect(shop).unwrap()).collect();
    let talk = |line: &TcpStream, word: &'static [u8]| {
        let [mut talks, mut listens] = [(); 2].map(|()| line.try_clone().unwrap());
        let words = word.repeat(4096);
        thread::spawn(move || while talks.write_all(&words).is_ok() {});
        thread::spawn(move || io::copy(&mut listens, &mut io::sink()));
    };
    for (flood, word) in
        floods.iter().zip([b"\n".as_slice(), b"DROP x\n"].into_iter().cycle())
    {
        talk(flood, word);
    }
    let mut ann = Customer::enters(shop);
    for _ in 0..20 {
        assert_eq!(ann.asks("STATUS 0"), "ERROR there is no ticket 0");
    }
    Customer::enters(shop).asks("STATUS 0");
    floods.iter().for_each(|flood| flood.shutdown(Shutdown::Both).unwrap());
}

#[test]
fn nonsense_is_answered_and_the_next_customer_is_served() {
    let shop = open_with(LONG, |_| ());
    let mut ann = Customer::enters(shop);
    let says: [&[u8]; 5] =
        [b"GET / HTTP/1.1\r\n", b"\0\0\0\n", b"\xff\xfe\n", &[b'x'; 5000], b"\nBYE\n"];
    says.iter().for_each(|words| ann.says(words));
    let answers = [
        "ERROR sorry, we do not do that here",
        "ERROR sorry, we do not do that here",
        "ERROR a line is UTF-8 text",
        "ERROR a line is at most 1024 bytes",
        "BYE",
    ];
    assert_eq!(ann.hears_the_rest(), answers);
    assert_eq!(Customer::enters(shop).asks("DROP coat"), "TICKET 1");
}
