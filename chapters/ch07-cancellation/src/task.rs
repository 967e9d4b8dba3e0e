//! A task: a future that a loop looks after, with a place in line and a slip for its output.

use crate::event_loop::{Core, Job};
use crate::handle::Call;
use crate::home::AtHome;
use crate::outside::{Outside, Sent};
use crate::sync::Arc;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use tracing::{trace, trace_span};

/// Gives a future to the loop that runs on this thread, to be looked after, and gives the slip for
/// it: asyncio's `create_task`, tokio's `spawn_local`.
///
/// It gets in line, and is polled for the first time in the next turn.
///
/// ```
/// use ch07_cancellation::{event_loop::EventLoop, task::spawn};
///
/// let shirt = EventLoop::new()?.block_on(async {
///     let slip = spawn(async { "silk shirt" });
///     slip.await.unwrap()
/// });
/// assert_eq!(shirt, "silk shirt");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Panics
/// No loop runs on this thread.
pub fn spawn<F: Future + 'static>(future: F) -> JoinHandle<F::Output> {
    Core::current().spawn(future)
}

/// What becomes of a task: its output, or why there is none.
pub type Outcome<T> = Result<T, JoinError>;

/// The slip for a task: a future that is ready when the task is over. Cancel-safe.
///
/// Dropped, it leaves the task to itself: the work goes on, and nobody is told what came of it.
#[must_use = "if nobody wants to know what becomes of the task, drop its handle"]
pub struct JoinHandle<T> {
    task: Arc<dyn Join<T>>,
}

impl<T> JoinHandle<T> {
    /// Whether the task is over: asyncio's `done`.
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }

    /// Ends the task where it stands, when its next turn comes: its future is dropped there. A task
    /// that is over by then, or ends in the turn that it is having now, keeps its output.
    pub fn abort(&self) {
        Arc::clone(&self.task).abort();
    }

    /// A handle that aborts the task when it is dropped.
    pub fn abort_on_drop(self) -> AbortOnDrop<T> {
        AbortOnDrop { handle: self }
    }
}

impl<T: 'static> JoinHandle<T> {
    /// Has something called with what became of the task, when it is over; in the turn after that,
    /// or after this one, if it is over already. Several are called in the order in which they were
    /// left. If the output has been fetched before, the call is not made.
    pub fn add_done_callback(&self, what: impl FnOnce(&Outcome<T>) + 'static) {
        Arc::clone(&self.task).when_done(Box::new(what));
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Outcome<T>;

    /// # Panics
    /// It has been ready before, or a task waits for itself.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome<T>> {
        self.task.poll_join(context)
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        self.task.handle_is_gone();
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("finished", &self.is_finished()).finish()
    }
}

/// The slip for a task that nobody else wants: dropped, it aborts the task. Cancel-safe.
#[derive(Debug)]
#[must_use = "a handle that is dropped aborts its task"]
pub struct AbortOnDrop<T> {
    handle: JoinHandle<T>,
}

impl<T> AbortOnDrop<T> {
    /// Whether the task is over.
    pub fn is_finished(&self) -> bool {
        self.handle.is_finished()
    }
}

impl<T> Future for AbortOnDrop<T> {
    type Output = Outcome<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome<T>> {
        Pin::new(&mut self.handle).poll(context)
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.handle.abort();
    }
}

/// Why a task has no output.
pub struct JoinError {
    /// What it panicked with; if it did not, it was dropped before its end.
    panic: Option<Box<dyn Any + Send>>,
}

impl JoinError {
    /// Whether the task was dropped before its end: it was aborted, or its loop is gone.
    pub fn is_cancelled(&self) -> bool {
        self.panic.is_none()
    }

    /// Whether the task panicked.
    pub fn is_panic(&self) -> bool {
        self.panic.is_some()
    }

    /// What the task panicked with, for [`std::panic::resume_unwind`].
    pub fn into_panic(self) -> Option<Box<dyn Any + Send>> {
        self.panic
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(panic) = &self.panic else {
            return f.write_str("the task was dropped before its end");
        };
        let literal = panic.downcast_ref::<&str>().copied();
        let text = panic.downcast_ref::<String>().map(String::as_str).or(literal);
        write!(f, "the task panicked: {}", text.unwrap_or("without words"))
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_panic() { "Panicked" } else { "Cancelled" })
    }
}

impl std::error::Error for JoinError {}

/// A task, in one piece: the loop, the handle and every waker own it together.
///
/// Wakers go to other threads, and the last of them may be dropped there. The future and its output
/// never leave this one.
struct Task<F: Future> {
    number: u64,
    in_line: AtomicBool,
    outside: Arc<Outside>,
    inside: AtHome<Inside<F>>,
}

struct Inside<F: Future> {
    core: RefCell<Weak<Core>>,
    stage: RefCell<Stage<F>>,
    is_finished: Cell<bool>,
    /// It is to end at its next turn.
    is_aborted: Cell<bool>,
    /// Its place among the tasks of its loop.
    place: Cell<usize>,
    has_handle: Cell<bool>,
    /// Whoever awaits the handle.
    joiner: RefCell<Option<Waker>>,
    /// What is to be called with the outcome, when it is over.
    callbacks: RefCell<Vec<Callback<F::Output>>>,
    /// How many of those are in line. The outcome stays until they have been made.
    calls: Cell<usize>,
}

enum Stage<F: Future> {
    Running(F),
    Done(Outcome<F::Output>),
    /// The future is gone, and its outcome is not there yet, or not any more.
    Empty,
}

type Callback<T> = Box<dyn FnOnce(&Outcome<T>)>;

/// A task, as its loop sees it.
pub(crate) trait Run: Send + Sync {
    /// Its number, in the order in which tasks were spawned.
    fn number(&self) -> u64;
    /// Gives it a turn.
    fn run(self: Arc<Self>);
    /// Ends it where it stands.
    fn abandon(self: Arc<Self>);
}

/// A task, as its handle sees it.
trait Join<T> {
    fn is_finished(&self) -> bool;
    fn abort(self: Arc<Self>);
    fn poll_join(&self, context: &mut Context<'_>) -> Poll<Outcome<T>>;
    fn when_done(self: Arc<Self>, what: Callback<T>);
    fn handle_is_gone(&self);
}

impl Core {
    /// Makes a task of a future, and puts it in line. A loop that is gone drops it at once.
    pub(crate) fn spawn<F>(self: &Rc<Core>, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
    {
        let number = self.tasks.next_number();
        let inside = Inside {
            core: RefCell::new(Rc::downgrade(self)),
            stage: RefCell::new(Stage::Running(future)),
            is_finished: Cell::new(false),
            is_aborted: Cell::new(false),
            place: Cell::new(usize::MAX),
            has_handle: Cell::new(true),
            joiner: RefCell::default(),
            callbacks: RefCell::default(),
            calls: Cell::new(0),
        };
        let task = Arc::new(Task {
            number,
            in_line: AtomicBool::new(true),
            outside: Arc::clone(&self.outside),
            inside: AtHome::new(inside),
        });
        trace!(target: "shop", task = number, "spawn");
        let run: Arc<dyn Run> = Arc::<Task<F>>::clone(&task);
        if self.is_closed() {
            run.abandon();
        } else {
            task.inside().place.set(self.tasks.insert(Arc::clone(&run)));
            self.get_in_line(Job::Task(run));
        }
        JoinHandle { task }
    }
}

impl<F: Future + 'static> Run for Task<F> {
    fn number(&self) -> u64 {
        self.number
    }

    fn run(self: Arc<Self>) {
        // Not a store: what was written before a wake that found us in line already is to be seen
        // by this poll, so that wake has to be read.
        self.in_line.swap(false, Ordering::AcqRel);
        if self.inside().is_finished.get() {
            return;
        }
        if self.inside().is_aborted.get() {
            return self.abandon();
        }
        let _polling =
            trace_span!(target: "shop", "task", number = self.number).entered();
        trace!(target: "shop", "poll");
        let waker = Waker::from(Arc::clone(&self));
        match self.poll(&mut Context::from_waker(&waker)) {
            Ok(Poll::Pending) => {
                // Not counted: this turn's two, the loop's, the handle's, and the one in line.
                let others = 3
                    + usize::from(self.inside().has_handle.get())
                    + usize::from(self.in_line.load(Ordering::Relaxed));
                let wakers = Arc::strong_count(&self).saturating_sub(others);
                trace!(target: "shop", wakers, "pending");
            }
            Ok(Poll::Ready(output)) => {
                trace!(target: "shop", "ready");
                self.finish(Ok(output));
            }
            Err(panic) => {
                trace!(target: "shop", "panic");
                self.finish(Err(JoinError { panic: Some(panic) }));
            }
        }
    }

    fn abandon(self: Arc<Self>) {
        if !self.inside().is_finished.get() {
            trace!(target: "shop", task = self.number, "drop");
            self.finish(Err(JoinError { panic: None }));
        }
    }
}

impl<F: Future> Task<F> {
    fn inside(&self) -> &Inside<F> {
        self.inside.get().expect("a task runs on the thread of its loop")
    }

    /// Asks the future, and catches its panic.
    fn poll(
        &self,
        context: &mut Context<'_>,
    ) -> Result<Poll<F::Output>, Box<dyn Any + Send>> {
        let mut stage = self.inside().stage.borrow_mut();
        let Stage::Running(future) = &mut *stage else { return Ok(Poll::Pending) };
        // SAFETY: the future lies in an `Arc`, and never moves: only an outcome is ever taken out of a
        // stage, and another stage takes the future's place by dropping it where it lies. Nor is its
        // memory used for something else before that: until it is dropped, the loop's list owns it.
        let future = unsafe { Pin::new_unchecked(future) };
        catch_unwind(AssertUnwindSafe(|| future.poll(context)))
    }

    /// The end: the future goes, the outcome comes, and all who asked for it are told.
    fn finish(self: &Arc<Self>, mut outcome: Outcome<F::Output>)
    where
        F: 'static,
    {
        let inside = self.inside();
        let drop_future = || *inside.stage.borrow_mut() = Stage::Empty;
        if let Err(panic) = catch_unwind(AssertUnwindSafe(drop_future)) {
            discard(mem::replace(&mut outcome, Err(JoinError { panic: Some(panic) })));
        }
        *inside.stage.borrow_mut() = Stage::Done(outcome);
        inside.is_finished.set(true);
        let core = inside.core.borrow().upgrade();
        if let Some(core) = core {
            core.tasks.remove(inside.place.get());
        }
        let callbacks = inside.callbacks.take();
        callbacks.into_iter().for_each(|callback| self.call_soon(callback));
        inside.tell_joiner();
    }

    fn call_soon(self: &Arc<Self>, callback: Callback<F::Output>)
    where
        F: 'static,
    {
        self.inside().calls.set(self.inside().calls.get() + 1);
        let shown = Shown(Arc::clone(self));
        let call = Call::new(Box::new(move || {
            if let Stage::Done(outcome) = &*shown.0.inside().stage.borrow() {
                callback(outcome);
            }
        }));
        self.inside().get_in_line(Job::Call(call));
    }
}

/// A call in line that will be shown the outcome.
struct Shown<F: Future>(Arc<Task<F>>);

impl<F: Future> Drop for Shown<F> {
    fn drop(&mut self) {
        let inside = self.0.inside();
        inside.calls.set(inside.calls.get() - 1);
        inside.tell_joiner();
    }
}

impl<F: Future> Inside<F> {
    /// A loop that is gone has no line.
    fn get_in_line(&self, job: Job) {
        let core = self.core.borrow().upgrade().filter(|core| !core.is_closed());
        if let Some(core) = core {
            core.get_in_line(job);
        }
    }

    /// When nobody is to be shown the outcome any more, it is the joiner's; without a handle,
    /// nobody's.
    fn tell_joiner(&self) {
        if !self.is_finished.get() || self.calls.get() > 0 {
            return;
        }
        let joiner = self.joiner.take();
        if let Some(joiner) = joiner {
            joiner.wake();
        }
        if !self.has_handle.get() {
            self.empty();
        }
    }

    /// Drops all that is left, here, on its own thread: the last owner may be a waker on another.
    fn empty(&self) {
        drop(self.core.take());
        discard(self.take_outcome());
    }

    fn take_outcome(&self) -> Option<Outcome<F::Output>> {
        let mut stage = self.stage.borrow_mut();
        if !matches!(*stage, Stage::Done(_)) {
            return None;
        }
        match mem::replace(&mut *stage, Stage::Empty) {
            Stage::Done(outcome) => Some(outcome),
            _ => None,
        }
    }
}

/// Drops what nobody wants. If it panics, nobody wants to know that either.
fn discard<T>(what: T) {
    drop(catch_unwind(AssertUnwindSafe(|| drop(what))));
}

impl<F: Future + 'static> Join<F::Output> for Task<F> {
    fn is_finished(&self) -> bool {
        self.inside().is_finished.get()
    }

    fn abort(self: Arc<Self>) {
        if !self.inside().is_finished.get() {
            trace!(target: "shop", task = self.number, "abort");
            self.inside().is_aborted.set(true);
            self.wake();
        }
    }

    fn poll_join(&self, context: &mut Context<'_>) -> Poll<Outcome<F::Output>> {
        let inside = self.inside();
        if inside.is_finished.get() && inside.calls.get() == 0 {
            let outcome = inside.take_outcome();
            return Poll::Ready(
                outcome.expect("a handle is not polled after it was ready"),
            );
        }
        // Its stage is lent while it is being polled, and then it is the one who asks.
        let is_another = inside.stage.try_borrow_mut().is_ok();
        assert!(is_another || inside.is_finished.get(), "a task waits for itself");
        trace!(target: "shop", task = self.number, "wait");
        let stale = inside.joiner.replace(Some(context.waker().clone()));
        drop(stale);
        Poll::Pending
    }

    fn when_done(self: Arc<Self>, what: Callback<F::Output>) {
        if self.inside().is_finished.get() {
            self.call_soon(what);
        } else {
            self.inside().callbacks.borrow_mut().push(what);
        }
    }

    fn handle_is_gone(&self) {
        let inside = self.inside();
        inside.has_handle.set(false);
        let joiner = inside.joiner.take();
        drop(joiner);
        inside.tell_joiner();
    }
}

impl<F: Future + 'static> Wake for Task<F> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.in_line.swap(true, Ordering::AcqRel) {
            return;
        }
        trace!(target: "shop", task = self.number, "wake");
        let task: Arc<dyn Run> = Arc::<Self>::clone(self);
        match self.inside.get() {
            Some(inside) => inside.get_in_line(Job::Task(task)),
            // A loop that is gone has nothing to wake.
            None => drop(self.outside.send(Sent::Task(task))),
        }
    }
}

/// The tasks of a loop that are not over.
#[derive(Default)]
pub(crate) struct Tasks {
    places: RefCell<Vec<Option<Arc<dyn Run>>>>,
    free: RefCell<Vec<usize>>,
    /// How many tasks there have been; the last one's number.
    made: Cell<u64>,
}

impl Tasks {
    fn next_number(&self) -> u64 {
        self.made.set(self.made.get() + 1);
        self.made.get()
    }

    /// Keeps a task, and gives its place.
    fn insert(&self, task: Arc<dyn Run>) -> usize {
        let mut places = self.places.borrow_mut();
        if let Some(place) = self.free.borrow_mut().pop() {
            places[place] = Some(task);
            return place;
        }
        places.push(Some(task));
        places.len() - 1
    }

    fn remove(&self, place: usize) {
        let task = self.places.borrow_mut().get_mut(place).and_then(Option::take);
        if task.is_some() {
            self.free.borrow_mut().push(place);
        }
    }

    /// Takes all of them, in the order in which they were spawned.
    pub(crate) fn take(&self) -> Vec<Arc<dyn Run>> {
        let mut tasks: Vec<_> = self.places.take().into_iter().flatten().collect();
        self.free.take();
        tasks.sort_by_key(|task| task.number());
        tasks
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks").field("made", &self.made).finish_non_exhaustive()
    }
}
