//! Customers against shops of the worst kind. No test waits for a duration: what a customer's
//! patience ends is a shop that never answers, however long it takes.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use super::{Fared, send};
use crate::{Pace, Plan};

/// Opens a shop in a thread, where `clerk` serves each customer in a thread of their own.
fn shop(clerk: impl Fn(&mut Counter) + Clone + Send + 'static) -> SocketAddr {
    let door = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = door.local_addr().unwrap();
    thread::spawn(move || {
        for customer in door.incoming().map(Result::unwrap) {
            let clerk = clerk.clone();
            thread::spawn(move || clerk(&mut Counter(BufReader::new(customer))));
        }
    });
    addr
}

struct Counter(BufReader<TcpStream>);

impl Counter {
    /// The customer's next line, without its end; empty once they have left.
    fn hear(&mut self) -> String {
        let mut line = String::new();
        let _ = self.0.read_line(&mut line);
        line.trim_end().to_owned()
    }

    fn say(&mut self, text: impl AsRef<[u8]>) {
        let _ = self.0.get_mut().write_all(text.as_ref());
    }

    /// Waits until the customer has left.
    fn stand_there(&mut self) {
        while !self.hear().is_empty() {}
    }

    fn serve_well(&mut self) {
        let drop = self.hear();
        let garment = drop.strip_prefix("DROP ").unwrap().to_owned();
        self.say("TICKET 1\n");
        assert_eq!(self.hear(), "PICKUP 1");
        self.say(format!("READY 1 {garment}\n"));
        assert_eq!(self.hear(), "BYE");
        self.say("BYE\n");
    }
}

fn plan(customers: usize, patience: Duration) -> Plan {
    Plan { customers, patience, clean: Duration::ZERO, rounds: 1, ..Plan::default() }
}

/// More than any test takes, so that nobody leaves a shop that does something.
const ALL_DAY: Duration = Duration::from_secs(300);
/// For shops that never answer.
const NO_TIME: Duration = Duration::from_millis(20);

fn fare(addr: SocketAddr, plan: &Plan) -> Fared {
    send(addr, plan, |_| {}).unwrap()
}

/// What the customers of a shop without manners say about it.
fn complaint(clerk: impl Fn(&mut Counter) + Clone + Send + 'static) -> String {
    let fared = fare(shop(clerk), &plan(3, ALL_DAY));
    assert_eq!((fared.waits.len(), fared.lost, fared.failed), (0, 0, 3), "{fared:?}");
    fared.first_failure.unwrap()
}

#[test]
fn a_good_shop_serves_everyone() {
    let addr = shop(Counter::serve_well);
    let mut looks = Vec::new();
    let fared =
        send(addr, &plan(100, ALL_DAY), |fared| looks.push(fared.gone())).unwrap();
    assert_eq!((fared.waits.len(), fared.lost, fared.failed), (100, 0, 0), "{fared:?}");
    assert!(fared.waits.iter().all(|wait| *wait <= fared.took));
    assert!(looks.is_sorted());
    assert_eq!(looks.last(), Some(&100));
}

#[test]
fn customers_who_come_one_by_one_are_all_served() {
    let addr = shop(Counter::serve_well);
    let plan = Plan { pace: Pace::PerSecond(500), ..plan(20, ALL_DAY) };
    assert_eq!(fare(addr, &plan).waits.len(), 20);
}

#[test]
fn an_answer_may_come_byte_by_byte() {
    let addr = shop(|counter| {
        counter.hear();
        for byte in b"TICKET 1\r\n" {
            counter.say([*byte]);
        }
        counter.stand_there();
    });
    let fared = fare(addr, &plan(2, NO_TIME));
    assert_eq!((fared.lost, fared.failed), (2, 0), "{fared:?}");
}

#[test]
fn who_gets_no_answer_loses_patience() {
    let silent = fare(shop(Counter::stand_there), &plan(3, NO_TIME));
    assert_eq!((silent.waits.len(), silent.lost, silent.failed), (0, 3, 0), "{silent:?}");

    // A door behind which nobody ever comes.
    let door = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = fare(door.local_addr().unwrap(), &plan(3, NO_TIME));
    assert_eq!((nobody.waits.len(), nobody.lost, nobody.failed), (0, 3, 0), "{nobody:?}");
}

#[test]
fn a_shop_that_never_says_goodbye_has_not_served() {
    let fared = fare(
        shop(|counter| {
            let garment = counter.hear().replace("DROP ", "");
            counter.say("TICKET 1\n");
            counter.hear();
            counter.say(format!("READY 1 {garment}\n"));
            counter.stand_there();
        }),
        &plan(2, NO_TIME),
    );
    assert_eq!((fared.waits.len(), fared.lost, fared.failed), (0, 2, 0), "{fared:?}");
}

#[test]
fn a_wrong_answer_is_a_failure_and_is_told() {
    let said = complaint(|counter| {
        counter.hear();
        counter.say("HTTP/1.1 400 Bad Request\r\n");
        counter.stand_there();
    });
    assert_eq!(
        said,
        "the shop said \"HTTP/1.1 400 Bad Request\" where TICKET and a number was due"
    );
}

#[test]
fn garbage_without_end_is_a_failure_and_no_hang() {
    let said =
        complaint(|counter| while counter.0.get_mut().write_all(&[0xff; 512]).is_ok() {});
    assert!(said.contains("without ending the line"), "{said}");

    let said =
        complaint(|counter| while counter.0.get_mut().write_all(b"\n\n").is_ok() {});
    assert!(said.contains("the shop said \"\""), "{said}");
}

#[test]
fn a_shop_that_closes_early_has_failed() {
    let said = complaint(|counter| {
        counter.hear();
    });
    assert!(said.contains("TICKET and a number was due"), "{said}");

    let said = complaint(|counter| {
        counter.hear();
        counter.say("TICKET 8\n");
        counter.hear();
    });
    assert!(said.contains("READY 8 silk shirt "), "{said}");
}

#[test]
fn another_customers_garment_is_a_failure() {
    let said = complaint(|counter| {
        counter.hear();
        counter.say("TICKET 8\n");
        counter.hear();
        counter.say("READY 8 somebody's trousers\n");
        counter.stand_there();
    });
    assert!(said.contains("somebody's trousers"), "{said}");
}

#[test]
fn a_shop_that_is_not_there_fails_everyone() {
    let door = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = door.local_addr().unwrap();
    drop(door);
    let fared = fare(addr, &plan(3, ALL_DAY));
    assert_eq!((fared.waits.len(), fared.lost, fared.failed), (0, 0, 3), "{fared:?}");
}
