//! The combinators of `futures`, over our sockets, sleeps and receipts.

mod run;

use ch07_cancellation::clock::Clock;
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::handle::Handle;
use ch07_cancellation::net::TcpStream;
use ch07_cancellation::oneshot;
use ch07_cancellation::timer::sleep;
use futures::future::{
    AbortHandle, Abortable, Either, FutureExt, join, join_all, select,
};
use futures::io::{AsyncBufReadExt, BufReader, BufWriter, copy};
use futures::stream::{self, FuturesOrdered, FuturesUnordered, StreamExt};
use futures::{AsyncReadExt, AsyncWriteExt};
use run::{door, pair, run};
use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// How many is many.
const MANY: u32 = if cfg!(miri) { 30 } else { 1000 };

fn by_virtual_clock<F: Future>(future: F) -> F::Output {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(future)
}

/// Naps for so many seconds, and gives their number.
async fn nap(seconds: u32) -> u32 {
    sleep(SECOND * seconds).await;
    seconds
}

#[test]
fn join_waits_for_both_and_for_all() {
    by_virtual_clock(async {
        let start = ch07_cancellation::clock::now();
        assert_eq!(join(nap(2), nap(1)).await, (2, 1));
        assert_eq!(join_all((1..=100).map(nap)).await, (1..=100).collect::<Vec<_>>());
        assert_eq!(ch07_cancellation::clock::now() - start, SECOND * 102);
    });
}

#[test]
fn select_gives_the_first_and_the_loser_can_go_on() {
    by_virtual_clock(async {
        let slow = pin!(nap(3));
        let Either::Left((1, slow)) = select(pin!(nap(1)), slow).await else {
            panic!("the slow one won")
        };
        assert_eq!(slow.await, 3);
    });
}

#[test]
fn a_time_limit_is_a_select_with_a_sleep() {
    run(async {
        let (mut ours, mut theirs) = pair().await;
        let mut room = [0];
        let limit = pin!(sleep(Duration::from_millis(1)));
        let read = ours.read(&mut room);
        assert!(matches!(select(read, limit).await, Either::Right(_)));
        // What comes too late is not lost.
        theirs.write_all(b"!").await.unwrap();
        let limit = pin!(sleep(run::WATCHDOG));
        assert!(matches!(select(ours.read(&mut room), limit).await, Either::Left(_)));
        assert_eq!(room, *b"!");
    });
}

#[test]
fn many_futures_come_out_in_the_order_of_their_ends_or_of_their_beginnings() {
    by_virtual_clock(async {
        let naps = [3, 1, 2].map(nap);
        let unordered = FuturesUnordered::from_iter(naps).collect::<Vec<_>>().await;
        assert_eq!(unordered, [1, 2, 3]);
        let ordered = FuturesOrdered::from_iter([3, 1, 2].map(nap));
        assert_eq!(ordered.collect::<Vec<_>>().await, [3, 1, 2]);
    });
}

#[test]
fn a_buffered_stream_keeps_so_many_going_and_no_more() {
    by_virtual_clock(async {
        let (going, most) = (Cell::new(0), Cell::new(0));
        let counted = |seconds| {
            let (going, most) = (&going, &most);
            async move {
                going.set(going.get() + 1);
                most.set(most.get().max(going.get()));
                nap(seconds).await;
                going.set(going.get() - 1);
                seconds
            }
        };
        let naps = stream::iter((1..=20).rev()).map(counted).buffered(4);
        assert_eq!(naps.collect::<Vec<_>>().await, (1..=20).rev().collect::<Vec<_>>());
        assert_eq!((going.get(), most.get()), (0, 4));
        let naps = stream::iter([9, 1, 5]).map(counted).buffer_unordered(2);
        assert_eq!(naps.collect::<Vec<_>>().await, [1, 5, 9]);
    });
}

#[test]
fn a_shared_future_is_run_once_and_tells_everybody() {
    by_virtual_clock(async {
        let runs = Cell::new(0);
        let once = async {
            runs.set(runs.get() + 1);
            nap(1).await
        };
        let shared = once.shared();
        assert_eq!(join_all([(); 10].map(|()| shared.clone())).await, [1; 10]);
        assert_eq!((shared.await, runs.get()), (1, 1));
    });
}

#[test]
fn one_of_several_who_share_may_leave_while_the_others_wait() {
    by_virtual_clock(async {
        let shared = nap(10).shared();
        let leaves = shared.clone();
        drop(select(leaves, pin!(nap(1))).await);
        assert_eq!(shared.await, 10);
    });
}

#[test]
fn a_future_that_is_aborted_is_over_at_once() {
    by_virtual_clock(async {
        let (handle, registration) = AbortHandle::new_pair();
        let naps = Abortable::new(nap(60), registration);
        let aborts = async {
            nap(1).await;
            handle.abort();
            ch07_cancellation::clock::now()
        };
        let start = ch07_cancellation::clock::now();
        let (outcome, then) = join(naps, aborts).await;
        outcome.unwrap_err();
        assert_eq!(then - start, SECOND);
    });
}

#[test]
fn another_thread_may_abort_what_the_loop_sleeps_for() {
    run(async {
        let (handle, registration) = AbortHandle::new_pair();
        let other = std::thread::spawn(move || handle.abort());
        let waits = Abortable::new(std::future::pending::<()>(), registration);
        waits.await.unwrap_err();
        other.join().unwrap();
    });
}

#[test]
#[cfg_attr(miri, ignore = "so many bytes take Miri too long")]
fn the_halves_of_a_stream_work_side_by_side() {
    run(async {
        let (ours, theirs) = pair().await;
        let much = vec![7; 1 << 22];
        // An echo, as it is written everywhere.
        let echo = async {
            let (hears, mut talks) = theirs.split();
            copy(hears, &mut talks).await.unwrap();
            talks.close().await.unwrap();
        };
        let (mut hears, mut talks) = ours.split();
        let says = async {
            talks.write_all(&much).await.unwrap();
            talks.close().await.unwrap();
        };
        let listens = async {
            let mut heard = Vec::new();
            hears.read_to_end(&mut heard).await.unwrap();
            heard
        };
        let ((), ((), heard)) = join(echo, join(says, listens)).await;
        assert_eq!(heard.len(), much.len());
        assert!(heard == much);
    });
}

#[test]
#[cfg_attr(miri, ignore = "so many bytes take Miri too long")]
fn two_proxies_and_much_in_both_directions_at_once() {
    async fn proxy(one: &TcpStream, other: &TcpStream) {
        let one_way = async |from: &TcpStream, mut to: &TcpStream| {
            copy(from, &mut to).await.unwrap();
            to.close().await.unwrap();
        };
        join(one_way(one, other), one_way(other, one)).await;
    }
    run(async {
        let [(ann, a), (b, c), (d, ben)] = [pair().await, pair().await, pair().await];
        let talk = async |mut line: &TcpStream, byte: u8, many: usize| {
            line.write_all(&vec![byte; many]).await.unwrap();
            line.close().await.unwrap();
        };
        let listen = async |mut line: &TcpStream| {
            let mut heard = Vec::new();
            line.read_to_end(&mut heard).await.unwrap();
            heard
        };
        let much = 1 << 22;
        let talks = join(talk(&ann, 1, much), talk(&ben, 2, much + 1));
        let listens = join(listen(&ann), listen(&ben));
        let proxies = join(proxy(&a, &b), proxy(&c, &d));
        let (_, (_, (to_ann, to_ben))) = join(proxies, join(talks, listens)).await;
        assert!(to_ann == vec![2; much + 1]);
        assert!(to_ben == vec![1; much]);
    });
}

#[test]
fn lines_come_out_of_a_buffered_reader_one_by_one() {
    run(async {
        let (ours, theirs) = pair().await;
        let says = async {
            let mut talks = BufWriter::new(&theirs);
            for n in 0..MANY {
                talks.write_all(format!("line {n}\n").as_bytes()).await.unwrap();
            }
            talks.flush().await.unwrap();
            talks.close().await.unwrap();
        };
        let hears = async {
            let lines = BufReader::new(&ours).lines();
            lines.map(|line| line.unwrap()).collect::<Vec<_>>().await
        };
        let ((), lines) = join(says, hears).await;
        let expected = (0..MANY).map(|n| format!("line {n}"));
        assert_eq!(lines, expected.collect::<Vec<_>>());
    });
}

#[test]
#[cfg_attr(miri, ignore = "so many customers take Miri too long")]
fn a_hundred_customers_of_one_door_are_served_at_once() {
    run(async {
        let (door, addr) = door();
        let door = &door;
        let serves = async {
            let accepts = stream::repeat(()).take(100).then(|()| door.accept());
            let echoes = accepts.map(|line| async move {
                let line = line.unwrap();
                copy(&line, &mut &line).await.unwrap();
            });
            echoes.buffer_unordered(100).collect::<Vec<()>>().await;
        };
        let comes = async |n: u32| {
            let mut line = TcpStream::connect(addr).await.unwrap();
            line.write_all(&n.to_le_bytes()).await.unwrap();
            line.close().await.unwrap();
            let mut heard = Vec::new();
            line.read_to_end(&mut heard).await.unwrap();
            assert_eq!(heard, n.to_le_bytes());
        };
        join(serves, join_all((0..100).map(comes))).await;
    });
}

#[test]
fn a_receipt_of_futures_is_as_good_as_ours() {
    run(async {
        let (promise, receipt) = futures::channel::oneshot::channel();
        let (ours, theirs) = oneshot::channel();
        Handle::current()
            .call_soon(move || {
                promise.send(1).unwrap();
                ours.send(2).unwrap();
            })
            .unwrap();
        assert_eq!(join(receipt, theirs).await, (Ok(1), Ok(2)));
    });
}

#[test]
fn a_stream_of_messages_may_come_from_another_thread() {
    run(async {
        let (talk, hears) = futures::channel::mpsc::unbounded();
        let other = std::thread::spawn(move || {
            (0..MANY).for_each(|n| talk.unbounded_send(n).unwrap());
        });
        let heard = hears.collect::<Vec<_>>().await;
        assert_eq!(heard, (0..MANY).collect::<Vec<_>>());
        other.join().unwrap();
    });
}

#[test]
fn futures_that_are_dropped_in_the_middle_leave_the_others_going() {
    by_virtual_clock(async {
        let log = RefCell::new(Vec::new());
        let noted = |seconds| {
            let log = &log;
            async move {
                nap(seconds).await;
                log.borrow_mut().push(seconds);
            }
        };
        let mut naps: FuturesUnordered<_> = (1..=10).map(noted).collect();
        for _ in 0..5 {
            naps.next().await;
        }
        drop(naps);
        nap(60).await;
        assert_eq!(*log.borrow(), [1, 2, 3, 4, 5]);
    });
}
