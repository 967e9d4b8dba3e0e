//! What happens when an `async fn` is called: nothing.

use ch03_future::executor::block_on;

fn main() {
    ledger::init();
    println!("Ann brings a silk shirt");
    let order = take_in("silk shirt");
    println!("the order is written, and nothing has happened");
    let ticket = block_on(order);
    println!("it was carried out: ticket {ticket}");

    println!("Ben brings a wool coat");
    let order = take_in("wool coat");
    drop(order);
    println!("the order is torn up, and nothing has happened");
}

async fn take_in(garment: &str) -> u32 {
    println!("    the {garment} is hung on the rack");
    1
}
