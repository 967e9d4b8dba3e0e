//! One customer, and how far we have got with them.

use super::lines::Lines;
use super::protocol::{Refusal, Request};
use super::rack::{Garment, Rack};
use crate::net::TcpStream;
use crate::poller::Interest;
use std::io::{self, ErrorKind, Read, Write};
use std::time::Instant;
use tracing::trace;

/// All that a clerk has to remember to go on with a customer later.
#[derive(Debug)]
pub struct Customer {
    /// The line to them.
    pub stream: TcpStream,
    /// What the poller watches the line for.
    pub interest: Interest,
    lines: Lines,
    /// What we have to say to them and have not been able to say yet.
    to_say: Vec<u8>,
    /// What we are giving them with this answer. If they never take it, it goes back.
    hands: Option<(u64, Garment)>,
    at: At,
}

/// Where in the conversation we are.
#[derive(Debug)]
enum At {
    /// They talk, we answer.
    Counter,
    /// They wait for the garment of this ticket.
    Bench(u64),
    /// They go, as soon as they have heard our answer.
    Leaving,
}

/// What has to happen before we can go on with a customer.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// They say something.
    Readable,
    /// They listen to what we have said so far.
    Writable,
    /// Their garment is clean.
    Clean(Instant),
    /// Nothing: they have gone.
    Gone,
}

impl Customer {
    /// A customer who has come in.
    pub fn new(stream: TcpStream) -> Customer {
        Customer {
            stream,
            interest: Interest::READ,
            lines: Lines::default(),
            to_say: Vec::new(),
            hands: None,
            at: At::Counter,
        }
    }

    /// Goes on as far as it goes without waiting; reads once at most, so that a customer who
    /// never stops talking does not keep us from the others.
    ///
    /// # Errors
    /// The line is dead, and so is the conversation.
    pub fn go_on(&mut self, rack: &mut Rack, now: Instant) -> io::Result<Next> {
        let mut has_read = false;
        loop {
            if !self.answer_is_out()? {
                return Ok(Next::Writable);
            }
            match self.at {
                At::Leaving => return Ok(Next::Gone),
                At::Bench(ticket) => match rack.look(ticket) {
                    Ok(garment) if garment.clean_at > now => {
                        trace!(target: "shop", ticket, "timer");
                        return Ok(Next::Clean(garment.clean_at));
                    }
                    // It is clean, or there is no such ticket; `hand_over` tells which.
                    _ => self.hand_over(ticket, rack),
                },
                At::Counter => match self.lines.next_line() {
                    Some(line) => {
                        self.answer(line.and_then(|l| Request::parse(&l)), rack, now)
                    }
                    None if has_read => return Ok(Next::Readable),
                    None => match self.read() {
                        Ok(0) => return Ok(Next::Gone),
                        Ok(_) => has_read = true,
                        Err(error) if is_later(&error) => return Ok(Next::Readable),
                        Err(error) => return Err(error),
                    },
                },
            }
        }
    }

    /// Says what we have to say, as far as there is room. Is that all of it?
    fn answer_is_out(&mut self) -> io::Result<bool> {
        while !self.to_say.is_empty() {
            match (&self.stream).write(&self.to_say) {
                Ok(n) => drop(self.to_say.drain(..n)),
                Err(error) if is_later(&error) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        self.hands = None;
        Ok(true)
    }

    fn read(&mut self) -> io::Result<usize> {
        let mut piece = [0; 512];
        let n = (&self.stream).read(&mut piece)?;
        self.lines.push(&piece[..n]);
        Ok(n)
    }

    fn answer(
        &mut self,
        request: Result<Request, Refusal>,
        rack: &mut Rack,
        now: Instant,
    ) {
        match request {
            Ok(Request::Drop(garment)) => {
                let ticket = rack.hang(garment, now);
                self.say(format!("TICKET {ticket}"));
            }
            Ok(Request::Pickup(ticket)) => self.at = At::Bench(ticket),
            Ok(Request::Status(ticket)) => match rack.status(ticket, now) {
                Ok(status) => self.say(format!("STATUS {ticket} {status}")),
                Err(refusal) => self.say(refusal),
            },
            Ok(Request::Bye) => {
                self.say("BYE");
                self.at = At::Leaving;
            }
            Err(refusal) => self.say(refusal),
        }
    }

    /// Takes the garment from the rack into our hands; the answer gives it to the customer.
    fn hand_over(&mut self, ticket: u64, rack: &mut Rack) {
        self.at = At::Counter;
        match rack.take(ticket) {
            Ok(garment) => {
                self.say(format!("READY {ticket} {}", garment.name));
                self.hands = Some((ticket, garment));
            }
            Err(refusal) => self.say(refusal),
        }
    }

    fn say(&mut self, line: impl ToString) {
        self.to_say = (line.to_string() + "\n").into_bytes();
    }

    /// They are gone. What they did not take goes back on the rack.
    pub fn leave(self, rack: &mut Rack) {
        if let Some((ticket, garment)) = self.hands {
            rack.put_back(ticket, garment);
        }
    }
}

/// There is nothing now, and there may be later.
fn is_later(error: &io::Error) -> bool {
    error.kind() == ErrorKind::WouldBlock
}
