//! Changes what a signal does to the whole process, so no other test may run beside it.

mod customers;

use customers::{Customer, door, let_in};
use std::io::{self, ErrorKind, Write};
use std::thread;

#[test]
fn writing_to_a_customer_who_vanished_is_an_error_and_not_our_death() {
    // Rust programs ignore SIGPIPE from the start; a library cannot count on that.
    // SAFETY: restores the system's own handling of a signal.
    let outcome = unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    assert_ne!(outcome, libc::SIG_ERR);

    let (door, addr) = door();
    let ann = Customer::enters(addr);
    let mut line = &let_in(&door);
    ann.vanishes();
    let mut next_error = || -> io::Error {
        loop {
            match line.write(b"READY 1 silk shirt\n") {
                Err(error) if error.kind() != ErrorKind::WouldBlock => return error,
                _ => thread::yield_now(),
            }
        }
    };
    // The first error is the news that they have gone; only after it would the signal come.
    next_error();
    assert_eq!(next_error().kind(), ErrorKind::BrokenPipe);
}
