//! Waits for something, and not for ever.

use crate::both::{Either, select};
use crate::timer::{Sleep, sleep, sleep_until};
use std::fmt;
use std::time::{Duration, Instant};

/// Waits for a future for at most so long; then it is dropped, at whichever `await` it stands.
/// `timeout` in tokio; asyncio's asks the work to stop, and waits until it has.
///
/// If both happen in one turn, the future wins. As cancel-safe as the future.
///
/// # Errors
/// The time was over first.
///
/// # Panics
/// No loop runs on this thread.
pub async fn timeout<F: Future>(
    limit: Duration,
    future: F,
) -> Result<F::Output, Elapsed> {
    until(sleep(limit), future).await
}

/// Waits for a future until a deadline: `timeout_at` in tokio and in asyncio.
///
/// # Errors
/// The deadline was over first.
///
/// # Panics
/// No loop runs on this thread.
pub async fn timeout_at<F: Future>(
    deadline: Instant,
    future: F,
) -> Result<F::Output, Elapsed> {
    until(sleep_until(deadline), future).await
}

async fn until<F: Future>(over: Sleep, future: F) -> Result<F::Output, Elapsed> {
    match select(future, over).await {
        Either::Left(output) => Ok(output),
        Either::Right(()) => Err(Elapsed),
    }
}

/// The time was over before the future was ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elapsed;

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time was over first")
    }
}

impl std::error::Error for Elapsed {}
