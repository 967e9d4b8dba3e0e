//! A time-out that was not needed, and how often one is asked because of it.

use ch07_cancellation::clock::Clock;
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::timeout::timeout;
use ch07_cancellation::timer::sleep;
use ch07_cancellation::yield_now::yield_now;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::time::Duration;

/// How often a future is asked until it is ready.
async fn times_asked(future: impl Future) -> u32 {
    let (mut future, mut asked) = (pin!(future), 0);
    poll_fn(|context| {
        asked += 1;
        future.as_mut().poll(context).map(|_| asked)
    })
    .await
}

fn main() -> io::Result<()> {
    ledger::init();
    let asked = EventLoop::with_clock(Clock::Virtual)?.block_on(times_asked(async {
        let in_time = timeout(Duration::from_secs(10), yield_now()).await;
        println!("{in_time:?}");
        sleep(Duration::from_secs(60)).await;
        println!("a minute later");
    }));
    println!("asked {asked} times");
    Ok(())
}
