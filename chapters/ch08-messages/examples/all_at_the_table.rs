//! What asyncio has ready and we make of what there is: a barrier, a condition, a queue for several.

use ch08_messages::event_loop::EventLoop;
use ch08_messages::mpsc::channel;
use ch08_messages::mutex::Mutex;
use ch08_messages::notify::Notify;
use ch08_messages::oneshot;
use ch08_messages::task::{JoinHandle, spawn};
use ch08_messages::yield_now::yield_now;
use futures::future::join_all;
use std::cell::Cell;
use std::error::Error;
use std::rc::Rc;

type Outcome = Result<(), Box<dyn Error>>;

/// Nobody begins before all are there.
struct Barrier {
    all: usize,
    here: Cell<usize>,
    broken: Cell<bool>,
    bell: Notify,
}

#[derive(Debug)]
struct Broken;

impl Barrier {
    fn new(all: usize) -> Rc<Barrier> {
        let (here, broken) = (Cell::new(0), Cell::new(false));
        Rc::new(Barrier { all, here, broken, bell: Notify::new() })
    }

    /// Waits for the others, and says how many were there before.
    async fn wait(&self) -> Result<usize, Broken> {
        let before = self.here.get();
        if before + 1 == self.all {
            self.here.set(0);
            self.bell.notify_waiters();
        } else {
            self.here.set(before + 1);
            self.bell.notified().await;
        }
        if self.broken.get() { Err(Broken) } else { Ok(before) }
    }

    fn abort(&self) {
        self.broken.set(true);
        self.bell.notify_waiters();
    }
}

async fn sit_down(name: &'static str, table: Rc<Barrier>) {
    match table.wait().await {
        Ok(before) => println!("  {name} was number {before}, and eats"),
        Err(Broken) => println!("  {name} goes home hungry"),
    }
}

async fn barrier() -> Outcome {
    println!("nobody begins before all three are there");
    let table = Barrier::new(3);
    let come = |name| spawn(sit_down(name, Rc::clone(&table)));
    for guests in [["Ann", "Ben", "Cleo"], ["Dan", "Eve", "Finn"]] {
        let seated = guests.map(|name| {
            println!("  {name} comes");
            come(name)
        });
        join_all(seated).await;
    }
    let two = ["Ann", "Ben"].map(come);
    three_turns().await;
    println!("  the table falls over");
    table.abort();
    join_all(two).await;
    Ok(())
}

async fn condition() -> Outcome {
    println!("Ann and Ben wait until there is a shirt; Ben is cancelled");
    let shelf = Rc::new(Mutex::new(0));
    let bell = Rc::new(Notify::new());
    let slips = ["Ann", "Ben"].map(|name| {
        let (shelf, bell) = (Rc::clone(&shelf), Rc::clone(&bell));
        spawn(async move {
            let mut shirts = shelf.lock().await;
            while *shirts == 0 {
                // Between the two there is no `await`, so nobody can ring unheard.
                drop(shirts);
                bell.notified().await;
                shirts = shelf.lock().await;
            }
            println!("  {name} has a shirt");
        })
    });
    three_turns().await;
    let mut shirts = shelf.lock().await;
    let [ann, ben] = slips;
    ben.abort();
    three_turns().await;
    println!("  the shelf is locked; Ben is gone: {}", ben.is_finished());
    *shirts = 1;
    bell.notify_waiters();
    three_turns().await;
    println!(
        "  it was rung, and the shelf is locked; Ann is done: {}",
        ann.is_finished()
    );
    drop(shirts);
    ann.await?;
    Ok(())
}

async fn several_take() -> Outcome {
    println!("two wait at one queue; the first is chosen, and cancelled at once");
    let (line, queue) = channel(1);
    let queue = Rc::new(Mutex::new(queue));
    let take = |name| {
        let queue = Rc::clone(&queue);
        spawn(async move {
            let garment: Option<&str> = queue.lock().await.recv().await;
            println!("  {name} has {}", garment.expect("one comes"));
        })
    };
    let [ann, ben] = ["Ann", "Ben"].map(take);
    three_turns().await;
    line.send("a silk shirt").await?;
    ann.abort();
    ben.await?;
    Ok(())
}

async fn all_are_done() -> Outcome {
    println!("two garments are brought, and whoever has brought them waits");
    let (line, mut queue) = channel::<(&str, oneshot::Sender<()>)>(2);
    let cleans: JoinHandle<()> = spawn(async move {
        while let Some((garment, done)) = queue.recv().await {
            yield_now().await;
            println!("  {garment} is done");
            done.send(()).expect("somebody waits for it");
        }
        println!("  nothing more will come");
    });
    let mut receipts = Vec::new();
    for garment in ["a silk shirt", "a wool coat"] {
        let (done, receipt) = oneshot::channel();
        line.send((garment, done)).await?;
        receipts.push(receipt);
    }
    join_all(receipts).await;
    println!("  all are done");
    drop(line);
    cleans.await?;
    Ok(())
}

async fn three_turns() {
    for _ in 0..3 {
        yield_now().await;
    }
}

fn main() -> Outcome {
    ledger::init();
    EventLoop::new()?.block_on(async {
        barrier().await?;
        condition().await?;
        several_take().await?;
        all_are_done().await
    })
}
