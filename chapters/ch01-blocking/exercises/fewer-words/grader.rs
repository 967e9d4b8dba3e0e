//! Are there fewer writes, and is nothing said too late, in another order, or not at all?

mod grading;

use ch01_blocking::net::TcpListener;
use ch01_blocking::shop::Shop;
use grading::{Customer, Expectation, Outcome, grade, miss, within};
use ledger::Ledger;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// Longer than any grading takes: a garment that is being cleaned stays so.
const LONG: Duration = Duration::from_secs(60 * 60);

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "a hundred lines that come in two pieces are answered in two writes",
            hint: 1,
            look: few_writes,
        },
        Expectation {
            what: "no answer is kept back while the shop waits for the next line",
            hint: 2,
            look: at_once,
        },
        Expectation {
            what: "no answer is kept back while a garment is being cleaned",
            hint: 2,
            look: before_a_garment,
        },
        Expectation {
            what: "the answers come in the order of the lines, and BYE is the last",
            hint: 2,
            look: in_order,
        },
        Expectation {
            what: "a garment that cannot be handed over goes back on the rack",
            hint: 3,
            look: back_on_the_rack,
        },
    ])
}

fn door() -> (TcpListener, SocketAddrV4) {
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));
    let door = door.expect("there is a free port");
    let addr = door.local_addr().expect("the door has an address");
    (door, addr)
}

/// A shop with one clerk.
fn open(takes: Duration) -> SocketAddrV4 {
    let (door, addr) = door();
    thread::spawn(move || Shop::new(takes).one_clerk(&door));
    addr
}

/// Serves somebody who says all this and then no more; what they heard, and what the clerk did.
fn conversation(words: String) -> Outcome<(String, Ledger)> {
    let (door, addr) = door();
    let mut ann = Customer::enters("Ann", addr)?;
    ann.says(&words)?;
    ann.says_no_more();
    let ledger = within("the conversation comes to an end", move || {
        let shop = Shop::new(Duration::ZERO);
        ledger::record(|| shop.serve(&door.accept().expect("Ann is at the door"))).1
    })?;
    Ok((ann.hears_the_rest()?, ledger))
}

fn few_writes() -> Outcome {
    let (heard, ledger) = conversation("DROP sock\n".repeat(100))?;
    let answers: String = (1..=100).map(|n| format!("TICKET {n}\n")).collect();
    if heard != answers {
        let lines = heard.lines().count();
        return miss("TICKET 1 to TICKET 100", format!("{lines} lines: {heard:.200}"));
    }
    let bytes = |e: &&ledger::Entry| e.number("bytes").is_some_and(|bytes| bytes > 0);
    let pieces = ledger.iter().filter(|e| e.verb == "read").filter(bytes).count();
    match ledger.count("write") {
        writes if writes <= pieces => Ok(()),
        writes => miss(
            format!("{pieces} `write` lines in the ledger, one for each piece that came"),
            format!("{writes} of them"),
        ),
    }
}

fn at_once() -> Outcome {
    let mut ann = Customer::enters("Ann", open(LONG))?;
    ann.asks("DROP silk shirt", "TICKET 1")?;
    ann.says("DROP tie\nDROP wool co")?;
    ann.hears("TICKET 2")?;
    ann.asks("at", "TICKET 3")
}

fn before_a_garment() -> Outcome {
    let mut ann = Customer::enters("Ann", open(LONG))?;
    ann.says("DROP silk shirt\nDROP tie\nPICKUP 1\nDROP coat\n")?;
    ann.hears("TICKET 1")?;
    ann.hears("TICKET 2")?;
    ann.has_heard_nothing()
}

fn in_order() -> Outcome {
    let mut ann = Customer::enters("Ann", open(Duration::from_millis(20)))?;
    ann.says(
        "DROP shirt\nPICKUP 1\nDROP coat\nSING\nPICKUP 2\nPICKUP 2\nBYE\nDROP tie\n",
    )?;
    for answer in [
        "TICKET 1",
        "READY 1 shirt",
        "TICKET 2",
        "ERROR sorry, we do not do that here",
        "READY 2 coat",
        "ERROR ticket 2 has been picked up",
        "BYE",
    ] {
        ann.hears(answer)?;
    }
    ann.hears_the_end()
}

fn back_on_the_rack() -> Outcome {
    within("three short conversations come to an end", || {
        let (door, addr) = door();
        let shop = Shop::new(Duration::ZERO);
        let mut ann = Customer::enters("Ann", addr)?;
        ann.says("DROP silk shirt\nBYE\n")?;
        shop.serve(&door.accept().expect("Ann is at the door"));

        let mut ben = Customer::enters("Ben", addr)?;
        let mut line = &door.accept().expect("Ben is at the door");
        ben.says("PICKUP 1\n")?;
        ben.vanishes();
        // What he said can still be read, but from here on nothing can be said to him.
        while line.write(b"").is_ok() {
            thread::yield_now();
        }
        shop.serve(line);

        let mut cat = Customer::enters("Cat", addr)?;
        cat.says("PICKUP 1\nBYE\n")?;
        shop.serve(&door.accept().expect("Cat is at the door"));
        cat.hears("READY 1 silk shirt")
    })?
}
