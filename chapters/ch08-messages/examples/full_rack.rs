//! A box with room for two, and a box with room for everything.

use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::mpsc::{Receiver, channel};
use ch08_messages::task::spawn;
use ch08_messages::timer::sleep;
use futures::StreamExt;
use futures::channel::mpsc::unbounded;
use std::error::Error;
use std::time::{Duration, Instant};

const GARMENTS: [&str; 5] =
    ["a silk shirt", "a wool coat", "a linen hat", "a scarf", "a glove"];

/// Takes one garment after another, ten minutes each.
async fn clean(opened: Instant, mut rack: Receiver<&'static str>) {
    while let Some(garment) = rack.recv().await {
        say(opened, &format!("    {garment} is taken"));
        sleep(minutes(10)).await;
    }
    say(opened, "    nothing more will come");
}

/// Ann has brought everything, and hangs up what there is room for.
async fn bring_it_all() -> Result<(), Box<dyn Error>> {
    println!("room for two");
    let opened = now();
    let (rack, to_clean) = channel(2);
    let cleaner = spawn(clean(opened, to_clean));
    for garment in GARMENTS {
        rack.send(garment).await?;
        say(opened, &format!("{garment} hangs there"));
    }
    sleep(minutes(40)).await;
    say(opened, "Ann goes home");
    drop(rack);
    Ok(cleaner.await?)
}

/// Somebody comes every minute, and is never told to wait.
async fn bring_more_and_more() {
    println!("room for everything");
    let (rack, mut to_clean) = unbounded();
    let customers = rack.clone();
    let coming = spawn(async move {
        while customers.unbounded_send("one more").is_ok() {
            sleep(minutes(1)).await;
        }
    });
    let cleaner = spawn(async move {
        while to_clean.next().await.is_some() {
            sleep(minutes(10)).await;
        }
    });
    sleep(Duration::from_secs(30)).await;
    for hour in 1..=3 {
        sleep(minutes(60)).await;
        println!("{hour} h     {:>3} garments hang there", rack.len());
    }
    coming.abort();
    cleaner.abort();
}

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        bring_it_all().await?;
        bring_more_and_more().await;
        Ok(())
    })
}

fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

fn say(opened: Instant, what: &str) {
    println!("{:>2} min  {what}", (now() - opened).as_secs() / 60);
}
