//! What needs a loop, without one; and a loop inside of a loop.

use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::timer::sleep;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::time::Duration;

const A_MOMENT: Duration = Duration::from_millis(1);

fn main() -> io::Result<()> {
    ledger::init();
    // We print what it says ourselves.
    set_hook(Box::new(|_| ()));
    println!("a nap, and no loop:");
    attempt(|| drop(sleep(A_MOMENT)));

    let (outer, inner) = (EventLoop::new()?, EventLoop::new()?);
    println!("a nap that is made before the loop runs:");
    attempt(|| outer.block_on(sleep(A_MOMENT)));
    println!("a nap that is made inside of it:");
    attempt(|| outer.block_on(async { sleep(A_MOMENT).await }));

    println!("a loop inside of a loop:");
    attempt(|| outer.block_on(async { inner.block_on(async {}) }));
    println!("the outer one, afterwards:");
    attempt(|| outer.block_on(async { sleep(A_MOMENT).await }));
    Ok(())
}

/// Does something that must not be done, and prints what the panic says.
fn attempt(deed: impl FnOnce()) {
    let Err(panic) = catch_unwind(AssertUnwindSafe(deed)) else {
        return println!("  all is well");
    };
    let literal = panic.downcast_ref::<&str>().copied();
    let text = panic.downcast_ref::<String>().map(String::as_str).or(literal);
    println!("  {}", text.unwrap_or("no words"));
}
