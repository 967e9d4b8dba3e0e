//! The counter of the dry cleaner on Silk Street.

pub mod cleaning;
pub mod hands;
pub mod lines;
pub mod options;
pub mod protocol;
pub mod rack;

use crate::both::{Either, select};
use crate::cancel::{Cancelled, Token, or_cancelled};
use crate::mpsc::SendError;
use crate::net::{TcpListener, TcpStream};
use crate::oneshot::{self, Sender};
use crate::semaphore::Semaphore;
use crate::task::spawn;
use crate::timeout::{Elapsed, timeout};
use crate::timer::sleep;
use crate::yield_now::yield_now;
use futures::future::pending;
use futures::{AsyncReadExt, AsyncWriteExt};
use hands::Hands;
use lines::Lines;
use protocol::{HoldTime, Refusal, Request};
use rack::Rack;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, ErrorKind};
use std::rc::Rc;
use std::time::Duration;

/// How long nobody is let in after the kernel had no descriptor for another customer.
const PAUSE: Duration = Duration::from_millis(100);

/// The shop, with its counter and its rack.
#[derive(Debug)]
pub struct Shop {
    rack: Rc<RefCell<Rack>>,
    /// Room on the rack.
    places: Rc<Semaphore>,
    /// How many have come in; the last one's number.
    seen: Cell<u64>,
    /// Those who are in the shop, and how to ask each visit to come to an end.
    inside: RefCell<BTreeMap<u64, Token>>,
    /// Promises to those who want to close, for when the last customer has gone.
    last_out: RefCell<Vec<Sender<()>>>,
}

impl Shop {
    /// A shop where cleaning a garment takes as long as `takes`, with as many machines as garments,
    /// and room for all of them.
    pub fn new(takes: Duration) -> Shop {
        Shop::with(takes, usize::MAX, usize::MAX)
    }

    /// A shop with so many machines, and room for so many garments.
    pub fn with(takes: Duration, machines: usize, places: usize) -> Shop {
        Shop {
            rack: Rc::new(RefCell::new(Rack::new(takes, machines))),
            places: Rc::new(Semaphore::new(places)),
            seen: Cell::new(0),
            inside: RefCell::default(),
            last_out: RefCell::default(),
        }
    }

    /// How many customers are in the shop.
    pub fn customers(&self) -> usize {
        self.inside.borrow().len()
    }

    /// How many customers have come in since the shop was opened.
    pub fn seen(&self) -> u64 {
        self.seen.get()
    }

    /// Lets in whoever comes, and serves them side by side, for ever.
    pub async fn serve(self: Rc<Shop>, door: &TcpListener) -> ! {
        loop {
            let customer = self.next_customer(door).await;
            let inside = Inside::enter(&self);
            // Nobody waits for the end of a visit.
            drop(spawn(async move {
                inside.token.run(inside.shop.visit(&customer)).await;
            }));
        }
    }

    /// Asks all visits to come to an end, and waits until they have: whoever waits for a garment
    /// gets it, and nobody is listened to any more.
    ///
    /// # Errors
    /// The time was over first. What is left ends with the loop.
    pub async fn close(&self, grace: Duration) -> Result<(), Elapsed> {
        let (promise, all_gone) = oneshot::channel();
        // If nobody is inside, it is broken here, and not when the waiting is over.
        self.last_out.borrow_mut().extend((self.customers() > 0).then_some(promise));
        self.inside.borrow().values().for_each(Token::cancel);
        timeout(grace, all_gone).await.map(drop)
    }

    /// Waits for the next customer, however often the kernel cannot let them in.
    async fn next_customer(&self, door: &TcpListener) -> TcpStream {
        let mut full = false;
        loop {
            match door.accept().await {
                Ok(customer) => return customer,
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    if !full {
                        let inside = self.customers();
                        eprintln!("{error}: {inside} customers are in, more must wait");
                    }
                    full = true;
                    sleep(PAUSE).await;
                }
            }
        }
    }

    /// Serves one customer, from hello to goodbye.
    pub async fn visit(&self, customer: &TcpStream) {
        // A customer who went without goodbye has no one to tell an error to.
        let _ = self.converse(customer).await;
    }

    async fn converse(&self, mut customer: &TcpStream) -> io::Result<()> {
        let mut lines = Lines::default();
        let mut piece = [0; 512];
        loop {
            while let Some(line) = lines.next_line() {
                match line.and_then(|line| Request::parse(&line)) {
                    Ok(Request::Drop(garment)) => {
                        let place = Rc::clone(&self.places).acquire_owned();
                        let leaves = or_cancelled(hangs_up(customer, &mut lines));
                        // In this order: a shop that closes still answers, if there is room.
                        let place = select(place, leaves).await;
                        // Nobody is there any more, or the shop closes.
                        let Either::Left(place) = place else { return Ok(()) };
                        let ticket = self.rack.borrow_mut().hang(garment, place);
                        say(customer, format!("TICKET {ticket}")).await?;
                    }
                    Ok(Request::Pickup(ticket)) => self.pick_up(customer, ticket).await?,
                    Ok(Request::Status(ticket)) => self.status(customer, ticket).await?,
                    Ok(Request::Cancel(ticket)) => self.cancel(customer, ticket).await?,
                    Ok(Request::Hold(ticket, time)) => {
                        self.hold(customer, ticket, time).await?;
                    }
                    Ok(Request::Note(ticket, note)) => {
                        self.note(customer, ticket, note).await?;
                    }
                    Ok(Request::Bye) => return say(customer, "BYE").await,
                    Err(refusal) => say(customer, refusal).await?,
                }
            }
            match or_cancelled(customer.read(&mut piece)).await {
                // The shop closes, and all that was heard has been answered.
                Err(Cancelled) => return Ok(()),
                Ok(read) => match read? {
                    0 => return Ok(()),
                    n => lines.push(&piece[..n]),
                },
            }
            // They may never stop talking; the others want a word, too.
            yield_now().await;
        }
    }

    /// Waits until the garment is clean, and hands it over.
    async fn pick_up(&self, customer: &TcpStream, ticket: u64) -> io::Result<()> {
        let clean = self.rack.borrow().when_clean(ticket);
        match clean {
            // It is kept, and if the promise is broken, so is the loop.
            Ok(clean) => drop(clean.await),
            Err(refusal) => return say(customer, refusal).await,
        }
        match Hands::take(&self.rack, ticket) {
            Ok(mut hands) => {
                let garment = hands.words().await;
                say(customer, format!("READY {ticket} {garment}")).await?;
                hands.let_go();
                Ok(())
            }
            Err(refusal) => say(customer, refusal).await,
        }
    }

    async fn cancel(&self, customer: &TcpStream, ticket: u64) -> io::Result<()> {
        let outcome = self.rack.borrow_mut().cancel(ticket);
        match outcome {
            Ok(()) => say(customer, format!("CANCELLED {ticket}")).await,
            Err(refusal) => say(customer, refusal).await,
        }
    }

    /// Tells the task that cleans a garment. If it is busy with other notes, the customer waits.
    async fn note(
        &self,
        customer: &TcpStream,
        ticket: u64,
        note: String,
    ) -> io::Result<()> {
        let line = self.rack.borrow_mut().note(ticket);
        match line {
            Ok(line) => match line.send(note).await {
                Ok(()) => say(customer, format!("NOTED {ticket}")).await,
                // It is no longer being cleaned, and the rack knows why.
                Err(SendError(_)) => {
                    let why = self.rack.borrow_mut().note(ticket).err();
                    say(customer, why.unwrap_or(Refusal::TooLate(ticket))).await
                }
            },
            Err(refusal) => say(customer, refusal).await,
        }
    }

    async fn hold(
        &self,
        customer: &TcpStream,
        ticket: u64,
        time: HoldTime,
    ) -> io::Result<()> {
        match Rack::hold(&self.rack, ticket, time.duration) {
            Ok(()) => say(customer, format!("HELD {ticket} {}", time.words)).await,
            Err(refusal) => say(customer, refusal).await,
        }
    }

    async fn status(&self, customer: &TcpStream, ticket: u64) -> io::Result<()> {
        let status = self.rack.borrow().status(ticket);
        match status {
            Ok(status) => say(customer, format!("STATUS {ticket} {status}")).await,
            Err(refusal) => say(customer, refusal).await,
        }
    }
}

/// A customer in the shop, for as long as it lives.
struct Inside {
    shop: Rc<Shop>,
    number: u64,
    token: Token,
}

impl Inside {
    fn enter(shop: &Rc<Shop>) -> Inside {
        let (number, token) = (shop.seen.get() + 1, Token::new());
        shop.seen.set(number);
        shop.inside.borrow_mut().insert(number, token.clone());
        Inside { shop: Rc::clone(shop), number, token }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.shop.inside.borrow_mut().remove(&self.number);
        if self.shop.customers() == 0 {
            // A promise that is dropped is no longer open, and that is all that `close` waits for.
            drop(self.shop.last_out.take());
        }
    }
}

/// Waits until the customer hangs up. Somebody who goes on talking is there, and is believed to stay.
async fn hangs_up(mut customer: &TcpStream, lines: &mut Lines) {
    let mut byte = [0];
    if let Ok(1..) = customer.read(&mut byte).await {
        lines.push(&byte);
        pending().await
    }
}

/// Says one line.
async fn say(mut customer: &TcpStream, line: impl Display) -> io::Result<()> {
    customer.write_all(format!("{line}\n").as_bytes()).await
}
