//! What the shop promises to those who come when the rack is full.

mod clients;
mod run;

use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::shop::Shop;
use ch08_messages::timeout::timeout;
use clients::{Client, open_shop, until_inside};
use run::in_time;
use std::rc::Rc;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const ANY: usize = usize::MAX;

fn on_a_loop<F: Future>(work: F) -> F::Output {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(async {
        // By this clock, when nothing can go on any more, it is over at once.
        timeout(1000 * HOUR, work).await.expect("somebody waits for ever")
    })
}

/// By a clock that goes on while bytes are under way.
fn in_real_time<F: Future>(work: F) -> F::Output {
    EventLoop::new().unwrap().block_on(in_time(work))
}

fn full() -> Shop {
    Shop::with(Duration::ZERO, ANY, 1)
}

/// Ann has the only place, and Ben waits for it.
async fn ann_and_ben(shop: Shop) -> (Rc<Shop>, std::net::SocketAddrV4, Client, Client) {
    let (shop, addr) = open_shop(shop);
    let (mut ann, mut ben) = (Client::enters(addr).await, Client::enters(addr).await);
    assert_eq!(ann.asks("DROP silk shirt").await, "TICKET 1");
    ben.waits_with("DROP wool coat").await;
    // He has not been given a ticket.
    assert_eq!(ann.asks("STATUS 2").await, "ERROR there is no ticket 2");
    (shop, addr, ann, ben)
}

#[test]
fn whoever_comes_to_a_full_rack_waits_until_a_garment_is_picked_up() {
    in_real_time(async {
        let (_shop, _, mut ann, mut ben) = ann_and_ben(full()).await;
        assert_eq!(ann.asks("PICKUP 1").await, "READY 1 silk shirt");
        assert_eq!(ben.hears().await, "TICKET 2");
        assert_eq!(ben.asks("PICKUP 2").await, "READY 2 wool coat");
    });
}

#[test]
fn whoever_comes_to_a_full_rack_waits_until_a_garment_is_cancelled() {
    in_real_time(async {
        let (_shop, _, mut ann, mut ben) = ann_and_ben(Shop::with(HOUR, ANY, 1)).await;
        assert_eq!(ann.asks("CANCEL 1").await, "CANCELLED 1");
        assert_eq!(ben.hears().await, "TICKET 2");
        assert_eq!(ben.asks("STATUS 1").await, "STATUS 1 CANCELLED");
    });
}

#[test]
fn whoever_comes_to_a_full_rack_waits_until_a_garment_expires() {
    in_real_time(async {
        let (_shop, _, mut ann, mut ben) = ann_and_ben(full()).await;
        assert_eq!(ann.asks("HOLD 1 1ms").await, "HELD 1 1ms");
        assert_eq!(ben.hears().await, "TICKET 2");
        assert_eq!(ann.asks("PICKUP 1").await, "EXPIRED 1");
    });
}

#[test]
fn those_who_wait_for_a_place_are_served_in_the_order_in_which_they_came() {
    on_a_loop(async {
        let (_shop, addr) = open_shop(Shop::with(Duration::ZERO, ANY, 2));
        let mut line = Vec::new();
        for n in 1..=20 {
            let mut client = Client::enters(addr).await;
            client.waits_with(&format!("DROP garment {n}")).await;
            line.push(client);
        }
        let mut ann = Client::enters(addr).await;
        for (n, client) in (1..=20).zip(&mut line) {
            assert_eq!(client.hears().await, format!("TICKET {n}"));
            let ready = ann.asks(&format!("PICKUP {n}")).await;
            assert_eq!(ready, format!("READY {n} garment {n}"));
        }
    });
}

#[test]
fn what_is_said_while_one_waits_for_a_place_is_answered_afterwards_in_order() {
    in_real_time(async {
        let (_shop, _, mut ann, mut ben) = ann_and_ben(full()).await;
        ben.says("STATUS 1\nSTATUS 2").await;
        ben.says("PICKUP 2\nDROP sock").await;
        ben.says("BYE").await;
        assert_eq!(ann.asks("PICKUP 1").await, "READY 1 silk shirt");
        assert_eq!(ben.hears().await, "TICKET 2");
        assert_eq!(ben.hears().await, "ERROR ticket 1 has been picked up");
        let status = ben.hears().await;
        assert!(
            ["STATUS 2 CLEANING", "STATUS 2 QUEUED", "STATUS 2 READY"]
                .contains(&status.as_str()),
            "{status}"
        );
        for answer in ["READY 2 wool coat", "TICKET 3", "BYE", ""] {
            assert_eq!(ben.hears().await, answer);
        }
    });
}

#[test]
fn others_are_served_while_some_wait_for_a_place() {
    in_real_time(async {
        let (_shop, addr, mut ann, _ben) = ann_and_ben(full()).await;
        let mut cleo = Client::enters(addr).await;
        assert_eq!(cleo.asks("STATUS 1").await, "STATUS 1 READY");
        assert_eq!(cleo.asks("BYE").await, "BYE");
        assert_eq!(ann.asks("BYE").await, "BYE");
    });
}

#[test]
fn whoever_hangs_up_while_waiting_for_a_place_is_gone_at_once_and_gets_none() {
    in_real_time(async {
        let (shop, addr, mut ann, ben) = ann_and_ben(full()).await;
        let mut cleo = Client::enters(addr).await;
        cleo.waits_with("DROP hat").await;
        drop(ben);
        until_inside(&shop, 2).await;
        assert_eq!(ann.asks("PICKUP 1").await, "READY 1 silk shirt");
        assert_eq!(cleo.hears().await, "TICKET 2");
        assert_eq!(cleo.asks("PICKUP 2").await, "READY 2 hat");
    });
}

#[test]
fn whoever_vanishes_while_waiting_for_a_place_is_gone_at_once_and_gets_none() {
    in_real_time(async {
        let (shop, addr, mut ann, _ben) = ann_and_ben(full()).await;
        let mut others = Vec::new();
        for _ in 0..20 {
            let mut other = Client::enters(addr).await;
            other.waits_with("DROP hat\nDROP hat").await;
            others.push(other);
        }
        others.into_iter().for_each(Client::vanishes);
        until_inside(&shop, 2).await;
        let mut cleo = Client::enters(addr).await;
        cleo.waits_with("DROP glove").await;
        for (ticket, name) in [(1, "silk shirt"), (2, "wool coat"), (3, "glove")] {
            let ready = ann.asks(&format!("PICKUP {ticket}")).await;
            assert_eq!(ready, format!("READY {ticket} {name}"));
        }
    });
}

#[test]
fn whoever_says_no_more_while_waiting_for_a_place_has_left() {
    in_real_time(async {
        let (shop, _, mut ann, mut ben) = ann_and_ben(full()).await;
        ben.says_no_more().await;
        assert_eq!(ben.hears().await, "");
        until_inside(&shop, 1).await;
        assert_eq!(ann.asks("PICKUP 1").await, "READY 1 silk shirt");
        assert_eq!(ann.asks("DROP hat").await, "TICKET 2");
    });
}

#[test]
fn whoever_says_no_more_is_served_if_there_is_a_place() {
    in_real_time(async {
        let (_shop, addr) = open_shop(full());
        let mut ann = Client::enters(addr).await;
        ann.says("DROP silk shirt\nPICKUP 1\nDROP wool coat\nPICKUP 2").await;
        ann.says_no_more().await;
        let heard =
            ["TICKET 1", "READY 1 silk shirt", "TICKET 2", "READY 2 wool coat", ""];
        for line in heard {
            assert_eq!(ann.hears().await, line);
        }
    });
}

#[test]
fn one_who_waits_for_their_own_garment_to_go_waits_and_harms_nobody_else() {
    in_real_time(async {
        let (_shop, addr) = open_shop(full());
        let mut ann = Client::enters(addr).await;
        ann.says("DROP silk shirt\nDROP wool coat\nPICKUP 1").await;
        assert_eq!(ann.hears().await, "TICKET 1");
        // Her third line is not heard before the second is answered. Somebody else has to help.
        let mut ben = Client::enters(addr).await;
        assert_eq!(ben.asks("PICKUP 1").await, "READY 1 silk shirt");
        assert_eq!(ann.hears().await, "TICKET 2");
        assert_eq!(ann.hears().await, "ERROR ticket 1 has been picked up");
    });
}

#[test]
fn a_shop_that_closes_sends_those_away_who_wait_for_a_place() {
    in_real_time(async {
        let (shop, _, mut ann, mut ben) = ann_and_ben(full()).await;
        assert_eq!(shop.close(HOUR).await, Ok(()));
        assert_eq!(shop.customers(), 0);
        assert_eq!(
            (ann.hears().await, ben.hears().await),
            (String::new(), String::new())
        );
    });
}

#[test]
fn a_garment_that_is_put_back_keeps_its_place() {
    in_real_time(async {
        let (shop, addr) = open_shop(Shop::with(Duration::ZERO, ANY, 1));
        let mut ann = Client::enters(addr).await;
        assert_eq!(ann.asks("DROP silk shirt").await, "TICKET 1");
        // She says that she wants it, and is gone before it can be said that it is hers.
        ann.says("PICKUP 1").await;
        ann.vanishes();
        until_inside(&shop, 0).await;
        let (mut ben, mut cleo) =
            (Client::enters(addr).await, Client::enters(addr).await);
        let heard = ben.asks("PICKUP 1").await;
        let either = ["READY 1 silk shirt", "ERROR ticket 1 has been picked up"];
        assert!(either.contains(&heard.as_str()), "{heard}");
        assert_eq!(cleo.asks("DROP wool coat").await, "TICKET 2");
        ben.waits_with("DROP hat").await;
        assert_eq!(cleo.asks("STATUS 3").await, "ERROR there is no ticket 3");
    });
}

#[test]
fn the_rack_is_never_fuller_than_it_has_room() {
    on_a_loop(async {
        const ROOM: usize = 3;
        let (_shop, addr) = open_shop(Shop::with(HOUR, 2, ROOM));
        let start = now();
        let mut ann = Client::enters(addr).await;
        let mut line = Vec::new();
        for _ in 0..12 {
            let mut client = Client::enters(addr).await;
            client.waits_with("DROP shirt").await;
            line.push(client);
        }
        for ticket in 1..=12 {
            let mut hang = 0;
            for other in 1..=12 {
                let said = ann.asks(&format!("STATUS {other}")).await;
                hang += usize::from(said.starts_with("STATUS"));
            }
            assert_eq!(hang, ROOM.min(13 - ticket), "before {ticket} is picked up");
            let ready = ann.asks_and_waits(&format!("PICKUP {ticket}")).await;
            assert_eq!(ready, format!("READY {ticket} shirt"));
        }
        // Two machines, and never more than three to choose from.
        assert!(now() - start >= 6 * HOUR);
        let mut tickets = Vec::new();
        for client in &mut line {
            tickets.push(client.hears().await);
        }
        tickets.sort();
        tickets.dedup();
        assert_eq!(tickets.len(), 12);
    });
}

#[test]
fn a_shop_that_closes_sends_hundreds_away_who_wait_for_a_place() {
    in_real_time(async {
        let (shop, addr) = open_shop(full());
        let mut line = Vec::new();
        for _ in 0..300 {
            let mut client = Client::enters(addr).await;
            client.waits_with("DROP shirt").await;
            line.push(client);
        }
        assert_eq!(shop.customers(), 300);
        assert_eq!(shop.close(HOUR).await, Ok(()));
        let mut served = 0;
        for client in &mut line {
            served += client.hears_the_rest().await.len();
        }
        assert_eq!(served, 1, "the first one has a ticket, and nobody else");
    });
}
