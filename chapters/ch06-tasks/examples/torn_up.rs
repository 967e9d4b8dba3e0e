//! A slip is torn up, and the only one who could wake the task has a weak reference to it.

use ch06_tasks::event_loop::EventLoop;
use ch06_tasks::oneshot::{self, Sender};
use ch06_tasks::task::spawn;
use ch06_tasks::yield_now::yield_now;
use std::cell::Cell;
use std::io;
use std::rc::Rc;

/// Where the tailor finds the promise to keep when the button is on.
type Label = Rc<Cell<Option<Sender<&'static str>>>>;

async fn mend_the_coat(label: Label) {
    let (promise, receipt) = oneshot::channel();
    label.set(Some(promise));
    println!("the coat waits for a button");
    if let Ok(button) = receipt.await {
        println!("the coat has {button}: it is done");
    }
}

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::new()?.block_on(async {
        let label = Label::default();
        let tailor = Rc::downgrade(&label);
        let slip = spawn(mend_the_coat(label));
        yield_now().await;

        drop(slip);
        println!("the slip is torn up");

        match tailor.upgrade().and_then(|label| label.take()) {
            Some(promise) => promise.send("its button").expect("the coat waits for it"),
            None => println!("the tailor finds no coat"),
        }
        yield_now().await;
    });
    Ok(())
}
