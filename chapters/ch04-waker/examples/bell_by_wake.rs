//! A waker by `Wake`, and how many own what is behind it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Wake, Waker};

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
    Waker::from(bell)
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.ring();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ring();
    }
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
