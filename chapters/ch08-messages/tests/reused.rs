//! Counts on the number that a descriptor gets, so no other test may run beside it.

mod run;

use ch08_messages::net::{TcpListener, TcpStream};
use ch08_messages::yield_now::yield_now;
use futures::{AsyncRead, AsyncWriteExt};
use run::{Count, door, has_arrived, pair, run};
use std::cell::RefCell;
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

/// Somebody who waits at a door.
type Accept = Pin<Box<dyn Future<Output = io::Result<TcpStream>>>>;

thread_local! {
    static LINES: RefCell<Vec<TcpStream>> = const { RefCell::new(Vec::new()) };
    static DOORS: RefCell<Vec<Accept>> = const { RefCell::new(Vec::new()) };
}

fn number(socket: &impl AsFd) -> i32 {
    socket.as_fd().as_raw_fd()
}

/// Closes two lines, and opens doors until their numbers are used again.
struct Replaces(Waker);

impl Wake for Replaces {
    fn wake(self: Arc<Replaces>) {
        let old = LINES.take();
        let numbers: Vec<_> = old.iter().map(number).collect();
        drop(old);
        let doors: Vec<_> = (0..10).map(|_| door().0).collect();
        let again = doors.iter().filter(|door| numbers.contains(&number(door)));
        assert_eq!(again.count(), 2);
        let waits = |door: TcpListener| -> Accept {
            let mut accept = Box::pin(async move { door.accept().await });
            let polled = accept.as_mut().poll(&mut Context::from_waker(&self.0));
            assert!(polled.is_pending());
            accept
        };
        DOORS.set(doors.into_iter().map(waits).collect());
    }
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn news_of_a_socket_that_is_gone_is_not_taken_for_news_of_its_successor() {
    let (count, stays) = Count::waker();
    let ((), ledger) = ledger::record(|| {
        run(async {
            let [(ours, theirs), (ours_too, theirs_too)] = [pair().await, pair().await];
            let waker = Waker::from(Arc::new(Replaces(stays.clone())));
            let mut contexts = [Context::from_waker(&waker), Context::from_waker(&stays)];
            // Whoever is first in the list of news closes both.
            for (mut line, context) in [&ours, &ours_too].into_iter().zip(&mut contexts) {
                assert!(Pin::new(&mut line).poll_read(context, &mut [0]).is_pending());
            }
            for mut line in [&theirs, &theirs_too] {
                line.write_all(b"!").await.unwrap();
            }
            has_arrived(&ours);
            has_arrived(&ours_too);
            LINES.set(vec![ours, ours_too]);
            while DOORS.with_borrow(Vec::is_empty) {
                yield_now().await;
            }
            for _ in 0..3 {
                yield_now().await;
            }
            drop(DOORS.take());
        });
    });
    // The kernel had news of both when the first was heard; the other, and those who came after
    // it, are not to be woken by what is left.
    assert_eq!(count.calls(), 0, "{ledger}");
}
