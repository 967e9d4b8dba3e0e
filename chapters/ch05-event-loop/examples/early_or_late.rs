//! Short naps by the real clock: how late they end, and that they never end early.

use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::timer::sleep;
use std::io;
use std::time::{Duration, Instant};

const TIMES: usize = 101;

fn main() -> io::Result<()> {
    ledger::init();
    println!("how late, in milliseconds, of {TIMES} naps each:");
    println!("            the least  the middle  the most");
    EventLoop::new()?.block_on(measure())?;
    println!("never early");
    Ok(())
}

async fn measure() -> io::Result<()> {
    for micros in [400, 900, 1_500] {
        let nap = Duration::from_micros(micros);
        let mut late = Vec::new();
        for _ in 0..TIMES {
            let start = Instant::now();
            sleep(nap).await;
            let by = start.elapsed().checked_sub(nap);
            late.push(by.ok_or(io::Error::other("a nap ended early"))?);
        }
        late.sort();
        let [first, middle, last] =
            [0, TIMES / 2, TIMES - 1].map(|n| late[n].as_secs_f64() * 1e3);
        let nap = nap.as_secs_f64() * 1e3;
        println!("  {nap:.1} ms {first:>11.3} {middle:>11.3} {last:>9.3}");
    }
    Ok(())
}
