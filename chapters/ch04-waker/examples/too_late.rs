//! A waker that is called when there is nobody left to wake.

use ch04_waker::executor::block_on;
use ch04_waker::yield_now::yield_now;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Poll, Waker};
use std::thread;

fn main() {
    ledger::init();
    let late = block_on(my_waker());
    println!("the future is done; its waker is called");
    late.wake_by_ref();

    let later = thread::spawn(|| block_on(my_waker())).join();
    let later = later.expect("the thread ends well");
    println!("the thread is gone; its waker is called");
    later.wake_by_ref();

    let mut asked = 0;
    let mut turn = pin!(yield_now());
    block_on(poll_fn(|context| {
        asked += 1;
        late.wake_by_ref();
        turn.as_mut().poll(context)
    }));
    println!("another future is asked {asked} times, as often as without");
}

/// Whom to call when there is news for the future that runs now.
async fn my_waker() -> Waker {
    poll_fn(|context| Poll::Ready(context.waker().clone())).await
}
