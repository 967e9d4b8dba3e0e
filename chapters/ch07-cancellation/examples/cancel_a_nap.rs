//! A nap of a minute, and somebody who does not want to wait for its end.

use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::task::spawn;
use ch07_cancellation::timer::sleep;
use ch07_cancellation::yield_now::yield_now;
use std::io;
use std::time::Duration;

const A_MINUTE: Duration = Duration::from_secs(60);

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        let start = now();
        let slip = spawn(sleep(A_MINUTE));
        yield_now().await;
        println!("cancel it!");
        slip.abort();
        println!("{:?}, after {} s", slip.await, (now() - start).as_secs());
    });
    Ok(())
}
