//! What a channel promises to those who send, to the one who receives, and about messages.

mod by_hand;
mod notes;
mod run;

use by_hand::{OnDrop, OnWake, Waits, ask, at_once};
use ch08_messages::both::{Either, select};
use ch08_messages::clock::Clock;
use ch08_messages::event_loop::EventLoop;
use ch08_messages::mpsc::{Receiver, SendError, Sender, TrySendError, channel};
use ch08_messages::task::spawn;
use ch08_messages::yield_now::yield_now;
use futures::future::join_all;
use futures::stream::{StreamExt, select as merge};
use notes::{Dropped, LastWish, note, noted};
use run::in_time;
use std::cell::{Cell, RefCell};
use std::future::{pending, ready};
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Poll, Waker};

/// How often something is done again. Miri is slow.
const OFTEN: i32 = if cfg!(miri) { 5 } else { 100 };

fn on_a_loop<F: Future>(work: F) -> F::Output {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(in_time(work))
}

type Sends<'a, T> = Pin<Box<dyn Future<Output = Result<(), SendError<T>>> + 'a>>;

/// A send that is to wait.
fn waits<'a, T: 'a>(sender: &'a Sender<T>, message: T) -> Waits<Sends<'a, T>> {
    Waits::new(Box::pin(sender.send(message)))
}

#[test]
fn messages_come_in_the_order_in_which_they_were_sent() {
    let (sender, mut receiver) = channel(3);
    for n in 0..3 {
        at_once(sender.send(n)).unwrap();
    }
    let fourth = waits(&sender, 3);
    for n in 0..3 {
        assert_eq!(at_once(receiver.recv()), Some(n));
    }
    fourth.output().unwrap();
    assert_eq!(at_once(receiver.recv()), Some(3));
}

#[test]
#[should_panic = "a channel needs room for a message"]
fn a_channel_without_room_is_refused_in_plain_words() {
    drop(channel::<()>(0));
}

#[test]
fn there_is_room_for_so_many_and_the_next_one_waits() {
    let (sender, mut receiver) = channel(2);
    sender.try_send(0).unwrap();
    at_once(sender.send(1)).unwrap();
    assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
    let (third, mut fourth) = (waits(&sender, 2), waits(&sender, 3));
    assert_eq!(at_once(receiver.recv()), Some(0));
    assert!(!fourth.is_woken(), "room for two");
    assert_eq!(sender.try_send(9), Err(TrySendError::Full(9)), "it is the third one's");
    third.output().unwrap();
    let rest = [(); 2].map(|()| at_once(receiver.recv()));
    assert_eq!(rest, [Some(1), Some(2)]);
    fourth.output().unwrap();
    assert_eq!(at_once(receiver.recv()), Some(3));
}

#[test]
fn senders_who_are_always_there_are_served_in_turn() {
    on_a_loop(async {
        let (sender, mut receiver) = channel(1);
        sender.try_send(("nobody", 0)).unwrap();
        for name in ["Ann", "Ben", "Cleo"] {
            let sender = sender.clone();
            drop(spawn(async move {
                for n in 0.. {
                    if sender.send((name, n)).await.is_err() {
                        return;
                    }
                }
            }));
        }
        drop(sender);
        yield_now().await;
        yield_now().await;
        assert_eq!(receiver.recv().await, Some(("nobody", 0)));
        for n in 0..OFTEN {
            for name in ["Ann", "Ben", "Cleo"] {
                assert_eq!(receiver.recv().await, Some((name, n)));
            }
        }
    });
}

#[test]
fn each_sender_s_messages_keep_their_order_however_many_send() {
    on_a_loop(async {
        let (sender, receiver) = channel(3);
        let tasks = (0..5).map(|who| {
            let sender = sender.clone();
            spawn(async move {
                for n in 0..OFTEN {
                    for _ in 0..(who + n) % 3 {
                        yield_now().await;
                    }
                    sender.send((who, n)).await.unwrap();
                }
            })
        });
        let tasks: Vec<_> = tasks.collect();
        drop(sender);
        let heard: Vec<(i32, i32)> = receiver.collect().await;
        assert_eq!(heard.len() as i32, 5 * OFTEN);
        for who in 0..5 {
            let of_one = heard.iter().filter(|m| m.0 == who).map(|m| m.1);
            assert!(of_one.eq(0..OFTEN));
        }
        drop(tasks);
    });
}

#[test]
fn when_all_senders_are_gone_the_rest_is_received_and_then_nothing() {
    let (sender, mut receiver) = channel(5);
    let other = sender.clone();
    sender.try_send(1).unwrap();
    drop(sender);
    assert_eq!(at_once(receiver.recv()), Some(1));
    let mut recv = Waits::new(Box::pin(receiver.recv()));
    other.try_send(2).unwrap();
    other.try_send(3).unwrap();
    drop(other);
    assert!(recv.is_woken());
    assert_eq!(recv.ask(), Poll::Ready(Some(2)));
    drop(recv);
    assert_eq!(at_once(receiver.recv()), Some(3));
    for _ in 0..3 {
        assert_eq!(at_once(receiver.recv()), None);
    }
}

#[test]
fn the_receiver_who_waits_is_woken_by_the_last_sender_to_go_and_by_no_other() {
    let (sender, mut receiver) = channel::<()>(1);
    let others = [(); 5].map(|()| sender.clone());
    let mut recv = Waits::new(Box::pin(receiver.recv()));
    drop(others);
    assert!(!recv.is_woken());
    drop(sender);
    assert_eq!(recv.output(), None);
}

#[test]
fn the_receiver_is_woken_once_for_many_messages_and_with_its_last_waker() {
    let (sender, mut receiver) = channel(5);
    let mut recv = Box::pin(receiver.recv());
    let stale = Waker::from(Arc::new(OnWake(|| panic!("a waker that was replaced"))));
    assert!(ask(&mut recv, &stale).is_pending());
    let mut recv = Waits::new(recv);
    sender.try_send(1).unwrap();
    assert!(recv.is_woken());
    sender.try_send(2).unwrap();
    assert!(!recv.is_woken());
    assert_eq!(recv.ask(), Poll::Ready(Some(1)));
    drop(recv);
    assert_eq!(at_once(receiver.recv()), Some(2));
}

#[test]
fn a_recv_that_is_given_up_loses_nothing() {
    on_a_loop(async {
        let (sender, mut receiver) = channel(1);
        let sends = spawn(async move {
            for n in 0..OFTEN {
                sender.send(n).await.unwrap();
                yield_now().await;
            }
        });
        let mut heard = Vec::new();
        let mut given_up = 0;
        loop {
            match select(yield_now(), receiver.recv()).await {
                Either::Left(()) if given_up < 1000 => given_up += 1,
                Either::Left(()) => panic!("nothing comes any more"),
                Either::Right(Some(n)) => heard.push(n),
                Either::Right(None) => break,
            }
        }
        assert!(heard.into_iter().eq(0..OFTEN));
        assert!(given_up > 0);
        sends.await.unwrap();
    });
    // Woken for a message, and given up before it was fetched.
    let (sender, mut receiver) = channel(1);
    let recv = Waits::new(Box::pin(receiver.recv()));
    sender.try_send("shirt").unwrap();
    drop(recv);
    assert_eq!(at_once(receiver.recv()), Some("shirt"));
}

#[test]
fn a_send_that_is_given_up_has_sent_nothing_and_the_message_is_dropped() {
    let (sender, mut receiver) = channel(1);
    sender.try_send(Dropped("first")).unwrap();
    drop(sender.send(Dropped("never asked")));
    let second = waits(&sender, Dropped("second"));
    let third = waits(&sender, Dropped("third"));
    drop(second);
    assert_eq!(noted(), ["never asked", "second"]);
    drop(at_once(receiver.recv()));
    third.output().unwrap();
    drop(at_once(receiver.recv()));
    assert_eq!(noted(), ["first", "third"]);
}

#[test]
fn one_who_was_given_room_and_gives_up_passes_it_on() {
    let (sender, mut receiver) = channel(1);
    sender.try_send(0).unwrap();
    let mut line: Vec<_> = (1..5).map(|n| waits(&sender, n)).collect();
    assert_eq!(at_once(receiver.recv()), Some(0));
    for _ in 0..3 {
        assert!(line[0].is_woken() && !line[1].is_woken());
        drop(line.remove(0));
    }
    line.remove(0).output().unwrap();
    assert_eq!(at_once(receiver.recv()), Some(4));
    // And also the last one: the room is there for anybody.
    sender.try_send(5).unwrap();
    let last = waits(&sender, 6);
    assert_eq!(at_once(receiver.recv()), Some(5));
    drop(last);
    sender.try_send(7).unwrap();
}

#[test]
fn a_try_that_fails_makes_no_room() {
    let (sender, mut receiver) = channel(1);
    sender.try_send(0).unwrap();
    for _ in 0..3 {
        assert_eq!(sender.try_send(9), Err(TrySendError::Full(9)));
    }
    let mut second = waits(&sender, 1);
    assert_eq!(sender.try_send(9), Err(TrySendError::Full(9)));
    assert!(!second.is_woken());
    assert_eq!(at_once(receiver.recv()), Some(0));
    second.output().unwrap();
    assert_eq!(at_once(receiver.recv()), Some(1));
}

#[test]
fn when_the_receiver_is_gone_everybody_who_waits_has_their_message_back() {
    let (sender, mut receiver) = channel(1);
    at_once(sender.send(0)).unwrap();
    let (chosen, second) = (waits(&sender, 1), waits(&sender, 2));
    let mut third = waits(&sender, 3);
    assert_eq!(at_once(receiver.recv()), Some(0));
    assert!(!sender.is_closed());
    drop(receiver);
    assert!(sender.is_closed());
    assert_eq!(at_once(sender.send(4)), Err(SendError(4)));
    assert_eq!(sender.try_send(5), Err(TrySendError::Closed(5)));
    assert!(third.is_woken());
    drop(third);
    assert_eq!(chosen.output(), Err(SendError(1)));
    assert_eq!(second.output(), Err(SendError(2)));
}

#[test]
fn senders_who_wait_are_told_in_order_that_the_receiver_is_gone() {
    on_a_loop(async {
        let (sender, receiver) = channel(1);
        sender.try_send("nobody").unwrap();
        let tasks = ["Ann", "Ben", "Cleo"].map(|name| {
            let sender = sender.clone();
            spawn(async move {
                let SendError(name) = sender.send(name).await.unwrap_err();
                note(name);
            })
        });
        yield_now().await;
        yield_now().await;
        drop(receiver);
        for told in join_all(tasks).await {
            told.unwrap();
        }
        assert_eq!(noted(), ["Ann", "Ben", "Cleo"]);
    });
}

#[test]
fn every_message_is_dropped_once_wherever_it_is() {
    let (sender, mut receiver) = channel(2);
    at_once(sender.send(Dropped("received"))).unwrap();
    drop(at_once(receiver.recv()));
    at_once(sender.send(Dropped("on its way"))).unwrap();
    at_once(sender.send(Dropped("behind it"))).unwrap();
    let waits = waits(&sender, Dropped("waits"));
    assert_eq!(noted(), ["received"]);
    drop(receiver);
    assert_eq!(noted(), ["on its way", "behind it"]);
    drop(waits.output());
    assert_eq!(noted(), ["waits"]);
    drop(sender.try_send(Dropped("too late")));
    assert_eq!(noted(), ["too late"]);
    drop(sender);
    // With the senders gone first, it goes with the receiver as well.
    let (sender, receiver) = channel(1);
    at_once(sender.send(Dropped("left"))).unwrap();
    drop(sender);
    assert!(noted().is_empty());
    drop(receiver);
    assert_eq!(noted(), ["left"]);
}

#[test]
fn a_message_may_send_when_it_is_dropped() {
    type Message = LastWish<Box<dyn FnMut()>>;
    let (sender, receiver) = channel::<Message>(2);
    let sender = Rc::new(sender);
    let again = Rc::clone(&sender);
    // It finds the channel closed, and another one gets its message back in its turn.
    let wish = move || {
        let nothing = LastWish(Box::new(|| note("came back")) as Box<dyn FnMut()>);
        assert!(matches!(again.try_send(nothing), Err(TrySendError::Closed(_))));
    };
    at_once(sender.send(LastWish(Box::new(wish)))).ok().unwrap();
    drop(receiver);
    assert_eq!(noted(), ["came back"]);
    assert_eq!(Rc::strong_count(&sender), 1);
}

#[test]
fn a_channel_that_lies_in_itself_goes_when_the_receiver_does() {
    struct Message {
        _within: Option<Sender<Message>>,
        _tells: Dropped,
    }
    let (sender, receiver) = channel(2);
    for (within, name) in [(Some(sender.clone()), "the one with it"), (None, "the other")]
    {
        let message = Message { _within: within, _tells: Dropped(name) };
        assert!(sender.try_send(message).is_ok());
    }
    drop(sender);
    assert!(noted().is_empty());
    drop(receiver);
    assert_eq!(noted(), ["the one with it", "the other"]);
}

thread_local! {
    static SENDER: RefCell<Option<Sender<u32>>> = RefCell::default();
    static RECEIVER: RefCell<Option<Receiver<u32>>> = RefCell::default();
}

#[test]
fn whoever_is_woken_may_use_the_channel_at_once() {
    let (sender, mut receiver) = channel(1);
    // The receiver receives on the spot, in the middle of the send.
    let receives = || {
        let mut receiver = RECEIVER.take().unwrap();
        note(format!("received {:?}", at_once(receiver.recv())));
        RECEIVER.set(Some(receiver));
    };
    let waker = Waker::from(Arc::new(OnWake(receives)));
    assert!(ask(&mut Box::pin(receiver.recv()), &waker).is_pending());
    RECEIVER.set(Some(receiver));
    sender.try_send(1).unwrap();
    assert_eq!(noted(), ["received Some(1)"]);
    // A sender who is given room takes the receiver away, in the middle of a receive.
    sender.try_send(2).unwrap();
    let takes_it_away = || {
        drop(SENDER.take());
        note("given room");
    };
    let waker = Waker::from(Arc::new(OnWake(takes_it_away)));
    let mut send = Box::pin(sender.send(3));
    assert!(ask(&mut send, &waker).is_pending());
    SENDER.set(Some(sender.clone()));
    let mut receiver = RECEIVER.take().unwrap();
    assert_eq!(at_once(receiver.recv()), Some(2));
    assert_eq!(noted(), ["given room"]);
    assert!(matches!(ask(&mut send, Waker::noop()), Poll::Ready(Ok(()))));
    assert_eq!(at_once(receiver.recv()), Some(3));
}

#[test]
fn a_waker_may_send_when_it_is_dropped() {
    let (sender, mut receiver) = channel(2);
    SENDER.set(Some(sender));
    let sends = || SENDER.take().unwrap().try_send(7).unwrap();
    let waker = Waker::from(Arc::new(OnDrop(sends)));
    let mut recv = Box::pin(receiver.recv());
    assert!(ask(&mut recv, &waker).is_pending());
    drop(waker);
    // A new waker takes the old one's place, which sends as it goes; and the new one is told.
    assert_eq!(Waits::new(recv).output(), Some(7));
    assert_eq!(at_once(receiver.recv()), None);
}

#[test]
fn a_waker_may_send_when_it_is_dropped_with_the_receiver() {
    let (sender, mut receiver) = channel(2);
    SENDER.set(Some(sender));
    let sends = || {
        let outcome = SENDER.take().unwrap().try_send(7);
        note(format!("{outcome:?}"));
    };
    let waker = Waker::from(Arc::new(OnDrop(sends)));
    assert!(ask(&mut Box::pin(receiver.recv()), &waker).is_pending());
    drop(waker);
    drop(receiver);
    assert_eq!(noted(), ["Err(Closed(7))"]);
}

#[test]
fn a_receiver_is_a_stream_for_the_adapters_of_futures() {
    on_a_loop(async {
        let (sender, receiver) = channel(1);
        let (other_sender, other) = channel(1);
        let sends = spawn(async move {
            for n in 0..5 {
                sender.send(n).await.unwrap();
            }
        });
        let sends_too = spawn(async move {
            for n in 10..15 {
                other_sender.send(n).await.unwrap();
            }
        });
        let doubled = merge(receiver, other).map(|n| ready(2 * n)).buffered(3);
        let mut heard: Vec<i32> = doubled.collect().await;
        heard.sort_unstable();
        let expected: Vec<i32> = (0..5).chain(10..15).map(|n| 2 * n).collect();
        assert_eq!(heard, expected);
        sends.await.unwrap();
        sends_too.await.unwrap();
    });
}

#[test]
fn a_loop_that_goes_drops_what_is_on_its_way_and_tells_nobody_too_late() {
    let event_loop = EventLoop::with_clock(Clock::Virtual).unwrap();
    let (sender, receiver) = channel(1);
    let left = Rc::new(Cell::new(0));
    event_loop.block_on(async {
        drop(spawn(async move {
            let _receiver = receiver;
            pending::<()>().await;
        }));
        for name in ["sent", "waits"] {
            let (sender, left) = (sender.clone(), Rc::clone(&left));
            drop(spawn(async move {
                let _ = sender.send(Dropped(name)).await;
                left.set(left.get() + 1);
                pending::<()>().await;
            }));
        }
        for _ in 0..3 {
            yield_now().await;
        }
    });
    assert_eq!(left.get(), 1);
    drop(event_loop);
    // The receiver's task goes first, and the one who waits is woken, but has no turn any more.
    assert_eq!(noted(), ["sent", "waits"]);
    assert_eq!((left.get(), Rc::strong_count(&left)), (1, 1));
    assert!(sender.is_closed());
    mem::drop(sender);
}

#[test]
fn what_went_wrong_is_said_in_words() {
    let says = |error: &dyn std::error::Error| error.to_string();
    assert_eq!(says(&SendError(1)), "the receiver is gone");
    assert_eq!(says(&TrySendError::Closed(1)), "the receiver is gone");
    assert_eq!(says(&TrySendError::Full(1)), "there is no room in the channel");
}
