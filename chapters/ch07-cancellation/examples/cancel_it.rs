//! "Cancel it!", said at six moments.

use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::task::{JoinHandle, Outcome, spawn};
use ch07_cancellation::timer::sleep;
use ch07_cancellation::yield_now::yield_now;
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

const A_MINUTE: Duration = Duration::from_secs(60);

/// Something in somebody's hands.
struct Thing(&'static str);

impl Drop for Thing {
    fn drop(&mut self) {
        say(format!("{} is put down", self.0));
    }
}

async fn iron(_shirt: Thing) -> &'static str {
    say("the ironing begins");
    let _board = Thing("the board");
    {
        let _iron = Thing("the iron");
        sleep(A_MINUTE).await;
    }
    say("the ironing is over");
    "an ironed shirt"
}

/// A task's own slip, for when it is there.
type OwnSlip = Rc<RefCell<Option<JoinHandle<&'static str>>>>;

async fn cancel_oneself(slip: OwnSlip, then: Duration) -> &'static str {
    slip.borrow().as_ref().expect("it is there").abort();
    say("I have cancelled myself");
    if !then.is_zero() {
        sleep(then).await;
    }
    say("and I am still here");
    "a value"
}

async fn on_its_own(then: Duration) -> Outcome<&'static str> {
    let slip = OwnSlip::default();
    *slip.borrow_mut() = Some(spawn(cancel_oneself(Rc::clone(&slip), then)));
    yield_now().await;
    let slip = slip.take().expect("it is there");
    slip.await
}

fn tell(outcome: Outcome<&str>) {
    say(format!("{outcome:?}"));
}

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        scene("during its nap");
        let slip = spawn(iron(Thing("the shirt")));
        yield_now().await;
        slip.abort();
        say(format!("cancelled; is it over? {}", slip.is_finished()));
        tell(slip.await);

        scene("before its first turn");
        let slip = spawn(iron(Thing("the shirt")));
        slip.abort();
        tell(slip.await);

        scene("twice");
        let slip = spawn(iron(Thing("the shirt")));
        yield_now().await;
        slip.abort();
        slip.abort();
        tell(slip.await);

        scene("when it is over");
        let slip = spawn(iron(Thing("the shirt")));
        sleep(2 * A_MINUTE).await;
        slip.abort();
        tell(slip.await);

        scene("by itself, and then it naps");
        tell(on_its_own(A_MINUTE).await);

        scene("by itself, and then it ends");
        tell(on_its_own(Duration::ZERO).await);
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
