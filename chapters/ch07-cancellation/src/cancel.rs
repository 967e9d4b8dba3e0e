//! A request to stop, which work can answer as it likes.
//!
//! A [`Token`] belongs to a piece of work. Whoever has a copy may ask it to stop; the work learns of
//! it at the next operation that is [`or_cancelled`], whose answer is then `Err(Cancelled)`. It may
//! pass that on with `?`, tidy up first and take its time, or go on. So it is asyncio's kind of
//! cancelling, in which every operation has to take part.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use tracing::trace;

thread_local! {
    /// The request that concerns the code which runs now.
    static CURRENT: RefCell<Option<Rc<Request>>> = const { RefCell::new(None) };
}

/// Asks a piece of work to stop.
#[derive(Debug, Clone)]
pub struct Token {
    request: Rc<Request>,
}

/// What has been asked of a piece of work. What is asked of the work around it is asked of it, too.
#[derive(Debug)]
struct Request {
    around: Option<Rc<Request>>,
    /// How often it has been asked, less what was taken back.
    asked: Cell<usize>,
    /// It has been asked, and no operation has answered yet.
    unheard: Cell<bool>,
    /// Whom to wake when it is asked: the work, wherever it waits.
    waker: RefCell<Option<Waker>>,
}

impl Token {
    /// A token for work that is part of what runs now, if that has one.
    pub fn new() -> Token {
        let around = CURRENT.with_borrow(Clone::clone);
        let request = Request {
            around,
            asked: Cell::new(0),
            unheard: Cell::new(false),
            waker: RefCell::default(),
        };
        Token { request: Rc::new(request) }
    }

    /// Asks once: asyncio's `cancel`.
    pub fn cancel(&self) {
        trace!(target: "shop", "cancel");
        self.request.asked.set(self.request.asked.get() + 1);
        self.request.unheard.set(true);
        let waker = self.request.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Takes one request back, and gives how many are left: asyncio's `uncancel`. If it was the last
    /// one, and nobody has heard of it yet, nobody will.
    pub fn uncancel(&self) -> usize {
        let left = self.request.asked.get().saturating_sub(1);
        self.request.asked.set(left);
        if left == 0 {
            self.request.unheard.set(false);
        }
        left
    }

    /// How often it has been asked, less what was taken back: asyncio's `cancelling`.
    pub fn cancelling(&self) -> usize {
        self.request.asked.get()
    }

    /// Does a piece of work, whose operations answer to this token. Cancel-safe if the work is.
    pub async fn run<F: Future>(&self, work: F) -> F::Output {
        let mut work = pin!(work);
        poll_fn(|context| {
            let _around = Around::enter(&self.request);
            work.as_mut().poll(context)
        })
        .await
    }
}

impl Default for Token {
    fn default() -> Token {
        Token::new()
    }
}

/// Waits for an operation, unless the work that it is part of has been asked to stop: then the
/// operation is dropped. Each request is heard once, and several that were made before as one. It comes
/// before the operation, which is not asked any more.
///
/// It is for work that waits for one thing at a time. Of several that wait at once under one token,
/// as in a `join`, the first to be asked hears it; where each has a waker of its own, as in
/// `FuturesUnordered`, that may be none of those that still wait. Give each a token of its own.
///
/// # Errors
/// The work has been asked to stop.
pub async fn or_cancelled<F: Future>(operation: F) -> Result<F::Output, Cancelled> {
    let mut operation = pin!(operation);
    poll_fn(|context| {
        let request = CURRENT.with_borrow(Clone::clone);
        if request.is_some_and(|request| request.is_heard(context)) {
            return Poll::Ready(Err(Cancelled));
        }
        operation.as_mut().poll(context).map(Ok)
    })
    .await
}

impl Request {
    /// Whether something has been asked that nobody has heard yet. If not, the waker is left.
    fn is_heard(&self, context: &mut Context<'_>) -> bool {
        if self.unheard.take() {
            return true;
        }
        let stale = self.waker.replace(Some(context.waker().clone()));
        drop(stale);
        self.around.as_ref().is_some_and(|around| around.is_heard(context))
    }
}

/// While it lives, a request concerns the code that runs.
struct Around {
    before: Option<Rc<Request>>,
}

impl Around {
    fn enter(request: &Rc<Request>) -> Around {
        Around { before: CURRENT.replace(Some(Rc::clone(request))) }
    }
}

impl Drop for Around {
    fn drop(&mut self) {
        let request = CURRENT.replace(self.before.take());
        drop(request);
    }
}

/// The work has been asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the work has been asked to stop")
    }
}

impl std::error::Error for Cancelled {}
