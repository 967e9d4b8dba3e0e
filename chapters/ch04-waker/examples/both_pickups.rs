//! Two pickups at once: both of them, or whichever is first.

use ch04_waker::both::{Either, join, select};
use ch04_waker::executor::block_on;
use ch04_waker::oneshot::{self, Receiver};
use ch04_waker::yield_now::yield_now;

fn main() {
    ledger::init();
    println!("both:");
    block_on(both());
    println!("whichever is first:");
    block_on(first());
    println!("whichever is first, and both are ready:");
    block_on(draw());
}

async fn both() {
    let (shirt, ann) = oneshot::channel();
    let (coat, ben) = oneshot::channel();
    let cleaner = async {
        coat.send("wool coat").expect("Ben waits");
        yield_now().await;
        shirt.send("silk shirt").expect("Ann waits");
    };
    let pickups = join(pick_up("Ann", ann), pick_up("Ben", ben));
    let (garments, ()) = join(pickups, cleaner).await;
    println!("  the shop has given out {} and {}", garments.0, garments.1);
}

async fn first() {
    let (shirt, ann) = oneshot::channel();
    let (coat, ben) = oneshot::channel();
    coat.send("wool coat").expect("Ben has his receipt");
    let garment = select(pick_up("Ann", ann), pick_up("Ben", ben)).await;
    println!("  first: {}", whose(&garment));
    let kept = shirt.send("silk shirt").is_ok();
    println!("  the shirt is clean, and somebody waits for it: {kept}");
}

async fn draw() {
    let (shirt, ann) = oneshot::channel();
    let (coat, ben) = oneshot::channel();
    coat.send("wool coat").expect("Ben has his receipt");
    shirt.send("silk shirt").expect("Ann has her receipt");
    let garment = select(pick_up("Ann", ann), pick_up("Ben", ben)).await;
    println!("  first: {}", whose(&garment));
}

fn whose<A, B>(garment: &Either<A, B>) -> &'static str {
    match garment {
        Either::Left(_) => "Ann",
        Either::Right(_) => "Ben",
    }
}

async fn pick_up(name: &'static str, receipt: Receiver<&'static str>) -> &'static str {
    let mut visit = Visit { name, has: None };
    let garment = receipt.await.expect("the promise is kept");
    visit.has = Some(garment);
    garment
}

/// Says how it ended, however it ended.
struct Visit {
    name: &'static str,
    has: Option<&'static str>,
}

impl Drop for Visit {
    fn drop(&mut self) {
        match self.has {
            Some(garment) => println!("  {} has the {garment}", self.name),
            None => println!("  {} goes home with nothing", self.name),
        }
    }
}
