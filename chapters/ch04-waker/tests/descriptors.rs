//! Counts this process's descriptors, so no other test may run beside it.

mod customers;

use ch04_waker::net::TcpListener;
use customers::{Customer, door, let_in};

/// How many descriptors this process has open.
fn open() -> usize {
    // SAFETY: asks for a flag of a descriptor, open or not; touches no memory.
    (0..1024).filter(|&fd| unsafe { libc::fcntl(fd, libc::F_GETFD) } >= 0).count()
}

#[test]
fn every_descriptor_is_closed_when_its_owner_is_dropped() {
    let before = open();
    for _ in 0..100 {
        let (door, addr) = door();
        let customer = Customer::enters(addr);
        let line = let_in(&door);
        assert_eq!(open(), before + 3);
        TcpListener::bind(addr).expect_err("it is in use");
        assert_eq!(open(), before + 3);
        drop((door, customer, line));
        assert_eq!(open(), before);
    }
}
