//! Where garments hang, by ticket.

use super::cleaning::clean;
use super::protocol::Refusal;
use crate::mpsc::{self, Sender};
use crate::oneshot::{Receiver, channel};
use crate::semaphore::{Permit, Semaphore};
use crate::task::{AbortOnDrop, JoinHandle, spawn};
use crate::timer::sleep;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::{Rc, Weak};
use std::time::Duration;

/// How many tickets that came to nothing the shop remembers. The garments of the others it believes
/// to have been picked up.
const REMEMBERED: usize = 10_000;

/// How many notes a garment can have.
const NOTES: usize = 8;

/// Room for a garment on the rack.
pub type Place = Permit<Rc<Semaphore>>;

/// A garment, from the counter to the counter.
#[derive(Debug)]
pub struct Garment {
    /// What the customer called it.
    pub name: String,
    /// The slip of the task that cleans it.
    cleaning: JoinHandle<Vec<String>>,
    /// The notes that were heeded, once they have been asked for.
    heeded: Option<Vec<String>>,
    is_in_machine: Rc<Cell<bool>>,
    /// The line to that task, and how many notes have gone by it.
    notes: Sender<String>,
    noted: usize,
    /// The slip of the task that takes it off the rack, if it is not held on to for ever. It ends
    /// with the garment.
    held: Option<AbortOnDrop<()>>,
    _place: Place,
}

impl Garment {
    /// What it is called, with the notes that were heeded. Waits until it is clean.
    pub async fn words(&mut self) -> String {
        let heeded = match &self.heeded {
            Some(heeded) => heeded,
            // A task that came to nothing has heeded nothing.
            None => self.heeded.insert((&mut self.cleaning).await.unwrap_or_default()),
        };
        match heeded.join(", ").as_str() {
            "" => self.name.clone(),
            heeded => format!("{} ({heeded})", self.name),
        }
    }
}

/// All garments in the shop. A ticket's number is never used again.
#[derive(Debug)]
pub struct Rack {
    takes: Duration,
    machines: Rc<Semaphore>,
    given_out: u64,
    hanging: HashMap<u64, Garment>,
    /// Tickets that came to nothing, and why: so many of the latest.
    ended: BTreeMap<u64, Refusal>,
}

impl Rack {
    /// An empty rack in a shop with so many machines, where cleaning a garment takes as long as
    /// `takes`.
    pub fn new(takes: Duration, machines: usize) -> Rack {
        let machines = Rc::new(Semaphore::new(machines));
        let (hanging, ended) = (HashMap::new(), BTreeMap::new());
        Rack { takes, machines, given_out: 0, hanging, ended }
    }

    /// Starts cleaning a garment, and gives its ticket.
    ///
    /// # Panics
    /// No loop runs on this thread.
    pub fn hang(&mut self, name: String, place: Place) -> u64 {
        self.given_out += 1;
        let (notes, to_heed) = mpsc::channel(1);
        let is_in_machine = Rc::<Cell<bool>>::default();
        let (machines, in_machine) =
            (Rc::clone(&self.machines), Rc::clone(&is_in_machine));
        let garment = Garment {
            name,
            cleaning: spawn(clean(self.takes, machines, in_machine, to_heed)),
            heeded: None,
            is_in_machine,
            notes,
            noted: 0,
            held: None,
            _place: place,
        };
        self.hanging.insert(self.given_out, garment);
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
        match self.ended.get(&ticket) {
            Some(Refusal::Cancelled(_)) => return Ok("CANCELLED"),
            Some(_) => return Ok("EXPIRED"),
            None => {}
        }
        let garment = self.look(ticket)?;
        Ok(match (garment.cleaning.is_finished(), garment.is_in_machine.get()) {
            (true, _) => "READY",
            (false, true) => "CLEANING",
            (false, false) => "QUEUED",
        })
    }

    /// The line to the task that cleans a garment, for one note.
    ///
    /// # Errors
    /// There is no such garment, it is clean already, or it has notes enough.
    pub fn note(&mut self, ticket: u64) -> Result<Sender<String>, Refusal> {
        self.look(ticket)?;
        let garment =
            self.hanging.get_mut(&ticket).ok_or(Refusal::NoSuchTicket(ticket))?;
        if garment.cleaning.is_finished() {
            return Err(Refusal::TooLate(ticket));
        }
        if garment.noted == NOTES {
            return Err(Refusal::TooManyNotes(ticket));
        }
        garment.noted += 1;
        Ok(garment.notes.clone())
    }

    /// Stops cleaning a garment, and gives it up.
    ///
    /// # Errors
    /// There is no such garment, or it is clean already.
    pub fn cancel(&mut self, ticket: u64) -> Result<(), Refusal> {
        if self.look(ticket)?.cleaning.is_finished() {
            return Err(Refusal::TooLate(ticket));
        }
        self.end(ticket, Refusal::Cancelled(ticket));
        Ok(())
    }

    /// Holds on to a garment for so long, and no longer.
    ///
    /// # Errors
    /// There is no such garment.
    pub fn hold(
        rack: &Rc<RefCell<Rack>>,
        ticket: u64,
        time: Duration,
    ) -> Result<(), Refusal> {
        rack.borrow().look(ticket)?;
        let expiry = Rack::expire(Rc::downgrade(rack), ticket, time);
        let held = spawn(expiry).abort_on_drop();
        let before =
            rack.borrow_mut().hanging.get_mut(&ticket).map(|g| g.held.replace(held));
        drop(before);
        Ok(())
    }

    async fn expire(rack: Weak<RefCell<Rack>>, ticket: u64, time: Duration) {
        sleep(time).await;
        if let Some(rack) = rack.upgrade() {
            rack.borrow_mut().end(ticket, Refusal::Expired(ticket));
        }
    }

    /// Takes a garment off the rack for good.
    fn end(&mut self, ticket: u64, why: Refusal) {
        if let Some(garment) = self.hanging.remove(&ticket) {
            garment.cleaning.abort();
            self.ended.insert(ticket, why);
            if self.ended.len() > REMEMBERED {
                self.ended.pop_first();
            }
        }
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
        let expired = garment.held.as_ref().is_some_and(AbortOnDrop::is_finished);
        self.hanging.insert(ticket, garment);
        if expired {
            self.end(ticket, Refusal::Expired(ticket));
        }
    }

    fn missing(&self, ticket: u64) -> Refusal {
        if let Some(why) = self.ended.get(&ticket) {
            return why.clone();
        }
        if (1..=self.given_out).contains(&ticket) {
            Refusal::PickedUp(ticket)
        } else {
            Refusal::NoSuchTicket(ticket)
        }
    }
}
