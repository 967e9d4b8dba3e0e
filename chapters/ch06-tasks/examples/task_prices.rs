//! What a task costs: ours, and those of tokio and smol, on one thread each; and a thread.

mod runtimes;

use ch06_tasks::event_loop::EventLoop;
use ch06_tasks::yield_now::yield_now;
use runtimes::{Runtime, Smol, Tokio};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::thread;
use std::time::Instant;

const ROUNDS: usize = 31;
const MANY: usize = 1_000;
const FEW: usize = 100;

fn main() -> std::io::Result<()> {
    if cfg!(debug_assertions) {
        eprintln!("This is a debug build. For prices that mean something: --release");
    }
    let (ours, tokio, smol) = (EventLoop::new()?, Tokio::new()?, Smol::default());
    let bytes = [bytes(&ours), bytes(&tokio), bytes(&smol)];
    let mut rounds: [_; 10] = std::array::from_fn(|_| Vec::new());
    for _ in 0..ROUNDS {
        let prices = [prices(&ours), prices(&tokio), prices(&smol)].into_iter().flatten();
        for (round, price) in rounds.iter_mut().zip(prices.chain([price_of_a_thread()])) {
            round.push(price);
        }
    }
    let middle = rounds.map(|mut round| {
        round.sort_by(f64::total_cmp);
        round[ROUNDS / 2]
    });
    println!("                         ours    tokio            smol        a thread");
    let row = |n: usize| [middle[n], middle[n + 3], middle[n + 6]];
    show("spawn and await, ns", &[&row(0)[..], &middle[9..]].concat());
    show("one of 100 in turn, ns", &row(1));
    show("wake another, ns", &row(2));
    show("memory, bytes", &bytes);
    Ok(())
}

fn show(what: &str, prices: &[f64]) {
    print!("{what:<22} {:>6.0}", prices[0]);
    for price in &prices[1..] {
        print!(" {price:>8.0} {:>4.1} ×", price / prices[0]);
    }
    println!();
}

/// Nanoseconds: to spawn a task and await it; to be one of many in line; to wake another task.
fn prices<R: Runtime>(runtime: &R) -> [f64; 3] {
    let spawned = timed(MANY, || runtime.run(all(runtime, MANY, |_| async {})));
    let turns = timed(FEW * FEW, || runtime.run(all(runtime, FEW, take_turns)));
    let ball = Rc::new(Ball::default());
    let woken =
        timed(2 * MANY, || runtime.run(all(runtime, 2, |me| play(Rc::clone(&ball), me))));
    [spawned, turns, woken]
}

async fn take_turns(_me: usize) {
    for _ in 0..FEW {
        yield_now().await;
    }
}

fn price_of_a_thread() -> f64 {
    timed(20, || (0..20).for_each(|_| thread::spawn(|| ()).join().unwrap_or(())))
}

/// Spawns so many, and awaits all of them.
async fn all<R, F>(runtime: &R, tasks: usize, work: impl Fn(usize) -> F)
where
    R: Runtime,
    F: Future<Output = ()> + 'static,
{
    let slips: Vec<_> = (0..tasks).map(|n| runtime.spawn(work(n))).collect();
    for slip in slips {
        slip.await;
    }
}

fn timed(times: usize, work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_nanos() as f64 / times as f64
}

/// Who has the ball, and the waker of the other.
type Ball = (Cell<usize>, Cell<Option<Waker>>);

async fn play(ball: Rc<Ball>, me: usize) {
    for _ in 0..MANY {
        poll_fn(|context| {
            if ball.0.get() == me {
                return Poll::Ready(());
            }
            ball.1.set(Some(context.waker().clone()));
            Poll::Pending
        })
        .await;
        ball.0.set(1 - me);
        if let Some(other) = ball.1.take() {
            other.wake();
        }
    }
}

/// What is allocated for a task that has had its turn, and waits.
fn bytes<R: Runtime>(runtime: &R) -> f64 {
    runtime.run(async {
        let mut slips = Vec::with_capacity(MANY);
        let before = ALLOCATED.get();
        for _ in 0..MANY {
            slips.push(runtime.spawn(pending()));
            yield_now().await;
        }
        (ALLOCATED.get() - before) as f64 / MANY as f64
    })
}

thread_local! {
    static ALLOCATED: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator, and an account of what it gives out.
struct Counting;

// SAFETY: it hands on to the system's allocator what it is given, and gives what that gives. What
// it counts with allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.set(ALLOCATED.get() + layout.size() as isize);
        // SAFETY: our caller keeps to what `System` asks for, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        ALLOCATED.set(ALLOCATED.get() - layout.size() as isize);
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;
