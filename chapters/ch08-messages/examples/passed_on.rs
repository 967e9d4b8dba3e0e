//! A permit is given to somebody who is cancelled before they have had their turn.

use ch08_messages::event_loop::EventLoop;
use ch08_messages::semaphore::Semaphore;
use ch08_messages::task::spawn;
use ch08_messages::yield_now::yield_now;
use std::error::Error;
use std::rc::Rc;

async fn wash(name: &str, machine: Rc<Semaphore>) {
    println!("{name} stands in line");
    let _machine = machine.acquire().await;
    println!("{name} has the machine");
}

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    EventLoop::new()?.block_on(async {
        let machine = Rc::new(Semaphore::new(1));
        let anns = machine.acquire().await;
        println!("Ann has the machine");
        let ben = spawn(wash("Ben", Rc::clone(&machine)));
        let cleo = spawn(wash("Cleo", Rc::clone(&machine)));
        yield_now().await;

        println!("Ann is done, so it is Ben's");
        drop(anns);
        println!("Ben is cancelled, before he knows");
        ben.abort();

        cleo.await?;
        assert!(ben.await.is_err_and(|error| error.is_cancelled()));
        println!("free machines: {}", machine.available_permits());
        Ok(())
    })
}
