//! A ledger as JSON: an array with one entry a line, so that a stored ledger diffs well.

use std::{error::Error, fmt};

use crate::{Entry, Ledger};

pub(crate) const START: &str = "[\n";
pub(crate) const BETWEEN: &str = ",\n";
pub(crate) const END: &str = "\n]\n";

/// Why a text is not a ledger: see [`Ledger::from_json`].
#[derive(Debug)]
pub struct NotALedger {
    line: usize,
    why: String,
}

impl Ledger {
    /// This ledger as a JSON array, one entry a line.
    pub fn to_json(&self) -> String {
        let lines: Vec<String> = self.iter().map(line).collect();
        format!("{START}{}{END}", lines.join(BETWEEN))
    }

    /// Reads what [`Ledger::to_json`] or a program run with `LEDGER=FILE` wrote.
    ///
    /// A text that ends too early (the program was killed, the disk was full) gives all the
    /// entries that are whole.
    ///
    /// # Errors
    ///
    /// Anything else that is not a ledger's JSON; the error says on which line.
    pub fn from_json(json: &str) -> Result<Ledger, NotALedger> {
        let error = |rest: &str, why: &dyn fmt::Display| NotALedger {
            line: 1 + json[..json.len() - rest.len()].matches('\n').count(),
            why: why.to_string(),
        };
        let mut entries = Vec::new();
        let mut rest = json.trim_start();
        if rest.is_empty() {
            return Ok(Ledger::default());
        }
        rest = rest
            .strip_prefix('[')
            .ok_or_else(|| error(rest, &"a ledger starts with `[`"))?
            .trim_start();
        while !rest.is_empty() && !rest.starts_with(']') {
            let mut parser =
                serde_json::Deserializer::from_str(rest).into_iter::<Entry>();
            match parser.next() {
                Some(Ok(entry)) => entries.push(entry),
                Some(Err(why)) if !why.is_eof() => return Err(error(rest, &why)),
                Some(Err(_)) | None => break,
            }
            let after = rest[parser.byte_offset()..].trim_start();
            rest = match after.strip_prefix(',') {
                Some(next) => next.trim_start(),
                None if after.is_empty() || after.starts_with(']') => after,
                None => return Err(error(after, &"entries are separated by `,`")),
            };
        }
        Ok(entries.into_iter().collect())
    }
}

/// An entry as one line of JSON.
pub(crate) fn line(entry: &Entry) -> String {
    serde_json::to_string(entry)
        .expect("an entry is strings and numbers, which JSON can hold")
}

impl fmt::Display for NotALedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a ledger: line {}: {}", self.line, self.why)
    }
}

impl Error for NotALedger {}
