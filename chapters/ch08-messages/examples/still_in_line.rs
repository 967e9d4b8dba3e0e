//! Ben stands in line for a machine, goes for a walk when it takes too long, and stands in line again.

use ch08_messages::both::{Either, select};
use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::semaphore::Semaphore;
use ch08_messages::task::spawn;
use ch08_messages::timer::sleep;
use std::error::Error;
use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

async fn ann(opened: Instant, machine: Rc<Semaphore>) {
    let _machine = machine.acquire().await;
    say(opened, "Ann has the machine");
    sleep(minutes(20)).await;
    say(opened, "Ann is done");
}

async fn ben(opened: Instant, machine: Rc<Semaphore>) {
    {
        let mut line = pin!(machine.acquire());
        let patience = sleep(minutes(10));
        if let Either::Right(()) = select(line.as_mut(), patience).await {
            say(opened, "Ben goes for a walk");
        }
    }
    sleep(minutes(30)).await;
    say(opened, "Ben stands in line again");
    let _machine = machine.acquire().await;
    say(opened, "Ben has the machine");
}

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        let (opened, machine) = (now(), Rc::new(Semaphore::new(1)));
        let ann = spawn(ann(opened, Rc::clone(&machine)));
        let ben = spawn(ben(opened, machine));
        ann.await?;
        Ok(ben.await?)
    })
}

fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

fn say(opened: Instant, what: &str) {
    println!("{:>2} min  {what}", (now() - opened).as_secs() / 60);
}
