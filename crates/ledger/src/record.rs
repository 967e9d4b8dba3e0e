//! Recording: what one thread does, what several do, or all of a program.

use std::{error::Error, fmt, sync::OnceLock};

use tracing::{Dispatch, level_filters::STATIC_MAX_LEVEL, subscriber::DefaultGuard};

use crate::{Ledger, keep::Keep, subscriber::SharedBook};

/// Runs `work`, recording what this thread does meanwhile.
///
/// Threads that `work` starts are not heard: for those, share a [`Recorder`].
///
/// ```
/// let (sum, ledger) = ledger::record(|| {
///     tracing::trace!(target: "shop", "add");
///     1 + 1
/// });
/// assert_eq!((sum, ledger.count("add")), (2, 1));
/// ```
pub fn record<T>(work: impl FnOnce() -> T) -> (T, Ledger) {
    let recorder = Recorder::new();
    let result = {
        let _heard = recorder.enter();
        work()
    };
    (result, recorder.ledger())
}

/// A recording, kept in memory. Clones are handles to the same one.
///
/// It hears each thread that has [entered](Recorder::enter) it, or all of them, once
/// [installed](Recorder::install).
///
/// # What it writes down
///
/// Events of target `shop`; any level. The message is the verb, the fields are the objects. The
/// entries of all threads are in one order, the order in which they came.
///
/// **Who.** The innermost span of target `shop` that the thread has entered: its name and the
/// values of its fields, so that `trace_span!(target: "shop", "task", id = 3)` is `task 3`.
/// Without a span, the thread's name (`clerk 2`). The thread that made the recorder, the main
/// thread, and threads without a name are `clerk`.
///
/// **Names.** Values of the kinds `fd`, `thread`, `addr` and `port` are numbered in order of first
/// appearance. The verb `close` retires a descriptor's name: when the kernel uses the number
/// again, it gets a fresh one. So say `close` *before* closing, or another thread may be given
/// the number, and speak of it, while it still has the old name.
///
/// ```
/// let recorder = ledger::Recorder::new();
/// let other = recorder.clone();
/// let clerk_2 = std::thread::Builder::new().name("clerk 2".into()).spawn(move || {
///     let _heard = other.enter();
///     tracing::trace!(target: "shop", fd = 9, "accept");
/// });
/// clerk_2.unwrap().join().unwrap();
///
/// let ledger = recorder.ledger();
/// assert_eq!(ledger.actors(), ["clerk 2"]);
/// assert_eq!(ledger.entries()[0].number("fd"), Some(1));
/// ```
#[derive(Clone, Debug)]
pub struct Recorder {
    book: SharedBook,
    dispatch: Dispatch,
}

impl Recorder {
    /// A recording of nothing so far.
    pub fn new() -> Recorder {
        Recorder::keeping(Keep::Memory(Vec::new()))
    }

    pub(crate) fn keeping(keep: Keep) -> Recorder {
        // With one dispatcher only, `tracing` asks the thread that first meets an event whether
        // anybody listens, and one that is not heard answers "nobody, ever" for all. With a
        // second one it asks them all.
        static SECOND: OnceLock<Dispatch> = OnceLock::new();
        SECOND.get_or_init(|| Dispatch::new(SharedBook::new(Keep::Memory(Vec::new()))));
        let book = SharedBook::new(keep);
        Recorder { dispatch: Dispatch::new(book.clone()), book }
    }

    /// Records what this thread does until the guard is dropped.
    #[must_use = "recording stops when the guard is dropped"]
    pub fn enter(&self) -> DefaultGuard {
        tracing::dispatcher::set_default(&self.dispatch)
    }

    /// Records what every thread does from now on, to the end of the program.
    ///
    /// # Errors
    ///
    /// If the program has a global `tracing` subscriber already.
    pub fn install(&self) -> Result<(), AlreadyInstalled> {
        tracing::dispatcher::set_global_default(self.dispatch.clone())
            .map_err(|_| AlreadyInstalled)
    }

    /// What has been recorded so far.
    pub fn ledger(&self) -> Ledger {
        self.book.lock().keep.ledger()
    }
}

impl Default for Recorder {
    fn default() -> Recorder {
        Recorder::new()
    }
}

/// Whether this program has its events. A release build with `tracing`'s feature
/// `release_max_level_off` has none: their cost is zero, and every ledger stays empty.
pub fn compiled_in() -> bool {
    STATIC_MAX_LEVEL >= tracing::level_filters::LevelFilter::TRACE
}

/// The program has a global `tracing` subscriber, and there can be only one.
#[derive(Debug)]
pub struct AlreadyInstalled;

impl fmt::Display for AlreadyInstalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "this program has a global tracing subscriber already; there can be only one",
        )
    }
}

impl Error for AlreadyInstalled {}
