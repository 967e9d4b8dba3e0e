//! Doors, channels and clocks are streams, and the adapters of `futures` work on them.

mod by_hand;
mod notes;
mod run;

use by_hand::ask;
use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::interval::interval;
use ch08_messages::mpsc::channel;
use ch08_messages::net::TcpStream;
use ch08_messages::semaphore::Semaphore;
use ch08_messages::task::spawn;
use ch08_messages::timer::sleep;
use futures::future::{join, join_all, ready};
use futures::stream::{self, FuturesUnordered, StreamExt};
use futures::{AsyncReadExt, AsyncWriteExt};
use notes::{note, noted};
use run::{door, in_time, run};
use std::cell::Cell;
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn on_a_loop<F: Future>(work: F) -> F::Output {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(in_time(work))
}

#[test]
fn a_door_is_a_stream_of_all_who_come_in_the_order_in_which_they_come() {
    run(async {
        let (door, addr) = door();
        let come = async {
            let mut lines = Vec::new();
            for n in 0..10 {
                let mut line = TcpStream::connect(addr).await.unwrap();
                line.write_all(&[n]).await.unwrap();
                lines.push(line);
            }
            lines
        };
        let hear = async {
            let greets = door.incoming().take(10).then(async |line| {
                let mut byte = [0];
                line.unwrap().read_exact(&mut byte).await.unwrap();
                byte[0]
            });
            greets.collect::<Vec<u8>>().await
        };
        let (_lines, heard) = join(come, hear).await;
        assert!(heard.into_iter().eq(0..10));
    });
}

#[test]
fn so_many_customers_of_a_door_are_served_at_once_and_no_more() {
    run(async {
        let (door, addr) = door();
        let inside = Rc::new(Cell::new(0));
        let most = Rc::new(Cell::new(0));
        let serves = {
            let (inside, most) = (Rc::clone(&inside), Rc::clone(&most));
            spawn(async move {
                let visits = door.incoming().take(9).map(|line| async {
                    inside.set(inside.get() + 1);
                    most.set(most.get().max(inside.get()));
                    let mut line = line.unwrap();
                    let mut byte = [0];
                    line.read_exact(&mut byte).await.unwrap();
                    line.write_all(&byte).await.unwrap();
                    inside.set(inside.get() - 1);
                });
                visits.buffer_unordered(3).count().await
            })
        };
        let customers = (0..9).map(async |n| {
            let mut line = TcpStream::connect(addr).await.unwrap();
            line.write_all(&[n]).await.unwrap();
            let mut byte = [0];
            line.read_exact(&mut byte).await.unwrap();
            byte[0]
        });
        assert!(join_all(customers).await.into_iter().eq(0..9));
        assert_eq!(serves.await.unwrap(), 9);
        assert!((1..=3).contains(&most.get()), "{}", most.get());
    });
}

#[test]
fn an_incoming_that_is_dropped_while_it_waits_leaves_the_customer_at_the_door() {
    run(async {
        let (door, addr) = door();
        {
            let mut incoming = Box::pin(door.incoming());
            assert!(ask(&mut incoming.next(), Waker::noop()).is_pending());
        }
        let line = TcpStream::connect(addr).await.unwrap();
        let next = Box::pin(door.incoming()).next().await.unwrap().unwrap();
        assert_eq!(next.peer_addr().unwrap().ip(), addr.ip());
        drop(line);
    });
}

#[test]
fn buffered_keeps_the_order_and_works_on_so_many_at_once() {
    on_a_loop(async {
        let start = now();
        let (sender, receiver) = channel(2);
        let sends = spawn(async move {
            for n in 0..6_u32 {
                sender.send(n).await.unwrap();
            }
        });
        // The later one takes the shorter time.
        let slow = receiver.map(async |n| {
            sleep(SECOND * (6 - n)).await;
            n
        });
        let heard: Vec<u32> = slow.buffered(2).collect().await;
        assert_eq!(heard, [0, 1, 2, 3, 4, 5]);
        let took = (now() - start).as_secs();
        // One by one it would be 21 seconds, and all at once 6.
        assert!((10..21).contains(&took), "{took}");
        sends.await.unwrap();
    });
}

#[test]
fn a_clock_and_a_channel_go_into_one_stream() {
    on_a_loop(async {
        let (sender, receiver) = channel(1);
        let sends = spawn(async move {
            for name in ["Ann", "Ben"] {
                sleep(SECOND + SECOND / 2).await;
                sender.send(name.to_owned()).await.unwrap();
            }
        });
        let start = now();
        let ticks = interval(SECOND).map(|due| format!("{}", (due - start).as_secs()));
        let both = stream::select(ticks, receiver).take(6);
        let heard: Vec<String> = both.collect().await;
        assert_eq!(heard[..4], ["0", "1", "Ann", "2"]);
        assert!(heard[4..] == ["3", "Ben"] || heard[4..] == ["Ben", "3"], "{heard:?}");
        sends.await.unwrap();
    });
}

#[test]
fn a_channel_ends_where_it_is_chained_to_another() {
    on_a_loop(async {
        let (one, first) = channel(1);
        let (other, second) = channel(1);
        let sends = spawn(async move {
            other.send(3).await.unwrap();
            one.send(1).await.unwrap();
            one.send(2).await.unwrap();
        });
        let both = first.chain(second).filter(|n| ready(n % 2 == 1));
        assert_eq!(both.collect::<Vec<i32>>().await, [1, 3]);
        sends.await.unwrap();
    });
}

#[test]
fn permits_may_be_waited_for_in_a_crowd_that_has_one_waker() {
    on_a_loop(async {
        let machines = Semaphore::new(2);
        let wash = async |n: u32| {
            let _machine = machines.acquire().await;
            note(format!("{n} begins"));
            sleep(SECOND).await;
        };
        let start = now();
        let mut all: FuturesUnordered<_> = (0..6).map(wash).collect();
        while all.next().await.is_some() {}
        assert_eq!(now() - start, 3 * SECOND);
        let expected: Vec<String> = (0..6).map(|n| format!("{n} begins")).collect();
        let mut begun = noted();
        begun.sort();
        assert_eq!(begun, expected);
        assert_eq!(machines.available_permits(), 2);
    });
}

#[test]
fn a_crowd_that_is_dropped_half_served_leaves_nothing_in_line() {
    on_a_loop(async {
        let machines = Semaphore::new(1);
        let permit = machines.acquire().await;
        let mut crowd: FuturesUnordered<_> = (0..5).map(|_| machines.acquire()).collect();
        assert!(ask(&mut crowd.next(), Waker::noop()).is_pending());
        drop(permit);
        drop(crowd);
        assert_eq!(machines.available_permits(), 1);
    });
}
