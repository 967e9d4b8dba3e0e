//! The blog's last program: a coroutine becomes a task, and a callback prints what the task holds.

use ch06_tasks::clock::Clock;
use ch06_tasks::event_loop::EventLoop;
use ch06_tasks::handle::Handle;
use ch06_tasks::task::Outcome;
use ch06_tasks::timer::sleep;
use std::error::Error;
use std::time::Duration;

const A_MINUTE: Duration = Duration::from_secs(60);

async fn dry_clean(garment: &str) -> String {
    println!("the {garment} goes into the machine");
    sleep(A_MINUTE).await;
    Handle::current()
        .call_soon(|| println!("somebody who was in line already"))
        .expect("the loop is there");
    println!("the {garment} comes out");
    format!("a clean {garment}")
}

fn print_future(future: &Outcome<String>) {
    match future {
        Ok(garment) => println!("print_future sees {garment}"),
        Err(error) => println!("print_future sees that {error}"),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    let event_loop = EventLoop::with_clock(Clock::Virtual)?;
    let handle = event_loop.handle();

    let task = handle.spawn(dry_clean("silk shirt"))?;
    task.add_done_callback(print_future);
    task.add_done_callback(move |_| handle.stop().expect("the loop is there"));
    println!("there is a task, and the loop does not run yet");
    event_loop.run_forever();

    println!("the loop has stopped, and the task is over");
    task.add_done_callback(print_future);
    println!("the callback has been left once more");
    event_loop.handle().stop()?;
    event_loop.run_forever();
    Ok(())
}
