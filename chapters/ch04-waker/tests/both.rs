//! What `join` and `select` of two promise.

mod watchdog;

use ch04_waker::both::{Either, join, select};
use ch04_waker::executor::block_on;
use ch04_waker::oneshot;
use ch04_waker::yield_now::yield_now;
use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use watchdog::{Drops, Rings, ends, wakers};

/// Is pending so often, then ready; never woken by itself. Asked again after that, it panics.
struct After {
    left: usize,
    done: bool,
}

fn after(left: usize) -> After {
    After { left, done: false }
}

impl Future for After {
    type Output = &'static str;

    fn poll(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<&'static str> {
        assert!(!self.done, "asked after it was ready");
        if self.left > 0 {
            self.left -= 1;
            return Poll::Pending;
        }
        self.done = true;
        Poll::Ready("done")
    }
}

/// Asks until it is ready, and says how often.
fn asked<F: Future>(future: F) -> (usize, F::Output) {
    let mut future = pin!(future);
    let (rings, waker) = Rings::new();
    for n in 1.. {
        if let Poll::Ready(output) =
            future.as_mut().poll(&mut Context::from_waker(&waker))
        {
            assert_eq!(rings.count(), 0);
            return (n, output);
        }
    }
    unreachable!("one of the numbers was enough")
}

#[test]
fn join_gives_both_outputs_in_order_and_asks_nobody_who_is_done() {
    for (a, b) in [(0, 0), (0, 3), (3, 0), (2, 2), (1, 3), (3, 1)] {
        let both = asked(join(after(a), async { (after(b).await, b) }));
        assert_eq!(both, (a.max(b) + 1, ("done", ("done", b))));
    }
}

#[test]
fn join_asks_the_first_one_first_and_each_once_a_poll() {
    let log = RefCell::new(String::new());
    let says = |name| {
        let (log, mut left) = (&log, 2);
        poll_fn(move |_| {
            log.borrow_mut().push(name);
            left -= 1;
            if left > 0 { Poll::Pending } else { Poll::Ready(()) }
        })
    };
    asked(join(says('a'), says('b')));
    assert_eq!(*log.borrow(), "abab");
}

#[test]
fn join_is_woken_by_either() {
    ends(|| {
        let (shirt, ann) = oneshot::channel();
        let (coat, ben) = oneshot::channel();
        let (rings, waker) = Rings::new();
        let mut both = Box::pin(join(ann, ben));
        let mut context = Context::from_waker(&waker);
        assert_eq!(both.as_mut().poll(&mut context), Poll::Pending);
        assert_eq!(wakers(&rings), 3, "a copy with each promise");
        coat.send("wool coat").unwrap();
        assert_eq!(rings.count(), 1);
        assert_eq!(both.as_mut().poll(&mut context), Poll::Pending);
        shirt.send("silk shirt").unwrap();
        assert_eq!(rings.count(), 2);
        let garments = (Ok("silk shirt"), Ok("wool coat"));
        assert_eq!(both.as_mut().poll(&mut context), Poll::Ready(garments));
    });
}

#[test]
fn a_join_that_is_dropped_half_done_drops_what_it_has() {
    let drops = Drops::default();
    let (one, other) = (drops.one(), drops.one());
    let mut both = Box::pin(join(ready(one), async move {
        let _other = other;
        pending::<()>().await;
    }));
    let (_, waker) = Rings::new();
    assert!(both.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    assert_eq!(drops.count(), 0);
    drop(both);
    assert_eq!(drops.count(), 2);
}

#[test]
fn select_gives_whichever_is_first() {
    assert_eq!(asked(select(after(1), after(3))), (2, Either::Left("done")));
    assert_eq!(asked(select(after(3), after(1))), (2, Either::Right("done")));
    assert_eq!(block_on(select(pending::<()>(), yield_now())), Either::Right(()));
}

#[test]
fn if_both_are_ready_the_first_one_wins_and_the_second_is_not_asked() {
    assert_eq!(asked(select(after(2), after(2))), (3, Either::Left("done")));
    let asked_second = Cell::new(false);
    let second = poll_fn(|_| {
        asked_second.set(true);
        Poll::Ready(())
    });
    assert_eq!(block_on(select(ready(7), second)), Either::Left(7));
    assert!(!asked_second.get());
}

#[test]
fn the_loser_is_dropped_once_and_before_the_winner_is_told() {
    for (winner_first, expected) in [(true, Either::Left(0)), (false, Either::Right(0))] {
        let drops = Drops::default();
        let loser = drops.one();
        let winner = async {
            yield_now().await;
            drops.count()
        };
        let loser = async {
            let _loser = loser;
            pending().await
        };
        let at_the_end = block_on(async {
            let first = if winner_first {
                select(winner, loser).await
            } else {
                select(loser, winner).await
            };
            (first, drops.count())
        });
        assert_eq!(at_the_end, (expected, 1));
        assert_eq!(drops.count(), 1);
    }
}

#[test]
fn the_loser_takes_its_waker_along() {
    let (promise, receipt) = oneshot::channel::<()>();
    assert_eq!(block_on(select(receipt, yield_now())), Either::Right(()));
    assert!(promise.is_closed());
}

#[test]
fn a_select_that_is_dropped_drops_both() {
    let drops = Drops::default();
    let waits = |dropped| async move {
        let _dropped = dropped;
        pending::<()>().await;
    };
    let mut either = Box::pin(select(waits(drops.one()), waits(drops.one())));
    let (_, waker) = Rings::new();
    assert!(either.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(either);
    assert_eq!(drops.count(), 2);
}
