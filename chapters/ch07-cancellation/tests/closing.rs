//! How a shop closes.

mod clients;
mod run;

use ch07_cancellation::both::{Either, join, select};
use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::net::TcpListener;
use ch07_cancellation::shop::Shop;
use ch07_cancellation::timeout::Elapsed;
use ch07_cancellation::timer::{sleep, sleep_until};
use ch07_cancellation::yield_now::yield_now;
use clients::{Client, open_for_now, until_inside};
use ledger::record;
use std::future::ready;
use std::io::{Read, Write};
use std::net::{SocketAddrV4, TcpStream};
use std::rc::Rc;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// Runs a future by a virtual clock.
fn run<F: Future>(future: F) -> F::Output {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(future)
}

/// Somebody who has come in.
async fn enters(shop: &Shop, addr: SocketAddrV4) -> Client {
    let before = shop.customers();
    let client = Client::enters(addr).await;
    until_inside(shop, before + 1).await;
    client
}

#[test]
fn an_empty_shop_closes_at_once() {
    run(async {
        let shop = Shop::new(HOUR);
        let start = now();
        assert_eq!(shop.close(HOUR).await, Ok(()));
        assert_eq!(shop.close(Duration::ZERO).await, Ok(()));
        let (shop, addr, serving) = open_for_now(HOUR);
        let mut ann = enters(&shop, addr).await;
        assert_eq!(ann.asks("BYE").await, "BYE");
        until_inside(&shop, 0).await;
        drop(serving);
        assert_eq!(shop.close(HOUR).await, Ok(()));
        assert!(now() - start < HOUR);
    });
}

#[test]
fn two_who_close_it_both_wait_for_the_last_one() {
    run(async {
        let (shop, addr, serving) = open_for_now(HOUR);
        let mut ann = enters(&shop, addr).await;
        ann.says("DROP silk shirt\nPICKUP 1").await;
        assert_eq!(ann.hears().await, "TICKET 1");
        drop(serving);
        let gone = async || (shop.close(3 * HOUR).await, shop.customers());
        assert_eq!(join(gone(), gone()).await, ((Ok(()), 0), (Ok(()), 0)));
    });
}

#[test]
fn whoever_stands_about_is_shown_out_without_a_word() {
    run(async {
        let (shop, addr, serving) = open_for_now(HOUR);
        let mut ann = enters(&shop, addr).await;
        let mut ben = enters(&shop, addr).await;
        assert_eq!(ben.asks("DROP wool coat").await, "TICKET 1");
        drop(serving);
        let start = now();
        assert_eq!(shop.close(HOUR).await, Ok(()));
        assert_eq!((shop.customers(), now()), (0, start));
        assert!(ann.hears_the_rest().await.is_empty());
        assert!(ben.hears_the_rest().await.is_empty());
    });
}

#[test]
fn whoever_waits_for_a_garment_gets_it_and_then_nobody_listens_to_them() {
    run(async {
        let (shop, addr, serving) = open_for_now(HOUR);
        let mut ann = enters(&shop, addr).await;
        ann.says("DROP silk shirt\nDROP hat\nPICKUP 1\nSTATUS 2").await;
        assert_eq!(ann.hears().await, "TICKET 1");
        assert_eq!(ann.hears().await, "TICKET 2");
        let mut ben = enters(&shop, addr).await;
        ben.says("DROP wool coat\nPICKUP 3").await;
        assert_eq!(ben.hears().await, "TICKET 3");
        ben.says("DROP a sock that comes too late").await;
        drop(serving);
        let start = now();
        let rest = join(ann.hears_the_rest(), ben.hears_the_rest());
        let (closed, (ann, ben)) = join(shop.close(2 * HOUR), rest).await;
        assert_eq!(closed, Ok(()));
        assert_eq!(ann, ["READY 1 silk shirt", "STATUS 2 READY"]);
        assert!(!ben.contains(&"TICKET 4".to_owned()));
        assert!(now() - start <= HOUR, "it was not the patience that was over");
        assert_eq!(shop.customers(), 0);
    });
}

#[test]
fn a_shop_waits_for_the_last_one_and_no_longer_than_it_has_patience() {
    run(async {
        let (shop, addr, serving) = open_for_now(HOUR);
        let (mut ann, opened) = (enters(&shop, addr).await, now());
        ann.says("DROP silk shirt\nPICKUP 1").await;
        assert_eq!(ann.hears().await, "TICKET 1");
        sleep_until(opened + HOUR / 2).await;
        let mut ben = enters(&shop, addr).await;
        ben.says("DROP wool coat\nPICKUP 2").await;
        assert_eq!(ben.hears().await, "TICKET 2");
        drop(serving);
        let start = now();
        assert_eq!(shop.close(HOUR / 4).await, Err(Elapsed));
        assert_eq!((shop.customers(), now()), (2, start + HOUR / 4));
        // One may try again.
        let before = now();
        let (closed, ()) = join(shop.close(HOUR / 2), async {
            assert_eq!(ann.hears_the_rest().await, ["READY 1 silk shirt"]);
        })
        .await;
        assert_eq!((closed, shop.customers()), (Err(Elapsed), 1));
        assert_eq!(now(), before + HOUR / 2);
        assert_eq!(shop.close(HOUR).await, Ok(()));
        assert_eq!(ben.hears_the_rest().await, ["READY 2 wool coat"]);
    });
}

#[test]
fn a_shop_without_patience_shows_out_nobody_who_has_not_had_a_turn() {
    run(async {
        let (shop, addr, serving) = open_for_now(HOUR);
        let mut ann = enters(&shop, addr).await;
        drop(serving);
        assert_eq!(shop.close(Duration::ZERO).await, Err(Elapsed));
        assert_eq!(shop.customers(), 1);
        until_inside(&shop, 0).await;
        assert!(ann.hears_the_rest().await.is_empty());
    });
}

#[test]
fn one_who_comes_in_in_the_very_turn_is_asked_to_go_too() {
    run(async {
        let (shop, addr, serving) = open_for_now(HOUR);
        let mut ann = enters(&shop, addr).await;
        ann.says("DROP silk shirt\nPICKUP 1").await;
        assert_eq!(ann.hears().await, "TICKET 1");
        drop(serving);
        yield_now().await;
        yield_now().await;

        let door =
            TcpListener::bind(SocketAddrV4::new([127, 0, 0, 1].into(), 0)).unwrap();
        let mut ben = TcpStream::connect(door.local_addr().unwrap()).unwrap();
        ben.write_all(b"DROP wool coat\n").unwrap();
        // He is let in, and before his visit has begun the shop closes.
        match select(Rc::clone(&shop).serve(&door), ready(())).await {
            Either::Left(never) => never,
            Either::Right(()) => drop(door),
        }
        assert_eq!(shop.customers(), 2);
        let start = now();
        assert_eq!(shop.close(10 * HOUR).await, Ok(()));
        assert!(now() - start <= HOUR, "nobody has asked him");
        assert_eq!(ann.hears_the_rest().await, ["READY 1 silk shirt"]);
        let mut heard = String::new();
        // The kernel says so if something that he said was not heard.
        let _ = ben.read_to_string(&mut heard);
        assert_eq!(heard, "");
    });
}

#[test]
fn what_was_said_in_time_is_answered() {
    run(async {
        let (shop, addr, serving) = open_for_now(Duration::ZERO);
        let mut ann = enters(&shop, addr).await;
        // All in one piece, so that it has been read when the first is answered.
        ann.says("DROP shirt\nPICKUP 1\nDROP coat\nPICKUP 2\nCANCEL 9").await;
        assert_eq!(ann.hears().await, "TICKET 1");
        drop(serving);
        assert_eq!(shop.close(HOUR).await, Ok(()));
        let answers =
            ["READY 1 shirt", "TICKET 2", "READY 2 coat", "ERROR there is no ticket 9"];
        assert_eq!(ann.hears_the_rest().await, answers);
    });
}

#[test]
fn a_customer_who_never_stops_talking_is_shown_out_even_so() {
    run(async {
        let (shop, addr, serving) = open_for_now(HOUR);
        let mut flood = TcpStream::connect(addr).unwrap();
        let mut hears = flood.try_clone().unwrap();
        let talks =
            std::thread::spawn(move || while flood.write_all(b"DROP x\n").is_ok() {});
        let listens = std::thread::spawn(move || {
            let _ = std::io::copy(&mut hears, &mut std::io::sink());
        });
        until_inside(&shop, 1).await;
        drop(serving);
        // By the clock of this loop no time passes while somebody talks.
        assert_eq!(shop.close(HOUR).await, Ok(()));
        talks.join().unwrap();
        listens.join().unwrap();
    });
}

#[test]
fn whoever_leaves_by_themselves_is_not_waited_for() {
    run(async {
        let (shop, addr, serving) = open_for_now(HOUR);
        let mut ann = enters(&shop, addr).await;
        ann.says("DROP silk shirt\nPICKUP 1\nPICKUP 1").await;
        assert_eq!(ann.hears().await, "TICKET 1");
        drop(serving);
        let ben = enters_no_more(addr).await;
        assert!(ben, "the door is shut");
        let cancels = async {
            sleep(HOUR / 2).await;
            // The garment is not waited for any more, and neither is Ann.
            drop(ann);
        };
        let (closed, ()) = join(shop.close(3 * HOUR), cancels).await;
        assert_eq!(closed, Ok(()));
    });
}

/// Whether nobody lets one in.
async fn enters_no_more(addr: SocketAddrV4) -> bool {
    // The door goes at the next turn of the one who serves.
    yield_now().await;
    yield_now().await;
    ch07_cancellation::net::TcpStream::connect(addr).await.is_err()
}

#[test]
fn a_closed_shop_leaves_its_loop_with_nothing_to_do_but_what_is_on_the_rack() {
    let event_loop = EventLoop::with_clock(Clock::Virtual).unwrap();
    let shop = event_loop.block_on(async {
        let (shop, addr, serving) = open_for_now(HOUR);
        let mut ann = enters(&shop, addr).await;
        assert_eq!(ann.asks("DROP silk shirt").await, "TICKET 1");
        assert_eq!(ann.asks("HOLD 1 5h").await, "HELD 1 5h");
        drop(serving);
        assert_eq!(shop.close(HOUR).await, Ok(()));
        shop
    });
    assert_eq!(Rc::strong_count(&shop), 1);
    drop(shop);
    drop(event_loop);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_shop_that_closes_in_time_leaves_no_timer_of_its_patience() {
    let ((), ledger) = record(|| {
        run(async {
            let (shop, addr, serving) = open_for_now(HOUR);
            let _ann = enters(&shop, addr).await;
            drop(serving);
            assert_eq!(shop.close(HOUR).await, Ok(()));
        });
    });
    let disarmed =
        ledger.iter().filter(|e| e.verb == "disarm" && e.number("timer").is_some());
    assert_eq!((ledger.count("timer"), ledger.count("due")), (1, 0), "{ledger}");
    assert_eq!((disarmed.count(), ledger.count("cancel")), (1, 1), "{ledger}");
}
