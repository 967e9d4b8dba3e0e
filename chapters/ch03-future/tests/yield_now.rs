//! What a turn that is given up promises.

mod clerk;
mod customers;

use ch03_future::yield_now::yield_now;
use clerk::ask;
use std::cell::RefCell;
use std::pin::{Pin, pin};
use std::task::Poll;

#[test]
fn a_turn_is_given_up_exactly_once() {
    for _ in 0..2 {
        let mut turn = yield_now();
        assert_eq!(ask(Pin::new(&mut turn)), Poll::Pending);
        assert_eq!(ask(Pin::new(&mut turn)), Poll::Ready(()));
    }
}

#[test]
fn two_who_give_up_their_turns_go_on_by_turns() {
    let log = RefCell::new(String::new());
    let speaks = async |name| {
        for _ in 0..3 {
            log.borrow_mut().push(name);
            yield_now().await;
        }
    };
    let (mut ann, mut ben) = (pin!(speaks('A')), pin!(speaks('B')));
    while ask(ann.as_mut()).is_pending() && ask(ben.as_mut()).is_pending() {}
    assert_eq!(*log.borrow(), "ABABAB");
}
