//! What a loop does in which turn.

use ch05_event_loop::clock::Clock;
use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::handle::{CallHandle, Closed, Handle};
use std::error::Error;
use std::time::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    let event_loop = EventLoop::with_clock(Clock::Virtual)?;
    let handle = event_loop.handle();
    call_the_turns(handle.clone(), 1)?;
    say(&handle, "one")?;
    let later = handle.clone();
    handle.call_soon(move || {
        println!("  two, who leaves another call");
        say(&later, "the other call").expect("the loop is there");
    })?;
    say(&handle, "three")?;
    say(&handle, "never: it is taken back")?.cancel();

    say_later(&handle, 20, "after 20 ms, the first")?;
    say_later(&handle, 20, "after 20 ms, the second")?;
    say_later(&handle, 10, "after 10 ms, though it was left last")?;
    let last = handle.clone();
    handle.call_later(Duration::from_millis(30), move || {
        println!("after 30 ms: stop!");
        last.stop().expect("the loop is there");
        say(&last, "left behind the stop").expect("the loop is there");
    })?;
    say_later(&handle, 30, "after 30 ms: the turn goes on to its end")?;
    event_loop.run_forever();

    println!("stopped, and started again");
    handle.stop()?;
    event_loop.run_forever();
    Ok(())
}

/// Announces two turns.
fn call_the_turns(handle: Handle, turn: u32) -> Result<(), Closed> {
    let next = handle.clone();
    handle.call_soon(move || {
        println!("turn {turn}");
        if turn < 2 {
            call_the_turns(next, turn + 1).expect("the loop is there");
        }
    })?;
    Ok(())
}

fn say(handle: &Handle, what: &'static str) -> Result<CallHandle, Closed> {
    handle.call_soon(move || println!("  {what}"))
}

fn say_later(
    handle: &Handle,
    millis: u64,
    what: &'static str,
) -> Result<CallHandle, Closed> {
    handle.call_later(Duration::from_millis(millis), move || println!("{what}"))
}
