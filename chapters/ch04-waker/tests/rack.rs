//! What the rack promises about garments and tickets.

use ch04_waker::shop::protocol::Refusal;
use ch04_waker::shop::rack::Rack;
use std::time::{Duration, Instant};

const TAKES: Duration = Duration::from_secs(60);

/// A rack with a shirt, ticket 1, and a coat, ticket 2, which both came now.
fn rack() -> (Rack, Instant) {
    let (mut rack, now) = (Rack::new(TAKES), Instant::now());
    assert_eq!(rack.hang("shirt".into(), now), 1);
    assert_eq!(rack.hang("coat".into(), now), 2);
    (rack, now)
}

#[test]
fn a_ticket_number_is_never_used_twice() {
    let (mut rack, now) = rack();
    rack.take(2).unwrap();
    assert_eq!(rack.hang("coat".into(), now), 3);
    let shirt = rack.take(1).unwrap();
    rack.put_back(1, shirt);
    assert_eq!(rack.hang("coat".into(), now), 4);
}

#[test]
fn a_garment_is_clean_when_the_cleaning_is_over() {
    let (rack, now) = rack();
    assert_eq!(rack.look(1).unwrap().clean_at, now + TAKES);
}

#[test]
fn a_garment_is_ready_from_the_moment_it_is_clean() {
    let (mut rack, now) = rack();
    let soon = now + TAKES - Duration::from_nanos(1);
    assert_eq!(rack.status(1, now), Ok("CLEANING"));
    assert_eq!(rack.status(1, soon), Ok("CLEANING"));
    assert_eq!(rack.status(1, now + TAKES), Ok("READY"));
    rack.take(1).unwrap();
    assert_eq!(rack.status(1, now), Err(Refusal::PickedUp(1)));
    assert_eq!(rack.status(3, now), Err(Refusal::NoSuchTicket(3)));
}

#[test]
fn looking_at_a_garment_leaves_it_where_it_is() {
    let (mut rack, _) = rack();
    assert_eq!(rack.look(1).unwrap().name, "shirt");
    assert_eq!(rack.look(1).unwrap().name, "shirt");
    assert_eq!(rack.take(1).unwrap().name, "shirt");
}

#[test]
fn a_garment_is_taken_once() {
    let (mut rack, _) = rack();
    assert_eq!(rack.take(1).unwrap().name, "shirt");
    assert_eq!(rack.take(1).unwrap_err(), Refusal::PickedUp(1));
    assert_eq!(rack.look(1).unwrap_err(), Refusal::PickedUp(1));
    assert_eq!(rack.look(2).unwrap().name, "coat");
}

#[test]
fn a_garment_put_back_can_be_taken_again() {
    let (mut rack, now) = rack();
    let shirt = rack.take(1).unwrap();
    rack.put_back(1, shirt);
    let shirt = rack.take(1).unwrap();
    assert_eq!((shirt.name.as_str(), shirt.clean_at), ("shirt", now + TAKES));
}

#[test]
fn a_ticket_that_was_never_given_out_is_not_one_that_was_picked_up() {
    let (mut rack, _) = rack();
    for ticket in [0, 3, u64::MAX] {
        assert_eq!(rack.look(ticket).unwrap_err(), Refusal::NoSuchTicket(ticket));
        assert_eq!(rack.take(ticket).unwrap_err(), Refusal::NoSuchTicket(ticket));
    }
}
