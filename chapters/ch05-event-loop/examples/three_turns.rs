//! A future that gives up its turn, three times.

use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::yield_now::yield_now;
use std::io;

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::new()?.block_on(async {
        for turn in 1..=3 {
            println!("turn {turn}");
            yield_now().await;
        }
    });
    println!("done");
    Ok(())
}
