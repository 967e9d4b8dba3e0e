//! A value that comes too late, and time-outs that are not as usual.

use ch07_cancellation::both::{Either, select};
use ch07_cancellation::cancel::{Cancelled, Token, or_cancelled};
use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::oneshot::{self, Receiver};
use ch07_cancellation::task::spawn;
use ch07_cancellation::timeout::timeout;
use ch07_cancellation::timer::{sleep, sleep_until};
use ch07_cancellation::yield_now::yield_now;
use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt::Display;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::time::{Duration, Instant};

const A_SECOND: Duration = Duration::from_secs(1);

/// The shirt comes, and Ann is cancelled before she has had her turn.
async fn it_comes_too_late() -> Result<(), Box<dyn Error>> {
    scene("the shirt is there, and Ann, who waits, is cancelled");
    let (promise, receipt) = oneshot::channel();
    let ann = spawn(receipt);
    yield_now().await;
    promise.send("silk shirt")?;
    ann.abort();
    say(format!("Ann has {:?}; the receipt was hers", ann.await));

    let (promise, receipt) = oneshot::channel();
    let receipt = Rc::new(RefCell::new(receipt));
    let ann = spawn(wait(Rc::clone(&receipt)));
    yield_now().await;
    promise.send("silk shirt")?;
    ann.abort();
    let hers = ann.await;
    say(format!(
        "Ann has {hers:?}; on the receipt: {:?}",
        receipt.borrow_mut().try_recv()
    ));
    Ok(())
}

/// Waits for what is on a receipt that is somebody else's.
async fn wait<T>(receipt: Rc<RefCell<Receiver<T>>>) -> Result<T, oneshot::Cancelled> {
    poll_fn(|context| Pin::new(&mut *receipt.borrow_mut()).poll(context)).await
}

async fn wash() -> &'static str {
    say("the washing begins");
    sleep(10 * A_SECOND).await;
    "silk shirt"
}

/// Work that may not take any time.
async fn no_time() {
    scene("no time at all");
    say(format!("{:?}", timeout(Duration::ZERO, wash()).await));
    say(format!("{:?}", timeout(Duration::ZERO, async { "what is there" }).await));
}

/// Work that is asked to stop, and fails at its tidying up.
async fn tidy() -> Result<&'static str, &'static str> {
    match or_cancelled(sleep(60 * A_SECOND)).await {
        Ok(()) => Ok("a shirt"),
        Err(Cancelled) => Err("the rack has fallen over"),
    }
}

async fn it_fails_while_it_tidies_up() {
    scene("it is asked to stop, and fails while it tidies up");
    let token = Token::new();
    let mut work = pin!(token.run(tidy()));
    let answer = match select(&mut work, sleep(10 * A_SECOND)).await {
        Either::Left(answer) => answer,
        Either::Right(()) => {
            token.cancel();
            work.await
        }
    };
    say(format!("{answer:?}"));
}

/// There are eight seconds, and after five of them ten more are asked for.
async fn put_off() {
    scene("the deadline is put off");
    let deadline = Cell::new(now() + 8 * A_SECOND);
    let work = async {
        sleep(5 * A_SECOND).await;
        deadline.set(now() + 10 * A_SECOND);
        sleep(5 * A_SECOND).await;
        "silk shirt"
    };
    let over = async {
        while now() < deadline.get() {
            sleep_until(deadline.get()).await;
        }
    };
    match select(work, over).await {
        Either::Left(shirt) => say(shirt),
        Either::Right(()) => say("the time was over first"),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        it_comes_too_late().await?;
        no_time().await;
        it_fails_while_it_tidies_up().await;
        put_off().await;
        Ok(())
    })
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
