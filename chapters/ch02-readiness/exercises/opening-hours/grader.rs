//! Does the door close at the right moment, and the shop as well?

mod grading;

use ch02_readiness::net::TcpListener;
use ch02_readiness::shop::Shop;
use grading::{Customer, Expectation, Outcome, PATIENCE, grade, miss};
use ledger::Recorder;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "who is inside when the door closes is served to the end",
            hint: 1,
            look: served_to_the_end,
        },
        Expectation {
            what: "when so many customers have been in and have left, the shop closes",
            hint: 1,
            look: closes,
        },
        Expectation {
            what: "it does not close when it is merely empty",
            hint: 1,
            look: merely_empty,
        },
        Expectation {
            what: "nobody comes in after the last, though three come at once",
            hint: 3,
            look: three_at_once,
        },
        Expectation {
            what: "somebody in front of the closed door wakes nobody",
            hint: 2,
            look: closed_door,
        },
        Expectation {
            what: "a shop that has had so many customers already closes without another",
            hint: 4,
            look: at_once,
        },
    ])
}

/// A shop whose clerk works until it is closed.
struct Open {
    addr: SocketAddrV4,
    recorder: Recorder,
    goes_home: Receiver<io::Result<()>>,
}

impl Open {
    fn after(customers: usize) -> Open {
        Open::with_customers_at_the_door(customers, |_| Ok(()))
            .map(|(open, ())| open)
            .unwrap_or_else(|_| unreachable!("nobody came"))
    }

    /// The clerk begins when all of these have come to the door.
    fn with_customers_at_the_door<T>(
        customers: usize,
        come: impl FnOnce(SocketAddrV4) -> Outcome<T>,
    ) -> Outcome<(Open, T)> {
        let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));
        let door = door.expect("there is a free port");
        let addr = door.local_addr().expect("the door has an address");
        let there = come(addr)?;
        let recorder = Recorder::new();
        let (went_home, goes_home) = mpsc::channel();
        let heard = recorder.clone();
        thread::spawn(move || {
            let _heard = heard.enter();
            let _ = went_home.send(work(door, customers));
        });
        Ok((Open { addr, recorder, goes_home }, there))
    }

    /// The clerk goes home, now that this has happened.
    fn closes(&self, now_that: &str) -> Outcome {
        let expected = format!("`is_closed` says so after a `turn`, {now_that}");
        match self.goes_home.recv_timeout(PATIENCE) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => miss(expected, format!("an error from the shop: {error}")),
            Err(RecvTimeoutError::Disconnected) => miss(expected, "a panic"),
            Err(RecvTimeoutError::Timeout) => miss(
                expected,
                format!(
                    "the shop is still open; the grader waited for {} s, and the clerk's last entry is\n{}",
                    PATIENCE.as_secs(),
                    self.last_entry(),
                ),
            ),
        }
    }

    fn last_entry(&self) -> String {
        let ledger = self.recorder.ledger();
        let last = ledger.iter().last().map(|entry| entry.n);
        ledger.filter(|entry| Some(entry.n) == last).to_string().trim().to_owned()
    }
}

fn work(door: TcpListener, customers: usize) -> io::Result<()> {
    let mut shop = Shop::open(door, Duration::from_millis(20))?;
    shop.close_after(customers)?;
    while !shop.is_closed() {
        shop.turn()?;
    }
    Ok(())
}

fn served_to_the_end() -> Outcome {
    let shop = Open::after(1);
    let mut ann = Customer::enters("Ann", shop.addr)?;
    ann.asks("DROP silk shirt", "TICKET 1")?;
    ann.asks("PICKUP 1", "READY 1 silk shirt")?;
    ann.asks("STATUS 1", "ERROR ticket 1 has been picked up")?;
    ann.asks("BYE", "BYE")
}

fn closes() -> Outcome {
    let shop = Open::after(2);
    let mut ann = Customer::enters("Ann", shop.addr)?;
    ann.asks("DROP silk shirt", "TICKET 1")?;
    let mut ben = Customer::enters("Ben", shop.addr)?;
    ben.asks("DROP wool coat", "TICKET 2")?;
    ann.asks("BYE", "BYE")?;
    ben.asks("BYE", "BYE")?;
    shop.closes("two of two customers having left")
}

fn merely_empty() -> Outcome {
    let shop = Open::after(2);
    let mut ann = Customer::enters("Ann", shop.addr)?;
    ann.asks("BYE", "BYE")?;
    ann.hears_the_end()?;
    let mut ben = Customer::enters("Ben", shop.addr)?;
    ben.asks("DROP wool coat", "TICKET 1")?;
    ben.vanishes();
    shop.closes("Ben, the second of two, having vanished")
}

fn three_at_once() -> Outcome {
    let (shop, [mut ann, mut ben, mut cat]) =
        Open::with_customers_at_the_door(2, |addr| {
            let ann = Customer::enters("Ann", addr)?;
            let ben = Customer::enters("Ben", addr)?;
            let mut cat = Customer::enters("Cat", addr)?;
            cat.says("DROP sock\n")?;
            Ok([ann, ben, cat])
        })?;
    ann.asks("DROP silk shirt", "TICKET 1")?;
    ben.asks("DROP wool coat", "TICKET 2")?;
    ann.asks("DROP tie", "TICKET 3")?;
    cat.has_heard_nothing()?;
    ann.asks("BYE", "BYE")?;
    ben.asks("BYE", "BYE")?;
    shop.closes("the two customers who came in having left")?;
    cat.hears_the_end()
}

fn closed_door() -> Outcome {
    let shop = Open::after(1);
    let mut ann = Customer::enters("Ann", shop.addr)?;
    ann.asks("DROP silk shirt", "TICKET 1")?;
    let before = shop.recorder.ledger().len();
    let _ben = Customer::enters("Ben", shop.addr)?;
    for _ in 0..100 {
        ann.asks("STATUS 7", "ERROR there is no ticket 7")?;
    }
    let ledger = shop.recorder.ledger();
    let since = ledger.iter().skip(before);
    let rings = since.filter(|e| e.verb == "ready" && e.number("key") == Some(0)).count();
    if rings > 0 {
        return miss(
            "no `ready` line for the door, whose key is 0",
            format!("{rings} of them: the poller tells of the door again and again"),
        );
    }
    ann.asks("BYE", "BYE")?;
    shop.closes("Ann, the only one who came in, having left")
}

fn at_once() -> Outcome {
    Open::after(0).closes("no customer being wanted")
}
