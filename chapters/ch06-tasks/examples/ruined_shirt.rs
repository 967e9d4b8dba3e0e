//! A task panics. Whoever has its slip is told, and everybody else goes on.

use ch06_tasks::event_loop::EventLoop;
use ch06_tasks::task::spawn;
use ch06_tasks::yield_now::yield_now;
use std::io;
use std::panic::set_hook;

async fn clean(garment: &str) -> String {
    yield_now().await;
    if garment == "wool coat" {
        panic!("the dye has run");
    }
    format!("a clean {garment}")
}

fn main() -> io::Result<()> {
    ledger::init();
    set_hook(Box::new(|panic| {
        let words = panic.payload().downcast_ref::<&str>();
        println!("  the hook is told: {}", words.unwrap_or(&"nothing"));
    }));
    EventLoop::new()?.block_on(async {
        println!("three are cleaned, and we ask for each:");
        let slips = ["silk shirt", "wool coat", "linen hat"].map(|it| spawn(clean(it)));
        for slip in slips {
            match slip.await {
                Ok(garment) => println!("  {garment}"),
                Err(error) => println!("  {error}"),
            }
        }
        println!("one more, and nobody asks:");
        drop(spawn(clean("wool coat")));
        yield_now().await;
        yield_now().await;
        println!("the shop is still open:");
        println!("  {}", spawn(clean("silk shirt")).await.expect("silk bears it"));
    });
    Ok(())
}
