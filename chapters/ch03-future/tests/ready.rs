//! What `until_ready` promises.

mod clerk;
mod customers;

use ch03_future::ready::until_ready;
use clerk::ask;
use std::cell::Cell;
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::task::Poll;

#[test]
fn a_call_is_made_once_a_poll_until_it_says_something_else_than_not_yet() {
    let calls = Cell::new(0);
    let mut waits = pin!(until_ready(|| {
        calls.set(calls.get() + 1);
        if calls.get() < 3 { Err(ErrorKind::WouldBlock.into()) } else { Ok("silk shirt") }
    }));
    assert_eq!(calls.get(), 0);
    for polls in 1..3 {
        assert!(ask(waits.as_mut()).is_pending());
        assert_eq!(calls.get(), polls);
    }
    let Poll::Ready(outcome) = ask(waits.as_mut()) else { panic!("it is ready now") };
    assert_eq!((outcome.unwrap(), calls.get()), ("silk shirt", 3));
}

#[test]
fn an_error_and_the_end_pass_as_they_are() {
    for kind in [ErrorKind::ConnectionReset, ErrorKind::Interrupted, ErrorKind::TimedOut]
    {
        let mut fails = pin!(until_ready(|| -> io::Result<()> { Err(kind.into()) }));
        let Poll::Ready(Err(error)) = ask(fails.as_mut()) else {
            panic!("it has failed")
        };
        assert_eq!(error.kind(), kind);
    }
    let mut ends = pin!(until_ready(|| Ok(0)));
    assert!(matches!(ask(ends.as_mut()), Poll::Ready(Ok(0))));
}
