//! Leaves this process almost no descriptors, so no other test may run beside it.

mod clerk;
mod customers;
mod limit;

use ch03_future::shop::Shop;
use clerk::ask_until;
use customers::{Customer, door};
use std::pin::pin;
use std::time::{Duration, Instant};

/// How many customers there is room for.
const ROOM: usize = 3;

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_shop_that_is_full_serves_those_inside_and_lets_the_others_in_later() {
    let (door, addr) = door();
    let shop = Shop::new(Duration::ZERO);
    let mut serving = pin!(shop.serve(&door));
    let mut inside: Vec<_> = (0..ROOM).map(|_| Customer::enters(addr)).collect();
    let mut outside: Vec<_> = (0..ROOM).map(|_| Customer::enters(addr)).collect();
    limit::leave_room_for(ROOM);

    outside.iter_mut().for_each(|customer| customer.says("DROP wool coat\n"));
    let start = Instant::now();
    let ((), ledger) = ledger::record(|| {
        for ticket in 1..=1000 {
            let customer = &mut inside[ticket % ROOM];
            customer.says("DROP silk shirt\n");
            ask_until(serving.as_mut(), || !customer.has_heard_nothing());
            assert_eq!(customer.hears(), format!("TICKET {ticket}"));
        }
    });
    assert!(outside.iter_mut().all(Customer::has_heard_nothing));

    // A full shop looks at its door now and then; it does not stand there and look all the time.
    let looks = ledger.iter().filter(|entry| entry.verb == "accept");
    let looks = looks.filter(|entry| entry.object("error").is_some()).count();
    let now_and_then = 2 + (start.elapsed().as_millis() / 10) as usize;
    assert!((1..now_and_then).contains(&looks), "{looks} looks, not {now_and_then}");

    for (leaves, mut comes_in) in inside.into_iter().zip(outside) {
        drop(leaves);
        ask_until(serving.as_mut(), || !comes_in.has_heard_nothing());
        assert!(comes_in.hears().starts_with("TICKET 1"));
    }
}
