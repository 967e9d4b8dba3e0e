//! Tries every order in which two threads can meet at a loop's back door.

#[path = "../src/outside.rs"]
#[allow(dead_code, reason = "the loop uses more of it")]
mod outside;

/// The locks of the library, watched by loom.
mod sync {
    pub(crate) use loom::sync::{Mutex, MutexGuard};
    pub(crate) use std::sync::Arc;

    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap()
    }
}

/// A task, as the box sees it.
mod task {
    pub(crate) trait Run: Send + Sync {
        fn number(&self) -> u64;
    }
}

/// A poller that knows notifications only, and whose wait loom understands.
mod poller {
    use loom::sync::{Condvar, Mutex};
    use std::io;

    #[derive(Debug)]
    pub(crate) struct Poller {
        rung: Mutex<u32>,
        bell: Condvar,
    }

    impl Poller {
        pub(crate) fn new() -> io::Result<Poller> {
            Ok(Poller { rung: Mutex::new(0), bell: Condvar::new() })
        }

        pub(crate) fn notify(&self) -> io::Result<()> {
            *self.rung.lock().unwrap() += 1;
            self.bell.notify_one();
            Ok(())
        }

        /// Waits until it is rung, and forgets how often.
        pub(crate) fn wait(&self) -> u32 {
            let mut rung = self.rung.lock().unwrap();
            while *rung == 0 {
                rung = self.bell.wait(rung).unwrap();
            }
            std::mem::take(&mut *rung)
        }
    }
}

use loom::sync::Arc;
use loom::thread;
use outside::{Outside, Sent};

/// A loop that waits until so many jobs have come. Gives how often it was rung for.
fn receive(outside: &Outside, mut jobs: usize) -> u32 {
    let mut rung = 0;
    while jobs > 0 {
        if outside.lie_down() {
            rung += outside.poller.wait();
        }
        jobs -= outside.get_up().len();
    }
    rung
}

#[test]
fn whoever_brings_a_job_wakes_the_loop_whenever_it_lies_down() {
    loom::model(|| {
        let outside = Arc::new(Outside::new().unwrap());
        let brings = [1, 2].map(|number| {
            let outside = Arc::clone(&outside);
            thread::spawn(move || outside.send(Sent::Future(number)).unwrap())
        });
        receive(&outside, 2);
        brings.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn a_loop_that_sleeps_is_rung_once_for_all_that_come_before_it_is_up() {
    loom::model(|| {
        let outside = Arc::new(Outside::new().unwrap());
        assert!(outside.lie_down());
        let brings = [1, 2].map(|number| {
            let outside = Arc::clone(&outside);
            thread::spawn(move || outside.send(Sent::Future(number)).unwrap())
        });
        brings.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(outside.poller.wait(), 1);
        assert_eq!(outside.get_up().len(), 2);
    });
}

#[test]
fn a_job_is_done_or_comes_back_when_the_loop_closes() {
    loom::model(|| {
        let outside = Arc::new(Outside::new().unwrap());
        let brings = {
            let outside = Arc::clone(&outside);
            thread::spawn(move || outside.send(Sent::Future(1)).is_ok())
        };
        let taken = outside.close().len();
        assert_eq!(brings.join().unwrap(), taken == 1);
        assert_eq!(outside.get_up().len(), 0);
    });
}

/// The same door, with the two halves of lying down taken apart.
#[test]
#[should_panic = "deadlock"]
fn a_loop_that_looks_into_the_box_before_it_says_that_it_sleeps_is_not_woken() {
    use loom::sync::Mutex;
    use loom::sync::atomic::{AtomicBool, Ordering};
    loom::model(|| {
        let outside = Arc::new(Outside::new().unwrap());
        let inbox = Arc::new((Mutex::new(0), AtomicBool::new(false)));
        let (their_box, bell) = (Arc::clone(&inbox), Arc::clone(&outside));
        thread::spawn(move || {
            *their_box.0.lock().unwrap() += 1;
            if their_box.1.load(Ordering::SeqCst) {
                bell.poller.notify().unwrap();
            }
        });
        let empty = *inbox.0.lock().unwrap() == 0;
        if empty {
            inbox.1.store(true, Ordering::SeqCst);
            outside.poller.wait();
        }
    });
}
