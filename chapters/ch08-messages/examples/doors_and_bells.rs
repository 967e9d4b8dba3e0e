//! A bell: what it keeps, and what it forgets.

use ch08_messages::event_loop::EventLoop;
use ch08_messages::notify::Notify;
use ch08_messages::task::spawn;
use ch08_messages::yield_now::yield_now;
use std::io;
use std::rc::Rc;

async fn listen(name: &str, bell: Rc<Notify>) {
    println!("  {name} comes and listens");
    bell.notified().await;
    println!("  {name} hears it");
}

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::new()?.block_on(async {
        let bell = Rc::new(Notify::new());
        let come = async |name| {
            drop(spawn(listen(name, Rc::clone(&bell))));
            yield_now().await;
        };

        println!("for one, twice, and nobody is there");
        bell.notify_one();
        bell.notify_one();
        come("Ann").await;
        come("Ben").await;

        println!("for one, and Ben is there");
        bell.notify_one();
        yield_now().await;

        println!("for all, and nobody is there");
        bell.notify_waiters();
        come("Ann").await;
        come("Cleo").await;

        println!("for all, and Ann and Cleo are there");
        bell.notify_waiters();
        yield_now().await;
        come("Ben").await;
        println!("and Ben has come too late");
    });
    Ok(())
}
