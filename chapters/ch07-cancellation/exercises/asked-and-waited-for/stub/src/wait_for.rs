//! Waits for work, and if it is too late, asks it to stop and waits until it has.

use crate::cancel::Cancelled;
use crate::timeout::timeout;
use std::time::Duration;

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The time was over, and nobody else has asked the work to stop.
    TooLate,
    /// Somebody else has asked it to stop.
    Cancelled,
}

/// Waits for work. If it takes longer than `limit`, it is asked to stop, and waited for: asyncio's
/// `wait_for`.
///
/// # Errors
/// The work has stopped without a value.
///
/// # Panics
/// No loop runs on this thread.
pub async fn wait_for<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, Cancelled>>,
) -> Result<T, Stopped> {
    // Your turn. So far it asks nobody, and drops the work.
    match timeout(limit, work).await {
        Ok(answer) => answer.map_err(|Cancelled| Stopped::Cancelled),
        Err(_) => Err(Stopped::TooLate),
    }
}
