//! Where garments hang. Nothing in here waits.

use ch08_messages::shop::protocol::Refusal;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use tokio::task::JoinSet;

/// How many notes a garment can have.
const NOTES: usize = 8;

/// How many tickets that came to nothing the shop remembers.
const REMEMBERED: usize = 10_000;

/// How far a garment is, and in the end which notes were heeded.
pub enum Progress {
    Queued,
    Cleaning,
    Ready(Vec<String>),
}

impl Progress {
    pub fn is_ready(&self) -> bool {
        matches!(self, Progress::Ready(_))
    }
}

/// A garment, from the counter to the counter. When it is dropped, its tasks end.
pub struct Garment {
    name: String,
    pub progress: watch::Receiver<Progress>,
    /// The line to the task that cleans it, and how many notes have gone by it.
    notes: mpsc::Sender<String>,
    noted: usize,
    /// The task that takes it off the rack, if it is not held on to for ever.
    pub held: JoinSet<()>,
    _cleaning: JoinSet<()>,
    _place: OwnedSemaphorePermit,
}

impl Garment {
    pub fn new(
        name: String,
        place: OwnedSemaphorePermit,
        cleaning: JoinSet<()>,
        progress: watch::Receiver<Progress>,
        notes: mpsc::Sender<String>,
    ) -> Garment {
        let (held, noted) = (JoinSet::new(), 0);
        Garment { name, progress, notes, noted, held, _cleaning: cleaning, _place: place }
    }

    fn is_clean(&self) -> bool {
        self.progress.borrow().is_ready()
    }

    /// What it is called, with the notes that were heeded.
    fn words(&self) -> String {
        match &*self.progress.borrow() {
            Progress::Ready(heeded) if !heeded.is_empty() => {
                format!("{} ({})", self.name, heeded.join(", "))
            }
            _ => self.name.clone(),
        }
    }
}

/// Where garments hang, by ticket. A ticket's number is never used again.
#[derive(Default)]
pub struct Rack {
    given_out: u64,
    hanging: HashMap<u64, Garment>,
    /// Tickets that came to nothing, and why: so many of the latest.
    ended: BTreeMap<u64, Refusal>,
}

impl Rack {
    pub fn hang(&mut self, garment: Garment) -> u64 {
        self.given_out += 1;
        self.hanging.insert(self.given_out, garment);
        self.given_out
    }

    pub fn look(&self, ticket: u64) -> Result<&Garment, Refusal> {
        self.hanging.get(&ticket).ok_or_else(|| self.missing(ticket))
    }

    pub fn look_mut(&mut self, ticket: u64) -> Result<&mut Garment, Refusal> {
        let missing = self.missing(ticket);
        self.hanging.get_mut(&ticket).ok_or(missing)
    }

    fn take(&mut self, ticket: u64) -> Result<Garment, Refusal> {
        self.hanging.remove(&ticket).ok_or_else(|| self.missing(ticket))
    }

    /// Whoever took it could not hand it over. Meanwhile its time may have been over.
    fn put_back(&mut self, ticket: u64, mut garment: Garment) {
        let expired = garment.held.try_join_next().is_some();
        self.hanging.insert(ticket, garment);
        if expired {
            self.end(ticket, Refusal::Expired(ticket));
        }
    }

    /// Takes a garment off the rack for good.
    pub fn end(&mut self, ticket: u64, why: Refusal) {
        if self.hanging.remove(&ticket).is_some() {
            self.ended.insert(ticket, why);
            if self.ended.len() > REMEMBERED {
                self.ended.pop_first();
            }
        }
    }

    pub fn status(&self, ticket: u64) -> Result<String, Refusal> {
        let status = match self.ended.get(&ticket) {
            Some(Refusal::Cancelled(_)) => "CANCELLED",
            Some(_) => "EXPIRED",
            None => match *self.look(ticket)?.progress.borrow() {
                Progress::Queued => "QUEUED",
                Progress::Cleaning => "CLEANING",
                Progress::Ready(_) => "READY",
            },
        };
        Ok(format!("STATUS {ticket} {status}"))
    }

    pub fn cancel(&mut self, ticket: u64) -> Result<String, Refusal> {
        if self.look(ticket)?.is_clean() {
            return Err(Refusal::TooLate(ticket));
        }
        self.end(ticket, Refusal::Cancelled(ticket));
        Ok(format!("CANCELLED {ticket}"))
    }

    pub fn note(&mut self, ticket: u64) -> Result<mpsc::Sender<String>, Refusal> {
        let garment = self.look_mut(ticket)?;
        if garment.is_clean() {
            return Err(Refusal::TooLate(ticket));
        }
        if garment.noted == NOTES {
            return Err(Refusal::TooManyNotes(ticket));
        }
        garment.noted += 1;
        Ok(garment.notes.clone())
    }

    fn missing(&self, ticket: u64) -> Refusal {
        match self.ended.get(&ticket) {
            Some(why) => why.clone(),
            None if (1..=self.given_out).contains(&ticket) => Refusal::PickedUp(ticket),
            None => Refusal::NoSuchTicket(ticket),
        }
    }
}

/// A garment in the clerk's hands. Dropped before it is let go, it hangs on the rack again.
pub struct Hands<'a> {
    rack: &'a RefCell<Rack>,
    ticket: u64,
    garment: Option<Garment>,
}

impl<'a> Hands<'a> {
    pub fn take(rack: &'a RefCell<Rack>, ticket: u64) -> Result<Hands<'a>, Refusal> {
        let garment = Some(rack.borrow_mut().take(ticket)?);
        Ok(Hands { rack, ticket, garment })
    }

    /// What is said when it is handed over.
    pub fn words(&self) -> String {
        let words = self.garment.as_ref().map(Garment::words).unwrap_or_default();
        format!("READY {} {words}", self.ticket)
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
