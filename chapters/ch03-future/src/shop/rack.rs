//! Where garments hang, by ticket.

use super::protocol::Refusal;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// A garment, from the counter to the counter.
#[derive(Debug)]
pub struct Garment {
    /// What the customer called it.
    pub name: String,
    /// When it is clean.
    pub clean_at: Instant,
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
    pub fn hang(&mut self, name: String, now: Instant) -> u64 {
        self.given_out += 1;
        let garment = Garment { name, clean_at: now + self.takes };
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

    /// How far the garment of a ticket is.
    ///
    /// # Errors
    /// There is no such ticket, or its garment has been picked up.
    pub fn status(&self, ticket: u64, now: Instant) -> Result<&'static str, Refusal> {
        let garment = self.look(ticket)?;
        Ok(if garment.clean_at > now { "CLEANING" } else { "READY" })
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
