//! Are there as many clerks as were asked for, and does each of them work all day?

mod grading;

use ch01_blocking::net::TcpListener;
use ch01_blocking::shop::Shop;
use grading::{Customer, Expectation, Outcome, grade};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// Nobody who is right has to hurry, and whoever is wrong is found out in that time.
const A_MOMENT: Duration = Duration::from_millis(300);

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "three customers are served at once by three clerks",
            hint: 1,
            look: three_at_once,
        },
        Expectation {
            what: "a clerk serves one customer after another",
            hint: 3,
            look: all_day,
        },
        Expectation {
            what: "a fourth waits, and is served when one of them has left",
            hint: 1,
            look: the_fourth_waits,
        },
        Expectation {
            what: "two clerks are two, and not three",
            hint: 2,
            look: two_are_two,
        },
        Expectation {
            what: "with two customers at lunch, the third clerk serves all the others",
            hint: 3,
            look: lunch,
        },
    ])
}

/// A shop with so many clerks, and where it is.
fn open(clerks: usize) -> SocketAddrV4 {
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));
    let door = door.expect("there is a free port");
    let addr = door.local_addr().expect("the door has an address");
    // The door stays open even if the clerks go home: then a customer sees silence.
    let (door, shop) = (Box::leak(Box::new(door)), Box::new(Shop::new(Duration::ZERO)));
    let shop = Box::leak(shop);
    thread::spawn(move || shop.clerks(door, clerks));
    addr
}

fn three_at_once() -> Outcome {
    let addr = open(3);
    let mut ann = Customer::enters("Ann", addr)?;
    ann.asks("DROP silk shirt", "TICKET 1")?;
    let mut ben = Customer::enters("Ben", addr)?;
    ben.asks("DROP wool coat", "TICKET 2")?;
    let mut cat = Customer::enters("Cat", addr)?;
    cat.asks("DROP sock", "TICKET 3")?;
    ann.asks("DROP tie", "TICKET 4")
}

fn all_day() -> Outcome {
    let addr = open(3);
    for ticket in 1..=20 {
        let mut customer = Customer::enters("a customer", addr)?;
        customer.asks("DROP sock", &format!("TICKET {ticket}"))?;
        customer.asks("BYE", "BYE")?;
        customer.hears_the_end()?;
    }
    Ok(())
}

fn the_fourth_waits() -> Outcome {
    let addr = open(3);
    let [mut ann, mut ben, mut cat] = three(addr)?;
    let mut dan = Customer::enters("Dan", addr)?;
    dan.says("DROP hat\n")?;
    for ticket in 4..100 {
        ann.asks("DROP tie", &format!("TICKET {ticket}"))?;
    }
    // Time for a clerk too many to come to the counter.
    thread::sleep(A_MOMENT);
    dan.has_heard_nothing()?;
    ben.asks("DROP glove", "TICKET 100")?;
    cat.asks("BYE", "BYE")?;
    dan.hears("TICKET 101")
}

fn three(addr: SocketAddrV4) -> Outcome<[Customer; 3]> {
    let mut three = [
        Customer::enters("Ann", addr)?,
        Customer::enters("Ben", addr)?,
        Customer::enters("Cat", addr)?,
    ];
    for (n, customer) in three.iter_mut().enumerate() {
        customer.asks("DROP sock", &format!("TICKET {}", n + 1))?;
    }
    Ok(three)
}

fn two_are_two() -> Outcome {
    let addr = open(2);
    let mut ann = Customer::enters("Ann", addr)?;
    ann.asks("DROP silk shirt", "TICKET 1")?;
    let mut ben = Customer::enters("Ben", addr)?;
    ben.asks("DROP wool coat", "TICKET 2")?;
    let mut cat = Customer::enters("Cat", addr)?;
    cat.says("DROP sock\n")?;
    for ticket in 3..100 {
        ann.asks("DROP tie", &format!("TICKET {ticket}"))?;
    }
    thread::sleep(A_MOMENT);
    cat.has_heard_nothing()?;
    ben.asks("BYE", "BYE")?;
    cat.hears("TICKET 100")
}

fn lunch() -> Outcome {
    let addr = open(3);
    let _at_lunch = three(addr)?.into_iter().take(2).collect::<Vec<_>>();
    for ticket in 4..=20 {
        let mut customer = Customer::enters("a customer", addr)?;
        customer.asks("DROP sock", &format!("TICKET {ticket}"))?;
        customer.vanishes();
    }
    Ok(())
}
