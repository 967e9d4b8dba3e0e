//! A receipt that changes hands: whose number is called?

use ch04_waker::both::join;
use ch04_waker::executor::block_on;
use ch04_waker::oneshot;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

/// A phone that says where it rings.
struct Phone(&'static str);

impl Wake for Phone {
    fn wake(self: Arc<Self>) {
        println!("it rings at {}'s", self.0);
    }
}

fn main() {
    ledger::init();
    let phones = ["Ann", "Cleo"].map(|name| Waker::from(Arc::new(Phone(name))));

    let (promise, mut receipt) = oneshot::channel();
    for phone in &phones {
        let outcome = Pin::new(&mut receipt).poll(&mut Context::from_waker(phone));
        println!("is it ready? {outcome:?}");
    }
    promise.send("wool coat").expect("there is a receipt");

    let (promise, mut receipt) = oneshot::channel();
    let outcome = Pin::new(&mut receipt).poll(&mut Context::from_waker(&phones[0]));
    println!("Ann asks for the shirt: {outcome:?}");
    let (garment, ()) = block_on(join(receipt, async {
        println!("Ben has her receipt, and has asked, too");
        promise.send("silk shirt").expect("there is a receipt");
    }));
    println!("Ben has the {}", garment.expect("the promise was kept"));
}
