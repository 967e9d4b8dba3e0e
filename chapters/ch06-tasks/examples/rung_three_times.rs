//! A task whose number is called three times before it has its turn.

use ch06_tasks::event_loop::EventLoop;
use ch06_tasks::task::spawn;
use ch06_tasks::yield_now::yield_now;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io;
use std::task::{Poll, Waker};

thread_local! {
    static NUMBER: RefCell<Option<Waker>> = const { RefCell::new(None) };
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::new()?.block_on(async {
        drop(spawn(poll_fn(|context| {
            ASKED.set(ASKED.get() + 1);
            NUMBER.set(Some(context.waker().clone()));
            Poll::<()>::Pending
        })));
        yield_now().await;
        println!("the task has been asked {} time", ASKED.get());
        let number = NUMBER.take().expect("it has left its number");
        for _ in 0..3 {
            number.wake_by_ref();
        }
        println!("its number has been called 3 times");
        yield_now().await;
        println!("the task has been asked {} times", ASKED.get());
    });
    Ok(())
}
