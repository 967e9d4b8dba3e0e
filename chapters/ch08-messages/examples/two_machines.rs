//! Two machines, five garments, and one of them that has to be washed twice.

use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::semaphore::Semaphore;
use ch08_messages::task::spawn;
use ch08_messages::timer::sleep;
use std::error::Error;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// What is brought, and how many minutes each wash of it takes.
const GARMENTS: [(&str, &[u64]); 5] = [
    ("silk shirt", &[30, 10]),
    ("wool coat", &[60]),
    ("linen hat", &[20]),
    ("scarf", &[20]),
    ("glove", &[30]),
];

async fn clean(opened: Instant, garment: &str, washes: &[u64], machines: Rc<Semaphore>) {
    for &wash in washes {
        let _machine = machines.acquire().await;
        say(opened, &format!("{garment} in"));
        sleep(minutes(wash)).await;
        say(opened, &format!("    {garment} out"));
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        let machines = Rc::new(Semaphore::new(2));
        let opened = now();
        let cleaning = GARMENTS.map(|(garment, washes)| {
            spawn(clean(opened, garment, washes, Rc::clone(&machines)))
        });
        for garment in cleaning {
            garment.await?;
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
