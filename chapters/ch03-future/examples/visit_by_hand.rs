//! A visit to the shop, as a future written by hand.

use ch03_future::yield_now::{YieldNow, yield_now};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

const BAG: [&str; 2] = ["silk shirt", "wool coat"];

/// A visit: how it speaks, and where it has stopped.
pub struct Visit {
    say: fn(&str),
    stopped: Place,
}

/// A place where a visit stops, with what it needs to go on from there.
enum Place {
    AtTheDoor,
    AtTheCounter { given: usize, turn: YieldNow },
    Outside,
}

/// A visit that has not begun.
pub fn visit(say: fn(&str)) -> Visit {
    Visit { say, stopped: Place::AtTheDoor }
}

impl Future for Visit {
    type Output = usize;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<usize> {
        let visit = &mut *self;
        loop {
            let given = match &mut visit.stopped {
                Place::AtTheDoor => {
                    (visit.say)("good morning");
                    0
                }
                Place::AtTheCounter { given, turn } => {
                    if Pin::new(turn).poll(context).is_pending() {
                        return Poll::Pending;
                    }
                    let words = format!("here is a {}", BAG[*given]);
                    (visit.say)(&words);
                    *given + 1
                }
                Place::Outside => panic!("the visit is over"),
            };
            if given == BAG.len() {
                (visit.say)("goodbye");
                visit.stopped = Place::Outside;
                return Poll::Ready(given);
            }
            visit.stopped = Place::AtTheCounter { given, turn: yield_now() };
        }
    }
}

fn main() {
    let mut visit = pin!(visit(|words| println!("    {words}")));
    let mut context = Context::from_waker(Waker::noop());
    for poll in 1.. {
        println!("poll {poll}");
        match visit.as_mut().poll(&mut context) {
            Poll::Pending => println!("    pending"),
            Poll::Ready(given) => return println!("    ready: {given} garments"),
        }
    }
}
