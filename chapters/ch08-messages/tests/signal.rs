//! Interrupts a thread of this process, so no other test may run beside it.

use ch08_messages::event_loop::EventLoop;
use ch08_messages::handle::Handle;
use ch08_messages::poller::Poller;
use ch08_messages::timer::sleep;
use std::os::unix::thread::JoinHandleExt;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

extern "C" fn do_nothing(_signal: libc::c_int) {}

fn handle_the_signal() {
    let handler = do_nothing as extern "C" fn(libc::c_int);
    // SAFETY: a `sigaction` is integers and a function's address, for which zero is a value; the
    // kernel reads it, and `do_nothing` may be called at any time.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as libc::sighandler_t;
        assert_eq!(libc::sigaction(libc::SIGUSR1, &action, std::ptr::null_mut()), 0);
    }
}

fn interrupt<T>(thread: &JoinHandle<T>) {
    // SAFETY: the thread has not been joined, so its handle is still valid.
    unsafe { libc::pthread_kill(thread.as_pthread_t(), libc::SIGUSR1) };
}

#[test]
fn a_signal_ends_a_wait_without_an_event_and_without_an_error() {
    handle_the_signal();
    let poller = Poller::new().unwrap();
    let waits = thread::spawn(move || {
        let mut events = Vec::new();
        poller.wait(&mut events, None).map(|()| events)
    });
    // A signal that comes before the wait does not end it, so one may not be enough.
    let start = Instant::now();
    while !waits.is_finished() {
        assert!(start.elapsed() < Duration::from_secs(60), "no signal ends the wait");
        interrupt(&waits);
        thread::yield_now();
    }
    assert_eq!(waits.join().unwrap().unwrap(), []);
}

#[test]
fn a_loop_that_is_interrupted_all_the_time_keeps_its_deadlines_and_hears_its_calls() {
    handle_the_signal();
    let (tell, told) = mpsc::channel();
    let runs = thread::spawn(move || {
        let event_loop = EventLoop::new().unwrap();
        let nap = Duration::from_millis(30);
        let start = Instant::now();
        event_loop.block_on(async { sleep(nap).await });
        assert!(start.elapsed() >= nap, "the sleep was over early");
        tell.send(event_loop.handle().remote()).unwrap();
        event_loop.run_forever();
    });
    while !runs.is_finished() {
        interrupt(&runs);
        thread::yield_now();
        if let Ok(remote) = told.try_recv() {
            (0..100).for_each(|_| interrupt(&runs));
            let stop = || Handle::current().stop().unwrap();
            remote.call_soon_threadsafe(stop).unwrap();
        }
    }
    runs.join().unwrap();
}
