//! Work that is asked to stop, and what it makes of it.

use ch07_cancellation::both::{Either, select};
use ch07_cancellation::cancel::{Cancelled, Token, or_cancelled};
use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::task::{JoinHandle, spawn};
use ch07_cancellation::timeout::Elapsed;
use ch07_cancellation::timer::sleep;
use std::cell::Cell;
use std::fmt::Display;
use std::io;
use std::pin::pin;
use std::time::{Duration, Instant};

const A_SECOND: Duration = Duration::from_secs(1);
const A_MINUTE: Duration = Duration::from_secs(60);

/// What becomes of work that may be asked to stop.
type Answer = Result<&'static str, Cancelled>;

async fn put_back() {
    say("the way to the rack takes a second");
    sleep(A_SECOND).await;
    say("the shirt hangs on the rack");
}

/// Tidies up, and takes its time.
async fn tidy() -> Answer {
    say("the shirt is in Ann's hands");
    let nap = or_cancelled(sleep(A_MINUTE)).await;
    put_back().await;
    nap.map(|()| "a shirt")
}

/// Does not listen, the first time.
async fn stubborn() -> Answer {
    if let Err(Cancelled) = or_cancelled(sleep(A_MINUTE)).await {
        say("not now");
    }
    or_cancelled(sleep(A_MINUTE)).await?;
    Ok("a shirt")
}

/// Knows how often it was asked, and takes it back.
async fn forgiving(own: Token) -> Answer {
    if let Err(Cancelled) = or_cancelled(sleep(A_MINUTE)).await {
        say(format!("asked {} times", own.cancelling()));
        say(format!("one taken back, {} left", own.uncancel()));
        say(format!("one taken back, {} left", own.uncancel()));
    }
    or_cancelled(sleep(A_MINUTE)).await?;
    Ok("a shirt")
}

/// Gives what it has when the time is over.
async fn ready_for_it() -> Answer {
    match or_cancelled(sleep(A_MINUTE)).await {
        Ok(()) => Ok("a shirt"),
        Err(Cancelled) => Ok("half a shirt"),
    }
}

/// A task that may be asked to stop.
fn begin<F>(work: impl FnOnce(Token) -> F) -> (Token, JoinHandle<Answer>)
where
    F: Future<Output = Answer> + 'static,
{
    let token = Token::new();
    let (own, work) = (token.clone(), work(token.clone()));
    (token, spawn(async move { own.run(work).await }))
}

/// Asks the work to stop when the time is over, and waits until it has.
async fn wait_for(
    limit: Duration,
    work: impl Future<Output = Answer>,
) -> Result<Answer, Elapsed> {
    let token = Token::new();
    let mut work = pin!(token.run(work));
    match select(&mut work, sleep(limit)).await {
        Either::Left(answer) => Ok(answer),
        Either::Right(()) => {
            token.cancel();
            work.await.map(Ok).map_err(|Cancelled| Elapsed)
        }
    }
}

/// Waits for the answer, and says it.
async fn tell(slip: JoinHandle<Answer>) {
    match slip.await.expect("nobody panics, and nobody aborts") {
        Ok(value) => say(format!("the answer: {value}")),
        Err(Cancelled) => say("the answer: cancelled"),
    }
}

/// Likewise, within 10 seconds.
async fn tell_in_time(work: impl Future<Output = Answer>) {
    match wait_for(10 * A_SECOND, work).await {
        Ok(Ok(value)) => say(format!("the answer: {value}")),
        Ok(Err(Cancelled)) => say("the answer: cancelled"),
        Err(Elapsed) => say("the answer: too late"),
    }
}

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        scene("tidying up takes its time");
        let (token, slip) = begin(|_| tidy());
        sleep(A_SECOND).await;
        token.cancel();
        tell(slip).await;

        scene("a request is refused, and made again");
        let (token, slip) = begin(|_| stubborn());
        sleep(A_SECOND).await;
        token.cancel();
        sleep(A_SECOND).await;
        token.cancel();
        tell(slip).await;

        scene("two requests, and both are taken back");
        let (token, slip) = begin(forgiving);
        sleep(A_SECOND).await;
        token.cancel();
        token.cancel();
        tell(slip).await;

        scene("a time-out that waits for the tidying up");
        tell_in_time(tidy()).await;

        scene("a value in reply to a time-out");
        tell_in_time(ready_for_it()).await;
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
