//! Does it tick when it should, whoever comes when?

mod grading;

use ch05_event_loop::both::{Either, select};
use ch05_event_loop::clock::{Clock, now};
use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::interval::{Interval, interval};
use ch05_event_loop::timer::sleep;
use grading::{Expectation, Outcome, grade, miss, within};
use std::process::ExitCode;
use std::time::{Duration, Instant};

const PERIOD: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "the first tick comes after a period, and the second after two",
            hint: 1,
            look: two_ticks,
        },
        Expectation {
            what: "work between two ticks makes none of them late",
            hint: 1,
            look: work_in_between,
        },
        Expectation {
            what: "whoever comes late is told at once, and once, how many have passed",
            hint: 2,
            look: late,
        },
        Expectation {
            what: "whoever comes at the very moment is not late",
            hint: 2,
            look: at_the_moment,
        },
        Expectation {
            what: "a tick that was given up is still to come",
            hint: 3,
            look: given_up,
        },
        Expectation {
            what: "a day is over at once, in whatever periods it is counted",
            hint: 4,
            look: a_day_in_nanoseconds,
        },
    ])
}

/// An interval by the virtual clock, and when it was begun.
struct Ticking {
    interval: Interval,
    start: Instant,
    told: Vec<String>,
}

impl Ticking {
    fn new() -> Ticking {
        Ticking { interval: interval(PERIOD), start: now(), told: Vec::new() }
    }

    async fn tick(&mut self) {
        let number = self.interval.tick().await;
        self.told.push(format!("tick {number} after {} s", self.since()));
    }

    fn since(&self) -> u64 {
        (now() - self.start).as_secs()
    }

    fn is(self, expected: &[&str]) -> Outcome {
        if self.told == expected {
            return Ok(());
        }
        miss(expected.join(", "), self.told.join(", "))
    }
}

async fn work(secs: u64) {
    sleep(Duration::from_secs(secs)).await;
}

fn by_the_virtual_clock<F>(look: impl FnOnce() -> F) -> Outcome
where
    F: Future<Output = Outcome>,
{
    EventLoop::with_clock(Clock::Virtual).expect("there is a poller").block_on(look())
}

fn two_ticks() -> Outcome {
    by_the_virtual_clock(async || {
        let mut ticking = Ticking::new();
        ticking.tick().await;
        ticking.tick().await;
        ticking.is(&["tick 1 after 10 s", "tick 2 after 20 s"])
    })
}

fn work_in_between() -> Outcome {
    by_the_virtual_clock(async || {
        let mut ticking = Ticking::new();
        work(3).await;
        ticking.tick().await;
        work(4).await;
        ticking.tick().await;
        work(9).await;
        ticking.tick().await;
        ticking.is(&["tick 1 after 10 s", "tick 2 after 20 s", "tick 3 after 30 s"])
    })
}

fn late() -> Outcome {
    by_the_virtual_clock(async || {
        let mut ticking = Ticking::new();
        ticking.tick().await;
        work(25).await;
        ticking.tick().await;
        ticking.tick().await;
        ticking.is(&["tick 1 after 10 s", "tick 3 after 35 s", "tick 4 after 40 s"])
    })
}

fn at_the_moment() -> Outcome {
    by_the_virtual_clock(async || {
        let mut ticking = Ticking::new();
        work(30).await;
        ticking.tick().await;
        ticking.tick().await;
        ticking.is(&["tick 3 after 30 s", "tick 4 after 40 s"])
    })
}

fn given_up() -> Outcome {
    by_the_virtual_clock(async || {
        let mut ticking = Ticking::new();
        for _ in 0..3 {
            if let Either::Left(()) = select(ticking.tick(), work(4)).await {
                break;
            }
        }
        ticking.tick().await;
        ticking.is(&["tick 1 after 10 s", "tick 2 after 20 s"])
    })
}

fn a_day_in_nanoseconds() -> Outcome {
    const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
    within("the tick comes", || {
        by_the_virtual_clock(async || {
            let mut ticks = interval(Duration::from_nanos(1));
            sleep(A_DAY).await;
            let number = ticks.tick().await;
            if u128::from(number) != A_DAY.as_nanos() {
                return miss(
                    format!("tick {}", A_DAY.as_nanos()),
                    format!("tick {number}"),
                );
            }
            Ok(())
        })
    })?
}
