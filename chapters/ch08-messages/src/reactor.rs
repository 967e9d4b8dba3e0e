//! Knows, for each socket, whom to wake.

use crate::net::Socket;
use crate::outside::Outside;
use crate::poller::{Event, Interest};
use crate::sync::Arc;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tracing::trace;

/// How many calls may be made on one socket in a turn, before others have theirs.
const ALLOWANCE: u32 = 128;

/// The sockets of a loop, by key, and who waits for them.
#[derive(Debug)]
pub(crate) struct Reactor {
    outside: Arc<Outside>,
    sources: RefCell<BTreeMap<usize, Rc<Waiting>>>,
    /// How many sockets there have been; the last one's key. No key is used twice.
    made: Cell<usize>,
    /// How many turns there have been.
    turn: Cell<u64>,
}

/// Who waits for a socket.
#[derive(Debug, Default)]
struct Waiting {
    to_read: RefCell<Wakers>,
    to_write: RefCell<Wakers>,
}

/// Wakers, each in its place.
#[derive(Debug, Default)]
struct Wakers {
    by_place: BTreeMap<u64, Waker>,
    /// How many places there have been.
    made: u64,
}

/// One of the two things that one can wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Read,
    Write,
}

impl Reactor {
    pub(crate) fn new(outside: Arc<Outside>) -> Reactor {
        Reactor {
            outside,
            sources: RefCell::default(),
            made: Cell::new(0),
            turn: Cell::new(0),
        }
    }

    /// Watches a socket for both directions, by edge, for as long as the source lives.
    pub(crate) fn watch(self: Rc<Reactor>, socket: Socket) -> io::Result<Source> {
        let key = self.made.get() + 1;
        self.outside.poller.add(&socket, key, Interest::BOTH.on_edge())?;
        self.made.set(key);
        let waiting = Rc::<Waiting>::default();
        self.sources.borrow_mut().insert(key, Rc::clone(&waiting));
        Ok(Source { socket, key, waiting, calls: Cell::new((0, 0)), reactor: self })
    }

    /// Waits for news of the sockets, or for another thread to ring.
    ///
    /// # Panics
    /// The poller does not work.
    pub(crate) fn wait(&self, timeout: Option<Duration>) -> Vec<Event> {
        let mut events = Vec::new();
        self.outside.poller.wait(&mut events, timeout).expect("the poller works");
        events
    }

    /// Wakes those whom the events concern.
    pub(crate) fn wake(&self, events: &[Event]) {
        for event in events {
            // It may have been dropped by one who was woken just now.
            let waiting = self.sources.borrow().get(&event.key).cloned();
            let Some(waiting) = waiting else { continue };
            if event.readable {
                waiting.wake(Direction::Read);
            }
            if event.writable {
                waiting.wake(Direction::Write);
            }
        }
    }

    /// It is the next turn: every socket has its allowance again.
    pub(crate) fn allow_again(&self) {
        self.turn.set(self.turn.get() + 1);
    }
}

impl Waiting {
    fn wakers(&self, direction: Direction) -> &RefCell<Wakers> {
        match direction {
            Direction::Read => &self.to_read,
            Direction::Write => &self.to_write,
        }
    }

    fn wake(&self, direction: Direction) {
        let wakers = std::mem::take(&mut self.wakers(direction).borrow_mut().by_place);
        wakers.into_values().for_each(Waker::wake);
    }
}

/// A socket that the reactor watches.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) socket: Socket,
    key: usize,
    waiting: Rc<Waiting>,
    /// The last turn in which it was called, and how often it was called then.
    calls: Cell<(u64, u32)>,
    reactor: Rc<Reactor>,
}

/// The place of the waker that was last given to a `poll_` method of a socket.
const POLL: u64 = 0;

impl Source {
    /// Makes a call as soon as it does not say "not yet".
    pub(crate) async fn until_ready<T>(
        &self,
        direction: Direction,
        call: impl FnMut() -> io::Result<T> + Unpin,
    ) -> io::Result<T> {
        UntilReady { source: self, direction, call, place: None }.await
    }

    /// Makes a call. If it says "not yet", the context's waker will be woken when it is worth
    /// another try; of several such wakers for one direction, the last.
    pub(crate) fn poll_ready<T>(
        &self,
        direction: Direction,
        context: &mut Context<'_>,
        call: impl FnMut() -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        self.try_now(direction, POLL, context, call)
    }

    fn try_now<T>(
        &self,
        direction: Direction,
        place: u64,
        context: &mut Context<'_>,
        mut call: impl FnMut() -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        if !self.is_allowed() {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        match call() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            outcome => return Poll::Ready(outcome),
        }
        let to = if direction == Direction::Read { "read" } else { "write" };
        trace!(target: "shop", fd = self.socket.fd(), to, "wait");
        let wakers = self.waiting.wakers(direction);
        let waker = context.waker().clone();
        let stale = wakers.borrow_mut().by_place.insert(place, waker);
        drop(stale);
        Poll::Pending
    }

    /// Whether one more call may be made in this turn.
    fn is_allowed(&self) -> bool {
        let turn = self.reactor.turn.get();
        let (last_turn, calls) = self.calls.get();
        let calls = if last_turn == turn { calls } else { 0 };
        self.calls.set((turn, (calls + 1).min(ALLOWANCE)));
        calls < ALLOWANCE
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        let waiting = self.reactor.sources.borrow_mut().remove(&self.key);
        drop(waiting);
        // It is closed next, which takes it off the list if this has not.
        let _ = self.reactor.outside.poller.delete(self.socket.as_fd());
    }
}

/// A call that is made again whenever it is worth a try. Its waker has a place of its own, so
/// that several can wait for one socket.
struct UntilReady<'a, C> {
    source: &'a Source,
    direction: Direction,
    call: C,
    place: Option<u64>,
}

impl<T, C: FnMut() -> io::Result<T> + Unpin> Future for UntilReady<'_, C> {
    type Output = io::Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let (source, direction) = (self.source, self.direction);
        let place = *self.place.get_or_insert_with(|| {
            let mut wakers = source.waiting.wakers(direction).borrow_mut();
            wakers.made += 1;
            wakers.made
        });
        source.try_now(direction, place, context, &mut self.call)
    }
}

impl<C> Drop for UntilReady<'_, C> {
    fn drop(&mut self) {
        let wakers = self.source.waiting.wakers(self.direction);
        let place = self.place.unwrap_or(POLL);
        if place != POLL {
            let stale = wakers.borrow_mut().by_place.remove(&place);
            drop(stale);
        }
    }
}
