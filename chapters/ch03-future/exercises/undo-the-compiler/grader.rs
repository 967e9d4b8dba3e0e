//! Does the future written by hand do what the `async fn` did?

mod grading;

use ch03_future::net::{TcpListener, TcpStream};
use ch03_future::shop::hands::Hands;
use ch03_future::shop::pick_up::PickUp;
use ch03_future::shop::rack::Rack;
use grading::{Customer, Expectation, Outcome, grade, miss, until};
use std::cell::RefCell;
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::process::ExitCode;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// Longer than any grading takes: a garment that is being cleaned stays so.
const LONG: Duration = Duration::from_secs(60 * 60);

const SOURCE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/shop/pick_up.rs"));

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "a ticket that is not there is refused, in the first poll",
            hint: 1,
            look: refuses,
        },
        Expectation {
            what: "it waits until the garment is clean, and meanwhile that hangs on the rack",
            hint: 2,
            look: waits,
        },
        Expectation {
            what: "while it waits, others can use the rack",
            hint: 2,
            look: lets_go_of_the_rack,
        },
        Expectation {
            what: "a clean garment is handed over, and then it is gone",
            hint: 4,
            look: hands_over,
        },
        Expectation {
            what: "if somebody else was quicker, it says so",
            hint: 2,
            look: too_late,
        },
        Expectation {
            what: "a line for which there is no room is said to its end, each byte once",
            hint: 3,
            look: says_all,
        },
        Expectation {
            what: "dropped in the middle of a line, it leaves the garment on the rack",
            hint: 4,
            look: dropped,
        },
        Expectation {
            what: "a dead line is an error, and the garment is back on the rack at once",
            hint: 4,
            look: dead_line,
        },
        Expectation {
            what: "polled after it has been ready, it panics",
            hint: 1,
            look: over,
        },
        Expectation {
            what: "it is written by hand, without `async` and `.await`",
            hint: 1,
            look: by_hand,
        },
    ])
}

/// A counter with Ann in front of it.
struct Counter {
    rack: RefCell<Rack>,
    ann: Customer,
    line: TcpStream,
}

impl Counter {
    /// Ticket 1 is for this garment.
    fn with(garment: &str, takes: Duration) -> Outcome<Counter> {
        let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));
        let door = door.expect("there is a free port");
        let addr = door.local_addr().expect("the door has an address");
        let ann = Customer::enters("Ann", addr)?;
        let mut line = None;
        until("Ann is let in", || {
            line = door.accept().ok();
            line.is_some()
        })?;
        let mut rack = Rack::new(takes);
        rack.hang(garment.to_owned(), Instant::now());
        let line = line.expect("she was let in");
        Ok(Counter { rack: RefCell::new(rack), ann, line })
    }

    fn pick_up(&self, ticket: u64) -> PickUp<'_> {
        PickUp::new(&self.rack, &self.line, ticket)
    }

    fn hangs(&self) -> bool {
        self.rack.borrow().look(1).is_ok()
    }

    /// The garment must hang on the rack at this moment.
    fn must_hang(&self, when: &str) -> Outcome {
        if self.hangs() {
            return Ok(());
        }
        miss(format!("{when}, the garment hangs on the rack"), "it does not")
    }
}

type Answer = Poll<io::Result<()>>;

fn ask(pick_up: &mut Pin<Box<PickUp<'_>>>) -> Answer {
    pick_up.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

fn must_be_pending(answer: &Answer, when: &str) -> Outcome {
    match answer {
        Poll::Pending => Ok(()),
        other => miss(format!("{when}, it is pending"), format!("{other:?}")),
    }
}

fn must_be_done(answer: &Answer, when: &str) -> Outcome {
    match answer {
        Poll::Ready(Ok(())) => Ok(()),
        other => miss(format!("{when}, it is ready"), format!("{other:?}")),
    }
}

fn refuses() -> Outcome {
    let mut counter = Counter::with("silk shirt", LONG)?;
    let answer = ask(&mut Box::pin(counter.pick_up(7)));
    must_be_done(&answer, "after one poll for a ticket that was never given out")?;
    counter.ann.hears("ERROR there is no ticket 7")
}

fn waits() -> Outcome {
    let mut counter = Counter::with("silk shirt", LONG)?;
    let mut pick_up = Box::pin(counter.pick_up(1));
    for _ in 0..3 {
        must_be_pending(&ask(&mut pick_up), "before the garment is clean")?;
        counter.must_hang("before it is clean")?;
    }
    drop(pick_up);
    counter.ann.has_heard_nothing()?;
    counter.must_hang("after somebody has waited for it and gone")?;

    let (start, takes) = (Instant::now(), Duration::from_millis(30));
    let mut counter = Counter::with("silk shirt", takes)?;
    let mut pick_up = Box::pin(counter.pick_up(1));
    let mut answer = Poll::Pending;
    until("when the garment is clean, it is ready", || {
        answer = ask(&mut pick_up);
        answer.is_ready()
    })?;
    drop(pick_up);
    must_be_done(&answer, "when the garment is clean")?;
    if start.elapsed() < takes {
        return miss("it is not ready before the garment is clean", "it was");
    }
    counter.ann.hears("READY 1 silk shirt")
}

fn lets_go_of_the_rack() -> Outcome {
    let counter = Counter::with("silk shirt", LONG)?;
    let mut pick_up = Box::pin(counter.pick_up(1));
    must_be_pending(&ask(&mut pick_up), "before the garment is clean")?;
    match counter.rack.try_borrow_mut() {
        Ok(_) => Ok(()),
        Err(error) => miss("while it is pending, nothing is borrowed", error),
    }
}

fn hands_over() -> Outcome {
    let mut counter = Counter::with("silk shirt", Duration::ZERO)?;
    let mut pick_up = Box::pin(counter.pick_up(1));
    must_be_done(&ask(&mut pick_up), "after one poll for a clean garment")?;
    drop(pick_up);
    counter.ann.hears("READY 1 silk shirt")?;
    if counter.hangs() {
        return miss("what was handed over is gone", "it hangs on the rack");
    }
    must_be_done(&ask(&mut Box::pin(counter.pick_up(1))), "after one poll")?;
    counter.ann.hears("ERROR ticket 1 has been picked up")
}

fn too_late() -> Outcome {
    // On a machine that is slow the garment may be clean before anybody asks for it.
    for takes in [50, 500, 5000].map(Duration::from_millis) {
        let mut counter = Counter::with("silk shirt", takes)?;
        let mut pick_up = Box::pin(counter.pick_up(1));
        if ask(&mut pick_up).is_ready() {
            continue;
        }
        let hands = Hands::take(&counter.rack, 1);
        hands.or_else(|refusal| miss("the garment is on the rack", refusal))?.let_go();
        let mut answer = Poll::Pending;
        until("when the time is over, it is ready", || {
            answer = ask(&mut pick_up);
            answer.is_ready()
        })?;
        drop(pick_up);
        must_be_done(&answer, "when the time is over")?;
        return counter.ann.hears("ERROR ticket 1 has been picked up");
    }
    miss("it waits for a garment that is not clean", "it is ready at once")
}

/// A name for which the kernel has no room.
fn long_name() -> String {
    "velvet, ".repeat(2 << 20)
}

fn says_all() -> Outcome {
    let name = long_name();
    let counter = Counter::with(&name, Duration::ZERO)?;
    let mut ann = counter.ann.mouth()?;
    let expected = format!("READY 1 {name}\n");
    let mut pick_up = Box::pin(counter.pick_up(1));
    let (mut heard, mut room) = (Vec::new(), vec![0; 1 << 20]);
    must_be_pending(&ask(&mut pick_up), "while the kernel has no room for the line")?;
    let mut answer = Poll::Pending;
    while heard.len() < expected.len() {
        if answer.is_pending() {
            answer = ask(&mut pick_up);
        }
        match ann.read(&mut room) {
            Ok(bytes @ 1..) => heard.extend_from_slice(&room[..bytes]),
            _ => break,
        }
    }
    must_be_done(&answer, "when the kernel has taken all")?;
    let right = heard.iter().zip(expected.as_bytes()).take_while(|(a, b)| a == b).count();
    if heard.len() == expected.len() && right == heard.len() {
        return Ok(());
    }
    miss(
        format!("Ann hears a line of {} bytes", expected.len()),
        format!("{} bytes, of which the first {right} are right", heard.len()),
    )
}

fn dropped() -> Outcome {
    let counter = Counter::with(&long_name(), Duration::ZERO)?;
    let mut pick_up = Box::pin(counter.pick_up(1));
    drop(counter.pick_up(1));
    counter.must_hang("after a `PickUp` that was never polled")?;
    for _ in 0..3 {
        must_be_pending(&ask(&mut pick_up), "while the kernel has no room for the line")?;
    }
    drop(pick_up);
    counter.must_hang("after it was dropped in the middle of a line")
}

fn dead_line() -> Outcome {
    let Counter { rack, ann, line } = Counter::with(&long_name(), Duration::ZERO)?;
    let mut pick_up = Box::pin(PickUp::new(&rack, &line, 1));
    must_be_pending(&ask(&mut pick_up), "while the kernel has no room for the line")?;
    ann.vanishes();
    let mut answer = Poll::Pending;
    until("when Ann has vanished, it is ready", || {
        answer = ask(&mut pick_up);
        answer.is_ready()
    })?;
    if let Poll::Ready(Ok(())) = answer {
        return miss("when Ann has vanished, it is ready with an error", "with `Ok`");
    }
    if rack.borrow().look(1).is_ok() {
        return Ok(());
    }
    miss("after the error, the garment hangs on the rack", "it does not")
}

fn over() -> Outcome {
    let counter = Counter::with("silk shirt", Duration::ZERO)?;
    let mut pick_up = Box::pin(counter.pick_up(1));
    must_be_done(&ask(&mut pick_up), "after one poll for a clean garment")?;
    match catch_unwind(AssertUnwindSafe(|| ask(&mut pick_up))) {
        Err(_) => Ok(()),
        Ok(answer) => miss("a panic, as from an `async fn`", format!("{answer:?}")),
    }
}

fn by_hand() -> Outcome {
    let code = SOURCE.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut words = code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric()));
    match words.find(|word| matches!(*word, "async" | "await")) {
        None => Ok(()),
        Some(word) => miss("the compiler has no part in it", format!("`{word}`")),
    }
}
