//! A garment on its way back to its owner.

use super::rack::Rack;
use crate::net::TcpStream;
use std::cell::RefCell;
use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Waits until a garment is clean, and hands it over. Dropped before that, it leaves the garment on
/// the rack.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct PickUp<'a> {
    rack: &'a RefCell<Rack>,
    customer: &'a TcpStream,
    ticket: u64,
}

impl<'a> PickUp<'a> {
    /// Somebody at the counter has shown a ticket.
    pub fn new(
        rack: &'a RefCell<Rack>,
        customer: &'a TcpStream,
        ticket: u64,
    ) -> PickUp<'a> {
        PickUp { rack, customer, ticket }
    }
}

impl Future for PickUp<'_> {
    type Output = io::Result<()>;

    fn poll(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Your turn. So far it waits for nothing, and hands nothing over.
        let line = match self.rack.borrow().look(self.ticket) {
            Ok(garment) => format!("READY {} {}\n", self.ticket, garment.name),
            Err(refusal) => format!("{refusal}\n"),
        };
        let mut customer = self.customer;
        Poll::Ready(customer.write(line.as_bytes()).map(drop))
    }
}
