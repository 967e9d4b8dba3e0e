//! Is it asked as often as it may be, and let go of when patience has run out?

mod grading;

use ch03_future::patience::{AtMost, GaveUp, at_most};
use grading::{Expectation, Outcome, grade, miss};
use std::cell::Cell;
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "a future that is ready in time gives its output, in the last poll too",
            hint: 1,
            look: in_time,
        },
        Expectation {
            what: "each poll asks it once",
            hint: 1,
            look: once_a_poll,
        },
        Expectation {
            what: "in the poll in which its last Pending is said, it is given up",
            hint: 1,
            look: gives_up,
        },
        Expectation {
            what: "somebody without patience does not ask at all",
            hint: 2,
            look: no_patience,
        },
        Expectation {
            what: "what is given up is dropped at once",
            hint: 3,
            look: dropped_at_once,
        },
    ])
}

/// A garment that is ready when it has been asked so often; and whoever has a copy of `asked` sees
/// how often that was, and whether the garment is still there.
struct Garment {
    ready_at: usize,
    asked: Rc<Cell<usize>>,
}

impl Future for Garment {
    type Output = &'static str;

    fn poll(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<&'static str> {
        self.asked.set(self.asked.get() + 1);
        if self.asked.get() >= self.ready_at {
            Poll::Ready("silk shirt")
        } else {
            Poll::Pending
        }
    }
}

fn garment(ready_at: usize) -> (Garment, Rc<Cell<usize>>) {
    let asked = Rc::<Cell<usize>>::default();
    (Garment { ready_at, asked: Rc::clone(&asked) }, asked)
}

type Answer = Poll<Result<&'static str, GaveUp>>;

fn ask(patience: Pin<&mut AtMost<Garment>>) -> Answer {
    patience.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls `at_most(polls, …)` of a garment until it is ready; gives the answer, and in which poll.
fn answer(polls: usize, ready_at: usize) -> Outcome<(Answer, usize)> {
    let mut patience = pin!(at_most(polls, garment(ready_at).0));
    for poll in 1..=10 {
        let answer = ask(patience.as_mut());
        if answer.is_ready() {
            return Ok((answer, poll));
        }
    }
    miss(
        format!("`at_most({polls}, …)` is ready after {} polls or fewer", polls.max(1)),
        "it is pending after ten",
    )
}

fn in_time() -> Outcome {
    for (polls, ready_at) in [(3, 1), (3, 2), (3, 3), (1, 1)] {
        let expected = format!(
            "`at_most({polls}, …)` of a future that is ready when it is asked for the {} time \
             gives `Ok(\"silk shirt\")`",
            ["first", "second", "third"][ready_at - 1]
        );
        match answer(polls, ready_at)? {
            (Poll::Ready(Ok("silk shirt")), _) => {}
            (answer, _) => return miss(expected, format!("{answer:?}")),
        }
    }
    Ok(())
}

fn once_a_poll() -> Outcome {
    let (slow, asked) = garment(5);
    let mut patience = pin!(at_most(9, slow));
    for polls in 1..=4 {
        let answer = ask(patience.as_mut());
        if answer.is_ready() || asked.get() != polls {
            return miss(
                format!("poll {polls} asks the other future once more, which is pending"),
                format!("in all, it has been asked {} times: {answer:?}", asked.get()),
            );
        }
    }
    Ok(())
}

fn gives_up() -> Outcome {
    for polls in 1..=4 {
        let expected = format!("`at_most({polls}, …)` gives up in poll {polls}");
        match answer(polls, 9)? {
            (Poll::Ready(Err(GaveUp)), poll) if poll == polls => {}
            (answer, poll) => return miss(expected, format!("in poll {poll}: {answer:?}")),
        }
    }
    Ok(())
}

fn no_patience() -> Outcome {
    let (quick, asked) = garment(1);
    let mut patience = pin!(at_most(0, quick));
    let answer = ask(patience.as_mut());
    if answer == Poll::Ready(Err(GaveUp)) && asked.get() == 0 {
        return Ok(());
    }
    miss(
        "`at_most(0, …)` gives up at once, and has not asked",
        format!("it has asked {} times, and says {answer:?}", asked.get()),
    )
}

fn dropped_at_once() -> Outcome {
    for polls in [0, 2] {
        let (slow, asked) = garment(9);
        let mut patience = pin!(at_most(polls, slow));
        while ask(patience.as_mut()).is_pending() {}
        if Rc::strong_count(&asked) > 1 {
            return miss(
                "when it has given up, the other future is gone, though this one is still there",
                "the other future has not been dropped",
            );
        }
    }
    Ok(())
}
