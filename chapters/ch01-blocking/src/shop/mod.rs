//! The counter of the dry cleaner on Silk Street.

pub mod lines;
pub mod options;
pub mod protocol;
pub mod rack;

use crate::net::{TcpListener, TcpStream};
use lines::Lines;
use protocol::{Refusal, Request};
use rack::{Garment, Rack};
use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tracing::{trace, trace_span};

/// The shop, with its counter and its rack.
#[derive(Debug)]
pub struct Shop {
    rack: Mutex<Rack>,
    /// Tickets whose garment a clerk has in their hands.
    hands: Mutex<HashSet<u64>>,
    /// Rings when hands are empty again.
    let_go: Condvar,
    customers: AtomicU64,
}

impl Shop {
    /// A shop where cleaning a garment takes as long as `takes`.
    pub fn new(takes: Duration) -> Shop {
        Shop {
            rack: Mutex::new(Rack::new(takes)),
            hands: Mutex::default(),
            let_go: Condvar::new(),
            customers: AtomicU64::new(0),
        }
    }

    /// One clerk: serves the customers at the door, one after another, for ever.
    pub fn one_clerk(&self, door: &TcpListener) -> ! {
        loop {
            self.serve(&next_customer(door));
        }
    }

    /// A clerk for every customer: each has a thread of their own.
    pub fn thread_per_customer(self: &Arc<Shop>, door: &TcpListener) -> ! {
        loop {
            let customer = next_customer(door);
            let shop = Arc::clone(self);
            if let Err(error) =
                thread::Builder::new().spawn(move || shop.serve(&customer))
            {
                eprintln!("no clerk for this customer: {error}");
            }
        }
    }

    /// Serves one customer, from hello to goodbye.
    pub fn serve(&self, customer: &TcpStream) {
        let number = self.customers.fetch_add(1, Ordering::Relaxed) + 1;
        let _serving = trace_span!(target: "shop", "customer", number).entered();
        // A customer who went without goodbye has no one to tell an error to.
        let _ = self.converse(customer);
    }

    fn converse(&self, mut customer: &TcpStream) -> io::Result<()> {
        let mut lines = Lines::default();
        let mut piece = [0; 512];
        loop {
            while let Some(line) = lines.next_line() {
                match line.and_then(|line| Request::parse(&line)) {
                    Ok(Request::Drop(garment)) => {
                        let ticket = self.rack().hang(garment, Instant::now());
                        say(customer, format!("TICKET {ticket}"))?;
                    }
                    Ok(Request::Pickup(ticket)) => self.pick_up(customer, ticket)?,
                    Ok(Request::Bye) => return say(customer, "BYE"),
                    Err(refusal) => say(customer, refusal)?,
                }
            }
            match customer.read(&mut piece)? {
                0 => return Ok(()),
                n => lines.push(&piece[..n]),
            }
        }
    }

    /// Waits until the garment is clean, and hands it over.
    fn pick_up(&self, customer: &TcpStream, ticket: u64) -> io::Result<()> {
        let clean_at = match self.clean_at(ticket) {
            Ok(clean_at) => clean_at,
            Err(refusal) => return say(customer, refusal),
        };
        trace!(target: "shop", call = "sleep", ticket, "block");
        thread::sleep(clean_at.saturating_duration_since(Instant::now()));
        let garment = match self.take(ticket) {
            Ok(garment) => garment,
            Err(refusal) => return say(customer, refusal),
        };
        let handed_over = say(customer, format!("READY {ticket} {}", garment.name));
        if handed_over.is_err() {
            self.rack().put_back(ticket, garment);
        }
        lock(&self.hands).remove(&ticket);
        self.let_go.notify_all();
        handed_over
    }

    fn clean_at(&self, ticket: u64) -> Result<Instant, Refusal> {
        let _hands = self.hands_without(ticket);
        Ok(self.rack().look(ticket)?.clean_at)
    }

    /// Takes a garment into a clerk's hands.
    fn take(&self, ticket: u64) -> Result<Garment, Refusal> {
        let mut hands = self.hands_without(ticket);
        let garment = self.rack().take(ticket)?;
        hands.insert(ticket);
        Ok(garment)
    }

    /// While a clerk has a garment in their hands, waits: if their customer has gone, it comes back.
    fn hands_without(&self, ticket: u64) -> MutexGuard<'_, HashSet<u64>> {
        let mut hands = lock(&self.hands);
        while hands.contains(&ticket) {
            hands = self.let_go.wait(hands).unwrap_or_else(PoisonError::into_inner);
        }
        hands
    }

    /// The rack, for as long as the guard lives.
    fn rack(&self) -> MutexGuard<'_, Rack> {
        lock(&self.rack)
    }
}

/// Locks; a clerk who panicked has left things as they were.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for the next customer, and is not put off by one whom the kernel could not let in.
fn next_customer(door: &TcpListener) -> TcpStream {
    loop {
        match door.accept() {
            Ok(customer) => return customer,
            Err(error) => {
                eprintln!("a customer could not come in: {error}");
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

/// Says one line to a customer, in one write.
fn say(mut customer: &TcpStream, line: impl ToString) -> io::Result<()> {
    customer.write_all((line.to_string() + "\n").as_bytes())
}
