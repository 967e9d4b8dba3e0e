//! A promise that another thread keeps, while this one sleeps.

use ch04_waker::executor::block_on;
use ch04_waker::oneshot;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The cleaner takes so long that the clerk is asleep by then.
const CLEANING: Duration = Duration::from_millis(200);

fn main() {
    ledger::init();
    let (promise, receipt) = oneshot::channel();
    let (start, started) = mpsc::channel();
    let cleaner = thread::Builder::new().name("cleaner".to_owned()).spawn(move || {
        started.recv().expect("the clerk says when");
        thread::sleep(CLEANING);
        println!("cleaner: it is clean");
        promise.send("silk shirt").expect("Ann has her receipt");
    });
    let cleaner = cleaner.expect("there is a thread for the cleaner");

    let mut receipt = pin!(receipt);
    let garment = block_on(poll_fn(|context| {
        let outcome = receipt.as_mut().poll(context);
        println!("clerk:   {outcome:?}");
        if outcome.is_pending() {
            start.send(()).expect("the cleaner is there");
        }
        outcome
    }));
    println!("Ann has the {}", garment.expect("the promise was kept"));
    cleaner.join().expect("the cleaner goes home");
}
