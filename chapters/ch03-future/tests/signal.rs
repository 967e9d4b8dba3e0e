//! Interrupts a thread of this process, so no other test may run beside it.

mod customers;

use ch03_future::poller::Poller;
use customers::WATCHDOG;
use std::os::unix::thread::JoinHandleExt;
use std::thread;
use std::time::Instant;

extern "C" fn do_nothing(_signal: libc::c_int) {}

#[test]
fn a_signal_ends_a_wait_without_an_event_and_without_an_error() {
    let handler = do_nothing as extern "C" fn(libc::c_int);
    // SAFETY: a `sigaction` is integers and a function's address, for which zero is a value; the
    // kernel reads it, and `do_nothing` may be called at any time.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as libc::sighandler_t;
        assert_eq!(libc::sigaction(libc::SIGUSR1, &action, std::ptr::null_mut()), 0);
    }

    let poller = Poller::new().unwrap();
    let waits = thread::spawn(move || {
        let mut events = Vec::new();
        poller.wait(&mut events, None).map(|()| events)
    });
    // A signal that comes before the wait does not end it, so one may not be enough.
    let start = Instant::now();
    while !waits.is_finished() {
        assert!(start.elapsed() < WATCHDOG, "no signal ends the wait");
        // SAFETY: the thread has not been joined, so its handle is still valid.
        unsafe { libc::pthread_kill(waits.as_pthread_t(), libc::SIGUSR1) };
        thread::yield_now();
    }
    assert_eq!(waits.join().unwrap().unwrap(), []);
}
