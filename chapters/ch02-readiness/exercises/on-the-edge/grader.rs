//! Is everybody heard who is told of only once, and nobody at the cost of the others?

mod grading;

use ch02_readiness::net::TcpListener;
use ch02_readiness::shop::Shop;
use grading::{Customer, Expectation, Outcome, grade, miss, until};
use ledger::{Entry, Ledger, Recorder};
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, AsRawFd};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// Longer than any grading takes: a garment that is being cleaned stays so.
const LONG: Duration = Duration::from_secs(60 * 60);

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "each customer is added once, for both directions and on the edge",
            hint: 1,
            look: added_once,
        },
        Expectation {
            what: "a customer who says a thousand lines at once hears a thousand answers",
            hint: 2,
            look: thousand_lines,
        },
        Expectation {
            what: "a customer who listens late hears everything",
            hint: 2,
            look: listens_late,
        },
        Expectation {
            what: "what a customer says while she waits for a garment is answered afterwards",
            hint: 4,
            look: talks_on,
        },
        Expectation {
            what: "a garment whose owner has vanished stays on the rack",
            hint: 4,
            look: vanishes,
        },
        Expectation {
            what: "a customer who never stops talking does not keep the clerk from Ben",
            hint: 3,
            look: never_stops,
        },
        Expectation {
            what: "when nobody has anything to say, the clerk sleeps",
            hint: 3,
            look: sleeps,
        },
    ])
}

fn door() -> (TcpListener, SocketAddrV4) {
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));
    let door = door.expect("there is a free port");
    let addr = door.local_addr().expect("the door has an address");
    (door, addr)
}

/// A shop with a clerk in a thread of its own, who is heard.
fn open(door: TcpListener, takes: Duration) -> Recorder {
    let recorder = Recorder::new();
    let heard = recorder.clone();
    thread::spawn(move || {
        let _heard = heard.enter();
        let mut shop = Shop::open(door, takes).expect("the kernel has a poller for us");
        loop {
            shop.turn().expect("the poller works");
        }
    });
    recorder
}

/// The entries that concern a customer, and not the door.
fn of_customers<'a>(
    ledger: &'a Ledger,
    verb: &'a str,
) -> impl Iterator<Item = &'a Entry> {
    ledger.iter().filter(move |e| e.verb == verb && e.number("key") != Some(0))
}

fn added_once() -> Outcome {
    let (door, addr) = door();
    let recorder = open(door, Duration::ZERO);
    let mut ann = Customer::enters("Ann", addr)?;
    let mut ben = Customer::enters("Ben", addr)?;
    for customer in [&mut ann, &mut ben] {
        customer.says("DROP silk shirt\n")?;
        let ticket = customer.hears_something()?.replace("TICKET", "PICKUP");
        customer.says(format!("{ticket}\n"))?;
        customer.hears_something()?;
    }
    let ledger = recorder.ledger();
    let armed: Vec<&str> =
        of_customers(&ledger, "arm").map(|e| e.text("interest").unwrap_or("?")).collect();
    if armed != ["read and write, on the edge"; 2] {
        return miss(
            "two `arm` lines for two customers, each `read and write, on the edge`",
            format!("{armed:?}"),
        );
    }
    match of_customers(&ledger, "rearm").count() {
        0 => Ok(()),
        n => miss("no `rearm` line for a customer", format!("{n} of them")),
    }
}

fn thousand_lines() -> Outcome {
    const LINES: usize = 1000;
    let (door, addr) = door();
    open(door, LONG);
    let mut ann = Customer::enters("Ann", addr)?;
    ann.says("DROP sock\n".repeat(LINES))?;
    for ticket in 1..=LINES {
        ann.hears(&format!("TICKET {ticket}"))?;
    }
    Ok(())
}

fn listens_late() -> Outcome {
    const PAIRS: usize = 500;
    let (door, addr) = door();
    leave_little_room(&door);
    let recorder = open(door, Duration::ZERO);
    let mut ann = Customer::enters("Ann", addr)?;
    leave_little_room_for_answers(ann.mouth()?);
    let garment = "x".repeat(1000);
    let says: String =
        (1..=PAIRS).map(|n| format!("DROP {garment}\nPICKUP {n}\n")).collect();
    let mut mouth = ann.mouth()?;
    thread::spawn(move || mouth.write_all(says.as_bytes()));
    let is_full = |e: &Entry| e.verb == "write" && e.text("error") == Some("WouldBlock");
    until("a write to Ann says `WouldBlock`, for she does not listen", || {
        recorder.ledger().iter().any(is_full)
    })?;
    for n in 1..=PAIRS {
        ann.hears(&format!("TICKET {n}"))?;
        ann.hears(&format!("READY {n} {garment}"))?;
    }
    Ok(())
}

/// What a door is told holds for everybody who comes in by it.
fn leave_little_room(door: impl AsFd) {
    set_room(door, libc::SO_SNDBUF);
}

fn leave_little_room_for_answers(customer: impl AsFd) {
    set_room(customer, libc::SO_RCVBUF);
}

fn set_room(socket: impl AsFd, which: libc::c_int) {
    let few: libc::c_int = 4096;
    let size = size_of_val(&few) as libc::socklen_t;
    let fd = socket.as_fd().as_raw_fd();
    // SAFETY: the kernel reads `size` bytes at the pointer, and `few` outlives the call.
    unsafe {
        libc::setsockopt(fd, libc::SOL_SOCKET, which, (&raw const few).cast(), size)
    };
}

fn talks_on() -> Outcome {
    let (door, addr) = door();
    open(door, Duration::from_millis(600));
    let mut ann = Customer::enters("Ann", addr)?;
    ann.asks("DROP silk shirt", "TICKET 1")?;
    ann.says("PICKUP 1\n")?;
    // News of her while she waits, several times.
    for _ in 0..3 {
        thread::sleep(Duration::from_millis(100));
        ann.says("DROP wool coat\n")?;
    }
    ann.hears("READY 1 silk shirt")?;
    for ticket in 2..=4 {
        ann.hears(&format!("TICKET {ticket}"))?;
    }
    ann.asks("BYE", "BYE")?;
    ann.hears_the_end()
}

fn vanishes() -> Outcome {
    let (door, addr) = door();
    open(door, Duration::from_millis(200));
    let mut ann = Customer::enters("Ann", addr)?;
    ann.asks("DROP silk shirt", "TICKET 1")?;
    ann.says("PICKUP 1\n")?;
    thread::sleep(Duration::from_millis(50));
    ann.vanishes();
    let mut ben = Customer::enters("Ben", addr)?;
    ben.asks("PICKUP 1", "READY 1 silk shirt")
}

/// Ann has said so much that a hundred reads do not take it all. Ben has said a line.
fn never_stops() -> Outcome {
    const FEW: usize = 10;
    let (door, addr) = door();
    let mut ann = Customer::enters("Ann", addr)?;
    ann.says("x".repeat(65_536))?;
    let mut ben = Customer::enters("Ben", addr)?;
    ben.says("DROP sock\n")?;
    let recorder = open(door, LONG);
    ben.hears("TICKET 1")?;
    // The clerk speaks first and writes it down afterwards.
    let answer = |ledger: &Ledger| {
        ledger.by("customer 2").iter().find(|e| e.verb == "write").map(|e| e.n)
    };
    until("the ledger has Ben's answer", || answer(&recorder.ledger()).is_some())?;
    let ledger = recorder.ledger();
    let answered = answer(&ledger);
    let of_ann = ledger.by("customer 1");
    let of_ann = of_ann.filter(|e| e.verb == "read" && Some(e.n) < answered);
    match of_ann.len() {
        0..=FEW => Ok(()),
        reads => miss(
            "a read or two from Ann, and then Ben's answer",
            format!("{reads} reads from Ann before Ben had his answer"),
        ),
    }
}

fn sleeps() -> Outcome {
    let (door, addr) = door();
    let recorder = open(door, LONG);
    let mut ann = Customer::enters("Ann", addr)?;
    let mut ben = Customer::enters("Ben", addr)?;
    ann.says("DROP silk shirt\nPICKUP 1\nDROP tie\n")?;
    ann.hears("TICKET 1")?;
    ben.asks("STATUS 1", "STATUS 1 CLEANING")?;
    ben.says("STATUS")?;
    // What is left to do for what they have said is done in a moment; then all is quiet.
    thread::sleep(Duration::from_millis(200));
    let before = recorder.ledger().count("unpark");
    thread::sleep(Duration::from_millis(300));
    let times = recorder.ledger().count("unpark") - before;
    if times > 3 {
        return miss(
            "no wake-up while nobody says anything",
            format!("{times} of them in a third of a second"),
        );
    }
    ben.asks(" 1", "STATUS 1 CLEANING")?;
    ann.has_heard_nothing()
}
