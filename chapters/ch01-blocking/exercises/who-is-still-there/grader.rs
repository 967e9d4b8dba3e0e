//! Does the clerk notice who has gone, and mistake nobody else for them?

mod grading;

use ch01_blocking::net::TcpListener;
use ch01_blocking::shop::Shop;
use grading::{Customer, Expectation, Outcome, busy_while, grade, miss};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// Longer than any grading takes: a garment that is being cleaned stays so.
const LONG: Duration = Duration::from_secs(60 * 60);

/// Long enough for the clerk to look several times.
const A_WHILE: Duration = Duration::from_millis(600);

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "a customer who waits and says nothing gets her shirt",
            hint: 3,
            look: quiet,
        },
        Expectation {
            what: "when Ann vanishes, the clerk has time for Ben",
            hint: 1,
            look: vanished,
        },
        Expectation {
            what: "Ann's shirt is on the rack for whoever comes with her ticket",
            hint: 4,
            look: back_on_the_rack,
        },
        Expectation {
            what: "a customer who goes on talking is still there, and is answered in order",
            hint: 2,
            look: talks_on,
        },
        Expectation {
            what: "a customer who has said her last is still there",
            hint: 3,
            look: said_their_last,
        },
        Expectation { what: "between two looks the clerk sleeps", hint: 4, look: sleeps },
    ])
}

/// A shop with one clerk.
fn open(takes: Duration) -> SocketAddrV4 {
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));
    let door = door.expect("there is a free port");
    let addr = door.local_addr().expect("the door has an address");
    thread::spawn(move || Shop::new(takes).one_clerk(&door));
    addr
}

fn quiet() -> Outcome {
    let mut ann = Customer::enters("Ann", open(A_WHILE))?;
    ann.asks("DROP silk shirt", "TICKET 1")?;
    ann.asks("PICKUP 1", "READY 1 silk shirt")?;
    ann.asks("PICKUP 1", "ERROR ticket 1 has been picked up")
}

/// Ann waits for her shirt for a while, and is gone.
fn ann_vanishes(addr: SocketAddrV4) -> Outcome {
    let mut ann = Customer::enters("Ann", addr)?;
    ann.asks("DROP silk shirt", "TICKET 1")?;
    ann.says("PICKUP 1\n")?;
    // The clerk may look at once and find her: one look is not enough.
    thread::sleep(A_WHILE / 2);
    ann.vanishes();
    Ok(())
}

fn vanished() -> Outcome {
    let addr = open(LONG);
    ann_vanishes(addr)?;
    Customer::enters("Ben", addr)?.asks("DROP wool coat", "TICKET 2")
}

fn back_on_the_rack() -> Outcome {
    let addr = open(2 * A_WHILE);
    ann_vanishes(addr)?;
    Customer::enters("Ben", addr)?.asks("PICKUP 1", "READY 1 silk shirt")
}

fn talks_on() -> Outcome {
    let mut ann = Customer::enters("Ann", open(A_WHILE))?;
    ann.asks("DROP silk shirt", "TICKET 1")?;
    ann.says("PICKUP 1\n")?;
    thread::sleep(A_WHILE / 2);
    ann.says("DROP wool coat\n")?;
    ann.hears("READY 1 silk shirt")?;
    ann.hears("TICKET 2")
}

fn said_their_last() -> Outcome {
    let mut ann = Customer::enters("Ann", open(A_WHILE))?;
    ann.asks("DROP silk shirt", "TICKET 1")?;
    ann.says("PICKUP 1\n")?;
    ann.says_no_more();
    ann.hears("READY 1 silk shirt")?;
    ann.hears_the_end()
}

fn sleeps() -> Outcome {
    let mut ann = Customer::enters("Ann", open(A_WHILE))?;
    ann.asks("DROP silk shirt", "TICKET 1")?;
    let (outcome, percent) = busy_while(|| ann.asks("PICKUP 1", "READY 1 silk shirt"));
    outcome?;
    // Who sleeps uses next to nothing; who does not uses all that there is.
    match percent {
        0..25 => Ok(()),
        _ => miss(
            "next to no processor time while a customer waits for a garment",
            format!("{percent} % of what a thread uses that never sleeps"),
        ),
    }
}
