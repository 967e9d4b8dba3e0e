//! Three naps in one future, and how often each is asked whether it is over.

use ch05_event_loop::clock::Clock;
use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::timer::sleep;
use futures::StreamExt;
use futures::future::{join_all, join3};
use futures::stream::FuturesUnordered;
use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::time::Duration;

fn main() -> io::Result<()> {
    ledger::init();
    println!("how often each was polled:");
    println!("                   10 ms  20 ms  30 ms  all in one");
    let polls = Polls::default();
    let [first, second, third] = polls.three_naps();
    show("join3", &polls, join3(first, second, third))?;

    let polls = Polls::default();
    show("join_all", &polls, join_all(polls.three_naps()))?;

    let polls = Polls::default();
    let naps = FuturesUnordered::from_iter(polls.three_naps());
    show("FuturesUnordered", &polls, naps.count())
}

fn show<T>(how: &str, polls: &Polls, all: impl Future<Output = T>) -> io::Result<()> {
    EventLoop::with_clock(Clock::Virtual)?.block_on(counted(&polls.of_all, all));
    let [first, second, third] = polls.of_each.each_ref().map(Cell::get);
    let of_all = polls.of_all.get();
    println!("  {how:<16} {first:>6} {second:>6} {third:>6} {of_all:>11}");
    Ok(())
}

#[derive(Default)]
struct Polls {
    of_each: [Cell<u32>; 3],
    of_all: Cell<u32>,
}

impl Polls {
    fn three_naps(&self) -> [impl Future<Output = ()>; 3] {
        let mut tens = 0;
        self.of_each.each_ref().map(|polls| {
            tens += 10;
            let long = Duration::from_millis(tens);
            counted(polls, async move { sleep(long).await })
        })
    }
}

/// The same future, and a count of its polls.
async fn counted<F: Future>(polls: &Cell<u32>, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        polls.set(polls.get() + 1);
        future.as_mut().poll(context)
    })
    .await
}
