//! Ann's visit has a shirt in its hands, and to put it back takes a second.

use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::task::spawn;
use ch07_cancellation::timer::sleep;
use std::cell::Cell;
use std::fmt::Display;
use std::io;
use std::time::{Duration, Instant};

const A_SECOND: Duration = Duration::from_secs(1);
const A_MINUTE: Duration = Duration::from_secs(60);

/// A shirt that is not where it belongs.
struct Shirt;

impl Drop for Shirt {
    fn drop(&mut self) {
        // Here one cannot wait. One can leave it to somebody else.
        drop(spawn(put_back()));
        say("somebody else must put the shirt back");
    }
}

async fn put_back() {
    say("the way to the rack takes a second");
    sleep(A_SECOND).await;
    say("the shirt hangs on the rack");
}

async fn visit() {
    let _shirt = Shirt;
    say("the shirt is in Ann's hands");
    sleep(A_MINUTE).await;
}

async fn cancel_ann() {
    let ann = spawn(visit());
    sleep(A_SECOND).await;
    say("cancel it!");
    ann.abort();
    say(format!("Ann: {:?}", ann.await));
}

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        scene("the shop stays open");
        cancel_ann().await;
        sleep(A_MINUTE).await;

        scene("the shop closes");
        cancel_ann().await;
    });
    println!("closed");
    Ok(())
}

thread_local! {
    static BEGAN: Cell<Instant> = Cell::new(now());
}

/// A new scene begins, at 0 s.
fn scene(title: &str) {
    println!("{title}");
    BEGAN.set(now());
}

fn say(words: impl Display) {
    println!("{:>4} s  {words}", (now() - BEGAN.get()).as_secs());
}
