//! The small print of a loop: what becomes of a call that fails, of the others, of equal deadlines.

use ch07_cancellation::clock::Clock;
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::handle::Handle;
use ch07_cancellation::oneshot;
use ch07_cancellation::task::spawn;
use ch07_cancellation::timer::sleep;
use ch07_cancellation::yield_now::yield_now;
use std::cell::{Cell, RefCell};
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::rc::Rc;
use std::time::Duration;

const A_MINUTE: Duration = Duration::from_secs(60);

/// A call fails, and there is another one behind it.
fn a_call_fails(event_loop: &EventLoop) -> Result<(), Box<dyn Error>> {
    println!("a call fails:");
    let handle = event_loop.handle();
    let stops = handle.clone();
    handle.call_soon(|| panic!("the dye has run"))?;
    handle.call_soon(|| println!("  the one behind it is made"))?;
    handle.call_soon(move || stops.stop().expect("the loop is there"))?;
    // What panics is told to the hook. Ours says nothing.
    set_hook(Box::new(|_| ()));
    let run = catch_unwind(AssertUnwindSafe(|| event_loop.run_forever()));
    drop(std::panic::take_hook());
    if let Err(panic) = run {
        let words = panic.downcast_ref::<&str>().expect("it says something");
        println!("  whoever runs the loop is told: {words}");
        event_loop.run_forever();
    }
    Ok(())
}

/// The work is done that a loop was run for; somebody else is in the middle of theirs.
fn the_work_is_done(event_loop: &EventLoop) {
    println!("the work is done, and another task has had:");
    let turns = Rc::<Cell<u32>>::default();
    let counts = Rc::clone(&turns);
    event_loop.block_on(async {
        drop(spawn(async move {
            loop {
                counts.set(counts.get() + 1);
                yield_now().await;
            }
        }));
        yield_now().await;
    });
    println!("  turns: {}", turns.get());
}

/// Seven calls, for the same minute.
fn the_same_minute(event_loop: &EventLoop) -> Result<(), Box<dyn Error>> {
    println!("seven of one deadline:");
    let handle = event_loop.handle();
    let order = Rc::<RefCell<String>>::default();
    for n in 0..7 {
        let order = Rc::clone(&order);
        handle.call_later(A_MINUTE, move || {
            order.borrow_mut().push_str(&format!(" {n}"))
        })?;
    }
    event_loop.block_on(async { sleep(2 * A_MINUTE).await });
    println!(" {}", order.borrow());
    Ok(())
}

/// A nap that takes no time: how many turns does it take?
fn no_time(event_loop: &EventLoop) {
    println!("a nap of no time:");
    let turns = event_loop.block_on(turns_of(async { sleep(Duration::ZERO).await }));
    println!("  sleep(0): {turns} turns");
    let turns = event_loop.block_on(turns_of(yield_now()));
    println!("  yield_now(): {turns} turn");
    let negative = Duration::try_from_secs_f64(-1.0);
    println!("  sleep(-1): {}", negative.expect_err("it is not positive"));
}

/// How many turns this takes.
async fn turns_of(work: impl Future) -> u32 {
    let turns = Rc::<Cell<u32>>::default();
    count(Handle::current(), Rc::clone(&turns));
    yield_now().await;
    let before = turns.get();
    work.await;
    turns.get() - before
}

fn count(handle: Handle, turns: Rc<Cell<u32>>) {
    turns.set(turns.get() + 1);
    let again = handle.clone();
    // A loop that is gone counts no more.
    drop(handle.call_soon(move || count(again, turns)));
}

/// A promise that was made on one loop, and is waited for on another.
fn another_loop(event_loop: &EventLoop) -> Result<(), Box<dyn Error>> {
    println!("a promise of another loop:");
    let other = EventLoop::new()?;
    let (promise, receipt) = other.block_on(async { oneshot::channel() });
    promise.send("silk shirt")?;
    println!("  {}", event_loop.block_on(receipt)?);
    Ok(())
}

/// A callback was left with a task twice, and is not wanted any more.
fn not_wanted(event_loop: &EventLoop) -> Result<(), Box<dyn Error>> {
    println!("a callback is taken back:");
    let slip = event_loop.handle().spawn(async {})?;
    let wanted = Rc::new(());
    for _ in 0..2 {
        let wanted = Rc::downgrade(&wanted);
        slip.add_done_callback(move |_| match wanted.upgrade() {
            Some(_) => println!("  it is called"),
            None => println!("  it is called, and does nothing"),
        });
    }
    drop(wanted);
    event_loop.block_on(slip)?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    let event_loop = || EventLoop::with_clock(Clock::Virtual);
    a_call_fails(&event_loop()?)?;
    the_work_is_done(&event_loop()?);
    the_same_minute(&event_loop()?)?;
    no_time(&event_loop()?);
    another_loop(&event_loop()?)?;
    not_wanted(&event_loop()?)
}
