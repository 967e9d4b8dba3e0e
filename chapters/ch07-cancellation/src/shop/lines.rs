//! Lines out of bytes that arrive in pieces of any size.

use super::protocol::Refusal;

/// How many bytes a line may have, its end not counted.
pub const LIMIT: usize = 1024;

/// Bytes that have arrived and are not yet a whole line.
#[derive(Debug, Default)]
pub struct Lines {
    bytes: Vec<u8>,
    /// The line has grown too long and been refused; what is left of it goes unread.
    skipping: bool,
}

impl Lines {
    /// Adds bytes as they came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Takes the next whole line, without its `\n` or `\r\n`, if there is one.
    pub fn next_line(&mut self) -> Option<Result<String, Refusal>> {
        loop {
            let Some(end) = self.bytes.iter().position(|&byte| byte == b'\n') else {
                return self.unfinished();
            };
            let mut line: Vec<u8> = self.bytes.drain(..=end).collect();
            if std::mem::take(&mut self.skipping) {
                continue;
            }
            line.pop();
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            if line.len() > LIMIT {
                return Some(Err(Refusal::LineTooLong));
            }
            return Some(String::from_utf8(line).map_err(|_| Refusal::NotText));
        }
    }

    /// A line without its end is nothing yet, unless no end could make it short enough.
    fn unfinished(&mut self) -> Option<Result<String, Refusal>> {
        if self.skipping {
            self.bytes.clear();
        }
        if self.bytes.len() <= LIMIT + "\r".len() {
            return None;
        }
        self.bytes.clear();
        self.skipping = true;
        Some(Err(Refusal::LineTooLong))
    }
}
