//! Tries every order in which a task can be woken by others, polled, and left by its loop.
//!
//! The back door is the library's. The task is not: `Task` needs the whole loop. What is here is its
//! flag, and what `Task::run` and `Task::wake_by_ref` do with it, as they stand in `src/task.rs`.

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
        rung: Mutex<bool>,
        bell: Condvar,
    }

    impl Poller {
        pub(crate) fn new() -> io::Result<Poller> {
            Ok(Poller { rung: Mutex::new(false), bell: Condvar::new() })
        }

        pub(crate) fn notify(&self) -> io::Result<()> {
            *self.rung.lock().unwrap() = true;
            self.bell.notify_one();
            Ok(())
        }

        /// Waits until it is rung.
        pub(crate) fn wait(&self) {
            let mut rung = self.rung.lock().unwrap();
            while !std::mem::take(&mut *rung) {
                rung = self.bell.wait(rung).unwrap();
            }
        }
    }
}

use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;
use outside::{Outside, Sent};
use std::sync::Arc;
use task::Run;

/// How, and when, a task that is polled takes itself out of the line.
#[derive(Clone, Copy)]
enum Way {
    /// As the library does it.
    SwapFirst,
    StoreFirst,
    SwapAfterwards,
}

/// A task that is ready when two others have said something.
struct Task {
    in_line: AtomicBool,
    outside: Arc<Outside>,
    said: [AtomicBool; 2],
    way: Way,
}

impl Run for Task {
    fn number(&self) -> u64 {
        1
    }
}

impl Task {
    /// One that was spawned just now.
    fn new(outside: &Arc<Outside>, way: Way) -> Arc<Task> {
        Arc::new(Task {
            in_line: AtomicBool::new(true),
            outside: Arc::clone(outside),
            said: [AtomicBool::new(false), AtomicBool::new(false)],
            way,
        })
    }

    /// Whether it is over now.
    fn run(&self) -> bool {
        match self.way {
            Way::SwapFirst => drop(self.in_line.swap(false, Ordering::AcqRel)),
            Way::StoreFirst => self.in_line.store(false, Ordering::Release),
            Way::SwapAfterwards => {}
        }
        // Nothing in the future itself makes what others have written visible.
        let is_over = self.said.iter().all(|said| said.load(Ordering::Relaxed));
        if matches!(self.way, Way::SwapAfterwards) {
            self.in_line.swap(false, Ordering::AcqRel);
        }
        is_over
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.in_line.swap(true, Ordering::AcqRel) {
            return;
        }
        let task: Arc<dyn Run> = Arc::<Self>::clone(self);
        drop(self.outside.send(Sent::Task(task)));
    }
}

/// A loop that looks after one task until it is over.
fn look_after(task: &Arc<Task>) {
    let (mut is_in_line, mut is_over) = (true, false);
    while !is_over {
        if !is_in_line && task.outside.lie_down() {
            task.outside.poller.wait();
        }
        let sent = task.outside.get_up().len();
        assert!(sent + usize::from(is_in_line) <= 1, "it is in line twice");
        is_in_line |= sent > 0;
        if is_in_line {
            is_in_line = false;
            is_over = task.run();
        }
    }
}

/// Another thread says one thing after the other, and each time it wakes the task.
fn one_other_thread(way: Way) {
    loom::model(move || {
        let outside = Arc::new(Outside::new().unwrap());
        let task = Task::new(&outside, way);
        let others = Arc::clone(&task);
        let other = thread::spawn(move || {
            for said in &others.said {
                said.store(true, Ordering::Relaxed);
                others.wake_by_ref();
            }
        });
        look_after(&task);
        outside.close();
        other.join().unwrap();
        assert_eq!(outside.get_up().len(), 0);
        assert_eq!(Arc::strong_count(&task), 1, "somebody has kept it");
    });
}

#[test]
fn whatever_was_said_before_a_wake_is_heard_by_a_poll() {
    one_other_thread(Way::SwapFirst);
}

#[test]
#[should_panic = "deadlock"]
fn a_task_that_leaves_the_line_after_its_poll_is_forgotten() {
    one_other_thread(Way::SwapAfterwards);
}

#[test]
#[should_panic = "deadlock"]
fn a_task_that_does_not_read_who_put_it_in_line_is_deaf() {
    one_other_thread(Way::StoreFirst);
}

#[test]
fn a_task_is_in_line_once_whoever_wakes_it() {
    let mut model = loom::model::Builder::new();
    // All orders of three threads take minutes; those with two interruptions, a second.
    model.preemption_bound = Some(2);
    model.check(|| {
        let outside = Arc::new(Outside::new().unwrap());
        let task = Task::new(&outside, Way::SwapFirst);
        let others = [0, 1].map(|n| {
            let task = Arc::clone(&task);
            thread::spawn(move || {
                task.said[n].store(true, Ordering::Relaxed);
                task.wake_by_ref();
            })
        });
        look_after(&task);
        outside.close();
        others.into_iter().for_each(|other| other.join().unwrap());
    });
}
