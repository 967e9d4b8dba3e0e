//! A promise that another thread keeps, through the back door of a loop that sleeps.

use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::handle::Handle;
use ch05_event_loop::oneshot;
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use tracing::trace_span;

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    let event_loop = EventLoop::new()?;
    let remote = event_loop.handle().remote();
    let (promise, receipt) = oneshot::channel();
    let (begin, may_begin) = mpsc::channel();
    let clerk = state_of_this_thread();
    let tailor = thread::spawn(move || {
        let _at_work = trace_span!(target: "shop", "tailor").entered();
        may_begin.recv().expect("there is work");
        until_asleep(clerk);
        remote.call_soon_threadsafe(move || {
            println!("the tailor's call is made");
            promise.send("one button, sewn on").expect("somebody waits for it");
        })
    });
    let told = event_loop.block_on(async {
        Handle::current().call_soon(move || begin.send(()).expect("the tailor is in"))?;
        println!("the clerk waits for the tailor");
        Ok::<_, Box<dyn Error>>(receipt.await?)
    })?;
    println!("the clerk has {told}");
    tailor.join().expect("the tailor does not panic")?;
    Ok(())
}

/// The file in which Linux tells what this thread is doing.
fn state_of_this_thread() -> Option<PathBuf> {
    let thread = fs::read_link("/proc/thread-self").ok()?;
    Some(PathBuf::from("/proc").join(thread).join("stat"))
}

/// Waits until a thread sleeps, so that this program is the same on every run. A call that came
/// before the loop lay down would be found without ringing.
fn until_asleep(state: Option<PathBuf>) {
    let Some(state) = state else {
        return thread::sleep(Duration::from_millis(100));
    };
    while fs::read_to_string(&state).is_ok_and(|state| !state.contains(") S ")) {
        thread::yield_now();
    }
}
