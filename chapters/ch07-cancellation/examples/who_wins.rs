//! A time-out against a value, against another time-out, and against work that goes on.

use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::task::spawn;
use ch07_cancellation::timeout::timeout;
use ch07_cancellation::timer::sleep;
use std::cell::Cell;
use std::fmt::Display;
use std::io;
use std::time::{Duration, Instant};

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[derive(Debug)]
struct Shirt;

async fn shirt(takes: Duration) -> Shirt {
    sleep(takes).await;
    say("the shirt is clean");
    Shirt
}

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        scene("the time is over, and in the same turn the shirt is clean");
        say(format!("{:?}", timeout(secs(10), shirt(secs(10))).await));

        scene("10 s within 20 s");
        let within = timeout(secs(10), shirt(secs(60)));
        say(format!("{:?}", timeout(secs(20), within).await));

        scene("20 s within 10 s");
        let within = timeout(secs(20), shirt(secs(60)));
        say(format!("{:?}", timeout(secs(10), within).await));

        scene("10 s, for a shirt that is to be washed whoever waits");
        let mut slip = spawn(shirt(secs(60)));
        say(format!("{:?}", timeout(secs(10), &mut slip).await));
        say(format!("{:?}", slip.await));
    });
    Ok(())
}

thread_local! {
    static BEGAN: Cell<Instant> = Cell::new(now());
}

/// A new scene begins, at 0 s.
fn scene(title: &str) {
    println!("{title}");
    BEGAN.set(now());
}

fn say(words: impl Display) {
    println!("{:>4} s  {words}", (now() - BEGAN.get()).as_secs());
}
