//! All customers of a round in one thread: a non-blocking loop over their connections.

use std::{
    io::{ErrorKind, Read, Write},
    net::SocketAddr,
    time::{Duration, Instant},
};

use mio::{Events, Interest, Poll, Token, net::TcpStream};

use crate::{Error, Plan, visit::Visit};

/// How often the caller is told how it goes.
const LOOK: Duration = Duration::from_millis(10);
/// How many customers come in before the others are attended to.
const AT_ONCE: usize = 64;

/// How the customers of a round fared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fared {
    /// How long each served customer waited, from the door to the garment.
    pub(crate) waits: Vec<Duration>,
    /// How many lost patience.
    pub(crate) lost: usize,
    /// How many the shop failed: refused, contradicted, or left standing.
    pub(crate) failed: usize,
    /// What happened to the first of those.
    pub(crate) first_failure: Option<String>,
    /// From the first customer's arrival to the last one's leaving.
    pub(crate) took: Duration,
}

impl Fared {
    /// How many have left.
    pub(crate) fn gone(&self) -> usize {
        self.waits.len() + self.lost + self.failed
    }
}

/// A customer in the shop, or still on the doorstep.
#[derive(Debug)]
struct Customer {
    stream: TcpStream,
    visit: Visit,
    came: Instant,
    is_in: bool,
    waited: Option<Duration>,
}

/// How a customer left.
enum Left {
    Served { waited: Duration },
    Failed(String),
}

/// Sends the plan's customers to the shop at `addr`; calls `look` every now and then, and once more
/// when all have left.
///
/// It ends when every customer has been served, been failed or lost patience, so at the latest one
/// patience after the last arrival.
pub(crate) fn send(
    addr: SocketAddr,
    plan: &Plan,
    mut look: impl FnMut(&Fared),
) -> Result<Fared, Error> {
    let mut crowd = Crowd::new(addr, plan)?;
    let mut next_look = crowd.start;
    let mut events = Events::with_capacity(1024);
    while crowd.fared.gone() < plan.customers {
        crowd.let_in()?;
        let timeout = crowd.next_deadline().min(next_look);
        let timeout = timeout.saturating_duration_since(Instant::now());
        match crowd.poll.poll(&mut events, Some(timeout)) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(Error::Customers("wait for the shop", error)),
        }
        for event in &events {
            crowd.attend(event.token().0);
        }
        crowd.show_out_the_impatient();
        if Instant::now() >= next_look {
            look(&crowd.fared);
            next_look = Instant::now() + LOOK;
        }
    }
    crowd.fared.took = crowd.start.elapsed();
    look(&crowd.fared);
    Ok(crowd.fared)
}

struct Crowd<'a> {
    addr: SocketAddr,
    plan: &'a Plan,
    start: Instant,
    poll: Poll,
    /// Every customer so far, in order of arrival; `None` once they have left.
    customers: Vec<Option<Customer>>,
    /// How many customers at the front of that list have left for certain.
    left_in_order: usize,
    fared: Fared,
}

impl<'a> Crowd<'a> {
    fn new(addr: SocketAddr, plan: &'a Plan) -> Result<Crowd<'a>, Error> {
        Ok(Crowd {
            addr,
            plan,
            start: Instant::now(),
            poll: Poll::new().map_err(|why| Error::Customers("open a poller", why))?,
            customers: Vec::with_capacity(plan.customers),
            left_in_order: 0,
            fared: Fared::default(),
        })
    }

    /// Lets in those whose time has come, a handful at once.
    fn let_in(&mut self) -> Result<(), Error> {
        for _ in 0..AT_ONCE {
            match self.next_arrival() {
                Some(arrival) if arrival <= Instant::now() => self.arrive()?,
                _ => break,
            }
        }
        Ok(())
    }

    fn next_arrival(&self) -> Option<Instant> {
        let n = self.customers.len();
        (n < self.plan.customers).then(|| self.start + self.plan.arrival(n))
    }

    fn arrive(&mut self) -> Result<(), Error> {
        let n = self.customers.len();
        let came = Instant::now();
        let mut stream = match TcpStream::connect(self.addr) {
            Ok(stream) => stream,
            Err(why) if why.kind() == ErrorKind::ConnectionRefused => {
                self.customers.push(None);
                self.leave(Left::Failed(refused(why)));
                return Ok(());
            }
            // Out of descriptors or ports: no fault of the shop's.
            Err(why) => return Err(Error::Customers("connect", why)),
        };
        self.poll
            .registry()
            .register(&mut stream, Token(n), Interest::READABLE | Interest::WRITABLE)
            .map_err(|why| Error::Customers("watch a connection", why))?;
        let visit = Visit::new(n + 1);
        let customer = Customer { stream, visit, came, is_in: false, waited: None };
        self.customers.push(Some(customer));
        Ok(())
    }

    /// Something has changed for customer `n`.
    fn attend(&mut self, n: usize) {
        // One who has left may still have an event in the batch.
        let Some(customer) = &mut self.customers[n] else { return };
        if let Some(left) = customer.attend() {
            self.customers[n] = None;
            self.leave(left);
        }
    }

    fn leave(&mut self, left: Left) {
        match left {
            Left::Served { waited } => self.fared.waits.push(waited),
            Left::Failed(why) => {
                self.fared.failed += 1;
                self.fared.first_failure.get_or_insert(why);
            }
        }
    }

    /// All have the same patience: who came first loses it first.
    fn show_out_the_impatient(&mut self) {
        let now = Instant::now();
        while let Some(customer) = self.customers.get_mut(self.left_in_order) {
            if let Some(waiting) = customer {
                if waiting.came + self.plan.patience > now {
                    break;
                }
                *customer = None;
                self.fared.lost += 1;
            }
            self.left_in_order += 1;
        }
    }

    /// When someone comes, or may lose patience.
    fn next_deadline(&self) -> Instant {
        let waiting = self.customers[self.left_in_order..].iter().flatten().next();
        let patience = waiting.map(|customer| customer.came + self.plan.patience);
        let next = [self.next_arrival(), patience].into_iter().flatten().min();
        next.unwrap_or(self.start)
    }
}

impl Customer {
    /// Says and hears as much as can be without waiting; edge-triggered, so all of it.
    fn attend(&mut self) -> Option<Left> {
        if !self.is_in {
            match self.come_in() {
                Ok(is_in) => self.is_in = is_in,
                Err(why) => return Some(Left::Failed(refused(why))),
            }
        }
        if self.is_in { self.converse().err() } else { None }
    }

    /// Whether the connection has been made.
    fn come_in(&self) -> std::io::Result<bool> {
        if let Some(why) = self.stream.take_error()? {
            return Err(why);
        }
        match self.stream.peer_addr() {
            Ok(_) => Ok(true),
            Err(why) if why.kind() == ErrorKind::NotConnected => Ok(false),
            Err(why) => Err(why),
        }
    }

    fn converse(&mut self) -> Result<(), Left> {
        let mut piece = [0; 2048];
        loop {
            self.say()?;
            match self.stream.read(&mut piece) {
                Ok(0) => {
                    self.visit.closed().map_err(failed)?;
                    return Err(Left::Served { waited: self.waited.unwrap_or_default() });
                }
                Ok(count) => self.visit.hear(&piece[..count]).map_err(failed)?,
                Err(why) if why.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(why) if why.kind() == ErrorKind::Interrupted => continue,
                Err(why) => return Err(failed(format!("the connection broke: {why}"))),
            }
            if self.visit.has_garment() {
                self.waited.get_or_insert_with(|| self.came.elapsed());
            }
        }
    }

    fn say(&mut self) -> Result<(), Left> {
        while !self.visit.unsent().is_empty() {
            match self.stream.write(self.visit.unsent()) {
                Ok(count) => self.visit.sent(count),
                Err(why) if why.kind() == ErrorKind::WouldBlock => break,
                Err(why) if why.kind() == ErrorKind::Interrupted => {}
                Err(why) => return Err(failed(format!("the connection broke: {why}"))),
            }
        }
        Ok(())
    }
}

fn failed(why: impl ToString) -> Left {
    Left::Failed(why.to_string())
}

fn refused(why: std::io::Error) -> String {
    format!("no connection: {why}")
}

#[cfg(test)]
mod tests;
