//! What the rack promises about garments and tickets.

mod run;

use ch06_tasks::clock::{Clock, now};
use ch06_tasks::event_loop::EventLoop;
use ch06_tasks::shop::protocol::Refusal;
use ch06_tasks::shop::rack::Rack;
use ch06_tasks::timer::sleep;
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
