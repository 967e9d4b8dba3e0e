//! A promise that is dropped while somebody waits for it.

use ch04_waker::both::join;
use ch04_waker::executor::block_on;
use ch04_waker::oneshot;

fn main() {
    ledger::init();
    let (promise, receipt) = oneshot::channel::<&str>();
    let ann = async {
        println!("Ann waits");
        match receipt.await {
            Ok(garment) => println!("Ann has the {garment}"),
            Err(cancelled) => println!("Ann is told: {cancelled}"),
        }
    };
    let cleaner = async {
        println!("the machine breaks down");
        drop(promise);
    };
    block_on(join(ann, cleaner));
}
