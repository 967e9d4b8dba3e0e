//! What no script can hold: crowds, floods, and a shop that runs out of descriptors.

use std::net::TcpStream;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use promises::customers::Customer;
use promises::shop::Shop;

use crate::conversations::{Counter, counters};

/// Opens every shop that can serve several customers side by side.
fn each_shop(clean_ms: u64, check: impl Fn(&mut Shop) -> Result<()>) {
    for counter in counters() {
        for way in counter.ways().iter().filter(|way| !way.one_clerk) {
            let mut shop = Shop::open(counter.program(), clean_ms, way.args)
                .expect("the shop opens");
            let done = check(&mut shop).and_then(|()| shop.is_well());
            done.unwrap_or_else(|error| {
                panic!("{} {:?}: {error:#}", counter.package, way.args)
            });
        }
    }
}

/// A whole visit; `number` is the ticket that must be given.
fn is_served(shop: &Shop, number: usize) -> Result<()> {
    let mut customer = Customer::enter(shop.addr())?;
    customer.say(format!("DROP shirt\nPICKUP {number}\nBYE\n").into_bytes(), false);
    for answer in
        [format!("TICKET {number}"), format!("READY {number} shirt"), "BYE".into()]
    {
        hears(&mut customer, &answer)?;
    }
    customer.hear_closed()
}

/// The customer's next line must be this one.
fn hears(customer: &mut Customer, answer: &str) -> Result<()> {
    let heard = String::from_utf8_lossy(&customer.hear()?).into_owned();
    ensure!(heard == answer, "`{answer}` expected, `{heard}` heard");
    Ok(())
}

#[test]
fn two_hundred_silent_customers_disturb_nobody() {
    each_shop(20, |shop| {
        let crowd: Vec<TcpStream> = (0..200)
            .map(|_| TcpStream::connect(shop.addr()))
            .collect::<Result<_, _>>()
            .context("the crowd comes in")?;
        is_served(shop, 1)?;
        drop(crowd);
        is_served(shop, 2)
    });
}

#[test]
fn a_hundred_customers_get_their_own_garments() {
    each_shop(20, |shop| {
        let mut customers: Vec<Customer> =
            (0..100).map(|_| Customer::enter(shop.addr())).collect::<Result<_>>()?;
        for (n, customer) in customers.iter_mut().enumerate() {
            customer.say(format!("DROP shirt {n}\n").into_bytes(), false);
        }
        let mut tickets = Vec::new();
        for customer in &mut customers {
            let answer = String::from_utf8_lossy(&customer.hear()?).into_owned();
            let number: usize =
                answer.strip_prefix("TICKET ").context(answer.clone())?.parse()?;
            customer.say(format!("PICKUP {number}\n").into_bytes(), false);
            tickets.push(number);
        }
        // From the last to the first: nobody's turn depends on another's listening.
        for (n, customer) in customers.iter_mut().enumerate().rev() {
            hears(customer, &format!("READY {} shirt {n}", tickets[n]))?;
        }
        tickets.sort_unstable();
        ensure!(tickets == (1..=100).collect::<Vec<_>>(), "the tickets are {tickets:?}");
        Ok(())
    });
}

#[test]
fn what_one_who_vanished_waited_for_is_the_next_ones() {
    // Many pairs at once, for a single pair seldom meets in the doorway. All of them are
    // waiting long before anything is clean.
    const PAIRS: usize = 50;
    each_shop(2_000, |shop| {
        let mut waiting = Vec::new();
        for ticket in 1..=PAIRS {
            let mut pair = [Customer::enter(shop.addr())?, Customer::enter(shop.addr())?];
            pair[0].say(b"DROP shirt\n".to_vec(), false);
            hears(&mut pair[0], &format!("TICKET {ticket}"))?;
            for customer in &mut pair {
                // The answer to the first line shows that the shop has the second.
                customer.say(format!("NOTHING\nPICKUP {ticket}\n").into_bytes(), false);
                hears(customer, "ERROR sorry, we do not do that here")?;
            }
            let [first, second] = pair;
            first.vanish()?;
            waiting.push(second);
        }
        for (n, second) in waiting.iter_mut().enumerate() {
            hears(second, &format!("READY {} shirt", n + 1))?;
        }
        Ok(())
    });
}

#[test]
fn a_line_without_an_end_does_not_fill_the_memory() {
    const FLOOD: usize = 64 << 20;
    const ROOM: usize = 32 << 20;
    each_shop(20, |shop| {
        let mut customer = Customer::enter(shop.addr())?;
        for _ in 0..FLOOD >> 16 {
            customer.say(vec![b'x'; 1 << 16], false);
        }
        customer.say(b"\nDROP shirt\n".to_vec(), false);
        for answer in ["ERROR a line is at most 1024 bytes", "TICKET 1"] {
            hears(&mut customer, answer)?;
        }
        match peak_memory(shop.pid()) {
            Some(peak) => ensure!(
                peak < ROOM,
                "{} MiB in use for {} MiB of one line",
                peak >> 20,
                FLOOD >> 20
            ),
            None if cfg!(target_os = "linux") => {
                anyhow::bail!("/proc says nothing of the shop's memory")
            }
            None => {}
        }
        Ok(())
    });
}

/// The most memory that a process has had at once, in bytes, where the system says so.
fn peak_memory(pid: u32) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.trim().parse::<usize>().ok().map(|kib| kib << 10)
}

#[test]
fn a_shop_out_of_descriptors_stays_open() {
    for counter in counters().iter().filter(|counter| counter.chapter >= 2) {
        out_of_descriptors(counter)
            .unwrap_or_else(|error| panic!("{}: {error:#}", counter.package));
    }
}

fn out_of_descriptors(counter: &Counter) -> Result<()> {
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -n 24 && exec \"$0\" --addr 127.0.0.1:0 --clean-ms 20"])
        .arg(counter.program());
    let mut shop = Shop::from_command(limited)?;
    // Twice as many as it can hold; the kernel keeps the others before the door.
    let mut crowd: Vec<Customer> =
        (0..48).map(|_| Customer::enter(shop.addr())).collect::<Result<_>>()?;
    let first = &mut crowd[0];
    first.say(b"DROP shirt\nPICKUP 1\n".to_vec(), false);
    for answer in ["TICKET 1", "READY 1 shirt"] {
        hears(first, answer)?;
    }
    // Nobody else ever says a word. When the crowd has gone, the next one is served.
    drop(crowd);
    is_served(&shop, 2)?;
    shop.is_well()?;
    ensure!(!shop.complaints().is_empty(), "the shop did not say that it was full");
    Ok(())
}
