//! What a customer can say, and what the shop says when it will not do it.

use std::fmt;

/// One line from a customer, understood.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// `DROP silk shirt`: here is a garment.
    Drop(String),
    /// `PICKUP 1`: I want it back, and will wait until it is clean.
    Pickup(u64),
    /// `STATUS 1`: how far is it?
    Status(u64),
    /// `BYE`: that was all.
    Bye,
}

impl Request {
    /// Understands a line.
    ///
    /// # Errors
    /// The refusal to answer with when the line makes no sense.
    pub fn parse(line: &str) -> Result<Request, Refusal> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (word, rest.trim()) {
            ("DROP", "") => Err(Refusal::WhichGarment),
            ("DROP", garment) => Ok(Request::Drop(garment.to_owned())),
            ("PICKUP", number) => ticket(word, number).map(Request::Pickup),
            ("STATUS", number) => ticket(word, number).map(Request::Status),
            ("BYE", "") => Ok(Request::Bye),
            _ => Err(Refusal::NotHere),
        }
    }
}

/// A ticket's number, for the request called `word`.
fn ticket(word: &str, number: &str) -> Result<u64, Refusal> {
    number.parse().map_err(|_| Refusal::WhichTicket(word.to_owned()))
}

/// Why the shop will not do what a line asks. It prints as the `ERROR` line to answer with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The line is nothing that the shop understands.
    NotHere,
    /// `DROP` of nothing.
    WhichGarment,
    /// A request, named here, without the number it needs.
    WhichTicket(String),
    /// A ticket that was never given out.
    NoSuchTicket(u64),
    /// A ticket whose garment has left the shop.
    PickedUp(u64),
    /// More than [`LIMIT`](super::lines::LIMIT) bytes without an end of line.
    LineTooLong,
    /// Bytes that are not UTF-8.
    NotText,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ERROR ")?;
        match self {
            Refusal::NotHere => f.write_str("sorry, we do not do that here"),
            Refusal::WhichGarment => f.write_str("DROP needs a garment"),
            Refusal::WhichTicket(word) => write!(f, "{word} needs a ticket number"),
            Refusal::NoSuchTicket(number) => write!(f, "there is no ticket {number}"),
            Refusal::PickedUp(number) => write!(f, "ticket {number} has been picked up"),
            Refusal::LineTooLong => {
                write!(f, "a line is at most {} bytes", super::lines::LIMIT)
            }
            Refusal::NotText => f.write_str("a line is UTF-8 text"),
        }
    }
}
