//! One customer's conversation with a shop, as a state machine over bytes.

use std::fmt;

/// No answer that we wait for is longer.
const LONGEST_LINE: usize = 1024;

/// A conversation: drop a garment, wait for it, say goodbye.
///
/// It knows no socket: bytes to be sent pile up in [`unsent`](Visit::unsent), bytes that came are
/// given to [`hear`](Visit::hear).
#[derive(Debug)]
pub(crate) struct Visit {
    garment: String,
    step: Step,
    heard: Vec<u8>,
    unsent: Vec<u8>,
}

/// What the customer waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Ticket,
    Ready { ticket: u64 },
    Bye,
    Close,
}

/// What the shop did that no shop should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Violation {
    /// It said something else.
    Answer { awaited: String, said: String },
    /// It said too much without ending the line.
    EndlessLine,
    /// It closed the connection before the customer said goodbye.
    ClosedEarly { awaited: String },
}

impl Visit {
    /// Customer `n`, who brings a garment like no one else's.
    pub(crate) fn new(n: usize) -> Visit {
        let garment = format!("silk shirt {n}");
        let unsent = format!("DROP {garment}\n").into_bytes();
        Visit { garment, step: Step::Ticket, heard: Vec::new(), unsent }
    }

    /// What the customer has yet to say.
    pub(crate) fn unsent(&self) -> &[u8] {
        &self.unsent
    }

    /// Notes that the first `count` bytes of [`unsent`](Visit::unsent) are on their way.
    pub(crate) fn sent(&mut self, count: usize) {
        self.unsent.drain(..count);
    }

    /// Whether the customer has the garment in hand.
    pub(crate) fn has_garment(&self) -> bool {
        matches!(self.step, Step::Bye | Step::Close)
    }

    /// Takes in bytes from the shop.
    pub(crate) fn hear(&mut self, bytes: &[u8]) -> Result<(), Violation> {
        self.heard.extend_from_slice(bytes);
        while let Some(end) = self.heard.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.heard.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            self.answer(line.trim_end_matches(['\n', '\r']))?;
        }
        if self.heard.len() > LONGEST_LINE {
            return Err(Violation::EndlessLine);
        }
        Ok(())
    }

    /// The shop has closed the connection, as it should after goodbye and not before.
    pub(crate) fn closed(&self) -> Result<(), Violation> {
        match self.step {
            Step::Close => Ok(()),
            _ => Err(Violation::ClosedEarly { awaited: self.awaited() }),
        }
    }

    fn answer(&mut self, line: &str) -> Result<(), Violation> {
        let next = match self.step {
            Step::Ticket => line
                .strip_prefix("TICKET ")
                .and_then(|ticket| ticket.parse().ok())
                .map(|ticket| (Step::Ready { ticket }, format!("PICKUP {ticket}\n"))),
            Step::Ready { .. } if line == self.awaited() => {
                Some((Step::Bye, "BYE\n".to_owned()))
            }
            Step::Bye if line == "BYE" => Some((Step::Close, String::new())),
            Step::Ready { .. } | Step::Bye | Step::Close => None,
        };
        let Some((step, say)) = next else {
            let said = line.chars().take(80).collect();
            return Err(Violation::Answer { awaited: self.awaited(), said });
        };
        self.step = step;
        self.unsent.extend_from_slice(say.as_bytes());
        Ok(())
    }

    fn awaited(&self) -> String {
        match self.step {
            Step::Ticket => "TICKET and a number".to_owned(),
            Step::Ready { ticket } => format!("READY {ticket} {}", self.garment),
            Step::Bye => "BYE".to_owned(),
            Step::Close => "the end".to_owned(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Violation::Answer { awaited, said } => {
                write!(f, "the shop said {said:?} where {awaited} was due")
            }
            Violation::EndlessLine => write!(
                f,
                "the shop said more than {LONGEST_LINE} bytes without ending the line"
            ),
            Violation::ClosedEarly { awaited } => {
                write!(f, "the shop closed the connection where {awaited} was due")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say_all(visit: &mut Visit) -> String {
        let said = String::from_utf8(visit.unsent().to_vec()).unwrap();
        visit.sent(said.len());
        said
    }

    #[test]
    fn a_visit_goes_from_drop_to_bye_whatever_the_pieces() {
        let mut visit = Visit::new(3);
        assert_eq!(say_all(&mut visit), "DROP silk shirt 3\n");
        for piece in ["TIC", "KET 1", "7\r", "\n"] {
            assert_eq!(say_all(&mut visit), "");
            visit.hear(piece.as_bytes()).unwrap();
        }
        assert_eq!(say_all(&mut visit), "PICKUP 17\n");
        assert!(!visit.has_garment());
        visit.hear(b"READY 17 silk shirt 3\n").unwrap();
        assert!(visit.has_garment());
        assert_eq!(say_all(&mut visit), "BYE\n");
        visit.closed().unwrap_err();
        visit.hear(b"BYE\n").unwrap();
        visit.closed().unwrap();
    }

    #[test]
    fn each_wrong_answer_is_a_violation() {
        let wrong = |right: &[&str], wrong: &str| {
            let mut visit = Visit::new(1);
            right.iter().for_each(|line| visit.hear(line.as_bytes()).unwrap());
            visit.hear(wrong.as_bytes()).unwrap_err().to_string()
        };
        let (ticket, ready) = ("TICKET 5\n", "READY 5 silk shirt 1\n");
        for (before, answer) in [
            (&[][..], "HELLO\n"),
            (&[], "TICKET\n"),
            (&[], "TICKET -1\n"),
            (&[], "\n"),
            (&[], "TICKET 5\nTICKET 6\n"),
            (&[ticket], "READY 5 silk shirt 2\n"),
            (&[ticket], "READY 6 silk shirt 1\n"),
            (&[ticket], "ERROR there is no ticket 5\n"),
            (&[ticket, ready], "GOODBYE\n"),
            (&[ticket, ready, "BYE\n"], "BYE\n"),
        ] {
            assert!(wrong(before, answer).contains("was due"), "{answer}");
        }
        assert!(wrong(&[], &"x".repeat(1025)).contains("without ending the line"));
        assert!(wrong(&[], "\u{1b}[2J\n").contains(r#""\u{1b}[2J""#));
    }
}
