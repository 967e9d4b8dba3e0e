//! What the rack promises about garments and tickets.

mod run;

use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::shop::hands::Hands;
use ch07_cancellation::shop::protocol::Refusal;
use ch07_cancellation::shop::rack::Rack;
use ch07_cancellation::timer::{sleep, sleep_until};
use ch07_cancellation::yield_now::yield_now;
use ledger::{Ledger, Recorder};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

const TAKES: Duration = Duration::from_secs(60);

/// Does this with a rack with a shirt, ticket 1, and a coat, ticket 2, which both came now.
fn with_rack<F: Future<Output = ()>>(what: impl FnOnce(Rack) -> F) {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(async {
        let mut rack = Rack::new(TAKES);
        assert_eq!(rack.hang("shirt".into()), 1);
        assert_eq!(rack.hang("coat".into()), 2);
        what(rack).await;
    });
}

#[test]
fn a_ticket_number_is_never_used_twice() {
    with_rack(async |mut rack| {
        rack.take(2).unwrap();
        assert_eq!(rack.hang("coat".into()), 3);
        let shirt = rack.take(1).unwrap();
        rack.put_back(1, shirt);
        assert_eq!(rack.hang("coat".into()), 4);
    });
}

#[test]
fn a_garment_is_clean_when_the_cleaning_is_over_and_not_before() {
    with_rack(async |rack| {
        let start = now();
        assert_eq!(rack.when_clean(1).unwrap().await, Ok(()));
        assert_eq!(now(), start + TAKES);
        // One who comes later does not wait again.
        assert_eq!(rack.when_clean(1).unwrap().await, Ok(()));
        assert_eq!(now(), start + TAKES);
    });
}

#[test]
fn a_garment_is_ready_from_the_moment_it_is_clean() {
    with_rack(async |mut rack| {
        assert_eq!(rack.status(1), Ok("CLEANING"));
        sleep(TAKES - Duration::from_nanos(1)).await;
        assert_eq!(rack.status(1), Ok("CLEANING"));
        rack.when_clean(1).unwrap().await.unwrap();
        assert_eq!(rack.status(1), Ok("READY"));
        assert_eq!(rack.status(2), Ok("READY"));
        rack.take(1).unwrap();
        assert_eq!(rack.status(1), Err(Refusal::PickedUp(1)));
        assert_eq!(rack.status(3), Err(Refusal::NoSuchTicket(3)));
    });
}

#[test]
fn everybody_who_waits_for_a_garment_is_told_and_a_torn_up_receipt_is_nothing() {
    with_rack(async |rack| {
        let (first, torn_up, second) = (
            rack.when_clean(1).unwrap(),
            rack.when_clean(1).unwrap(),
            rack.when_clean(1).unwrap(),
        );
        drop(torn_up);
        assert_eq!(first.await, Ok(()));
        assert_eq!(second.await, Ok(()));
    });
}

#[test]
fn looking_at_a_garment_leaves_it_where_it_is() {
    with_rack(async |mut rack| {
        drop(rack.when_clean(1).unwrap());
        rack.status(1).unwrap();
        assert_eq!(rack.take(1).unwrap().name, "shirt");
    });
}

#[test]
fn a_garment_is_taken_once() {
    with_rack(async |mut rack| {
        assert_eq!(rack.take(1).unwrap().name, "shirt");
        assert_eq!(rack.take(1).unwrap_err(), Refusal::PickedUp(1));
        assert_eq!(rack.when_clean(1).unwrap_err(), Refusal::PickedUp(1));
        assert_eq!(rack.take(2).unwrap().name, "coat");
    });
}

#[test]
fn a_garment_put_back_can_be_taken_again_and_was_cleaned_meanwhile() {
    with_rack(async |mut rack| {
        let start = now();
        let shirt = rack.take(1).unwrap();
        sleep(TAKES / 2).await;
        rack.put_back(1, shirt);
        assert_eq!(rack.status(1), Ok("CLEANING"));
        rack.when_clean(1).unwrap().await.unwrap();
        assert_eq!(now(), start + TAKES);
        assert_eq!(rack.take(1).unwrap().name, "shirt");
    });
}

#[test]
fn a_ticket_that_was_never_given_out_is_not_one_that_was_picked_up() {
    with_rack(async |mut rack| {
        for ticket in [0, 3, u64::MAX] {
            assert_eq!(
                rack.when_clean(ticket).unwrap_err(),
                Refusal::NoSuchTicket(ticket)
            );
            assert_eq!(rack.take(ticket).unwrap_err(), Refusal::NoSuchTicket(ticket));
        }
    });
}

#[test]
fn a_receipt_for_a_garment_is_void_when_the_loop_is_gone() {
    let event_loop = EventLoop::with_clock(Clock::Virtual).unwrap();
    let (rack, receipt) = event_loop.block_on(async {
        let mut rack = Rack::new(TAKES);
        let ticket = rack.hang("shirt".into());
        let receipt = rack.when_clean(ticket).unwrap();
        (rack, receipt)
    });
    drop(event_loop);
    assert!(run::run(receipt).is_err());
    assert_eq!(rack.status(1), Ok("READY"), "it is no longer being cleaned");
}

/// A rack that others know, too.
type Shared = Rc<RefCell<Rack>>;

/// Does this with such a rack.
fn with_shared<F: Future<Output = ()>>(what: impl FnOnce(Shared) -> F) {
    with_rack(async |rack| what(Rc::new(RefCell::new(rack))).await);
}

/// How many timers are set.
fn timers(ledger: &Ledger) -> usize {
    let given_up =
        ledger.iter().filter(|e| e.verb == "disarm" && e.number("timer").is_some());
    ledger.count("timer") - ledger.count("due") - given_up.count()
}

#[test]
fn a_garment_that_is_cancelled_is_given_up_and_its_ticket_says_so() {
    with_rack(async |mut rack| {
        let start = now();
        let receipt = rack.when_clean(1).unwrap();
        assert_eq!(rack.cancel(1), Ok(()));
        assert_eq!(rack.status(1), Ok("CANCELLED"));
        // Whoever waits need not wait any longer.
        assert_eq!(receipt.await, Ok(()));
        assert_eq!(now(), start);
        let cancelled = Refusal::Cancelled(1);
        assert_eq!(rack.when_clean(1).unwrap_err(), cancelled);
        assert_eq!(rack.take(1).unwrap_err(), cancelled);
        assert_eq!(rack.cancel(1).unwrap_err(), cancelled);
        // The other one is clean in time.
        rack.when_clean(2).unwrap().await.unwrap();
        assert_eq!(now(), start + TAKES);
        assert_eq!(rack.hang("coat".into()), 3);
    });
}

#[test]
fn what_came_to_nothing_is_remembered_for_so_many_and_no_more() {
    with_rack(async |mut rack| {
        rack.cancel(1).unwrap();
        rack.cancel(2).unwrap();
        let latest = 2 + 10_000;
        for ticket in 3..=latest {
            assert_eq!(rack.hang("hat".into()), ticket);
            rack.cancel(ticket).unwrap();
        }
        for forgotten in [1, 2] {
            assert_eq!(rack.status(forgotten), Err(Refusal::PickedUp(forgotten)));
        }
        for remembered in [3, latest] {
            assert_eq!(rack.status(remembered), Ok("CANCELLED"));
        }
    });
}

#[test]
fn what_is_clean_cannot_be_cancelled_nor_what_is_not_there() {
    with_rack(async |mut rack| {
        sleep(TAKES - Duration::from_nanos(1)).await;
        assert_eq!(rack.cancel(2), Ok(()));
        rack.when_clean(1).unwrap().await.unwrap();
        assert_eq!(rack.cancel(1), Err(Refusal::TooLate(1)));
        assert_eq!(rack.status(1), Ok("READY"));
        assert_eq!(rack.take(1).unwrap().name, "shirt");
        assert_eq!(rack.cancel(1), Err(Refusal::PickedUp(1)));
        for ticket in [0, 3, u64::MAX] {
            assert_eq!(rack.cancel(ticket), Err(Refusal::NoSuchTicket(ticket)));
        }
    });
}

#[test]
fn a_garment_expires_when_its_time_is_over_whether_somebody_waits_or_not() {
    with_shared(async |rack| {
        let start = now();
        Rack::hold(&rack, 1, TAKES / 2).unwrap();
        Rack::hold(&rack, 2, 2 * TAKES).unwrap();
        let receipt = rack.borrow().when_clean(1).unwrap();
        assert_eq!(receipt.await, Ok(()));
        assert_eq!(now(), start + TAKES / 2);
        assert_eq!(rack.borrow().status(1), Ok("EXPIRED"));
        let receipt = rack.borrow().when_clean(2).unwrap();
        receipt.await.unwrap();
        assert_eq!(rack.borrow().status(2), Ok("READY"));
        sleep_until(start + 2 * TAKES).await;
        yield_now().await;
        assert_eq!(rack.borrow().status(2), Ok("EXPIRED"));
        for ticket in [1, 2] {
            let expired = Refusal::Expired(ticket);
            assert_eq!(rack.borrow().when_clean(ticket).unwrap_err(), expired);
            assert_eq!(rack.borrow_mut().take(ticket).unwrap_err(), expired);
            assert_eq!(rack.borrow_mut().cancel(ticket).unwrap_err(), expired);
            assert_eq!(Rack::hold(&rack, ticket, TAKES).unwrap_err(), expired);
        }
    });
}

#[test]
fn only_what_hangs_on_the_rack_can_be_held_on_to() {
    with_shared(async |rack| {
        rack.borrow_mut().cancel(1).unwrap();
        drop(rack.borrow_mut().take(2).unwrap());
        for (ticket, refusal) in [
            (1, Refusal::Cancelled(1)),
            (2, Refusal::PickedUp(2)),
            (3, Refusal::NoSuchTicket(3)),
        ] {
            assert_eq!(Rack::hold(&rack, ticket, TAKES), Err(refusal));
        }
    });
}

#[test]
fn a_garment_is_held_on_to_for_as_long_as_was_said_last() {
    with_shared(async |rack| {
        let start = now();
        for seconds in [10, 600, 0, 100] {
            Rack::hold(&rack, 1, Duration::from_secs(seconds)).unwrap();
        }
        sleep_until(start + Duration::from_secs(99)).await;
        assert_eq!(rack.borrow().status(1), Ok("READY"));
        sleep_until(start + Duration::from_secs(100)).await;
        yield_now().await;
        assert_eq!(rack.borrow().status(1), Ok("EXPIRED"));
    });
}

#[test]
fn a_word_in_the_very_turn_in_which_the_time_is_over_counts_if_it_comes_first() {
    with_shared(async |rack| {
        let deadline = now() + TAKES;
        // It is woken before the expiry, since it has waited for longer.
        let mut speaks = Box::pin(sleep_until(deadline));
        futures::future::poll_fn(|context| {
            assert!(speaks.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        Rack::hold(&rack, 1, TAKES).unwrap();
        speaks.await;
        Rack::hold(&rack, 1, TAKES).unwrap();
        yield_now().await;
        yield_now().await;
        assert_eq!(rack.borrow().status(1), Ok("READY"));
        sleep(TAKES).await;
        yield_now().await;
        assert_eq!(rack.borrow().status(1), Ok("EXPIRED"));
    });
}

#[test]
fn a_garment_whose_time_is_over_in_somebodys_hands_goes_with_them_or_expires() {
    with_shared(async |rack| {
        for ticket in [1, 2] {
            Rack::hold(&rack, ticket, 2 * TAKES).unwrap();
        }
        sleep(TAKES).await;
        let taken = Hands::take(&rack, 1).unwrap();
        let put_back = Hands::take(&rack, 2).unwrap();
        sleep(2 * TAKES).await;
        taken.let_go();
        assert_eq!(rack.borrow().status(1), Err(Refusal::PickedUp(1)));
        assert_eq!(rack.borrow().status(2), Err(Refusal::PickedUp(2)));
        drop(put_back);
        assert_eq!(rack.borrow().status(2), Ok("EXPIRED"));
        assert_eq!(Hands::take(&rack, 2).unwrap_err(), Refusal::Expired(2));
    });
}

#[test]
fn a_garment_that_is_put_back_in_time_is_still_held_on_to() {
    with_shared(async |rack| {
        Rack::hold(&rack, 1, 3 * TAKES).unwrap();
        sleep(TAKES).await;
        let hands = Hands::take(&rack, 1).unwrap();
        assert_eq!(hands.garment(), "shirt");
        sleep(TAKES).await;
        drop(hands);
        assert_eq!(rack.borrow().status(1), Ok("READY"));
        sleep(TAKES).await;
        yield_now().await;
        assert_eq!(rack.borrow().status(1), Ok("EXPIRED"));
    });
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn what_has_left_the_rack_has_no_timer() {
    let recorder = Recorder::new();
    let _recording = recorder.enter();
    with_shared(async |rack| {
        let is_left = async || {
            yield_now().await;
            yield_now().await;
            timers(&recorder.ledger())
        };
        assert_eq!(is_left().await, 2, "two are being cleaned");
        Rack::hold(&rack, 1, 2 * TAKES).unwrap();
        Rack::hold(&rack, 2, 2 * TAKES).unwrap();
        assert_eq!(is_left().await, 4);
        Rack::hold(&rack, 2, 3 * TAKES).unwrap();
        assert_eq!(is_left().await, 4, "of two expiries, the first is gone");
        rack.borrow_mut().cancel(1).unwrap();
        assert_eq!(is_left().await, 2, "the cleaning and the expiry of 1 are gone");
        Rack::hold(&rack, 2, TAKES / 2).unwrap();
        sleep(TAKES / 2).await;
        assert_eq!(is_left().await, 0, "2 has expired, and is cleaned no more");
        let ticket = rack.borrow_mut().hang("sock".into());
        Rack::hold(&rack, ticket, 2 * TAKES).unwrap();
        sleep(TAKES).await;
        Hands::take(&rack, ticket).unwrap().let_go();
        assert_eq!(is_left().await, 0, "it was picked up, and does not expire");
    });
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_rack_that_goes_takes_its_expiries_with_it() {
    let recorder = Recorder::new();
    let _recording = recorder.enter();
    with_shared(async |rack| {
        Rack::hold(&rack, 1, 5 * TAKES).unwrap();
        assert_eq!(Rc::strong_count(&rack), 1);
        yield_now().await;
        assert_eq!(timers(&recorder.ledger()), 3);
        drop(rack);
        yield_now().await;
        assert_eq!(timers(&recorder.ledger()), 2, "the washing goes on");
    });
}
