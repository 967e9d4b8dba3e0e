//! What `until_ready` promises.

mod clerk;
mod customers;

use ch04_waker::executor::block_on;
use ch04_waker::ready::until_ready;
use clerk::ask;
use std::cell::Cell;
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

#[test]
fn a_call_that_says_not_yet_is_made_again_after_a_nap() {
    let calls = Cell::new(0);
    let start = Instant::now();
    let outcome = block_on(until_ready(|| {
        calls.set(calls.get() + 1);
        if calls.get() < 3 { Err(ErrorKind::WouldBlock.into()) } else { Ok("silk shirt") }
    }));
    assert_eq!((outcome.unwrap(), calls.get()), ("silk shirt", 3));
    assert!(start.elapsed() >= Duration::from_millis(2), "that was no nap");
}

#[test]
fn nobody_is_called_before_the_first_poll_or_after_the_last() {
    let calls = Cell::new(0);
    let mut waits = Box::pin(until_ready(|| -> io::Result<()> {
        calls.set(calls.get() + 1);
        Err(ErrorKind::WouldBlock.into())
    }));
    assert_eq!(calls.get(), 0);
    assert!(ask(waits.as_mut()).is_pending());
    assert_eq!(calls.get(), 1);
    drop(waits);
    assert_eq!(calls.get(), 1);
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
