//! The counter of the dry cleaner on Silk Street.

pub mod hands;
pub mod lines;
pub mod options;
pub mod protocol;
pub mod rack;
pub mod visits;

use crate::clock::now;
use crate::net::{TcpListener, TcpStream};
use crate::timer::{sleep, sleep_until};
use crate::yield_now::yield_now;
use futures::{AsyncReadExt, AsyncWriteExt};
use hands::Hands;
use lines::Lines;
use protocol::Request;
use rack::Rack;
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::time::Duration;
use tracing::trace_span;
use visits::Visits;

/// How long nobody is let in after the kernel had no descriptor for another customer.
const PAUSE: Duration = Duration::from_millis(100);

/// The shop, with its counter and its rack.
#[derive(Debug)]
pub struct Shop {
    rack: RefCell<Rack>,
    /// How many have come in; the last one's number.
    seen: Cell<u64>,
    /// How many are in the shop.
    inside: Cell<usize>,
}

impl Shop {
    /// A shop where cleaning a garment takes as long as `takes`.
    pub fn new(takes: Duration) -> Shop {
        Shop {
            rack: RefCell::new(Rack::new(takes)),
            seen: Cell::new(0),
            inside: Cell::new(0),
        }
    }

    /// How many customers are in the shop.
    pub fn customers(&self) -> usize {
        self.inside.get()
    }

    /// How many customers have come in since the shop was opened.
    pub fn seen(&self) -> u64 {
        self.seen.get()
    }

    /// Lets in whoever comes, and serves them side by side, for ever.
    pub async fn serve(&self, door: &TcpListener) -> ! {
        let mut visits = Visits::default();
        loop {
            let customer = visits.meanwhile(self.next_customer(door)).await;
            visits.begin(self.visit(customer));
        }
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
    pub async fn visit(&self, customer: TcpStream) {
        let _inside = Inside::enter(self);
        let number = self.seen();
        let mut conversation = pin!(self.converse(&customer));
        let outcome = poll_fn(|context| {
            let _serving = trace_span!(target: "shop", "customer", number).entered();
            conversation.as_mut().poll(context)
        });
        // A customer who went without goodbye has no one to tell an error to.
        let _ = outcome.await;
    }

    async fn converse(&self, mut customer: &TcpStream) -> io::Result<()> {
        let mut lines = Lines::default();
        let mut piece = [0; 512];
        loop {
            while let Some(line) = lines.next_line() {
                match line.and_then(|line| Request::parse(&line)) {
                    Ok(Request::Drop(garment)) => {
                        let ticket = self.rack.borrow_mut().hang(garment, now());
                        say(customer, format!("TICKET {ticket}")).await?;
                    }
                    Ok(Request::Pickup(ticket)) => self.pick_up(customer, ticket).await?,
                    Ok(Request::Status(ticket)) => self.status(customer, ticket).await?,
                    Ok(Request::Bye) => return say(customer, "BYE").await,
                    Err(refusal) => say(customer, refusal).await?,
                }
            }
            match customer.read(&mut piece).await? {
                0 => return Ok(()),
                n => lines.push(&piece[..n]),
            }
            // They may never stop talking; the others want a word, too.
            yield_now().await;
        }
    }

    /// Waits until the garment is clean, and hands it over.
    async fn pick_up(&self, customer: &TcpStream, ticket: u64) -> io::Result<()> {
        let clean_at = self.rack.borrow().look(ticket).map(|garment| garment.clean_at);
        match clean_at {
            Ok(clean_at) => sleep_until(clean_at).await,
            Err(refusal) => return say(customer, refusal).await,
        }
        match Hands::take(&self.rack, ticket) {
            Ok(hands) => {
                say(customer, format!("READY {ticket} {}", hands.garment())).await?;
                hands.let_go();
                Ok(())
            }
            Err(refusal) => say(customer, refusal).await,
        }
    }

    async fn status(&self, customer: &TcpStream, ticket: u64) -> io::Result<()> {
        let status = self.rack.borrow().status(ticket, now());
        match status {
            Ok(status) => say(customer, format!("STATUS {ticket} {status}")).await,
            Err(refusal) => say(customer, refusal).await,
        }
    }
}

/// A customer in the shop, for as long as it lives.
struct Inside<'a>(&'a Shop);

impl Inside<'_> {
    fn enter(shop: &Shop) -> Inside<'_> {
        shop.seen.set(shop.seen.get() + 1);
        shop.inside.set(shop.inside.get() + 1);
        Inside(shop)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.inside.set(self.0.inside.get() - 1);
    }
}

/// Says one line.
async fn say(mut customer: &TcpStream, line: impl Display) -> io::Result<()> {
    customer.write_all(format!("{line}\n").as_bytes()).await
}
