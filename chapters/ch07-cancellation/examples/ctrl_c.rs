//! Somebody presses ctrl-c.

use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::handle::Handle;
use ch07_cancellation::signal::Signals;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    EventLoop::new()?.block_on(async {
        let signals = Signals::new()?;
        Handle::current().call_soon(|| {
            println!("somebody presses ctrl-c");
            // SAFETY: `raise` takes a number and touches no memory of ours.
            assert_eq!(unsafe { libc::raise(libc::SIGINT) }, 0, "there is such a signal");
            println!("and nothing happens in the middle of this");
        })?;
        println!("open");
        signals.next().await?;
        println!("the loop tells us: we are asked to close");
        Ok(())
    })
}
