//! A task that keeps its own number, waits for ever, and outlives everybody but its loop.

use ch06_tasks::event_loop::EventLoop;
use ch06_tasks::task::spawn;
use ch06_tasks::yield_now::yield_now;
use std::future::poll_fn;
use std::io;
use std::task::Poll;

struct Shirt;

impl Drop for Shirt {
    fn drop(&mut self) {
        println!("the shirt comes back");
    }
}

async fn clean(_shirt: Shirt) {
    let mut number = None;
    poll_fn(|context| {
        number = Some(context.waker().clone());
        println!("the shirt has its own number in its pocket, and waits");
        Poll::<()>::Pending
    })
    .await;
}

fn main() -> io::Result<()> {
    ledger::init();
    let event_loop = EventLoop::new()?;
    event_loop.block_on(async {
        drop(spawn(clean(Shirt)));
        yield_now().await;
    });
    println!("the shop closes");
    drop(event_loop);
    println!("the shop is closed");
    Ok(())
}
