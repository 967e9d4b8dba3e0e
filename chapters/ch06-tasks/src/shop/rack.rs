//! Where garments hang, by ticket.

use super::protocol::Refusal;
use crate::oneshot::{Receiver, channel};
use crate::task::{JoinHandle, spawn};
use crate::timer::sleep;
use std::collections::HashMap;
use std::time::Duration;

/// A garment, from the counter to the counter.
#[derive(Debug)]
pub struct Garment {
    /// What the customer called it.
    pub name: String,
    /// The slip of the task that cleans it.
    cleaning: JoinHandle<()>,
}

/// All garments in the shop. A ticket's number is never used again.
#[derive(Debug)]
pub struct Rack {
    takes: Duration,
    given_out: u64,
    hanging: HashMap<u64, Garment>,
}

impl Rack {
    /// An empty rack in a shop where cleaning a garment takes as long as `takes`.
    pub fn new(takes: Duration) -> Rack {
        Rack { takes, given_out: 0, hanging: HashMap::new() }
    }

    /// Starts cleaning a garment, and gives its ticket.
    ///
    /// # Panics
    /// No loop runs on this thread.
    pub fn hang(&mut self, name: String) -> u64 {
        self.given_out += 1;
        let garment = Garment { name, cleaning: spawn(sleep(self.takes)) };
        self.put_back(self.given_out, garment);
        self.given_out
    }

    /// Looks at the garment of a ticket.
    ///
    /// # Errors
    /// There is no such ticket, or its garment has been picked up.
    pub fn look(&self, ticket: u64) -> Result<&Garment, Refusal> {
        self.hanging.get(&ticket).ok_or_else(|| self.missing(ticket))
    }

    /// A receipt for the moment when the garment of a ticket is clean.
    ///
    /// # Errors
    /// There is no such ticket, or its garment has been picked up.
    pub fn when_clean(&self, ticket: u64) -> Result<Receiver<()>, Refusal> {
        let garment = self.look(ticket)?;
        let (promise, receipt) = channel();
        garment.cleaning.add_done_callback(|_outcome| {
            // Whoever tore up the receipt has stopped waiting.
            let _ = promise.send(());
        });
        Ok(receipt)
    }

    /// How far the garment of a ticket is.
    ///
    /// # Errors
    /// There is no such ticket, or its garment has been picked up.
    pub fn status(&self, ticket: u64) -> Result<&'static str, Refusal> {
        let garment = self.look(ticket)?;
        Ok(if garment.cleaning.is_finished() { "READY" } else { "CLEANING" })
    }

    /// Takes a garment off the rack.
    ///
    /// # Errors
    /// There is no such ticket, or its garment has been picked up.
    pub fn take(&mut self, ticket: u64) -> Result<Garment, Refusal> {
        self.hanging.remove(&ticket).ok_or_else(|| self.missing(ticket))
    }

    /// Hangs a garment under its ticket again: whoever took it could not hand it over.
    pub fn put_back(&mut self, ticket: u64, garment: Garment) {
        self.hanging.insert(ticket, garment);
    }

    fn missing(&self, ticket: u64) -> Refusal {
        if (1..=self.given_out).contains(&ticket) {
            Refusal::PickedUp(ticket)
        } else {
            Refusal::NoSuchTicket(ticket)
        }
    }
}
