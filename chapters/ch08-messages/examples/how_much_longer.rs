//! A question for a shirt that is in the machine, and a promise for the answer.

use ch08_messages::both::{Either, select};
use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::mpsc::{Receiver, channel};
use ch08_messages::oneshot;
use ch08_messages::task::spawn;
use ch08_messages::timer::sleep_until;
use std::error::Error;
use std::pin::pin;
use std::time::{Duration, Instant};

/// "How much longer?", with a promise that the answer is to be sent by.
type Question = oneshot::Sender<Duration>;

/// Washes a shirt for an hour, and answers meanwhile.
async fn clean(opened: Instant, mut questions: Receiver<Question>) {
    let end = opened + minutes(60);
    let mut washed = pin!(sleep_until(end));
    loop {
        match select(questions.recv(), washed.as_mut()).await {
            // If nobody waits for the answer any more, it comes back.
            Either::Left(Some(promise)) => {
                if promise.send(end - now()).is_err() {
                    say(opened, "whoever asked has gone");
                }
            }
            Either::Left(None) => break washed.await,
            Either::Right(()) => break,
        }
    }
    say(opened, "the shirt is clean");
}

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        let (opened, (line, questions)) = (now(), channel(1));
        let shirt = spawn(clean(opened, questions));
        for pause in [10, 35] {
            sleep_until(now() + minutes(pause)).await;
            let (promise, receipt) = oneshot::channel();
            line.send(promise).await?;
            let left = receipt.await?;
            say(opened, &format!("how much longer? {} min", left.as_secs() / 60));
        }
        let (promise, receipt) = oneshot::channel();
        line.send(promise).await?;
        drop(receipt);
        drop(line);
        Ok(shirt.await?)
    })
}

fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

fn say(opened: Instant, what: &str) {
    println!("{:>2} min  {what}", (now() - opened).as_secs() / 60);
}
