//! Two notes for a shirt, left where it will find them if it looks.

use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::task::spawn;
use ch08_messages::timer::{sleep, sleep_until};
use std::cell::RefCell;
use std::error::Error;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// What hangs on the nail.
type Nail = Rc<RefCell<Vec<&'static str>>>;

/// Washes a shirt for an hour, and looks at the nail now and then. Gives how often.
async fn clean(opened: Instant, nail: Nail, pause: Duration) -> usize {
    let clean = now() + minutes(60);
    let mut looked = 0;
    while now() < clean {
        sleep_until(clean.min(now() + pause)).await;
        looked += 1;
        for note in nail.take() {
            say(opened, &format!("the shirt hears: {note}"));
        }
    }
    looked
}

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        for pause in [minutes(45), Duration::from_secs(1)] {
            println!("a look every {} s", pause.as_secs());
            let (opened, nail) = (now(), Nail::default());
            let shirt = spawn(clean(opened, Rc::clone(&nail), pause));
            sleep(minutes(10)).await;
            nail.borrow_mut().push("no perchloroethylene");
            sleep(minutes(20)).await;
            nail.borrow_mut().push("no starch");
            println!("looks, for two notes: {}", shirt.await?);
        }
        Ok(())
    })
}

fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

fn say(opened: Instant, what: &str) {
    println!("{:>2} min  {what}", (now() - opened).as_secs() / 60);
}
