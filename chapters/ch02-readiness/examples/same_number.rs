//! One customer leaves, another comes in, and the bell rings. For whom?

use ch02_readiness::net::{TcpListener, TcpStream};
use ch02_readiness::poller::{Interest, Poller};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::AsFd;
use std::time::Duration;

fn main() -> io::Result<()> {
    ledger::init();
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let addr = door.local_addr()?;
    let mut counter =
        Counter { poller: Poller::new()?, customers: BTreeMap::new(), seen: 0 };

    let mut anns_phone = std::net::TcpStream::connect(addr)?;
    let ann = counter.come_in("Ann", door.accept()?)?;
    // Somebody has a copy of Ann's line: a program that we have started, say.
    let _copy = counter.customers[&ann].1.as_fd().try_clone_to_owned()?;
    counter.leave(ann)?;

    let mut bens_phone = std::net::TcpStream::connect(addr)?;
    counter.come_in("Ben", door.accept()?)?;
    anns_phone.write_all(b"and no starch!\n")?;
    bens_phone.write_all(b"DROP wool coat\n")?;
    counter.answer_the_bell(None)?;
    counter.answer_the_bell(Some(Duration::ZERO))
}

/// A counter at which customers are known by number.
struct Counter {
    poller: Poller,
    customers: BTreeMap<usize, (&'static str, TcpStream)>,
    seen: usize,
}

impl Counter {
    fn come_in(&mut self, name: &'static str, line: TcpStream) -> io::Result<usize> {
        self.seen += 1;
        let number = self.seen;
        self.poller.add(&line, number, Interest::READ)?;
        self.customers.insert(number, (name, line));
        println!("{name} comes in");
        Ok(number)
    }

    fn leave(&mut self, number: usize) -> io::Result<()> {
        let Some((name, line)) = self.customers.remove(&number) else { return Ok(()) };
        self.poller.delete(&line)?;
        println!("{name} leaves");
        Ok(())
    }

    fn answer_the_bell(&self, timeout: Option<Duration>) -> io::Result<()> {
        let mut events = Vec::new();
        self.poller.wait(&mut events, timeout)?;
        if events.is_empty() {
            println!("the bell is silent");
        }
        for event in events {
            let Some((name, line)) = self.customers.get(&event.key) else { continue };
            let mut line: &TcpStream = line;
            match line.read(&mut [0; 64]) {
                Ok(bytes) => println!("the bell rings for {name}: {bytes} bytes"),
                Err(error) => println!("the bell rings for {name}: {:?}", error.kind()),
            }
        }
        Ok(())
    }
}
