//! What the waker made by hand promises: each of its four functions counts its owners right.

mod watchdog;

use ch04_waker::executor::block_on;
use ch04_waker::parker::Parker;
use ch04_waker::waker::unparks;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::thread;
use watchdog::ends;

fn bell() -> (Arc<Parker>, Waker) {
    let parker = Arc::new(Parker::new());
    (Arc::clone(&parker), unparks(parker))
}

fn owners(parker: &Arc<Parker>) -> usize {
    Arc::strong_count(parker)
}

/// Takes the token, which must be there.
fn take(parker: &Arc<Parker>) {
    let parker = Arc::clone(parker);
    ends(move || parker.park());
}

#[test]
fn a_waker_is_one_owner_of_its_parker_and_drop_is_one_less() {
    let (parker, waker) = bell();
    assert_eq!(owners(&parker), 2);
    drop(waker);
    assert_eq!(owners(&parker), 1);
}

#[test]
fn a_clone_is_one_owner_more_and_outlives_the_original() {
    let (parker, waker) = bell();
    let second = waker.clone();
    assert_eq!(owners(&parker), 3);
    drop(waker);
    assert_eq!(owners(&parker), 2);
    let third = second.clone();
    drop(second);
    third.wake_by_ref();
    assert_eq!(owners(&parker), 2);
    take(&parker);
}

#[test]
fn wake_leaves_the_token_and_uses_up_the_waker() {
    let (parker, waker) = bell();
    waker.wake();
    assert_eq!(owners(&parker), 1);
    take(&parker);
}

#[test]
fn wake_by_ref_leaves_the_token_and_keeps_the_waker() {
    let (parker, waker) = bell();
    for _ in 0..3 {
        waker.wake_by_ref();
        assert_eq!(owners(&parker), 2);
        take(&parker);
    }
}

#[test]
fn clone_from_puts_one_in_the_place_of_another() {
    let ((first, mut waker), (second, other)) = (bell(), bell());
    waker.clone_from(&other);
    assert_eq!((owners(&first), owners(&second)), (1, 3));
    waker.wake();
    assert_eq!(owners(&second), 2);
    take(&second);
}

#[test]
fn copies_say_that_they_wake_the_same_and_strangers_do_not() {
    let ((_first, waker), (_second, stranger)) = (bell(), bell());
    assert!(waker.will_wake(&waker.clone()));
    assert!(!waker.will_wake(&stranger));
}

#[test]
fn the_last_waker_drops_the_parker_and_no_earlier_one_does() {
    let (parker, waker) = bell();
    let alive = Arc::downgrade(&parker);
    let second = waker.clone();
    drop(parker);
    waker.wake();
    assert_eq!(alive.strong_count(), 1);
    drop(second);
    assert_eq!(alive.strong_count(), 0);
}

#[test]
fn a_waker_may_be_cloned_called_and_dropped_on_any_thread() {
    let (parker, waker) = bell();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let mine = waker.clone();
                    mine.wake_by_ref();
                    drop(mine.clone());
                    mine.wake();
                }
            });
        }
        let moved = waker.clone();
        scope.spawn(move || drop(moved));
    });
    assert_eq!(owners(&parker), 2);
    take(&parker);
}

#[test]
fn a_waker_outlives_the_thread_whose_future_it_was_for() {
    let my_waker = || block_on(poll_fn(|context| Poll::Ready(context.waker().clone())));
    let late = thread::spawn(my_waker).join().unwrap();
    late.wake_by_ref();
    let later = late.clone();
    late.wake();
    drop(later);
}
