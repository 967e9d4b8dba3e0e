//! What others have written for any executor runs on ours.

mod watchdog;

use ch04_waker::executor::block_on;
use ch04_waker::oneshot;
use ch04_waker::timer::sleep;
use ch04_waker::yield_now::yield_now;
use futures::channel::mpsc;
use futures::future::{self, AbortHandle, Abortable, Either, FutureExt};
use futures::io::{AsyncReadExt, AsyncWriteExt, Cursor};
use futures::lock::Mutex;
use futures::stream::{self, FuturesUnordered, StreamExt};
use futures::{SinkExt, join, pin_mut, select};
use std::thread;
use std::time::Duration;
use watchdog::ends;

const LONG: Duration = Duration::from_secs(60 * 60);

#[test]
fn join_and_select_of_futures_run() {
    ends(|| {
        block_on(async {
            let (shirt, ann) = oneshot::channel();
            let (coat, ben) = oneshot::channel();
            let cleaner = async {
                coat.send("wool coat").unwrap();
                yield_now().await;
                shirt.send("silk shirt").unwrap();
            };
            let both = join!(ann, ben, cleaner);
            assert_eq!(both, (Ok("silk shirt"), Ok("wool coat"), ()));

            let (promise, receipt) = oneshot::channel::<()>();
            let (mut receipt, late) = (receipt.fuse(), sleep(LONG).fuse());
            pin_mut!(late);
            drop(promise);
            select! {
                outcome = receipt => assert!(outcome.is_err()),
                () = late => panic!("an hour is over"),
            }
            match future::select(sleep(LONG), Box::pin(yield_now())).await {
                Either::Left(_) => panic!("an hour is over"),
                Either::Right(((), mut nap)) => {
                    assert!((&mut nap).now_or_never().is_none())
                }
            }
        });
    });
}

#[test]
fn a_bag_of_futures_gives_them_as_they_are_ready_and_asks_only_those_that_were_rung() {
    const MANY: usize = if cfg!(miri) { 10 } else { 100 };
    ends(|| {
        let (promises, receipts): (Vec<_>, FuturesUnordered<_>) =
            (0..MANY).map(|_| oneshot::channel()).unzip();
        let other = thread::spawn(|| {
            for (n, promise) in promises.into_iter().enumerate() {
                promise.send(n).unwrap();
            }
        });
        let sum = receipts.fold(0, |sum, n| async move { sum + n.unwrap() });
        assert_eq!(block_on(sum), MANY * (MANY - 1) / 2);
        other.join().unwrap();
    });
}

#[test]
fn a_channel_of_futures_brings_things_from_another_thread_and_holds_its_sender() {
    const MANY: usize = if cfg!(miri) { 10 } else { 1_000 };
    ends(|| {
        let (mut sender, receiver) = mpsc::channel(2);
        let other = thread::spawn(move || {
            block_on(async {
                for n in 0..MANY {
                    sender.send(n).await.unwrap();
                }
            });
        });
        let got: Vec<usize> = block_on(receiver.collect());
        assert!(got.into_iter().eq(0..MANY));
        other.join().unwrap();
    });
}

#[test]
fn a_lock_of_futures_is_handed_on() {
    ends(|| {
        let count = Mutex::new(0);
        let adds = || async {
            for _ in 0..10 {
                let mut count = count.lock().await;
                let before = *count;
                yield_now().await;
                *count = before + 1;
            }
        };
        block_on(future::join3(adds(), adds(), adds()));
        assert_eq!(count.into_inner(), 30);
    });
}

#[test]
fn two_halves_of_one_thing_share_it() {
    ends(|| {
        let (mut reads, mut writes) = Cursor::new(vec![0; 8]).split();
        let mut word = [0; 4];
        let both = async {
            let says = writes.write_all(b"silk");
            let (said, heard) = future::join(says, reads.read_exact(&mut word)).await;
            said.and(heard)
        };
        block_on(both).unwrap();
        assert_eq!(&word, &[0; 4], "one cursor, which the writer had moved on");
    });
}

#[test]
fn what_is_shared_wakes_everybody_and_what_is_aborted_ends() {
    ends(|| {
        let (promise, receipt) = oneshot::channel();
        let shared = receipt.shared();
        let other = (0..3)
            .map(|_| {
                let mine = shared.clone();
                thread::spawn(move || block_on(mine))
            })
            .collect::<Vec<_>>();
        promise.send(7).unwrap();
        assert_eq!(block_on(shared), Ok(7));
        other.into_iter().for_each(|thread| assert_eq!(thread.join().unwrap(), Ok(7)));

        let (abort, registration) = AbortHandle::new_pair();
        let nap = Abortable::new(sleep(LONG), registration);
        let caller = thread::spawn(move || abort.abort());
        assert!(block_on(nap).is_err());
        caller.join().unwrap();
    });
}

#[test]
fn a_stream_of_naps_side_by_side_comes_in_order() {
    ends(|| {
        let naps = stream::iter([3, 1, 2]).map(|ms| async move {
            sleep(Duration::from_millis(ms)).await;
            ms
        });
        let in_order: Vec<u64> = block_on(naps.buffered(2).collect());
        assert_eq!(in_order, [3, 1, 2]);
    });
}
