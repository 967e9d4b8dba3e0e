//! What the shop promises now that every visit is a task, and every cleaning.

mod clients;
mod customers;
mod run;

use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::task::spawn;
use ch08_messages::yield_now::yield_now;
use clients::{Client, open, until_inside};
use customers::Customer;
use futures::future::join_all;
use run::{WATCHDOG, in_time};
use std::rc::Rc;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn the_shop_is_one_task_among_others() {
    let event_loop = EventLoop::with_clock(Clock::Virtual).unwrap();
    event_loop.block_on(async {
        let (shop, addr) = open(HOUR);
        let visits = (0..10).map(|n| {
            spawn(async move {
                let mut client = Client::enters(addr).await;
                let ticket = client.asks(&format!("DROP garment {n}")).await;
                let ticket = ticket.strip_prefix("TICKET ").unwrap();
                let ready = client.asks_and_waits(&format!("PICKUP {ticket}")).await;
                assert_eq!(ready, format!("READY {ticket} garment {n}"));
                assert_eq!(client.asks("BYE").await, "BYE");
            })
        });
        let start = now();
        for visit in join_all(visits).await {
            visit.unwrap();
        }
        // Everything was cleaned at once, more or less.
        assert!(now() - start < 10 * HOUR);
        assert_eq!(shop.seen(), 10);
        until_inside(&shop, 0).await;
    });
}

#[test]
fn customers_are_counted_from_hello_to_goodbye_however_they_go() {
    let event_loop = EventLoop::new().unwrap();
    event_loop.block_on(in_time(async {
        let (shop, addr) = open(Duration::ZERO);
        let mut ann = Client::enters(addr).await;
        let ben = Client::enters(addr).await;
        until_inside(&shop, 2).await;
        assert_eq!(ann.asks("BYE").await, "BYE");
        until_inside(&shop, 1).await;
        drop(ben);
        until_inside(&shop, 0).await;
        let cleo = Customer::enters(addr);
        until_inside(&shop, 1).await;
        cleo.vanishes();
        until_inside(&shop, 0).await;
        assert_eq!(shop.seen(), 3);
    }));
}

#[test]
fn a_customer_who_leaves_while_waiting_is_gone_when_the_garment_is_clean() {
    let event_loop = EventLoop::with_clock(Clock::Virtual).unwrap();
    event_loop.block_on(async {
        let (shop, addr) = open(HOUR);
        let mut ann = Client::enters(addr).await;
        assert_eq!(ann.asks("DROP silk shirt").await, "TICKET 1");
        ann.says("PICKUP 1").await;
        drop(ann);
        let mut ben = Client::enters(addr).await;
        let heard = ben.asks_and_waits("PICKUP 1").await;
        // The kernel may have taken Ann's answer before it knew that she had gone.
        let either = ["READY 1 silk shirt", "ERROR ticket 1 has been picked up"];
        assert!(either.contains(&heard.as_str()), "{heard}");
        assert_eq!(ben.asks("STATUS 1").await, either[1]);
        until_inside(&shop, 1).await;
    });
}

#[test]
fn a_shop_that_goes_with_its_loop_closes_on_everybody_and_leaves_nothing() {
    let event_loop = EventLoop::new().unwrap();
    let (shop, mut customers) = event_loop.block_on(in_time(async {
        let (shop, addr) = open(HOUR);
        let mut customers: Vec<_> = (0..10).map(|_| Customer::enters(addr)).collect();
        let one = &mut customers[0];
        one.says("DROP silk shirt\nPICKUP 1\n");
        until_inside(&shop, 10).await;
        while one.has_heard_nothing() {
            yield_now().await;
        }
        (shop, customers)
    }));
    drop(event_loop);
    assert_eq!(customers[0].hears_the_rest(), ["TICKET 1"]);
    for customer in &mut customers[1..] {
        assert!(customer.hears_the_rest().is_empty());
    }
    assert_eq!(shop.customers(), 0);
    assert_eq!(Rc::strong_count(&shop), 1);
}

#[test]
fn a_garment_is_cleaned_in_an_hour_by_the_clock_of_the_loop() {
    let event_loop = EventLoop::with_clock(Clock::Virtual).unwrap();
    assert!(WATCHDOG < HOUR);
    event_loop.block_on(async {
        let (_shop, addr) = open(HOUR);
        let mut ann = Client::enters(addr).await;
        assert_eq!(ann.asks("DROP silk shirt").await, "TICKET 1");
        let start = now();
        assert_eq!(ann.asks_and_waits("PICKUP 1").await, "READY 1 silk shirt");
        assert!(now() - start <= HOUR);
        assert_eq!(ann.asks("DROP wool coat").await, "TICKET 2");
        assert_eq!(ann.asks_and_waits("PICKUP 2").await, "READY 2 wool coat");
        assert!(now() - start >= HOUR);
    });
}
