//! A message for a shirt that is in the machine.

use ch08_messages::both::{Either, select};
use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::mpsc::{Receiver, channel};
use ch08_messages::task::spawn;
use ch08_messages::timer::sleep;
use std::error::Error;
use std::pin::pin;
use std::time::{Duration, Instant};

/// Washes a shirt for an hour, and listens meanwhile.
async fn clean(opened: Instant, mut notes: Receiver<&'static str>) {
    say(opened, "the shirt is in the machine");
    let mut washed = pin!(sleep(minutes(60)));
    loop {
        match select(notes.recv(), washed.as_mut()).await {
            Either::Left(Some(note)) => say(opened, &format!("the shirt hears: {note}")),
            // Nobody has the other end any more: there is nothing to listen for.
            Either::Left(None) => break washed.await,
            Either::Right(()) => break,
        }
    }
    say(opened, "the shirt is clean");
}

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        let (line, notes) = channel(1);
        let shirt = spawn(clean(now(), notes));
        sleep(minutes(10)).await;
        line.send("no perchloroethylene").await?;
        sleep(minutes(20)).await;
        line.send("no starch").await?;
        Ok(shirt.await?)
    })
}

fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

fn say(opened: Instant, what: &str) {
    println!("{:>2} min  {what}", (now() - opened).as_secs() / 60);
}
