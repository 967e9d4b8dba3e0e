//! A waker made by hand: a pointer, and what to do with it.

use crate::parker::Parker;
use crate::sync::Arc;
use std::mem::ManuallyDrop;
use std::task::{RawWaker, RawWakerVTable, Waker};

/// A waker that unparks the thread of this parker: what `Waker::from` would make of it, if it
/// were [`std::task::Wake`].
pub fn unparks(parker: Arc<Parker>) -> Waker {
    // SAFETY: the four functions of `WIRING` keep the contract of `RawWakerVTable`, each as it says
    // below. They may be called from any thread, since an `Arc<Parker>` may go to any thread: a
    // `Parker` is `Send` and `Sync`.
    unsafe { Waker::from_raw(raw(parker)) }
}

/// Which function does what, for a waker whose pointer is an `Arc<Parker>`.
static WIRING: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// Turns an `Arc` into a pointer that stands for it: the waker is one of its owners now.
fn raw(parker: Arc<Parker>) -> RawWaker {
    RawWaker::new(Arc::into_raw(parker).cast(), &WIRING)
}

/// Makes a second waker out of one.
unsafe fn clone(pointer: *const ()) -> RawWaker {
    // SAFETY: the pointer comes from `raw`, and the waker that it belongs to is alive, so there is
    // an `Arc` behind it. That one stays with the waker: `ManuallyDrop` does not drop it.
    let parker = ManuallyDrop::new(unsafe { Arc::from_raw(pointer.cast::<Parker>()) });
    raw(Arc::clone(&parker))
}

/// Wakes, and uses up the waker.
unsafe fn wake(pointer: *const ()) {
    // SAFETY: the pointer comes from `raw`, and its waker is never used again: the `Arc` is ours.
    let parker = unsafe { Arc::from_raw(pointer.cast::<Parker>()) };
    parker.unpark();
}

/// Wakes, and leaves the waker as it is.
unsafe fn wake_by_ref(pointer: *const ()) {
    // SAFETY: as in `clone`: the `Arc` is behind the pointer, and stays there.
    let parker = ManuallyDrop::new(unsafe { Arc::from_raw(pointer.cast::<Parker>()) });
    parker.unpark();
}

/// Drops a waker that was not used.
unsafe fn drop_waker(pointer: *const ()) {
    // SAFETY: as in `wake`: the waker is never used again, so the `Arc` is ours to drop.
    drop(unsafe { Arc::from_raw(pointer.cast::<Parker>()) });
}
