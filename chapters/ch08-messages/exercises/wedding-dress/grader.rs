//! Who has which machines, and who waits for what?

mod grading;

use ch08_messages::both::{Either, select};
use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::semaphore::Semaphore;
use ch08_messages::task::{JoinHandle, spawn};
use ch08_messages::timer::sleep;
use grading::{Expectation, Outcome, grade, miss};
use std::cell::RefCell;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "a dress has two machines or none",
            hint: 1,
            look: two_dresses,
        },
        Expectation {
            what: "nobody goes past a dress, whether they wait or not",
            hint: 2,
            look: nobody_goes_past,
        },
        Expectation {
            what: "what comes back goes to as many as it is enough for",
            hint: 3,
            look: enough_for_two,
        },
        Expectation {
            what: "when a dress leaves, nobody waits for what is there",
            hint: 4,
            look: a_dress_leaves,
        },
        Expectation {
            what: "a dress that was chosen and leaves passes on all it was given",
            hint: 5,
            look: chosen_and_gone,
        },
    ])
}

/// Longer than anything here takes, by a clock that jumps when nothing can go on.
const FOR_EVER: Duration = Duration::from_secs(24 * 60 * 60);

/// The machines, and what is seen of them.
#[derive(Clone)]
struct Shop {
    machines: Rc<Semaphore>,
    opened: Instant,
    seen: Rc<RefCell<Vec<String>>>,
}

impl Shop {
    fn with(machines: usize) -> Shop {
        let machines = Rc::new(Semaphore::new(machines));
        Shop { machines, opened: now(), seen: Rc::default() }
    }

    fn see(&self, name: &str) {
        let minute = (now() - self.opened).as_secs() / 60;
        self.seen.borrow_mut().push(format!("{name} at {minute}"));
    }

    /// Something that needs so many machines for so many minutes.
    fn brings(&self, name: &'static str, needs: usize, takes: u64) -> JoinHandle<()> {
        let shop = self.clone();
        spawn(async move {
            if needs == 1 {
                let _machine = shop.machines.acquire().await;
                shop.see(name);
                minutes(takes).await;
            } else {
                let _machines = shop.machines.acquire_many(needs).await;
                shop.see(name);
                minutes(takes).await;
            }
        })
    }

    fn is(&self, expected: &[&str]) -> Outcome {
        let seen = self.seen.borrow();
        if *seen == expected {
            return Ok(());
        }
        let seen = if seen.is_empty() { "nothing".to_owned() } else { seen.join(", ") };
        miss(expected.join(", "), seen)
    }

    fn has_free(&self, expected: usize) -> Outcome {
        match self.machines.available_permits() {
            free if free == expected => Ok(()),
            free => miss(format!("{expected} free machines"), free),
        }
    }
}

async fn minutes(n: u64) {
    sleep(Duration::from_secs(60 * n)).await;
}

/// Waits until everybody is served who will be.
async fn until_closing_time() {
    minutes(10 * 60).await;
}

fn by_the_virtual_clock<F>(look: impl FnOnce() -> F) -> Outcome
where
    F: Future<Output = Outcome>,
{
    let event_loop = EventLoop::with_clock(Clock::Virtual).expect("there is a poller");
    let look = async { select(look(), sleep(FOR_EVER)).await };
    match event_loop.block_on(look) {
        Either::Left(outcome) => outcome,
        Either::Right(()) => {
            miss("an end", "a future is pending, and nothing will wake it")
        }
    }
}

fn two_dresses() -> Outcome {
    by_the_virtual_clock(async || {
        let shop = Shop::with(2);
        for garment in ["shirt", "coat"] {
            drop(shop.brings(garment, 1, 30));
        }
        for dress in ["first dress", "second dress"] {
            drop(shop.brings(dress, 2, 60));
        }
        until_closing_time().await;
        shop.is(&["shirt at 0", "coat at 0", "first dress at 30", "second dress at 90"])
    })
}

fn nobody_goes_past() -> Outcome {
    by_the_virtual_clock(async || {
        let shop = Shop::with(3);
        drop(shop.brings("shirt", 1, 30));
        drop(shop.brings("scarf", 1, 60));
        drop(shop.brings("gown", 3, 30));
        drop(shop.brings("coat", 1, 30));
        minutes(10).await;
        if shop.machines.try_acquire().is_some() {
            return miss("no permit for whoever does not wait, while a gown does", "one");
        }
        until_closing_time().await;
        shop.is(&["shirt at 0", "scarf at 0", "gown at 60", "coat at 90"])
    })
}

fn enough_for_two() -> Outcome {
    by_the_virtual_clock(async || {
        let shop = Shop::with(3);
        drop(shop.brings("gown", 3, 30));
        for garment in ["shirt", "coat"] {
            drop(shop.brings(garment, 1, 30));
        }
        drop(shop.brings("dress", 2, 30));
        drop(shop.brings("hat", 1, 10));
        until_closing_time().await;
        shop.is(&["gown at 0", "shirt at 30", "coat at 30", "dress at 60", "hat at 60"])
    })
}

fn a_dress_leaves() -> Outcome {
    by_the_virtual_clock(async || {
        let shop = Shop::with(3);
        drop(shop.brings("shirt", 1, 60));
        let gown = shop.brings("gown", 3, 60);
        drop(shop.brings("dress", 2, 60));
        drop(shop.brings("coat", 1, 60));
        minutes(10).await;
        gown.abort();
        until_closing_time().await;
        shop.is(&["shirt at 0", "dress at 10", "coat at 60"])?;

        let shop = Shop::with(2);
        drop(shop.brings("shirt", 1, 60));
        drop(shop.brings("dress", 2, 60).abort_on_drop());
        drop(shop.brings("coat", 1, 60));
        until_closing_time().await;
        shop.is(&["shirt at 0", "coat at 0"])
    })
}

fn chosen_and_gone() -> Outcome {
    by_the_virtual_clock(async || {
        let shop = Shop::with(2);
        let all = shop.machines.acquire_many(2).await;
        let dress = shop.brings("dress", 2, 30);
        for garment in ["shirt", "coat"] {
            drop(shop.brings(garment, 1, 30));
        }
        minutes(10).await;
        drop(all);
        // They are the dress's, which has not had its turn.
        dress.abort();
        until_closing_time().await;
        shop.is(&["shirt at 10", "coat at 10"])?;

        // And whatever happens, in the end all machines are free.
        let shop = Shop::with(4);
        let needs = [1, 3, 2, 4, 1, 2, 3, 1, 4, 2];
        let visits = needs.map(|needs| shop.brings("garment", needs, 10));
        for (n, visit) in visits.iter().enumerate() {
            if n % 3 == 1 {
                minutes(3).await;
                visit.abort();
            }
        }
        until_closing_time().await;
        shop.has_free(4)?;
        let dress = shop.machines.acquire_many(3).await;
        shop.has_free(1)?;
        drop(dress);
        shop.has_free(4)
    })
}
