//! Says what it is given, and may be interrupted.

use futures::{AsyncWrite, AsyncWriteExt};
use std::io;

/// Speaks on a line.
#[derive(Debug)]
pub struct Mouth<L> {
    line: L,
    words: Vec<u8>,
}

impl<L: AsyncWrite + Unpin> Mouth<L> {
    /// A mouth that has nothing to say yet.
    pub fn new(line: L) -> Mouth<L> {
        Mouth { line, words: Vec::new() }
    }

    /// Has something to say, after what it has to say already.
    pub fn put(&mut self, words: &[u8]) {
        self.words.extend_from_slice(words);
    }

    /// How many bytes have not been said.
    pub fn unsaid(&self) -> usize {
        self.words.len()
    }

    /// Says everything. Cancel-safe: dropped before it is ready, it goes on next time where it was.
    ///
    /// # Errors
    /// What the line says. What has not been said remains to be said.
    pub async fn say_all(&mut self) -> io::Result<()> {
        // Your turn. So far it says it all again.
        self.line.write_all(&self.words).await?;
        self.words.clear();
        self.line.flush().await
    }
}
