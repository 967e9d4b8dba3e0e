//! Who is shown out, when, and what is left of them?

mod grading;

use ch05_event_loop::both::{Either, select};
use ch05_event_loop::clock::{Clock, now};
use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::net::{TcpListener, TcpStream};
use ch05_event_loop::shop::Shop;
use ch05_event_loop::timer::sleep;
use futures::io::BufReader;
use futures::{AsyncBufReadExt, AsyncWriteExt};
use grading::{Expectation, Outcome, grade, miss};
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::process::ExitCode;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "who says nothing is shown out when the patience is over, and not before",
            hint: 1,
            look: says_nothing,
        },
        Expectation {
            what: "each line begins a new patience",
            hint: 2,
            look: a_line_now_and_then,
        },
        Expectation {
            what: "a byte of a line does not",
            hint: 3,
            look: a_byte_now_and_then,
        },
        Expectation {
            what: "waiting for a garment is no silence, and patience begins after it",
            hint: 4,
            look: waits_for_a_garment,
        },
        Expectation {
            what: "who has left leaves no timer behind",
            hint: 5,
            look: leaves_nothing,
        },
        Expectation {
            what: "a shop without a patience has no end of it",
            hint: 6,
            look: without,
        },
    ])
}

/// Longer than anything here takes, by a clock that jumps when nothing can go on.
const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Somebody in the shop, and what happened to them, by the clock on the wall.
struct Customer {
    line: BufReader<TcpStream>,
    entered: Instant,
    story: Vec<String>,
}

impl Customer {
    async fn enters(addr: SocketAddrV4) -> io::Result<Customer> {
        let line = BufReader::new(TcpStream::connect(addr).await?);
        Ok(Customer { line, entered: now(), story: Vec::new() })
    }

    /// If the shop has hung up, that will be heard.
    async fn says(&mut self, words: &str) {
        let _ = self.line.write_all(words.as_bytes()).await;
    }

    async fn hears(&mut self) {
        let mut answer = String::new();
        let what = match self.line.read_line(&mut answer).await {
            // A line that has been reset and one that has been closed are the same to them.
            Ok(0) | Err(_) => "the shop hangs up".to_owned(),
            Ok(_) => answer.trim_end().to_owned(),
        };
        self.story.push(format!("{} s: {what}", (now() - self.entered).as_secs()));
    }

    async fn asks(&mut self, words: &str) {
        self.says(words).await;
        self.hears().await;
    }
}

/// What happened to a customer in a shop by the virtual clock.
fn story<F>(shop: Shop, visit: impl FnOnce(Customer) -> F) -> Outcome<Vec<String>>
where
    F: Future<Output = Customer>,
{
    let event_loop = EventLoop::with_clock(Clock::Virtual).expect("there is a poller");
    let told = event_loop.block_on(async {
        let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
        let addr = door.local_addr()?;
        let visit =
            async { Ok::<_, io::Error>(visit(Customer::enters(addr).await?).await) };
        let visit = select(visit, sleep(A_YEAR));
        let Either::Right(told) = select(shop.serve(&door), visit).await;
        Ok::<_, io::Error>(told)
    });
    match told {
        Ok(Either::Left(Ok(customer))) => Ok(customer.story),
        Ok(Either::Right(())) => {
            miss("the shop hangs up", "it has not, for a year by its clock")
        }
        Err(error) | Ok(Either::Left(Err(error))) => miss("a customer comes in", error),
    }
}

fn is(story: &[String], expected: &[&str]) -> Outcome {
    if story == expected {
        return Ok(());
    }
    miss(expected.join(", "), story.join(", "))
}

fn shop() -> Shop {
    Shop::with_patience(Duration::from_secs(600), PATIENCE)
}

async fn nap(secs: u64) {
    sleep(Duration::from_secs(secs)).await;
}

fn says_nothing() -> Outcome {
    let story = story(shop(), async |mut ann| {
        ann.hears().await;
        ann
    })?;
    is(&story, &["60 s: the shop hangs up"])
}

fn a_line_now_and_then() -> Outcome {
    let story = story(shop(), async |mut ann| {
        ann.asks("DROP silk shirt\n").await;
        for _ in 0..3 {
            nap(40).await;
            ann.asks("STATUS 1\n").await;
        }
        ann.hears().await;
        ann
    })?;
    is(
        &story,
        &[
            "0 s: TICKET 1",
            "40 s: STATUS 1 CLEANING",
            "80 s: STATUS 1 CLEANING",
            "120 s: STATUS 1 CLEANING",
            "180 s: the shop hangs up",
        ],
    )
}

fn a_byte_now_and_then() -> Outcome {
    let story = story(shop(), async |mut ann| {
        ann.says("D").await;
        nap(40).await;
        ann.says("R").await;
        ann.hears().await;
        ann
    })?;
    is(&story, &["60 s: the shop hangs up"])
}

fn waits_for_a_garment() -> Outcome {
    let story = story(shop(), async |mut ann| {
        ann.asks("DROP silk shirt\n").await;
        ann.asks("PICKUP 1\n").await;
        nap(50).await;
        ann.asks("STATUS 1\n").await;
        ann.hears().await;
        ann
    })?;
    is(
        &story,
        &[
            "0 s: TICKET 1",
            "600 s: READY 1 silk shirt",
            "650 s: ERROR ticket 1 has been picked up",
            "710 s: the shop hangs up",
        ],
    )
}

fn leaves_nothing() -> Outcome {
    let (story, ledger) = ledger::record(|| {
        story(shop(), async |mut ann| {
            ann.asks("DROP silk shirt\n").await;
            ann.asks("BYE\n").await;
            ann.hears().await;
            ann
        })
    });
    is(&story?, &["0 s: TICKET 1", "0 s: BYE", "0 s: the shop hangs up"])?;
    let ended = |entry: &ledger::Entry| {
        let verb = entry.verb.as_str();
        entry.object("timer").is_some() && ["due", "disarm"].contains(&verb)
    };
    let (set, over) = (ledger.count("timer"), ledger.iter().filter(|e| ended(e)).count());
    if set != over {
        return miss(
            format!("{set} timers were set, and each is due or disarmed at the end"),
            format!("{over} of them are"),
        );
    }
    Ok(())
}

fn without() -> Outcome {
    let story = story(Shop::new(Duration::from_secs(600)), async |mut ann| {
        nap(30 * 24 * 60 * 60).await;
        ann.asks("DROP silk shirt\n").await;
        ann
    })?;
    is(&story, &["2592000 s: TICKET 1"])
}
