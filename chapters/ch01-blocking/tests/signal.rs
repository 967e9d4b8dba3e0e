//! Interrupts a thread of this process, so no other test may run beside it.

mod customers;

use customers::{Customer, door};
use std::io::Read;
use std::os::unix::thread::JoinHandleExt;
use std::thread;

extern "C" fn do_nothing(_signal: libc::c_int) {}

#[test]
fn a_signal_does_not_disturb_a_clerk_who_waits() {
    let handler = do_nothing as extern "C" fn(libc::c_int);
    // SAFETY: a `sigaction` is integers and a function's address, for which zero is a value; the
    // kernel reads it, and `do_nothing` may be called at any time.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as libc::sighandler_t;
        assert_eq!(libc::sigaction(libc::SIGUSR1, &action, std::ptr::null_mut()), 0);
    }

    let (door, addr) = door();
    let clerk = thread::spawn(move || {
        let mut said = [0; 3];
        (&door.accept()?).read_exact(&mut said).map(|()| said)
    });
    let interrupt = || {
        for _ in 0..100 {
            // SAFETY: the thread has not been joined, so its handle is still valid.
            unsafe { libc::pthread_kill(clerk.as_pthread_t(), libc::SIGUSR1) };
            thread::yield_now();
        }
    };
    interrupt();
    let mut ann = Customer::enters(addr);
    interrupt();
    ann.says("BYE");
    assert_eq!(&clerk.join().unwrap().unwrap(), b"BYE");
}
