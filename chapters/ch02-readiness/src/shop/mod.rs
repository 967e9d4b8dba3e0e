//! The counter of the dry cleaner on Silk Street.

pub mod customer;
pub mod lines;
pub mod options;
pub mod protocol;
pub mod rack;

use crate::net::{TcpListener, TcpStream};
use crate::poller::{Event, Interest, Poller};
use customer::{Customer, Next};
use rack::Rack;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::io;
use std::time::{Duration, Instant};
use tracing::{trace, trace_span};

/// The door's key. Customers have the numbers from 1, and no number is used twice.
const DOOR: usize = 0;

/// How long the door stays shut when the kernel has no descriptor for another customer.
const PAUSE: Duration = Duration::from_millis(100);

/// How many customers are let in before the clerk looks after those inside again.
const CROWD: usize = 64;

/// The shop, with its counter and its rack.
#[derive(Debug)]
pub struct Shop {
    door: TcpListener,
    poller: Poller,
    events: Vec<Event>,
    /// What is due, and whom it concerns; the soonest on top.
    deadlines: BinaryHeap<Reverse<(Instant, usize)>>,
    rack: Rack,
    customers: BTreeMap<usize, Customer>,
    /// How many have come in; the last one's number.
    seen: usize,
    /// The kernel had no descriptor for the last one at the door, and we have said so.
    full: bool,
}

impl Shop {
    /// Opens a shop where cleaning a garment takes as long as `takes`.
    ///
    /// # Errors
    /// The kernel has no poller for us, or cannot watch the door.
    pub fn open(door: TcpListener, takes: Duration) -> io::Result<Shop> {
        let poller = Poller::new()?;
        poller.add(&door, DOOR, Interest::READ)?;
        Ok(Shop {
            door,
            poller,
            events: Vec::new(),
            deadlines: BinaryHeap::new(),
            rack: Rack::new(takes),
            customers: BTreeMap::new(),
            seen: 0,
            full: false,
        })
    }

    /// How many customers are in the shop.
    pub fn customers(&self) -> usize {
        self.customers.len()
    }

    /// Waits until something happens or is due, and goes on with everybody whom it concerns.
    ///
    /// # Errors
    /// The poller does not work.
    pub fn turn(&mut self) -> io::Result<()> {
        let mut events = std::mem::take(&mut self.events);
        self.poller.wait(&mut events, self.until_next_deadline())?;
        let now = Instant::now();
        for event in &events {
            match event.key {
                DOOR => self.let_in()?,
                number => self.hear(number, now)?,
            }
        }
        self.events = events;
        while let Some(number) = self.next_due(now) {
            trace!(target: "shop", customer = number, "due");
            match number {
                DOOR => self.unlock()?,
                number => self.go_on(number, now)?,
            }
        }
        Ok(())
    }

    fn until_next_deadline(&self) -> Option<Duration> {
        let Reverse((at, _)) = self.deadlines.peek()?;
        Some(at.saturating_duration_since(Instant::now()))
    }

    fn next_due(&mut self, now: Instant) -> Option<usize> {
        let Reverse((at, number)) = *self.deadlines.peek()?;
        if at > now {
            return None;
        }
        self.deadlines.pop();
        Some(number)
    }

    /// Lets in who is at the door, a crowd at a time.
    fn let_in(&mut self) -> io::Result<()> {
        for _ in 0..CROWD {
            match self.door.accept().and_then(|stream| self.welcome(stream)) {
                Ok(()) => self.full = false,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => return self.lock(&error),
            }
        }
        Ok(())
    }

    fn welcome(&mut self, stream: TcpStream) -> io::Result<()> {
        let customer = Customer::new(stream);
        self.poller.add(&customer.stream, self.seen + 1, customer.interest)?;
        self.seen += 1;
        self.customers.insert(self.seen, customer);
        Ok(())
    }

    /// Leaves the door for a while: it would go on ringing for a customer whom we cannot let in.
    fn lock(&mut self, error: &io::Error) -> io::Result<()> {
        if !self.full {
            eprintln!(
                "{error}: {} customers are in, more will have to wait",
                self.customers()
            );
        }
        self.full = true;
        self.deadlines.push(Reverse((Instant::now() + PAUSE, DOOR)));
        self.poller.modify(&self.door, DOOR, Interest::NONE)
    }

    fn unlock(&mut self) -> io::Result<()> {
        self.poller.modify(&self.door, DOOR, Interest::READ)
    }

    /// There is news of a customer. If we have asked for none, it is that they vanished.
    fn hear(&mut self, number: usize, now: Instant) -> io::Result<()> {
        match self.customers.get(&number) {
            Some(customer) if customer.interest == Interest::NONE => self.leave(number),
            _ => self.go_on(number, now),
        }
    }

    /// Goes on with a customer, if they are still here.
    fn go_on(&mut self, number: usize, now: Instant) -> io::Result<()> {
        let Some(customer) = self.customers.get_mut(&number) else { return Ok(()) };
        let _serving = trace_span!(target: "shop", "customer", number).entered();
        let interest = match customer.go_on(&mut self.rack, now) {
            Ok(Next::Readable) => Interest::READ,
            Ok(Next::Writable) => Interest::WRITE,
            Ok(Next::Clean(at)) => {
                self.deadlines.push(Reverse((at, number)));
                Interest::NONE
            }
            Ok(Next::Gone) | Err(_) => return self.leave(number),
        };
        if interest != customer.interest {
            customer.interest = interest;
            self.poller.modify(&customer.stream, number, interest)?;
        }
        Ok(())
    }

    fn leave(&mut self, number: usize) -> io::Result<()> {
        let Some(customer) = self.customers.remove(&number) else { return Ok(()) };
        self.poller.delete(&customer.stream)?;
        customer.leave(&mut self.rack);
        Ok(())
    }
}
