//! What is heard of somebody who is interrupted?

mod grading;

use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::mouth::Mouth;
use futures::AsyncWrite;
use grading::{Expectation, Outcome, grade, miss};
use std::cell::RefCell;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::rc::Rc;
use std::task::{Context, Poll};

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "who is interrupted after three bytes goes on with the fourth",
            hint: 1,
            look: interrupted_once,
        },
        Expectation {
            what: "who is interrupted after every piece is heard, whole and once",
            hint: 2,
            look: interrupted_always,
        },
        Expectation {
            what: "what is put in between is said at the end",
            hint: 3,
            look: put_in_between,
        },
        Expectation {
            what: "after an error, it goes on where it was",
            hint: 4,
            look: an_error,
        },
        Expectation {
            what: "a line that takes nothing is an error",
            hint: 5,
            look: takes_nothing,
        },
        Expectation {
            what: "in the end the line is flushed, and a flush may be interrupted, too",
            hint: 6,
            look: flushed,
        },
    ])
}

/// What a line does when it is asked.
#[derive(Clone, Copy)]
enum Does {
    /// Takes as many bytes as this, or fewer.
    Takes(usize),
    /// Not yet.
    Waits,
    /// An error.
    Fails,
}
use Does::{Fails, Takes, Waits};

/// A line that does one thing after another, and then the last one again and again.
#[derive(Clone)]
struct Line(Rc<RefCell<Inside>>);

struct Inside {
    does: &'static [Does],
    calls: usize,
    heard: Vec<u8>,
    /// How many flushes it still says "not yet" to.
    slow_flushes: u32,
    flushed: bool,
}

impl Line {
    fn new(does: &'static [Does]) -> Line {
        let (heard, slow_flushes) = (Vec::new(), 0);
        let inside = Inside { does, calls: 0, heard, slow_flushes, flushed: false };
        Line(Rc::new(RefCell::new(inside)))
    }

    fn heard(&self) -> String {
        String::from_utf8_lossy(&self.0.borrow().heard).into_owned()
    }
}

fn not_yet<T>(context: &Context<'_>) -> Poll<T> {
    context.waker().wake_by_ref();
    Poll::Pending
}

impl AsyncWrite for Line {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut inside = self.0.borrow_mut();
        inside.calls += 1;
        assert!(inside.calls < 1000, "it is asked again and again");
        let at = (inside.calls - 1).min(inside.does.len() - 1);
        match inside.does[at] {
            Waits => not_yet(context),
            Fails => Poll::Ready(Err(ErrorKind::BrokenPipe.into())),
            Takes(n) => {
                let n = n.min(bytes.len());
                inside.heard.extend_from_slice(&bytes[..n]);
                inside.flushed = false;
                Poll::Ready(Ok(n))
            }
        }
    }

    fn poll_flush(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let mut inside = self.0.borrow_mut();
        if inside.slow_flushes > 0 {
            inside.slow_flushes -= 1;
            return not_yet(context);
        }
        inside.flushed = true;
        Poll::Ready(Ok(()))
    }

    fn poll_close(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn on_a_loop<F: Future>(future: F) -> F::Output {
    EventLoop::new().expect("there is a poller").block_on(future)
}

/// Lets it speak until the line says "not yet", and interrupts it there. Whether there is more.
async fn interrupted(mouth: &mut Mouth<Line>) -> bool {
    let mut speaks = pin!(mouth.say_all());
    poll_fn(|context| {
        let all_is_said = matches!(speaks.as_mut().poll(context), Poll::Ready(Ok(())));
        Poll::Ready(!all_is_said)
    })
    .await
}

async fn to_the_end(mouth: &mut Mouth<Line>) -> Outcome {
    for _ in 0..100 {
        if !interrupted(mouth).await {
            return Ok(());
        }
    }
    miss("an end", "after a hundred interruptions it has not said everything")
}

fn is(line: &Line, mouth: &Mouth<Line>, heard: &str, unsaid: usize) -> Outcome {
    let told = |heard: &str, unsaid| format!("`{heard}` is heard, {unsaid} bytes unsaid");
    let (expected, seen) = (told(heard, unsaid), told(&line.heard(), mouth.unsaid()));
    if seen == expected { Ok(()) } else { miss(expected, seen) }
}

fn interrupted_once() -> Outcome {
    let line = Line::new(&[Takes(3), Waits, Takes(100)]);
    let mut mouth = Mouth::new(line.clone());
    mouth.put(b"READY 1");
    on_a_loop(async {
        interrupted(&mut mouth).await;
        to_the_end(&mut mouth).await
    })?;
    is(&line, &mouth, "READY 1", 0)
}

fn interrupted_always() -> Outcome {
    const EVERY: &[Does] =
        &[Takes(1), Waits, Takes(2), Takes(1), Waits, Waits, Takes(3), Takes(1), Waits];
    const ALL: [Does; 90] = {
        let (mut all, mut n) = ([Takes(5); 90], 0);
        while n < 81 {
            all[n] = EVERY[n % EVERY.len()];
            n += 1;
        }
        all
    };
    let line = Line::new(&ALL);
    let mut mouth = Mouth::new(line.clone());
    mouth.put(b"READY 1 silk shirt with two buttons\n");
    on_a_loop(to_the_end(&mut mouth))?;
    is(&line, &mouth, "READY 1 silk shirt with two buttons\n", 0)
}

fn put_in_between() -> Outcome {
    let line = Line::new(&[Takes(3), Waits, Takes(4), Waits, Takes(100)]);
    let mut mouth = Mouth::new(line.clone());
    mouth.put(b"TICKET 1\n");
    on_a_loop(async {
        interrupted(&mut mouth).await;
        is(&line, &mouth, "TIC", 6)?;
        mouth.put(b"BYE\n");
        to_the_end(&mut mouth).await
    })?;
    is(&line, &mouth, "TICKET 1\nBYE\n", 0)
}

fn an_error() -> Outcome {
    let line = Line::new(&[Takes(3), Fails, Takes(100)]);
    let mut mouth = Mouth::new(line.clone());
    mouth.put(b"TICKET 1\n");
    on_a_loop(async {
        if mouth.say_all().await.is_ok() {
            return miss("the line's error", "no error");
        }
        is(&line, &mouth, "TIC", 6)?;
        to_the_end(&mut mouth).await
    })?;
    is(&line, &mouth, "TICKET 1\n", 0)
}

fn takes_nothing() -> Outcome {
    let line = Line::new(&[Takes(3), Takes(0)]);
    let mut mouth = Mouth::new(line.clone());
    mouth.put(b"TICKET 1\n");
    match on_a_loop(mouth.say_all()).map_err(|error| error.kind()) {
        Err(ErrorKind::WriteZero) => is(&line, &mouth, "TIC", 6),
        other => miss("Err(WriteZero)", format!("{other:?}")),
    }
}

fn flushed() -> Outcome {
    let line = Line::new(&[Takes(100)]);
    line.0.borrow_mut().slow_flushes = 2;
    let mut mouth = Mouth::new(line.clone());
    mouth.put(b"BYE\n");
    on_a_loop(to_the_end(&mut mouth))?;
    is(&line, &mouth, "BYE\n", 0)?;
    if line.0.borrow().flushed { Ok(()) } else { miss("a flush", "none to the end") }
}
