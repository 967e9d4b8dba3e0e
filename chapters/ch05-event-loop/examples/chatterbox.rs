//! A call that leaves the next one, and somebody who has an appointment.

use ch05_event_loop::clock::Clock;
use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::handle::{Closed, Handle};
use std::error::Error;
use std::time::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    let event_loop = EventLoop::with_clock(Clock::Virtual)?;
    let handle = event_loop.handle();
    let mine = handle.clone();
    handle.call_soon(move || {
        println!("an appointment is made, for at once");
        mine.call_later(Duration::ZERO, || println!("the appointment"))
            .expect("the loop is there");
        talk(mine, 4).expect("the loop is there");
    })?;
    event_loop.run_forever();
    Ok(())
}

/// Says something, in each of so many turns.
fn talk(handle: Handle, turns: u32) -> Result<(), Closed> {
    let mine = handle.clone();
    handle.call_soon(move || {
        println!("blah");
        match turns {
            1 => mine.stop().expect("the loop is there"),
            _ => talk(mine, turns - 1).expect("the loop is there"),
        }
    })?;
    Ok(())
}
