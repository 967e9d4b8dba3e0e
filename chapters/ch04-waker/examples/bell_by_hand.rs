//! A waker by hand: a pointer, four functions, and how many own what is behind it.

use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{RawWaker, RawWakerVTable, Waker};

/// Counts how often it is rung.
#[derive(Default)]
struct Bell {
    rings: AtomicU32,
}

impl Bell {
    fn ring(&self) {
        self.rings.fetch_add(1, Relaxed);
    }
}

fn waker(bell: Arc<Bell>) -> Waker {
    // SAFETY: each function of `WIRING` keeps the contract, as it says below, and from any thread:
    // a `Bell` is `Send` and `Sync`.
    unsafe { Waker::from_raw(raw(bell)) }
}

static WIRING: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

fn raw(bell: Arc<Bell>) -> RawWaker {
    RawWaker::new(Arc::into_raw(bell).cast(), &WIRING)
}

unsafe fn clone(pointer: *const ()) -> RawWaker {
    // SAFETY: the pointer comes from `raw`. Its waker is alive and keeps its `Arc`.
    let bell = ManuallyDrop::new(unsafe { Arc::from_raw(pointer.cast::<Bell>()) });
    raw(Arc::clone(&bell))
}

unsafe fn wake(pointer: *const ()) {
    // SAFETY: the pointer comes from `raw`. Its waker is used up, and its `Arc` ours.
    let bell = unsafe { Arc::from_raw(pointer.cast::<Bell>()) };
    bell.ring();
}

unsafe fn wake_by_ref(pointer: *const ()) {
    // SAFETY: as in `clone`.
    let bell = ManuallyDrop::new(unsafe { Arc::from_raw(pointer.cast::<Bell>()) });
    bell.ring();
}

unsafe fn drop_waker(pointer: *const ()) {
    // SAFETY: as in `wake`.
    drop(unsafe { Arc::from_raw(pointer.cast::<Bell>()) });
}

fn main() {
    let bell = Arc::new(Bell::default());
    look("a bell", &bell);
    let first = waker(Arc::clone(&bell));
    look("a waker for it", &bell);
    let second = first.clone();
    look("a clone of the waker", &bell);
    let third = second.clone();
    look("a clone of the clone", &bell);
    first.wake_by_ref();
    look("wake_by_ref the first", &bell);
    first.wake();
    look("wake the first", &bell);
    drop(second);
    look("drop the second", &bell);
    third.wake();
    look("wake the third", &bell);
}

fn look(what: &str, bell: &Arc<Bell>) {
    let (owners, rings) = (Arc::strong_count(bell), bell.rings.load(Relaxed));
    println!("{what:<22}  owners {owners}  rings {rings}");
}
