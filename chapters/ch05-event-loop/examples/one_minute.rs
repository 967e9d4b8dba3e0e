//! The blog's nap of sixty seconds, and somebody who has questions meanwhile.

use ch05_event_loop::both::join;
use ch05_event_loop::clock::{Clock, now};
use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::timer::sleep;
use std::io;
use std::time::Duration;

async fn nap() {
    let start = now();
    println!("good night");
    sleep(Duration::from_secs(60)).await;
    println!("good morning, {} seconds later", (now() - start).as_secs());
}

async fn answer() {
    for question in 1..=3 {
        sleep(Duration::from_secs(15)).await;
        println!("question {question} is answered");
    }
}

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(join(nap(), answer()));
    Ok(())
}
