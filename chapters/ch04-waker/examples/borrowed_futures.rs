//! The combinators of `futures`, which nobody has written for our `block_on`.

use ch04_waker::both::join;
use ch04_waker::executor::block_on;
use ch04_waker::oneshot::{self, Receiver};
use ch04_waker::yield_now::yield_now;
use futures::StreamExt;
use futures::future::{self, Either};
use futures::stream::FuturesUnordered;
use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;

const CUSTOMERS: usize = 8;

fn main() {
    ledger::init();
    block_on(select_gives_back());

    let asked = Cell::new(0);
    let garments = block_on(in_one_join(&asked));
    println!("join_all:         {garments} garments, asked {} times", asked.take());
    let garments = block_on(in_a_bag(&asked));
    println!("FuturesUnordered: {garments} garments, asked {} times", asked.take());
}

/// Unlike ours, this `select` gives back the one that was not first. It can go on.
async fn select_gives_back() {
    let (shirt, ann) = oneshot::channel();
    let (coat, ben) = oneshot::channel();
    coat.send("wool coat").expect("there is a receipt");
    match future::select(ann, ben).await {
        Either::Left(_) => println!("Ann was first"),
        Either::Right((garment, ann)) => {
            println!("Ben was first: {garment:?}");
            shirt.send("silk shirt").expect("there is a receipt");
            println!("Ann waits on:  {:?}", ann.await);
        }
    }
}

/// All pickups under one waker: whoever is rung, everybody is asked.
async fn in_one_join(asked: &Cell<usize>) -> usize {
    let (cleaner, receipts) = orders();
    let pickups = future::join_all(receipts.map(|receipt| counted(receipt, asked)));
    let (garments, ()) = join(pickups, cleaner).await;
    garments.len()
}

/// A waker for each pickup: only the one that is rung is asked.
async fn in_a_bag(asked: &Cell<usize>) -> usize {
    let (cleaner, receipts) = orders();
    let pickups: FuturesUnordered<_> =
        receipts.map(|receipt| counted(receipt, asked)).collect();
    let (garments, ()) = join(pickups.count(), cleaner).await;
    garments
}

/// Receipts, and a cleaner who keeps one promise a turn, the last one first.
fn orders() -> (impl Future<Output = ()>, impl Iterator<Item = Receiver<&'static str>>) {
    let (promises, receipts): (Vec<_>, Vec<_>) =
        (0..CUSTOMERS).map(|_| oneshot::channel()).unzip();
    let cleaner = async {
        for promise in promises.into_iter().rev() {
            promise.send("silk shirt").expect("they wait");
            yield_now().await;
        }
    };
    (cleaner, receipts.into_iter())
}

/// The same future, and how often it is asked.
async fn counted<F: Future>(future: F, asked: &Cell<usize>) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        asked.set(asked.get() + 1);
        future.as_mut().poll(context)
    })
    .await
}
