//! Counts this process's descriptors, so no other test may run beside it.

mod clerk;
mod customers;

use ch03_future::net::TcpListener;
use ch03_future::shop::Shop;
use clerk::{LONG, ask, ask_until};
use customers::{Customer, door};
use std::pin::pin;
use std::time::Duration;

/// How many descriptors this process has open.
fn open() -> usize {
    // SAFETY: asks for a flag of a descriptor, open or not; touches no memory.
    (0..1024).filter(|&fd| unsafe { libc::fcntl(fd, libc::F_GETFD) } >= 0).count()
}

#[test]
fn no_visit_leaves_a_descriptor_behind_however_it_ends() {
    let (door, addr) = door();
    let before = open();
    many_visits_end(&door);
    assert_eq!(open(), before, "after visits that came to an end");
    for polls in 0..20 {
        a_shop_is_dropped_after(polls, &door);
        assert_eq!(open(), before, "after a shop that was asked {polls} times");
    }
    assert_eq!(door.local_addr().unwrap(), addr);
}

/// With a goodbye, without one, in the middle of a line, and by vanishing.
fn many_visits_end(door: &TcpListener) {
    let addr = door.local_addr().unwrap();
    let shop = Shop::new(Duration::ZERO);
    let mut serving = pin!(shop.serve(door));
    for visits in 1..=100 {
        let mut customer = Customer::enters(addr);
        let words = ["BYE\n", "DROP silk shirt\n", "DROP si", "DROP coat\nPICKUP 1\n"];
        customer.says(words[visits % words.len()]);
        ask_until(serving.as_mut(), || shop.seen() == visits as u64);
        if visits % 8 < 4 {
            drop(customer);
        } else {
            customer.vanishes();
        }
        ask_until(serving.as_mut(), || shop.customers() == 0);
    }
}

/// With a customer who waits for a garment, and one who has said half a line.
fn a_shop_is_dropped_after(polls: usize, door: &TcpListener) {
    let addr = door.local_addr().unwrap();
    let shop = Shop::new(LONG);
    let mut ann = Customer::enters(addr);
    ann.says("DROP silk shirt\nPICKUP 1\n");
    let mut ben = Customer::enters(addr);
    ben.says("DROP wool");
    let mut serving = pin!(shop.serve(door));
    for _ in 0..polls {
        assert!(ask(serving.as_mut()).is_pending());
    }
    // Whoever has not been let in is let in now, and sent away.
    while door.accept().is_ok() {}
}
