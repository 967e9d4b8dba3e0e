//! One nap: who wakes whom.

use ch04_waker::executor::block_on;
use ch04_waker::timer::sleep;
use std::time::Duration;

const NAP: Duration = Duration::from_millis(200);

fn main() {
    ledger::init();
    block_on(sleep(NAP));
    println!("rested");
}
