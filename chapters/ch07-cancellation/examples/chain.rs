//! Ann waits for her order, and the order for the machine. Then Ann is cancelled.

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

/// Says how something ends.
struct Work {
    name: &'static str,
    is_done: bool,
}

impl Work {
    fn begin(name: &'static str) -> Work {
        say(format!("{name} begins"));
        Work { name, is_done: false }
    }

    fn done(mut self) {
        self.is_done = true;
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let how = if self.is_done { "is done" } else { "is dropped" };
        say(format!("{} {how}", self.name));
    }
}

async fn machine() {
    let work = Work::begin("the machine");
    sleep(A_MINUTE).await;
    work.done();
}

async fn order(tied: bool) {
    let work = Work::begin("the order");
    let slip = spawn(machine());
    let outcome = if tied { slip.abort_on_drop().await } else { slip.await };
    outcome.expect("nobody else cancels the machine");
    work.done();
}

async fn ann(tied: bool) {
    let work = Work::begin("Ann's visit");
    let slip = spawn(order(tied));
    let outcome = if tied { slip.abort_on_drop().await } else { slip.await };
    outcome.expect("nobody else cancels the order");
    work.done();
}

async fn cancel_ann(tied: bool) {
    let ann = spawn(ann(tied));
    sleep(A_SECOND).await;
    ann.abort();
    say(format!("cancelled; whoever waits for Ann hears {:?}", ann.await));
    sleep(2 * A_MINUTE).await;
}

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        scene("slip.await");
        cancel_ann(false).await;
        scene("slip.abort_on_drop().await");
        cancel_ann(true).await;
    });
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
