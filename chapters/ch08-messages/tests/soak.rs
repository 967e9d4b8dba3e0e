//! Hundreds of customers who do what they like, and what is left of them.

mod clients;
mod limit;
mod run;

use ch08_messages::event_loop::EventLoop;
use ch08_messages::shop::Shop;
use ch08_messages::yield_now::yield_now;
use clients::{Client, open_shop_for_now};
use futures::stream::{self, StreamExt};
use ledger::{Entry, Ledger, Recorder};
use run::{WATCHDOG, in_time};
use std::cell::Cell;
use std::net::SocketAddrV4;
use std::rc::Rc;
use std::time::Duration;

const VISITS: u64 = 200;
const AT_ONCE: usize = 25;
const PLACES: usize = 5;

/// How often somebody tidies up at most.
const ROUNDS: usize = 200;

/// Lots: xorshift.
struct Lots(Cell<u64>);

impl Lots {
    fn new(seed: u64) -> Lots {
        Lots(Cell::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1))
    }

    fn draw(&self, below: u64) -> u64 {
        let mut x = self.0.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.0.set(x);
        (x >> 33) % below
    }

    /// Something to say; most of it makes sense.
    fn line(&self, newest: u64) -> String {
        let ticket = newest.saturating_sub(self.draw(10)) + self.draw(3);
        match self.draw(24) {
            0..7 => "DROP silk shirt".into(),
            7..11 => format!("PICKUP {ticket}"),
            11..14 => format!("CANCEL {ticket}"),
            14..16 => format!("HOLD {ticket} {}ms", self.draw(5)),
            16..19 => format!("NOTE {ticket} no perchloroethylene"),
            19 => format!("STATUS {ticket}"),
            20 => "x".repeat(1000 + self.draw(100) as usize),
            21 => "NOTE \u{0} \u{1f455}".into(),
            22 => "PICKUP 18446744073709551616".into(),
            _ => "BYE".into(),
        }
    }
}

/// One visit, by lot. Waits for no answer, so it comes to its end whatever the shop does.
async fn visit(addr: SocketAddrV4, lots: Lots, newest: u64) {
    let mut client = Client::enters(addr).await;
    for _ in 0..lots.draw(6) {
        let lines: Vec<String> = (0..=lots.draw(3)).map(|_| lots.line(newest)).collect();
        // The shop may have closed already.
        client.tries_to_say(&lines.join("\n")).await;
        for _ in 0..lots.draw(20) {
            yield_now().await;
        }
    }
    match lots.draw(4) {
        0 => client.vanishes(),
        1 => drop(client),
        2 => {
            client.tries_to_say("DROP half a li").await;
            client.vanishes();
        }
        _ => {
            client.says_no_more().await;
            for _ in 0..lots.draw(200) {
                yield_now().await;
            }
        }
    }
}

/// How many tasks have come to an end.
fn over(ledger: &Ledger) -> usize {
    let is_over = |e: &Entry| match e.verb.as_str() {
        "drop" => true,
        "ready" | "panic" => e.actor.starts_with("task "),
        _ => false,
    };
    ledger.iter().filter(|entry| is_over(entry)).count()
}

/// Lets everybody have some turns.
async fn a_while() {
    for _ in 0..100 {
        yield_now().await;
    }
}

/// How many descriptors this process has open.
fn descriptors() -> usize {
    // SAFETY: asks for a flag of a descriptor, open or not; touches no memory.
    (0..1024).filter(|&fd| unsafe { libc::fcntl(fd, libc::F_GETFD) } >= 0).count()
}

fn soak(seed: u64) {
    let recorder = Recorder::new();
    let _heard = recorder.enter();
    let event_loop = EventLoop::new().unwrap();
    let before = descriptors();
    event_loop.block_on(in_time(async {
        let takes = Duration::from_millis(1);
        let (shop, addr, serves) = open_shop_for_now(Shop::with(takes, 1, PLACES));
        let visits = stream::iter(0..VISITS)
            .map(|n| visit(addr, Lots::new(seed * VISITS + n), n / 8));
        visits.buffer_unordered(AT_ONCE).collect::<()>().await;
        // Somebody tidies up, until the others have all been served, or have noticed that they are
        // alone; and once more, for what they have left. They wait without a turn: one who waits for
        // ever must not fill the ledger meanwhile.
        let mut tidies = Client::enters(addr).await;
        let mut alone = false;
        for round in 0.. {
            assert!(round < ROUNDS, "{} are still there", shop.customers());
            for ticket in 1.. {
                let heard = tidies.asks_and_waits(&format!("CANCEL {ticket}")).await;
                if heard.contains("there is no ticket") {
                    break;
                }
                if heard.contains("it is too late") {
                    tidies.asks_and_waits(&format!("PICKUP {ticket}")).await;
                }
            }
            if alone {
                break;
            }
            alone = shop.customers() == 1;
        }
        // The shop is none the worse for it: every place is free, and so is the machine.
        let mut tickets = Vec::new();
        for _ in 0..PLACES {
            let heard = tidies.asks_and_waits("DROP wool coat").await;
            tickets.push(heard.strip_prefix("TICKET ").expect("a place").to_owned());
        }
        for ticket in tickets {
            let heard = tidies.asks_and_waits(&format!("PICKUP {ticket}")).await;
            assert_eq!(heard, format!("READY {ticket} wool coat"));
        }
        assert_eq!(tidies.asks_and_waits("BYE").await, "BYE");
        assert!(tidies.hears_the_rest().await.is_empty());
        assert!(shop.seen() > VISITS / 2);
        assert_eq!(shop.close(WATCHDOG).await, Ok(()));
        drop(serves);
        a_while().await;
        assert_eq!(Rc::strong_count(&shop), 1, "somebody still has the shop");
        drop(shop);
        // What was left on the rack has gone, and its tasks with it.
        a_while().await;
    }));
    if cfg!(debug_assertions) {
        let ledger = recorder.ledger();
        let spawned = ledger.count("spawn");
        assert!(spawned > VISITS as usize);
        assert_eq!(over(&ledger), spawned, "seed {seed}: tasks are left");
        assert_eq!(ledger.count("panic"), 0, "seed {seed}");
    }
    assert_eq!(descriptors(), before, "seed {seed}: descriptors are left");
}

#[test]
#[cfg_attr(miri, ignore = "it takes too long there")]
fn customers_who_do_what_they_like_leave_nothing() {
    limit::raise_to(1000);
    (1..=3).for_each(soak);
}
