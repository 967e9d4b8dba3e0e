//! The visit that the compiler writes does what the one written by hand does.

mod clerk;
mod customers;

#[allow(dead_code, reason = "its `main` is for the reader")]
#[path = "../examples/visit_by_compiler.rs"]
mod visit_by_compiler;
#[allow(dead_code, reason = "its `main` is for the reader")]
#[path = "../examples/visit_by_hand.rs"]
mod visit_by_hand;

use clerk::ask;
use std::cell::RefCell;
use std::mem::take;
use std::pin::pin;
use std::task::Poll;

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn say(words: &str) {
    LOG.with_borrow_mut(|log| log.push(words.to_owned()));
}

/// What a visit says and gives, poll by poll.
fn log(visit: impl Future<Output = usize>) -> Vec<(Vec<String>, Poll<usize>)> {
    let mut visit = pin!(visit);
    let mut polls = Vec::new();
    assert!(LOG.with_borrow(Vec::is_empty), "nobody has been asked");
    while polls.last().is_none_or(|(_, outcome): &(_, Poll<usize>)| outcome.is_pending())
    {
        let outcome = ask(visit.as_mut());
        polls.push((LOG.with_borrow_mut(take), outcome));
    }
    polls
}

#[test]
fn a_visit_written_by_hand_and_one_by_the_compiler_say_the_same_in_the_same_polls() {
    let by_hand = log(visit_by_hand::visit(say));
    assert_eq!(by_hand, log(visit_by_compiler::visit(say)));
    assert_eq!(by_hand.len(), 3);
    assert_eq!(by_hand[0], (vec!["good morning".to_owned()], Poll::Pending));
    assert_eq!(by_hand[2].1, Poll::Ready(2));
}
