//! Changes what a signal does to the whole process, so no other test may run beside it.

mod customers;
mod run;

use customers::Customer;
use futures::AsyncWriteExt;
use run::{door, run};
use std::io::ErrorKind;

#[test]
fn writing_to_a_customer_who_vanished_is_an_error_and_not_our_death() {
    // Rust programs ignore SIGPIPE from the start; a library cannot count on that.
    // SAFETY: restores the system's own handling of a signal.
    let outcome = unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    assert_ne!(outcome, libc::SIG_ERR);

    run(async {
        let (door, addr) = door();
        let ann = Customer::enters(addr);
        let mut line = door.accept().await.unwrap();
        ann.vanishes();
        let mut next_error = async || loop {
            if let Err(error) = line.write(b"READY 1 silk shirt\n").await {
                return error;
            }
        };
        // The first error is the news that they have gone; only after it would the signal come.
        next_error().await;
        assert_eq!(next_error().await.kind(), ErrorKind::BrokenPipe);
    });
}
