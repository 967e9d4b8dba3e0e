//! Counts this process's memory, so no other test may run beside it.

mod run;

use ch08_messages::both::{join, select};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::handle::Handle;
use ch08_messages::net::TcpStream;
use ch08_messages::oneshot;
use ch08_messages::timer::sleep;
use ch08_messages::yield_now::yield_now;
use futures::{AsyncReadExt, AsyncWriteExt};
use run::door;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Duration;

thread_local! {
    /// How many bytes this thread has in use. (It may free what another has asked for.)
    static IN_USE: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator, which counts besides.
struct Counting;

impl Counting {
    fn count(bytes: isize) {
        IN_USE.set(IN_USE.get() + bytes);
    }
}

// SAFETY: every call goes to the system's allocator as it is, and counting allocates nothing: the
// count is a constant to begin with and has no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Counting::count(layout.size() as isize);
        // SAFETY: the caller's promise about `layout` is ours.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        Counting::count(-(layout.size() as isize));
        // SAFETY: the caller's promise that `memory` came from here, with `layout`, is ours.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static MEMORY: Counting = Counting;

/// Something of everything.
async fn a_day() {
    let hour = Duration::from_secs(3600);
    let handle = Handle::current();
    handle.call_soon(|| ()).unwrap();
    handle.call_soon(|| ()).unwrap().cancel();
    handle.call_later(hour, || ()).unwrap().cancel();
    handle.call_later(Duration::ZERO, || ()).unwrap();
    handle.call_soon_threadsafe(|| ()).unwrap();
    select(sleep(hour), yield_now()).await;
    sleep(Duration::from_nanos(1)).await;
    let (promise, receipt) = oneshot::channel();
    handle.call_soon(|| promise.send(vec![0; 100]).unwrap()).unwrap();
    receipt.await.unwrap();
    let (door, addr) = door();
    select(door.accept(), yield_now()).await;
    let (ours, theirs) = join(TcpStream::connect(addr), door.accept()).await;
    let (mut ours, mut theirs) = (ours.unwrap(), theirs.unwrap());
    select(ours.read(&mut [0]), yield_now()).await;
    theirs.write_all(b"silk shirt").await.unwrap();
    ours.read_exact(&mut [0; 10]).await.unwrap();
}

#[test]
fn neither_a_thousand_runs_nor_a_thousand_loops_leave_a_byte() {
    const MANY: usize = if cfg!(miri) { 5 } else { 1000 };
    let event_loop = EventLoop::new().unwrap();
    let one_run = || event_loop.block_on(a_day());
    let one_loop = || {
        let event_loop = EventLoop::new().unwrap();
        event_loop.block_on(a_day());
        // What nobody will ever do goes with the loop.
        let handle = event_loop.handle();
        handle.call_soon(|| ()).unwrap();
        handle.call_later(Duration::from_secs(3600), || ()).unwrap();
        handle.call_soon_threadsafe(|| ()).unwrap();
    };
    let runs: [(&str, &dyn Fn()); 2] = [("runs", &one_run), ("loops", &one_loop)];
    for (what, once) in runs {
        (0..3).for_each(|_| once());
        let before = IN_USE.get();
        (0..MANY).for_each(|_| once());
        assert_eq!(IN_USE.get(), before, "bytes in use before and after {MANY} {what}");
    }
}
