//! What one can ask of a loop from inside and from outside.

use crate::event_loop::{Core, Job};
use crate::oneshot::{self, Receiver};
use crate::outside::{Outside, Sent};
use crate::sync::Arc;
use crate::task::{JoinHandle, Outcome, spawn};
use crate::timer::{Due, Timers};
use std::cell::RefCell;
use std::fmt;
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};
use tracing::trace;

/// Leaves calls with a loop, from the loop's own thread. It does not keep the loop alive.
///
/// It cannot go to another thread: for that there is [`Handle::remote`].
#[derive(Debug, Clone)]
pub struct Handle {
    core: Weak<Core>,
    remote: RemoteHandle,
}

impl Handle {
    pub(crate) fn new(core: &Rc<Core>) -> Handle {
        let remote = RemoteHandle { outside: Arc::clone(&core.outside) };
        Handle { core: Rc::downgrade(core), remote }
    }

    /// The loop that runs on this thread: asyncio's `get_running_loop`.
    ///
    /// # Panics
    /// No loop runs on this thread.
    pub fn current() -> Handle {
        Handle::new(&Core::current())
    }

    /// Gives a future to the loop, to be looked after: [`spawn`].
    ///
    /// # Errors
    /// The loop is gone.
    pub fn spawn<F: Future + 'static>(
        &self,
        future: F,
    ) -> Result<JoinHandle<F::Output>, Closed> {
        Ok(self.core()?.spawn(future))
    }

    /// Puts a call in line; it is made at the next turn, after what is in line already.
    ///
    /// # Errors
    /// The loop is gone.
    pub fn call_soon(&self, what: impl FnOnce() + 'static) -> Result<CallHandle, Closed> {
        let core = self.core()?;
        let call = Call::new(Box::new(what));
        core.get_in_line(Job::Call(Rc::clone(&call)));
        Ok(CallHandle { call, timer: None })
    }

    /// Makes a call when so much time has passed, or somewhat later.
    ///
    /// # Errors
    /// The loop is gone.
    pub fn call_later(
        &self,
        delay: Duration,
        what: impl FnOnce() + 'static,
    ) -> Result<CallHandle, Closed> {
        let timers = Rc::clone(&self.core()?.timers);
        let call = Call::new(Box::new(what));
        let deadline = timers.deadline_in(delay);
        let number = timers.set(deadline, None, Due::Call(Rc::clone(&call)));
        Ok(CallHandle { call, timer: Some((timers, deadline, number)) })
    }

    /// Puts a call in line, and wakes the loop for it: [`RemoteHandle::call_soon_threadsafe`].
    ///
    /// # Errors
    /// The loop is gone.
    pub fn call_soon_threadsafe(
        &self,
        what: impl FnOnce() + Send + 'static,
    ) -> Result<(), Closed> {
        self.remote.call_soon_threadsafe(what)
    }

    /// A handle that may go to other threads.
    pub fn remote(&self) -> RemoteHandle {
        self.remote.clone()
    }

    /// Stops the loop when this turn is over, or, if it does not run, after its next turn.
    ///
    /// # Errors
    /// The loop is gone.
    pub fn stop(&self) -> Result<(), Closed> {
        self.core()?.stop();
        Ok(())
    }

    fn core(&self) -> Result<Rc<Core>, Closed> {
        self.core.upgrade().filter(|core| !core.is_closed()).ok_or(Closed)
    }
}

/// Leaves calls with a loop, from any thread.
#[derive(Debug, Clone)]
pub struct RemoteHandle {
    outside: Arc<Outside>,
}

impl RemoteHandle {
    /// Puts a call in line, and wakes the loop if it waits. The call is made on the loop's thread.
    ///
    /// # Errors
    /// The loop is gone; the call has been dropped, here.
    pub fn call_soon_threadsafe(
        &self,
        what: impl FnOnce() + Send + 'static,
    ) -> Result<(), Closed> {
        self.outside.send(Sent::Call(Box::new(what))).map_err(|_| Closed)
    }

    /// Has a future made on the loop's thread and looked after there, and gives a receipt for what
    /// becomes of it: asyncio's `run_coroutine_threadsafe`. A broken promise means that the loop is
    /// gone.
    ///
    /// # Errors
    /// The loop is gone; `make` has been dropped, here.
    pub fn spawn<F>(
        &self,
        make: impl FnOnce() -> F + Send + 'static,
    ) -> Result<Receiver<Outcome<F::Output>>, Closed>
    where
        F: Future<Output: Send> + 'static,
    {
        let (promise, receipt) = oneshot::channel();
        self.call_soon_threadsafe(move || {
            let task = spawn(make());
            // If nobody has kept the receipt, nobody wants to know.
            drop(spawn(async { drop(promise.send(task.await)) }));
        })?;
        Ok(receipt)
    }
}

/// A call that was left with a loop: asyncio's `Handle`. Dropping it changes nothing.
#[derive(Debug)]
pub struct CallHandle {
    call: Rc<Call>,
    timer: Option<(Rc<Timers>, Instant, u64)>,
}

impl CallHandle {
    /// Takes the call back. If it has been made, or taken back, nothing happens.
    pub fn cancel(&self) {
        if let Some((timers, deadline, number)) = &self.timer {
            timers.forget(*deadline, *number);
        }
        drop(self.call.what.take());
    }
}

/// Something to be called, once, unless it is taken back before.
pub(crate) struct Call {
    what: RefCell<Option<Box<dyn FnOnce()>>>,
}

impl Call {
    pub(crate) fn new(what: Box<dyn FnOnce()>) -> Rc<Call> {
        Rc::new(Call { what: RefCell::new(Some(what)) })
    }

    pub(crate) fn make(&self) {
        let what = self.what.take();
        if let Some(what) = what {
            trace!(target: "shop", "call");
            what();
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

/// The loop is gone: asyncio's "Event loop is closed".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the event loop is closed")
    }
}

impl std::error::Error for Closed {}
