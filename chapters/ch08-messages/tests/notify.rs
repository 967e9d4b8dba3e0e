//! What a bell promises to those who wait for it.

mod by_hand;
mod notes;
mod run;

use by_hand::{OnDrop, OnWake, Waits, ask, at_once};
use ch08_messages::clock::Clock;
use ch08_messages::event_loop::EventLoop;
use ch08_messages::notify::Notify;
use ch08_messages::task::spawn;
use ch08_messages::yield_now::yield_now;
use notes::{note, noted};
use run::Count;
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

/// Who waits, as far as it can be told from outside.
fn line(notify: &Notify) -> String {
    let all = format!("{notify:?}");
    let (from, to) = (all.find("waiting").unwrap(), all.find(", made").unwrap());
    all[from..to].to_owned()
}

#[test]
fn nobody_who_was_told_or_has_left_is_kept_in_mind() {
    let notify = Notify::new();
    let nobody = line(&notify);
    let [alone, leaves, with_all, goes] = [(); 4].map(|()| Waits::new(notify.notified()));
    assert_ne!(line(&notify), nobody);
    notify.notify_one();
    notify.notify_one();
    drop(goes);
    notify.notify_waiters();
    alone.output();
    drop(leaves);
    with_all.output();
    assert_eq!(line(&notify), nobody);
}

#[test]
fn rung_for_one_it_tells_the_one_who_has_waited_longest() {
    let notify = Notify::new();
    let mut line: Vec<_> = (0..5).map(|_| Waits::new(notify.notified())).collect();
    for waits in line.iter_mut().rev() {
        assert!(waits.ask().is_pending());
    }
    while !line.is_empty() {
        notify.notify_one();
        let first = line.remove(0);
        assert!(line.iter_mut().all(|waits| !waits.is_woken()), "told two");
        first.output();
    }
}

#[test]
fn rung_for_one_while_nobody_waits_it_is_remembered_once() {
    let notify = Notify::new();
    notify.notify_one();
    notify.notify_one();
    at_once(notify.notified());
    Waits::new(notify.notified());
}

#[test]
fn rung_for_all_it_tells_those_who_wait_and_is_not_remembered() {
    let notify = Notify::new();
    notify.notify_waiters();
    let line = [(); 3].map(|()| Waits::new(notify.notified()));
    notify.notify_waiters();
    line.into_iter().for_each(|waits| waits.output());
    assert!(ask(&mut notify.notified(), Waker::noop()).is_pending());
}

#[test]
fn one_who_was_made_before_it_is_rung_for_all_hears_it_and_takes_nothing_from_others() {
    let notify = Notify::new();
    let mut made_before = notify.notified();
    notify.notify_waiters();
    notify.notify_one();
    assert!(ask(&mut made_before, Waker::noop()).is_ready());
    at_once(notify.notified());
    Waits::new(notify.notified());
}

#[test]
fn rung_for_all_it_leaves_what_is_remembered_for_one() {
    let notify = Notify::new();
    notify.notify_one();
    notify.notify_waiters();
    at_once(notify.notified());
    Waits::new(notify.notified());
}

#[test]
fn one_who_was_told_and_leaves_before_their_turn_has_the_next_told() {
    let notify = Notify::new();
    let mut line: Vec<_> = (0..5).map(|_| Waits::new(notify.notified())).collect();
    notify.notify_one();
    for _ in 0..4 {
        assert!(line[0].is_woken() && !line[1].is_woken());
        drop(line.remove(0));
    }
    line.remove(0).output();
    Waits::new(notify.notified());
}

#[test]
fn the_last_who_was_told_and_leaves_has_it_remembered() {
    let notify = Notify::new();
    let last = Waits::new(notify.notified());
    notify.notify_one();
    drop(last);
    at_once(notify.notified());
    Waits::new(notify.notified());
}

#[test]
fn one_who_was_told_with_all_others_and_leaves_has_nobody_told() {
    let notify = Notify::new();
    let first = Waits::new(notify.notified());
    notify.notify_waiters();
    let mut second = Waits::new(notify.notified());
    drop(first);
    assert!(!second.is_woken());
    drop(second);
    Waits::new(notify.notified());
}

#[test]
fn one_who_was_told_alone_and_then_with_all_others_still_passes_it_on() {
    let notify = Notify::new();
    let first = Waits::new(notify.notified());
    notify.notify_one();
    notify.notify_waiters();
    drop(first);
    at_once(notify.notified());
}

#[test]
fn one_who_leaves_without_having_been_told_leaves_nothing() {
    let notify = Notify::new();
    let mut line: Vec<_> = (0..3).map(|_| Waits::new(notify.notified())).collect();
    drop(line.remove(1));
    drop(notify.notified());
    notify.notify_one();
    line.remove(0).output();
    assert!(!line[0].is_woken());
    notify.notify_one();
    line.remove(0).output();
    Waits::new(notify.notified());
}

#[test]
fn several_rings_tell_several_who_have_not_had_their_turns_yet() {
    let notify = Notify::new();
    let mut line: Vec<_> = (0..3).map(|_| Waits::new(notify.notified())).collect();
    notify.notify_one();
    notify.notify_one();
    assert!(!line[2].is_woken());
    line.drain(..2).for_each(|waits| waits.output());
    assert!(line[0].ask().is_pending());
}

#[test]
fn it_can_be_waited_for_again_and_waits_for_news() {
    let notify = Notify::new();
    let mut waits = Waits::new(notify.notified());
    notify.notify_one();
    assert!(waits.is_woken() && waits.ask().is_ready());
    assert!(waits.ask().is_pending());
    drop(waits);
    // The news was had already, so nothing is passed on.
    Waits::new(notify.notified());
}

#[test]
fn it_wakes_the_waker_that_it_was_given_last() {
    let notify = Notify::new();
    let (old, old_waker) = Count::waker();
    let (new, new_waker) = Count::waker();
    let mut notified = notify.notified();
    assert!(ask(&mut notified, &old_waker).is_pending());
    assert!(ask(&mut notified, &new_waker).is_pending());
    assert_eq!(Arc::strong_count(&old), 2);
    notify.notify_one();
    assert_eq!((old.calls(), new.calls()), (0, 1));
    assert_eq!(Arc::strong_count(&new), 2);
}

type Hears = Pin<Box<dyn Future<Output = ()>>>;

thread_local! {
    static NOTIFY: Rc<Notify> = Rc::new(Notify::new());
    static LINE: RefCell<Vec<Option<Hears>>> = RefCell::default();
}

fn shared() -> Rc<Notify> {
    NOTIFY.with(Rc::clone)
}

fn leave(number: usize) {
    let leaves = LINE.with_borrow_mut(|line| line[number].take());
    drop(leaves);
}

fn wait(waker: &Waker) {
    let notify = shared();
    let mut notified: Hears = Box::pin(async move { notify.notified().await });
    assert!(ask(&mut notified, waker).is_pending());
    LINE.with_borrow_mut(|line| line.push(Some(notified)));
}

#[test]
fn a_waker_may_have_its_own_future_dropped_at_once() {
    for leaves in [|| leave(0), || leave(1), || leave(2)] {
        wait(&Waker::from(Arc::new(OnWake(leaves))));
    }
    wait(&Waker::from(Arc::new(OnWake(|| note("the fourth is told")))));
    shared().notify_one();
    assert_eq!(noted(), ["the fourth is told"]);
}

#[test]
fn a_waker_may_have_others_dropped_or_ring_while_all_are_told() {
    let first = || {
        note("first");
        leave(2);
        shared().notify_waiters();
        shared().notify_one();
    };
    wait(&Waker::from(Arc::new(OnWake(first))));
    wait(&Waker::from(Arc::new(OnWake(|| note("second")))));
    wait(&Waker::from(Arc::new(OnWake(|| note("third, who has gone")))));
    shared().notify_waiters();
    assert_eq!(noted(), ["first", "second", "third, who has gone"]);
    // All who waited had been told already, so the one ring is for whoever comes next.
    at_once(shared().notified());
}

#[test]
fn a_waker_may_ring_when_it_is_dropped() {
    wait(&Waker::from(Arc::new(OnDrop(|| shared().notify_one()))));
    let (count, waker) = Count::waker();
    let mut first = LINE.with_borrow_mut(|line| line[0].take()).unwrap();
    assert!(ask(&mut first, &waker).is_pending());
    assert_eq!(count.calls(), 1, "rung in the middle of the poll, and not heard");
    assert!(ask(&mut first, &waker).is_ready());
}

#[test]
fn tasks_hear_it_and_those_that_are_aborted_pass_it_on() {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(async {
        let notify = Rc::new(Notify::new());
        let tasks: Vec<_> = (0..4)
            .map(|n| {
                let notify = Rc::clone(&notify);
                spawn(async move {
                    notify.notified().await;
                    note(format!("{n} hears it"));
                })
            })
            .collect();
        yield_now().await;
        yield_now().await;
        notify.notify_one();
        // Told, and without a turn yet; then the next one, who is not told yet.
        tasks[0].abort();
        tasks[1].abort();
        for _ in 0..4 {
            yield_now().await;
        }
        assert_eq!(noted(), ["2 hears it"]);
        notify.notify_waiters();
        yield_now().await;
        assert_eq!(noted(), ["3 hears it"]);
    });
}
