//! What becomes of a garment in the clerk's hands.

mod clerk;
mod customers;

use ch03_future::shop::hands::Hands;
use ch03_future::shop::protocol::Refusal;
use ch03_future::shop::rack::Rack;
use ch03_future::yield_now::yield_now;
use clerk::ask;
use std::cell::RefCell;
use std::time::{Duration, Instant};

fn rack_with(garments: &[&str]) -> RefCell<Rack> {
    let mut rack = Rack::new(Duration::ZERO);
    for garment in garments {
        rack.hang((*garment).to_owned(), Instant::now());
    }
    RefCell::new(rack)
}

fn hangs(rack: &RefCell<Rack>, ticket: u64) -> bool {
    rack.borrow().look(ticket).is_ok()
}

#[test]
fn a_garment_in_hands_is_off_the_rack_and_back_if_it_is_not_let_go() {
    let rack = rack_with(&["silk shirt", "wool coat"]);
    let when = rack.borrow().look(1).unwrap().clean_at;
    let hands = Hands::take(&rack, 1).unwrap();
    assert_eq!(hands.garment(), "silk shirt");
    assert_eq!((hangs(&rack, 1), hangs(&rack, 2)), (false, true));
    assert_eq!(Hands::take(&rack, 1).unwrap_err(), Refusal::PickedUp(1));
    drop(hands);
    assert_eq!(rack.borrow().look(1).unwrap().name, "silk shirt");
    assert_eq!(rack.borrow().look(1).unwrap().clean_at, when);
}

#[test]
fn a_garment_that_was_let_go_is_gone() {
    let rack = rack_with(&["silk shirt"]);
    Hands::take(&rack, 1).unwrap().let_go();
    assert_eq!(rack.borrow().look(1).unwrap_err(), Refusal::PickedUp(1));
    assert_eq!(Hands::take(&rack, 1).unwrap_err(), Refusal::PickedUp(1));
}

#[test]
fn there_is_nothing_to_take_for_a_ticket_that_was_never_given_out() {
    let rack = rack_with(&["silk shirt"]);
    assert_eq!(Hands::take(&rack, 2).unwrap_err(), Refusal::NoSuchTicket(2));
}

#[test]
fn a_future_dropped_with_a_garment_in_its_hands_puts_it_back() {
    let rack = rack_with(&["silk shirt"]);
    let hand_over = async || {
        let hands = Hands::take(&rack, 1).unwrap();
        yield_now().await;
        hands.let_go();
    };
    let mut half_done = Box::pin(hand_over());
    assert!(hangs(&rack, 1), "it has not begun");
    assert!(ask(half_done.as_mut()).is_pending());
    assert!(!hangs(&rack, 1));
    drop(half_done);
    assert!(hangs(&rack, 1));

    let mut done = Box::pin(hand_over());
    assert!(ask(done.as_mut()).is_pending() && ask(done.as_mut()).is_ready());
    drop(done);
    assert!(!hangs(&rack, 1));
}
