//! What a semaphore promises to those who stand in its line.

mod by_hand;
mod notes;
mod run;

use by_hand::{OnDrop, OnWake, Waits, ask, at_once};
use ch08_messages::clock::Clock;
use ch08_messages::event_loop::EventLoop;
use ch08_messages::semaphore::{Acquire, Permit, Semaphore};
use ch08_messages::task::spawn;
use ch08_messages::yield_now::yield_now;
use notes::{Dropped, note, noted};
use run::complaint;
use std::cell::RefCell;
use std::future::pending;
use std::mem;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Poll, Waker};

/// A semaphore without free permits, and the one that is out.
fn taken() -> (Rc<Semaphore>, Permit<Rc<Semaphore>>) {
    let semaphore = Rc::new(Semaphore::new(1));
    let permit = at_once(Rc::clone(&semaphore).acquire_owned());
    (semaphore, permit)
}

/// Who stands in line, as far as it can be told from outside.
fn line(semaphore: &Semaphore) -> String {
    let all = format!("{semaphore:?}");
    let (from, to) = (all.find("waiting").unwrap(), all.find(", made").unwrap());
    all[from..to].to_owned()
}

#[test]
fn nobody_who_has_been_served_or_has_left_is_kept_in_mind() {
    let semaphore = Semaphore::new(1);
    let nobody = line(&semaphore);
    let first = semaphore.try_acquire().unwrap();
    let served = Waits::new(semaphore.acquire());
    let chosen = Waits::new(semaphore.acquire());
    let waits = Waits::new(semaphore.acquire());
    assert_ne!(line(&semaphore), nobody);
    drop(first);
    drop(served.output());
    drop((waits, chosen));
    assert_eq!(line(&semaphore), nobody);
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn there_are_as_many_permits_as_it_was_made_with() {
    let semaphore = Semaphore::new(2);
    assert_eq!(semaphore.available_permits(), 2);
    let one = at_once(semaphore.acquire());
    assert_eq!(semaphore.available_permits(), 1);
    let other = at_once(semaphore.acquire());
    assert_eq!(semaphore.available_permits(), 0);
    let waits = Waits::new(semaphore.acquire());
    drop(one);
    assert_eq!(semaphore.available_permits(), 0, "it is somebody's");
    drop((other, waits.output()));
    assert_eq!(semaphore.available_permits(), 2);
    assert_eq!(Semaphore::new(usize::MAX).available_permits(), usize::MAX);
}

#[test]
fn a_semaphore_with_no_permits_keeps_everybody_waiting() {
    let semaphore = Semaphore::new(0);
    assert!(semaphore.try_acquire().is_none());
    let mut waits = Waits::new(semaphore.acquire());
    assert!(!waits.is_woken());
    drop(waits);
    assert_eq!(semaphore.available_permits(), 0);
}

#[test]
fn those_who_wait_are_served_in_the_order_in_which_they_came() {
    let (semaphore, permit) = taken();
    let mut line: Vec<_> = (0..10).map(|_| Waits::new(semaphore.acquire())).collect();
    // Being asked again, in whatever order, changes nobody's place.
    for waits in line.iter_mut().rev() {
        assert!(waits.ask().is_pending());
    }
    drop(permit);
    while !line.is_empty() {
        let rest = line.split_off(1);
        let first = mem::replace(&mut line, rest).remove(0);
        assert!(line.iter_mut().all(|waits| !waits.is_woken()), "two for one permit");
        drop(first.output());
    }
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn nobody_stands_in_line_before_the_first_poll() {
    let (semaphore, permit) = taken();
    let mut came_first = semaphore.acquire();
    let stands_first = Waits::new(semaphore.acquire());
    assert!(ask(&mut came_first, Waker::noop()).is_pending());
    drop(permit);
    assert!(ask(&mut came_first, Waker::noop()).is_pending());
    drop(stands_first.output());
}

#[test]
fn a_permit_belongs_to_the_chosen_before_their_turn_comes() {
    let (semaphore, permit) = taken();
    let chosen = Waits::new(semaphore.acquire());
    drop(permit);
    assert!(semaphore.try_acquire().is_none(), "taken away from the one it was given to");
    let mut barges = Waits::new(semaphore.acquire());
    let permit = chosen.output();
    assert!(!barges.is_woken());
    drop(permit);
    drop(barges.output());
}

#[test]
fn a_try_that_fails_leaves_everything_as_it_was() {
    let (semaphore, permit) = taken();
    for _ in 0..3 {
        assert!(semaphore.try_acquire().is_none());
        assert_eq!(semaphore.available_permits(), 0);
    }
    let mut waits = Waits::new(semaphore.acquire());
    assert!(semaphore.try_acquire().is_none());
    assert!(!waits.is_woken(), "a permit was given to them that there is not");
    assert!(waits.ask().is_pending());
    drop(permit);
    drop(waits.output());
    assert_eq!(semaphore.available_permits(), 1);
    drop(semaphore.try_acquire().unwrap());
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn whoever_leaves_the_line_keeps_nobody_waiting() {
    for leaves in 0..3 {
        let (semaphore, permit) = taken();
        let mut line: Vec<_> = (0..3).map(|_| Waits::new(semaphore.acquire())).collect();
        drop(line.remove(leaves));
        drop(permit);
        for waits in line {
            drop(waits.output());
        }
        assert_eq!(semaphore.available_permits(), 1);
    }
}

#[test]
fn the_chosen_who_leaves_before_their_turn_passes_the_permit_on() {
    let (semaphore, permit) = taken();
    let mut line: Vec<_> = (0..10).map(|_| Waits::new(semaphore.acquire())).collect();
    drop(permit);
    // One after another is chosen, and leaves.
    for _ in 0..9 {
        assert!(line[0].is_woken() && !line[1].is_woken());
        drop(line.remove(0));
    }
    drop(line.remove(0).output());
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn the_last_in_line_is_chosen_and_leaves_and_the_permit_is_free() {
    let (semaphore, permit) = taken();
    let last = Waits::new(semaphore.acquire());
    drop(permit);
    drop(last);
    assert_eq!(semaphore.available_permits(), 1);
    drop(at_once(semaphore.acquire()));
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn one_who_was_served_and_one_who_never_came_leave_nothing_when_they_go() {
    let semaphore = Semaphore::new(1);
    drop(semaphore.acquire());
    let mut acquire = semaphore.acquire();
    let Poll::Ready(permit) = ask(&mut acquire, Waker::noop()) else { panic!() };
    drop(acquire);
    assert_eq!(semaphore.available_permits(), 0);
    let mut waits = Waits::new(semaphore.acquire());
    drop(permit);
    let Poll::Ready(permit) = waits.ask() else { panic!() };
    drop(waits);
    assert_eq!(semaphore.available_permits(), 0);
    drop(permit);
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn it_wakes_the_waker_that_it_was_given_last() {
    let (semaphore, permit) = taken();
    let (old, old_waker) = run::Count::waker();
    let (new, new_waker) = run::Count::waker();
    let mut acquire = semaphore.acquire();
    assert!(ask(&mut acquire, &old_waker).is_pending());
    assert!(ask(&mut acquire, &new_waker).is_pending());
    assert_eq!(Arc::strong_count(&old), 2, "the old one is kept");
    drop(permit);
    assert_eq!((old.calls(), new.calls()), (0, 1));
    assert_eq!(Arc::strong_count(&new), 2, "the new one is kept after it was of use");
}

#[test]
fn a_poll_after_the_permit_was_given_is_refused_in_plain_words() {
    let semaphore = Semaphore::new(2);
    let mut acquire = semaphore.acquire();
    let permit = ask(&mut acquire, Waker::noop());
    assert!(permit.is_ready());
    let says = complaint(|| ask(&mut acquire, Waker::noop()));
    assert!(says.contains("not polled after it was ready"), "{says}");
    drop(permit);
    assert_eq!(semaphore.available_permits(), 2);
}

#[test]
fn a_permit_that_owns_its_semaphore_keeps_it_and_gives_itself_back() {
    let (semaphore, permit) = taken();
    let waits = Rc::clone(&semaphore).acquire_owned();
    assert_eq!(Rc::strong_count(&semaphore), 3);
    drop(waits);
    assert_eq!(Rc::strong_count(&semaphore), 2);
    drop(permit);
    assert_eq!((Rc::strong_count(&semaphore), semaphore.available_permits()), (1, 1));
}

thread_local! {
    static SEMAPHORE: Rc<Semaphore> = Rc::new(Semaphore::new(1));
    static PERMITS: RefCell<Vec<Permit<Rc<Semaphore>>>> = RefCell::default();
    static LINE: RefCell<Vec<Option<Acquire<Rc<Semaphore>>>>> = RefCell::default();
}

fn shared() -> Rc<Semaphore> {
    SEMAPHORE.with(Rc::clone)
}

/// Takes somebody out of the line, and drops them.
fn leave(number: usize) {
    let leaves = LINE.with_borrow_mut(|line| line[number].take());
    drop(leaves);
}

fn stand_in_line(waker: &Waker) {
    let mut acquire = shared().acquire_owned();
    assert!(ask(&mut acquire, waker).is_pending());
    LINE.with_borrow_mut(|line| line.push(Some(acquire)));
}

#[test]
fn a_waker_may_have_its_own_future_dropped_at_once() {
    let permit = at_once(shared().acquire_owned());
    let leaves = [|| leave(0), || leave(1), || leave(2)];
    for leaves in leaves {
        stand_in_line(&Waker::from(Arc::new(OnWake(leaves))));
    }
    stand_in_line(&Waker::from(Arc::new(OnWake(|| note("the fourth is chosen")))));
    // Each of the first three is woken, and leaves on the spot.
    drop(permit);
    assert_eq!(noted(), ["the fourth is chosen"]);
    leave(3);
    assert_eq!(shared().available_permits(), 1);
}

#[test]
fn a_waker_may_come_back_to_the_semaphore_when_it_is_dropped() {
    let permit = at_once(shared().acquire_owned());
    PERMITS.with_borrow_mut(|permits| permits.push(permit));
    let gives_back = || {
        let permit = PERMITS.with_borrow_mut(Vec::pop);
        drop(permit);
        assert!(shared().try_acquire().is_none(), "somebody waits for it");
    };
    stand_in_line(&Waker::from(Arc::new(OnDrop(gives_back))));
    // The new waker takes the place of one that does something when it goes.
    let (count, waker) = run::Count::waker();
    let mut first = LINE.with_borrow_mut(|line| line[0].take()).unwrap();
    assert!(ask(&mut first, &waker).is_pending());
    assert_eq!(count.calls(), 1, "given back in the middle of the poll, and nobody told");
    let Poll::Ready(permit) = ask(&mut first, &waker) else { panic!("it was chosen") };
    drop(permit);
    assert_eq!(shared().available_permits(), 1);
}

#[test]
fn tasks_that_are_aborted_in_line_or_chosen_pass_their_turn_on() {
    let event_loop = EventLoop::with_clock(Clock::Virtual).unwrap();
    event_loop.block_on(async {
        let semaphore = Rc::new(Semaphore::new(1));
        let permit = semaphore.acquire().await;
        let tasks: Vec<_> = (0..4)
            .map(|n| {
                let semaphore = Rc::clone(&semaphore);
                spawn(async move {
                    let _permit = semaphore.acquire().await;
                    note(format!("{n} has it"));
                })
            })
            .collect();
        yield_now().await;
        yield_now().await;
        tasks[1].abort();
        drop(permit);
        // The first has been chosen, and has not had its turn.
        tasks[0].abort();
        for _ in 0..4 {
            yield_now().await;
        }
        assert_eq!(noted(), ["2 has it", "3 has it"]);
        assert_eq!(semaphore.available_permits(), 1);
        assert_eq!(Rc::strong_count(&semaphore), 1);
    });
}

#[test]
fn a_loop_that_goes_gives_back_what_its_tasks_had_waited_for_or_were_chosen_for() {
    let event_loop = EventLoop::with_clock(Clock::Virtual).unwrap();
    let semaphore = Rc::new(Semaphore::new(2));
    event_loop.block_on(async {
        let has_one = Rc::clone(&semaphore);
        let mut has_one = Some(has_one.acquire_owned().await);
        for _ in 0..5 {
            let waits = Rc::clone(&semaphore);
            drop(spawn(async move {
                let _tells = Dropped("a task has ended");
                let _permit = waits.acquire().await;
                pending::<()>().await;
            }));
        }
        yield_now().await;
        yield_now().await;
        // Chosen, and no turn comes any more.
        has_one.take();
    });
    assert_eq!(semaphore.available_permits(), 0);
    drop(event_loop);
    assert_eq!(noted().len(), 5);
    assert_eq!(semaphore.available_permits(), 2);
    assert_eq!(Rc::strong_count(&semaphore), 1);
}
