//! A waker that is called three times before its future is asked again.

use ch04_waker::executor::block_on;
use ch04_waker::timer::{Sleep, sleep};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

fn main() {
    ledger::init();
    let mut asked = 0;
    let mut nap: Option<Pin<Box<Sleep>>> = None;
    block_on(poll_fn(|context| {
        asked += 1;
        if asked == 1 {
            println!("asked for the first time: rings three times, and is pending");
            for _ in 0..3 {
                context.waker().wake_by_ref();
            }
            return Poll::Pending;
        }
        let nap = nap.get_or_insert_with(|| Box::pin(sleep(Duration::from_millis(100))));
        let outcome = nap.as_mut().poll(context);
        println!("asked again: {outcome:?}");
        outcome
    }));
    println!("asked {asked} times in all");
}
