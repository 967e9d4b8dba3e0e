//! Two futures that take turns.

use ch04_waker::both::join;
use ch04_waker::executor::block_on;
use ch04_waker::yield_now::yield_now;

fn main() {
    ledger::init();
    block_on(join(customer("Ann"), customer("Ben")));
    println!("both have gone");
}

async fn customer(name: &str) {
    for garment in ["silk shirt", "wool coat"] {
        println!("{name} drops a {garment}");
        yield_now().await;
    }
}
