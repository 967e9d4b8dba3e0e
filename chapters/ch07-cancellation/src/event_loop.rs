//! The loop: runs what can go on, waits when nothing can, and from the beginning.

use crate::clock::{Clock, Time};
use crate::handle::{Call, Handle};
use crate::outside::{Outside, Sent};
use crate::reactor::Reactor;
use crate::sync::Arc;
use crate::task::{Run, Tasks};
use crate::timer::{Due, Timers};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;
use tracing::{trace, trace_span};

thread_local! {
    /// The loop that runs on this thread.
    static CURRENT: RefCell<Option<Rc<Core>>> = const { RefCell::new(None) };
}

/// An event loop: what asyncio calls by this name, and tokio a `Runtime` of one thread.
///
/// A turn of it has five steps, in this order:
///
/// 1. it waits: not at all if something is in line, else until there is news or the next deadline;
/// 2. what other threads have brought gets in line;
/// 3. the futures whose sockets have news get in line;
/// 4. the futures and calls whose deadlines are over get in line, by deadline;
/// 5. everything that is in line now has its turn. What gets in line meanwhile is for the next.
///
/// ```
/// let four = ch07_cancellation::event_loop::EventLoop::new()?.block_on(async { 2 + 2 });
/// assert_eq!(four, 4);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct EventLoop {
    core: Rc<Core>,
}

/// The inside of a loop, which its sockets and sleeps know, too.
#[derive(Debug)]
pub(crate) struct Core {
    /// Who is in line.
    line: RefCell<VecDeque<Job>>,
    pub(crate) reactor: Rc<Reactor>,
    pub(crate) timers: Rc<Timers>,
    pub(crate) outside: Arc<Outside>,
    pub(crate) tasks: Tasks,
    /// How many futures there have been; the last one's number.
    futures: Cell<u64>,
    /// It is to stop after this turn.
    stopped: Cell<bool>,
    /// It will have no turn any more.
    closed: Cell<bool>,
}

/// Somebody in line.
pub(crate) enum Job {
    /// The future of this number can go on.
    Future(u64),
    /// A task can go on.
    Task(Arc<dyn Run>),
    /// Something is to be called.
    Call(Rc<Call>),
}

impl EventLoop {
    /// A loop that goes by the system's clock.
    ///
    /// # Errors
    /// The kernel has no poller for us.
    pub fn new() -> io::Result<EventLoop> {
        EventLoop::with_clock(Clock::Real)
    }

    /// A loop that goes by this clock.
    ///
    /// # Errors
    /// The kernel has no poller for us.
    pub fn with_clock(clock: Clock) -> io::Result<EventLoop> {
        let outside = Arc::new(Outside::new()?);
        let core = Core {
            line: RefCell::default(),
            reactor: Rc::new(Reactor::new(Arc::clone(&outside))),
            timers: Rc::new(Timers::new(Time::new(clock))),
            outside,
            tasks: Tasks::default(),
            futures: Cell::new(0),
            stopped: Cell::new(false),
            closed: Cell::new(false),
        };
        Ok(EventLoop { core: Rc::new(core) })
    }

    /// A handle, to leave calls with this loop.
    pub fn handle(&self) -> Handle {
        Handle::new(&self.core)
    }

    /// Runs a future to its end, and gives its output: asyncio's `run_until_complete`.
    ///
    /// What else is in line then stays there, until the loop runs again.
    ///
    /// # Panics
    /// - A loop is running on this thread: `.await` the future, in place of running it.
    /// - The loop is [stopped](Handle::stop) before the future is ready.
    /// - The future panics, or a call that it shares the loop with.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let _running = Running::enter(&self.core);
        let mut future = pin!(future);
        let number = self.core.futures.get() + 1;
        self.core.futures.set(number);
        let bell = Arc::new(Bell {
            number,
            in_line: AtomicBool::new(true),
            outside: Arc::clone(&self.core.outside),
        });
        let waker = Waker::from(Arc::clone(&bell));
        let mut context = Context::from_waker(&waker);
        let mut output = None;
        self.core.get_in_line(Job::Future(number));
        while output.is_none() {
            self.core.turn(&mut |called| {
                if called != number || output.is_some() {
                    return;
                }
                // Not a store: what was written before a wake that found us in line already is to
                // be seen by this poll, so that wake has to be read.
                bell.in_line.swap(false, Ordering::AcqRel);
                let _polling = trace_span!(target: "shop", "future").entered();
                trace!(target: "shop", "poll");
                match future.as_mut().poll(&mut context) {
                    Poll::Ready(value) => {
                        trace!(target: "shop", "ready");
                        output = Some(value);
                    }
                    Poll::Pending => {
                        // Not counted: ours, and the one that the context lends.
                        let wakers = Arc::strong_count(&bell) - 2;
                        trace!(target: "shop", wakers, "pending");
                    }
                }
            });
            if self.core.stopped.take() && output.is_none() {
                panic!("the loop was stopped before its future was ready");
            }
        }
        output.expect("the loop ends when there is an output")
    }

    /// Runs what is in line, turn after turn, until the loop is [stopped](Handle::stop).
    ///
    /// # Panics
    /// A loop is running on this thread; a call panics.
    pub fn run_forever(&self) {
        let _running = Running::enter(&self.core);
        loop {
            self.core.turn(&mut |_future_of_another_run| ());
            if self.core.stopped.take() {
                return;
            }
        }
    }
}

impl Drop for EventLoop {
    /// Tasks end where they stand, in the order in which they were spawned. What else was left
    /// with the loop is dropped, and never called.
    fn drop(&mut self) {
        self.core.closed.set(true);
        // What is dropped here may do anything, but the loop has let go of it. It may look for the
        // loop of its thread: that is still this one, unless another runs, or the thread ends.
        let is_free = CURRENT.try_with(|current| current.borrow().is_none());
        let _running = is_free.unwrap_or(false).then(|| Running::enter(&self.core));
        for task in self.core.tasks.take() {
            // Whoever panics because it ends, the others are to end, too.
            drop(catch_unwind(AssertUnwindSafe(|| task.abandon())));
        }
        drop(self.core.outside.close());
        drop(self.core.line.take());
        drop(self.core.timers.clear());
    }
}

impl Core {
    /// The loop that runs on this thread.
    ///
    /// # Panics
    /// There is none.
    pub(crate) fn current() -> Rc<Core> {
        Core::try_current().expect(
            "no event loop runs on this thread: this must happen inside of `EventLoop::block_on`",
        )
    }

    pub(crate) fn try_current() -> Option<Rc<Core>> {
        // A thread that ends has no loop, and may still drop something that wakes.
        CURRENT.try_with(|current| current.borrow().clone()).ok()?
    }

    pub(crate) fn get_in_line(&self, job: Job) {
        self.line.borrow_mut().push_back(job);
    }

    pub(crate) fn stop(&self) {
        self.stopped.set(true);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// One turn: the five steps. `poll` is given the number of a future to poll.
    fn turn(&self, poll: &mut dyn FnMut(u64)) {
        let idle = self.is_idle();
        let patience = if idle { self.timers.until_next() } else { Some(Duration::ZERO) };
        let events = self.reactor.wait(patience);
        let sent = self.outside.get_up();
        if idle && events.is_empty() && sent.is_empty() {
            self.timers.nothing_happens();
        }
        for job in sent {
            self.get_in_line(job.into());
        }
        self.reactor.wake(&events);
        for due in self.timers.take_due() {
            match due {
                Due::Wake(waker) => waker.wake(),
                Due::Call(call) => self.get_in_line(Job::Call(call)),
            }
        }
        self.reactor.allow_again();
        let in_line = self.line.borrow().len();
        for _ in 0..in_line {
            let job = self.line.borrow_mut().pop_front();
            match job {
                Some(Job::Future(number)) => poll(number),
                Some(Job::Task(task)) => task.run(),
                Some(Job::Call(call)) => call.make(),
                None => return,
            }
        }
    }

    /// Whether nobody is in line, and nobody at the back door. Whoever comes there now, rings.
    fn is_idle(&self) -> bool {
        self.line.borrow().is_empty() && !self.stopped.get() && self.outside.lie_down()
    }
}

impl From<Sent> for Job {
    fn from(sent: Sent) -> Job {
        match sent {
            Sent::Future(number) => Job::Future(number),
            Sent::Task(task) => Job::Task(task),
            Sent::Call(call) => Job::Call(Call::new(call)),
        }
    }
}

/// The waker of a future that a loop runs: puts it in line, once.
struct Bell {
    number: u64,
    in_line: AtomicBool,
    outside: Arc<Outside>,
}

impl Wake for Bell {
    fn wake(self: Arc<Bell>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Bell>) {
        if self.in_line.swap(true, Ordering::AcqRel) {
            return;
        }
        trace!(target: "shop", "wake");
        let here = Core::try_current();
        match here.filter(|core| Arc::ptr_eq(&core.outside, &self.outside)) {
            Some(core) => core.get_in_line(Job::Future(self.number)),
            // A loop that is gone has nothing to wake.
            None => drop(self.outside.send(Sent::Future(self.number))),
        }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Job::Future(number) => write!(f, "Future({number})"),
            Job::Task(task) => write!(f, "Task({})", task.number()),
            Job::Call(_) => f.write_str("Call"),
        }
    }
}

/// While it lives, the loop is the one that runs on this thread.
struct Running;

impl Running {
    fn enter(core: &Rc<Core>) -> Running {
        let other = Core::try_current();
        assert!(
            other.is_none(),
            "a loop is running on this thread already: inside of it, `.await` the future"
        );
        CURRENT.set(Some(Rc::clone(core)));
        Running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(core) = CURRENT.take() {
            // A call may have stopped the loop and then panicked; the next run is another matter.
            core.stopped.set(false);
        }
    }
}
