//! What the conversations do not try: how the shop closes, and what it does when it is full.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// A shop that is gone when the test is.
struct Shop {
    child: Child,
    addr: String,
}

impl Shop {
    fn open(args: &[&str]) -> Shop {
        let mut child = Command::new(env!("CARGO_BIN_EXE_shop-on-tokio"))
            .args(["--addr", "127.0.0.1:0"])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the shop starts");
        let mut line = String::new();
        let said = child.stdout.take().expect("it is piped");
        BufReader::new(said).read_line(&mut line).expect("its first line");
        let addr = line.trim().strip_prefix("open on ").expect("it is open").to_owned();
        Shop { child, addr }
    }

    fn enter(&self) -> BufReader<TcpStream> {
        BufReader::new(TcpStream::connect(&self.addr).expect("somebody is let in"))
    }

    fn is_told(&self, signal: libc::c_int) {
        let pid = self.child.id().try_into().expect("a process's number");
        // SAFETY: it only sends a signal, to a child that has not been waited for.
        assert_eq!(unsafe { libc::kill(pid, signal) }, 0);
    }

    /// Waits for its end, which must be a good one, and gives what it complained of.
    fn ends_well(mut self) -> String {
        assert!(self.child.wait().expect("its end").success());
        let mut complaints = String::new();
        let stderr = self.child.stderr.as_mut().expect("it is piped");
        stderr.read_to_string(&mut complaints).expect("its complaints");
        complaints
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says something in one packet, and hears a line of answer.
fn asks(customer: &mut BufReader<TcpStream>, words: &str) -> String {
    customer.get_mut().write_all(words.as_bytes()).expect("somebody listens");
    let mut answer = String::new();
    customer.read_line(&mut answer).expect("an answer");
    answer
}

fn hears_the_rest(mut customer: BufReader<TcpStream>) -> String {
    let mut rest = String::new();
    customer.read_to_string(&mut rest).expect("a goodbye");
    rest
}

const STILL_INSIDE: &str = "closed; customers still inside: 1\n";

/// What a shop says when it begins to close.
fn closing(inside: usize) -> String {
    format!("closing; customers inside: {inside}; once more, and it ends at once\n")
}

#[test]
fn whoever_waits_for_a_garment_gets_it_and_the_others_are_shown_out() {
    for signal in [libc::SIGTERM, libc::SIGINT] {
        let shop = Shop::open(&["--clean-ms", "100", "--grace-ms", "60000"]);
        let (mut ann, mut ben) = (shop.enter(), shop.enter());
        assert_eq!(asks(&mut ben, "STATUS 9\n"), "ERROR there is no ticket 9\n");
        assert_eq!(asks(&mut ann, "DROP silk shirt\nPICKUP 1\n"), "TICKET 1\n");
        shop.is_told(signal);
        assert_eq!(hears_the_rest(ben), "");
        assert_eq!(hears_the_rest(ann), "READY 1 silk shirt\n");
        assert_eq!(shop.ends_well(), closing(2));
    }
}

#[test]
fn what_it_has_heard_it_answers_even_if_it_closes_meanwhile() {
    let shop = Shop::open(&["--clean-ms", "300", "--grace-ms", "60000"]);
    let mut ann = shop.enter();
    let all = "DROP silk shirt\nPICKUP 1\nDROP wool coat\nSTATUS 2\n";
    assert_eq!(asks(&mut ann, all), "TICKET 1\n");
    shop.is_told(libc::SIGTERM);
    let rest = "READY 1 silk shirt\nTICKET 2\nSTATUS 2 QUEUED\n";
    assert_eq!(hears_the_rest(ann), rest);
    assert_eq!(shop.ends_well(), closing(1));
}

#[test]
fn when_its_patience_is_over_it_goes_all_the_same() {
    let shop = Shop::open(&["--clean-ms", "600000", "--grace-ms", "10"]);
    let mut ann = shop.enter();
    assert_eq!(asks(&mut ann, "DROP silk shirt\nPICKUP 1\n"), "TICKET 1\n");
    shop.is_told(libc::SIGTERM);
    assert_eq!(hears_the_rest(ann), "");
    assert_eq!(shop.ends_well(), closing(1) + STILL_INSIDE);
}

#[test]
fn asked_twice_it_goes_at_once() {
    let shop = Shop::open(&["--clean-ms", "600000", "--grace-ms", "600000"]);
    let (mut ann, mut ben) = (shop.enter(), shop.enter());
    assert_eq!(asks(&mut ben, "BUS\n"), "ERROR sorry, we do not do that here\n");
    assert_eq!(asks(&mut ann, "DROP silk shirt\nPICKUP 1\n"), "TICKET 1\n");
    shop.is_told(libc::SIGTERM);
    // When Ben is shown out, the first has been heard.
    assert_eq!(hears_the_rest(ben), "");
    shop.is_told(libc::SIGTERM);
    assert_eq!(hears_the_rest(ann), "");
    assert_eq!(shop.ends_well(), closing(2) + STILL_INSIDE);
}

#[test]
fn with_one_machine_the_second_garment_waits_for_it() {
    let shop = Shop::open(&["--clean-ms", "600000", "--machines", "1"]);
    let mut ann = shop.enter();
    for ticket in ["TICKET 1\n", "TICKET 2\n"] {
        assert_eq!(asks(&mut ann, "DROP silk shirt\n"), ticket);
    }
    assert_eq!(asks(&mut ann, "STATUS 1\n"), "STATUS 1 CLEANING\n");
    assert_eq!(asks(&mut ann, "STATUS 2\n"), "STATUS 2 QUEUED\n");
    assert_eq!(asks(&mut ann, "CANCEL 1\n"), "CANCELLED 1\n");
    assert_eq!(asks(&mut ann, "STATUS 2\n"), "STATUS 2 CLEANING\n");
}

#[test]
fn when_the_rack_is_full_whoever_stays_is_next() {
    let shop = Shop::open(&["--clean-ms", "0", "--rack", "1"]);
    let (mut ann, mut ben, mut cleo) = (shop.enter(), shop.enter(), shop.enter());
    assert_eq!(asks(&mut ann, "DROP silk shirt\n"), "TICKET 1\n");
    for customer in [&mut ben, &mut cleo] {
        let heard = asks(customer, "STATUS 9\nDROP wool coat\n");
        assert_eq!(heard, "ERROR there is no ticket 9\n");
    }
    drop(ben);
    assert_eq!(asks(&mut ann, "PICKUP 1\n"), "READY 1 silk shirt\n");
    assert_eq!(asks(&mut cleo, ""), "TICKET 2\n");
    assert_eq!(asks(&mut cleo, "PICKUP 2\n"), "READY 2 wool coat\n");
}
