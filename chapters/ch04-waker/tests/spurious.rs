//! A `Condvar` may wake somebody for nothing. Ours does, three times, and then there is a reason.

#![allow(dead_code, reason = "not everything in the file is used here")]

#[path = "../src/parker.rs"]
mod parker;

/// What `src/sync.rs` is to the crate.
mod sync {
    use std::cell::Cell;
    use std::sync::LockResult;
    pub(crate) use std::sync::{Mutex, MutexGuard, PoisonError};

    #[derive(Debug)]
    pub(crate) struct Condvar {
        pub(crate) waits: Cell<usize>,
    }

    impl Condvar {
        pub(crate) fn new() -> Condvar {
            Condvar { waits: Cell::new(0) }
        }

        pub(crate) fn wait<'a>(
            &self,
            mut token: MutexGuard<'a, bool>,
        ) -> LockResult<MutexGuard<'a, bool>> {
            assert!(!*token, "it waits for what it has");
            self.waits.set(self.waits.get() + 1);
            *token = self.waits.get() > 3;
            Ok(token)
        }

        pub(crate) fn notify_one(&self) {}
    }

    thread_local! {
        pub(crate) static WAITS: Cell<usize> = const { Cell::new(0) };
    }

    impl Drop for Condvar {
        fn drop(&mut self) {
            WAITS.set(self.waits.get());
        }
    }

    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[test]
fn who_is_woken_for_nothing_goes_on_waiting() {
    let parker = parker::Parker::new();
    parker.park();
    drop(parker);
    assert_eq!(sync::WAITS.get(), 4);
}
