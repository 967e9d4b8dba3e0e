//! Three garments are waited for at once, and something happens to one of them.

use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::task::{JoinHandle, spawn};
use ch07_cancellation::timer::sleep;
use futures::future::{join_all, try_join_all};
use std::cell::Cell;
use std::fmt::Display;
use std::io;
use std::time::{Duration, Instant};

const A_MINUTE: Duration = Duration::from_secs(60);

/// Says how the cleaning of a garment ends.
struct Cleaning(&'static str);

impl Drop for Cleaning {
    fn drop(&mut self) {
        say(format!("the {} leaves the machine", self.0));
    }
}

/// The coat takes a minute and is ruined; the shirt takes two, the hat three.
async fn clean(garment: &'static str) -> Result<&'static str, &'static str> {
    let _cleaning = Cleaning(garment);
    match garment {
        "coat" => {
            sleep(A_MINUTE).await;
            Err("the dye has run")
        }
        "shirt" => {
            sleep(2 * A_MINUTE).await;
            Ok("clean shirt")
        }
        _ => {
            sleep(3 * A_MINUTE).await;
            Ok("clean hat")
        }
    }
}

const ALL: [&str; 3] = ["shirt", "coat", "hat"];

/// A task each. What comes of one is the task's end, or the garment's.
fn slips() -> [JoinHandle<Result<&'static str, &'static str>>; 3] {
    ALL.map(|garment| spawn(clean(garment)))
}

async fn later() {
    sleep(10 * A_MINUTE).await;
}

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        scene("the coat is ruined, and the others are part of the same work");
        say(format!("{:?}", try_join_all(ALL.map(clean)).await));
        later().await;

        scene("the coat is ruined, and the others are tasks");
        let outcomes = slips().map(async |slip| slip.await.expect("nobody aborts it"));
        say(format!("{:?}", try_join_all(outcomes).await));
        later().await;

        scene("the coat is ruined, and that is an answer like any other");
        say(format!("{:?}", join_all(ALL.map(clean)).await));

        scene("the hat is cancelled");
        let slips = slips();
        sleep(A_MINUTE / 2).await;
        slips[2].abort();
        say(format!("{:?}", try_join_all(slips).await));
        later().await;

        scene("whoever waits for all three is cancelled");
        let all = spawn(join_all(self::slips().map(JoinHandle::abort_on_drop)));
        sleep(A_MINUTE / 2).await;
        all.abort();
        let all: Result<Vec<Result<_, _>>, _> = all.await;
        say(format!("{all:?}"));
        later().await;
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
