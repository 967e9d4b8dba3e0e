//! The main work is over, or is told to be; and somebody else is in the middle of theirs.

use ch07_cancellation::cancel::{Cancelled, Token, or_cancelled};
use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::signal::Signals;
use ch07_cancellation::task::spawn;
use ch07_cancellation::timer::sleep;
use ch07_cancellation::yield_now::yield_now;
use std::cell::Cell;
use std::fmt::Display;
use std::io;
use std::time::{Duration, Instant};

const A_SECOND: Duration = Duration::from_secs(1);
const A_MINUTE: Duration = Duration::from_secs(60);

/// What is said when a garment is let go.
struct Garment(&'static str);

impl Drop for Garment {
    fn drop(&mut self) {
        println!("        the {} is let go", self.0);
    }
}

/// A task that nobody waits for. It would tidy up, and for that it would need a second.
async fn leftover(garment: &'static str) {
    let _garment = Garment(garment);
    if let Err(Cancelled) = or_cancelled(sleep(A_MINUTE)).await {
        sleep(A_SECOND).await;
        say(format!("the {garment} hangs on the rack"));
    }
}

fn leftovers() -> io::Result<()> {
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        scene("the main work is over, and three tasks are not");
        for garment in ["shirt", "coat", "hat"] {
            drop(spawn(leftover(garment)));
        }
        yield_now().await;
        say("the main work is over");
    });
    println!("        the loop is gone");
    Ok(())
}

/// The main work. It is asked to stop, and tidies up.
async fn main_work() -> Result<(), Cancelled> {
    say("somebody presses ctrl-c");
    // SAFETY: `raise` takes a number and touches no memory of ours.
    assert_eq!(unsafe { libc::raise(libc::SIGINT) }, 0, "there is such a signal");
    let asked = or_cancelled(sleep(A_MINUTE)).await;
    say("the main work is asked to stop");
    sleep(A_SECOND).await;
    say("and has tidied up");
    asked
}

fn ctrl_c() -> io::Result<()> {
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        scene("ctrl-c, during the main work");
        let signals = Signals::new()?;
        let token = Token::new();
        let asks = token.clone();
        // Nobody does this for us.
        let listens = spawn(async move {
            let told = signals.next().await;
            asks.cancel();
            told
        });
        let end = token.run(main_work()).await;
        println!("        whoever ran the loop has {end:?}");
        listens.await.expect("nobody aborts it")
    })
}

fn main() -> io::Result<()> {
    ledger::init();
    leftovers()?;
    ctrl_c()
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
