//! Who is told of what is written on the board, and when?

mod grading;

use ch08_messages::both::{Either, select};
use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::task::spawn;
use ch08_messages::timer::sleep;
use ch08_messages::watch::{Receiver, Sender, channel};
use grading::{Expectation, Outcome, grade, miss};
use std::cell::RefCell;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "all who wait are told, at once",
            hint: 1,
            look: all_are_told,
        },
        Expectation {
            what: "whoever was busy meanwhile is told when they ask",
            hint: 2,
            look: busy_meanwhile,
        },
        Expectation {
            what: "whoever has been told is not told again before there is something new",
            hint: 3,
            look: told_once,
        },
        Expectation {
            what: "whoever gives up waiting misses nothing",
            hint: 4,
            look: given_up,
        },
        Expectation {
            what: "the end is told to those who wait, and after what was written before it",
            hint: 5,
            look: the_end,
        },
    ])
}

/// Longer than anything here takes, by a clock that jumps when nothing can go on.
const FOR_EVER: Duration = Duration::from_secs(24 * 60 * 60);

/// What was heard at the window, and when.
#[derive(Clone)]
struct Window {
    opened: Instant,
    heard: Rc<RefCell<Vec<String>>>,
}

impl Window {
    fn new() -> Window {
        Window { opened: now(), heard: Rc::default() }
    }

    fn hear(&self, what: impl std::fmt::Display) {
        let minute = (now() - self.opened).as_secs() / 60;
        self.heard.borrow_mut().push(format!("{what} at {minute} min"));
    }

    /// Looks until the clerk has gone.
    async fn looks(self, name: &'static str, mut board: Receiver<u32>) {
        while board.changed().await.is_ok() {
            self.hear(format_args!("{name}: {}", board.get()));
        }
        self.hear(format_args!("{name}: the end"));
    }

    fn is(&self, expected: &[&str]) -> Outcome {
        let heard = self.heard.borrow();
        if *heard == expected {
            return Ok(());
        }
        let heard =
            if heard.is_empty() { "nothing".to_owned() } else { heard.join(", ") };
        miss(expected.join(", "), heard)
    }
}

async fn minutes(n: u64) {
    sleep(Duration::from_secs(60 * n)).await;
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
            miss("an end", "`changed` is pending, and nothing will wake it")
        }
    }
}

fn all_are_told() -> Outcome {
    by_the_virtual_clock(async || {
        let window = Window::new();
        let (clerk, board) = channel(0);
        for name in ["Ann", "Ben", "Cleo"] {
            drop(spawn(window.clone().looks(name, board.clone())));
        }
        minutes(1).await;
        clerk.send(3);
        minutes(1).await;
        // In whatever order.
        window.heard.borrow_mut().sort();
        window.is(&["Ann: 3 at 1 min", "Ben: 3 at 1 min", "Cleo: 3 at 1 min"])
    })
}

fn busy_meanwhile() -> Outcome {
    by_the_virtual_clock(async || {
        let window = Window::new();
        let (clerk, board) = channel(0);
        clerk.send(4);
        drop(spawn(window.clone().looks("Ann", board.clone())));
        drop(spawn(window.clone().looks("Ben", board)));
        minutes(1).await;
        window.heard.borrow_mut().sort();
        window.is(&["Ann: 4 at 0 min", "Ben: 4 at 0 min"])
    })
}

fn told_once() -> Outcome {
    by_the_virtual_clock(async || {
        let window = Window::new();
        let (clerk, mut board) = channel(0);
        (1..=5).for_each(|n| clerk.send(n));
        told(&window, &mut board).await;
        told(&window, &mut board.clone()).await;
        told(&window, &mut board.clone()).await;
        clerk.send(6);
        told(&window, &mut board).await;
        window.is(&["5 at 0 min", "nothing at 1 min", "nothing at 2 min", "6 at 2 min"])
    })
}

/// Waits for something new for a minute.
async fn told(window: &Window, board: &mut Receiver<u32>) {
    match select(board.changed(), minutes(1)).await {
        Either::Left(Ok(())) => window.hear(board.get()),
        Either::Left(Err(_)) => window.hear("the end"),
        Either::Right(()) => window.hear("nothing"),
    }
}

fn given_up() -> Outcome {
    by_the_virtual_clock(async || {
        let window = Window::new();
        let (clerk, mut board) = channel(0);
        told(&window, &mut board).await;
        told(&window, &mut board).await;
        clerk.send(3);
        told(&window, &mut board).await;
        clerk.send(4);
        told(&window, &mut board).await;
        window.is(&["nothing at 1 min", "nothing at 2 min", "3 at 2 min", "4 at 2 min"])
    })
}

fn the_end() -> Outcome {
    by_the_virtual_clock(async || {
        let window = Window::new();
        let (clerk, board) = channel(0);
        drop(spawn(window.clone().looks("Ann", board.clone())));
        minutes(1).await;
        write_and_go(clerk);
        let mut late = board;
        minutes(1).await;
        told(&window, &mut late).await;
        told(&window, &mut late).await;
        window.is(&[
            "Ann: 3 at 1 min",
            "Ann: the end at 1 min",
            "3 at 2 min",
            "the end at 2 min",
        ])?;
        let (clerk, board) = channel(0);
        let window = Window::new();
        drop(spawn(window.clone().looks("Ben", board)));
        minutes(1).await;
        drop(clerk);
        minutes(1).await;
        window.is(&["Ben: the end at 1 min"])
    })
}

fn write_and_go(clerk: Sender<u32>) {
    clerk.send(3);
}
