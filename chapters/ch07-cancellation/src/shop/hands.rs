//! A garment between the rack and its owner.

use super::protocol::Refusal;
use super::rack::{Garment, Rack};
use std::cell::RefCell;

/// A garment in the clerk's hands. Dropped before it is let go, it hangs on the rack again.
#[derive(Debug)]
pub struct Hands<'a> {
    rack: &'a RefCell<Rack>,
    ticket: u64,
    garment: Option<Garment>,
}

impl<'a> Hands<'a> {
    /// Takes a garment off the rack.
    ///
    /// # Errors
    /// There is no such ticket, or its garment has been picked up.
    pub fn take(rack: &'a RefCell<Rack>, ticket: u64) -> Result<Hands<'a>, Refusal> {
        let garment = Some(rack.borrow_mut().take(ticket)?);
        Ok(Hands { rack, ticket, garment })
    }

    /// What the customer called it.
    pub fn garment(&self) -> &str {
        self.garment.as_ref().map_or("", |garment| &garment.name)
    }

    /// The customer has it.
    pub fn let_go(mut self) {
        self.garment = None;
    }
}

impl Drop for Hands<'_> {
    fn drop(&mut self) {
        if let Some(garment) = self.garment.take() {
            self.rack.borrow_mut().put_back(self.ticket, garment);
        }
    }
}
