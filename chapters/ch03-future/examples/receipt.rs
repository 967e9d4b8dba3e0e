//! A promise and its receipt: kept, fetched, fetched again, broken, and torn up.

use ch03_future::executor::block_on;
use ch03_future::oneshot::{self, TryRecvError};
use std::fmt::Debug;

fn main() {
    ledger::init();
    block_on(at_the_counter());
}

async fn at_the_counter() {
    let (promise, mut receipt) = oneshot::channel();
    let not_yet = receipt.try_recv() == Err(TryRecvError::Empty);
    println!("is it there?             {}", if not_yet { "not yet" } else { "yes" });
    promise.send("silk shirt").expect("the receipt is here");
    println!("Ann picks it up          {}", said((&mut receipt).await));
    println!("she asks once more       {}", said(receipt.try_recv()));
    println!("the shop keeps it again  does not compile: the promise is gone");

    let (promise, receipt) = oneshot::channel();
    drop(promise);
    println!("a promise is broken      {}", said(receipt.await));

    let (promise, receipt) = oneshot::channel();
    drop(receipt);
    let nobody_wants = promise.send("wool coat").unwrap_err();
    println!("a receipt is torn up     {nobody_wants} comes back");
}

/// The garment, or why there is none.
fn said(outcome: Result<&str, impl Debug>) -> String {
    outcome.map_or_else(|error| format!("{error:?}"), str::to_owned)
}
