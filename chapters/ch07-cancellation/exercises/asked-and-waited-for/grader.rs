//! Who asks, who answers, and whose time was it?

mod grading;

use ch07_cancellation::both::join;
use ch07_cancellation::cancel::{Cancelled, Token, or_cancelled};
use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::timer::sleep;
use ch07_cancellation::wait_for::{Stopped, wait_for};
use grading::{Expectation, Outcome, grade, miss};
use std::cell::RefCell;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "work that is too late is asked, and waited for while it tidies up",
            hint: 1,
            look: too_late,
        },
        Expectation {
            what: "work that is ready in time, or in the last turn, is not asked",
            hint: 1,
            look: in_time,
        },
        Expectation {
            what: "a value in reply to the request counts",
            hint: 2,
            look: a_value_in_reply,
        },
        Expectation {
            what: "if somebody else asks before the time is over, it was cancelled",
            hint: 3,
            look: somebody_else,
        },
        Expectation {
            what: "if somebody else asks while the work tidies up, it was cancelled",
            hint: 4,
            look: somebody_else_meanwhile,
        },
        Expectation {
            what: "a request that was there before, and was refused, does not count",
            hint: 4,
            look: refused_before,
        },
        Expectation {
            what: "it does not matter where it was made, but where it runs",
            hint: 5,
            look: made_elsewhere,
        },
    ])
}

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// What happened, and when.
#[derive(Clone)]
struct Story {
    began: Instant,
    told: Rc<RefCell<Vec<String>>>,
}

impl Story {
    fn tell(&self, what: &str) {
        let time = (now() - self.began).as_secs();
        self.told.borrow_mut().push(format!("{what} at {time} s"));
    }

    fn end(self, end: Result<&'static str, Stopped>) -> String {
        match end {
            Ok(value) => self.tell(value),
            Err(stopped) => self.tell(&format!("{stopped:?}")),
        }
        self.told.take().join(", ")
    }

    /// Work that takes so long, and 3 seconds to tidy up if it is asked to stop.
    async fn work(self, takes: u64) -> Result<&'static str, Cancelled> {
        match or_cancelled(sleep(secs(takes))).await {
            Ok(()) => Ok("a shirt"),
            Err(Cancelled) => {
                self.tell("asked");
                if or_cancelled(sleep(secs(3))).await.is_err() {
                    self.tell("asked again");
                } else {
                    self.tell("tidied up");
                }
                Err(Cancelled)
            }
        }
    }

    /// Work that has half a shirt when it is asked.
    async fn half(self) -> Result<&'static str, Cancelled> {
        match or_cancelled(sleep(secs(60))).await {
            Ok(()) => Ok("a shirt"),
            Err(Cancelled) => Ok("half a shirt"),
        }
    }

    /// Waits for work within other work, and has something else if that is too late.
    async fn within(self, limit: u64) -> Result<&'static str, Cancelled> {
        let outcome = wait_for(secs(limit), self.clone().work(60)).await;
        match outcome {
            Ok(value) => Ok(value),
            Err(Stopped::Cancelled) => Err(Cancelled),
            Err(Stopped::TooLate) => {
                self.tell("the inner one is too late");
                Ok("something else")
            }
        }
    }

    /// Refuses one request, and then waits for work.
    async fn refuses(self, limit: u64) -> Result<&'static str, Cancelled> {
        if or_cancelled(sleep(secs(1000))).await.is_err() {
            self.tell("refused");
        }
        self.within(limit).await
    }
}

fn on_a_loop<F: Future>(future: F) -> F::Output {
    EventLoop::with_clock(Clock::Virtual).expect("there is a poller").block_on(future)
}

/// What happens to work under a token, which is asked after so many seconds.
fn story<F>(limit: u64, asked_after: Option<u64>, work: impl FnOnce(Story) -> F) -> String
where
    F: Future<Output = Result<&'static str, Cancelled>>,
{
    on_a_loop(async {
        let story = Story { began: now(), told: Rc::default() };
        let token = Token::new();
        let work = work(story.clone());
        let all = token.run(async { wait_for(secs(limit), work).await });
        let asks = async {
            let Some(after) = asked_after else { return };
            sleep(secs(after)).await;
            token.cancel();
        };
        let (end, ()) = join(all, asks).await;
        story.end(end)
    })
}

fn is(expected: &str, seen: &str) -> Outcome {
    if seen == expected { Ok(()) } else { miss(expected, seen) }
}

fn too_late() -> Outcome {
    is(
        "asked at 10 s, tidied up at 13 s, TooLate at 13 s",
        &story(10, None, |story| story.work(60)),
    )?;
    is(
        "asked at 1 s, tidied up at 4 s, TooLate at 4 s",
        &story(1, None, |story| story.work(60)),
    )
}

fn in_time() -> Outcome {
    is("a shirt at 9 s", &story(10, None, |story| story.work(9)))?;
    is("a shirt at 10 s", &story(10, None, |story| story.work(10)))
}

fn a_value_in_reply() -> Outcome {
    is("half a shirt at 10 s", &story(10, None, Story::half))
}

fn somebody_else() -> Outcome {
    is(
        "asked at 5 s, tidied up at 8 s, Cancelled at 8 s",
        &story(10, Some(5), |story| story.work(60)),
    )?;
    is(
        "asked at 10 s, tidied up at 13 s, TooLate at 13 s",
        &story(10, None, |story| story.within(20)),
    )
}

fn somebody_else_meanwhile() -> Outcome {
    is(
        "asked at 10 s, asked again at 11 s, Cancelled at 11 s",
        &story(10, Some(11), |story| story.work(60)),
    )?;
    is(
        "asked at 10 s, asked again at 12 s, TooLate at 12 s",
        &story(12, None, |story| story.within(10)),
    )?;
    is(
        "asked at 10 s, asked again at 11 s, Cancelled at 11 s",
        &story(100, Some(11), |story| story.within(10)),
    )
}

fn refused_before() -> Outcome {
    is(
        "refused at 5 s, asked at 15 s, tidied up at 18 s, \
         the inner one is too late at 18 s, something else at 18 s",
        &story(100, Some(5), |story| story.refuses(10)),
    )
}

fn made_elsewhere() -> Outcome {
    let seen = on_a_loop(async {
        let story = Story { began: now(), told: Rc::default() };
        let token = Token::new();
        let made_here = wait_for(secs(10), story.clone().work(60));
        let asks = async {
            sleep(secs(5)).await;
            token.cancel();
        };
        let (end, ()) = join(token.run(made_here), asks).await;
        story.end(end)
    });
    is("asked at 5 s, tidied up at 8 s, Cancelled at 8 s", &seen)
}
