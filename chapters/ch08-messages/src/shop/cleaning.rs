//! What happens to a garment: the work of a task of its own.

use crate::both::{Either, select};
use crate::mpsc::Receiver;
use crate::semaphore::Semaphore;
use crate::timer::sleep;
use futures::future::pending;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// Waits for a machine, and cleans a garment. Gives the notes that came meanwhile and were heeded.
///
/// `is_in_machine` is set when it begins.
pub async fn clean(
    takes: Duration,
    machines: Rc<Semaphore>,
    is_in_machine: Rc<Cell<bool>>,
    notes: Receiver<String>,
) -> Vec<String> {
    let mut heeded = Vec::new();
    let washed = async {
        let _machine = machines.acquire_owned().await;
        is_in_machine.set(true);
        sleep(takes).await;
    };
    // In this order: a note that came in the turn in which it is clean has been accepted.
    match select(heed(notes, &mut heeded), washed).await {
        Either::Left(never) => never,
        Either::Right(()) => heeded,
    }
}

/// Heeds notes, for as long as it is let.
async fn heed(mut notes: Receiver<String>, heeded: &mut Vec<String>) -> ! {
    while let Some(note) = notes.recv().await {
        heeded.push(note);
    }
    pending().await
}
