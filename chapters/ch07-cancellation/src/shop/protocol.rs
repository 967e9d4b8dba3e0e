//! What a customer can say, and what the shop says when it will not do it.

use std::fmt;
use std::time::Duration;

/// One line from a customer, understood.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// `DROP silk shirt`: here is a garment.
    Drop(String),
    /// `PICKUP 1`: I want it back, and will wait until it is clean.
    Pickup(u64),
    /// `STATUS 1`: how far is it?
    Status(u64),
    /// `CANCEL 1`: do not clean it.
    Cancel(u64),
    /// `HOLD 1 30s`: I shall be out of town, hold on to it for so long.
    Hold(u64, HoldTime),
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
            ("CANCEL", number) => ticket(word, number).map(Request::Cancel),
            ("HOLD", rest) => {
                let (number, time) = rest.split_once(' ').unwrap_or((rest, ""));
                let ticket = ticket(word, number)?;
                Ok(Request::Hold(ticket, HoldTime::parse(time.trim())?))
            }
            ("BYE", "") => Ok(Request::Bye),
            _ => Err(Refusal::NotHere),
        }
    }
}

/// How long to hold on to a garment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldTime {
    /// As the customer said it.
    pub words: String,
    /// As a clock counts it.
    pub duration: Duration,
}

impl HoldTime {
    /// A number and a unit: `500ms`, `30s`, `5m`, `2h`.
    fn parse(words: &str) -> Result<HoldTime, Refusal> {
        let end = words.find(|c: char| !c.is_ascii_digit()).unwrap_or(words.len());
        let (number, unit) = words.split_at(end);
        let number: u32 = number.parse().map_err(|_| Refusal::HowLong)?;
        let number = u64::from(number);
        let duration = match unit {
            "ms" => Duration::from_millis(number),
            "s" => Duration::from_secs(number),
            "m" => Duration::from_secs(60 * number),
            "h" => Duration::from_secs(60 * 60 * number),
            _ => return Err(Refusal::HowLong),
        };
        Ok(HoldTime { words: words.to_owned(), duration })
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
    /// A ticket that was cancelled.
    Cancelled(u64),
    /// A ticket whose garment the shop has not held on to any longer.
    Expired(u64),
    /// A ticket whose garment is clean, so that there is nothing to cancel.
    TooLate(u64),
    /// `HOLD` without a time that makes sense.
    HowLong,
    /// More than [`LIMIT`](super::lines::LIMIT) bytes without an end of line.
    LineTooLong,
    /// Bytes that are not UTF-8.
    NotText,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Refusal::Expired(number) = self {
            return write!(f, "EXPIRED {number}");
        }
        f.write_str("ERROR ")?;
        match self {
            Refusal::NotHere => f.write_str("sorry, we do not do that here"),
            Refusal::WhichGarment => f.write_str("DROP needs a garment"),
            Refusal::WhichTicket(word) => write!(f, "{word} needs a ticket number"),
            Refusal::NoSuchTicket(number) => write!(f, "there is no ticket {number}"),
            Refusal::PickedUp(number) => write!(f, "ticket {number} has been picked up"),
            Refusal::Cancelled(number) => write!(f, "ticket {number} has been cancelled"),
            Refusal::Expired(_) => Ok(()),
            Refusal::TooLate(number) => {
                write!(f, "ticket {number} is clean, it is too late")
            }
            Refusal::HowLong => f.write_str("HOLD needs a time, such as 30s or 5m"),
            Refusal::LineTooLong => {
                write!(f, "a line is at most {} bytes", super::lines::LIMIT)
            }
            Refusal::NotText => f.write_str("a line is UTF-8 text"),
        }
    }
}
