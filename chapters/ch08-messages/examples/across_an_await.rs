//! Two payments, and a till that is read before an await and written after it.

use ch08_messages::event_loop::EventLoop;
use ch08_messages::mutex::Mutex;
use ch08_messages::task::spawn;
use ch08_messages::yield_now::yield_now;
use std::cell::Cell;
use std::error::Error;
use std::rc::Rc;

const PAYMENTS: [(&str, u32); 2] = [("Ann", 5), ("Ben", 7)];

/// Reads the till, looks up the price, and writes what is in the till now.
async fn pay(name: &str, price: u32, till: Rc<Cell<u32>>) {
    let before = till.get();
    println!("  {name} pays {price}, the till had {before}");
    look_it_up().await;
    till.set(before + price);
    println!("  it has {}", till.get());
}

/// The same, with the till to oneself.
async fn pay_in_turn(name: &str, price: u32, till: Rc<Mutex<u32>>) {
    let mut till = till.lock().await;
    let before = *till;
    println!("  {name} pays {price}, the till had {before}");
    look_it_up().await;
    *till = before + price;
    println!("  it has {}", *till);
}

async fn look_it_up() {
    yield_now().await;
}

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    EventLoop::new()?.block_on(async {
        println!("a till for everybody");
        let till = Rc::new(Cell::new(0));
        for payment in
            PAYMENTS.map(|(name, price)| spawn(pay(name, price, Rc::clone(&till))))
        {
            payment.await?;
        }

        println!("a till that one has to oneself");
        let till = Rc::new(Mutex::new(0));
        for payment in PAYMENTS
            .map(|(name, price)| spawn(pay_in_turn(name, price, Rc::clone(&till))))
        {
            payment.await?;
        }
        Ok(())
    })
}
