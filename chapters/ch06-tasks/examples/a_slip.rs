//! One task, and one who waits for it.

use ch06_tasks::event_loop::EventLoop;
use ch06_tasks::task::spawn;
use ch06_tasks::yield_now::yield_now;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    let shirt = EventLoop::new()?.block_on(async {
        let slip = spawn(async {
            yield_now().await;
            "silk shirt"
        });
        slip.await
    })?;
    println!("here is your {shirt}");
    Ok(())
}
