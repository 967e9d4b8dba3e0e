//! Each task wears a name tag, which the functions it calls can read. Made by hand, of a variable
//! that is put in its place around each poll.

use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::task::{JoinHandle, spawn};
use ch07_cancellation::yield_now::yield_now;
use std::cell::RefCell;
use std::error::Error;
use std::future::poll_fn;
use std::mem;
use std::pin::pin;

thread_local! {
    /// What is on the tag of the task that runs.
    static NAME: RefCell<&'static str> = const { RefCell::new("nobody") };
}

fn name() -> &'static str {
    NAME.with_borrow(|name| *name)
}

fn write_on_it(name: &'static str) {
    NAME.set(name);
}

/// Does work with a tag of its own, which begins as a copy of the tag that is worn here.
fn with_a_tag<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let mut own = name();
    async move {
        let mut work = pin!(work);
        poll_fn(|context| {
            NAME.with_borrow_mut(|worn| mem::swap(worn, &mut own));
            // If it panics, its tag stays on. `Token::run` shows how to see to that.
            let polled = work.as_mut().poll(context);
            NAME.with_borrow_mut(|worn| mem::swap(worn, &mut own));
            polled
        })
        .await
    }
}

/// A task with a copy of the tag.
fn spawn_with_a_tag(work: impl Future<Output = ()> + 'static) -> JoinHandle<()> {
    spawn(with_a_tag(work))
}

async fn change_it(to: &'static str) {
    println!("  it says {}, and then {to}", name());
    write_on_it(to);
    yield_now().await;
    println!("  it still says {}", name());
}

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    EventLoop::new()?.block_on(with_a_tag(async {
        write_on_it("Ann");
        println!("two tasks, and each changes its tag:");
        let slips = ["Ben", "Cleo"].map(|to| spawn_with_a_tag(change_it(to)));
        for slip in slips {
            slip.await?;
        }
        println!("whoever has spawned them: {}", name());

        println!("a function that is awaited:");
        change_it("Dan").await;
        println!("whoever has called it: {}", name());
        Ok(())
    }))
}
