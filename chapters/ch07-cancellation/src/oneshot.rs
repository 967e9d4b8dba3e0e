//! A promise and its receipt: a place for one value that is not there yet.
//!
//! What asyncio calls a `Future` is the two in one.

use crate::sync::{Arc, Mutex, lock};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tracing::trace;

/// Makes a promise and the receipt for it: `oneshot::channel` in tokio and in `futures`.
///
/// ```
/// use ch07_cancellation::{event_loop::EventLoop, oneshot};
///
/// let (promise, receipt) = oneshot::channel();
/// promise.send("silk shirt").unwrap();
/// assert_eq!(EventLoop::new()?.block_on(receipt), Ok("silk shirt"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let place = Place { value: None, sender: true, receiver: true, waker: None };
    let place = Arc::new(Mutex::new(place));
    let receiver = Receiver { place: Arc::clone(&place), done: false };
    (Sender { place }, receiver)
}

/// What the two ends share.
#[derive(Debug)]
struct Place<T> {
    /// The value, from when it is sent until it is fetched.
    value: Option<T>,
    /// The promise may still be kept.
    sender: bool,
    /// Somebody may still fetch the value.
    receiver: bool,
    /// Whom to wake when the promise is kept or broken.
    waker: Option<Waker>,
}

impl<T> Place<T> {
    fn fetch(&mut self) -> Result<T, TryRecvError> {
        match self.value.take() {
            Some(value) => Ok(value),
            None if self.sender => Err(TryRecvError::Empty),
            None => Err(TryRecvError::Closed),
        }
    }
}

/// The promise: whoever holds it has undertaken to send one value.
#[derive(Debug)]
pub struct Sender<T> {
    place: Arc<Mutex<Place<T>>>,
}

impl<T> Sender<T> {
    /// Keeps the promise: asyncio's `set_result`. It can be kept once, so it is gone then.
    ///
    /// ```compile_fail,E0382
    /// let (promise, _receipt) = ch07_cancellation::oneshot::channel();
    /// promise.send("silk shirt").unwrap();
    /// promise.send("silk shirt").unwrap();
    /// ```
    ///
    /// # Errors
    /// The receipt is gone, so nobody can fetch the value; here it is.
    pub fn send(self, value: T) -> Result<(), T> {
        let mut place = lock(&self.place);
        if !place.receiver {
            return Err(value);
        }
        place.value = Some(value);
        Ok(())
    }

    /// Whether the receipt is gone, so that a value would be of no use: asyncio's `cancelled`.
    pub fn is_closed(&self) -> bool {
        !lock(&self.place).receiver
    }
}

impl<T> Drop for Sender<T> {
    /// Kept or broken, the promise is no longer open.
    fn drop(&mut self) {
        let mut place = lock(&self.place);
        place.sender = false;
        let waker = place.waker.take();
        drop(place);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// The receipt: a future that is ready when the promise has been kept or broken.
///
/// Cancel-safe: the value stays where it is until a poll gives it.
#[derive(Debug)]
#[must_use = "a receipt that is dropped tells the sender that nobody wants the value"]
pub struct Receiver<T> {
    place: Arc<Mutex<Place<T>>>,
    /// It has given its output.
    done: bool,
}

impl<T> Receiver<T> {
    /// Fetches the value if it is there: asyncio's `result`.
    ///
    /// # Errors
    /// [`TryRecvError::Empty`] if it is not there yet, [`TryRecvError::Closed`] if it will never be,
    /// or has been fetched.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let value = lock(&self.place).fetch()?;
        self.done = true;
        Ok(value)
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, Cancelled>;

    /// # Panics
    /// It has been ready before, or its value has been fetched.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        assert!(!self.done, "a receipt was polled after it had been ready");
        let mut place = lock(&self.place);
        let output = match place.fetch() {
            Ok(value) => Ok(value),
            Err(TryRecvError::Closed) => Err(Cancelled),
            Err(TryRecvError::Empty) => {
                trace!(target: "shop", until = "the promise is kept", "wait");
                let stale = place.waker.replace(context.waker().clone());
                drop(place);
                drop(stale);
                return Poll::Pending;
            }
        };
        drop(place);
        self.done = true;
        Poll::Ready(output)
    }
}

impl<T> Drop for Receiver<T> {
    /// Nobody will fetch the value; if it is there, it is dropped with its place.
    fn drop(&mut self) {
        let mut place = lock(&self.place);
        place.receiver = false;
        let waker = place.waker.take();
        drop(place);
        drop(waker);
    }
}

/// The promise was dropped before it was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the promise was dropped before it was kept")
    }
}

impl std::error::Error for Cancelled {}

/// Why there is no value to fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TryRecvError {
    /// Not yet.
    Empty,
    /// It was fetched before, or the promise was dropped.
    Closed,
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryRecvError::Empty => "there is no value yet",
            TryRecvError::Closed => "there is no value, and there will be none",
        })
    }
}

impl std::error::Error for TryRecvError {}
