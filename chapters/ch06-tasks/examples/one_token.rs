//! Two garments, awaited one after the other; and the same, with one word more.

use ch06_tasks::clock::{Clock, now};
use ch06_tasks::event_loop::EventLoop;
use ch06_tasks::task::{JoinError, spawn};
use ch06_tasks::timer::sleep;
use std::error::Error;
use std::time::{Duration, Instant};

const A_MINUTE: Duration = Duration::from_secs(60);

async fn clean(garment: &str, start: Instant) {
    let time = || (now() - start).as_secs();
    println!("{:>5} s  the {garment} goes into the machine", time());
    sleep(A_MINUTE).await;
    println!("{:>5} s  the {garment} is clean", time());
}

async fn two_coroutines() {
    let start = now();
    let shirt = clean("silk shirt", start);
    let coat = clean("wool coat", start);
    shirt.await;
    coat.await;
}

async fn two_tasks() -> Result<(), JoinError> {
    let start = now();
    let shirt = spawn(clean("silk shirt", start));
    let coat = spawn(clean("wool coat", start));
    shirt.await?;
    coat.await?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    let event_loop = EventLoop::with_clock(Clock::Virtual)?;
    println!("two coroutines:");
    event_loop.block_on(two_coroutines());
    println!("two tasks:");
    event_loop.block_on(two_tasks())?;
    Ok(())
}
