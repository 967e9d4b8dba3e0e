//! Ten thousand customers at once, in a process of their own: no other test may run beside it.

mod limit;
mod run;

use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::net;
use ch07_cancellation::timer::sleep;
use futures::future::{Either, select};
use futures::stream::{FuturesUnordered, StreamExt};
use futures::{AsyncReadExt, AsyncWriteExt};
use run::{door, in_time};
use std::cell::Cell;
use std::io::{Read, Write};
use std::net::{SocketAddrV4, TcpStream};
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const MANY: usize = 10_000;

/// Where the customers find the door.
const DOOR: &str = "TEN_THOUSAND_CUSTOMERS_OF";

/// The other process: customers who come in, say nothing until they are told to, and then all.
#[test]
#[ignore = "it is the other half of the test below"]
fn the_customers() {
    let Ok(addr) = std::env::var(DOOR) else { return };
    let addr: SocketAddrV4 = addr.parse().unwrap();
    limit::raise_to(MANY as u64 + 100);
    let mut customers: Vec<_> =
        (0..MANY).map(|_| TcpStream::connect(addr).unwrap()).collect();
    let mut word = [0];
    std::io::stdin().read_exact(&mut word).unwrap();
    for (n, customer) in customers.iter_mut().enumerate() {
        customer.write_all(&(n as u32).to_le_bytes()).unwrap();
    }
    for (n, customer) in customers.iter_mut().enumerate() {
        let mut heard = [0; 4];
        customer.read_exact(&mut heard).unwrap();
        assert_eq!(u32::from_le_bytes(heard), n as u32);
    }
    println!("all have heard");
}

fn customers_of(addr: SocketAddrV4) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_customers", "--include-ignored", "--nocapture"])
        .env(DOOR, addr.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
#[cfg_attr(miri, ignore = "Miri starts no other process")]
fn ten_thousand_customers_wait_and_are_all_served_when_they_speak() {
    limit::raise_to(MANY as u64 + 100);
    if limit::current() < MANY as u64 + 100 {
        println!("not checked: the limit of descriptors is {}", limit::current());
        return;
    }
    let event_loop = EventLoop::new().unwrap();
    event_loop.block_on(async {
        let (door, addr) = door();
        let mut customers = customers_of(addr);
        let mut lines = Vec::new();
        for _ in 0..MANY {
            lines.push(in_time(door.accept()).await.unwrap());
        }
        let waiting = Cell::new(0);
        let serve = |mut line: net::TcpStream| {
            let waiting = &waiting;
            waiting.set(waiting.get() + 1);
            async move {
                let mut heard = [0; 4];
                line.read_exact(&mut heard).await.unwrap();
                line.write_all(&heard).await.unwrap();
                line
            }
        };
        let mut visits: FuturesUnordered<_> = lines.into_iter().map(serve).collect();
        // They all wait, and a timer goes on meanwhile.
        let nap = pin!(sleep(Duration::from_millis(1)));
        let first = select(visits.next(), nap).await;
        assert!(matches!(first, Either::Right(_)), "somebody spoke");
        assert_eq!(waiting.get(), MANY);
        customers.stdin.take().unwrap().write_all(b"!").unwrap();
        let mut served = Vec::new();
        while let Some(line) = in_time(visits.next()).await {
            served.push(line);
        }
        assert_eq!(served.len(), MANY);
        let said = customers.wait_with_output().unwrap();
        assert!(said.status.success());
        assert!(String::from_utf8(said.stdout).unwrap().contains("all have heard"));
    });
}
