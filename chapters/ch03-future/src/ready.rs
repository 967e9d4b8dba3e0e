//! Waits for a call that may say "not yet".

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::task::Poll;

/// Makes a call that never blocks, until it says something else than `WouldBlock`.
///
/// It is made once a poll. Cancel-safe: what the call has not given, it has not taken.
///
/// # Errors
/// What the call says, `WouldBlock` excepted.
pub async fn until_ready<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    poll_fn(|_context| match call() {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
        outcome => Poll::Ready(outcome),
    })
    .await
}
