//! Is only asked who was rung, and everybody who was?

mod grading;

use ch04_waker::executor::block_on;
use ch04_waker::oneshot::{self, Sender};
use ch04_waker::shop::visits::Visits;
use ch04_waker::timer::sleep;
use ch04_waker::yield_now::yield_now;
use grading::{Expectation, Outcome, grade, miss, within};
use std::cell::{Cell, RefCell};
use std::fmt::Debug;
use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "a visit that has begun is asked without a ring",
            hint: 3,
            look: begins,
        },
        Expectation {
            what: "of a hundred visits, only the one that was rung is asked",
            hint: 1,
            look: only_one,
        },
        Expectation {
            what: "a ring for a visit wakes the clerk, by the newest waker",
            hint: 2,
            look: wakes_the_clerk,
        },
        Expectation {
            what: "a visit that rings while it is asked is asked again",
            hint: 4,
            look: rings_for_itself,
        },
        Expectation {
            what: "a visit that is rung three times is asked once",
            hint: 5,
            look: three_rings,
        },
        Expectation {
            what: "a visit that is over is dropped at once, and a late ring is for nobody",
            hint: 5,
            look: late_ring,
        },
        Expectation {
            what: "visits that are rung by clocks and by other threads all come to their end",
            hint: 2,
            look: all_end,
        },
    ])
}

/// The clerk's bell, which counts.
#[derive(Default)]
struct Bell(AtomicUsize);

impl Bell {
    fn new() -> (Arc<Bell>, Waker) {
        let bell = Arc::new(Bell::default());
        (Arc::clone(&bell), Waker::from(bell))
    }

    fn rings(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn is<T: PartialEq + Debug>(what: &str, expected: T, seen: T) -> Outcome {
    if seen == expected {
        return Ok(());
    }
    miss(format!("{what}: {expected:?}"), format!("{seen:?}"))
}

/// What is waited for meanwhile; it never comes.
type Never<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

fn meanwhile<'a, 'v: 'a>(visits: &'a mut Visits<'v>) -> Never<'a> {
    Box::pin(visits.meanwhile(pending()))
}

fn ask(all: &mut Never<'_>, waker: &Waker) {
    let _ = all.as_mut().poll(&mut Context::from_waker(waker));
}

/// Who has been asked, in order.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<usize>>>);

impl Log {
    fn take(&self) -> Vec<usize> {
        self.0.take()
    }

    /// A visit that waits for a promise, and notes each time that it is asked.
    fn visit(&self, number: usize) -> (Sender<()>, impl Future<Output = ()> + use<>) {
        let (promise, receipt) = oneshot::channel();
        let log = self.clone();
        let mut receipt = Box::pin(receipt);
        let visit = poll_fn(move |context| {
            log.0.borrow_mut().push(number);
            receipt.as_mut().poll(context).map(drop)
        });
        (promise, visit)
    }
}

fn begins() -> Outcome {
    let (log, (_, waker)) = (Log::default(), Bell::new());
    let mut visits = Visits::default();
    let (_first, visit) = log.visit(1);
    visits.begin(visit);
    is("asked before the first poll", vec![], log.take())?;
    ask(&mut meanwhile(&mut visits), &waker);
    is("asked at the first poll", vec![1], log.take())?;
    let (_second, visit) = log.visit(2);
    visits.begin(visit);
    ask(&mut meanwhile(&mut visits), &waker);
    match log.take().contains(&2) {
        true => Ok(()),
        false => miss("the second visit, begun later, is asked", "it is not"),
    }
}

fn only_one() -> Outcome {
    let (log, (_, waker)) = (Log::default(), Bell::new());
    let mut visits = Visits::default();
    let mut promises = Vec::new();
    for number in 0..100 {
        let (promise, visit) = log.visit(number);
        promises.push(promise);
        visits.begin(visit);
    }
    let mut all = meanwhile(&mut visits);
    ask(&mut all, &waker);
    is("asked at first", (0..100).collect(), log.take())?;
    let seven = promises.remove(7).send(());
    is("a promise that can be kept", Ok(()), seven)?;
    ask(&mut all, &waker);
    let asked = log.take();
    if asked != [7] {
        return miss(
            "a promise to visit 7 is kept, and visit 7 alone is asked",
            format!("{} visits are asked", asked.len()),
        );
    }
    ask(&mut all, &waker);
    is("asked when nobody was rung", vec![], log.take())
}

fn wakes_the_clerk() -> Outcome {
    let [(older, first), (newer, second)] = [(); 2].map(|()| Bell::new());
    let log = Log::default();
    let mut visits = Visits::default();
    let (promise, visit) = log.visit(1);
    visits.begin(visit);
    ask(&mut meanwhile(&mut visits), &first);
    let mut all = meanwhile(&mut visits);
    ask(&mut all, &second);
    let _ = promise.send(());
    let rings = (older.rings(), newer.rings());
    is("rings of the clerk's older waker and of the newer one", (0, 1), rings)
}

fn rings_for_itself() -> Outcome {
    let turns = within("visits that take turns come to their end", || {
        let turns = Rc::new(Cell::new(0));
        let mut visits = Visits::default();
        for _ in 0..3 {
            let turns = Rc::clone(&turns);
            visits.begin(async move {
                for _ in 0..4 {
                    yield_now().await;
                    turns.set(turns.get() + 1);
                }
            });
        }
        let done =
            poll_fn(|_| if turns.get() == 12 { Poll::Ready(()) } else { Poll::Pending });
        block_on(visits.meanwhile(done));
        turns.get()
    })?;
    is("turns that three visits have given up four times each", 12, turns)
}

fn three_rings() -> Outcome {
    let (_, waker) = Bell::new();
    let (asked, theirs) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(None)));
    let mut visits = Visits::default();
    let (counts, hands_out) = (Rc::clone(&asked), Rc::clone(&theirs));
    visits.begin(poll_fn(move |context| {
        counts.set(counts.get() + 1);
        hands_out.set(Some(context.waker().clone()));
        Poll::Pending
    }));
    let mut all = meanwhile(&mut visits);
    ask(&mut all, &waker);
    let Some(rung) = theirs.take() else {
        return miss("the visit is asked", "it is not");
    };
    for _ in 0..3 {
        rung.wake_by_ref();
    }
    ask(&mut all, &waker);
    is("asked after three rings, and once at first", 2, asked.get())
}

fn late_ring() -> Outcome {
    let (_, waker) = Bell::new();
    let log = Log::default();
    let (owned, stale) = (Rc::new(()), Rc::new(Cell::new(None)));
    let mut visits = Visits::default();
    let (mine, hands_out) = (Rc::clone(&owned), Rc::clone(&stale));
    visits.begin(poll_fn(move |context| {
        let _mine = &mine;
        hands_out.set(Some(context.waker().clone()));
        Poll::Ready(())
    }));
    ask(&mut meanwhile(&mut visits), &waker);
    is("owners of what the visit owned, after it", 1, Rc::strong_count(&owned))?;
    let (_promise, visit) = log.visit(2);
    visits.begin(visit);
    let mut all = meanwhile(&mut visits);
    ask(&mut all, &waker);
    is("asked when the second visit has begun", vec![2], log.take())?;
    let Some(late) = stale.take() else { return miss("the visit is asked", "it is not") };
    late.wake();
    ask(&mut all, &waker);
    is("asked when the first one, which is over, was rung", vec![], log.take())
}

fn all_end() -> Outcome {
    within("a hundred visits come to their end", || {
        let over = Rc::new(Cell::new(0));
        let mut visits = Visits::default();
        for number in 0..100 {
            let (promise, receipt) = oneshot::channel();
            let over = Rc::clone(&over);
            thread::spawn(move || promise.send(()));
            visits.begin(async move {
                let _ = receipt.await;
                sleep(Duration::from_micros(number % 7 * 300)).await;
                yield_now().await;
                over.set(over.get() + 1);
            });
        }
        let mut done = pin!(poll_fn(|_| if over.get() == 100 {
            Poll::Ready(())
        } else {
            Poll::Pending
        }));
        block_on(visits.meanwhile(done.as_mut()));
    })
}
