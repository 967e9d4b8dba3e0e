//! Work that is left with the loop of another thread, and what comes of it.

use ch06_tasks::event_loop::EventLoop;
use ch06_tasks::handle::{Closed, Handle, RemoteHandle};
use ch06_tasks::timer::sleep;
use std::error::Error;
use std::thread;
use std::time::Duration;

async fn clean(garment: &str) -> String {
    println!("{}: the {garment} goes into the machine", me());
    sleep(Duration::from_millis(1)).await;
    println!("{}: the {garment} comes out", me());
    format!("a clean {garment}")
}

/// At work on a thread of its own.
fn tailor(shop: &RemoteHandle) -> Result<(), Closed> {
    println!("{}: please clean this for me", me());
    let receipt = shop.spawn(|| clean("wool coat"))?;
    // The receipt is a future like any other, and may be awaited on any loop.
    let next_door = EventLoop::new().expect("there is a poller");
    let outcome = next_door.block_on(receipt).expect("the shop is there");
    println!("{}: I have {}", me(), outcome.expect("wool bears it"));
    shop.call_soon_threadsafe(|| Handle::current().stop().expect("the loop runs"))
}

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    let event_loop = EventLoop::new()?;
    let shop = event_loop.handle().remote();
    let next_door = thread::Builder::new().name("tailor".to_owned());
    let next_door = next_door.spawn(move || tailor(&shop))?;
    event_loop.run_forever();
    next_door.join().expect("the tailor does not panic")?;
    Ok(())
}

fn me() -> &'static str {
    if thread::current().name() == Some("tailor") { "tailor" } else { "clerk" }
}
