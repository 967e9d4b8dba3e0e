//! Whose is the room, and where is the message?

mod grading;

use ch08_messages::both::{Either, select};
use ch08_messages::clock::Clock;
use ch08_messages::event_loop::EventLoop;
use ch08_messages::mpsc::{Receiver, SendError, TrySendError, channel};
use ch08_messages::task::spawn;
use ch08_messages::timer::sleep;
use grading::{Expectation, Outcome, grade, miss};
use std::fmt::Debug;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "whoever reserves waits for room",
            hint: 1,
            look: waits_for_room,
        },
        Expectation {
            what: "whoever waits for a message is woken when a place is filled",
            hint: 1,
            look: the_receiver_is_woken,
        },
        Expectation {
            what: "a place that is reserved is nobody else's",
            hint: 2,
            look: nobody_elses,
        },
        Expectation {
            what: "a place that is not wanted goes to whoever waits",
            hint: 3,
            look: passed_on,
        },
        Expectation {
            what: "a message keeps its place until it is received",
            hint: 4,
            look: keeps_its_place,
        },
        Expectation {
            what: "when the receiver is gone there is nothing to reserve, and the message comes back",
            hint: 5,
            look: nobody_there,
        },
    ])
}

/// Longer than anything here takes, by a clock that jumps when nothing can go on.
const FOR_EVER: Duration = Duration::from_secs(24 * 60 * 60);
const A_MINUTE: Duration = Duration::from_secs(60);

fn by_the_virtual_clock<F>(look: impl FnOnce() -> F) -> Outcome
where
    F: Future<Output = Outcome>,
{
    let event_loop = EventLoop::with_clock(Clock::Virtual).expect("there is a poller");
    let look = async { select(look(), sleep(FOR_EVER)).await };
    match event_loop.block_on(look) {
        Either::Left(outcome) => outcome,
        Either::Right(()) => {
            miss("an end", "a future is pending, and nothing will wake it")
        }
    }
}

fn same<T: PartialEq + Debug>(expected: T, seen: T) -> Outcome {
    if expected == seen {
        return Ok(());
    }
    miss(format!("{expected:?}"), format!("{seen:?}"))
}

/// What comes of it within a minute, if anything does.
async fn soon<F: Future>(future: F) -> Option<F::Output> {
    match select(future, sleep(A_MINUTE)).await {
        Either::Left(output) => Some(output),
        Either::Right(()) => None,
    }
}

async fn all(messages: &mut Receiver<&'static str>) -> Vec<&'static str> {
    let mut heard = Vec::new();
    while let Some(Some(message)) = soon(messages.recv()).await {
        heard.push(message);
    }
    heard
}

fn waits_for_room() -> Outcome {
    by_the_virtual_clock(async || {
        let (line, mut messages) = channel(1);
        same(Ok(()), line.try_send("shirt"))?;
        if soon(line.reserve()).await.is_some() {
            return miss("no room for a second message", "a place for it");
        }
        same(Some("shirt"), messages.recv().await)?;
        match soon(line.reserve()).await {
            Some(Ok(place)) => same(Ok(()), place.send("coat"))?,
            Some(Err(_)) => return miss("a place", "`SendError`"),
            None => return miss("a place", "no room, though the box is empty"),
        }
        same(Some("coat"), messages.recv().await)
    })
}

fn the_receiver_is_woken() -> Outcome {
    by_the_virtual_clock(async || {
        let (line, mut messages) = channel(1);
        let heard = spawn(async move { messages.recv().await });
        sleep(A_MINUTE / 2).await;
        let place = line.reserve().await.or_else(|_| miss("a place", "`SendError`"))?;
        same(Ok(()), place.send("shirt"))?;
        match soon(heard).await {
            Some(Ok(heard)) => same(Some("shirt"), heard),
            _ => miss("a shirt", "nothing, for a minute"),
        }
    })
}

fn nobody_elses() -> Outcome {
    by_the_virtual_clock(async || {
        let (line, mut messages) = channel(1);
        let place = line.reserve().await.or_else(|_| miss("a place", "`SendError`"))?;
        same(Err(TrySendError::Full("coat")), line.try_send("coat"))?;
        same(None, soon(line.send("hat")).await)?;
        same(Ok(()), place.send("shirt"))?;
        same(vec!["shirt"], all(&mut messages).await)
    })
}

fn passed_on() -> Outcome {
    by_the_virtual_clock(async || {
        let (line, mut messages) = channel(1);
        let place = line.reserve().await.or_else(|_| miss("a place", "`SendError`"))?;
        for garment in ["shirt", "coat"] {
            let line = line.clone();
            drop(spawn(async move { line.send(garment).await }));
        }
        sleep(A_MINUTE).await;
        drop(place);
        same(vec!["shirt", "coat"], all(&mut messages).await)?;

        let (line, mut messages) = channel(1);
        same(Ok(()), line.try_send("shirt"))?;
        let (anns, bens) = (line.clone(), line.clone());
        let ann = spawn(async move { anns.reserve().await.map(drop) });
        drop(spawn(async move { bens.send("coat").await }));
        sleep(A_MINUTE).await;
        let first = messages.recv().await;
        // The room is hers, and she has not had her turn.
        ann.abort();
        same(Some("shirt"), first)?;
        same(vec!["coat"], all(&mut messages).await)
    })
}

fn keeps_its_place() -> Outcome {
    by_the_virtual_clock(async || {
        let (line, mut messages) = channel(2);
        for garment in ["shirt", "coat"] {
            let place =
                line.reserve().await.or_else(|_| miss("a place", "`SendError`"))?;
            same(Ok(()), place.send(garment))?;
        }
        same(Err(TrySendError::Full("hat")), line.try_send("hat"))?;
        same(vec!["shirt", "coat"], all(&mut messages).await)?;
        same(Ok(()), line.try_send("hat"))?;
        same(Ok(()), line.try_send("scarf"))?;
        same(Err(TrySendError::Full("glove")), line.try_send("glove"))
    })
}

fn nobody_there() -> Outcome {
    by_the_virtual_clock(async || {
        let (line, messages) = channel(1);
        let place = line.reserve().await.or_else(|_| miss("a place", "`SendError`"))?;
        let another = line.clone();
        let waits = spawn(async move { another.reserve().await.is_err() });
        sleep(A_MINUTE).await;
        drop(messages);
        let told = soon(waits).await;
        match told {
            None => return miss("whoever waits hears that nobody is there", "silence"),
            Some(Ok(true)) => {}
            Some(_) => return miss("an error for whoever waits", "a place"),
        }
        same(Err(SendError("shirt")), place.send("shirt"))?;
        if line.reserve().await.is_ok() {
            return miss("an error", "a place in a box that nobody empties");
        }
        Ok(())
    })
}
