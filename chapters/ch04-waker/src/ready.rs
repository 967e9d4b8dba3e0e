//! Waits for a call that may say "not yet".

use crate::timer::sleep;
use std::io::{self, ErrorKind};
use std::time::Duration;

/// How long to wait before a call that said "not yet" is made again.
const PATIENCE: Duration = Duration::from_millis(1);

/// Makes a call that never blocks, until it says something else than `WouldBlock`.
///
/// It is made again after a nap. Cancel-safe: what the call has not given, it has not taken.
///
/// # Errors
/// What the call says, `WouldBlock` excepted.
pub async fn until_ready<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => sleep(PATIENCE).await,
            outcome => return outcome,
        }
    }
}
