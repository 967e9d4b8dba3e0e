//! What a request to stop promises, and to whom.

mod notes;
mod run;

use ch07_cancellation::both::{Either, join, select};
use ch07_cancellation::cancel::{Cancelled, Token, or_cancelled};
use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::handle::Handle;
use ch07_cancellation::oneshot;
use ch07_cancellation::task::{JoinHandle, spawn};
use ch07_cancellation::timer::sleep;
use ch07_cancellation::yield_now::yield_now;
use ledger::record;
use notes::{Dropped, note, noted};
use run::Count;
use std::cell::Cell;
use std::future::{pending, ready};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// Runs a future by a virtual clock, until nothing can go on.
fn run<F: Future>(future: F) -> F::Output {
    let event_loop = EventLoop::with_clock(Clock::Virtual).unwrap();
    event_loop.block_on(async {
        match select(future, sleep(1000 * HOUR)).await {
            Either::Left(output) => output,
            Either::Right(()) => panic!("a request has not been heard"),
        }
    })
}

/// An operation that is never over, unless it is cancelled.
async fn waits() -> Result<(), Cancelled> {
    or_cancelled(pending()).await
}

/// Asks a future once, with a waker that does nothing.
fn ask<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// A task that does this work under a token of its own.
fn begin<F: Future + 'static>(
    work: impl FnOnce(Token) -> F,
) -> (Token, JoinHandle<F::Output>) {
    let token = Token::new();
    let (own, work) = (token.clone(), work(token.clone()));
    (token, spawn(async move { own.run(work).await }))
}

#[test]
fn a_request_wakes_the_work_and_its_operation_hears_of_it() {
    run(async {
        let start = now();
        let (token, work) = begin(|_| waits());
        yield_now().await;
        assert!(!work.is_finished());
        token.cancel();
        assert!(!work.is_finished(), "the work has its turn later");
        assert_eq!(work.await.unwrap(), Err(Cancelled));
        assert_eq!(now(), start);
    });
}

#[test]
fn work_that_is_not_asked_goes_on_as_if_there_were_no_token() {
    run(async {
        let (token, work) = begin(|token| async move {
            let one = or_cancelled(ready(1)).await?;
            let two = or_cancelled(async {
                sleep(HOUR).await;
                2
            });
            let two = two.await?;
            assert_eq!(token.cancelling(), 0);
            Ok::<_, Cancelled>(one + two)
        });
        assert_eq!(work.await.unwrap(), Ok(3));
        assert_eq!(token.cancelling(), 0);
        // Without a token around it, an operation is itself.
        assert_eq!(or_cancelled(ready(7)).await, Ok(7));
        assert_eq!(or_cancelled(sleep(HOUR)).await, Ok(()));
    });
}

#[test]
fn a_request_is_heard_once() {
    run(async {
        let (token, work) = begin(|_| async {
            assert_eq!(or_cancelled(sleep(HOUR)).await, Err(Cancelled));
            let start = now();
            assert_eq!(or_cancelled(sleep(HOUR)).await, Ok(()));
            assert_eq!(now(), start + HOUR);
            waits().await
        });
        yield_now().await;
        token.cancel();
        sleep(HOUR * 2).await;
        assert!(!work.is_finished(), "it has refused");
        token.cancel();
        assert_eq!(work.await.unwrap(), Err(Cancelled));
        assert_eq!(token.cancelling(), 2);
    });
}

#[test]
fn requests_are_counted_and_those_that_come_before_any_is_heard_are_heard_as_one() {
    run(async {
        let (token, work) = begin(|token| async move {
            assert_eq!(waits().await, Err(Cancelled));
            assert_eq!(token.cancelling(), 3);
            assert_eq!(or_cancelled(sleep(HOUR)).await, Ok(()));
            assert_eq!([(); 5].map(|()| token.uncancel()), [2, 1, 0, 0, 0]);
            assert_eq!(token.cancelling(), 0);
        });
        yield_now().await;
        (0..3).for_each(|_| token.cancel());
        assert_eq!(token.cancelling(), 3);
        work.await.unwrap();
    });
}

#[test]
fn a_request_that_is_taken_back_before_it_is_heard_is_not_heard() {
    run(async {
        let (token, work) = begin(|_| or_cancelled(sleep(HOUR)));
        yield_now().await;
        token.cancel();
        assert_eq!(token.uncancel(), 0);
        assert_eq!(work.await.unwrap(), Ok(()));

        // Of two, one is left.
        let (token, work) = begin(|_| waits());
        yield_now().await;
        token.cancel();
        token.cancel();
        assert_eq!(token.uncancel(), 1);
        assert_eq!(work.await.unwrap(), Err(Cancelled));

        // It cannot be taken back before it was made.
        let (token, work) = begin(|_| waits());
        assert_eq!(token.uncancel(), 0);
        token.cancel();
        assert_eq!(token.cancelling(), 1);
        assert_eq!(work.await.unwrap(), Err(Cancelled));
    });
}

#[test]
fn a_request_that_was_heard_is_not_heard_again_because_another_is_taken_back() {
    run(async {
        let (token, work) = begin(|token| async move {
            assert_eq!(waits().await, Err(Cancelled));
            assert_eq!(token.uncancel(), 1);
            assert_eq!(or_cancelled(sleep(HOUR)).await, Ok(()));
        });
        yield_now().await;
        token.cancel();
        token.cancel();
        work.await.unwrap();
    });
}

#[test]
fn a_request_before_the_first_poll_is_heard_by_the_first_operation() {
    run(async {
        let (token, work) = begin(|_| async {
            note("begun");
            let held = Dropped("the operation is gone");
            let outcome = or_cancelled(async {
                let _held = held;
                note("asked");
            });
            assert_eq!(outcome.await, Err(Cancelled));
            note("heard");
        });
        token.cancel();
        work.await.unwrap();
        assert_eq!(noted(), ["begun", "the operation is gone", "heard"]);
    });
}

#[test]
fn a_request_that_comes_while_no_operation_waits_is_kept_for_the_next() {
    run(async {
        let (token, work) = begin(|_| async {
            // This one does not listen.
            sleep(HOUR).await;
            note("awake");
            or_cancelled(ready(7)).await
        });
        yield_now().await;
        token.cancel();
        assert_eq!(work.await.unwrap(), Err(Cancelled));
        assert_eq!(noted(), ["awake"]);
    });
}

#[test]
fn a_request_wins_against_an_operation_that_is_ready_in_that_turn_and_its_value_stays() {
    run(async {
        let (promise, mut receipt) = oneshot::channel();
        let token = Token::new();
        let mut work = Box::pin(token.run(or_cancelled(&mut receipt)));
        assert!(ask(work.as_mut()).is_pending());
        promise.send("silk shirt").unwrap();
        token.cancel();
        assert_eq!(work.as_mut().await, Err(Cancelled));
        drop(work);
        assert_eq!(receipt.await, Ok("silk shirt"));
    });
}

#[test]
fn a_request_after_the_end_is_counted_and_nobody_is_woken() {
    let (count, waker) = Count::waker();
    let token = Token::new();
    let mut work = Box::pin(token.run(or_cancelled(ready(7))));
    let outcome = work.as_mut().poll(&mut Context::from_waker(&waker));
    assert_eq!(outcome, Poll::Ready(Ok(7)));
    drop(work);
    token.cancel();
    assert_eq!(token.cancelling(), 1);
    // The waker that was left for the operation may be called, and then is not there any more.
    let calls = count.calls();
    token.cancel();
    assert!(calls <= 1 && count.calls() == calls);
    drop(waker);
    assert_eq!(Arc::strong_count(&count), 1);
}

#[test]
fn the_work_is_woken_once_for_a_request_with_the_waker_of_its_last_poll() {
    let ((first, one), (last, other)) = (Count::waker(), Count::waker());
    let token = Token::new();
    let mut work = Box::pin(token.run(waits()));
    for waker in [one, other] {
        let outcome = work.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(outcome.is_pending());
    }
    assert_eq!((Arc::strong_count(&first), Arc::strong_count(&last)), (1, 2));
    token.cancel();
    token.cancel();
    assert_eq!((first.calls(), last.calls()), (0, 1));
    assert_eq!(Arc::strong_count(&last), 1);
    assert_eq!(ask(work.as_mut()), Poll::Ready(Err(Cancelled)));
}

#[test]
fn a_request_may_come_from_a_callback_a_timer_or_the_work_itself() {
    run(async {
        let (token, work) = begin(|_| waits());
        let asks = token.clone();
        Handle::current().call_later(HOUR, move || asks.cancel()).unwrap();
        assert_eq!(work.await.unwrap(), Err(Cancelled));

        let (token, work) = begin(|_| waits());
        spawn(ready(())).add_done_callback(move |_| token.cancel());
        assert_eq!(work.await.unwrap(), Err(Cancelled));

        let (_, work) = begin(|token| async move {
            token.cancel();
            waits().await
        });
        assert_eq!(work.await.unwrap(), Err(Cancelled));
    });
}

#[test]
fn tidying_up_takes_its_time_and_is_waited_for() {
    run(async {
        let start = now();
        let (token, work) = begin(|_| async {
            let outcome = waits().await;
            sleep(HOUR).await;
            note("tidied up");
            outcome
        });
        yield_now().await;
        token.cancel();
        assert_eq!(work.await.unwrap(), Err(Cancelled));
        assert_eq!(noted(), ["tidied up"]);
        assert_eq!(now(), start + HOUR);
    });
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn an_operation_that_is_cancelled_is_dropped_before_the_work_hears_of_it() {
    let ((), ledger) = record(|| {
        run(async {
            let (token, work) = begin(|_| async {
                let operation = async {
                    let _held = Dropped("dropped");
                    sleep(HOUR).await;
                };
                assert_eq!(or_cancelled(operation).await, Err(Cancelled));
                note("heard");
            });
            yield_now().await;
            token.cancel();
            work.await.unwrap();
        });
    });
    assert_eq!(noted(), ["dropped", "heard"]);
    // Its timer, and that of the run.
    assert_eq!((ledger.count("timer"), ledger.count("due")), (2, 0), "{ledger}");
    let disarmed =
        ledger.iter().filter(|e| e.verb == "disarm" && e.number("timer").is_some());
    assert_eq!((disarmed.count(), ledger.count("cancel")), (2, 1), "{ledger}");
}

#[test]
fn what_is_asked_of_the_work_around_an_operation_hears_too() {
    run(async {
        let (token, work) = begin(|outer| async move {
            let inner = Token::new();
            assert_eq!(inner.run(waits()).await, Err(Cancelled));
            assert_eq!((outer.cancelling(), inner.cancelling()), (1, 0));
            // Heard once: it went to the inner work, and that may pass it on or not.
            assert_eq!(or_cancelled(sleep(HOUR)).await, Ok(()));
        });
        yield_now().await;
        token.cancel();
        work.await.unwrap();

        // Three deep, and asked at each level.
        for level in 0..3 {
            let tokens = run_three_deep(level).await;
            let mut asked = [0; 3];
            asked[level] = 1;
            assert_eq!(tokens.map(|token| token.cancelling()), asked);
        }
    });
}

/// Work in work in work. That of this level is asked, and the innermost hears of it.
async fn run_three_deep(level: usize) -> [Token; 3] {
    let place = Rc::new(Cell::new(None));
    let theirs = Rc::clone(&place);
    let work = spawn(async move {
        let outer = Token::new();
        let within_outer = async {
            let middle = Token::new();
            let within_middle = async {
                let inner = Token::new();
                theirs.set(Some([outer.clone(), middle.clone(), inner.clone()]));
                inner.run(waits()).await
            };
            middle.run(within_middle).await
        };
        outer.run(within_outer).await
    });
    yield_now().await;
    let tokens = place.take().unwrap();
    tokens[level].cancel();
    assert_eq!(work.await.unwrap(), Err(Cancelled));
    tokens
}

#[test]
fn what_is_asked_of_a_part_is_not_asked_of_the_whole() {
    run(async {
        let (token, work) = begin(|outer| async move {
            let inner = Token::new();
            let inside = inner.run(waits());
            let outside = or_cancelled(sleep(HOUR));
            let asks = async {
                yield_now().await;
                inner.cancel();
            };
            let ((inside, outside), ()) = join(join(inside, outside), asks).await;
            assert_eq!((inside, outside), (Err(Cancelled), Ok(())));
            // Nor is it later.
            inner.cancel();
            assert_eq!(or_cancelled(ready(7)).await, Ok(7));
            assert_eq!(outer.cancelling(), 0);
        });
        work.await.unwrap();
        assert_eq!(token.cancelling(), 0);
    });
}

#[test]
fn a_part_that_is_asked_itself_hears_that_first_and_then_what_the_whole_is_asked() {
    run(async {
        let (token, work) = begin(|outer| async move {
            let inner = Token::new();
            outer.cancel();
            inner.cancel();
            let inside = async {
                assert_eq!(waits().await, Err(Cancelled));
                assert_eq!(inner.uncancel(), 0);
                assert_eq!(waits().await, Err(Cancelled));
                or_cancelled(ready(7)).await
            };
            assert_eq!(inner.run(inside).await, Ok(7));
        });
        work.await.unwrap();
        assert_eq!(token.cancelling(), 1);
    });
}

#[test]
fn a_token_belongs_to_what_ran_when_it_was_made_and_to_nothing_else() {
    run(async {
        let outer = Token::new();
        let made_outside = Token::new();
        let (made_inside, ()) = outer
            .run(async {
                // Only what is done under it: a task that is spawned here is work of its own.
                let task = spawn(async { or_cancelled(sleep(HOUR)).await });
                outer.cancel();
                assert_eq!(made_outside.run(or_cancelled(ready(7))).await, Ok(7));
                assert_eq!(task.await.unwrap(), Ok(()));
                (Token::new(), ())
            })
            .await;
        assert_eq!(made_inside.run(or_cancelled(ready(7))).await, Err(Cancelled));
    });
}

#[test]
fn of_several_operations_at_once_the_first_to_be_asked_hears_and_the_others_go_on() {
    run(async {
        let (token, work) = begin(|_| async {
            let waits = || or_cancelled(sleep(HOUR));
            let (one, (other, third)) = join(waits(), join(waits(), waits())).await;
            assert_eq!([one, other, third], [Err(Cancelled), Ok(()), Ok(())]);
        });
        yield_now().await;
        token.cancel();
        work.await.unwrap();

        // If the first is enough for the work, the others are dropped with it.
        let start = now();
        let (token, work) =
            begin(|_| async { select(waits(), or_cancelled(sleep(HOUR))).await });
        yield_now().await;
        token.cancel();
        assert_eq!(work.await.unwrap(), Either::Left(Err(Cancelled)));
        assert_eq!(now(), start);
    });
}

#[test]
fn an_operation_within_an_operation_hears_after_the_one_around_it() {
    run(async {
        let (token, work) = begin(|_| async {
            let inner = async {
                let _held = Dropped("the inner one");
                waits().await
            };
            assert_eq!(or_cancelled(inner).await, Err(Cancelled));
        });
        yield_now().await;
        token.cancel();
        work.await.unwrap();
        assert_eq!(noted(), ["the inner one"]);
    });
}

#[test]
fn two_pieces_of_work_side_by_side_do_not_hear_each_others_requests() {
    run(async {
        let (one, other) = (Token::new(), Token::new());
        let both = join(one.run(or_cancelled(sleep(HOUR))), other.run(waits()));
        let asks = async {
            yield_now().await;
            other.cancel();
        };
        assert_eq!(join(both, asks).await.0, (Ok(()), Err(Cancelled)));
        assert_eq!((one.cancelling(), other.cancelling()), (0, 1));
    });
}

#[test]
fn work_that_panics_leaves_nobody_elses_operations_under_its_token() {
    run(async {
        let (token, work) = begin(|_| async {
            yield_now().await;
            std::panic::resume_unwind(Box::new("a button is missing"))
        });
        let outcome: Result<(), _> = work.await;
        assert!(outcome.unwrap_err().is_panic());
        token.cancel();
        assert_eq!(or_cancelled(ready(7)).await, Ok(7));
        assert_eq!(Token::new().run(or_cancelled(ready(7))).await, Ok(7));

        // A panic in a part leaves the whole where it was.
        let (token, work) = begin(|_| async {
            let part = Token::new();
            let panics = std::pin::pin!(part.run(async { panics() }));
            run::complaint(|| ask(panics));
            part.cancel();
            assert_eq!(or_cancelled(ready(7)).await, Ok(7));
            waits().await
        });
        yield_now().await;
        token.cancel();
        assert_eq!(work.await.unwrap(), Err(Cancelled));
    });
}

fn panics() {
    panic!("a button is missing");
}

#[test]
fn work_that_is_dropped_is_not_asked_any_more() {
    run(async {
        let token = Token::new();
        let mut work = Box::pin(token.run(waits()));
        assert!(ask(work.as_mut()).is_pending());
        drop(work);
        token.cancel();
        assert_eq!(or_cancelled(ready(7)).await, Ok(7));
        // Another piece of work under the same token is still to hear of it.
        assert_eq!(token.run(waits()).await, Err(Cancelled));
        assert_eq!(token.run(or_cancelled(ready(7))).await, Ok(7));
    });
}

#[test]
fn a_task_that_knows_its_own_token_is_gone_when_it_is_over_however_it_ends() {
    let kept = run(async {
        let mut kept = Vec::new();
        for ending in 0..4 {
            let (held, outer) = (Rc::new("silk shirt"), Token::new());
            let place = Rc::new(Cell::new(None));
            let (it, theirs, around) =
                (Rc::downgrade(&held), Rc::clone(&place), outer.clone());
            let work = spawn(async move {
                let part = async {
                    let own = Token::new();
                    let _held = (held, own.clone());
                    theirs.set(Some(own.clone()));
                    own.run(waits()).await
                };
                around.run(part).await
            });
            yield_now().await;
            let token = place.take().unwrap();
            match ending {
                0 => token.cancel(),
                1 => outer.cancel(),
                2 => work.abort(),
                // It goes with its loop.
                _ => {}
            }
            if ending < 3 {
                let _ = work.await;
                assert!(it.upgrade().is_none(), "ending {ending}");
            }
            drop(token);
            kept.push(it);
        }
        kept
    });
    assert!(kept.iter().all(|it| it.upgrade().is_none()));
}

#[test]
fn a_token_may_go_before_its_work() {
    run(async {
        let (token, work) = begin(|_| or_cancelled(sleep(HOUR)));
        yield_now().await;
        drop(token);
        assert_eq!(work.await.unwrap(), Ok(()));
    });
    // Nor does it need a loop, or the thread that another has.
    thread::spawn(|| {
        let token = Token::default();
        token.cancel();
        let work = token.run(waits());
        assert_eq!(ask(pin!(work)), Poll::Ready(Err(Cancelled)));
    })
    .join()
    .unwrap();
}

#[test]
fn the_waker_of_a_request_may_ask_again_when_it_is_called_or_dropped() {
    thread_local! {
        static TOKEN: Token = Token::new();
    }
    struct AsksAgain;
    impl Wake for AsksAgain {
        fn wake(self: Arc<AsksAgain>) {
            note("called");
            TOKEN.with(Token::cancel);
        }
    }
    impl Drop for AsksAgain {
        fn drop(&mut self) {
            note("dropped");
            TOKEN.with(Token::cancel);
        }
    }
    let token = TOKEN.with(Token::clone);
    let mut work = Box::pin(token.run(waits()));
    for _ in 0..2 {
        let waker = Waker::from(Arc::new(AsksAgain));
        assert!(work.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    // The first was dropped when the second came, whose poll did not hear of it any more. So the
    // second was called.
    assert_eq!(noted(), ["dropped", "called", "dropped"]);
    assert_eq!(token.cancelling(), 3);
    assert_eq!(ask(work.as_mut()), Poll::Ready(Err(Cancelled)));
}

#[test]
fn the_answer_is_an_error_that_says_what_it_is() {
    let error: Box<dyn std::error::Error> = Cancelled.into();
    assert_eq!(error.to_string(), "the work has been asked to stop");
}
