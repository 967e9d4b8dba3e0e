//! Counts this process's descriptors, so no other test may run beside it.

mod run;

use ch08_messages::both::join;
use ch08_messages::event_loop::EventLoop;
use ch08_messages::net::{TcpListener, TcpStream};
use futures::{AsyncReadExt, AsyncWriteExt};
use run::{Count, complaint, door, pair, run};
use std::pin::pin;
use std::task::Context;

/// How many descriptors this process has open.
fn open() -> usize {
    // SAFETY: asks for a flag of a descriptor, open or not; touches no memory.
    (0..1024).filter(|&fd| unsafe { libc::fcntl(fd, libc::F_GETFD) } >= 0).count()
}

#[test]
fn every_descriptor_is_closed_when_its_owner_is_dropped() {
    let before = open();
    for _ in 0..100 {
        let event_loop = EventLoop::new().unwrap();
        let of_loop = open() - before;
        let kept = event_loop.block_on(async {
            let (door, addr) = door();
            assert_eq!(open(), before + of_loop + 1);
            TcpListener::bind(addr).expect_err("it is in use");
            let (ours, theirs) = join(TcpStream::connect(addr), door.accept()).await;
            assert_eq!(open(), before + of_loop + 3);
            let (mut ours, mut theirs) = (ours.unwrap(), theirs.unwrap());
            theirs.write_all(b"!").await.unwrap();
            ours.read_exact(&mut [0]).await.unwrap();
            drop((door, theirs));
            assert_eq!(open(), before + of_loop + 1);
            ours
        });
        drop(kept);
        drop(event_loop);
        assert_eq!(open(), before);
    }
    nothing_is_left_of_waits_that_are_given_up(before);
    nothing_is_left_of_a_run_that_panics(before);
}

fn nothing_is_left_of_waits_that_are_given_up(before: usize) {
    for _ in 0..1000 {
        run(async {
            let (_count, waker) = Count::waker();
            let mut context = Context::from_waker(&waker);
            let (door, addr) = door();
            assert!(pin!(door.accept()).poll(&mut context).is_pending());
            // Perhaps it is through already; then it hangs up.
            let _ = pin!(TcpStream::connect(addr)).poll(&mut context);
            let (mut ours, mut theirs) = pair().await;
            assert!(pin!(ours.read(&mut [0])).poll(&mut context).is_pending());
            let words = vec![b'.'; 1 << 24];
            assert!(pin!(theirs.write_all(&words)).poll(&mut context).is_pending());
        });
        assert_eq!(open(), before);
    }
}

fn nothing_is_left_of_a_run_that_panics(before: usize) {
    let panics = || {
        run(async {
            let (_ours, _theirs) = pair().await;
            panic!("a button is missing");
        })
    };
    assert_eq!(complaint(panics), "a button is missing");
    assert_eq!(open(), before);
}
