//! Counts this thread's memory and this process's descriptors, so no other test may run beside it.

mod run;

use ch07_cancellation::both::{join, select};
use ch07_cancellation::cancel::{Token, or_cancelled};
use ch07_cancellation::clock::Clock;
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::net::{TcpListener, TcpStream};
use ch07_cancellation::oneshot;
use ch07_cancellation::task::{JoinHandle, spawn};
use ch07_cancellation::timeout::timeout;
use ch07_cancellation::timer::sleep;
use ch07_cancellation::yield_now::yield_now;
use futures::{AsyncReadExt, AsyncWriteExt};
use run::{door, pair};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::future::pending;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::AsRawFd;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

thread_local! {
    /// How many bytes this thread has: what the tests' own machinery does beside us is not counted.
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    LIVE.set(LIVE.get() + bytes);
}

struct Counts;

// SAFETY: everything is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counts {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller keeps the promises that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the memory came from `System`, with this layout.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counts = Counts;

/// How many descriptors this process has open.
fn open() -> usize {
    // SAFETY: asks for a flag of a descriptor, open or not; touches no memory.
    (0..1024).filter(|&fd| unsafe { libc::fcntl(fd, libc::F_GETFD) } >= 0).count()
}

const HOUR: Duration = Duration::from_secs(3600);

/// What tasks wait for, and share.
struct Things {
    door: TcpListener,
    /// The other end says nothing, and listens to nothing.
    line: TcpStream,
    _other_end: TcpStream,
    /// A door with no room in front of it.
    full: (std::net::TcpListener, Vec<std::net::TcpStream>),
    /// A promise that is kept when somebody should be in line.
    promise: RefCell<Option<oneshot::Sender<()>>>,
}

impl Things {
    async fn new() -> Things {
        let (line, other_end) = pair().await;
        let mut talks = &line;
        // Until there is no more room.
        while timeout(Duration::ZERO, talks.write(&[0; 65_536])).await.is_ok() {}
        let full = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        // SAFETY: takes two numbers, and touches no memory.
        assert_eq!(unsafe { libc::listen(full.as_raw_fd(), 0) }, 0);
        let first = std::net::TcpStream::connect(full.local_addr().unwrap()).unwrap();
        Things {
            door: door().0,
            line,
            _other_end: other_end,
            full: (full, vec![first]),
            promise: RefCell::default(),
        }
    }

    fn full_addr(&self) -> SocketAddrV4 {
        let port = self.full.0.local_addr().unwrap().port();
        SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)
    }

    fn receipt(&self) -> oneshot::Receiver<()> {
        let (promise, receipt) = oneshot::channel();
        *self.promise.borrow_mut() = Some(promise);
        receipt
    }
}

type Work = Pin<Box<dyn Future<Output = ()>>>;

/// Something to wait for.
type Leaf = fn(Rc<Things>) -> Work;

/// All that one can wait for, by name. None is ready by itself.
const LEAVES: [(&str, Leaf); 15] = [
    ("sleep", |_| Box::pin(async { sleep(HOUR).await })),
    ("timeout", |_| {
        Box::pin(async {
            let _ = timeout(HOUR, pending::<()>()).await;
        })
    }),
    ("timeout of a sleep", |_| {
        Box::pin(async {
            let _ = timeout(2 * HOUR, sleep(HOUR)).await;
        })
    }),
    ("yield_now", |_| {
        Box::pin(async {
            loop {
                yield_now().await;
            }
        })
    }),
    ("oneshot", |things| {
        Box::pin(async move {
            let _ = things.receipt().await;
        })
    }),
    ("accept", |things| {
        Box::pin(async move {
            let _ = things.door.accept().await;
        })
    }),
    ("read", |things| {
        Box::pin(async move {
            let _ = (&things.line).read(&mut [0]).await;
        })
    }),
    ("write", |things| {
        Box::pin(async move {
            let _ = (&things.line).write(&[0]).await;
        })
    }),
    ("connect", |things| {
        Box::pin(async move {
            let _ = TcpStream::connect(things.full_addr()).await;
        })
    }),
    ("a handle", |_| {
        Box::pin(async {
            let _ = spawn(yield_now()).await;
        })
    }),
    ("a tied handle", |_| {
        Box::pin(async {
            let _ = spawn(async { sleep(HOUR).await }).abort_on_drop().await;
        })
    }),
    ("join", |things| {
        Box::pin(async move {
            let _ = join(sleep(HOUR), join(things.receipt(), things.door.accept())).await;
        })
    }),
    ("select", |things| {
        Box::pin(async move {
            let _ =
                select(things.door.accept(), select(sleep(HOUR), things.receipt())).await;
        })
    }),
    ("or_cancelled", |_| {
        Box::pin(async {
            let token = Token::new();
            let _ = token.run(or_cancelled(sleep(HOUR))).await;
        })
    }),
    ("a task that holds its own token", |_| {
        Box::pin(async {
            let outer = Token::new();
            let inner = async {
                let own = Token::new();
                let waits = async {
                    let _own = own.clone();
                    or_cancelled(pending::<()>()).await
                };
                own.run(waits).await
            };
            let _ = outer.run(inner).await;
        })
    }),
];

/// Aborts a task before its first turn, in its first wait, later, and when it is in line already.
async fn abort_in_every_state(leaf: Leaf, things: &Rc<Things>) {
    for turns in [0, 1, 3] {
        for news in [false, true] {
            let task: JoinHandle<()> = spawn(leaf(Rc::clone(things)));
            for _ in 0..turns {
                yield_now().await;
            }
            if news {
                drop(things.promise.take());
            }
            task.abort();
            task.abort();
            // It may have been over before.
            let _ = task.await;
            // What was tied to it ends in the turn after.
            yield_now().await;
            yield_now().await;
            drop(things.promise.take());
        }
    }
}

#[test]
fn a_loop_goes_on_with_nothing_more_than_before_whatever_was_aborted() {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(async {
        let things = Rc::new(Things::new().await);
        for (name, leaf) in LEAVES {
            // What grows once has grown after this.
            for _ in 0..3 {
                abort_in_every_state(leaf, &things).await;
            }
            let before = (LIVE.get(), open());
            for _ in 0..50 {
                abort_in_every_state(leaf, &things).await;
            }
            let after = (LIVE.get(), open());
            assert_eq!(after, before, "{name}");
        }
    });
}
